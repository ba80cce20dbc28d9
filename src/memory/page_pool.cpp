#include "memory/page_pool.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>

#include "base/assert.h"
#include "base/error.h"

namespace doline {

namespace {

constexpr size_t kPage = PagePool::kMinimumBytes;
constexpr size_t kPagesInSlab = PagePool::kSlabBytes / kPage;
constexpr uint8_t kNotFree = 0xFF;
/// Only blocks this large are worth a system call to give back.
constexpr size_t kReleaseBytes = size_t{64} << 10;
/// Memory is given back so much at a time, where it is there.
constexpr size_t kReleaseAtOnceBytes = size_t{4} << 20;

size_t order_bytes(int order) { return kPage << order; }
int order_of(size_t bytes) { return bytes <= kPage ? 0 : std::bit_width((bytes - 1) / kPage); }

std::byte* map_aligned(size_t bytes, bool huge_pages) {
  const size_t span = bytes + PagePool::kSlabBytes;
  void* raw = ::mmap(nullptr, span, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (raw == MAP_FAILED) {
    throw Error(ErrorCode::kMemoryLimit, "the system refused {} MiB of memory", bytes >> 20)
        .hint("lower memory_limit, or free memory on this machine");
  }
  const auto begin = reinterpret_cast<uintptr_t>(raw);
  const uintptr_t aligned = (begin + PagePool::kSlabBytes - 1) & ~(PagePool::kSlabBytes - 1);
  if (aligned > begin) ::munmap(raw, aligned - begin);
  const uintptr_t end = begin + span;
  if (end > aligned + bytes)
    ::munmap(reinterpret_cast<void*>(aligned + bytes), end - aligned - bytes);
  // Said either way: a system may make huge pages of whatever says nothing.
  ::madvise(reinterpret_cast<void*>(aligned), bytes, huge_pages ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  return reinterpret_cast<std::byte*>(aligned);
}

size_t page_index(const std::byte* block) {
  return (reinterpret_cast<uintptr_t>(block) & (PagePool::kSlabBytes - 1)) / kPage;
}

/// False once this thread's cache is destroyed: what the thread frees after that goes to the pool.
thread_local bool thread_has_cache = true;

}  // namespace

/// Bookkeeping lies outside the slab, so that released blocks need not be touched.
struct PagePool::Slab {
  std::byte* base = nullptr;
  std::array<uint8_t, kPagesInSlab> free_order;  // at a free block's first page; else kNotFree
  std::array<FreeBlock, kPagesInSlab> links;
  std::array<bool, kPagesInSlab> resident;  // of a free block, at its first page

  ~Slab() {
    if (base) ::munmap(base, kSlabBytes);
  }
};

/// Of arrays, so that freeing a block never allocates.
struct PagePool::ThreadCache {
  static constexpr int kCachedOrders = 6;  // up to 128 KiB
  static constexpr size_t kLeastBytesPerOrder = size_t{32} << 10;
  static constexpr size_t kMostBytesPerOrder = size_t{256} << 10;
  struct Stack {
    std::array<std::byte*, kMostBytesPerOrder / kPage> blocks;
    size_t count = 0;
  };
  std::array<Stack, kCachedOrders> stacks;  // by order

  ~ThreadCache() {
    thread_has_cache = false;
    auto& pool = PagePool::instance();
    MutexLock lock(pool.mutex_);
    for (int order = 0; order < kCachedOrders; ++order) {
      const Stack& stack = stacks[static_cast<size_t>(order)];
      for (size_t i = 0; i < stack.count; ++i) pool.give(stack.blocks[i], order);
    }
  }
};

PagePool& PagePool::instance() {
  static auto* pool = new PagePool();  // outlives static destructors and late threads
  return *pool;
}

/// Of each size. Caches of all threads together: a small part of a small limit.
size_t PagePool::cached_bytes() const noexcept {
  return std::clamp(resident_limit_bytes_.load(std::memory_order_relaxed) / 1024,
                    ThreadCache::kLeastBytesPerOrder, ThreadCache::kMostBytesPerOrder);
}

PagePool::ThreadCache& PagePool::cache() {
  thread_local ThreadCache cache;
  return cache;
}

size_t PagePool::rounded(size_t bytes) {
  // What would wrap stays as it is, and is refused by whoever it is asked of.
  if (bytes > ~size_t{0} - kSlabBytes) return bytes;
  if (bytes > kSlabBytes) return (bytes + kSlabBytes - 1) & ~(kSlabBytes - 1);
  return order_bytes(order_of(bytes));
}

PagePool::Slab& PagePool::slab_of(std::byte* block) {
  const auto found = slabs_.find(reinterpret_cast<uintptr_t>(block) & ~(kSlabBytes - 1));
  ASSERT(found != slabs_.end());
  return *found->second;
}

void PagePool::push(std::byte* block, int order) {
  Slab& slab = slab_of(block);
  const size_t page = page_index(block);
  FreeBlock& link = slab.links[page];
  slab.free_order[page] = static_cast<uint8_t>(order);
  link.slab = &slab;
  FreeBlock*& head = list_of(slab.resident[page])[static_cast<size_t>(order)];
  link.next = head;
  link.previous = nullptr;
  if (head) head->previous = &link;
  head = &link;
  if (slab.resident[page] && order_bytes(order) >= kReleaseBytes) {
    releasable_bytes_.fetch_add(order_bytes(order), std::memory_order_relaxed);
  }
}

void PagePool::unlink(std::byte* block, int order) {
  Slab& slab = slab_of(block);
  const size_t page = page_index(block);
  FreeBlock& link = slab.links[page];
  if (link.previous) {
    link.previous->next = link.next;
  } else {
    list_of(slab.resident[page])[static_cast<size_t>(order)] = link.next;
  }
  if (link.next) link.next->previous = link.previous;
  slab.free_order[page] = kNotFree;
  if (slab.resident[page] && order_bytes(order) >= kReleaseBytes) {
    releasable_bytes_.fetch_sub(order_bytes(order), std::memory_order_relaxed);
  }
}

std::byte* PagePool::map_slab() {
  auto slab = std::make_unique<Slab>();
  slab->free_order.fill(kNotFree);
  slab->base = map_aligned(kSlabBytes, huge_pages_.load(std::memory_order_relaxed));
  std::byte* base = slab->base;
  slabs_.emplace(reinterpret_cast<uintptr_t>(base), std::move(slab));
  return base;
}

std::byte* PagePool::take(int order) {
  const auto least_order = [&](const FreeLists& lists) {
    int from = order;
    while (from < kOrders && !lists[static_cast<size_t>(from)]) ++from;
    return from;
  };
  int from = least_order(resident_);  // what need not be touched for the first time comes first
  const bool resident = from < kOrders;
  if (!resident) from = least_order(absent_);
  std::byte* block;
  Slab* slab;
  if (from == kOrders) {
    from = kOrders - 1;
    block = map_slab();
    slab = &slab_of(block);
  } else {
    FreeBlock* link = list_of(resident)[static_cast<size_t>(from)];
    slab = link->slab;
    block = slab->base + static_cast<size_t>(link - slab->links.data()) * kPage;
    unlink(block, from);
  }
  while (from > order) {  // hand the upper halves back
    --from;
    std::byte* upper = block + order_bytes(from);
    slab->resident[page_index(upper)] = resident;
    push(upper, from);
  }
  if (resident) {
    idle_bytes_.fetch_sub(order_bytes(order), std::memory_order_relaxed);
  } else {
    make_room(order_bytes(order));
  }
  taken_bytes_.fetch_add(order_bytes(order), std::memory_order_relaxed);
  return block;
}

void PagePool::make_room(size_t bytes) noexcept {
  const size_t limit = resident_limit_bytes_.load(std::memory_order_relaxed);
  const auto resident = [&] { return taken_bytes_.load(std::memory_order_relaxed) + idle_bytes(); };
  if (resident() + bytes <= limit || releasable_bytes() == 0) return;
  release_idle(std::max(resident() + bytes - limit, kReleaseAtOnceBytes), kReleaseBytes, 0);
}

size_t PagePool::release_idle(size_t wanted, size_t least_block, size_t keep) noexcept {
  size_t released = 0;
  for (int order = kOrders - 1; order >= 0 && order_bytes(order) >= least_block; --order) {
    while (FreeBlock* link = list_of(true)[static_cast<size_t>(order)]) {
      if (released >= wanted || idle_bytes() <= keep) return released;
      release(*link, order);
      released += order_bytes(order);
    }
  }
  return released;
}

void PagePool::release(FreeBlock& free, int order) noexcept {
  Slab& slab = *free.slab;
  const auto page = static_cast<size_t>(&free - slab.links.data());
  std::byte* block = slab.base + page * kPage;
  unlink(block, order);
  ::madvise(block, order_bytes(order), MADV_DONTNEED);
  idle_bytes_.fetch_sub(order_bytes(order), std::memory_order_relaxed);
  join_buddies(slab, block, order, false);
  slab.resident[page_index(block)] = false;
  push(block, order);
}

void PagePool::join_buddies(Slab& slab, std::byte*& block, int& order, bool resident) {
  while (order < kOrders - 1) {
    std::byte* buddy = slab.base + ((page_index(block) * kPage) ^ order_bytes(order));
    const size_t buddy_page = page_index(buddy);
    if (slab.free_order[buddy_page] != order || slab.resident[buddy_page] != resident) break;
    unlink(buddy, order);
    block = std::min(block, buddy);
    ++order;
  }
}

void PagePool::give(std::byte* block, int order) {
  Slab& slab = slab_of(block);
  taken_bytes_.fetch_sub(order_bytes(order), std::memory_order_relaxed);
  idle_bytes_.fetch_add(order_bytes(order), std::memory_order_relaxed);
  join_buddies(slab, block, order, true);
  slab.resident[page_index(block)] = true;
  push(block, order);
  // Looked at once joined: small blocks together are worth a system call.
  if (idle_bytes_.load(std::memory_order_relaxed) > slack_bytes_.load(std::memory_order_relaxed) &&
      order_bytes(order) >= kReleaseBytes)
    release(slab.links[page_index(block)], order);
}

#ifdef DOLINE_SANITIZED

std::byte* PagePool::allocate(size_t bytes) {
  void* block = nullptr;
  if (::posix_memalign(&block, 64, bytes == 0 ? 1 : bytes) != 0) {
    throw Error(ErrorCode::kMemoryLimit, "the system refused {} bytes of memory", bytes);
  }
  return static_cast<std::byte*>(block);
}

void PagePool::free(std::byte* block, size_t) noexcept { ::free(block); }

#else

std::byte* PagePool::allocate(size_t bytes) {
  if (bytes > kSlabBytes) {
    {
      MutexLock lock(mutex_);
      make_room(rounded(bytes));
    }
    std::byte* block = map_aligned(rounded(bytes), huge_pages_.load(std::memory_order_relaxed));
    taken_bytes_.fetch_add(rounded(bytes), std::memory_order_relaxed);
    return block;
  }
  const int order = order_of(bytes);
  if (order < ThreadCache::kCachedOrders && thread_has_cache) {
    ThreadCache::Stack& cached = cache().stacks[static_cast<size_t>(order)];
    if (cached.count > 0) return cached.blocks[--cached.count];
  }
  MutexLock lock(mutex_);
  return take(order);
}

void PagePool::free(std::byte* block, size_t bytes) noexcept {
  if (bytes > kSlabBytes) {
    ::munmap(block, rounded(bytes));
    taken_bytes_.fetch_sub(rounded(bytes), std::memory_order_relaxed);
    return;
  }
  const int order = order_of(bytes);
  if (order < ThreadCache::kCachedOrders && thread_has_cache) {
    ThreadCache::Stack& cached = cache().stacks[static_cast<size_t>(order)];
    if ((cached.count + 1) * order_bytes(order) <= cached_bytes()) {
      cached.blocks[cached.count++] = block;
      return;
    }
  }
  MutexLock lock(mutex_);
  give(block, order);
}

#endif

void PagePool::set_huge_pages(bool wanted) noexcept {
  MutexLock lock(mutex_);
  if (huge_pages_.exchange(wanted, std::memory_order_relaxed) == wanted) return;
  for (const auto& [address, slab] : slabs_)
    ::madvise(slab->base, kSlabBytes, wanted ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  if (wanted) return;
  for (const auto& [address, slab] : slabs_) {
    for (size_t page = 0; page < kPagesInSlab; ++page) {
      if (slab->free_order[page] == kNotFree || slab->resident[page]) continue;
      ::madvise(slab->base + page * kPage, order_bytes(slab->free_order[page]), MADV_DONTNEED);
    }
  }
}

void PagePool::trim(size_t keep) noexcept {
  const size_t idle = idle_bytes();
  size_t left = idle - std::min(idle, keep);  // what is freed meanwhile is not waited for
  while (left > 0) {
    MutexLock lock(mutex_);
    const size_t released = release_idle(std::min(left, kReleaseAtOnceBytes), 0, keep);
    if (released == 0) return;
    left -= std::min(left, released);
  }
}

}  // namespace doline
