#include "engine/idle_memory.h"

#include <atomic>
#include <chrono>

#include "base/executor.h"
#include "memory/page_pool.h"

namespace doline {

namespace {

constexpr auto kPause = std::chrono::seconds(2);
/// Not worth a timer's thread.
constexpr size_t kKeptBytes = size_t{64} << 20;

std::atomic<uint64_t> running{0};
std::atomic<uint64_t> started{0};

/// Gives memory back where no query ran since it was made.
class Trim final : public WakeTarget {
 public:
  explicit Trim(uint64_t seen) : seen_(seen) {}
  void wake() noexcept override {
    if (running.load() == 0 && started.load() == seen_) PagePool::instance().trim(kKeptBytes);
  }

 private:
  const uint64_t seen_;
};

}  // namespace

MemoryInUse::MemoryInUse() {
  started.fetch_add(1);
  running.fetch_add(1);
}

MemoryInUse::~MemoryInUse() {
  if (running.fetch_sub(1) != 1 || PagePool::instance().idle_bytes() <= kKeptBytes) return;
  Executor::shared().timers().post_after(kPause, Waker(std::make_shared<Trim>(started.load())));
}

}  // namespace doline
