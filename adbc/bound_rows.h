#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "doline/doline.hpp"

namespace doline_adbc {

/// A stream's schema: rows are a struct of columns.
doline::Schema schema_of(doline::Stream& stream);
/// Names of a schema's columns.
std::vector<std::string> column_names(const ArrowSchema& schema);

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
