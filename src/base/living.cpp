#include "base/living.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

namespace doline {

std::string unique_id() {
  static const int64_t begun = std::chrono::system_clock::now().time_since_epoch().count();
  static std::atomic<uint64_t> given{0};
  return fmt::format("{}-{}-{}", getpid(), begun, given.fetch_add(1));
}

}  // namespace doline
