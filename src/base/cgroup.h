#pragma once

#include <cstdint>
#include <string>

namespace doline {

/// What the control group of this process and those above it grant: the least of each. 0: no limit.
struct CgroupLimits {
  uint64_t memory_bytes = 0;
  uint64_t cores = 0;  // the quota, rounded up
};

/// Reads `root`/proc/self/cgroup and the files below `root`/sys/fs/cgroup, version 1 and 2. A
/// process of a systemd slice sees the whole tree there, one of a container often only its own
/// group as the root of it: both the named path and the paths above it are looked at.
CgroupLimits read_cgroup_limits(const std::string& root = "");

}  // namespace doline
