#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doline::shell {

/// The names there are. The shell's are the session's; tests bring their own.
class Names {
 public:
  virtual ~Names() = default;
  virtual std::vector<std::string> tables() const = 0;
  /// `source` as it stands in FROM: a name, a file in quotes, a call. Empty when nothing is known
  /// of it.
  virtual std::vector<std::string> columns(const std::string& source) const = 0;
  virtual std::vector<std::string> functions() const = 0;
  virtual std::vector<std::string> table_functions() const = 0;
  virtual std::vector<std::string> settings() const = 0;
  /// Entries of a directory, those that are directories with a slash behind; empty where none may
  /// be looked at.
  virtual std::vector<std::string> files(const std::string& directory) const = 0;
};

/// What may stand in place of the bytes from `begin` to the cursor.
struct Completions {
  size_t begin = 0;
  /// Each as it is put into the text. Sorted: columns first, then tables, functions, keywords.
  std::vector<std::string> candidates;

  /// The longest text that all of them begin with.
  std::string common_begin() const;
};

/// Of the word, string or dot command that ends at the cursor.
Completions complete(std::string_view text, size_t cursor, const Names& names);

}  // namespace doline::shell
