#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "base/ref.h"

namespace doline {

class Budget;
using BudgetRef = Ref<Budget>;

/// An account of bytes, child of another. Bytes charged to a child are charged to every account
/// above it; the topmost, `Budget::process()`, stands for the process's anonymous memory.
///
/// Two limits: `try_grow` is for state that can spill and stops at the soft limit; `grow` is for
/// what a chunk in flight needs and stops at the hard limit. There it asks the thread's arbiter
/// (memory/spill.h) to spill what is idle, waits a little for others to let memory go, and throws
/// Error(kMemoryLimit) when nothing comes of it; who has no arbiter gets the error at once.
/// Thread-safe, lock-free. Outlives what is charged to it.
class Budget final : public RefCounted {
 public:
  static constexpr size_t kNoLimit = ~size_t{0};

  /// The account of the whole process. Its limit starts at 80 % of what the system or the cgroup
  /// grants, less what the process used before.
  static Budget& process();
  static BudgetRef create(std::string name, Budget& parent, size_t limit_bytes = kNoLimit);
  ~Budget() override;

  [[nodiscard]] bool try_grow(size_t bytes) noexcept;
  void grow(size_t bytes);
  void shrink(size_t bytes) noexcept;
  /// Results the user keeps move from the query's account to the session's.
  void move_to(Budget& other, size_t bytes) noexcept;

  size_t used_bytes() const noexcept { return used_.load(std::memory_order_relaxed); }
  size_t peak_bytes() const noexcept { return peak_.load(std::memory_order_relaxed); }
  size_t limit_bytes() const noexcept { return limit_.load(std::memory_order_relaxed); }
  size_t soft_limit_bytes() const noexcept { return soft_limit_.load(std::memory_order_relaxed); }
  /// What spillable state may still take here and in every account above.
  size_t available_bytes() const noexcept;
  void set_limit(size_t bytes) noexcept;
  const std::string& name() const { return name_; }

  Budget(std::string name, Budget* parent, size_t limit_bytes);

 private:
  bool add(size_t bytes, bool soft) noexcept;

  const std::string name_;
  const Ref<Budget> parent_;
  std::atomic<size_t> used_{0};
  std::atomic<size_t> peak_{0};
  std::atomic<size_t> limit_;
  std::atomic<size_t> soft_limit_;
};

/// What chunk-sized buffers made by this thread are charged to; the process until a scope says
/// otherwise. Tasks set it once per step.
Budget& current_budget() noexcept;
class BudgetScope {
 public:
  explicit BudgetScope(Budget& budget) noexcept;
  ~BudgetScope();
  BudgetScope(const BudgetScope&) = delete;
  BudgetScope& operator=(const BudgetScope&) = delete;

 private:
  Budget* const outer_;
};

/// Memory the system or the cgroup grants this process, in bytes.
size_t granted_memory_bytes();
/// RssAnon + RssShmem of this process, in bytes.
size_t resident_anonymous_bytes();

}  // namespace doline
