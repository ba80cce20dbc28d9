#pragma once

#include <nanobind/nanobind.h>

#include <memory>

#include "arrow_column.h"
#include "value_type.h"

namespace doline_python {

/// Collects Python values into the buffers of a column.
class ValueBuilder {
 public:
  virtual ~ValueBuilder() = default;
  /// The value is of the builder's type, or NULL.
  void append(nanobind::handle value);
  ArrowColumnRef finish();

 protected:
  ValueBuilder(const ValueType& type, bool nan_is_null) : nan_is_null_(nan_is_null), type_(type) {}
  virtual void append_value(nanobind::handle value, PythonClass its_class) = 0;
  virtual void append_null() = 0;
  /// Fills all but length and validity.
  virtual void finish_values(ArrowColumn& column) = 0;

  const bool nan_is_null_;

 private:
  const ValueType type_;
  std::vector<uint8_t> valid_;  // one byte a row
};

std::unique_ptr<ValueBuilder> make_value_builder(const ValueType& type, bool nan_is_null);

/// The values of an iterable as a column of the narrowest type that holds them. `nan_is_null`: see
/// ValueType::take. `exact_spans`: Python's timedelta is a DURATION, not an INTERVAL.
ArrowColumnRef column_of_values(nanobind::handle values, bool nan_is_null,
                                bool exact_spans = false);

}  // namespace doline_python
