#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "column/type.h"
#include "format/arrow/arrow_field.h"
#include "format/ipc/message.h"

namespace doline::ipc {

/// A column, and where its parts begin among those of a record batch.
struct BatchColumn {
  const ArrowField* field = nullptr;
  size_t node = 0;
  size_t range = 0;  // were there no texts of views before it
  size_t views = 0;  // how many of those come before it, which take a varying number of ranges
  size_t runs = 0;   // columns by runs before it, which had a range more until 2020 (V4)
};

/// What a file or stream says of its columns. Immutable, shared; thread-safe.
class IpcSchema {
 public:
  /// Error(kNotSupported) for types without a twin, and for numbers whose first byte is the
  /// highest.
  IpcSchema(const wire::Schema& wire, const Place& place);
  IpcSchema(const IpcSchema&) = delete;

  /// Names are unique: later ones of a kind get _1, _2, ….
  const Schema& columns() const { return columns_; }
  const BatchColumn& column(size_t index) const { return batch_columns_[index]; }

  /// A field that stores codes, at any depth; ArrowField::dictionary is its place in the list.
  struct Encoded {
    const ArrowField* field;
    int64_t id;          // of the dictionary batches whose values its codes mean
    ArrowArray* values;  // stands for these values, without any
  };
  const std::vector<Encoded>& encoded() const { return encoded_; }
  /// The ids that reading these columns needs.
  std::vector<int64_t> ids_of(const std::vector<uint32_t>& columns) const;

 private:
  /// An array of no rows that passes for one of a field.
  struct Hollow {
    ArrowArray array{};
    std::vector<const void*> buffers;
    std::vector<ArrowArray*> children;
  };
  void number(ArrowField& field, const std::vector<int64_t>& ids, size_t& next);
  ArrowArray* hollow(const ArrowField& field);

  std::vector<ArrowField> fields_;
  Schema columns_;
  std::vector<BatchColumn> batch_columns_;
  std::vector<Encoded> encoded_;
  std::deque<Hollow> hollows_;
};
using IpcSchemaRef = std::shared_ptr<const IpcSchema>;

}  // namespace doline::ipc
