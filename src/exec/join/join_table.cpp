#include "exec/join/join_table.h"

#include <bit>

#include "kernel/compare.h"
#include "kernel/hash_column.h"

namespace doline {

namespace {


bool is_small_integer(PhysicalType type) {
  return type == PhysicalType::kInt8 || type == PhysicalType::kInt16 || type == PhysicalType::kInt32 ||
         type == PhysicalType::kInt64 || type == PhysicalType::kUInt8 || type == PhysicalType::kUInt16 ||
         type == PhysicalType::kUInt32;
}

int64_t integer_at(const Column& column, uint32_t row) {
  const Column& from = column.is_dictionary() ? column.dictionary()->values() : column;
  const uint32_t at = column.index_of(row);
  switch (column.physical()) {
    case PhysicalType::kInt8: return from.values<int8_t>()[at];
    case PhysicalType::kInt16: return from.values<int16_t>()[at];
    case PhysicalType::kInt32: return from.values<int32_t>()[at];
    case PhysicalType::kInt64: return from.values<int64_t>()[at];
    case PhysicalType::kUInt8: return from.values<uint8_t>()[at];
    case PhysicalType::kUInt16: return from.values<uint16_t>()[at];
    case PhysicalType::kUInt32: return from.values<uint32_t>()[at];
    case PhysicalType::kBool: case PhysicalType::kInt128: case PhysicalType::kUInt64: case PhysicalType::kFloat:
    case PhysicalType::kDouble: case PhysicalType::kString: case PhysicalType::kInterval: case PhysicalType::kList:
    case PhysicalType::kStruct:
      break;
  }
  UNREACHABLE();
}

bool any_null(const std::vector<Column>& keys, uint32_t row) {
  for (const Column& key : keys) {
    if (key.is_null(row)) return true;
  }
  return false;
}

}  // namespace

std::vector<Column> evaluate_keys(const Program& program, const Chunk& chunk, Program::Scratch& scratch) {
  std::vector<Column> keys;
  program.evaluate(chunk, scratch, keys);
  return keys;
}

JoinTable::JoinTable(const JoinNode& node, QueryContext&)
    : nulls_equal_(node.nulls_equal), tracks_matches_(node.kind == JoinKind::kRight || node.kind == JoinKind::kFull) {
  for (const Field& field : node.right->schema) types_.push_back(field.type);
  single_integer_ = !nulls_equal_ && node.right_keys.size() == 1 && is_small_integer(node.right_keys[0]->type->physical());
}

void JoinTable::add(Chunk chunk, std::vector<Column> keys) {
  held_bytes_ += chunk.data_bytes() + chunk.row_count * (size_t{24} + (single_integer_ ? 8 : 0));
  row_count_ += chunk.row_count;
  chunks_.push_back(std::move(chunk));
  keys_.push_back(std::move(keys));
}

void JoinTable::finish() {
  has_rows_ = row_count_ > 0;
  rows_.reserve(row_count_);
  hashes_.reserve(row_count_);
  std::vector<uint64_t> hashes(kChunkRows);
  for (uint32_t chunk = 0; chunk < chunks_.size(); ++chunk) {
    chunk_pointers_.push_back(&chunks_[chunk]);
    const uint32_t rows = chunks_[chunk].row_count;
    const Selection all = Selection::all(rows);
    for (size_t i = 0; i < keys_[chunk].size(); ++i) hash_column(keys_[chunk][i], all, hashes.data(), i > 0);
    for (uint32_t row = 0; row < rows; ++row) {
      const bool null = any_null(keys_[chunk], row);
      has_null_key_ |= null;
      // A row that can match nothing is kept only where unmatched rows come out.
      if (null && !nulls_equal_ && !tracks_matches_) continue;
      rows_.push_back(chunk << 11 | row);
      hashes_.push_back(hashes[row]);
      if (single_integer_) integers_.push_back(null ? 0 : integer_at(keys_[chunk][0], row));
    }
  }
  const size_t capacity = std::bit_ceil(std::max<size_t>(16, rows_.size() + rows_.size() / 2));
  mask_ = capacity - 1;
  heads_.assign(capacity, kNone);
  next_.assign(rows_.size(), kNone);
  for (size_t i = rows_.size(); i-- > 0;) {  // backwards: chains then run in insertion order
    if (!nulls_equal_ && tracks_matches_ && any_null(keys_[rows_[i] >> 11], rows_[i] & 2047)) continue;
    uint32_t& head = heads_[hashes_[i] & mask_];
    next_[i] = head;
    head = static_cast<uint32_t>(i);
  }
  if (tracks_matches_) matched_ = std::vector<std::atomic<bool>>(rows_.size());
}

void JoinTable::first(const std::vector<Column>& keys, uint32_t count, uint64_t* hashes, uint32_t* positions) const {
  const Selection all = Selection::all(count);
  for (size_t i = 0; i < keys.size(); ++i) hash_column(keys[i], all, hashes, i > 0);
  for (uint32_t row = 0; row < count; ++row) __builtin_prefetch(&heads_[hashes[row] & mask_]);
  for (uint32_t row = 0; row < count; ++row) {
    positions[row] = heads_[hashes[row] & mask_];
    if (positions[row] != kNone) {
      __builtin_prefetch(&hashes_[positions[row]]);
      if (single_integer_) __builtin_prefetch(&integers_[positions[row]]);
    }
  }
  if (!nulls_equal_) {
    for (const Column& key : keys) {
      if (!key.validity()) continue;
      for (uint32_t row = 0; row < count; ++row) {
        if (key.is_null(row)) positions[row] = kNone;
      }
    }
  }
}

bool JoinTable::equal_keys(const std::vector<Column>& keys, uint32_t row, uint32_t position) const {
  const uint32_t at = rows_[position];
  const std::vector<Column>& own = keys_[at >> 11];
  for (size_t i = 0; i < keys.size(); ++i) {
    if (!rows_equal(keys[i], row, own[i], at & 2047)) return false;
  }
  return true;
}

uint32_t JoinTable::match(const std::vector<Column>& keys, uint32_t row, uint64_t hash, uint32_t position) const {
  if (single_integer_) {
    if (position == kNone) return kNone;
    const int64_t wanted = integer_at(keys[0], row);
    while (position != kNone && integers_[position] != wanted) position = next_[position];
    return position;
  }
  while (position != kNone && (hashes_[position] != hash || !equal_keys(keys, row, position))) position = next_[position];
  return position;
}

}  // namespace doline
