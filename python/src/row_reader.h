#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <vector>

#include "arrow_capsule.h"

namespace doline_python {

/// One column of the batch at hand as Python values.
class ValueReader {
 public:
  virtual ~ValueReader() = default;
  /// Reads `array` from now on. It outlives its use.
  virtual void take(const ArrowArray& array) = 0;
  /// A new reference to the value of a row, None for NULL. Throws a Python exception.
  virtual nanobind::object at(int64_t row) const = 0;
};

/// Reads columns as the engine exports them. What each type becomes stands in value_reader.cpp.
std::unique_ptr<ValueReader> make_value_reader(const ArrowSchema& schema);

/// Batches of a schema as rows, each a tuple.
class RowReader {
 public:
  explicit RowReader(OwnedSchema schema);

  void take(OwnedArray batch);
  bool is_at_end() const { return !batch_ || next_ >= batch_->length; }
  /// Appends up to `limit` rows of the batch at hand.
  void append(nanobind::list& rows, size_t limit);

 private:
  OwnedSchema schema_;
  std::vector<std::unique_ptr<ValueReader>> columns_;
  OwnedArray batch_;
  int64_t next_ = 0;
};

}  // namespace doline_python
