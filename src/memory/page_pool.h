#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_map>

#include "base/thread_safety.h"

namespace doline {

/// All large anonymous memory of the process: blocks of a power of two between 4 KiB and 2 MiB,
/// cut as buddies from 2 MiB slabs that ask for huge pages unless told otherwise; larger blocks are
/// mapped by themselves. Slabs are reused across queries: first touch of a page costs more than
/// reading it.
///
/// Thread-safe. Each thread keeps up to 1.5 MiB of small free blocks, less where the resident limit
/// is small, which spares the lock.
/// Invariants: (1) a block is aligned to its size; (2) free memory that is still resident never
/// exceeds the slack by more than small blocks after `free` returns, apart from thread caches;
/// (3) blocks in use and free resident memory together stay within the resident limit as long as
/// giving free memory back can do it.
/// Sanitized builds take every block from malloc, exactly as large as asked for, so that
/// AddressSanitizer sees each overrun.
class PagePool {
 public:
  static constexpr size_t kSlabBytes = size_t{2} << 20;
  static constexpr size_t kMinimumBytes = size_t{4} << 10;

  static PagePool& instance();

  /// The size a request is rounded up to, and thus charged with; where that would wrap, the
  /// request's own, which no budget grants.
  static size_t rounded(size_t bytes);
  /// Uninitialised memory of `rounded(bytes)`. Throws Error(kMemoryLimit) when the system refuses.
  std::byte* allocate(size_t bytes);
  void free(std::byte* block, size_t bytes) noexcept;

  /// Gives free memory back to the system until at most `keep` bytes of it are resident.
  void trim(size_t keep = 0) noexcept;
  /// Free memory that the system still counts as ours.
  size_t idle_bytes() const noexcept { return idle_bytes_.load(std::memory_order_relaxed); }

  /// Of that, what is given back whenever memory is wanted that is not resident yet and the limit
  /// says so: blocks worth a system call.
  size_t releasable_bytes() const noexcept {
    return releasable_bytes_.load(std::memory_order_relaxed);
  }

  /// How much idle memory may stay resident; set from the memory limit.
  void set_slack(size_t bytes) noexcept { slack_bytes_.store(bytes, std::memory_order_relaxed); }
  /// What blocks in use and idle memory may be together.
  void set_resident_limit(size_t bytes) noexcept {
    resident_limit_bytes_.store(bytes, std::memory_order_relaxed);
  }
  /// Whether to ask for huge pages. The system makes them, also later, of slabs that are in use
  /// only in part, and what was free and not there is there again: under a small limit that is too
  /// much.
  void set_huge_pages(bool wanted) noexcept;

 private:
  static constexpr int kOrders = 10;  // 4 KiB << 0 … 4 KiB << 9 = 2 MiB
  struct Slab;
  struct ThreadCache;
  struct FreeBlock {
    FreeBlock* next;
    FreeBlock* previous;
    Slab* slab;
  };
  using FreeLists = std::array<FreeBlock*, kOrders>;

  PagePool() = default;
  static ThreadCache& cache();
  size_t cached_bytes() const noexcept;
  std::byte* take(int order) REQUIRES(mutex_);
  void give(std::byte* block, int order) REQUIRES(mutex_);
  /// Grows a free block by its free neighbours that are resident as it is.
  void join_buddies(Slab& slab, std::byte*& block, int& order, bool resident) REQUIRES(mutex_);
  FreeLists& list_of(bool resident) REQUIRES(mutex_) { return resident ? resident_ : absent_; }
  void push(std::byte* block, int order) REQUIRES(mutex_);
  /// Gives a free block's memory back to the system.
  void release(FreeBlock& free, int order) noexcept REQUIRES(mutex_);
  /// Where `bytes` more would pass the resident limit, gives as much idle memory back.
  void make_room(size_t bytes) noexcept REQUIRES(mutex_);
  /// Gives idle blocks of at least `least_block` bytes back, the largest first, until `wanted`
  /// bytes are or no more than `keep` idle ones are left. How many it gave.
  size_t release_idle(size_t wanted, size_t least_block, size_t keep) noexcept REQUIRES(mutex_);
  void unlink(std::byte* block, int order) REQUIRES(mutex_);
  Slab& slab_of(std::byte* block) REQUIRES(mutex_);
  std::byte* map_slab() REQUIRES(mutex_);

  Mutex mutex_;
  FreeLists resident_ GUARDED_BY(mutex_) = {};
  FreeLists absent_ GUARDED_BY(mutex_) = {};  // to be touched for the first time
  std::unordered_map<uintptr_t, std::unique_ptr<Slab>> slabs_ GUARDED_BY(mutex_);  // by address
  std::atomic<size_t> idle_bytes_{0};
  std::atomic<size_t> releasable_bytes_{0};
  std::atomic<size_t> taken_bytes_{0};  // in use or in a thread's cache
  std::atomic<size_t> slack_bytes_{size_t{256} << 20};
  std::atomic<size_t> resident_limit_bytes_{~size_t{0}};
  std::atomic<bool> huge_pages_{true};
};

}  // namespace doline
