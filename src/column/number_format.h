#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/int128.h"

namespace doline {

/// Texts of numbers as a cast to VARCHAR gives them. Each function writes at most kNumberTextBytes
/// at `out` and returns how many.
inline constexpr size_t kNumberTextBytes = 48;

size_t format_integer(char* out, int64_t value);
size_t format_unsigned(char* out, uint64_t value);
size_t format_hugeint(char* out, int128_t value);
/// `unscaled` / 10^scale. A type without digits before the point (width = scale) shows none: ".05".
size_t format_decimal(char* out, int128_t unscaled, int width, int scale);
/// The shortest text that reads back equal: "1.0", "0.1", "1e+20", "nan", "-inf".
size_t format_double(char* out, double value);
size_t format_float(char* out, float value);
/// 8-4-4-4-12 hex digits, lower case.
size_t format_uuid(char* out, int128_t value);

/// Bytes outside printable ASCII, quotes and backslashes as \xAB.
void append_blob(std::string& out, std::string_view bytes);

}  // namespace doline
