#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace doline::shell {

/// The statements given before, oldest first; kept in a file that several shells may add to at
/// once, each entry in a line of its own (line ends as \n, backslashes doubled). A file that cannot
/// be read or written costs the history, not the shell.
class History {
 public:
  static constexpr size_t kMostEntries = 10'000;

  /// Reads the file. Without a path, nothing is kept.
  explicit History(std::string path = {});
  /// doline/history under $XDG_STATE_HOME, or ~/.local/state; empty without a home.
  static std::string default_path();

  size_t size() const { return entries_.size(); }
  const std::string& operator[](size_t index) const { return entries_[index]; }
  /// Without the white space around it; nothing that is empty, or the same as the last.
  void add(std::string_view entry);

  /// The newest entry before `before` that contains `text`, without regard to case.
  std::optional<size_t> find_older(std::string_view text, size_t before) const;
  std::optional<size_t> find_newer(std::string_view text, size_t after) const;

 private:
  void load();
  void append_to_file(const std::string& entry);

  const std::string path_;
  std::vector<std::string> entries_;
};

}  // namespace doline::shell
