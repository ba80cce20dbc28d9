#pragma once

#include <nanobind/nanobind.h>

#include <string>
#include <vector>

#include "arrow_column.h"

namespace doline_python {

/// `doline._engine.Column`: a column made of Python's values or memory, for Arrow's consumers.
struct Column {
  ArrowColumnRef column;

  nanobind::object schema() const { return capsule_of(export_schema(column)); }
  nanobind::tuple array() const;
};

/// `doline._engine.Table`: rows held in memory as Arrow batches, which can be read again and again.
class Table {
 public:
  /// Reads anything with __arrow_c_stream__ to its end; the GIL is let go of meanwhile.
  static Table collect(nanobind::handle object);
  /// Columns of the same length, each a Column or a list of them: its pieces. Batches end where a
  /// piece does.
  static Table of_columns(nanobind::list names, nanobind::list columns);
  /// No rows; what is no struct is one column.
  static Table of_schema(nanobind::handle object);

  /// Takes a struct array over; its schema stays the caller's.
  static Table of_batch(const ArrowSchema& schema, OwnedArray array);

  /// The same rows under other names.
  Table renamed(nanobind::list names) const;

  int64_t row_count() const;
  size_t column_count() const { return empty_->children.size(); }
  nanobind::object schema() const { return capsule_of(export_schema(empty_)); }
  nanobind::object stream(nanobind::handle requested_schema) const;
  /// A column's values as Python objects.
  nanobind::list to_list(size_t column) const;
  /// The values that a dictionary-encoded column's codes stand for, those of all batches.
  nanobind::list dictionary(size_t column) const;
  /// A column's values as a NumPy array of its own memory: unsigned integers of the width of the
  /// type, to be viewed as what they are; bytes of 0 and 1 for booleans. Only for types of 1, 2, 4
  /// or 8 bytes.
  nanobind::object raw_values(size_t column) const;
  /// Some of the columns, in that order.
  Table picked(nanobind::list columns) const;
  /// Rows [begin, begin + count) of a table of one batch.
  Table sliced(int64_t begin, int64_t count) const;
  /// The list in the only row of the only column.
  Column elements() const;
  /// The batches, each a Column of structs.
  nanobind::list batches() const;
  /// The rows of a table of one batch as lists of structs, each as long as `counts` says.
  Column lists(nanobind::list counts) const;
  /// The lengths of the first column's lists, and their elements: structs as rows, others as a
  /// column.
  nanobind::tuple unnested() const;
  /// A byte a row, 1 where the value is NULL; None when there is none.
  nanobind::object null_mask(size_t column) const;

 private:
  Table(ArrowColumnRef empty, std::vector<ArrowColumnRef> batches)
      : empty_(std::move(empty)), batches_(std::move(batches)) {}

  ArrowColumnRef empty_;  // the schema, as a batch without rows
  std::vector<ArrowColumnRef> batches_;
};

void add_table(nanobind::module_& module);

}  // namespace doline_python
