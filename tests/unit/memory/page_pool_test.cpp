#include "memory/page_pool.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "memory/buffer.h"

namespace doline {
namespace {

#ifndef DOLINE_SANITIZED

/// Whether the system knows `flag` of the mapping that `block` lies in: " hg", huge pages are asked
/// for; " nh", they are refused. False where there is no such thing.
bool has_flag(const std::byte* block, const char* flag) {
  std::ifstream smaps("/proc/self/smaps");
  const auto address = reinterpret_cast<uintptr_t>(block);
  bool is_here = false;
  for (std::string line; std::getline(smaps, line);) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    char dash = 0;
    if (std::istringstream head(line); head >> std::hex >> begin >> dash >> end && dash == '-')
      is_here = begin <= address && address < end;
    if (is_here && line.starts_with("VmFlags:")) return line.find(flag) != std::string::npos;
  }
  return false;
}

// Symptom: under a small limit the process grew beyond it, and queries that fitted were refused
// memory: the system made huge pages of slabs of which a part alone was in use.
TEST(PagePool, HugePagesAreAskedForOnlyWhereWanted) {
  PagePool& pool = PagePool::instance();
  constexpr size_t kBytes = size_t{1} << 20;
  std::byte* const early = pool.allocate(kBytes);
  const bool there_are_any = has_flag(early, " hg");
  pool.set_huge_pages(false);
  EXPECT_FALSE(has_flag(early, " hg"));
  std::byte* const late = pool.allocate(2 * kBytes);
  EXPECT_FALSE(has_flag(late, " hg"));
  // Symptom: what was mapped later said nothing, and the system makes huge pages of that, too.
  std::byte* const large = pool.allocate(5 * kBytes);
  EXPECT_EQ(has_flag(large, " nh"), there_are_any);
  pool.set_huge_pages(true);
  EXPECT_EQ(has_flag(early, " hg"), there_are_any);
  EXPECT_EQ(has_flag(late, " hg"), there_are_any);
  pool.free(early, kBytes);
  pool.free(late, 2 * kBytes);
  pool.free(large, 5 * kBytes);
}

TEST(PagePool, TrimmingGivesAllIdleMemoryBack) {
  constexpr size_t kBytes = size_t{1} << 20;
  PagePool& pool = PagePool::instance();
  std::vector<std::byte*> blocks;
  for (int i = 0; i < 40; ++i) blocks.push_back(pool.allocate(kBytes));
  for (std::byte* const block : blocks) pool.free(block, kBytes);
  ASSERT_GE(pool.idle_bytes(), 40 * kBytes);
  pool.trim(10 * kBytes);
  EXPECT_LE(pool.idle_bytes(), 10 * kBytes);
  EXPECT_GT(pool.idle_bytes(), 8 * kBytes);
  pool.trim();
  EXPECT_EQ(pool.idle_bytes(), 0U);
}

#endif

// Symptom: a size that wrapped when it was rounded was charged with nothing, and mapped as such.
TEST(PagePool, SizesThatWrapAreRefused) {
  for (const size_t less : {size_t{1}, size_t{65}, size_t{66}, size_t{2} << 20}) {
    SCOPED_TRACE(less);
    const size_t used = Budget::process().used_bytes();
    EXPECT_THROW(Buffer::allocate(size_t{0} - less), Error);
    EXPECT_EQ(Budget::process().used_bytes(), used);
  }
}

}  // namespace
}  // namespace doline
