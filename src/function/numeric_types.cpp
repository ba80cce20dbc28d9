#include "function/numeric_types.h"

#include "column/number_format.h"

namespace doline {

std::span<const TypeRef> integer_types() {
  static const TypeRef types[] = {Type::int8(),   Type::int16(),   Type::int32(),
                                  Type::int64(),  Type::hugeint(), Type::uint8(),
                                  Type::uint16(), Type::uint32(),  Type::uint64()};
  return types;
}

std::span<const TypeRef> floating_types() {
  static const TypeRef types[] = {Type::float32(), Type::float64()};
  return types;
}

std::string number_text(int128_t value) { return to_string(value); }

std::string number_text(double value) {
  char buffer[kNumberTextBytes];
  return std::string(buffer, format_double(buffer, value));
}

}  // namespace doline
