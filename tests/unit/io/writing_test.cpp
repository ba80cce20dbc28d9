#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "io/file_system.h"
#include "io/io_queue.h"
#include "io/simulated_disk.h"
#include "io/spill_file.h"
#include "io_testing.h"

namespace doline {
namespace {

const AccessPolicy kOpen = AccessPolicy::open();

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

struct Simulated {
  explicit Simulated(uint64_t seed, DiskFaults faults = {}) : disk(seed, faults) {}
  SimulatedDisk disk;
  std::unique_ptr<IoQueue> queue = IoQueue::create(1);
  std::unique_ptr<FileSystem> files = FileSystem::create(disk, *queue);
};

TEST(WritableFile, AppearsWholeWhenPublished) {
  const std::string text = log_text(5'000'000);
  for (uint64_t seed = 0; seed < 6; ++seed) {
    Simulated simulated(seed, {.short_rate = 0.5, .interrupt_rate = 0.3});
    const auto file = simulated.files->create("out.csv", kOpen);
    Random random(seed);
    for (size_t at = 0; at < text.size();) {
      const size_t size = 1 + random.below(random.below(3) == 0 ? 3'000'000 : 200'000);
      file->append(std::string_view(text).substr(at, size));
      at += size;
      EXPECT_FALSE(simulated.disk.contents("out.csv")) << "seen before it was published";
    }
    EXPECT_EQ(file->position(), text.size());
    file->publish();
    EXPECT_EQ(simulated.disk.paths(), std::vector<std::string>{"/out.csv"});
    EXPECT_TRUE(simulated.disk.contents("out.csv") == text);
    EXPECT_EQ(simulated.disk.open_handles(), 0u);
  }
}

TEST(WritableFile, LeavesNothingBehindUnlessPublished) {
  Simulated simulated(1);
  simulated.disk.put("old.csv", "old");
  for (const bool explicitly : {false, true}) {
    const auto file = simulated.files->create("old.csv", kOpen);
    file->append(log_text(3'000'000));
    if (explicitly) file->abandon();
  }
  EXPECT_EQ(simulated.disk.paths(), std::vector<std::string>{"/old.csv"});
  EXPECT_EQ(simulated.disk.contents("old.csv"), "old");
  EXPECT_EQ(simulated.disk.open_handles(), 0u);
}

TEST(WritableFile, AFullDiskIsAnErrorAtEveryWriteAndLeavesNothing) {
  const std::string text = log_text(4'000'000);
  Simulated simulated(1, {.short_rate = 0.2});
  const auto write_all = [&] {
    const auto file = simulated.files->create("out.csv", kOpen);
    file->append(text);
    file->append(text);
    file->sync();
    file->publish();
  };
  write_all();
  const uint64_t writes = simulated.disk.writes();
  simulated.files->remove("out.csv", kOpen);
  ASSERT_GE(writes, 2u);
  for (uint64_t failing = 0; failing < writes; ++failing) {
    simulated.disk.set_faults({.failing_write = failing});
    expect_error(ErrorCode::kDiskLimit, "cannot write out.csv: No space left on device", write_all);
    EXPECT_TRUE(simulated.disk.paths().empty());
    EXPECT_EQ(simulated.disk.used_bytes(), 0u);
  }
  simulated.disk.set_faults({.capacity_bytes = 5'000'000});
  expect_error(ErrorCode::kDiskLimit, "free some space", write_all);
  EXPECT_EQ(simulated.disk.used_bytes(), 0u);
}

TEST(WritableFile, WhatWasSyncedAndPublishedSurvivesAPowerCut) {
  const std::string text = log_text(3'000'000);
  bool lost = false;
  for (uint64_t seed = 0; seed < 10; ++seed) {
    for (const bool synced : {true, false}) {
      Simulated simulated(seed);
      const auto file = simulated.files->create("out.csv", kOpen);
      file->append(text);
      if (synced) file->sync();
      file->publish();
      simulated.disk.crash();
      const bool survived = simulated.disk.contents("out.csv") == text;
      if (synced) {
        EXPECT_TRUE(survived) << "seed " << seed;
      }
      lost |= !survived;
    }
  }
  EXPECT_TRUE(lost) << "the simulated crash takes nothing: the test shows nothing";
}

TEST(WritableFile, AFailedSyncIsAnError) {
  Simulated simulated(1, {.failing_sync = 0});
  const auto file = simulated.files->create("out.csv", kOpen);
  file->append("x");
  expect_error(ErrorCode::kIo, "cannot sync out.csv", [&] { file->sync(); });
}

TEST(WritableFile, OverwritesOnlyWhereAllowed) {
  Simulated simulated(1);
  simulated.disk.put("f", "old");
  expect_error(ErrorCode::kAlreadyExists, "it exists already",
               [&] { simulated.files->create("f", kOpen, {.overwrite = false}); });
  // Another came first, after ours was begun.
  const auto late = simulated.files->create("g", kOpen, {.overwrite = false});
  simulated.disk.put("g", "other");
  late->append("mine");
  expect_error(ErrorCode::kAlreadyExists, "it exists already", [&] { late->publish(); });
  EXPECT_EQ(simulated.disk.contents("g"), "other");
  EXPECT_FALSE(simulated.files->put_if_absent("g", bytes_of("x"), kOpen));
  EXPECT_TRUE(simulated.files->put_if_absent("h", bytes_of("x"), kOpen));
  EXPECT_EQ(simulated.disk.contents("h"), "x");
  expect_error(ErrorCode::kFileNotFound, "there is no directory nowhere",
               [&] { simulated.files->create("nowhere/f", kOpen); });
  expect_error(ErrorCode::kIo, "it is a directory", [&] { simulated.files->create("/", kOpen); });
}

TEST(WritableFile, KeepsModeAndLinkOfWhatItReplaces) {
  const TemporaryDirectory directory;
  {
    std::ofstream(directory / "real") << "old";
  }
  ASSERT_EQ(chmod((directory / "real").c_str(), 0640), 0);
  ASSERT_EQ(symlink("real", (directory / "link").c_str()), 0);
  const auto file = FileSystem::local().create(directory / "link", kOpen);
  file->append("new");
  file->sync();
  file->publish();
  EXPECT_EQ(read_file(directory / "real"), "new");
  struct stat info;
  ASSERT_EQ(lstat((directory / "link").c_str(), &info), 0);
  EXPECT_TRUE(S_ISLNK(info.st_mode));
  ASSERT_EQ(stat((directory / "real").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
  // New files get what the umask leaves.
  FileSystem::local().create(directory / "fresh", kOpen)->publish();
  ASSERT_EQ(stat((directory / "fresh").c_str(), &info), 0);
  const mode_t mask = umask(0);
  umask(mask);
  EXPECT_EQ(info.st_mode & 0777, 0666u & ~mask);
}

/// Runs `body` in a child whose standard input and output are these files.
int in_child(const std::string& input, const std::string& output,
             const std::function<void()>& body) {
  std::fflush(nullptr);  // or the child would write it again
  const pid_t child = fork();
  if (child == 0) {
    alarm(30);
    if (!input.empty() && std::freopen(input.c_str(), "r", stdin) == nullptr) _exit(3);
    if (!output.empty() && std::freopen(output.c_str(), "w", stdout) == nullptr) _exit(3);
    try {
      body();
    } catch (const Error& error) {
      fprintf(stderr, "%s\n", error.render().c_str());
      _exit(2);
    }
    _exit(0);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StandardStreams, InputIsAFileWhereItCanBeAndOutputIsWrittenThrough) {
  const TemporaryDirectory directory;
  const std::string text = log_text(200'000);
  {
    std::ofstream(directory / "in") << text;
  }
  for (const std::string name : {"-", "/dev/stdin", "/dev/fd/0"}) {
    const int status = in_child(directory / "in", directory / "out", [&] {
      auto& files = FileSystem::local();
      const OpenedFile opened = files.open(name, kOpen);
      if (!opened.file || opened.file->size_bytes() != text.size()) _exit(4);
      const auto stream = files.open_stream(name, kOpen);
      const auto out = files.create(name == "-" ? "-" : "/dev/stdout", kOpen);
      out->append(drain(*stream));
      out->publish();
    });
    EXPECT_EQ(status, 0);
    EXPECT_TRUE(read_file(directory / "out") == text) << name;
  }
}

TEST(StandardStreams, InputThatWasReadFromGoesOnFromThere) {
  const TemporaryDirectory directory;
  {
    std::ofstream(directory / "in") << "0123456789";
  }
  const int status = in_child(directory / "in", "", [&] {
    char two[2];
    if (::read(0, two, 2) != 2) _exit(4);
    const OpenedFile opened = FileSystem::local().open("-", kOpen);
    if (opened.file || drain(*opened.stream) != "23456789") _exit(5);
  });
  EXPECT_EQ(status, 0);
}

// Spill files.

TEST(SpillFile, ReadsBackWhatManyThreadsWrote) {
  const TemporaryDirectory directory;
  const auto spill = SpillDirectory::create({directory.path(), uint64_t{1} << 30});
  const auto file = spill->create_file();
  struct Block {
    std::string bytes;
    SpillExtent extent;
  };
  std::vector<Block> blocks[4];
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Random random(t);
      for (int i = 0; i < 40; ++i) {
        Block block{log_text(1 + random.below(100'000), random.next()), {}};
        block.extent = file->write(bytes_of(block.bytes));
        blocks[t].push_back(std::move(block));
      }
    });
  }
  for (auto& thread : threads) thread.join();
  uint64_t written = 0;
  for (const auto& mine : blocks) {
    for (const auto& block : mine) {
      EXPECT_EQ(block.extent.position % 4096, 0u);
      std::string got(block.bytes.size(), 0);
      file->read(block.extent, std::as_writable_bytes(std::span(got)));
      EXPECT_TRUE(got == block.bytes);
      written += got.size();
    }
  }
  EXPECT_EQ(file->written_bytes(), written);
  EXPECT_GE(spill->used_bytes(), written);
  EXPECT_EQ(spill->peak_bytes(), spill->used_bytes());
}

TEST(SpillFile, FindsEveryKindOfDamage) {
  Simulated simulated(1);
  simulated.disk.make_directory("tmp", 0755);
  const auto spill = SpillDirectory::create({"tmp", uint64_t{1} << 30}, simulated.disk);
  const auto file = spill->create_file();
  const std::string text = log_text(5000);
  const SpillExtent first = file->write(bytes_of(text));
  const SpillExtent second = file->write(bytes_of(text));
  std::string got(text.size(), 0);
  const auto into = std::as_writable_bytes(std::span(got));
  const auto check_both = [&](SpillExtent extent) {
    expect_error(ErrorCode::kCorrupt, "damaged", [&] { file->read(extent, into); });
    expect_error(ErrorCode::kCorrupt, "damaged", [&] { file->read_cached(extent, into); });
  };
  for (const uint64_t byte : {0, 9, 17, 25, 32, 2000, 5031}) {
    simulated.disk.flip_bit_of_unnamed(byte);
    check_both(first);
    simulated.disk.flip_bit_of_unnamed(byte);
    EXPECT_NO_THROW(file->read(first, into));
  }
  // The same bytes in the wrong place, and a place without a block.
  check_both({second.position - 4096, text.size()});
  expect_error(ErrorCode::kCorrupt, "damaged",
               [&] { file->read({uint64_t{1} << 40, text.size()}, into); });
  expect_error(ErrorCode::kCorrupt, "damaged",
               [&] { file->read({first.position, 100}, into.first(100)); });
}

TEST(SpillFile, ReadsInTheBackgroundAndFromMemory) {
  Simulated simulated(3, {.short_rate = 0.3, .interrupt_rate = 0.2, .cold_rate = 0.5});
  simulated.disk.make_directory("tmp", 0755);
  const auto spill = SpillDirectory::create({"tmp", uint64_t{1} << 30}, simulated.disk);
  const auto file = spill->create_file();
  const std::string text = log_text(50'000);
  const SpillExtent extent = file->write(bytes_of(text));
  int hits = 0;
  std::string got(text.size(), 0);
  const auto into = std::as_writable_bytes(std::span(got));
  for (int i = 0; i < 200; ++i) {
    got.assign(got.size(), 0);
    if (!file->read_cached(extent, into)) continue;
    ++hits;
    EXPECT_TRUE(got == text);
  }
  EXPECT_GT(hits, 0);
  EXPECT_LT(hits, 200);
  Mutex mutex;
  ConditionVariable changed;
  bool done = false;
  got.assign(got.size(), 0);
  file->read(
      extent, into, nullptr,
      [&](std::optional<Error> error) {
        MutexLock lock(mutex);
        EXPECT_FALSE(error.has_value());
        done = true;
        changed.notify_one();
      },
      simulated.queue.get());
  MutexLock lock(mutex);
  while (!done) changed.wait(mutex);
  EXPECT_TRUE(got == text);
}

TEST(SpillFile, TheLimitIsSharedAndRoomComesBack) {
  Simulated simulated(1);
  simulated.disk.make_directory("tmp", 0755);
  const auto spill = SpillDirectory::create({"tmp", 3 * 8192}, simulated.disk);
  auto one = spill->create_file();
  const auto two = spill->create_file();
  const std::string text(5000, 'x');  // with its header two pages
  one->write(bytes_of(text));
  const SpillExtent extent = two->write(bytes_of(text));
  two->write(bytes_of(text));
  const auto too_much = [&] { one->write(bytes_of(text)); };
  expect_error(ErrorCode::kDiskLimit, "max_temp_directory_size allows: 24.0 KiB", too_much);
  two->discard(extent);
  EXPECT_EQ(spill->used_bytes(), 2 * 8192u);
  too_much();  // fits now
  expect_error(ErrorCode::kDiskLimit, "raise max_temp_directory_size", too_much);
  spill->set_most_bytes(1 << 20);
  too_much();
  one.detach()->release();
  one = nullptr;
  EXPECT_EQ(spill->used_bytes(), 8192u);
  EXPECT_EQ(spill->peak_bytes(), 4 * 8192u);
}

TEST(SpillFile, AFullDiskSaysWhatToChange) {
  Simulated simulated(1, {.capacity_bytes = 20'000});
  simulated.disk.make_directory("tmp", 0755);
  const auto spill = SpillDirectory::create({"tmp", uint64_t{1} << 40}, simulated.disk);
  const auto file = spill->create_file();
  const std::string text(6000, 'x');
  const SpillExtent first = file->write(bytes_of(text));
  const uint64_t used = spill->used_bytes();
  expect_error(ErrorCode::kDiskLimit, "temp_directory", [&] {
    for (;;) file->write(bytes_of(text));
  });
  std::string got(text.size(), 0);
  file->read(first, std::as_writable_bytes(std::span(got)));
  EXPECT_EQ(got, text);
  EXPECT_EQ(spill->used_bytes() % used, 0u);
}

TEST(SpillDirectory, IsPrivateMadeLateAndRemoved) {
  const TemporaryDirectory parent;
  for (const bool unnamed : {true, false}) {
    std::string path;
    {
      SimulatedDisk disk(1, {.has_unnamed_files = unnamed});
      disk.make_directory("tmp", 0755);
      const auto spill = SpillDirectory::create({"tmp", 1 << 20}, disk);
      EXPECT_EQ(spill->path(), "tmp");
      const auto file = spill->create_file();
      const auto other = spill->create_file();
      file->write(bytes_of("x"));
      EXPECT_TRUE(disk.paths().empty()) << "the file has a name";
      EXPECT_NE(spill->path(), "tmp");
    }
    {
      const auto spill = SpillDirectory::create({parent.path(), 1 << 20});
      EXPECT_TRUE(FileSystem::local().exists(parent.path(), kOpen));
      spill->create_file()->write(bytes_of("x"));
      path = spill->path();
      struct stat info;
      ASSERT_EQ(stat(path.c_str(), &info), 0);
      EXPECT_EQ(info.st_mode & 0777, 0700u);
      ASSERT_EQ(rmdir(path.c_str()), 0);  // somebody's cleaning
      spill->create_file()->write(bytes_of("x"));
      path = spill->path();
    }
    struct stat info;
    EXPECT_NE(stat(path.c_str(), &info), 0) << path << " was left behind";
  }
}

TEST(SpillDirectory, SweepsAwayWhatTheDeadLeftAndNothingElse) {
  const TemporaryDirectory parent;
  // A process that has ended, and its number.
  const pid_t dead = fork();
  if (dead == 0) _exit(0);
  ASSERT_EQ(waitpid(dead, nullptr, 0), dead);
  const std::string left = parent / ("doline-spill-" + std::to_string(dead) + "-123-0");
  const std::string foreign = parent / "doline-spill-notes";
  const std::string reused = parent / ("doline-spill-" + std::to_string(getpid()) + "-1-0");
  for (const auto& path : {left, foreign, reused}) ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
  {
    std::ofstream(left + "/spill") << "x";
  }
  const auto living = SpillDirectory::create({parent.path(), 1 << 20});
  living->create_file();
  const auto another = SpillDirectory::create({parent.path(), 1 << 20});
  another->create_file();
  struct stat info;
  EXPECT_NE(stat(left.c_str(), &info), 0);
  EXPECT_NE(stat(reused.c_str(), &info), 0) << "same process number, another start";
  EXPECT_EQ(stat(foreign.c_str(), &info), 0);
  EXPECT_EQ(stat(living->path().c_str(), &info), 0);
}

TEST(SpillDirectory, AChildProcessLeavesItsParentsDirectoryAlone) {
  const TemporaryDirectory parent;
  auto spill = SpillDirectory::create({parent.path(), 1 << 20});
  spill->create_file();
  const std::string path = spill->path();
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    bool refused = false;
    try {
      spill->create_file();
    } catch (const Error& error) {
      refused = error.code() == ErrorCode::kNotSupported;
    }
    spill = nullptr;
    _exit(refused ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  struct stat info;
  EXPECT_EQ(stat(path.c_str(), &info), 0);
}

}  // namespace
}  // namespace doline
