#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace doline::shell {

/// Where results go: a descriptor behind a buffer. What cannot be written is an Error(kIo), not a
/// silent loss: the disk is full, or whoever read it has gone.
class OutputStream {
 public:
  explicit OutputStream(int descriptor) : descriptor_(descriptor) {}
  OutputStream(const OutputStream&) = delete;

  void write(std::string_view text);
  void flush();
  /// The reader at the other end of the pipe is gone: nothing further is wanted, and nobody would
  /// see a message about it.
  bool is_closed() const { return is_closed_; }
  /// Called before bytes go out: takes a progress bar off the screen.
  void set_before_writing(std::function<void()> call) { before_writing_ = std::move(call); }

 private:
  static constexpr size_t kBlockBytes = size_t{1} << 16;

  const int descriptor_;
  std::string pending_;
  bool is_closed_ = false;
  std::function<void()> before_writing_;
};

}  // namespace doline::shell
