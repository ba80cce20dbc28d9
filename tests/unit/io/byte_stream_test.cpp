#include "io/byte_stream.h"

#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include "base/executor.h"
#include "io/file_system.h"
#include "io/io_queue.h"
#include "io/read_ahead.h"
#include "io/simulated_disk.h"
#include "io_testing.h"

namespace doline {
namespace {

const AccessPolicy kOpen = AccessPolicy::open();

// The libraries' own encoders, so that ours is not tested against itself alone.

std::string gzip(const std::string& text) {
  z_stream zlib{};
  EXPECT_EQ(deflateInit2(&zlib, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&zlib, text.size()) + 64, 0);
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  zlib.avail_in = static_cast<uInt>(text.size());
  zlib.next_out = reinterpret_cast<Bytef*>(out.data());
  zlib.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&zlib, Z_FINISH), Z_STREAM_END);
  out.resize(zlib.total_out);
  deflateEnd(&zlib);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), 0);
  const std::unique_ptr<ZSTD_CCtx, size_t (*)(ZSTD_CCtx*)> context(ZSTD_createCCtx(),
                                                                   ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  out.resize(ZSTD_compress2(context.get(), out.data(), out.size(), text.data(), text.size()));
  return out;
}

std::string lz4(const std::string& text) {
  LZ4F_preferences_t preferences{};
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  std::string out(LZ4F_compressFrameBound(text.size(), &preferences), 0);
  out.resize(LZ4F_compressFrame(out.data(), out.size(), text.data(), text.size(), &preferences));
  return out;
}

struct Codec {
  const char* name;
  Compression compression;
  const char* ending;
  std::string (*encode)(const std::string&);
};
const Codec kCodecs[] = {
    {"gzip", Compression::kGzip, ".gz", gzip},
    {"zstd", Compression::kZstd, ".zst", zstd},
    {"lz4", Compression::kLz4, ".lz4", lz4},
};

/// One file on a simulated disk that reads in odd pieces.
class OneFile {
 public:
  explicit OneFile(std::string contents, const std::string& name = "f", uint64_t seed = 1)
      : disk_(seed, {.short_rate = 0.3, .interrupt_rate = 0.2}), name_(name) {
    disk_.put(name, std::move(contents));
  }
  std::unique_ptr<ByteStream> open(Compression compression = Compression::kAuto) {
    return files_->open_stream(name_, kOpen, compression);
  }

 private:
  SimulatedDisk disk_;
  std::unique_ptr<IoQueue> queue_ = IoQueue::create(1);
  std::unique_ptr<FileSystem> files_ = FileSystem::create(disk_, *queue_);
  std::string name_;
};

class OfCodec : public testing::TestWithParam<Codec> {};
INSTANTIATE_TEST_SUITE_P(ByteStream, OfCodec, testing::ValuesIn(kCodecs),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(OfCodec, DecompressesWhateverTheNameSays) {
  for (const size_t size : {0, 1, 100, 65'536, 3'000'000}) {
    const std::string text = log_text(size);
    for (const char* name : {"f", "f.csv", "f.gz", "f.zst"}) {
      OneFile file(GetParam().encode(text), name);
      const auto stream = file.open();
      EXPECT_EQ(stream->compression(), GetParam().compression);
      EXPECT_TRUE(drain(*stream) == text) << size << " bytes in " << name;
      EXPECT_EQ(stream->position(), size);
      EXPECT_EQ(stream->source_position(), stream->source_size_bytes());
    }
  }
}

TEST_P(OfCodec, TakesMembersAndFramesThatFollowEachOtherAsOne) {
  const auto encode = GetParam().encode;
  const std::string first = log_text(100'000, 1);
  const std::string second = log_text(50'000, 2);
  OneFile file(encode(first) + encode("") + encode(second) + encode(""));
  EXPECT_TRUE(drain(*file.open()) == first + second);
}

TEST_P(OfCodec, TruncatedAnywhereIsAnErrorThatSaysSo) {
  const std::string text = log_text(700);
  const std::string whole = GetParam().encode(text);
  const std::string name = std::string("data.csv") + GetParam().ending;
  for (size_t size = 1; size < whole.size(); ++size) {
    OneFile file(whole.substr(0, size), name);
    expect_error(ErrorCode::kCorrupt, name + " ends in the middle of its " + GetParam().name,
                 [&] { drain(*file.open()); });
  }
  for (size_t size = 1; size < whole.size(); size += 13) {
    OneFile file(whole + whole.substr(0, size), name);
    expect_error(ErrorCode::kCorrupt, "at byte " + std::to_string(whole.size() + size),
                 [&] { drain(*file.open()); });
  }
}

TEST_P(OfCodec, EveryChangedByteIsFoundOrHarmless) {
  const std::string text = log_text(700);
  const std::string whole = GetParam().encode(text);
  size_t refused = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const int change : {1, 0x80, 0xff}) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ change);
      OneFile file(damaged);
      try {
        // The header has bytes that mean nothing to us (time, system, unused flags); what comes
        // out must be right all the same.
        EXPECT_TRUE(drain(*file.open(GetParam().compression)) == text) << "byte " << at;
      } catch (const Error& error) {
        EXPECT_TRUE(error.code() == ErrorCode::kCorrupt || error.code() == ErrorCode::kNotSupported)
            << error.render();
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, whole.size() * 5 / 2);
}

TEST_P(OfCodec, RandomBytesAfterTheMagicEndInBoundedTime) {
  Random random(3);
  for (int round = 0; round < 300; ++round) {
    std::string hostile = GetParam().encode(log_text(50)).substr(0, 1 + random.below(20));
    const size_t size = random.below(3000);
    while (hostile.size() < size) hostile += static_cast<char>(random.next());
    OneFile file(hostile);
    try {
      const auto stream = file.open();
      std::string buffer(100'000, 0);
      size_t total = 0;
      while (const size_t got = stream->read(std::as_writable_bytes(std::span(buffer)))) {
        total += got;
        ASSERT_LT(total, size_t{1} << 30);
      }
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::kCorrupt || error.code() == ErrorCode::kNotSupported);
    }
  }
}

TEST_P(OfCodec, ReadsWhatWritesOfOursMake) {
  const std::string text = log_text(2'500'000);
  SimulatedDisk disk(9, {.short_rate = 0.2, .interrupt_rate = 0.2});
  const auto queue = IoQueue::create(1);
  const auto files = FileSystem::create(disk, *queue);
  for (const size_t piece : {size_t{3}, size_t{70'000}, text.size()}) {
    const std::string_view all =
        std::string_view(text).substr(0, piece == 3 ? 30'000 : text.size());
    const auto out =
        compress(files->create(std::string("f") + GetParam().ending, kOpen), Compression::kAuto);
    for (size_t at = 0; at < all.size(); at += piece) {
      out->append(all.substr(at, piece));
      if (at == 0) out->sync();  // ends a frame; the next goes on
    }
    EXPECT_EQ(out->position(), all.size());
    out->publish();
    const auto stream = files->open_stream(std::string("f") + GetParam().ending, kOpen);
    EXPECT_EQ(stream->compression(), GetParam().compression);
    EXPECT_TRUE(drain(*stream) == all);
    EXPECT_LT(disk.contents(std::string("f") + GetParam().ending)->size(), all.size());
  }
}

TEST_P(OfCodec, AnEmptyFileOfOursIsAValidOne) {
  SimulatedDisk disk(9);
  const auto queue = IoQueue::create(1);
  const auto files = FileSystem::create(disk, *queue);
  const auto out = compress(files->create("f", kOpen), GetParam().compression);
  out->publish();
  const auto stream = files->open_stream("f", kOpen);
  EXPECT_EQ(stream->compression(), GetParam().compression);
  EXPECT_EQ(drain(*stream), "");
}

TEST(ByteStream, HandsOutWhatIsNotCompressed) {
  for (const std::string text : {"", "a", "B", "BZhello", "(abc", "\x1f", "P", "a,b\n1,2\n"}) {
    OneFile file(text, "f.csv");
    const auto stream = file.open();
    EXPECT_EQ(stream->compression(), Compression::kNone);
    EXPECT_EQ(drain(*stream), text);
    EXPECT_EQ(stream->source_position(), text.size());
  }
  OneFile misnamed("plain text", "f.gz");
  EXPECT_EQ(drain(*misnamed.open()), "plain text");
  OneFile empty("", "f.gz");
  EXPECT_EQ(drain(*empty.open()), "");
}

TEST(ByteStream, NamesFormatsItCannotRead) {
  using namespace std::string_literals;
  struct Case {
    std::string first;
    const char* name;
  };
  const Case cases[] = {
      {"\xfd"
       "7zXZ\0\0\0\0\0\0\0"s,
       "xz"},
      {"BZh91AY&SY...", "bzip2"},
      {"PK\x03\x04.......", "zip"},
  };
  for (const auto& row : cases) {
    OneFile file(row.first, "data.bin");
    expect_error(ErrorCode::kNotSupported, std::string("data.bin is compressed with ") + row.name,
                 [&] { file.open(); });
    EXPECT_EQ(drain(*file.open(Compression::kNone)), row.first);
  }
}

TEST(ByteStream, ZerosAfterGzipArePaddingAndNothingElseIs) {
  const std::string text = log_text(1000);
  OneFile padded(gzip(text) + std::string(300'000, '\0'));
  EXPECT_EQ(drain(*padded.open()), text);
  for (const std::string& tail : {std::string("x"), std::string(100, '\0') + "x"}) {
    OneFile dirty(gzip(text) + tail);
    expect_error(ErrorCode::kCorrupt, "follow the last one", [&] { drain(*dirty.open()); });
  }
}

TEST(ByteStream, RefusesZstdThatWantsTooMuchMemory) {
  // A frame header alone: magic, descriptor without checksum or size, window of 2^41 bytes.
  OneFile file(std::string("\x28\xb5\x2f\xfd\x00\xf8", 6) + std::string(64, '\0'));
  expect_error(ErrorCode::kNotSupported, "128 MiB", [&] { drain(*file.open()); });
}

TEST(ByteStream, SkipsSkippableFrames) {
  using namespace std::string_literals;
  const std::string skippable = "\x51\x2a\x4d\x18\x03\x00\x00\x00xyz"s;
  const std::string text = log_text(1000);
  for (const auto& codec : kCodecs) {
    if (codec.compression == Compression::kGzip) continue;
    OneFile file(skippable + codec.encode(text), std::string("f") + codec.ending);
    EXPECT_EQ(drain(*file.open()), text) << codec.name;
  }
}

TEST(ByteStream, PipesAreDecompressedToo) {
  const std::string text = log_text(500'000);
  for (const auto& codec : kCodecs) {
    SimulatedDisk disk(4, {.short_rate = 0.9, .interrupt_rate = 0.3});
    disk.put_pipe("pipe", codec.encode(text));
    const auto queue = IoQueue::create(1);
    const auto files = FileSystem::create(disk, *queue);
    EXPECT_TRUE(drain(*files->open_stream("pipe", kOpen)) == text) << codec.name;
  }
}

TEST(Compression, NamesAndEndings) {
  EXPECT_EQ(compression_from_name("GZIP"), Compression::kGzip);
  EXPECT_EQ(compression_from_name("zst"), Compression::kZstd);
  EXPECT_EQ(compression_from_name("none"), Compression::kNone);
  EXPECT_EQ(compression_from_name("snappy"), std::nullopt);
  EXPECT_EQ(compression_from_path("a.csv.GZ"), Compression::kGzip);
  EXPECT_EQ(compression_from_path("a.csv"), Compression::kNone);
  EXPECT_EQ(compression_from_path(".gz"), Compression::kNone);
  EXPECT_EQ(without_compression_ending("a.csv.zst"), "a.csv");
  EXPECT_EQ(without_compression_ending("a.csv"), "a.csv");
}

/// Takes a stream's blocks in a task.
class Taking final : public Task {
 public:
  Taking(std::unique_ptr<ReadAhead> blocks, std::string& out)
      : blocks_(std::move(blocks)), out_(out) {}
  Step step(Deadline deadline, Waker& waker) override {
    BufferRef block;
    while (!deadline.passed()) {
      switch (blocks_->next(block, waker)) {
        case Poll::kReady:
          out_.append(reinterpret_cast<const char*>(block->data()), block->size_bytes());
          break;
        case Poll::kBlocked:
          return Step::kBlocked;
        case Poll::kDone:
          return Step::kDone;
      }
    }
    return Step::kYield;
  }

 private:
  std::unique_ptr<ReadAhead> blocks_;
  std::string& out_;
};

TEST(ReadAhead, GivesTasksTheWholeStreamBlockByBlock) {
  const auto executor = Executor::create(2);
  for (const size_t size : {0, 1, 10'000, 10'001, 1'000'000}) {
    const std::string text = log_text(size);
    OneFile file(gzip(text));
    std::string out;
    TaskGroup group(*executor);
    group.spawn(std::make_unique<Taking>(
        std::make_unique<ReadAhead>(file.open(), 10'000, 3, Budget::process()), out));
    group.wait_all();
    EXPECT_TRUE(out == text) << size;
  }
}

TEST(ReadAhead, TheErrorComesAfterTheBlocksBeforeIt) {
  const auto executor = Executor::create(2);
  const std::string text = log_text(100'000);
  const std::string whole = gzip(text);
  OneFile file(whole.substr(0, whole.size() - 4), "cut.gz");
  std::string out;
  TaskGroup group(*executor);
  group.spawn(std::make_unique<Taking>(
      std::make_unique<ReadAhead>(file.open(), 10'000, 2, Budget::process()), out));
  expect_error(ErrorCode::kCorrupt, "cut.gz ends", [&] { group.wait_all(); });
  EXPECT_GE(out.size(), 90'000u);
  EXPECT_EQ(out, text.substr(0, out.size()));
}

TEST(ReadAhead, GoesAwayWhileItReads) {
  const std::string compressed = gzip(log_text(3'000'000));
  const size_t before = Budget::process().used_bytes();
  for (int round = 0; round < 30; ++round) {
    OneFile file(compressed);
    ReadAhead blocks(file.open(), 1000, 4, Budget::process());
    BufferRef block;
    for (int i = 0; i < round; ++i) (void)blocks.next(block, Waker());
  }
  EXPECT_EQ(Budget::process().used_bytes(), before);
}

}  // namespace
}  // namespace doline
