#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>
#include <new>

#include "base/assert.h"
#include "base/error.h"
#include "io/writable_file.h"

namespace doline {

namespace {

constexpr size_t kOutputBytes = size_t{256} << 10;

/// Appends go through a codec to the target. A frame is open from the first append until sync()
/// or publish(); what is appended after a sync() begins the next one, which readers take as one
/// stream.
class CompressingFile : public WritableFile {
 public:
  using WritableFile::append;

  explicit CompressingFile(std::unique_ptr<WritableFile> target) : target_(std::move(target)) {}

  void append(std::span<const std::byte> bytes) override {
    position_ += bytes.size();
    if (bytes.empty()) return;
    open_ = true;
    encode(bytes);
  }
  void sync() override {
    end_open();
    target_->sync();
  }
  void publish() override {
    // Even of nothing there is one frame: an empty file is no gzip file.
    if (position_ == 0) open_ = true;
    end_open();
    target_->publish();
  }
  void abandon() noexcept override { target_->abandon(); }
  bool is_through() const override { return target_->is_through(); }
  uint64_t position() const override { return position_; }
  const std::string& path() const override { return target_->path(); }

 protected:
  virtual void encode(std::span<const std::byte> bytes) = 0;
  /// Writes what the codec holds and the end of the frame; ready for another.
  virtual void end_frame() = 0;

  void put(const std::byte* bytes, size_t size) { target_->append(std::span(bytes, size)); }

 private:
  void end_open() {
    if (std::exchange(open_, false)) end_frame();
  }

  const std::unique_ptr<WritableFile> target_;
  uint64_t position_ = 0;
  bool open_ = false;
};

class GzipFile final : public CompressingFile {
 public:
  GzipFile(std::unique_ptr<WritableFile> target, int level) : CompressingFile(std::move(target)) {
    constexpr int kGzipWindow = 15 + 16;
    constexpr int kMemory = 8;
    if (deflateInit2(&zlib_, level, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc();
    }
  }
  ~GzipFile() override { deflateEnd(&zlib_); }

 protected:
  void encode(std::span<const std::byte> bytes) override {
    while (!bytes.empty()) {
      const size_t taken = std::min<size_t>(bytes.size(), std::numeric_limits<uInt>::max());
      zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
      zlib_.avail_in = static_cast<uInt>(taken);
      run(Z_NO_FLUSH);
      bytes = bytes.subspan(taken);
    }
  }
  void end_frame() override {
    zlib_.avail_in = 0;
    run(Z_FINISH);
    deflateReset(&zlib_);
  }

 private:
  void run(int flush) {
    int status;
    do {
      zlib_.next_out = reinterpret_cast<Bytef*>(output_.get());
      zlib_.avail_out = static_cast<uInt>(kOutputBytes);
      status = deflate(&zlib_, flush);
      ASSERT(status != Z_STREAM_ERROR);
      put(output_.get(), kOutputBytes - zlib_.avail_out);
    } while (flush == Z_FINISH ? status != Z_STREAM_END : zlib_.avail_out == 0);
  }

  z_stream zlib_{};
  const std::unique_ptr<std::byte[]> output_ =
      std::make_unique_for_overwrite<std::byte[]>(kOutputBytes);
};

class ZstdFile final : public CompressingFile {
 public:
  ZstdFile(std::unique_ptr<WritableFile> target, int level)
      : CompressingFile(std::move(target)), context_(ZSTD_createCCtx(), ZSTD_freeCCtx) {
    if (!context_) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  }

 protected:
  void encode(std::span<const std::byte> bytes) override { run(bytes, ZSTD_e_continue); }
  void end_frame() override { run({}, ZSTD_e_end); }

 private:
  void run(std::span<const std::byte> bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer input{bytes.data(), bytes.size(), 0};
    size_t left;
    do {
      ZSTD_outBuffer out{output_.get(), kOutputBytes, 0};
      left = ZSTD_compressStream2(context_.get(), &out, &input, directive);
      if (ZSTD_isError(left)) {
        throw Error(ErrorCode::kInternal, "zstd: {}", ZSTD_getErrorName(left));
      }
      put(output_.get(), out.pos);
    } while (directive == ZSTD_e_end ? left != 0 : input.pos < input.size);
  }

  const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context_;
  const std::unique_ptr<std::byte[]> output_ =
      std::make_unique_for_overwrite<std::byte[]>(kOutputBytes);
};

class Lz4File final : public CompressingFile {
 public:
  Lz4File(std::unique_ptr<WritableFile> target, int level) : CompressingFile(std::move(target)) {
    preferences_.frameInfo.blockSizeID = LZ4F_max256KB;
    preferences_.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    preferences_.compressionLevel = level;
    if (LZ4F_isError(LZ4F_createCompressionContext(&context_, LZ4F_VERSION))) {
      throw std::bad_alloc();
    }
    bound_ = LZ4F_compressBound(kSlice, &preferences_);
    scratch_ = std::make_unique_for_overwrite<std::byte[]>(bound_);
  }
  ~Lz4File() override { LZ4F_freeCompressionContext(context_); }

 protected:
  void encode(std::span<const std::byte> bytes) override {
    begin();
    while (!bytes.empty()) {
      const size_t taken = std::min(bytes.size(), kSlice);
      put_scratch(
          LZ4F_compressUpdate(context_, scratch_.get(), bound_, bytes.data(), taken, nullptr));
      bytes = bytes.subspan(taken);
    }
  }
  void end_frame() override {
    begin();
    put_scratch(LZ4F_compressEnd(context_, scratch_.get(), bound_, nullptr));
    begun_ = false;
  }

 private:
  static constexpr size_t kSlice = size_t{256} << 10;

  void begin() {
    if (std::exchange(begun_, true)) return;
    put_scratch(LZ4F_compressBegin(context_, scratch_.get(), bound_, &preferences_));
  }
  void put_scratch(size_t status) {
    if (LZ4F_isError(status)) {
      throw Error(ErrorCode::kInternal, "lz4: {}", LZ4F_getErrorName(status));
    }
    put(scratch_.get(), status);
  }

  LZ4F_cctx* context_ = nullptr;
  LZ4F_preferences_t preferences_{};
  std::unique_ptr<std::byte[]> scratch_;
  size_t bound_ = 0;
  bool begun_ = false;
};

int checked_level(std::optional<int> level, int low, int high, int usual, Compression compression) {
  if (!level) return usual;
  if (*level >= low && *level <= high) return *level;
  throw Error(ErrorCode::kInvalidArgument, "{} has levels {} to {}, not {}", name_of(compression),
              low, high, *level);
}

}  // namespace

std::unique_ptr<WritableFile> compress(std::unique_ptr<WritableFile> target,
                                       Compression compression, std::optional<int> level) {
  if (compression == Compression::kAuto) compression = compression_from_path(target->path());
  const auto at = [&](int low, int high, int usual) {
    return checked_level(level, low, high, usual, compression);
  };
  switch (compression) {
    case Compression::kAuto:
    case Compression::kNone:
      return target;
    case Compression::kGzip: {
      const int checked = at(1, 9, 6);
      return std::make_unique<GzipFile>(std::move(target), checked);
    }
    case Compression::kZstd: {
      const int checked = at(1, 19, 3);
      return std::make_unique<ZstdFile>(std::move(target), checked);
    }
    case Compression::kLz4: {
      const int checked = at(0, 12, 0);
      return std::make_unique<Lz4File>(std::move(target), checked);
    }
  }
  UNREACHABLE();
}

}  // namespace doline
