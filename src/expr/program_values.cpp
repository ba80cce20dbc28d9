// IN lists, dictionary memos and lambdas.
#include <algorithm>
#include <cstring>

#include "base/cancellation.h"
#include "column/column_builder.h"
#include "expr/program_step.h"
#include "function/lambda_elements.h"
#include "kernel/compare.h"
#include "kernel/hash_column.h"

namespace doline {

/// Open addressing over the distinct constants; at most half full.
struct ValueSet::Table {
  explicit Table(Column distinct) : values(std::move(distinct)) {
    size_t capacity = 16;
    while (capacity < values.size() * 2) capacity *= 2;
    slots.assign(capacity, 0);
    for (uint32_t i = 0; i < values.size(); ++i) {
      size_t at = hash_row(values, i) & (capacity - 1);
      while (slots[at] != 0) at = (at + 1) & (capacity - 1);
      slots[at] = i + 1;
    }
  }
  Column values;
  std::vector<uint32_t> slots;  // index + 1
};

ValueSet::ValueSet(TypeRef type, const std::vector<Value>& values) {
  ColumnBuilder builder(type, static_cast<uint32_t>(values.size()));
  for (const Value& value : values) {
    if (value.is_null()) {
      has_null_ = true;
      continue;
    }
    builder.append_value(value);
  }
  const Column all = builder.seal();
  std::vector<uint32_t> distinct;
  std::unordered_map<uint64_t, std::vector<uint32_t>> by_hash;
  for (uint32_t row = 0; row < all.size(); ++row) {
    auto& same = by_hash[hash_row(all, row)];
    if (std::any_of(same.begin(), same.end(),
                    [&](uint32_t other) { return rows_equal(all, row, all, other); }))
      continue;
    same.push_back(row);
    distinct.push_back(row);
  }
  table_ =
      std::make_unique<Table>(all.gather(distinct.data(), static_cast<uint32_t>(distinct.size())));
}

ValueSet::~ValueSet() = default;

Column ValueSet::contains(const Column& input, const Selection& active) const {
  const uint32_t rows = input.size();
  BufferRef found = Buffer::allocate_zeroed(words_for_bits(rows) * 8);
  std::vector<uint64_t> hashes(active.size());
  hash_column(input, active, hashes.data(), false);
  const size_t mask = table_->slots.size() - 1;
  uint32_t index = 0;
  active.for_each([&](uint32_t row) {
    const uint64_t hash = hashes[index++];
    if (input.is_null(row)) return;
    for (size_t at = hash & mask; table_->slots[at] != 0; at = (at + 1) & mask) {
      if (rows_equal(input, row, table_->values, table_->slots[at] - 1)) {
        set_bit(found->as<uint64_t>(), row);
        return;
      }
    }
  });
  BufferRef validity = validity_bitmap(input);
  if (has_null_) {  // not found among constants with a NULL: unknown
    if (!validity) validity = make_full_bitmap(rows);
    for (size_t word = 0; word < words_for_bits(rows); ++word) {
      validity->as<uint64_t>()[word] &= found->as<uint64_t>()[word];
    }
  }
  return Column::flat(Type::boolean(), rows, std::move(found), std::move(validity));
}

Column DictionaryMemo::slice_of(const Column& values, uint32_t begin) {
  const uint32_t count = std::min<uint32_t>(kChunkRows, values.size() - begin);
  return begin == 0 && count == values.size() ? values : values.slice(begin, count);
}

Column DictionaryMemo::join(const std::vector<Column>& parts) {
  if (parts.size() == 1) return parts[0];
  ColumnBuilder builder(parts[0].type(), static_cast<uint32_t>(parts.size()) * kChunkRows);
  for (const Column& part : parts) builder.append_from(part, Selection::all(part.size()));
  return builder.seal();
}

Column DictionaryMemo::apply(Entry& entry, const Column& input) {
  const Column& result = *entry.result;
  const uint32_t rows = input.size();
  if (input.validity() || result.validity() || result.physical() == PhysicalType::kBool) {
    // Codes under NULL may be anything.
    std::vector<uint32_t> codes(rows);
    for (uint32_t row = 0; row < rows; ++row)
      codes[row] = std::min(input.codes()[row], result.size() - 1);
    Column column = result.gather(codes.data(), rows);
    return column.masked(validity_bitmap(input));
  }
  if (!entry.shared) entry.shared = make_ref<const Dictionary>(result, false);
  BufferRef codes = Buffer::allocate(rows * sizeof(uint32_t));
  std::memcpy(codes->data(), input.codes(), rows * sizeof(uint32_t));
  return Column::dictionary(result.type(), rows, std::move(codes), entry.shared);
}

Column LambdaRun::evaluate(std::vector<Column> parameters, uint32_t rows,
                           const uint32_t* parent_rows) const {
  Program::Scratch scratch;
  std::vector<Column> out;
  if (rows == 0) {
    Chunk empty;
    for (const Column& parameter : parameters) empty.columns.push_back(parameter);
    for (const Column& captured : captured_) empty.columns.push_back(captured.gather(nullptr, 0));
    empty.active = Selection::all(0);
    body_.evaluate(empty, scratch, out);
    return out[0].flatten();
  }
  // A body with lambdas of its own is first asked for one row, then for as many as reach so many
  // elements inside of it.
  constexpr uint32_t kFirstRows = 1;
  constexpr uint64_t kElements = 128 * 1024;
  uint64_t inner = 0;
  uint32_t most = is_nested_ ? kFirstRows : kChunkRows;
  std::optional<ColumnBuilder> builder;
  for (uint32_t begin = 0, count = 0; begin < rows; begin += count) {
    poll_cancellation();
    count = std::min<uint32_t>(most, rows - begin);
    if (is_nested_) take_lambda_elements();
    Chunk chunk;
    for (const Column& parameter : parameters)
      chunk.columns.push_back(parameter.slice(begin, count));
    for (const Column& captured : captured_)
      chunk.columns.push_back(captured.gather(parent_rows + begin, count));
    chunk.row_count = count;
    chunk.active = Selection::all(count);
    body_.evaluate(chunk, scratch, out);
    if (is_nested_) {
      const uint64_t reached = std::max<uint64_t>(take_lambda_elements(), count);
      most =
          static_cast<uint32_t>(std::clamp<uint64_t>(kElements * count / reached, 1, kChunkRows));
      inner = std::max(inner, reached);
    }
    if (count == rows) {
      note_lambda_elements(inner);
      return out[0].flatten();
    }
    if (!builder) builder.emplace(out[0].type(), rows);
    builder->append_from(out[0], Selection::all(count));
  }
  note_lambda_elements(inner);
  return builder->seal();
}

}  // namespace doline
