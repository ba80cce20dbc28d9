#include "exec/join/join_shape.h"

#include <cstring>

#include "column/column_writer.h"
#include "expr/expr.h"

namespace doline {

namespace {

/// Empty where some are computed.
std::vector<uint32_t> columns_among(const std::vector<ExprRef>& exprs) {
  std::vector<uint32_t> columns;
  for (const ExprRef& expr : exprs) {
    const auto* column = dynamic_cast<const ColumnExpr*>(expr.get());
    if (!column) return {};
    columns.push_back(column->index);
  }
  return columns;
}

}  // namespace

JoinShape::JoinShape(const JoinNode& node, const QueryContext& context, std::vector<bool> outputs)
    : kind(node.kind),
      method(method_of(node)),
      null_aware(node.null_aware),
      nulls_equal(node.nulls_equal),
      is_output(std::move(outputs)) {
  for (const Field& field : node.left->schema) left_types.push_back(field.type);
  for (const Field& field : node.right->schema) right_types.push_back(field.type);
  const size_t width = left_types.size() + right_types.size();
  if (is_output.empty()) is_output.assign(node.schema.size(), true);
  if (keeps_build()) is_output.insert(is_output.begin(), left_types.size(), false);
  is_output.resize(width, true);
  is_tested.assign(width, false);
  if (node.residual) {
    residual = compile_residual(conjuncts_of(node.residual), context);
    for (uint32_t column : columns_of(node.residual)) is_tested[column] = true;
  }
  if (method == JoinMethod::kRange) {
    const RangeTerms terms = range_terms(node);
    compile_ranges(terms.ranges, context);
    left_test = nullptr;
    beside_ranges = compile_residual(terms.rest, context);
  } else if (method == JoinMethod::kAsof) {
    using Order = RangeTerm::Order;
    const Order order = node.asof == AsofOrder::kGreaterEqual ? Order::kGreaterEqual
                        : node.asof == AsofOrder::kGreater    ? Order::kGreater
                        : node.asof == AsofOrder::kLessEqual  ? Order::kLessEqual
                                                              : Order::kLess;
    compile_ranges({{order, node.asof_left, node.asof_right}}, context);
  }
  if (node.left_keys.empty()) return;
  left_keys = Program::compile(node.left_keys, context.session);
  right_keys = Program::compile(node.right_keys, context.session);
  key_columns = columns_among(node.right_keys);
  if (method == JoinMethod::kHash) lay_out(node);
}

void JoinShape::lay_out(const JoinNode& node) {
  places.assign(right_types.size(), -1);
  std::vector<TypeRef> types;
  for (const ExprRef& key : node.right_keys) {
    const auto* column = dynamic_cast<const ColumnExpr*>(key.get());
    // A nested key is kept in a canonical form, which is not what comes out.
    if (column && !key->type->is_nested())
      places[column->index] = static_cast<int32_t>(types.size());
    types.push_back(key->type);
  }
  for (uint32_t i = 0; i < right_types.size(); ++i) {
    const size_t column = left_types.size() + i;
    const bool is_read = (!asks_for_partner() && is_output[column]) || is_tested[column];
    if (!is_read || places[i] >= 0) continue;
    places[i] = static_cast<int32_t>(types.size());
    kept.push_back(i);
    types.push_back(right_types[i]);
  }
  RowLayout::Options options{.stores_hash = true, .key_count = node.right_keys.size()};
  if (marks_build()) options.initial_states.resize(sizeof(uint64_t));
  layout = RowLayout::create(std::move(types), options);
}

ProgramRef JoinShape::compile_residual(const std::vector<ExprRef>& terms,
                                       const QueryContext& context) {
  std::vector<ExprRef> of_left, of_both;
  for (const ExprRef& term : terms) {
    const std::vector<uint32_t> columns = columns_of(term);
    const bool only_left = method != JoinMethod::kHash && !columns.empty() &&
                           columns.back() < left_types.size() && !can_fail(term) &&
                           !is_volatile(term);
    (only_left ? of_left : of_both).push_back(term);
  }
  const auto compiled = [&](std::vector<ExprRef> all) -> ProgramRef {
    if (all.empty()) return nullptr;
    return Program::compile_predicate(ConjunctionExpr::create(true, std::move(all)),
                                      context.session);
  };
  left_test = compiled(std::move(of_left));
  return compiled(std::move(of_both));
}

void JoinShape::compile_ranges(const std::vector<RangeTerm>& terms, const QueryContext& context) {
  using Order = RangeTerm::Order;
  std::vector<ExprRef> left, right;
  for (const RangeTerm& term : terms) {
    left.push_back(term.left);
    right.push_back(term.right);
    // Right rows greater than the left one come first in the descending order.
    const bool descending = term.order == Order::kLess || term.order == Order::kLessEqual;
    const bool inclusive = term.order == Order::kLessEqual || term.order == Order::kGreaterEqual;
    ranges.push_back({ValueOrder(term.right->type, descending), inclusive});
  }
  left_ranges = Program::compile(left, context.session);
  right_ranges = Program::compile(right, context.session);
  range_columns = columns_among(right);
}

Chunk JoinShape::pairs(const Chunk& left, const uint32_t* left_rows,
                       const std::vector<Column>& right, const uint32_t* right_rows, uint32_t pairs,
                       const std::vector<bool>& wanted) const {
  Chunk out;
  out.row_count = pairs;
  out.active = Selection::all(pairs);
  const auto add = [&](const Column& column, const uint32_t* rows, TypeRef type) {
    const bool is_wanted = wanted[out.columns.size()];
    out.columns.push_back(is_wanted ? column.gather(rows, pairs) : Column::null(type, pairs));
  };
  for (size_t i = 0; i < left_types.size(); ++i) add(left.columns[i], left_rows, left_types[i]);
  for (size_t i = 0; i < right_types.size(); ++i) add(right[i], right_rows, right_types[i]);
  return out;
}

namespace {

/// Matched: true. Not matched: false, or with `null_aware` unknown where a NULL on either side
/// could have been the value; IN over no rows at all is false.
Column mark_column(const JoinShape& shape, const Chunk& left, std::span<const uint64_t> matched,
                   const std::vector<Column>& keys, BuildFacts facts) {
  const uint32_t rows = left.row_count;
  BufferRef bits = Buffer::allocate_zeroed(words_for_bits(rows) * 8);
  std::memcpy(bits->data(), matched.data(), words_for_bits(rows) * 8);
  BufferRef validity;
  if (shape.null_aware && facts.has_rows) {
    validity = make_full_bitmap(rows);
    left.active.for_each([&](uint32_t row) {
      if (test_bit(matched.data(), row)) return;
      bool null = facts.has_null_key;
      for (const Column& key : keys) null |= key.is_null(row);
      if (null) clear_bit(validity->as<uint64_t>(), row);
    });
  }
  return Column::flat(Type::boolean(), rows, std::move(bits), std::move(validity));
}

}  // namespace

bool leftover_rows(const JoinShape& shape, const Chunk& left, std::span<const uint64_t> matched,
                   const std::vector<Column>& keys, BuildFacts facts, Chunk& out) {
  if (!shape.gives_leftovers()) return false;
  out = left;
  if (shape.kind == JoinKind::kMark) {
    out.columns.push_back(mark_column(shape, left, matched, keys, facts));
    return true;
  }
  if (shape.kind == JoinKind::kSemi) {
    out.active = Selection::from_bits(matched.data(), left.active);
    return !out.active.empty();
  }
  std::vector<uint64_t> alone(matched.begin(), matched.end());
  for (uint64_t& word : alone) word = ~word;
  out.active = Selection::from_bits(alone.data(), left.active);
  if (out.active.empty()) return false;
  if (shape.kind != JoinKind::kAnti) {
    for (TypeRef type : shape.right_types)
      out.columns.push_back(Column::null(type, left.row_count));
  }
  return true;
}

Chunk with_null_left(const JoinShape& shape, Chunk right) {
  Chunk out;
  out.row_count = right.row_count;
  out.active = right.active;
  for (TypeRef type : shape.left_types) out.columns.push_back(Column::null(type, right.row_count));
  for (Column& column : right.columns) out.columns.push_back(std::move(column));
  return out;
}

}  // namespace doline
