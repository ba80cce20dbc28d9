#include "table/stored_rows.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "base/assert.h"
#include "column/chunk_bytes.h"
#include "kernel/concatenate.h"

namespace doline {

std::vector<Column> SpilledColumns::read() const {
  const BufferRef buffer = Buffer::allocate(extent.size_bytes);
  file->read(extent, {buffer->data(), extent.size_bytes});
  std::span<const std::byte> bytes(buffer->data(), extent.size_bytes);
  return std::move(read_chunk(types, bytes).columns);
}

StoredColumn::Place StoredColumn::place() const {
  MutexLock lock(mutex_);
  return {column_, spilled_, index_};
}

bool StoredColumn::is_in_memory() const {
  MutexLock lock(mutex_);
  return !spilled_;
}

void StoredColumn::moved_to(std::shared_ptr<const SpilledColumns> spilled, uint32_t index) {
  Column freed;  // outside the lock
  MutexLock lock(mutex_);
  std::swap(freed, column_);
  spilled_ = std::move(spilled);
  index_ = index;
}

StoredChunk::StoredChunk(Chunk dense)
    : place_count_(dense.row_count), kept_count_(place_count_), alive_count_(place_count_) {
  ASSERT(dense.active.is_all());
  for (Column& column : dense.columns)
    columns_.push_back(std::make_shared<StoredColumn>(std::move(column)));
}

Selection StoredChunk::alive_rows() const {
  return alive_ ? Selection::from_bits(alive(), kept_count_) : Selection::all(kept_count_);
}

std::optional<uint32_t> StoredChunk::find(uint32_t place) const {
  uint32_t kept = place;
  if (places_) {
    const auto* places = places_->as<uint16_t>();
    kept = static_cast<uint32_t>(std::lower_bound(places, places + kept_count_, place) - places);
  }
  if (kept >= kept_count_ || place_of(kept) != place) return std::nullopt;
  if (alive_ && !test_bit(alive(), kept)) return std::nullopt;
  return kept;
}

std::vector<Column> StoredChunk::read(std::span<const uint32_t> columns) const {
  std::vector<Column> out;
  if (alive_count_ == 0) return out;
  std::vector<std::pair<std::shared_ptr<const SpilledColumns>, std::vector<Column>>> loaded;
  for (uint32_t column : columns) {
    StoredColumn::Place place = columns_[column]->place();
    if (!place.spilled) {
      out.push_back(std::move(place.column));
      continue;
    }
    auto known = std::find_if(loaded.begin(), loaded.end(),
                              [&](const auto& one) { return one.first == place.spilled; });
    if (known == loaded.end()) {
      loaded.emplace_back(place.spilled, place.spilled->read());
      known = std::prev(loaded.end());
    }
    out.push_back(known->second[place.index]);
  }
  return out;
}

bool StoredChunk::has_rows_in_memory() const {
  return std::any_of(columns_.begin(), columns_.end(),
                     [](const auto& column) { return column->is_in_memory(); });
}

void StoredChunk::spill(const SpillWriterRef& file) const {
  // What is laid out on the way is a chunk's, and gone again when this returns. It is wanted where
  // memory is short, often since a limit was put below what tables have: no account gives it then.
  static const BudgetRef on_the_way =
      make_ref<Budget>("on the way to disk", nullptr, Budget::kNoLimit);
  const BudgetScope budget(*on_the_way);
  Chunk chunk;
  chunk.row_count = kept_count_;
  chunk.active = Selection::all(kept_count_);
  std::vector<StoredColumn*> moving;
  auto spilled = std::make_shared<SpilledColumns>();
  for (const auto& column : columns_) {
    StoredColumn::Place place = column->place();
    if (place.spilled) continue;
    spilled->types.push_back(place.column.type());
    chunk.columns.push_back(std::move(place.column));
    moving.push_back(column.get());
  }
  if (moving.empty()) return;
  std::vector<std::byte> bytes;
  write_chunk(chunk, bytes);
  chunk.columns.clear();
  spilled->file = file;
  spilled->extent = file->write(bytes);
  for (uint32_t i = 0; i < moving.size(); ++i) moving[i]->moved_to(spilled, i);
}

StoredChunkRef StoredChunk::with(std::span<const uint32_t> columns,
                                 std::vector<Column> values) const {
  std::shared_ptr<StoredChunk> made(new StoredChunk(*this));
  for (size_t i = 0; i < columns.size(); ++i) {
    ASSERT(values[i].size() == kept_count_);
    made->columns_[columns[i]] = std::make_shared<StoredColumn>(std::move(values[i]));
  }
  return made;
}

StoredChunkRef StoredChunk::picked(std::span<const int64_t> columns,
                                   std::span<const TypeRef> types) const {
  std::shared_ptr<StoredChunk> made(new StoredChunk(*this));
  if (alive_count_ == 0) return made;
  made->columns_.clear();
  for (size_t i = 0; i < columns.size(); ++i) {
    made->columns_.push_back(
        columns[i] < 0 ? std::make_shared<StoredColumn>(Column::null(types[i], kept_count_))
                       : columns_[static_cast<size_t>(columns[i])]);
  }
  return made;
}

std::vector<uint32_t> StoredChunk::columns_unlike(const StoredChunk& before) const {
  std::vector<uint32_t> unlike;
  for (uint32_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i] != before.columns_[i]) unlike.push_back(i);
  }
  return unlike;
}

StoredChunkRef StoredChunk::without_dead(BufferRef alive) const {
  std::shared_ptr<StoredChunk> made(new StoredChunk(*this));
  made->alive_count_ = 0;
  for (size_t word = 0; word * 64 < kept_count_; ++word) {
    made->alive_count_ += static_cast<uint32_t>(
        std::popcount(alive->as<uint64_t>()[word] & low_mask(kept_count_ - word * 64)));
  }
  made->alive_ = std::move(alive);
  if (made->alive_count_ == 0) {  // nobody reads them any more
    made->kept_count_ = 0;
    made->columns_.clear();
    made->alive_ = made->places_ = nullptr;
  }
  return made;
}

StoredChunkRef StoredChunk::compacted() const {
  if (2 * alive_count_ > kept_count_ || alive_count_ == 0 || !has_rows_in_memory()) return nullptr;
  const Selection rows = alive_rows();
  std::vector<uint32_t> all(columns_.size());
  std::iota(all.begin(), all.end(), 0);
  std::shared_ptr<StoredChunk> made(new StoredChunk());
  made->place_count_ = place_count_;
  made->kept_count_ = made->alive_count_ = alive_count_;
  made->places_ = Buffer::allocate(alive_count_ * sizeof(uint16_t));
  for (uint32_t i = 0; i < alive_count_; ++i)
    made->places_->as<uint16_t>()[i] = static_cast<uint16_t>(place_of(rows[i]));
  for (const Column& column : read(all))
    made->columns_.push_back(std::make_shared<StoredColumn>(column.gather(rows).compact()));
  return made;
}

StoredChunkRef StoredChunk::joined(std::span<const StoredChunkRef> chunks) {
  std::shared_ptr<StoredChunk> made(new StoredChunk());
  for (const StoredChunkRef& chunk : chunks) {
    made->place_count_ += chunk->place_count_;
    made->alive_count_ += chunk->alive_count_;
  }
  made->kept_count_ = made->alive_count_;
  ASSERT(made->place_count_ <= kMostPlaces && made->kept_count_ <= kChunkRows);
  if (made->kept_count_ == 0) return made;
  if (made->has_gaps()) made->places_ = Buffer::allocate(made->kept_count_ * sizeof(uint16_t));
  std::vector<std::vector<Column>> parts;  // of each column
  uint32_t begin = 0, kept = 0;
  for (const StoredChunkRef& chunk : chunks) {
    const Selection rows = chunk->alive_rows();
    std::vector<uint32_t> all(chunk->columns_.size());
    std::iota(all.begin(), all.end(), 0);
    const std::vector<Column> columns = chunk->read(all);
    for (size_t i = 0; i < columns.size(); ++i) {
      if (parts.size() == i) parts.emplace_back();
      parts[i].push_back(columns[i].gather(rows));
    }
    for (uint32_t i = 0; made->places_ && i < rows.size(); ++i)
      made->places_->as<uint16_t>()[kept++] =
          static_cast<uint16_t>(begin + chunk->place_of(rows[i]));
    begin += chunk->place_count_;
  }
  for (const std::vector<Column>& of_column : parts) {
    Column column = concatenate(of_column[0].type(), of_column).compact();
    made->columns_.push_back(std::make_shared<StoredColumn>(std::move(column)));
  }
  return made;
}

void Segment::add(StoredChunkRef chunk) {
  begins.push_back(place_count);
  place_count += chunk->place_count();
  alive_count += chunk->alive_count();
  chunks.push_back(std::move(chunk));
}

void Segment::replace(size_t index, StoredChunkRef chunk) {
  ASSERT(chunk->place_count() == chunks[index]->place_count());
  alive_count += chunk->alive_count() - chunks[index]->alive_count();
  chunks[index] = std::move(chunk);
}

size_t Segment::chunk_of(uint32_t place) const {
  return static_cast<size_t>(std::upper_bound(begins.begin(), begins.end(), place) -
                             begins.begin()) -
         1;
}

bool Segment::has_rows_in_memory() const {
  return std::any_of(chunks.begin(), chunks.end(),
                     [](const StoredChunkRef& chunk) { return chunk->has_rows_in_memory(); });
}

void Segment::spill(const SpillWriterRef& file) const {
  for (const StoredChunkRef& chunk : chunks) chunk->spill(file);
}

void pack_end(Segment& segment) {
  size_t first = segment.chunks.size();
  uint32_t rows = 0;
  while (first > 0) {
    const StoredChunk& before = *segment.chunks[first - 1];
    const bool fits = before.place_count() + rows <= kChunkRows && !before.has_gaps() &&
                      before.has_rows_in_memory();
    if (!fits || (rows > 0 && before.place_count() > rows)) break;
    rows += before.place_count();
    --first;
  }
  if (segment.chunks.size() - first < 2) return;
  StoredChunkRef packed = StoredChunk::joined(std::span(segment.chunks).subspan(first));
  segment.chunks.resize(first);
  segment.begins.resize(first);
  segment.place_count -= rows;
  segment.alive_count -= rows;
  segment.add(std::move(packed));
}

SegmentRef packed(const Segment& segment) {
  constexpr uint32_t kLittle = kChunkRows / 8;
  constexpr ptrdiff_t kSeveral = 8;
  const auto is_little = [](const StoredChunkRef& chunk) {
    return chunk->alive_count() < kLittle &&
           (chunk->alive_count() == 0 || chunk->has_rows_in_memory());
  };
  if (std::count_if(segment.chunks.begin(), segment.chunks.end(), is_little) < kSeveral)
    return nullptr;
  auto made = std::make_shared<Segment>();
  const auto& chunks = segment.chunks;
  for (size_t begin = 0; begin < chunks.size();) {
    size_t end = begin;
    uint32_t places = 0, rows = 0;
    for (; end < chunks.size() && is_little(chunks[end]); ++end) {
      const StoredChunk& next = *chunks[end];
      if (places + next.place_count() > StoredChunk::kMostPlaces ||
          rows + next.alive_count() > kChunkRows) {
        break;
      }
      places += next.place_count();
      rows += next.alive_count();
    }
    end = std::max(end, begin + 1);
    made->add(end - begin == 1
                  ? chunks[begin]
                  : StoredChunk::joined(std::span(chunks).subspan(begin, end - begin)));
    begin = end;
  }
  return made->chunks.size() < chunks.size() ? made : nullptr;
}

}  // namespace doline
