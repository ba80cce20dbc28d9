#pragma once

#include <span>
#include <vector>

#include "column/physical.h"
#include "function/scalar_function.h"

namespace doline {

/// TINYINT … HUGEINT, UTINYINT … UBIGINT.
std::span<const TypeRef> integer_types();
/// FLOAT, DOUBLE.
std::span<const TypeRef> floating_types();

/// One overload a type, made by make.template operator()<T>(type) with its C++ type.
template <class Make>
void add_overloads(std::vector<ScalarOverload>& overloads, std::span<const TypeRef> types,
                   Make make) {
  for (const TypeRef type : types) {
    overloads.push_back(dispatch_numeric(
        type->physical(), [&]<class T>() { return make.template operator()<T>(type); }));
  }
}

/// What messages call a value's type: "INTEGER".
template <class T>
const char* sql_name() {
  if constexpr (std::is_same_v<T, int8_t>) return "TINYINT";
  if constexpr (std::is_same_v<T, int16_t>) return "SMALLINT";
  if constexpr (std::is_same_v<T, int32_t>) return "INTEGER";
  if constexpr (std::is_same_v<T, int64_t>) return "BIGINT";
  if constexpr (std::is_same_v<T, int128_t>) return "HUGEINT";
  if constexpr (std::is_same_v<T, uint8_t>) return "UTINYINT";
  if constexpr (std::is_same_v<T, uint16_t>) return "USMALLINT";
  if constexpr (std::is_same_v<T, uint32_t>) return "UINTEGER";
  if constexpr (std::is_same_v<T, uint64_t>) return "UBIGINT";
  if constexpr (std::is_same_v<T, float>) return "FLOAT";
  return "DOUBLE";
}

/// A value for a message.
std::string number_text(int128_t value);
std::string number_text(double value);
template <class T>
std::string number_text(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return number_text(static_cast<double>(value));
  } else {
    return number_text(static_cast<int128_t>(value));
  }
}

}  // namespace doline
