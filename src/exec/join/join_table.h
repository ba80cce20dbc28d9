#pragma once

#include <algorithm>
#include <atomic>
#include <optional>
#include <vector>

#include "exec/join/join_shape.h"
#include "exec/join/key_places.h"
#include "exec/join/numbered_rows.h"
#include "plan/query_context.h"
#include "rows/row_pages.h"

namespace doline {

/// The leading bits of a hash, which say where a build row belongs: to a partition of the table in
/// memory, or to a bucket on disk.
struct JoinBits {
  static constexpr uint32_t kBits = 6;
  static constexpr uint32_t kCount = 1U << kBits;
  static uint32_t of(uint64_t hash) { return static_cast<uint32_t>(hash >> (64 - kBits)); }
};

/// The build side of a hash join: rows in pages, and a directory that leads from a hash to the rows
/// that may match (after Birler and others, DaMoN 2024). A directory word holds 16 bits of a bloom
/// filter over the hashes that fell on it and either the address of the one row there, or that of
/// a run: a count and an entry for each of its rows, one behind the other, with the row's address
/// and 16 bits of its hash. So most rows that match nothing cost one cache miss, most that match
/// one row two, and rows that only share a word are not looked at. Where a key has places
/// (KeyPlaces) each stands for a hash and is that of its word: rows there have that key.
///
/// Rows come with set_rows(); build() of each partition fills a slice of the directory that no
/// other touches, any number at once; then the table is only read, but for the byte in each row
/// that tells that it was matched.
class JoinTable final {
 public:
  /// `skip_bits`: leading bits that all rows' hashes have in common.
  JoinTable(const JoinShape& shape, uint32_t skip_bits = 0);
  ~JoinTable();

  /// Pages by partition (JoinBits), or all in one. Takes the directory's memory. Few small rows are
  /// put together in one page of one partition.
  void set_rows(std::vector<std::vector<RowPageRef>> partitions, Budget& budget);
  size_t partition_count() const { return partitions_.size(); }
  /// Polls `context` for cancellation.
  void build(size_t partition, QueryContext& context);
  /// After every partition was built.
  void seal();
  /// Once nobody probes, any more or yet: hands the rows back and lets the directory go.
  std::vector<RowPageRef> give_up();

  /// What set_rows and build take for so many rows.
  static size_t directory_bytes(uint64_t rows);

  uint64_t row_count() const { return row_count_; }
  /// hashes[i] = what leads the i-th active row to its word.
  void hash_keys(const std::vector<Column>& keys, const Selection& active, uint64_t* hashes) const;
  /// It has rows of one bucket of many alone, and others of them after it.
  bool is_of_bucket() const { return skip_bits_ != 0; }
  /// Rows that a word leads to have the key that led there.
  bool is_exact() const { return places_.has_value(); }
  BuildFacts facts;
  const JoinShape& shape() const { return shape_; }
  /// All rows, in the order they came.
  const std::vector<RowPageRef>& pages() const { return pages_; }
  /// Keeps the rows' texts; null where they have none.
  const PinRef& texts() const { return texts_; }
  /// Some words lead to several rows.
  bool has_runs() const {
    return std::any_of(runs_.begin(), runs_.end(), [](const BufferRef& run) { return !!run; });
  }
  /// Null unless output has numbers of rows.
  const NumberedRows* numbered() const { return numbered_ ? &*numbered_ : nullptr; }

  // The directory, for probes. A word of 0 leads nowhere.
  static constexpr uint64_t kAddress = (uint64_t{1} << 48) - 8;
  static constexpr uint64_t kIsRun = 1;
  static uint64_t tag_of(uint64_t hash) {
    return (uint64_t{1} << (48 + (hash & 15))) | (uint64_t{1} << (48 + ((hash >> 4) & 15)));
  }
  static uint64_t run_entry(uint64_t hash, uint64_t address) { return hash << 48 | address; }
  /// Whether a run's entry is of a row with this hash, as far as it tells.
  static bool may_be(uint64_t entry, uint64_t hash) { return (entry ^ hash << 48) >> 48 == 0; }
  const uint64_t* word_of(uint64_t hash) const { return words_ + ((hash << skip_bits_) >> shift_); }
  /// Words that a core's cache does not keep by itself.
  bool must_fetch() const { return word_count_ > (size_t{1} << 14); }

  static void mark_matched(const JoinShape& shape, std::byte* row) {
    std::atomic_ref(*reinterpret_cast<uint8_t*>(row + shape.layout->state_offset()))
        .store(1, std::memory_order_relaxed);
  }
  static bool is_matched(const JoinShape& shape, const std::byte* row) {
    const std::byte* const byte = row + shape.layout->state_offset();
    return std::atomic_ref(*reinterpret_cast<uint8_t*>(const_cast<std::byte*>(byte)))
               .load(std::memory_order_relaxed) != 0;
  }

 private:
  template <class Body>
  void for_each_linked(size_t partition, QueryContext& context, Body&& body) const;
  bool is_linked(const std::byte* row) const;
  void number_rows(Budget& budget);

  const JoinShape& shape_;
  uint32_t skip_bits_;
  uint32_t shift_ = 63;
  std::optional<KeyPlaces> places_;
  std::optional<NumberedRows> numbered_;
  size_t word_count_ = 0;
  uint64_t* words_ = nullptr;
  BufferRef directory_;
  uint64_t row_count_ = 0;
  std::vector<std::vector<RowPageRef>> partitions_;
  std::vector<BufferRef> runs_;  // by partition
  std::vector<RowPageRef> pages_;
  PinRef texts_;
  BudgetRef budget_;
};

/// The right columns of build rows; those that nobody reads (`is_read`, by left and right column)
/// are NULLs.
std::vector<Column> gather_right(const JoinTable& table, const std::vector<bool>& is_read,
                                 const std::byte* const* rows, uint32_t count);
/// Those of the join's output; a row may be RowLayout::null_row.
std::vector<Column> right_output(const JoinTable& table, const std::byte* const* rows,
                                 uint32_t count);

/// What comes out of a page once every left row was seen: the rows that nothing matched, with NULLs
/// on the left, or of a right semi or anti join the rows it keeps. At most kChunkRows from `begin`
/// on, which is moved forward.
Chunk rest_rows(const JoinTable& table, const RowPage& page, uint32_t& begin);

}  // namespace doline
