#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "arrow_capsule.h"

namespace doline_python {

/// Memory that an Arrow array reads, and what keeps it.
struct ArrowBuffer {
  std::shared_ptr<const void> owner;
  const void* data = nullptr;

  template <class T>
  static ArrowBuffer of(std::vector<T> values) {
    const auto kept = std::make_shared<const std::vector<T>>(std::move(values));
    return {kept, kept->data()};
  }
};

/// A column made here, of Python values or over memory of a Python object. Immutable and shared: it
/// can be exported again and again, and what is exported keeps it.
struct ArrowColumn {
  std::string format;
  std::string metadata;  // packed as the C data interface says; empty: none
  int64_t flags = ARROW_FLAG_NULLABLE;
  int64_t length = 0;
  int64_t offset = 0;
  int64_t null_count = 0;            // -1: not counted
  std::vector<ArrowBuffer> buffers;  // as the layout of `format` asks; validity first
  std::vector<std::pair<std::string, std::shared_ptr<const ArrowColumn>>> children;
  std::shared_ptr<const ArrowColumn> dictionary;
};
using ArrowColumnRef = std::shared_ptr<const ArrowColumn>;

/// A foreign array of that schema, whose memory stays where it is. The schema is only read.
ArrowColumnRef column_of_array(const ArrowSchema& schema, OwnedArray array);

/// The schema alone, for export_schema.
ArrowColumnRef column_without_rows(const ArrowSchema& schema);

OwnedSchema export_schema(const ArrowColumnRef& column, const std::string& name = "");
OwnedArray export_array(const ArrowColumnRef& column);

/// The metadata of one key.
std::string packed_metadata(const std::string& key, const std::string& value);

/// A bitmap of `length` bits, each as `is_set(row)` says; null when all are set.
template <class IsSet>
std::pair<ArrowBuffer, int64_t> validity_of(int64_t length, IsSet&& is_set) {
  std::vector<uint8_t> bits(static_cast<size_t>(length + 7) / 8, 0);
  int64_t nulls = 0;
  for (int64_t row = 0; row < length; ++row) {
    const bool set = is_set(row);
    bits[static_cast<size_t>(row) / 8] |= static_cast<uint8_t>(set << (row % 8));
    nulls += set ? 0 : 1;
  }
  if (nulls == 0) return {};
  return {ArrowBuffer::of(std::move(bits)), nulls};
}

}  // namespace doline_python
