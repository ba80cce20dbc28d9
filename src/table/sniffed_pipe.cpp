#include "table/sniffed_pipe.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "io/path.h"

namespace doline {

namespace {

class ResumedStream final : public ByteStream {
 public:
  ResumedStream(std::string begin, std::unique_ptr<ByteStream> rest)
      : ByteStream(rest->name()), begin_(std::move(begin)), rest_(std::move(rest)) {}
  uint64_t source_position() const override { return rest_->source_position(); }
  std::optional<uint64_t> source_size_bytes() const override { return rest_->source_size_bytes(); }
  Compression compression() const override { return rest_->compression(); }
  void interrupt() noexcept override { rest_->interrupt(); }

 protected:
  size_t read_some(std::span<std::byte> into) override {
    if (at_ == begin_.size()) return rest_->read(into);
    const size_t size = std::min(into.size(), begin_.size() - at_);
    std::memcpy(into.data(), begin_.data() + at_, size);
    at_ += size;
    return size;
  }

 private:
  const std::string begin_;
  const std::unique_ptr<ByteStream> rest_;
  size_t at_ = 0;
};

/// Standard input of which only the begin was looked at.
struct UnreadInput {
  Mutex mutex;
  std::unique_ptr<ByteStream> stream GUARDED_BY(mutex);
  Compression compression GUARDED_BY(mutex) = Compression::kAuto;
};

UnreadInput& unread_input() {
  static UnreadInput input;
  return input;
}

}  // namespace

std::unique_ptr<ByteStream> resumed_stream(std::string begin, std::unique_ptr<ByteStream> rest) {
  return std::make_unique<ResumedStream>(std::move(begin), std::move(rest));
}

std::unique_ptr<ByteStream> open_pipe(FileSystem& files, const std::string& path,
                                      const AccessPolicy& policy, Compression compression) {
  if (standard_stream(path, STDIN_FILENO) == STDIN_FILENO) {
    policy.check_read(path);
    MutexLock lock(unread_input().mutex);
    if (unread_input().stream && unread_input().compression == compression)
      return std::move(unread_input().stream);
  }
  OpenedFile opened = files.open(path, policy);
  return decompress(opened.stream ? std::move(opened.stream) : stream_of(std::move(opened.file)),
                    compression);
}

SniffedPipe::~SniffedPipe() {
  MutexLock lock(mutex_);
  if (!rest_ || standard_stream(path_, STDIN_FILENO) != STDIN_FILENO) return;
  MutexLock unread_lock(unread_input().mutex);
  unread_input().stream = resumed_stream(std::move(begin_), std::move(rest_));
  unread_input().compression = compression_;
}

std::unique_ptr<ByteStream> SniffedPipe::take(const char* function) {
  MutexLock lock(mutex_);
  if (!rest_) {
    throw Error(ErrorCode::kNotSupported, "{} can be read only once", path_)
        .hint(fmt::format("CREATE TABLE t AS FROM {}('…') keeps its rows", function));
  }
  return resumed_stream(std::move(begin_), std::move(rest_));
}

}  // namespace doline
