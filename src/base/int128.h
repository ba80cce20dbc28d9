#pragma once

#include <cstdint>
#include <limits>
#include <string>

namespace doline {

__extension__ typedef __int128 int128_t;
__extension__ typedef unsigned __int128 uint128_t;

inline constexpr int128_t kInt128Max = static_cast<int128_t>(~uint128_t{0} >> 1);
inline constexpr int128_t kInt128Min = -kInt128Max - 1;

/// Decimal digits with a leading '-' where needed.
std::string to_string(int128_t value);

}  // namespace doline
