#pragma once

#include <deque>

#include "arrow_nodes.h"

namespace doline_adbc {

/// Rows that lie ready, of any schema. `std::move(rows).stream()` makes them a stream of their own,
/// whose schema may be asked for again and again.
class KeptRows {
 public:
  KeptRows() = default;
  explicit KeptRows(doline::Schema schema) : schema_(std::move(schema)) {}

  void add(Array rows) { arrays_.push_back(std::move(rows)); }
  /// All rows of a run of a statement, which has the columns of those before.
  void add_all(doline::Query& run);
  bool has_schema() const { return schema_->release != nullptr; }
  doline::Stream stream() &&;

 private:
  doline::Schema schema_;
  std::deque<Array> arrays_;
};

/// The rows of a stream of that schema under other names, one for each column.
doline::Stream renamed(doline::Stream stream, const ArrowSchema& schema,
                       const std::vector<std::string>& names);

/// A struct with a column of type null for each name: types that are not known.
doline::Schema schema_of_names(const std::vector<std::string>& names);

/// What a statement has whose effect counts: no columns, no rows.
KeptRows no_rows();

}  // namespace doline_adbc
