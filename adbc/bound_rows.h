#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doline/doline.hpp"

namespace doline_adbc {

/// An array and its schema as a stream, which is read once. Takes both over.
doline::Stream stream_of(ArrowArray* array, ArrowSchema* schema);

/// A stream's schema, which is asked for once: rows bound as an array have it once.
doline::Schema schema_of(doline::Stream& stream);
/// Names of a schema's columns.
std::vector<std::string> column_names(const ArrowSchema& schema);

/// The rows of a stream of that schema under other names, one for each column. Read once.
doline::Stream renamed(doline::Stream stream, doline::Schema schema,
                       std::vector<std::string> names);

/// A schema of a struct with a column of type null for each name: types that are not known.
ArrowSchema schema_of_names(const std::vector<std::string>& names);

/// Rows without columns and without rows: what a statement has whose effect counts.
void give_out_nothing(ArrowArrayStream* out);

/// Rows of parameters, which are bound to a statement one after another.
class BoundRows {
 public:
  explicit BoundRows(doline::Query query) : query_(std::move(query)), schema_(query_.schema()) {}

  /// Binds the next row, whose columns are named as the parameters are; false at the end.
  bool bind_next(doline::Prepared& statement);

 private:
  doline::Query query_;
  doline::Schema schema_;
  std::shared_ptr<doline::Batch> batch_;
  int64_t row_ = 0;
};

}  // namespace doline_adbc
