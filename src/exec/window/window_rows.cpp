#include "exec/window/window_rows.h"

#include <algorithm>
#include <cstring>

#include "column/chunk_bytes.h"
#include "column/column_builder.h"
#include "kernel/compare.h"

namespace doline {

namespace {

constexpr size_t kRoomBytes = size_t{4} << 20;
/// The chunk being read and the one being answered are about to be used.
constexpr size_t kHeldChunks = 4;
/// Written before others have their turn.
constexpr size_t kWrittenAtOnceBytes = size_t{1} << 20;

/// Sets the bits of rows that differ from the row before; row 0 is not looked at.
void mark_changes(const Column& key, uint32_t rows, uint64_t* bits) {
  if (key.is_constant() || rows < 2) return;
  const Column flat = key.flatten();
  uint64_t equal[kChunkRows / 64];
  compare_not_distinct(flat.slice(0, rows - 1), flat.slice(1, rows - 1), Selection::all(rows - 1),
                       equal);
  // Bit i compares rows i and i + 1.
  uint64_t carried = 0;
  for (size_t word = 0; word < words_for_bits(rows); ++word) {
    const uint64_t differ =
        word * 64 < rows - 1 ? ~equal[word] & low_mask(rows - 1 - word * 64) : 0;
    bits[word] |= differ << 1 | carried;
    carried = differ >> 63;
  }
}

}  // namespace

WindowRows::WindowRows(const WindowShape& shape, QueryContext& context)
    : shape_(shape),
      context_(context),
      groups_(shape.levels.size()),
      enrolled_(context.arbiter, *this) {}

void WindowRows::add(Chunk chunk) {
  if (shape_.computed) {
    std::vector<Column> columns;
    shape_.computed->evaluate(chunk, scratch_, columns);
    chunk.columns.insert(chunk.columns.end(), columns.begin(), columns.end());
  }
  const uint32_t rows = chunk.row_count;
  const size_t bytes = chunk.kept_bytes();
  Slot slot{std::move(chunk), end_row_, rows, bytes, false, {}, {}, groups_};
  mark_starts(slot);
  slots_.push_back(std::move(slot));
  if (slots_.size() > kHeldChunks) {
    const Slot& held = slots_[slots_.size() - 1 - kHeldChunks];
    if (!held.is_spilled) spillable_bytes_ += held.bytes;
  }
  end_row_ += rows;
  make_room();
}

void WindowRows::mark_starts(Slot& slot) {
  const size_t words = words_for_bits(slot.rows);
  std::vector<uint64_t> differ(words);
  std::vector<Column> keys;
  const auto take = [&](uint32_t column) {
    const Column& key = slot.chunk.columns[column];
    mark_changes(key, slot.rows, differ.data());
    if (last_keys_.empty()
            ? end_row_ == 0
            : !rows_equal(key, 0, last_keys_[keys.size()], last_keys_[keys.size()].size() - 1))
      differ[0] |= 1;
    keys.push_back(key);
  };
  if (end_row_ == 0) differ[0] |= 1;
  for (const uint32_t column : shape_.partition_by) take(column);
  size_t taken = 0;
  for (size_t level = 0; level < shape_.levels.size(); ++level) {
    for (; taken < shape_.levels[level]; ++taken) take(shape_.order_by[taken]);
    slot.starts.insert(slot.starts.end(), differ.begin(), differ.end());
    for (const uint64_t word : differ) groups_[level] += static_cast<uint64_t>(std::popcount(word));
  }
  last_keys_ = std::move(keys);
}

void WindowRows::make_room() {
  if (!context_.spill) return;
  const bool forced = context_.settings.force_spill;
  while (!is_worth_keeping(next_to_spill_) &&
         (forced || context_.budget->available_bytes() < kRoomBytes)) {
    spill_next();
  }
}

bool WindowRows::is_worth_keeping(size_t chunk) const { return chunk + kHeldChunks >= end_chunk(); }

bool WindowRows::spill() {
  for (size_t written = 0; written < kWrittenAtOnceBytes && !is_worth_keeping(next_to_spill_);)
    written += spill_next();
  return is_worth_keeping(next_to_spill_);
}

size_t WindowRows::spill_next() {
  Slot& slot = slots_[next_to_spill_++ - first_chunk_];
  image_.clear();
  write_chunk(slot.chunk, image_);
  slot.extent = context_.spill->write(image_);
  slot.is_spilled = true;
  slot.chunk = Chunk();
  spillable_bytes_ -= slot.bytes;
  return image_.size();
}

void WindowRows::drop_before(size_t chunk) {
  while (first_chunk_ < chunk && !slots_.empty()) {
    const Slot& slot = slots_.front();
    if (!slot.is_spilled && !is_worth_keeping(first_chunk_)) spillable_bytes_ -= slot.bytes;
    slots_.pop_front();
    ++first_chunk_;
  }
  next_to_spill_ = std::max(next_to_spill_, first_chunk_);
}

size_t WindowRows::chunk_of(uint64_t row) const {
  // Mostly the one asked for before.
  if (last_chunk_ >= first_chunk_ && last_chunk_ < end_chunk() && row >= begin_of(last_chunk_) &&
      row - begin_of(last_chunk_) < size_of(last_chunk_)) {
    return last_chunk_;
  }
  const auto found =
      std::upper_bound(slots_.begin(), slots_.end(), row,
                       [](uint64_t wanted, const Slot& slot) { return wanted < slot.begin; });
  ASSERT(found != slots_.begin());
  last_chunk_ = first_chunk_ + static_cast<size_t>(found - slots_.begin()) - 1;
  return last_chunk_;
}

const Chunk& WindowRows::chunk(size_t index) {
  const Slot& slot = slots_[index - first_chunk_];
  if (!slot.is_spilled) return slot.chunk;
  for (const Loaded& loaded : loaded_) {
    if (loaded.index == index) return loaded.chunk;
  }
  context_.check_cancelled();
  Loaded& loaded = loaded_[next_loaded_];
  next_loaded_ = (next_loaded_ + 1) % kLoaded;
  loaded = {};
  BufferRef buffer = Buffer::allocate(slot.extent.size_bytes, *context_.budget);
  context_.spill->read(slot.extent, {buffer->data(), slot.extent.size_bytes});
  std::span<const std::byte> bytes(buffer->data(), slot.extent.size_bytes);
  loaded.chunk = read_chunk(shape_.types, bytes);
  loaded.index = index;
  return loaded.chunk;
}

Column WindowRows::gather(RowRange range, uint32_t index) {
  const TypeRef type = shape_.types[index];
  const size_t first = chunk_of(range.begin);
  const auto row = static_cast<uint32_t>(range.begin - begin_of(first));
  if (row + range.size() <= size_of(first))
    return column(first, index).flatten().slice(row, static_cast<uint32_t>(range.size()));
  ASSERT(range.size() < ~uint32_t{0});
  const auto rows = static_cast<uint32_t>(range.size());
  const bool is_plain =
      !type->is_nested() && !type->is_string() && type->physical() != PhysicalType::kBool;
  if (!is_plain) {
    ColumnBuilder builder(type, rows);
    for_range(range, [&](size_t chunk, uint32_t begin, uint32_t count) {
      const Column& from = column(chunk, index);
      for (uint32_t i = 0; i < count; ++i) builder.append_from(from, begin + i);
    });
    return builder.seal();
  }
  const size_t width = width_of(type->physical());
  ColumnWriter writer(type, rows);
  uint32_t at = 0;
  for_range(range, [&](size_t chunk, uint32_t begin, uint32_t count) {
    const Column from = column(chunk, index).flatten();
    std::memcpy(writer.values<std::byte>() + width * at, from.values<std::byte>() + width * begin,
                width * count);
    if (from.validity()) {
      for (uint32_t i = 0; i < count; ++i) {
        if (from.is_null(begin + i)) writer.set_null(at + i);
      }
    }
    at += count;
  });
  return writer.seal(rows);
}

const uint64_t* WindowRows::starts(size_t chunk, uint32_t level) const {
  const Slot& slot = slots_[chunk - first_chunk_];
  return slot.starts.data() + level * words_for_bits(slot.rows);
}

uint64_t WindowRows::group_begin(uint32_t level, uint64_t row) const {
  for (size_t chunk = chunk_of(row);; --chunk) {
    const uint64_t* bits = starts(chunk, level);
    const uint64_t last = std::min<uint64_t>(row - begin_of(chunk), size_of(chunk) - 1);
    for (size_t word = last / 64 + 1; word-- > 0;) {
      const uint64_t set =
          bits[word] & (word == last / 64 ? low_mask(last % 64 + 1) : ~uint64_t{0});
      if (set != 0)
        return begin_of(chunk) + word * 64 + 63 - static_cast<uint64_t>(std::countl_zero(set));
    }
    if (chunk == first_chunk_) return begin_of(chunk);  // it began in what is forgotten
  }
}

uint64_t WindowRows::group_end(uint32_t level, uint64_t row) const {
  size_t chunk = chunk_of(row);
  uint64_t next = row + 1 - begin_of(chunk);
  for (; chunk < end_chunk(); ++chunk, next = 0) {
    const uint64_t* bits = starts(chunk, level);
    const size_t words = words_for_bits(size_of(chunk));
    for (size_t word = next / 64; word < words; ++word) {
      const uint64_t set = bits[word] & ~(word == next / 64 ? low_mask(next % 64) : 0);
      if (set != 0)
        return begin_of(chunk) + word * 64 + static_cast<uint64_t>(std::countr_zero(set));
    }
  }
  return end_row_;
}

uint64_t WindowRows::groups_before(uint32_t level, uint64_t row) const {
  if (row >= end_row_) return groups_[level];
  const size_t chunk = chunk_of(row);
  const uint64_t* bits = starts(chunk, level);
  const uint64_t at = row - begin_of(chunk);
  uint64_t count = slots_[chunk - first_chunk_].groups_before[level];
  for (size_t word = 0; word < at / 64; ++word)
    count += static_cast<uint64_t>(std::popcount(bits[word]));
  if (at % 64 != 0)
    count += static_cast<uint64_t>(std::popcount(bits[at / 64] & low_mask(at % 64)));
  return count;
}

uint64_t WindowRows::begin_of_group(uint32_t level, uint64_t group) const {
  const auto found = std::upper_bound(
      slots_.begin(), slots_.end(), group,
      [&](uint64_t wanted, const Slot& slot) { return wanted < slot.groups_before[level]; });
  ASSERT(found != slots_.begin());
  const size_t chunk = first_chunk_ + static_cast<size_t>(found - slots_.begin()) - 1;
  const uint64_t* bits = starts(chunk, level);
  uint64_t left = group - slots_[chunk - first_chunk_].groups_before[level];
  for (size_t word = 0; word < words_for_bits(size_of(chunk)); ++word) {
    uint64_t set = bits[word];
    const auto count = static_cast<uint64_t>(std::popcount(set));
    if (left >= count) {
      left -= count;
      continue;
    }
    for (; left > 0; --left) set &= set - 1;
    return begin_of(chunk) + word * 64 + static_cast<uint64_t>(std::countr_zero(set));
  }
  UNREACHABLE();
}

WindowColumns::WindowColumns(std::vector<uint32_t> columns, uint32_t filter, WindowRows& rows)
    : columns_(std::move(columns)), filter_(filter), rows_(rows) {
  BufferRef list = Buffer::allocate(kChunkRows * sizeof(uint16_t));
  for (uint32_t i = 0; i < kChunkRows; ++i) list->as<uint16_t>()[i] = static_cast<uint16_t>(i);
  all_rows_ = Selection::of(std::move(list), kChunkRows);
}

WindowColumns::Slot& WindowColumns::slot(size_t chunk) {
  if (slots_[last_].chunk == chunk) return slots_[last_];
  for (size_t i = 0; i < kSlots; ++i) {
    if (slots_[i].chunk == chunk) {
      last_ = i;
      return slots_[i];
    }
  }
  last_ = oldest_;
  oldest_ = (oldest_ + 1) % kSlots;
  Slot& slot = slots_[last_];
  slot.chunk = ~size_t{0};
  slot.columns.clear();
  const Chunk& rows = rows_.chunk(chunk);
  for (const uint32_t column : columns_) slot.columns.push_back(rows.columns[column]);
  if (filter_ != CallColumns::kNone) {
    const Column& filter = rows.columns[filter_];
    slot.passing.assign(words_for_bits(rows.row_count), 0);
    for (uint32_t row = 0; row < rows.row_count; ++row) {
      if (!filter.is_null(row) && filter.value<bool>(row)) set_bit(slot.passing.data(), row);
    }
    slot.passing_rows = Selection::from_bits(slot.passing.data(), rows.row_count);
  }
  slot.chunk = chunk;
  return slot;
}

Selection WindowColumns::passing(size_t chunk, uint32_t begin, uint32_t count) {
  if (begin == 0 && count == rows_.size_of(chunk))
    return filter_ == CallColumns::kNone ? Selection::all(count) : slot(chunk).passing_rows;
  if (filter_ == CallColumns::kNone) return all_rows_.slice(begin, count);
  const Selection& passing = slot(chunk).passing_rows;
  if (passing.is_all()) return all_rows_.slice(begin, count);
  const uint16_t* rows = passing.rows();
  const uint16_t* end = rows + passing.size();
  const uint16_t* first = std::lower_bound(rows, end, begin);
  const uint16_t* last = std::lower_bound(first, end, begin + count);
  return passing.slice(static_cast<uint32_t>(first - rows), static_cast<uint32_t>(last - first));
}

}  // namespace doline
