#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doline {

/// What may be opened from SQL and from frames. Every path a user names is shown to it before
/// the system is asked about it, so that safe mode does not even tell what exists. A value;
/// spill files and the engine's own state do not pass here.
class AccessPolicy {
 public:
  /// Everything the process may open.
  static AccessPolicy open();
  /// Nothing.
  static AccessPolicy safe();
  /// Only what lies in these directories, after links are followed.
  static AccessPolicy within(std::vector<std::string> directories);

  /// Throw Error(kPermission).
  void check_read(std::string_view path) const { check("read", path); }
  void check_write(std::string_view path) const { check("write", path); }
  bool is_open() const { return mode_ == Mode::kOpen; }

 private:
  enum class Mode : uint8_t { kOpen, kClosed, kWithin };
  void check(std::string_view verb, std::string_view path) const;

  Mode mode_ = Mode::kOpen;
  std::vector<std::string> directories_;  // absolute, without links
};

}  // namespace doline
