#include "format/text/sniffed_columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "base/ascii.h"
#include "format/text/log_time.h"
#include "kernel/parse_number.h"
#include "kernel/temporal_text.h"
#include "kernel/time_zone.h"

namespace doline {
namespace {

// The order is the preference: the first that fits all values is taken.
constexpr ValueForm kForms[] = {ValueForm::kInteger, ValueForm::kDouble,    ValueForm::kBool,
                                ValueForm::kDate,    ValueForm::kTimestamp, ValueForm::kTimestampTz,
                                ValueForm::kWebTime, ValueForm::kText};

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

bool says_nothing(std::string_view value) { return value.empty() || value == "-"; }

bool parse_plain_integer(std::string_view text, int64_t& value) {
  const size_t sign = text.starts_with('-');
  if (text.size() > sign + 1 && text[sign] == '0') return false;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && stop == text.data() + text.size();
}

bool parse_plain_double(std::string_view text, double& value) {
  const size_t sign = text.starts_with('-') || text.starts_with('+');
  const bool shape = text.size() > sign && (is_digit(text[sign]) || text[sign] == '.');
  // "007" is a name, "0.7" is not.
  const bool padded = text.size() > sign + 1 && text[sign] == '0' && is_digit(text[sign + 1]);
  return shape && !padded && text.find('_') == std::string_view::npos && parse_double(text, value);
}

bool begins_as_date(std::string_view text) {
  return text.size() >= 8 && is_digit(text[0]) &&
         text.find_first_of("-/") != std::string_view::npos;
}

/// The form alone, for sniffing. Instants are read in UTC: the zone does not change whether one
/// fits.
bool parse_form(ValueForm form, std::string_view text, const ZoneOffsets* zone,
                WebTimeParser& web_clock, int64_t& integer, double& real) {
  switch (form) {
    case ValueForm::kInteger:
      return parse_plain_integer(text, integer);
    case ValueForm::kDouble:
      return parse_plain_double(text, real);
    case ValueForm::kBool:
      integer = text == "true";
      return integer != 0 || text == "false";
    case ValueForm::kDate: {
      int32_t days = 0;
      if (!begins_as_date(text) || scan_date(text, days) != text.size()) return false;
      integer = days;
      return true;
    }
    case ValueForm::kTimestamp: {
      bool has_offset = false;
      return begins_as_date(text) && parse_timestamp(text, integer, has_offset) && !has_offset;
    }
    case ValueForm::kTimestampTz:
      return begins_as_date(text) && parse_timestamp_tz(text, zone, integer);
    case ValueForm::kWebTime:
      return web_clock.parse(text, integer);
    case ValueForm::kText:
      return true;
  }
  return false;
}

}  // namespace

TypeRef type_of(ValueForm form) {
  switch (form) {
    case ValueForm::kInteger:
      return Type::int64();
    case ValueForm::kDouble:
      return Type::float64();
    case ValueForm::kBool:
      return Type::boolean();
    case ValueForm::kDate:
      return Type::date();
    case ValueForm::kTimestamp:
      return Type::timestamp();
    case ValueForm::kTimestampTz:
    case ValueForm::kWebTime:
      return Type::timestamp_tz();
    case ValueForm::kText:
      return Type::varchar();
  }
  UNREACHABLE();
}

void FormSniffer::add(std::string_view value) {
  if (says_nothing(value)) return;
  saw_value_ = true;
  WebTimeParser web_clock;
  for (size_t i = 0; i < std::size(kForms); ++i) {
    int64_t integer = 0;
    double real = 0;
    const bool fits =
        (fitting_ >> i & 1) != 0 && parse_form(kForms[i], value, nullptr, web_clock, integer, real);
    if (!fits) fitting_ &= ~(uint32_t{1} << i);
  }
}

ValueForm FormSniffer::form() const {
  if (!saw_value_) return ValueForm::kText;
  for (size_t i = 0; i < std::size(kForms); ++i) {
    if ((fitting_ >> i & 1) != 0) return kForms[i];
  }
  return ValueForm::kText;
}

SniffedColumns::SniffedColumns(std::vector<Found> columns, const ZoneOffsets* zone)
    : columns_(std::move(columns)), zone_(zone) {}

std::vector<Field> SniffedColumns::fields() const {
  std::vector<Field> fields;
  for (const Found& column : columns_) fields.push_back({column.name, type_of(column.form)});
  return fields;
}

bool SniffedColumns::Record::parse(ValueForm form, Value& value) {
  value.is_null = value.text.data() == nullptr;
  if (value.is_null || form == ValueForm::kText) return true;
  value.is_null = says_nothing(value.text);
  return value.is_null ||
         parse_form(form, value.text, columns_.zone_, web_clock_, value.integer, value.real);
}

std::optional<std::string> SniffedColumns::Record::put(LogRows& rows, const char* readable_end,
                                                       size_t& column) {
  for (column = 0; column < values_.size(); ++column) {
    const ValueForm form = columns_[column].form;
    if (parse(form, values_[column])) continue;
    return fmt::format("\"{}\" is no {}", values_[column].text.substr(0, 64),
                       type_of(form)->name());
  }
  for (size_t i = 0; i < values_.size(); ++i) write(i, values_[i], rows, readable_end);
  return std::nullopt;
}

void SniffedColumns::Record::write(size_t column, const Value& value, LogRows& rows,
                                   const char* readable_end) const {
  if (!rows.wants(column)) return;
  if (value.is_null) {
    rows.set_null(column);
    return;
  }
  switch (columns_[column].form) {
    case ValueForm::kInteger:
    case ValueForm::kTimestamp:
    case ValueForm::kTimestampTz:
    case ValueForm::kWebTime:
      rows.set<int64_t>(column, value.integer);
      return;
    case ValueForm::kDouble:
      rows.set<double>(column, value.real);
      return;
    case ValueForm::kBool:
      rows.set_bool(column, value.integer != 0);
      return;
    case ValueForm::kDate:
      rows.set<int32_t>(column, static_cast<int32_t>(value.integer));
      return;
    case ValueForm::kText:
      if (value.in_block) {
        rows.set_text(column, value.text, readable_end);
      } else {
        rows.copy_text(column, value.text);
      }
      return;
  }
}

std::string free_name(const std::vector<std::string>& taken, std::string wished) {
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(taken.begin(), taken.end(),
                       [&](const std::string& other) { return equal_ignoring_case(other, name); });
  };
  if (!is_taken(wished)) return wished;
  for (int number = 1;; ++number) {
    std::string name = fmt::format("{}_{}", wished, number);
    if (!is_taken(name)) return name;
  }
}

}  // namespace doline
