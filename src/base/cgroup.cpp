#include "base/cgroup.h"

#include <algorithm>
#include <fstream>

namespace doline {

namespace {

void take_least(uint64_t& least, uint64_t found) {
  if (found != 0) least = least == 0 ? found : std::min(least, found);
}

/// The number a file begins with; 0 where there is none ("max", "-1", no such file).
uint64_t first_number(const std::string& path) {
  std::ifstream file(path);
  int64_t value = 0;
  return file >> value && value > 0 ? static_cast<uint64_t>(value) : 0;
}

uint64_t cores(uint64_t quota, uint64_t period) {
  return quota != 0 && period != 0 ? (quota + period - 1) / period : 0;
}

void read_group(const std::string& folder, CgroupLimits& limits) {
  take_least(limits.memory_bytes, first_number(folder + "/memory.max"));
  take_least(limits.memory_bytes, first_number(folder + "/memory.limit_in_bytes"));
  take_least(limits.cores, cores(first_number(folder + "/cpu.cfs_quota_us"),
                                 first_number(folder + "/cpu.cfs_period_us")));
  std::ifstream file(folder + "/cpu.max");
  uint64_t quota = 0;
  uint64_t period = 0;
  if (file >> quota >> period) take_least(limits.cores, cores(quota, period));
}

}  // namespace

CgroupLimits read_cgroup_limits(const std::string& root) {
  CgroupLimits limits;
  const std::string mount = root + "/sys/fs/cgroup";
  std::ifstream groups(root + "/proc/self/cgroup");
  std::string line;
  while (std::getline(groups, line)) {  // "0::/user.slice/run-1.scope", "4:memory:/jobs/7"
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const auto has = [&](const char* name) {
      return ("," + controllers + ",").find(name) != std::string::npos;
    };
    std::string folder = mount;
    if (has(",memory,"))
      folder += "/memory";
    else if (has(",cpu,"))
      folder += "/" + controllers;
    else if (!controllers.empty())
      continue;
    std::string path = line.substr(second + 1);
    while (path.size() > 1) {
      read_group(folder + path, limits);
      path.resize(path.rfind('/'));
    }
    read_group(folder, limits);
  }
  return limits;
}

}  // namespace doline
