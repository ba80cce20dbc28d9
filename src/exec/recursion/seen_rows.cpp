#include "exec/recursion/seen_rows.h"

#include <algorithm>

#include "kernel/hash_column.h"

namespace doline {

namespace {

/// With less than this left of the budget rows go to disk.
constexpr size_t kReserveBytes = size_t{8} << 20;
/// Less is not worth the look for it that each row on disk may cost.
constexpr size_t kWorthWritingBytes = size_t{1} << 20;
/// Rows of a page on disk.
constexpr size_t kPageRows = 4096;
/// Rows in memory where tests ask for spilling, and pages looked at together.
constexpr size_t kForcedRows = 64;
constexpr size_t kForcedPages = 2;
/// Words of the filter of what is on disk: for two millions of rows without much doubt.
constexpr uint64_t kFilterWords = uint64_t{1} << 18;

/// Four bits of a word.
uint64_t filter_bits(uint64_t hash) {
  uint64_t bits = 0;
  for (uint32_t i = 0; i < 4; ++i) bits |= uint64_t{1} << ((hash >> (6 * i)) & 63);
  return bits;
}
uint64_t filter_word(uint64_t hash) { return (hash >> 24) & (kFilterWords - 1); }

RowLayoutRef layout_of(const std::vector<TypeRef>& types) {
  RowLayout::Options options;
  options.stores_hash = true;
  options.key_count = types.size();
  options.initial_states.resize(sizeof(uint64_t));
  return RowLayout::create(types, options);
}

}  // namespace

SeenRows::SeenRows(const std::vector<TypeRef>& types, QueryContext& context)
    : context_(context), layout_(layout_of(types)), enrolled_(context.arbiter, *this) {
  table_.emplace(layout_, *context_.budget);
}

SeenRows::Mark SeenRows::mark_of(const std::byte* row) const {
  uint64_t mark;
  std::memcpy(&mark, row + layout_->state_offset(), sizeof mark);
  return static_cast<Mark>(mark);
}

void SeenRows::set_mark(std::byte* row, Mark mark) const {
  const auto word = static_cast<uint64_t>(mark);
  std::memcpy(row + layout_->state_offset(), &word, sizeof word);
}

void SeenRows::add(const Chunk& chunk, ChunkStore& fresh) {
  const Claim claim(*this);
  const bool is_full = context_.settings.force_spill
                           ? table_->group_count() >= kForcedRows
                           : table_->held_bytes() >= kWorthWritingBytes &&
                                 context_.budget->available_bytes() <
                                     table_->bytes_to_grow(chunk.size()) + kReserveBytes;
  if (is_full && context_.spill) {
    const SpillingNow now(context_.arbiter);
    to_disk();
  }
  uint64_t hashes[kChunkRows];
  std::byte* rows[kChunkRows];
  for (size_t i = 0; i < chunk.columns.size(); ++i)
    hash_column(chunk.columns[i], chunk.active, hashes, i > 0);
  table_->find_or_create(chunk.columns, chunk.active, hashes, rows);
  held_bytes_.store(table_->held_bytes(), std::memory_order_relaxed);
  BufferRef list = Buffer::allocate(chunk.size() * sizeof(uint16_t));
  auto* kept = list->as<uint16_t>();
  uint32_t count = 0;
  for (uint32_t i = 0; i < chunk.size(); ++i) {
    if (mark_of(rows[i]) != Mark::kFresh) continue;
    set_mark(rows[i], is_on_disk_ ? Mark::kAsked : Mark::kGiven);
    if (is_on_disk_) asked_rows_.push_back(rows[i]);
    kept[count++] = static_cast<uint16_t>(chunk.active[i]);
  }
  if (is_on_disk_ || count == 0) return;
  if (count == chunk.size()) return fresh.append(chunk);
  Chunk narrowed = chunk;
  narrowed.active = Selection::of(std::move(list), count);
  fresh.append(narrowed);
}

void SeenRows::clear() {
  const Claim claim(*this);
  table_.emplace(layout_, *context_.budget);  // its slots go as well
  asked_rows_.clear();
  on_disk_ = nullptr;
  is_on_disk_ = false;
  for (Pages& pages : given_) pages.clear();
  for (Pages& pages : asked_) pages.clear();
  held_bytes_ = 0;
}

bool SeenRows::spill() {
  to_disk();
  return true;
}

void SeenRows::to_disk() {
  std::array<Rows, kBuckets> given, asked;
  for (const RowPageRef& page : table_->pages().pages()) {
    for (uint32_t i = 0; i < page->size(); ++i) {
      std::byte* const row = page->row(i);
      const uint32_t bucket = bucket_of(stored_hash(row));
      const bool is_given = mark_of(row) == Mark::kGiven;
      if (is_given) note_on_disk(stored_hash(row));
      (is_given ? given : asked)[bucket].push_back(row);
    }
  }
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    write(given[bucket], given_[bucket]);
    write(asked[bucket], asked_[bucket]);
  }
  table_.emplace(layout_, *context_.budget);  // its slots go as well
  asked_rows_.clear();
  is_on_disk_ = true;
  held_bytes_ = 0;
}

void SeenRows::note_on_disk(uint64_t hash) {
  if (!on_disk_) on_disk_ = Buffer::allocate_zeroed(kFilterWords * sizeof(uint64_t));
  on_disk_->as<uint64_t>()[filter_word(hash)] |= filter_bits(hash);
}

bool SeenRows::may_be_on_disk(uint64_t hash) const {
  if (!on_disk_) return false;
  const uint64_t bits = filter_bits(hash);
  return (on_disk_->as<uint64_t>()[filter_word(hash)] & bits) == bits;
}

void SeenRows::write(const Rows& rows, Pages& pages) const {
  for (size_t begin = 0; begin < rows.size(); begin += kPageRows) {
    const size_t count = std::min(kPageRows, rows.size() - begin);
    pages.push_back(RowPages::write(
        *layout_, std::span<const std::byte* const>(rows.data() + begin, count), *context_.spill));
  }
}

void SeenRows::end_round(ChunkStore& fresh) {
  const Claim claim(*this);
  if (!is_on_disk_) return;
  Rows sure;
  std::array<Rows, kBuckets> asked;
  for (std::byte* const row : asked_rows_) {
    const uint64_t hash = stored_hash(row);
    const uint32_t bucket = bucket_of(hash);
    // Rows of the round that went to disk in the midst of it may be the same.
    const bool is_new = asked_[bucket].empty() && !may_be_on_disk(hash);
    (is_new ? sure : asked[bucket]).push_back(row);
    set_mark(row, Mark::kGiven);
  }
  asked_rows_.clear();
  give(sure, fresh);
  for (uint32_t bucket = 0; bucket < kBuckets; ++bucket) {
    context_.check_cancelled();
    if (!asked[bucket].empty() || !asked_[bucket].empty()) end_bucket(bucket, asked[bucket], fresh);
  }
}

void SeenRows::end_bucket(uint32_t bucket, const Rows& in_table, ChunkStore& fresh) {
  const SpillingNow now(context_.arbiter);
  Rows rows = in_table;
  std::vector<RowPageRef> pages;
  GroupTable once(layout_, *context_.budget);
  std::byte* candidates[kChunkRows];
  std::byte* found[kChunkRows];
  if (!asked_[bucket].empty()) {
    for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
      const auto count = static_cast<uint32_t>(std::min<size_t>(kChunkRows, rows.size() - begin));
      once.find_or_adopt(rows.data() + begin, count, found);
    }
  }
  for (const SpilledPage& spilled : asked_[bucket]) {
    pages.push_back(RowPages::read_back(spilled, *layout_, *context_.spill, *context_.budget));
    const RowPage& page = *pages.back();
    for (uint32_t begin = 0; begin < page.size(); begin += kChunkRows) {
      const uint32_t count = std::min(kChunkRows, page.size() - begin);
      for (uint32_t i = 0; i < count; ++i) candidates[i] = page.row(begin + i);
      once.find_or_adopt(candidates, count, found);
      for (uint32_t i = 0; i < count; ++i) {
        if (found[i] == candidates[i]) rows.push_back(candidates[i]);
      }
    }
  }
  asked_[bucket].clear();
  rows = unknown_among(std::move(rows), given_[bucket]);
  give(rows, fresh);
  // Those in the table stay there.
  Rows from_disk;
  for (std::byte* const row : rows) {
    if (mark_of(row) == Mark::kGiven) continue;
    set_mark(row, Mark::kGiven);
    note_on_disk(stored_hash(row));
    from_disk.push_back(row);
  }
  write(from_disk, given_[bucket]);
}

SeenRows::Rows SeenRows::unknown_among(Rows rows, const Pages& pages) const {
  for (size_t next = 0; next < pages.size() && !rows.empty();) {
    context_.check_cancelled();
    GroupTable known(layout_, *context_.budget);
    std::vector<RowPageRef> together;
    while (next < pages.size()) {
      const bool is_enough =
          context_.settings.force_spill
              ? together.size() >= kForcedPages
              : context_.budget->available_bytes() < 4 * pages[next].memory_bytes + kReserveBytes;
      if (is_enough && !together.empty()) break;
      together.push_back(
          RowPages::read_back(pages[next++], *layout_, *context_.spill, *context_.budget));
      const RowPage& page = *together.back();
      std::byte* candidates[kChunkRows];
      std::byte* found[kChunkRows];
      for (uint32_t begin = 0; begin < page.size(); begin += kChunkRows) {
        const uint32_t count = std::min(kChunkRows, page.size() - begin);
        for (uint32_t i = 0; i < count; ++i) candidates[i] = page.row(begin + i);
        known.find_or_adopt(candidates, count, found);
      }
    }
    // A row that is not found becomes known itself, which no other row equals.
    Rows left;
    std::byte* found[kChunkRows];
    for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
      const auto count = static_cast<uint32_t>(std::min<size_t>(kChunkRows, rows.size() - begin));
      known.find_or_adopt(rows.data() + begin, count, found);
      for (uint32_t i = 0; i < count; ++i) {
        if (found[i] == rows[begin + i]) left.push_back(found[i]);
      }
    }
    rows = std::move(left);
  }
  return rows;
}

void SeenRows::give(const Rows& rows, ChunkStore& fresh) const {
  for (size_t begin = 0; begin < rows.size(); begin += context_.chunk_rows) {
    const auto count =
        static_cast<uint32_t>(std::min<size_t>(context_.chunk_rows, rows.size() - begin));
    std::vector<Column> columns;
    for (size_t i = 0; i < layout_->column_count(); ++i)
      columns.push_back(gather_column(*layout_, i, rows.data() + begin, count));
    fresh.append(Chunk(std::move(columns), count));
  }
}

}  // namespace doline
