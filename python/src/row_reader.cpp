#include "row_reader.h"

#include <algorithm>

namespace nb = nanobind;

namespace doline_python {

RowReader::RowReader(OwnedSchema schema) : schema_(std::move(schema)) {
  for (int64_t column = 0; column < schema_->n_children; ++column)
    columns_.push_back(make_value_reader(*schema_->children[column]));
}

void RowReader::take(OwnedArray batch) {
  batch_ = std::move(batch);
  next_ = 0;
  for (size_t column = 0; column < columns_.size(); ++column)
    columns_[column]->take(*batch_->children[column]);
}

void RowReader::append(nb::list& rows, size_t limit) {
  const auto left = static_cast<size_t>(batch_->length - next_);
  const int64_t end = next_ + static_cast<int64_t>(std::min(left, limit));
  for (; next_ < end; ++next_) {
    nb::object row = nb::steal(PyTuple_New(static_cast<Py_ssize_t>(columns_.size())));
    if (!row.is_valid()) throw nb::python_error();
    for (size_t column = 0; column < columns_.size(); ++column) {
      PyTuple_SET_ITEM(row.ptr(), static_cast<Py_ssize_t>(column),
                       columns_[column]->at(batch_->offset + next_).release().ptr());
    }
    rows.append(row);
  }
}

}  // namespace doline_python
