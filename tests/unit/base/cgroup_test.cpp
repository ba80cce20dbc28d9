#include "base/cgroup.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace doline {
namespace {

/// A tree of files that looks like /proc and /sys.
class CgroupTest : public testing::Test {
 protected:
  CgroupTest() { write("proc/self/cgroup", "0::/\n"); }
  ~CgroupTest() override { std::filesystem::remove_all(root_); }
  void write(const std::string& path, const std::string& text) {
    const std::filesystem::path whole = root_ / path;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole) << text;
  }
  CgroupLimits read() const { return read_cgroup_limits(root_.string()); }

 private:
  const std::filesystem::path root_ = [] {
    std::string name = (std::filesystem::temp_directory_path() / "doline-cgroup-XXXXXX").string();
    return std::filesystem::path(::mkdtemp(name.data()));
  }();
};

TEST_F(CgroupTest, NoLimitIsNone) {
  write("sys/fs/cgroup/memory.max", "max\n");
  write("sys/fs/cgroup/cpu.max", "max 100000\n");
  EXPECT_EQ(read().memory_bytes, 0u);
  EXPECT_EQ(read().cores, 0u);
}

// Symptom: under `systemd-run -p MemoryMax=1G` the whole machine's memory was taken for granted.
TEST_F(CgroupTest, TheLeastOfTheGroupAndThoseAboveCounts) {
  write("proc/self/cgroup", "0::/user.slice/run-1.scope\n");
  write("sys/fs/cgroup/user.slice/memory.max", "4096000\n");
  write("sys/fs/cgroup/user.slice/cpu.max", "150000 100000\n");
  write("sys/fs/cgroup/user.slice/run-1.scope/memory.max", "8192000\n");
  write("sys/fs/cgroup/user.slice/run-1.scope/cpu.max", "max 100000\n");
  EXPECT_EQ(read().memory_bytes, 4096000u);
  EXPECT_EQ(read().cores, 2u);
}

TEST_F(CgroupTest, VersionOne) {
  write("proc/self/cgroup", "8:pids:/\n4:memory:/jobs/7\n1:cpu,cpuacct:/jobs\n0::/\n");
  write("sys/fs/cgroup/memory/jobs/7/memory.limit_in_bytes", "1048576\n");
  write("sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_quota_us", "300000\n");
  write("sys/fs/cgroup/cpu,cpuacct/jobs/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(read().memory_bytes, 1048576u);
  EXPECT_EQ(read().cores, 3u);
}

// A container names the path it has outside, of which it sees nothing but the end as the root.
TEST_F(CgroupTest, AContainersOwnGroupIsTheRoot) {
  write("proc/self/cgroup", "0::/docker/abc\n");
  write("sys/fs/cgroup/memory.max", "2048\n");
  EXPECT_EQ(read().memory_bytes, 2048u);
}

}  // namespace
}  // namespace doline
