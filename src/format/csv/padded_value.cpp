#include "format/csv/padded_value.h"

#include "column/civil_time.h"

namespace doline::padded {

namespace {

constexpr int64_t kWholePowersOfTen[] = {1,
                                         10,
                                         100,
                                         1'000,
                                         10'000,
                                         100'000,
                                         1'000'000,
                                         10'000'000,
                                         100'000'000,
                                         1'000'000'000,
                                         10'000'000'000,
                                         100'000'000'000,
                                         1'000'000'000'000,
                                         10'000'000'000'000,
                                         100'000'000'000'000,
                                         1'000'000'000'000'000,
                                         10'000'000'000'000'000,
                                         100'000'000'000'000'000,
                                         1'000'000'000'000'000'000};

}  // namespace

const std::array<int32_t, kYears * 12 + 1> kMonthBegins = [] {
  std::array<int32_t, kYears * 12 + 1> begins{};
  for (int32_t i = 0; i <= kYears * 12; ++i) {
    int32_t days = 0;
    days_from_civil_checked(kFirstYear + i / 12, static_cast<uint32_t>(i % 12 + 1), 1, days);
    begins[static_cast<size_t>(i)] = days;
  }
  return begins;
}();

bool read_decimal(std::string_view text, int width, int scale, int64_t& value) {
  int64_t digits;
  uint32_t fraction;
  if (!read_number(text, digits, fraction)) return false;
  const int more = scale - static_cast<int>(fraction);
  if (more < 0 || width > 18 || scale > 18 ||
      __builtin_mul_overflow(digits, kWholePowersOfTen[more], &value))
    return false;
  return value < kWholePowersOfTen[width] && value > -kWholePowersOfTen[width];
}

}  // namespace doline::padded
