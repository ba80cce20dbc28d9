#pragma once

#include <cstdint>
#include <string_view>

#include "base/int128.h"

namespace doline {

/// Texts to numbers as CAST from VARCHAR takes them, for casts and for readers of text files. Each
/// returns false where the text is no such value or does not fit; `value` is then unspecified.
/// Spaces around are skipped; '_' may stand between digits.

/// "12", "+5", "1e3", without sign or spaces also "0x1F" and "0b11"; a fraction rounds half away
/// from zero: "1.5" is 2. T: the integers of 8 to 64 bits and int128_t.
template <class T>
bool parse_integer(std::string_view text, T& value);

/// The nearest double or float: "1.5", ".5", "1e-3", "inf", "-infinity", "nan". Too large ones are
/// infinite.
bool parse_double(std::string_view text, double& value);
bool parse_float(std::string_view text, float& value);

/// Unscaled, of DECIMAL(width, scale); further digits round half away from zero.
bool parse_decimal(std::string_view text, int width, int scale, int128_t& value);

/// "true", "t", "yes", "y", "1" and their opposites, case ignored.
bool parse_bool(std::string_view text, bool& value);

/// 32 hex digits, hyphens anywhere between bytes, braces around. As a UUID is stored.
bool parse_uuid(std::string_view text, int128_t& value);

/// 10^exponent, 0 <= exponent <= 38.
int128_t power_of_ten(int exponent);

}  // namespace doline
