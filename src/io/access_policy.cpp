#include "io/access_policy.h"

#include <algorithm>

#include "base/error.h"
#include "io/disk.h"

namespace doline {

namespace {

/// The path with links followed as far as it exists; what does not exist yet is appended as it
/// stands, and refused (empty) when it climbs.
std::string resolve(std::string_view path) {
  std::string head(path);
  std::string tail;
  std::string real;
  for (;;) {
    if (Disk::system().real_path(head.empty() ? "." : head, real)) break;
    const size_t slash = head.rfind('/');
    const std::string last = head.substr(slash == std::string::npos ? 0 : slash + 1);
    if (last == "..") return {};
    tail = tail.empty() ? last : last + "/" + tail;
    if (slash == 0) {
      real = "/";
      break;
    }
    head = slash == std::string::npos ? std::string() : head.substr(0, slash);
  }
  return tail.empty() ? real : (real == "/" ? real : real + "/") + tail;
}

bool lies_in(std::string_view path, std::string_view directory) {
  if (directory == "/") return true;
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace

AccessPolicy AccessPolicy::open() { return {}; }

AccessPolicy AccessPolicy::safe() {
  AccessPolicy policy;
  policy.mode_ = Mode::kClosed;
  return policy;
}

AccessPolicy AccessPolicy::within(std::vector<std::string> directories) {
  AccessPolicy policy;
  policy.mode_ = Mode::kWithin;
  for (const auto& directory : directories) policy.directories_.push_back(resolve(directory));
  return policy;
}

void AccessPolicy::check(std::string_view verb, std::string_view path) const {
  switch (mode_) {
    case Mode::kOpen:
      return;
    case Mode::kClosed:
      throw Error(ErrorCode::kPermission, "safe mode: may not {} {}", verb, path)
          .hint("start without --safe to reach files");
    case Mode::kWithin: {
      const std::string real = resolve(path);
      const auto allows = [&](const std::string& directory) { return lies_in(real, directory); };
      if (!real.empty() && std::any_of(directories_.begin(), directories_.end(), allows)) return;
      throw Error(ErrorCode::kPermission, "may not {} {}: it lies outside the allowed directories",
                  verb, path);
    }
  }
}

}  // namespace doline
