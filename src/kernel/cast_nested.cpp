#include <algorithm>
#include <numeric>
#include <vector>

#include "column/column_builder.h"
#include "kernel/cast_job.h"
#include "kernel/nested_text.h"

namespace doline {

namespace {

/// Failures of elements, passed on as failures of the rows they belong to.
class ElementFailures final : public CastFailures {
 public:
  /// `fails_row`: even under TRY the whole row is lost with the element (keys of maps).
  ElementFailures(CastFailures& failures, const std::vector<uint32_t>& parents, bool fails_row)
      : failures_(failures), parents_(parents), fails_row_(fails_row) {}

  void fail(uint32_t element, std::string message) override {
    if (!fails_row_ && !wants_messages()) return;
    failures_.fail(parents_[element], std::move(message));
    lost_rows.push_back(parents_[element]);
  }
  bool wants_messages() const override { return failures_.wants_messages(); }

  std::vector<uint32_t> lost_rows;

 private:
  CastFailures& failures_;
  const std::vector<uint32_t>& parents_;
  const bool fails_row_;
};

/// Validity of a result: the input's, or all rows, to be cleared row by row.
class RowValidity {
 public:
  explicit RowValidity(const CastJob& job) : rows_(job.rows()), bits_(validity_bitmap(job.input)) {}
  void clear(uint32_t row) {
    if (!bits_) bits_ = make_full_bitmap(rows_);
    clear_bit(bits_->as<uint64_t>(), row);
  }
  BufferRef take() { return std::move(bits_); }

 private:
  const uint32_t rows_;
  BufferRef bits_;
};

/// The rows of a child that some valid row reaches, and the lists over them when they are dense.
struct Reached {
  std::vector<uint32_t> elements;
  std::vector<uint32_t> parents;
  BufferRef entries;
};

Reached reach(const CastJob& job) {
  Reached reached;
  reached.entries = Buffer::allocate_zeroed(job.rows() * sizeof(ListEntry));
  const ListEntry* from = job.input.values<ListEntry>();
  ListEntry* to = reached.entries->as<ListEntry>();
  for_each_valid(job.active, job.input, [&](uint32_t row) {
    to[row] = ListEntry{static_cast<uint32_t>(reached.elements.size()), from[row].size};
    for (uint32_t i = 0; i < from[row].size; ++i) {
      reached.elements.push_back(from[row].begin + i);
      reached.parents.push_back(row);
    }
  });
  return reached;
}

Column cast_dense(const Column& column, TypeRef target, const CastJob& job,
                  CastFailures& failures) {
  return cast(column, target, Selection::all(column.size()), job.zone, failures).flatten();
}

Column gathered(const Column& column, const std::vector<uint32_t>& rows) {
  return column.gather(rows.data(), static_cast<uint32_t>(rows.size()));
}

Column cast_lists(const CastJob& job) {
  const Reached reached = reach(job);
  RowValidity validity(job);
  ElementFailures failures(job.failures, reached.parents, false);
  Column child = cast_dense(gathered(job.input.child(), reached.elements), job.target->element(),
                            job, failures);
  for (const uint32_t row : failures.lost_rows) validity.clear(row);
  if (job.target->is(TypeKind::kArray)) {
    const uint32_t length = job.target->array_length();
    const ListEntry* entries = job.input.values<ListEntry>();
    for_each_valid(job.active, job.input, [&](uint32_t row) {
      if (entries[row].size == length) return;
      validity.clear(row);
      job.failures.fail(row, job.failures.wants_messages() ? job.message(row, "the length differs")
                                                           : std::string());
    });
  }
  return Column::list(job.target, job.rows(), reached.entries, std::move(child), validity.take());
}

Column cast_maps(const CastJob& job) {
  const Reached reached = reach(job);
  RowValidity validity(job);
  const Column pairs = gathered(job.input.child(), reached.elements).flatten();
  ElementFailures key_failures(job.failures, reached.parents, true);
  ElementFailures value_failures(job.failures, reached.parents, false);
  std::vector<Column> fields;
  fields.push_back(cast_dense(pairs.child(0), job.target->fields()[0].type, job, key_failures));
  fields.push_back(cast_dense(pairs.child(1), job.target->fields()[1].type, job, value_failures));
  for (const uint32_t row : key_failures.lost_rows) validity.clear(row);
  for (const uint32_t row : value_failures.lost_rows) validity.clear(row);
  Column child = Column::structure(job.target->child(), pairs.size(), std::move(fields));
  return Column::list(job.target, job.rows(), reached.entries, std::move(child), validity.take());
}

/// The input's field that becomes field `index` of the target, or -1.
int source_field(TypeRef from, TypeRef to, size_t index) {
  const auto& fields = from->fields();
  const bool by_place =
      std::all_of(fields.begin(), fields.end(), [](const Field& f) { return f.name.empty(); });
  if (by_place) return index < fields.size() ? static_cast<int>(index) : -1;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (same_field_name(fields[i].name, to->fields()[index].name)) return static_cast<int>(i);
  }
  return -1;
}

Column cast_structs(const CastJob& job) {
  // Fields are cast at the rows that count: what lies under a NULL struct must not fail.
  std::vector<uint32_t> rows;
  for_each_valid(job.active, job.input, [&](uint32_t row) { rows.push_back(row); });
  std::vector<uint32_t> place(job.rows(), 0);
  for (uint32_t i = 0; i < rows.size(); ++i) place[rows[i]] = i;
  const bool all = rows.size() == job.rows();
  RowValidity validity(job);
  std::vector<Column> fields;
  for (size_t i = 0; i < job.target->fields().size(); ++i) {
    const TypeRef type = job.target->fields()[i].type;
    const int source = source_field(job.input.type(), job.target, i);
    if (source < 0 || rows.empty()) {
      fields.push_back(Column::null(type, job.rows()));
      continue;
    }
    const Column& field = job.input.child(static_cast<size_t>(source));
    if (field.type() == type) {
      fields.push_back(field);
      continue;
    }
    ElementFailures failures(job.failures, rows, false);
    Column converted = cast_dense(all ? field : gathered(field, rows), type, job, failures);
    for (const uint32_t row : failures.lost_rows) validity.clear(row);
    fields.push_back(all ? std::move(converted) : gathered(converted, place));
  }
  return Column::structure(job.target, job.rows(), std::move(fields), validity.take());
}

// Texts are taken apart into the texts of their elements, which are then cast like any column.

void append_item(ColumnBuilder& builder, const std::string& value, bool is_null) {
  is_null ? builder.append_null() : builder.append_text(value);
}

bool take_list_apart(std::string_view text, ColumnBuilder& elements) {
  NestedText reader(text);
  if (!reader.take('[')) return false;
  if (reader.take(']')) return reader.at_end();
  std::string value;
  bool is_null = false;
  do {
    if (!reader.item(',', ']', value, is_null)) return false;
    append_item(elements, value, is_null);
  } while (reader.take(','));
  return reader.take(']') && reader.at_end();
}

bool take_map_apart(std::string_view text, ColumnBuilder& keys, ColumnBuilder& values) {
  NestedText reader(text);
  if (!reader.take('{')) return false;
  if (reader.take('}')) return reader.at_end();
  std::string value;
  bool is_null = false;
  do {
    if (!reader.item('=', '}', value, is_null) || is_null || !reader.take('=')) return false;
    keys.append_text(value);
    if (!reader.item(',', '}', value, is_null)) return false;
    append_item(values, value, is_null);
  } while (reader.take(','));
  return reader.take('}') && reader.at_end();
}

bool take_struct_apart(std::string_view text, TypeRef type, std::vector<std::string>& values,
                       std::vector<bool>& present) {
  NestedText reader(text);
  const auto& fields = type->fields();
  std::string value;
  bool is_null = false;
  if (reader.take('(')) {
    for (size_t i = 0; i < fields.size(); ++i) {
      if ((i > 0 && !reader.take(',')) || !reader.item(',', ')', values[i], is_null)) return false;
      present[i] = !is_null;
    }
    return reader.take(')') && reader.at_end();
  }
  if (!reader.take('{')) return false;
  if (reader.take('}')) return reader.at_end();
  do {
    if (!reader.item(':', '}', value, is_null) || !reader.take(':')) return false;
    const auto field =
        std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.name == value; });
    if (field == fields.end()) return false;
    const auto at = static_cast<size_t>(field - fields.begin());
    if (!reader.item(',', '}', values[at], is_null)) return false;
    present[at] = !is_null;
  } while (reader.take(','));
  return reader.take('}') && reader.at_end();
}

void report(const CastJob& job, uint32_t row, const char* reason = nullptr) {
  job.failures.fail(row, job.failures.wants_messages() ? job.message(row, reason) : std::string());
}

Column texts_to_structs(const CastJob& job) {
  const size_t count = job.target->fields().size();
  std::vector<ColumnBuilder> texts;
  for (size_t i = 0; i < count; ++i) texts.emplace_back(Type::varchar(), job.rows());
  RowValidity validity(job);
  std::vector<std::string> values(count);
  std::vector<bool> present(count);
  uint32_t done = 0;
  const auto append_nulls = [&](uint32_t until) {
    for (; done < until; ++done) {
      for (ColumnBuilder& text : texts) text.append_null();
    }
  };
  for_each_valid(job.active, job.input, [&](uint32_t row) {
    append_nulls(row);
    present.assign(count, false);
    if (!take_struct_apart(job.input.text(row), job.target, values, present)) {
      validity.clear(row);
      return report(job, row);
    }
    for (size_t i = 0; i < count; ++i) append_item(texts[i], values[i], !present[i]);
    ++done;
  });
  append_nulls(job.rows());
  std::vector<uint32_t> parents(job.rows());
  std::iota(parents.begin(), parents.end(), 0U);
  std::vector<Column> fields;
  for (size_t i = 0; i < count; ++i) {
    ElementFailures failures(job.failures, parents, false);
    fields.push_back(cast_dense(texts[i].seal(), job.target->fields()[i].type, job, failures));
    for (const uint32_t row : failures.lost_rows) validity.clear(row);
  }
  return Column::structure(job.target, job.rows(), std::move(fields), validity.take());
}

/// Lists, arrays and maps.
Column texts_to_lists(const CastJob& job) {
  const bool is_map = job.target->is(TypeKind::kMap);
  ColumnBuilder first(Type::varchar());
  ColumnBuilder second(Type::varchar());
  std::vector<uint32_t> parents;
  RowValidity validity(job);
  BufferRef entries = Buffer::allocate_zeroed(job.rows() * sizeof(ListEntry));
  for_each_valid(job.active, job.input, [&](uint32_t row) {
    const uint32_t begin = first.size();
    const std::string_view text = job.input.text(row);
    bool good = is_map ? take_map_apart(text, first, second) : take_list_apart(text, first);
    const char* reason = nullptr;
    if (good && job.target->is(TypeKind::kArray) &&
        first.size() - begin != job.target->array_length()) {
      good = false;
      reason = "the length differs";
    }
    if (!good) {
      first.truncate(begin);
      if (is_map) second.truncate(begin);
      validity.clear(row);
      return report(job, row, reason);
    }
    entries->as<ListEntry>()[row] = ListEntry{begin, first.size() - begin};
    parents.resize(first.size(), row);
  });
  const uint32_t count = first.size();
  ElementFailures first_failures(job.failures, parents, is_map);
  ElementFailures second_failures(job.failures, parents, false);
  Column child = cast_dense(first.seal(), job.target->fields()[0].type, job, first_failures);
  if (is_map) {
    std::vector<Column> fields;
    fields.push_back(std::move(child));
    fields.push_back(cast_dense(second.seal(), job.target->fields()[1].type, job, second_failures));
    child = Column::structure(job.target->child(), count, std::move(fields));
  }
  for (const uint32_t row : first_failures.lost_rows) validity.clear(row);
  for (const uint32_t row : second_failures.lost_rows) validity.clear(row);
  return Column::list(job.target, job.rows(), std::move(entries), std::move(child),
                      validity.take());
}

}  // namespace

Column cast_nested(const CastJob& job) {
  if (job.target->is(TypeKind::kStruct)) return cast_structs(job);
  if (job.target->is(TypeKind::kMap)) return cast_maps(job);
  return cast_lists(job);
}

Column cast_text_to_nested(const CastJob& job) {
  return job.target->is(TypeKind::kStruct) ? texts_to_structs(job) : texts_to_lists(job);
}

}  // namespace doline
