#include "exec/recursion/keyed_rows.h"

#include <algorithm>
#include <cstring>

#include "kernel/hash_column.h"
#include "rows/row_compare.h"

namespace doline {

namespace {

/// Of `rows`, `needed` at most have to stay: of a key that changes in this round two.
bool are_mostly_replaced(uint64_t rows, uint64_t needed) {
  constexpr uint64_t kFewRows = uint64_t{1} << 14;  // not worth a copy of all others
  return rows > 2 * needed + kFewRows;
}

RowLayoutRef layout_of(const std::vector<TypeRef>& types, size_t state_bytes) {
  RowLayout::Options options;
  options.stores_hash = true;
  options.key_count = types.size();
  options.initial_states.resize(state_bytes);
  return RowLayout::create(types, options);
}

std::vector<TypeRef> chosen(const std::vector<TypeRef>& types, const std::vector<uint32_t>& keys) {
  std::vector<TypeRef> all;
  for (const uint32_t key : keys) all.push_back(types[key]);
  return all;
}

}  // namespace

KeyedRows::KeyedRows(const std::vector<TypeRef>& types, const std::vector<uint32_t>& keys,
                     QueryContext& context)
    : context_(context),
      keys_(keys),
      key_layout_(layout_of(chosen(types, keys), sizeof(State))),
      row_layout_(layout_of(types, 0)),
      table_(key_layout_, *context.budget),
      rows_(row_layout_, *context.budget) {}

KeyedRows::State KeyedRows::load(const std::byte* entry) const {
  State state;
  std::memcpy(&state, entry + key_layout_->state_offset(), sizeof state);
  return state;
}

void KeyedRows::store(std::byte* entry, const State& state) const {
  std::memcpy(entry + key_layout_->state_offset(), &state, sizeof state);
}

void KeyedRows::add(const Chunk& given) {
  const Chunk chunk = given.dense();
  const uint32_t count = chunk.row_count;
  uint64_t hashes[kChunkRows];
  std::vector<Column> keys;
  for (const uint32_t key : keys_) keys.push_back(chunk.columns[key]);
  for (size_t i = 0; i < keys.size(); ++i) hash_column(keys[i], chunk.active, hashes, i > 0);
  std::byte* entries[kChunkRows];
  table_.find_or_create(keys, chunk.active, hashes, entries);
  for (size_t i = 0; i < chunk.columns.size(); ++i)
    hash_column(chunk.columns[i], chunk.active, hashes, i > 0);
  std::byte* rows[kChunkRows];
  rows_.append(chunk.columns, nullptr, count, hashes, rows);
  for (uint32_t i = 0; i < count; ++i) {
    State state = load(entries[i]);
    if (!state.is_changing) {
      state.is_changing = 1;
      state.before = state.row;
      changing_.push_back(entries[i]);
    }
    state.row = rows[i];
    store(entries[i], state);
  }
  if (are_mostly_replaced(rows_.row_count(), table_.group_count() + changing_.size())) compact();
}

void KeyedRows::end_round(ChunkStore* changed) {
  std::vector<std::byte*> rows;
  for (std::byte* entry : changing_) {
    State state = load(entry);
    if (changed && (!state.before || !same_keys(*row_layout_, state.before, state.row)))
      rows.push_back(state.row);
    state.before = nullptr;
    state.is_changing = 0;
    store(entry, state);
  }
  changing_.clear();
  if (changed) give(rows, *changed);
  if (are_mostly_replaced(rows_.row_count(), table_.group_count())) compact();
}

void KeyedRows::compact() {
  RowPages kept(row_layout_, *context_.budget);
  for (const RowPageRef& page : table_.pages().pages()) {
    context_.check_cancelled();
    for (uint32_t i = 0; i < page->size(); ++i) {
      State state = load(page->row(i));
      state.row = kept.append_row(state.row);
      if (state.before) state.before = kept.append_row(state.before);
      store(page->row(i), state);
    }
  }
  rows_ = std::move(kept);
}

void KeyedRows::give_all(ChunkStore& store) const {
  std::vector<std::byte*> rows;
  for (const RowPageRef& page : const_cast<GroupTable&>(table_).pages().pages()) {
    for (uint32_t i = 0; i < page->size(); ++i) rows.push_back(load(page->row(i)).row);
  }
  give(rows, store);
}

void KeyedRows::give(const std::vector<std::byte*>& rows, ChunkStore& store) const {
  for (size_t begin = 0; begin < rows.size(); begin += context_.chunk_rows) {
    const auto count =
        static_cast<uint32_t>(std::min<size_t>(context_.chunk_rows, rows.size() - begin));
    std::vector<Column> columns;
    for (size_t i = 0; i < row_layout_->column_count(); ++i)
      columns.push_back(gather_column(*row_layout_, i, rows.data() + begin, count));
    store.append(Chunk(std::move(columns), count));
  }
}

void KeyedRows::clear() {
  table_.clear();
  rows_.clear();
  changing_.clear();
}

}  // namespace doline
