#include "io/mapped_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <new>

#include "base/worker_thread.h"
#include "io/file_system.h"

// ThreadSanitizer brings the operators itself, and lets nobody stand in for them.
#if defined(__SANITIZE_THREAD__)
#define DOLINE_OWN_NEW 0
#elif defined(__has_feature)
#define DOLINE_OWN_NEW !__has_feature(thread_sanitizer)
#else
#define DOLINE_OWN_NEW 1
#endif

#if DOLINE_OWN_NEW

namespace {

/// How many more allocations of this thread succeed; none is counted below zero.
thread_local int allocations_left = -1;

}  // namespace

void* operator new(size_t size) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }

#endif

namespace doline {
namespace {

class MappedFileTest : public testing::Test {
 protected:
  ~MappedFileTest() override { ::unlink(path_.c_str()); }

  MappedFileRef map(size_t bytes) {
    std::ofstream(path_, std::ios::binary) << std::string(bytes, 'x');
    return MappedFile::map(*FileSystem::local().open_file(path_, AccessPolicy::open()));
  }
  static bool are_all(std::span<const std::byte> bytes, char sign) {
    return std::all_of(bytes.begin(), bytes.end(),
                       [&](std::byte byte) { return byte == static_cast<std::byte>(sign); });
  }

  const std::string path_ = testing::TempDir() + "mapped_" + std::to_string(::getpid());
};

TEST_F(MappedFileTest, has_the_bytes_of_the_file) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{4096}, size_t{100'000}}) {
    const MappedFileRef mapped = map(size);
    EXPECT_EQ(mapped->bytes().size(), size);
    EXPECT_TRUE(are_all(mapped->bytes(), 'x'));
    EXPECT_NO_THROW(mapped->check());
  }
}

TEST_F(MappedFileTest, what_was_cut_off_reads_as_zeros_and_is_told) {
  const MappedFileRef mapped = map(1'000'000);
  ASSERT_EQ(::truncate(path_.c_str(), 8192), 0);
  EXPECT_TRUE(are_all(mapped->bytes().first(8192), 'x'));
  EXPECT_TRUE(are_all(mapped->bytes().subspan(8192), '\0'));
  EXPECT_THROW(mapped->check(), Error);
}

TEST_F(MappedFileTest, threads_of_ours_see_the_fault_too) {
  const MappedFileRef mapped = map(1'000'000);
  ASSERT_EQ(::truncate(path_.c_str(), 0), 0);
  bool zeros = false;
  WorkerThread worker;
  worker.start("worker", [&] { zeros = are_all(mapped->bytes(), '\0'); });
  worker.join();
  EXPECT_TRUE(zeros);
}

#if DOLINE_OWN_NEW
TEST_F(MappedFileTest, what_finds_no_memory_gives_its_place_back) {
  map(10);
  const FileRef file = FileSystem::local().open_file(path_, AccessPolicy::open());
  for (int time = 0; time < 1100; ++time) {  // more than there are places
    for (int allowed = 0;; ++allowed) {
      allocations_left = allowed;
      bool is_refused = false;
      try {
        MappedFile::map(*file);
      } catch (const std::bad_alloc&) {
        is_refused = true;
      }
      allocations_left = -1;
      if (!is_refused) break;
      ASSERT_LT(allowed, 20);
    }
  }
}
#endif

TEST_F(MappedFileTest, other_faults_end_the_process_as_ever) {
  const MappedFileRef mapped = map(10);
  EXPECT_DEATH(::raise(SIGBUS), "");  // by the signal itself, or by the sanitizer's handler of it
}

}  // namespace
}  // namespace doline
