#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <string>
#include <vector>

#include "python_class.h"

namespace doline_python {

/// The type of a column of Python values: the narrowest that holds all of them exactly.
struct ValueType {
  enum class Kind : uint8_t {
    kNull,
    kBool,
    kInt64,
    kUInt64,   // where int64 does not reach
    kHugeInt,  // where neither does
    kDouble,
    kDecimal,
    kText,
    kBytes,
    kDate,
    kTime,
    kTimestamp,    // microseconds
    kTimestampNs,  // pandas' nanoseconds
    kTimestampTz,
    kInterval,
    kDuration,  // spans of Python's own, where these are to be exact
    kUuid,
    kList,
    kStruct,
    kMap,
  };

  Kind kind = Kind::kNull;
  int digits = 0, scale = 0;        // of a decimal: before and behind the point
  bool has_negative = false;        // of integers
  bool has_months = false;          // of spans: an Interval is among them
  std::string zone;                 // of zoned times: that of the first
  std::vector<std::string> names;   // of a struct
  std::vector<ValueType> children;  // element; fields; key and value

  /// Widens the type so that it holds `value` as well. Throws ConversionError where no type holds
  /// both. `nan_is_null`: pandas' objects, where a NaN among texts says that there is none.
  void take(nanobind::handle value, bool nan_is_null);
  /// Makes spans durations where none has months, inside lists and structs too.
  void prefer_durations();
  /// Whether a value of that class may stand in a column of this type.
  bool takes(PythonClass its_class) const;
  /// As the engine and people call it: "BIGINT", "VARCHAR[]".
  std::string name() const;

 private:
  void widen(ValueType other);
  void take_integer(nanobind::handle value);
};

}  // namespace doline_python
