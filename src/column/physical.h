#pragma once

#include "column/string_view.h"
#include "column/type.h"

namespace doline {

/// The one visitor over physical types: calls `body.template operator()<T>()` with the C++ type
/// of a value. kBool gives `bool` (bit-packed in columns), kList ListEntry; kStruct is the
/// caller's to handle before.
///
///   dispatch_physical(type, [&]<class T>() { sum<T>(column); });
template <class Body>
decltype(auto) dispatch_physical(PhysicalType type, Body&& body) {
  switch (type) {
    case PhysicalType::kBool:
      return body.template operator()<bool>();
    case PhysicalType::kInt8:
      return body.template operator()<int8_t>();
    case PhysicalType::kInt16:
      return body.template operator()<int16_t>();
    case PhysicalType::kInt32:
      return body.template operator()<int32_t>();
    case PhysicalType::kInt64:
      return body.template operator()<int64_t>();
    case PhysicalType::kInt128:
      return body.template operator()<int128_t>();
    case PhysicalType::kUInt8:
      return body.template operator()<uint8_t>();
    case PhysicalType::kUInt16:
      return body.template operator()<uint16_t>();
    case PhysicalType::kUInt32:
      return body.template operator()<uint32_t>();
    case PhysicalType::kUInt64:
      return body.template operator()<uint64_t>();
    case PhysicalType::kFloat:
      return body.template operator()<float>();
    case PhysicalType::kDouble:
      return body.template operator()<double>();
    case PhysicalType::kString:
      return body.template operator()<StringView>();
    case PhysicalType::kInterval:
      return body.template operator()<Interval>();
    case PhysicalType::kList:
      return body.template operator()<ListEntry>();
    case PhysicalType::kStruct:
      break;
  }
  UNREACHABLE();
}

/// Only the numeric physical types (bool, string, interval, list and struct are refused).
template <class Body>
decltype(auto) dispatch_numeric(PhysicalType type, Body&& body) {
  switch (type) {
    case PhysicalType::kInt8:
      return body.template operator()<int8_t>();
    case PhysicalType::kInt16:
      return body.template operator()<int16_t>();
    case PhysicalType::kInt32:
      return body.template operator()<int32_t>();
    case PhysicalType::kInt64:
      return body.template operator()<int64_t>();
    case PhysicalType::kInt128:
      return body.template operator()<int128_t>();
    case PhysicalType::kUInt8:
      return body.template operator()<uint8_t>();
    case PhysicalType::kUInt16:
      return body.template operator()<uint16_t>();
    case PhysicalType::kUInt32:
      return body.template operator()<uint32_t>();
    case PhysicalType::kUInt64:
      return body.template operator()<uint64_t>();
    case PhysicalType::kFloat:
      return body.template operator()<float>();
    case PhysicalType::kDouble:
      return body.template operator()<double>();
    case PhysicalType::kBool:
    case PhysicalType::kString:
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct:
      break;
  }
  UNREACHABLE();
}

}  // namespace doline
