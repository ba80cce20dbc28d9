#include "table/stored_rows.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"
#include "column/chunk_bytes.h"
#include "column/column_builder.h"

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

StoredChunk::StoredChunk(Chunk dense) : row_count_(dense.row_count), alive_count_(row_count_) {
  ASSERT(dense.active.is_all());
  for (Column& column : dense.columns)
    columns_.push_back(std::make_shared<StoredColumn>(std::move(column)));
}

Selection StoredChunk::alive_rows() const {
  return alive_ ? Selection::from_bits(alive(), row_count_) : Selection::all(row_count_);
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
  Chunk chunk;
  chunk.row_count = row_count_;
  chunk.active = Selection::all(row_count_);
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
    ASSERT(values[i].size() == row_count_);
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
        columns[i] < 0 ? std::make_shared<StoredColumn>(Column::null(types[i], row_count_))
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

StoredChunkRef StoredChunk::kept(BufferRef alive) const {
  std::shared_ptr<StoredChunk> made(new StoredChunk(*this));
  made->alive_count_ = 0;
  for (size_t word = 0; word * 64 < row_count_; ++word) {
    made->alive_count_ += static_cast<uint32_t>(
        std::popcount(alive->as<uint64_t>()[word] & low_mask(row_count_ - word * 64)));
  }
  made->alive_ = std::move(alive);
  if (made->alive_count_ == 0) made->columns_.clear();  // nobody reads them any more
  return made;
}

StoredChunkRef StoredChunk::joined(std::span<const StoredChunkRef> chunks) {
  std::vector<Column> columns;
  std::vector<uint32_t> all(chunks[0]->columns_.size());
  for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  std::vector<std::vector<Column>> from;
  uint32_t rows = 0;
  for (const StoredChunkRef& chunk : chunks) {
    from.push_back(chunk->read(all));
    rows += chunk->row_count();
  }
  for (uint32_t column : all) {
    ColumnBuilder builder(from[0][column].type(), rows);
    for (const auto& part : from)
      builder.append_from(part[column], Selection::all(part[column].size()));
    columns.push_back(builder.seal());
  }
  return std::make_shared<StoredChunk>(Chunk(std::move(columns), rows));
}

void Segment::add(StoredChunkRef chunk) {
  begins.push_back(row_count);
  row_count += chunk->row_count();
  alive_count += chunk->alive_count();
  chunks.push_back(std::move(chunk));
}

void Segment::replace(size_t index, StoredChunkRef chunk) {
  ASSERT(chunk->row_count() == chunks[index]->row_count());
  alive_count += chunk->alive_count() - chunks[index]->alive_count();
  chunks[index] = std::move(chunk);
}

size_t Segment::chunk_of(uint32_t row) const {
  return static_cast<size_t>(std::upper_bound(begins.begin(), begins.end(), row) - begins.begin()) -
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
    const bool fits =
        before.row_count() + rows <= kChunkRows && !before.alive() && before.has_rows_in_memory();
    if (!fits || (rows > 0 && before.row_count() > rows)) break;
    rows += before.row_count();
    --first;
  }
  if (segment.chunks.size() - first < 2) return;
  StoredChunkRef packed = StoredChunk::joined(std::span(segment.chunks).subspan(first));
  segment.chunks.resize(first);
  segment.begins.resize(first);
  segment.row_count -= rows;
  segment.alive_count -= rows;
  segment.add(std::move(packed));
}

}  // namespace doline
