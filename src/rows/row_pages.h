#pragma once

#include <span>
#include <vector>

#include "column/chunk.h"
#include "memory/budget.h"
#include "memory/buffer.h"
#include "memory/spill.h"
#include "rows/row_layout.h"

namespace doline {

/// Rows one behind the other in one block, with the heap blocks their texts lie in. A page is the
/// unit that spills and is read back. Written by its RowPages; afterwards any thread reads it.
/// Invariant: every pointer in its rows' texts leads into its own heap blocks.
class RowPage final : public Pin {
 public:
  /// `first_heap_bytes`: how much the texts are expected to take.
  RowPage(uint32_t capacity, uint32_t row_bytes, Budget& budget, size_t first_heap_bytes);
  ~RowPage() override;

  std::byte* row(uint32_t index) const { return rows_.data + size_t{index} * row_bytes_; }
  uint32_t size() const { return size_; }
  uint32_t capacity() const { return capacity_; }
  size_t held_bytes() const noexcept override { return held_; }
  /// What its rows' texts take.
  size_t heap_bytes() const;

 private:
  friend class RowPages;
  struct Block {
    std::byte* data = nullptr;
    size_t bytes = 0;  // capacity
    size_t used = 0;
  };
  Block take_block(size_t bytes);
  /// Copies a text or nested value to the heap.
  StringView place(std::string_view bytes);
  void copy_texts(const RowLayout& layout, std::byte* row);
  void place_texts(const RowLayout& layout, std::span<const std::byte> texts);

  const BudgetRef budget_;
  const uint32_t row_bytes_;
  const uint32_t capacity_;
  size_t first_heap_bytes_;
  uint32_t size_ = 0;
  size_t held_ = 0;
  Block rows_;
  std::vector<Block> heap_;
};
using RowPageRef = Ref<RowPage>;

/// A page on disk.
struct SpilledPage {
  SpillExtent extent;
  uint32_t rows = 0;
  size_t memory_bytes = 0;  // what it takes once read back
};

/// Rows of one layout, in pages that grow from 4 KiB to 256 KiB, charged to a budget as they are
/// taken (Budget::grow: look at Budget::available_bytes at a chunk boundary before). Owned by one
/// thread while it is written. Rows stay where they are until the page is released or spilled.
class RowPages {
 public:
  /// `page_bytes`: how large each page is, instead.
  RowPages(RowLayoutRef layout, Budget& budget, size_t page_bytes = 0);
  RowPages(RowPages&&) noexcept;
  RowPages& operator=(RowPages&&) noexcept;
  ~RowPages();

  const RowLayout& layout() const { return *layout_; }
  const RowLayoutRef& layout_ref() const { return layout_; }
  Budget& budget() const { return *budget_; }
  uint64_t row_count() const { return row_count_; }
  bool empty() const { return row_count_ == 0; }
  /// Charged bytes.
  size_t held_bytes() const;
  const std::vector<RowPageRef>& pages() const { return pages_; }

  /// Copies the rows `source[0 .. count)` of the columns into new rows; `hashes[i]` belongs to the
  /// i-th of them and is null where the layout stores none. `rows`, when given, receives where
  /// they lie. Null `source`: rows 0 to count.
  void append(std::span<const Column> columns, const uint32_t* source, uint32_t count,
              const uint64_t* hashes, std::byte** rows = nullptr);
  void append(const Chunk& chunk, const uint64_t* hashes = nullptr, std::byte** rows = nullptr);
  /// Copies a row of the same layout, states included, with its texts; returns its new place.
  std::byte* append_row(const std::byte* row);

  // For whoever places rows one by one and writes them column by column:
  struct Place {
    std::byte* row;
    RowPage* page;
  };
  /// The next row: no column NULL, states initial, columns and hash unwritten.
  Place allocate_row();
  /// Writes one column of rows just allocated, in whatever RowPages of this layout they lie.
  static void write_column(const RowLayout& layout, size_t column, const Column& values,
                           const uint32_t* source, uint32_t count, const Place* places);

  /// Takes over the other's pages; both must have one layout.
  void adopt(RowPages&& other);
  void adopt(RowPageRef page);
  /// Forgets the rows. Pages that others pin live on.
  void clear();
  /// Gives the pages up, so that they can go one by one.
  std::vector<RowPageRef> take_pages();
  /// One pin for all pages.
  PinRef pin() const;

  // On disk (page_image.cpp):
  /// Writes rows, wherever they lie, as one page.
  static SpilledPage write(const RowLayout& layout, std::span<const std::byte* const> rows,
                           SpillWriter& writer);
  /// Writes every page to `writer` and forgets it.
  std::vector<SpilledPage> spill(SpillWriter& writer);
  static RowPageRef read_back(const SpilledPage& page, const RowLayout& layout, SpillWriter& writer,
                              Budget& budget);
  static constexpr size_t kFirstHeapBytes = size_t{4} << 10;

 private:
  RowPage& open_page(uint32_t expected_rows);
  uint32_t room() const;

  RowLayoutRef layout_;
  BudgetRef budget_;
  size_t page_bytes_ = 0;
  uint64_t row_count_ = 0;
  std::vector<RowPageRef> pages_;
};

/// One column of the given rows. Texts are viewed where they lie, under `pin`; without one they
/// are copied.
Column gather_column(const RowLayout& layout, size_t column, const std::byte* const* rows,
                     uint32_t count, const PinRef& pin = nullptr);
/// The first `column_count` columns (default all) of a page's rows [begin, begin + count), texts
/// pinned.
Chunk gather_page(const RowLayout& layout, const RowPageRef& page, uint32_t begin, uint32_t count,
                  size_t column_count = ~size_t{0});

/// The stored hash of a row whose layout has one.
inline uint64_t stored_hash(const std::byte* row) {
  uint64_t hash;
  __builtin_memcpy(&hash, row, sizeof hash);
  return hash;
}

}  // namespace doline
