#include "shell/output_stream.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace doline::shell {

void OutputStream::write(std::string_view text) {
  pending_ += text;
  if (pending_.size() >= kBlockBytes) flush();
}

void OutputStream::flush() {
  if (pending_.empty()) return;
  if (before_writing_) before_writing_();
  std::string_view left = pending_;
  while (!left.empty()) {
    const ssize_t put = ::write(descriptor_, left.data(), left.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int error = errno;
      pending_.clear();  // what failed once is not tried again
      is_closed_ = error == EPIPE;
      throw Error(ErrorCode::kIo, "cannot write standard output: {}", std::strerror(error));
    }
    left.remove_prefix(static_cast<size_t>(put));
  }
  pending_.clear();
}

}  // namespace doline::shell
