#include "io/file_system.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <fstream>
#include <future>
#include <thread>

#include "base/simulated_executor.h"
#include "io/io_queue.h"
#include "io/simulated_disk.h"
#include "io_testing.h"

namespace doline {
namespace {

using namespace std::chrono_literals;

const AccessPolicy kOpen = AccessPolicy::open();

void write_file(const std::string& path, std::string_view text, bool append = false) {
  std::ofstream out(path, append ? std::ios::app : std::ios::trunc);
  out << text;
}

/// A file system over a simulated disk with files of every kind.
class Listing : public testing::Test {
 protected:
  Listing() {
    for (const char* path :
         {"data/b.csv", "data/a.csv", "data/c.csv.gz", "data/.hidden.csv", "data/_SUCCESS",
          "data/year=2023/m=1/x.parquet", "data/year=2024/m=1/y.parquet",
          "data/year=2024/m=2/z.parquet", "data/year=2024/_temporary/t.parquet", "data/.git/config",
          "odd/a[1].csv", "odd/a1.csv", "odd/{x,y}.csv", "top.csv"}) {
      disk_.put(path, "x");
    }
    disk_.make_directory("empty", 0755);
  }

  std::vector<std::string> list(const std::string& pattern, const ListOptions& options = {}) {
    std::vector<std::string> paths;
    for (const auto& file : files_->list(pattern, kOpen, options)) paths.push_back(file.path);
    return paths;
  }

  SimulatedDisk disk_{1};
  std::unique_ptr<IoQueue> queue_ = IoQueue::create(2);
  std::unique_ptr<FileSystem> files_ = FileSystem::create(disk_, *queue_);
};

TEST_F(Listing, FindsWhatAPatternMeansSorted) {
  using Strings = std::vector<std::string>;
  struct Case {
    const char* pattern;
    Strings paths;
  };
  const Case cases[] = {
      {"top.csv", {"top.csv"}},
      {"./top.csv", {"./top.csv"}},
      {"*.csv", {"top.csv"}},
      {"data/*.csv", {"data/a.csv", "data/b.csv"}},
      {"/data/*.csv", {"/data/a.csv", "/data/b.csv"}},
      {"data//?.csv", {"data/a.csv", "data/b.csv"}},
      {"data/[!a].csv", {"data/b.csv"}},
      {"data/.*.csv", {"data/.hidden.csv"}},
      {"data/{b,a,b}.csv", {"data/a.csv", "data/b.csv"}},
      {"{top.csv,data/a.csv,gone.csv}", {"data/a.csv", "top.csv"}},
      {"data/year=*/m=1/*", {"data/year=2023/m=1/x.parquet", "data/year=2024/m=1/y.parquet"}},
      {"data/**/*.parquet",
       {"data/year=2023/m=1/x.parquet", "data/year=2024/_temporary/t.parquet",
        "data/year=2024/m=1/y.parquet", "data/year=2024/m=2/z.parquet"}},
      {"**/m=2/*", {"data/year=2024/m=2/z.parquet"}},
      {"data/year=2024/**",
       {"data/year=2024/_temporary/t.parquet", "data/year=2024/m=1/y.parquet",
        "data/year=2024/m=2/z.parquet"}},
      // A directory: everything but what is hidden or a marker.
      {"data/year=2024", {"data/year=2024/m=1/y.parquet", "data/year=2024/m=2/z.parquet"}},
      {"data/year=2024/", {"data/year=2024/m=1/y.parquet", "data/year=2024/m=2/z.parquet"}},
      // What exists means itself; escapes and classes reach it too.
      {"odd/a[1].csv", {"odd/a[1].csv"}},
      {"odd/{x,y}.csv", {"odd/{x,y}.csv"}},
      {"odd/a\\[1].c*", {"odd/a[1].csv"}},
      {"odd/a[1].c*", {"odd/a1.csv"}},
  };
  for (const auto& row : cases) EXPECT_EQ(list(row.pattern), row.paths) << row.pattern;
}

TEST_F(Listing, KeepsTheOrderOfAList) {
  const auto files =
      files_->list(std::vector<std::string>{"top.csv", "data/*.csv", "top.csv"}, kOpen);
  ASSERT_EQ(files.size(), 4u);
  EXPECT_EQ(files[0].path, "top.csv");
  EXPECT_EQ(files[1].path, "data/a.csv");
  EXPECT_EQ(files[3].path, "top.csv");
}

TEST_F(Listing, SaysWhatIsMissing) {
  struct Case {
    const char* pattern;
    const char* part;
  };
  const Case cases[] = {
      {"tpo.csv", "did you mean \"top.csv\"?"},
      {"data/c.csv", "did you mean \"data/c.csv.gz\"?"},
      {"data/a.csv.gz", "did you mean \"data/a.csv\"?"},
      {"dat/a.csv", "there is no directory dat\n hint: did you mean \"data/a.csv\"?"},
      {"data/*.xyz", "no file matches \"data/*.xyz\""},
      {"nowhere/*.csv", "there is no directory nowhere"},
      {"empty", "has no files"},
      {"top.csv/x", "no file top.csv/x"},
  };
  for (const auto& row : cases) {
    expect_error(ErrorCode::kFileNotFound, row.part, [&] { list(row.pattern); });
  }
}

TEST_F(Listing, IsBounded) {
  for (int i = 0; i < 50; ++i) disk_.put("many/f" + std::to_string(i), "");
  expect_error(ErrorCode::kInvalidArgument, "more than 10 files",
               [&] { list("many/*", {.most_files = 10}); });
  expect_error(ErrorCode::kInvalidArgument, "20 directory entries",
               [&] { list("many/*", {.most_entries = 20}); });
  expect_error(ErrorCode::kInvalidArgument, "too long", [&] { list(std::string(100'000, '*')); });
}

TEST_F(Listing, UnderstandsUrls) {
  EXPECT_EQ(list("file:///data/%61.csv"), std::vector<std::string>{"/data/a.csv"});
  expect_error(ErrorCode::kNotSupported, "s3://", [&] { list("s3://bucket/a.csv"); });
  expect_error(ErrorCode::kFileNotFound, "empty", [&] { list(""); });
  expect_error(ErrorCode::kInvalidArgument, "zero byte", [&] { list(std::string("a\0b", 3)); });
}

TEST(FileSystem, ListingDoesNotFollowLinksRoundInCircles) {
  const TemporaryDirectory directory;
  ASSERT_EQ(mkdir((directory / "sub").c_str(), 0755), 0);
  write_file(directory / "sub/a.csv", "1");
  ASSERT_EQ(symlink(directory.path().c_str(), (directory / "sub/loop").c_str()), 0);
  ASSERT_EQ(symlink("a.csv", (directory / "sub/link.csv").c_str()), 0);
  auto& files = FileSystem::local();
  EXPECT_EQ(files.list(directory.path(), kOpen).size(), 2u);
  EXPECT_EQ(files.list(directory / "**/*.csv", kOpen).size(), 2u);
  EXPECT_EQ(files.list(directory / "*/loop/sub/*.csv", kOpen).size(), 2u);
}

TEST(FileSystem, SafeModeClosesTheDoor) {
  const TemporaryDirectory directory;
  const std::string path = directory / "a.csv";
  write_file(path, "1");
  write_file(directory / "b.csv", "1");
  auto& files = FileSystem::local();
  const auto safe = AccessPolicy::safe();
  const std::function<void()> doors[] = {
      [&] { files.open(path, safe); },
      [&] { files.open("-", safe); },
      [&] { files.open(directory / "gone", safe); },
      [&] { files.list(directory / "*", safe); },
      [&] { files.list("-", safe); },
      [&] { files.create(directory / "new", safe); },
      [&] { files.create("/dev/stdout", safe); },
      [&] { files.put_if_absent(directory / "new", {}, safe); },
      [&] { files.make_directories(directory / "new", safe); },
      [&] { files.exists(path, safe); },
      [&] { files.remove(path, safe); },
  };
  for (const auto& door : doors) expect_error(ErrorCode::kPermission, "safe mode", door);
  EXPECT_TRUE(files.exists(path, kOpen));
  EXPECT_FALSE(files.exists(directory / "new", kOpen));
}

TEST(FileSystem, APolicyOfDirectoriesSeesThroughLinksAndDots) {
  const TemporaryDirectory directory;
  ASSERT_EQ(mkdir((directory / "in").c_str(), 0755), 0);
  ASSERT_EQ(mkdir((directory / "inside-out").c_str(), 0755), 0);
  write_file(directory / "in/a.csv", "1");
  write_file(directory / "out.csv", "1");
  ASSERT_EQ(symlink("../out.csv", (directory / "in/link.csv").c_str()), 0);
  auto& files = FileSystem::local();
  const auto policy = AccessPolicy::within({directory / "in"});
  EXPECT_EQ(files.open_file(directory / "in/a.csv", policy)->size_bytes(), 1u);
  EXPECT_EQ(files.list(directory / "in/a*", policy).size(), 1u);
  files.create(directory / "in/new.csv", policy)->publish();
  const std::function<void()> refused[] = {
      [&] { files.open(directory / "out.csv", policy); },
      [&] { files.open(directory / "in/../out.csv", policy); },
      [&] { files.open(directory / "in/link.csv", policy); },
      [&] { files.open(directory / "in/gone/../../out.csv", policy); },
      [&] { files.list(directory / "in/*", policy); },  // the link leads out
      [&] { files.list(directory / "*.csv", policy); },
      [&] { files.create(directory / "inside-out/x", policy); },
  };
  for (const auto& door : refused) expect_error(ErrorCode::kPermission, "outside", door);
}

TEST(FileSystem, ReadsThroughShortAndInterruptedCalls) {
  const std::string text = log_text(300'000);
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SimulatedDisk disk(seed, {.short_rate = 0.5, .interrupt_rate = 0.3, .cold_rate = 0.5});
    const auto queue = IoQueue::create(1);
    disk.put("f", text);
    const auto files = FileSystem::create(disk, *queue);
    const FileRef file = files->open_file("f", kOpen);
    std::string got(text.size() + 100, '?');
    const auto into = std::as_writable_bytes(std::span(got));
    EXPECT_EQ(file->read_at(0, into), text.size());
    EXPECT_EQ(got.substr(0, text.size()), text);
    EXPECT_EQ(file->read_at(text.size() - 3, into), 3u);
    EXPECT_EQ(file->read_at(text.size() + 3, into), 0u);
    EXPECT_EQ(file->read_at(UINT64_MAX, into), 0u);
    const size_t cached = file->read_cached(1000, into.first(5000));
    EXPECT_EQ(got.substr(0, cached), text.substr(1000, cached));
    EXPECT_EQ(drain(*stream_of(file), seed), text);
  }
}

TEST(FileSystem, ReadsCachedBytesOfARealFile) {
  const TemporaryDirectory directory;
  const std::string text = log_text(1'000'000);
  write_file(directory / "f", text);
  const FileRef file = FileSystem::local().open_file(directory / "f", kOpen);
  std::string got(text.size(), 0);
  const auto into = std::as_writable_bytes(std::span(got));
  EXPECT_EQ(file->read_at(0, into), text.size());  // and now it is in memory
  got.assign(got.size(), 0);
  EXPECT_EQ(file->read_cached(0, into), text.size());
  EXPECT_EQ(got, text);
}

TEST(FileSystem, RefusesAFileThatChangesWhileBeingRead) {
  const TemporaryDirectory directory;
  const std::string path = directory / "f";
  std::string buffer(100, 0);
  const auto into = std::as_writable_bytes(std::span(buffer));
  struct Case {
    const char* what;
    std::function<void()> change;
    bool fine_when_growing;
  };
  const Case cases[] = {
      {"grows", [&] { write_file(path, "more", true); }, true},
      {"shrinks", [&] { ASSERT_EQ(truncate(path.c_str(), 3), 0); }, false},
      {"is rewritten shorter", [&] { write_file(path, "xx"); }, false},
  };
  for (const auto& row : cases) {
    for (const bool may_grow : {false, true}) {
      SCOPED_TRACE(std::string(row.what) + (may_grow ? ", may grow" : ""));
      write_file(path, "0123456789");
      const FileRef file = FileSystem::local().open_file(path, kOpen, {.may_grow = may_grow});
      EXPECT_EQ(file->read_at(0, into), 10u);
      row.change();
      if (may_grow && row.fine_when_growing) {
        EXPECT_EQ(file->read_at(0, into), 10u);
        EXPECT_EQ(file->read_at(10, into), 0u);
      } else {
        expect_error(ErrorCode::kIo, "changed while being read", [&] { file->read_at(0, into); });
        expect_error(ErrorCode::kIo, "changed while being read",
                     [&] { file->read_cached(0, into); });
      }
    }
  }
}

TEST(FileSystem, PinsTheVersionSeenAtBind) {
  SimulatedDisk disk(1);
  const auto queue = IoQueue::create(1);
  const auto files = FileSystem::create(disk, *queue);
  disk.put("f", "0123456789");
  const FileVersion seen = files->list("f", kOpen)[0].version;
  EXPECT_EQ(files->open_file("f", kOpen, {.expected = seen})->version(), seen);
  disk.put("f", "0123456789abc");
  expect_error(ErrorCode::kIo, "changed since",
               [&] { files->open_file("f", kOpen, {.expected = seen}); });
  const FileRef grown = files->open_file("f", kOpen, {.expected = seen, .may_grow = true});
  EXPECT_EQ(grown->size_bytes(), 10u);
  disk.put("f", "0123");
  expect_error(ErrorCode::kIo, "changed since",
               [&] { files->open_file("f", kOpen, {.expected = seen, .may_grow = true}); });
}

TEST(FileSystem, NamesFileAndReasonWhenTheDiskFails) {
  SimulatedDisk disk(1, {.failing_read = 0});
  const auto queue = IoQueue::create(1);
  const auto files = FileSystem::create(disk, *queue);
  disk.put("broken.csv", "x");
  const FileRef file = files->open_file("broken.csv", kOpen);
  std::byte byte;
  expect_error(ErrorCode::kIo, "cannot read broken.csv: Input/output error",
               [&] { file->read_at(0, {&byte, 1}); });
  expect_error(ErrorCode::kIo, "is a directory", [&] { files->open("/", kOpen); });
  expect_error(ErrorCode::kFileNotFound, "did you mean \"broken.csv\"",
               [&] { files->open("brokn.csv", kOpen); });
}

/// Memory for asynchronous reads, which must live until they are done.
class Destination final : public Pin {
 public:
  explicit Destination(std::atomic<int>& alive, size_t size) : bytes(size, '?'), alive_(alive) {
    ++alive_;
  }
  ~Destination() override { --alive_; }
  size_t held_bytes() const noexcept override { return bytes.size(); }
  std::string bytes;

 private:
  std::atomic<int>& alive_;
};

TEST(FileSystem, ReadsManyRangesOnIoThreads) {
  const TemporaryDirectory directory;
  const std::string text = log_text(500'000);
  write_file(directory / "f", text);
  std::atomic<int> alive{0};
  {
    const FileRef file = FileSystem::local().open_file(directory / "f", kOpen);
    for (const size_t ranges : {0, 1, 3, 100}) {
      auto memory = make_ref<Destination>(alive, text.size());
      std::vector<ReadRequest> requests;
      for (size_t i = 0; i < ranges; ++i) {
        const size_t begin = text.size() * i / ranges;
        const size_t end = text.size() * (i + 1) / ranges;
        requests.push_back(
            {begin, std::as_writable_bytes(std::span(memory->bytes).subspan(begin, end - begin))});
      }
      std::promise<std::optional<Error>> promise;
      file->read(requests, memory,
                 [&](std::optional<Error> error) { promise.set_value(std::move(error)); });
      EXPECT_FALSE(promise.get_future().get().has_value());
      EXPECT_EQ(memory->bytes, ranges == 0 ? std::string(text.size(), '?') : text);
    }
  }
  // The last reference may still be with the I/O thread, which drops it after the call.
  while (alive != 0) std::this_thread::yield();
}

TEST(FileSystem, AnAsynchronousReadPastTheEndIsAnError) {
  SimulatedDisk disk(1);
  disk.put("f", "0123456789");
  const auto queue = IoQueue::create(2);
  const auto files = FileSystem::create(disk, *queue);
  std::string got(20, 0);
  std::promise<std::optional<Error>> promise;
  files->open_file("f", kOpen)
      ->read({{5, std::as_writable_bytes(std::span(got))}}, nullptr,
             [&](std::optional<Error> error) { promise.set_value(std::move(error)); });
  const auto error = promise.get_future().get();
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), ErrorCode::kCorrupt);
}

/// Reads a file piece by piece: what is cached at once, the rest parked.
class Reading final : public Task {
 public:
  Reading(FileRef file, std::string& out) : file_(std::move(file)), out_(out) {}

  Step step(Deadline deadline, Waker& waker) override {
    while (out_.size() < file_->size_bytes()) {
      if (deadline.passed()) return Step::kYield;
      if (!waits_) {
        const size_t size = std::min<uint64_t>(1000, file_->size_bytes() - out_.size());
        block_ = Buffer::allocate(size);
        have_ = file_->read_cached(out_.size(), {block_->data(), size});
        if (have_ < size) {
          waits_ = true;
          file_->read({{out_.size() + have_, {block_->data() + have_, size - have_}}}, block_,
                      [shared = shared_, waker](std::optional<Error> error) {
                        shared->error = std::move(error);
                        shared->done = true;
                        waker.wake();
                      });
        }
      }
      if (waits_ && !shared_->done) return Step::kBlocked;
      if (shared_->error) throw Error(*shared_->error);
      shared_->done = waits_ = false;
      out_.append(reinterpret_cast<const char*>(block_->data()), block_->size_bytes());
    }
    return Step::kDone;
  }

 private:
  struct Shared {
    std::atomic<bool> done{false};
    std::optional<Error> error;
  };
  const FileRef file_;
  std::string& out_;
  BufferRef block_;
  size_t have_ = 0;
  bool waits_ = false;
  std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

TEST(FileSystem, TasksReadColdFilesWithoutWaitingAndReplayBySeed) {
  const std::string text = log_text(20'000);
  const auto simulate = [&](uint64_t seed, uint64_t& trace) {
    SimulatedDisk disk(seed, {.short_rate = 0.3, .interrupt_rate = 0.2, .cold_rate = 0.8});
    disk.put("f", text);
    SimulatedExecutor executor(seed);
    const auto queue = IoQueue::simulated(executor, seed);
    const auto files = FileSystem::create(disk, *queue);
    std::string out[3];
    TaskGroup group(executor);
    for (auto& mine : out) {
      group.spawn(std::make_unique<Reading>(files->open_file("f", kOpen), mine));
    }
    group.wait_all();
    for (const auto& mine : out) EXPECT_EQ(mine, text) << "seed " << seed;
    trace = executor.trace();
  };
  std::vector<uint64_t> traces;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    uint64_t first = 0;
    uint64_t again = 0;
    simulate(seed, first);
    simulate(seed, again);
    EXPECT_EQ(first, again) << "seed " << seed;
    traces.push_back(first);
  }
  EXPECT_NE(traces[0], traces[1]);
}

TEST(FileSystem, CancelledReadsLeaveTheirMemoryAlone) {
  const TemporaryDirectory directory;
  const std::string text = log_text(200'000);
  write_file(directory / "f", text);
  const auto executor = Executor::create(4);
  for (int round = 0; round < 20; ++round) {
    std::string out[4];
    TaskGroup group(*executor);
    for (auto& mine : out) {
      group.spawn(
          std::make_unique<Reading>(FileSystem::local().open_file(directory / "f", kOpen), mine));
    }
    group.run_until([] { return true; });
    if (round % 2 == 0) continue;  // destroyed while it runs
    group.wait_all();
    for (const auto& mine : out) EXPECT_EQ(mine, text);
  }
}

TEST(FileSystem, PipesAreReadInSequence) {
  const TemporaryDirectory directory;
  const std::string path = directory / "fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  auto& files = FileSystem::local();
  EXPECT_FALSE(files.list(path, kOpen)[0].is_regular);
  expect_error(ErrorCode::kNotSupported, "to and fro", [&] { files.open_file(path, kOpen); });
  const std::string text = log_text(300'000);
  OpenedFile opened = files.open(path, kOpen);  // does not wait for a writer
  ASSERT_TRUE(opened.stream);
  std::thread writer([&] {
    const auto out = files.create(path, kOpen);
    out->append(text);
    out->publish();
  });
  EXPECT_EQ(drain(*opened.stream), text);
  writer.join();
}

TEST(FileSystem, APipeThatNobodyWritesToCanBeInterrupted) {
  const TemporaryDirectory directory;
  const std::string path = directory / "fifo";
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  OpenedFile opened = FileSystem::local().open(path, kOpen);
  std::thread interrupter([&] { opened.stream->interrupt(); });
  expect_error(ErrorCode::kCancelled, "stopped reading", [&] { drain(*opened.stream); });
  interrupter.join();
}

TEST(FileSystem, MakesDirectories) {
  const TemporaryDirectory directory;
  auto& files = FileSystem::local();
  files.make_directories(directory / "a/b/c", kOpen);
  files.make_directories(directory / "a/b/c/", kOpen);
  EXPECT_TRUE(files.exists(directory / "a/b/c", kOpen));
  write_file(directory / "file", "");
  expect_error(ErrorCode::kAlreadyExists, "it is a file",
               [&] { files.make_directories(directory / "file", kOpen); });
}

}  // namespace
}  // namespace doline
