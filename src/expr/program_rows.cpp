// Booleans and sets of rows: what steps other than function calls do.
#include <algorithm>
#include <cstring>

#include "column/column_builder.h"
#include "expr/program_step.h"

namespace doline {

namespace {

/// A boolean column as two bitmaps over its rows, whatever its encoding.
struct Truth {
  std::vector<uint64_t> value;
  std::vector<uint64_t> valid;
};

Truth truth_of(const Column& column, uint32_t rows) {
  const size_t words = words_for_bits(rows);
  Truth truth{std::vector<uint64_t>(words), std::vector<uint64_t>(words, ~uint64_t{0})};
  if (column.is_constant()) {
    const bool valid = !column.is_null(0);
    std::fill(truth.valid.begin(), truth.valid.end(), valid ? ~uint64_t{0} : 0);
    if (valid && column.value<bool>(0))
      std::fill(truth.value.begin(), truth.value.end(), ~uint64_t{0});
    return truth;
  }
  if (column.validity()) std::memcpy(truth.valid.data(), column.validity(), words * 8);
  if (column.is_flat()) {
    std::memcpy(truth.value.data(), column.bits(), words * 8);
    return truth;
  }
  const uint64_t* bits = column.dictionary()->values().bits();
  const uint32_t* codes = column.codes();
  const uint32_t size = column.dictionary()->size();
  for (uint32_t row = 0; row < rows; ++row) {
    // A code of a NULL or inactive row may be garbage: never follow it.
    const uint32_t code = codes[row] < size ? codes[row] : 0;
    if (size != 0 && test_bit(bits, code)) set_bit(truth.value.data(), row);
  }
  return truth;
}

Column boolean_column(const std::vector<uint64_t>& value, const std::vector<uint64_t>& valid,
                      uint32_t rows) {
  BufferRef bits = Buffer::allocate(value.size() * 8);
  std::memcpy(bits->data(), value.data(), value.size() * 8);
  bool all_valid = true;
  for (size_t word = 0; word < valid.size(); ++word) {
    const uint64_t mask = low_mask(rows - word * 64);
    all_valid &= (valid[word] & mask) == mask;
  }
  BufferRef bitmap;
  if (!all_valid) {
    bitmap = Buffer::allocate(valid.size() * 8);
    std::memcpy(bitmap->data(), valid.data(), valid.size() * 8);
  }
  return Column::flat(Type::boolean(), rows, std::move(bits), std::move(bitmap));
}

}  // namespace

Column is_null_column(const Column& input, bool negated) {
  const uint32_t rows = input.size();
  if (!input.validity()) return Value::boolean(negated).to_column(rows);
  if (input.is_constant()) return Value::boolean(input.is_null(0) != negated).to_column(rows);
  BufferRef bits = Buffer::allocate(words_for_bits(rows) * 8);
  for (size_t word = 0; word < words_for_bits(rows); ++word) {
    bits->as<uint64_t>()[word] = negated ? input.validity()[word] : ~input.validity()[word];
  }
  return Column::flat(Type::boolean(), rows, std::move(bits));
}

Column connect_booleans(const std::vector<Column>& terms, bool is_and, uint32_t rows) {
  Truth all = truth_of(terms[0], rows);
  for (size_t i = 1; i < terms.size(); ++i) {
    const Truth next = truth_of(terms[i], rows);
    for (size_t word = 0; word < all.value.size(); ++word) {
      const uint64_t va = all.valid[word];
      const uint64_t vb = next.valid[word];
      const uint64_t a = all.value[word];
      const uint64_t b = next.value[word];
      // A side that decides alone makes the result known even when the other is NULL.
      const uint64_t decided = is_and ? (va & ~a) | (vb & ~b) : (va & a) | (vb & b);
      all.valid[word] = (va & vb) | decided;
      all.value[word] = is_and ? a & b & ~decided : a | b | decided;
    }
  }
  return boolean_column(all.value, all.valid, rows);
}

Selection where(const Column& condition, StepKind kind, const Selection& active) {
  if (condition.is_constant()) {
    const bool null = condition.is_null(0);
    const bool value = !null && condition.value<bool>(0);
    const bool keep = kind == StepKind::kWhereTrue      ? value
                      : kind == StepKind::kWhereNotTrue ? !value
                                                        : null || value;
    return keep ? active : Selection();
  }
  const uint32_t rows = condition.size();
  const auto words = words_for_bits(rows);
  if (condition.is_flat() && !condition.validity() && kind != StepKind::kWhereNotTrue) {
    return Selection::from_bits(condition.bits(), active);
  }
  Truth truth = truth_of(condition, rows);
  for (size_t word = 0; word < words; ++word) {
    const uint64_t value = truth.value[word] & truth.valid[word];
    truth.value[word] = kind == StepKind::kWhereTrue      ? value
                        : kind == StepKind::kWhereNotTrue ? ~value
                                                          : value | ~truth.valid[word];
  }
  return Selection::from_bits(truth.value.data(), active);
}

Selection merge_rows(const std::vector<Selection>& sets, uint32_t rows) {
  size_t total = 0;
  for (const Selection& set : sets) {
    if (set.size() == rows) return set;
    total += set.size();
  }
  if (total == 0) return Selection();
  std::vector<uint64_t> bits(words_for_bits(rows));
  for (const Selection& set : sets) set.for_each([&](uint32_t row) { set_bit(bits.data(), row); });
  return Selection::from_bits(bits.data(), rows);
}

Column blend_columns(TypeRef type, const std::vector<Column>& choices,
                     const std::vector<Selection>& sets, uint32_t rows) {
  for (size_t i = 0; i < choices.size(); ++i) {
    if (sets[i].size() == rows) return choices[i];
  }
  if (type->is_nested()) {
    // Row by row: the children of the choices have to be put together anyway.
    std::vector<uint16_t> chosen(rows, static_cast<uint16_t>(choices.size()));
    for (size_t i = 0; i < sets.size(); ++i) {
      sets[i].for_each([&](uint32_t row) { chosen[row] = static_cast<uint16_t>(i); });
    }
    ColumnBuilder builder(type, rows);
    for (uint32_t row = 0; row < rows; ++row) {
      chosen[row] == choices.size() ? builder.append_null()
                                    : builder.append_from(choices[chosen[row]], row);
    }
    return builder.seal();
  }
  ColumnWriter writer(type, rows);
  uint64_t* validity = nullptr;
  size_t covered = 0;
  for (const Selection& set : sets) covered += set.size();
  bool any_null = covered < rows;
  for (const Column& choice : choices) any_null |= choice.validity() != nullptr;
  if (any_null) {
    validity = writer.validity();
    std::memset(validity, 0, words_for_bits(rows) * 8);
  }
  dispatch_physical(type->physical(), [&]<class T>() {
    for (size_t i = 0; i < choices.size(); ++i) {
      const Column& choice = choices[i];
      writer.add_pin(choice.pin());
      if constexpr (std::is_same_v<T, bool>) {
        sets[i].for_each([&](uint32_t row) {
          if (choice.is_null(row)) return;
          if (choice.value<bool>(row)) set_bit(writer.bits(), row);
          if (validity) set_bit(validity, row);
        });
      } else {
        const T* values = choice.is_dictionary()
                              ? choice.dictionary()->values().template values<T>()
                              : choice.template values<T>();
        T* out = writer.values<T>();
        sets[i].for_each([&](uint32_t row) {
          if (choice.is_null(row)) return;
          out[row] = values[choice.index_of(row)];
          if (validity) set_bit(validity, row);
        });
      }
    }
  });
  // Views into a constant's or a flat column's buffers reach what its own pin keeps; short
  // strings were copied with their sixteen bytes.
  return writer.seal(rows);
}

}  // namespace doline
