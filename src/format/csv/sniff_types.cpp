#include "format/csv/sniff_types.h"

#include <algorithm>

#include "base/ascii.h"
#include "column/civil_time.h"
#include "format/csv/parser.h"
#include "kernel/parse_number.h"
#include "kernel/temporal_text.h"

namespace doline {

namespace {

enum Guess : uint32_t {
  kBoolean = 1,
  kBigint = 2,
  kHugeint = 4,
  kReal = 8,
  kTimeOfDay = 16,
  kDay = 32,
  kMoment = 64,
  kZonedMoment = 128,
  kFirstFormat = 256,  // a bit for each of kDayFormats, and as many for each of kTimesBehind
};

struct DayFormat {
  const char* text;
  char separator;
  bool month_first;
};
/// In the order they are preferred, behind ISO 8601.
constexpr DayFormat kDayFormats[] = {{"%d-%m-%Y", '-', false}, {"%d/%m/%Y", '/', false},
                                     {"%d.%m.%Y", '.', false}, {"%m-%d-%Y", '-', true},
                                     {"%m/%d/%Y", '/', true},  {"%m.%d.%Y", '.', true}};
/// What may stand behind the day.
constexpr const char* kTimesBehind[] = {"", " %H:%M:%S", " %H:%M"};

constexpr uint32_t local_format(size_t day, size_t time) {
  return static_cast<uint32_t>(kFirstFormat) << (time * std::size(kDayFormats) + day);
}

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string without_thousands(std::string_view text, char thousands) {
  std::string plain(text);
  std::erase(plain, thousands);
  return plain;
}

uint32_t classify_number(std::string_view text, char decimal_separator) {
  if (text.empty()) return 0;
  const std::string_view unsigned_part = text.substr(text[0] == '-' || text[0] == '+');
  if (unsigned_part.empty()) return 0;
  // "007" is a code, not a number.
  if (unsigned_part.size() > 1 && unsigned_part[0] == '0' && is_digit(unsigned_part[1])) return 0;
  bool only_digits = true;
  for (char c : unsigned_part) {
    only_digits &= is_digit(c);
    if (c == '_' || c == 'x' || c == 'X') return 0;
  }
  if (only_digits) {
    int64_t narrow;
    if (parse_integer<int64_t>(text, narrow)) return kBigint | kHugeint | kReal;
    int128_t wide;
    if (parse_integer<int128_t>(text, wide)) return kHugeint | kReal;
  }
  double value;
  return parse_csv_double(text, decimal_separator, value) ? uint32_t{kReal} : 0;
}

/// Which of kTimesBehind the text is; none: their number.
size_t classify_time_behind(std::string_view text) {
  if (text.empty()) return 0;
  constexpr int64_t kMost[] = {23, 59, 59};
  size_t part = 0;
  for (; part < std::size(kMost) && !text.empty(); ++part) {
    if (text.front() != (part == 0 ? ' ' : ':')) break;
    text.remove_prefix(1);
    size_t digits = 0;
    int64_t value = 0;
    for (; digits < 2 && digits < text.size() && is_digit(text[digits]); ++digits)
      value = value * 10 + (text[digits] - '0');
    if (digits == 0 || (part > 0 && digits < 2) || value > kMost[part]) break;
    text.remove_prefix(digits);
  }
  if (!text.empty() || part < 2) return std::size(kTimesBehind);
  return part == 3 ? 1 : 2;
}

/// "5/1/2020" and "5/1/2020 14:05" in the formats of kDayFormats and kTimesBehind.
uint32_t classify_local(std::string_view text) {
  int64_t parts[3] = {0, 0, 0};
  size_t at = 0;
  char separator = 0;
  for (int part = 0; part < 3; ++part) {
    const size_t begin = at;
    while (at < text.size() && is_digit(text[at]) && at - begin < 4)
      parts[part] = parts[part] * 10 + (text[at++] - '0');
    const size_t digits = at - begin;
    if (part < 2 ? digits < 1 || digits > 2 : digits != 4) return 0;
    if (part == 2) break;
    if (at == text.size() || (separator != 0 && text[at] != separator)) return 0;
    separator = text[at++];
  }
  const size_t time = classify_time_behind(text.substr(at));
  if (time == std::size(kTimesBehind)) return 0;
  uint32_t guesses = 0;
  for (uint32_t i = 0; i < std::size(kDayFormats); ++i) {
    if (kDayFormats[i].separator != separator) continue;
    const bool month_first = kDayFormats[i].month_first;
    int32_t days;
    if (days_from_civil_checked(parts[2], parts[month_first ? 0 : 1], parts[month_first ? 1 : 0],
                                days)) {
      guesses |= local_format(i, time);
    }
  }
  return guesses;
}

uint32_t classify_time(std::string_view text) {
  int32_t days, nanos;
  int64_t seconds, micros;
  if (scan_time(text, seconds, nanos) == text.size()) return kTimeOfDay;
  const size_t date = scan_date(text, days);
  if (date != 0 && date == text.size()) return kDay | kMoment | kZonedMoment;
  if (date != 0) {
    bool has_offset = false;
    if (!parse_timestamp(text, micros, has_offset)) return 0;
    return has_offset ? kZonedMoment : kMoment | kZonedMoment;
  }
  return classify_local(text);
}

}  // namespace

CsvTypeGuess::CsvTypeGuess(TypeRef type, const CsvOptions& options)
    : options_(&options), seen_(true) {
  static constexpr std::pair<TypeKind, uint32_t> kPossible[] = {
      {TypeKind::kBool, kBoolean},
      {TypeKind::kInt8, kBigint | kHugeint | kReal},
      {TypeKind::kInt16, kBigint | kHugeint | kReal},
      {TypeKind::kInt32, kBigint | kHugeint | kReal},
      {TypeKind::kFloat, kReal},
      {TypeKind::kInt64, kBigint | kHugeint | kReal},
      {TypeKind::kHugeInt, kHugeint | kReal},
      {TypeKind::kDouble, kReal},
      {TypeKind::kTime, kTimeOfDay},
      {TypeKind::kDate, kDay | kMoment | kZonedMoment},
      {TypeKind::kTimestamp, kMoment | kZonedMoment},
      {TypeKind::kTimestampTz, kZonedMoment}};
  possible_ = 0;
  for (const auto& [kind, possible] : kPossible) {
    if (type->is(kind)) possible_ = possible;
  }
  least_ = INT64_MIN;  // what was seen is not known
}

void CsvTypeGuess::widen_range(std::string_view text) {
  int64_t value;
  if (!(possible_ & kBigint)) return;
  const std::string plain = without_thousands(trimmed(text), options_->thousands);
  if (!parse_integer<int64_t>(plain, value)) return;
  least_ = std::min(least_, value);
  most_ = std::max(most_, value);
}

uint32_t CsvTypeGuess::classify(std::string_view text, const CsvOptions& options) {
  const char decimal_separator = options.decimal_separator;
  text = trimmed(text);
  if (text.empty()) return 0;
  const char first = text[0];
  if (options.thousands != 0 && text.find(options.thousands) != text.npos) {
    const uint32_t number =
        classify_number(without_thousands(text, options.thousands), decimal_separator);
    if (number != 0) return number;
  }
  if (is_digit(first) || first == '-' || first == '+' || first == '.' ||
      first == decimal_separator) {
    const uint32_t number = classify_number(text, decimal_separator);
    return number != 0 || text.size() > 40 ? number : classify_time(text);
  }
  if (text.size() > 9) return 0;
  // Y and N alone are codes of many things, as the sides of a compass.
  bool value;
  if (parse_bool(text, value) && ascii_lower(text) != "y" && ascii_lower(text) != "n")
    return kBoolean;
  double real;
  return parse_csv_double(text, '.', real) ? uint32_t{kReal} : 0;
}

TypeRef CsvTypeGuess::type(std::string& format) const {
  if (!seen_) return Type::varchar();
  const auto is_candidate = [&](TypeRef type) {
    const std::vector<TypeRef>& all = options_->auto_type_candidates;
    return std::any_of(all.begin(), all.end(),
                       [&](TypeRef candidate) { return candidate == type; });
  };
  const bool is_open = options_->auto_type_candidates.empty();
  const auto found = [&](uint32_t guess, TypeRef type) {
    return (possible_ & guess) != 0 && (is_open || is_candidate(type));
  };
  if (found(kBoolean, Type::boolean())) return Type::boolean();
  if (possible_ & kBigint) {
    if (least_ >= INT8_MIN && most_ <= INT8_MAX && is_candidate(Type::int8())) return Type::int8();
    if (least_ >= INT16_MIN && most_ <= INT16_MAX && is_candidate(Type::int16()))
      return Type::int16();
    if (least_ >= INT32_MIN && most_ <= INT32_MAX && is_candidate(Type::int32()))
      return Type::int32();
  }
  if (found(kBigint, Type::int64())) return Type::int64();
  if (found(kHugeint, Type::hugeint())) return Type::hugeint();
  if ((possible_ & kReal) && is_candidate(Type::float32())) return Type::float32();
  if (found(kReal, Type::float64())) return Type::float64();
  if (found(kTimeOfDay, Type::time())) return Type::time();
  if (found(kDay, Type::date())) return Type::date();
  if (found(kMoment, Type::timestamp())) return Type::timestamp();
  if (found(kZonedMoment, Type::timestamp_tz())) return Type::timestamp_tz();
  for (size_t time = 0; time < std::size(kTimesBehind); ++time) {
    const TypeRef type = time == 0 ? Type::date() : Type::timestamp();
    for (size_t day = 0; day < std::size(kDayFormats); ++day) {
      if (!found(local_format(day, time), type)) continue;
      format = std::string(kDayFormats[day].text) + kTimesBehind[time];
      return type;
    }
  }
  return Type::varchar();
}

}  // namespace doline
