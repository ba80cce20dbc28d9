#include "exec/sort/sort_run.h"

#include <algorithm>

#include "column/chunk_bytes.h"
#include "column/column_builder.h"

namespace doline {

namespace {

Column gather_column(TypeRef type, size_t index, const std::vector<const Chunk*>& chunks, const uint32_t* rows,
                     uint32_t count) {
  if (type->is_nested()) {
    ColumnBuilder builder(type, count);
    for (uint32_t i = 0; i < count; ++i) builder.append_from(chunks[rows[i] >> 11]->columns[index], rows[i] & 2047);
    return builder.seal();
  }
  ColumnWriter writer(type, count);
  std::vector<bool> pinned(chunks.size(), false);
  dispatch_physical(type->physical(), [&]<class T>() {
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t chunk = rows[i] >> 11;
      const uint32_t row = rows[i] & 2047;
      const Column& column = chunks[chunk]->columns[index];
      if (column.is_null(row)) {
        writer.set_null(i);
        continue;
      }
      if constexpr (std::is_same_v<T, bool>) {
        if (column.value<bool>(row)) set_bit(writer.bits(), i);
      } else {
        writer.values<T>()[i] = column.value<T>(row);
        if constexpr (std::is_same_v<T, StringView>) {
          if (!pinned[chunk]) {
            pinned[chunk] = true;
            writer.add_pin(column.pin());
          }
        }
      }
    }
  });
  return writer.seal(count);
}

}  // namespace

Chunk gather_rows(const std::vector<TypeRef>& types, const std::vector<const Chunk*>& chunks, const uint32_t* rows,
                  uint32_t count) {
  std::vector<Column> columns;
  for (size_t i = 0; i < types.size(); ++i) columns.push_back(gather_column(types[i], i, chunks, rows, count));
  return Chunk(std::move(columns), count);
}

SortRun::SortRun(std::vector<SortOrder> orders, std::vector<TypeRef> types, QueryContext& context)
    : orders_(std::move(orders)), types_(std::move(types)), context_(context), keys_(make_ref<Arena>(*context.budget)) {}

void SortRun::add(Chunk chunk, const std::vector<Column>& keys, uint32_t first_row) {
  encode_sort_keys(keys, orders_, chunk.row_count, chunk.sequence, first_row, static_cast<uint32_t>(chunks_.size()), *keys_,
                   entries_);
  held_bytes_ += chunk.data_bytes() + chunk.row_count * (sizeof(SortEntry) + 32);
  chunks_.push_back(std::move(chunk));
}

void SortRun::sort() { std::sort(entries_.begin(), entries_.end()); }

void SortRun::truncate(size_t rows) {
  if (entries_.size() <= rows) return;
  entries_.resize(rows);
  // The survivors alone are kept: chunks and keys of the others go.
  std::vector<const Chunk*> sources;
  for (const Chunk& chunk : chunks_) sources.push_back(&chunk);
  std::vector<Chunk> kept;
  ArenaRef keys = make_ref<Arena>(*context_.budget);
  held_bytes_ = 0;
  for (size_t begin = 0; begin < entries_.size(); begin += kChunkRows) {
    const auto count = static_cast<uint32_t>(std::min<size_t>(kChunkRows, entries_.size() - begin));
    std::vector<uint32_t> picked(count);
    for (uint32_t i = 0; i < count; ++i) {
      SortEntry& entry = entries_[begin + i];
      picked[i] = entry.row;
      const auto copied = keys->copy({reinterpret_cast<const char*>(entry.key), entry.key_bytes});
      entry.key = reinterpret_cast<const std::byte*>(copied.data());
      entry.row = static_cast<uint32_t>(kept.size()) << 11 | i;
    }
    kept.push_back(gather_rows(types_, sources, picked.data(), count).retain());
    held_bytes_ += kept.back().data_bytes() + count * (sizeof(SortEntry) + 32);
  }
  chunks_ = std::move(kept);
  keys_ = std::move(keys);
}

void SortRun::spill() {
  std::vector<const Chunk*> sources;
  for (const Chunk& chunk : chunks_) sources.push_back(&chunk);
  std::vector<std::byte> bytes;
  std::vector<uint32_t> picked;
  for (size_t begin = 0; begin < entries_.size(); begin += kChunkRows) {
    const auto count = static_cast<uint32_t>(std::min<size_t>(kChunkRows, entries_.size() - begin));
    bytes.clear();
    picked.clear();
    const auto put = [&](const void* from, size_t size) {
      const auto* first = static_cast<const std::byte*>(from);
      bytes.insert(bytes.end(), first, first + size);
    };
    for (uint32_t i = 0; i < count; ++i) {
      const SortEntry& entry = entries_[begin + i];
      put(&entry.key_bytes, sizeof entry.key_bytes);
      put(entry.key, entry.key_bytes);
      picked.push_back(entry.row);
    }
    write_chunk(gather_rows(types_, sources, picked.data(), count), bytes);
    blocks_.push_back({context_.spill->write(bytes), count});
  }
  spilled_rows_ = entries_.size();
  entries_ = {};
  chunks_ = {};
  keys_ = make_ref<Arena>(*context_.budget);
  held_bytes_ = 0;
}

SortRun::Cursor::Cursor(const SortRun& run, size_t begin, size_t end)
    : run_(&run), at_(begin), end_(end) {
  if (run.is_spilled() && begin < end) load(0);
}

const Chunk& SortRun::Cursor::chunk() const {
  const uint32_t index = entry().row >> 11;
  return run_->is_spilled() ? (*loaded_.chunks)[index] : run_->chunks_[index];
}

void SortRun::Cursor::load(size_t block) {
  const SpilledBlock& spilled = run_->blocks_[block];
  if (loaded_.chunks) old_.push_back(loaded_.chunks);
  Block fresh;
  fresh.bytes.resize(spilled.extent.size_bytes);
  run_->context_.spill->read(spilled.extent, fresh.bytes);
  std::span<const std::byte> rest(fresh.bytes);
  for (uint32_t i = 0; i < spilled.rows; ++i) {
    const auto size = load_unaligned<uint32_t>(rest.data());
    const std::byte* key = rest.data() + sizeof(uint32_t);
    std::byte first[8] = {};
    std::memcpy(first, key, std::min<size_t>(8, size));
    fresh.entries.push_back({__builtin_bswap64(load_unaligned<uint64_t>(first)), key, size, i});
    rest = rest.subspan(sizeof(uint32_t) + size);
  }
  auto chunks = std::make_shared<std::vector<Chunk>>();
  chunks->push_back(read_chunk(run_->types_, rest));
  fresh.chunks = std::move(chunks);
  base_ = at_;
  block_ = block;
  loaded_ = std::move(fresh);
}

void SortRun::Cursor::advance() {
  ++at_;
  if (run_->is_spilled() && at_ < end_ && at_ - base_ == loaded_.entries.size()) load(block_ + 1);
}

std::vector<std::shared_ptr<const std::vector<Chunk>>> SortRun::Cursor::take_old_blocks() { return std::exchange(old_, {}); }

}  // namespace doline
