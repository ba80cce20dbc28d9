#include "exec/join/join_probe.h"

#include <cstring>

#include "column/column_writer.h"
#include "exec/gather_rows.h"

namespace doline {

JoinShape::JoinShape(const JoinNode& node, const QueryContext& context) : kind(node.kind), null_aware(node.null_aware) {
  for (const Field& field : node.left->schema) left_types.push_back(field.type);
  for (const Field& field : node.right->schema) right_types.push_back(field.type);
  if (!node.left_keys.empty()) {
    left_keys = Program::compile(node.left_keys, context.session);
    right_keys = Program::compile(node.right_keys, context.session);
  }
  if (node.residual) residual = Program::compile_predicate(node.residual, context.session);
}

void JoinProbe::begin(const Chunk& left, const JoinTable& table) {
  left_ = left;
  table_ = &table;
  row_ = 0;
  pairs_done_ = false;
  const uint32_t rows = left_.row_count;
  matched_.assign(words_for_bits(rows), 0);
  positions_.resize(rows);
  hashes_.resize(rows);
  if (shape_.left_keys) {
    keys_ = evaluate_keys(*shape_.left_keys, left_, key_scratch_);
    table.first(keys_, rows, hashes_.data(), positions_.data());
  } else {
    std::fill(positions_.begin(), positions_.end(), table.row_count() > 0 ? 0 : JoinTable::kNone);
  }
}

bool JoinProbe::next(Chunk& out, uint32_t most_rows) {
  if (!pairs_done_) {
    if (pairs(out, most_rows)) return true;
    pairs_done_ = true;
    if (leftovers(out)) return true;
  }
  table_ = nullptr;
  left_ = Chunk();
  return false;
}

bool JoinProbe::pairs(Chunk& out, uint32_t most_rows) {
  const bool wants_pairs = shape_.kind == JoinKind::kInner || shape_.kind == JoinKind::kLeft ||
                           shape_.kind == JoinKind::kRight || shape_.kind == JoinKind::kFull ||
                           shape_.kind == JoinKind::kCross;
  const bool tracks = shape_.kind == JoinKind::kRight || shape_.kind == JoinKind::kFull;
  const uint32_t rows = left_.row_count;
  std::vector<uint32_t> left_rows, positions;
  while (row_ < rows) {
    left_rows.clear();
    positions.clear();
    while (row_ < rows && left_rows.size() < most_rows) {
      uint32_t position = positions_[row_];
      if (shape_.left_keys) position = table_->match(keys_, row_, hashes_[row_], position);
      // Without pairs to give and nothing more to test, the first match says it all.
      const bool enough = !wants_pairs && (test_bit(matched_.data(), row_) || (position != JoinTable::kNone && !shape_.residual));
      if (enough) {
        if (position != JoinTable::kNone) set_bit(matched_.data(), row_);
        ++row_;
        continue;
      }
      if (position == JoinTable::kNone) {
        ++row_;
        continue;
      }
      left_rows.push_back(row_);
      positions.push_back(position);
      if (shape_.left_keys) {
        positions_[row_] = table_->next(position);
      } else {
        positions_[row_] = position + 1 < table_->row_count() ? position + 1 : JoinTable::kNone;
      }
      if (positions_[row_] == JoinTable::kNone) ++row_;
    }
    if (left_rows.empty()) return false;
    const auto count = static_cast<uint32_t>(left_rows.size());
    std::vector<uint32_t> right_rows(count);
    for (uint32_t i = 0; i < count; ++i) right_rows[i] = table_->row_at(positions[i]);
    Chunk both;
    both.row_count = count;
    both.active = Selection::all(count);
    if (wants_pairs || shape_.residual) {
      for (const Column& column : left_.columns) both.columns.push_back(column.gather(left_rows.data(), count));
      Chunk right = gather_rows(table_->types(), table_->chunks(), right_rows.data(), count);
      for (Column& column : right.columns) both.columns.push_back(std::move(column));
    }
    if (shape_.residual) both.active = shape_.residual->select(both, residual_scratch_);
    both.active.for_each([&](uint32_t i) {
      set_bit(matched_.data(), left_rows[i]);
      if (tracks) table_->mark_matched(positions[i]);
    });
    if (wants_pairs && !both.active.empty()) {
      out = std::move(both);
      return true;
    }
  }
  return false;
}

bool JoinProbe::leftovers(Chunk& out) {
  const uint32_t rows = left_.row_count;
  switch (shape_.kind) {
    case JoinKind::kInner:
    case JoinKind::kRight:
    case JoinKind::kCross: return false;
    case JoinKind::kSemi:
      out = left_;
      out.active = Selection::from_bits(matched_.data(), rows);
      return !out.active.empty();
    case JoinKind::kMark:
      out = left_;
      out.columns.push_back(mark_column());
      return true;
    case JoinKind::kLeft:
    case JoinKind::kFull:
    case JoinKind::kAnti: break;
  }
  for (uint64_t& word : matched_) word = ~word;
  out = left_;
  out.active = Selection::from_bits(matched_.data(), rows);
  if (out.active.empty()) return false;
  if (shape_.kind != JoinKind::kAnti) {
    for (TypeRef type : shape_.right_types) out.columns.push_back(Column::null(type, rows));
  }
  return true;
}

/// Matched: true. Not matched: false, or with `null_aware` unknown where a NULL on either side
/// could have been the value; IN over no rows at all is false.
Column JoinProbe::mark_column() const {
  const uint32_t rows = left_.row_count;
  BufferRef bits = Buffer::allocate_zeroed(words_for_bits(rows) * 8);
  std::memcpy(bits->data(), matched_.data(), matched_.size() * 8);
  BufferRef validity;
  if (shape_.null_aware && table_->has_rows()) {
    validity = make_full_bitmap(rows);
    for (uint32_t row = 0; row < rows; ++row) {
      if (test_bit(matched_.data(), row)) continue;
      bool null = table_->has_null_key();
      for (const Column& key : keys_) null |= key.is_null(row);
      if (null) clear_bit(validity->as<uint64_t>(), row);
    }
  }
  return Column::flat(Type::boolean(), rows, std::move(bits), std::move(validity));
}

Chunk unmatched_rows(const JoinShape& shape, const JoinTable& table, uint64_t begin, uint64_t end) {
  std::vector<uint32_t> rows;
  for (uint64_t position = begin; position < end; ++position) {
    if (!table.is_matched(static_cast<uint32_t>(position))) rows.push_back(table.row_at(static_cast<uint32_t>(position)));
  }
  const auto count = static_cast<uint32_t>(rows.size());
  Chunk right = gather_rows(table.types(), table.chunks(), rows.data(), count);
  Chunk out;
  for (TypeRef type : shape.left_types) out.columns.push_back(Column::null(type, count));
  for (Column& column : right.columns) out.columns.push_back(std::move(column));
  out.row_count = count;
  out.active = Selection::all(count);
  return out;
}

}  // namespace doline
