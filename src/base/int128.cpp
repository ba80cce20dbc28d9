#include "base/int128.h"

#include <algorithm>

namespace doline {

std::string to_string(int128_t value) {
  const bool negative = value < 0;
  uint128_t rest =
      negative ? uint128_t{0} - static_cast<uint128_t>(value) : static_cast<uint128_t>(value);
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  } while (rest != 0);
  if (negative) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace doline
