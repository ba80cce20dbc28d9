#include "format/csv/parser.h"

#include <simdjson.h>

#include "base/error.h"
#include "column/civil_time.h"
#include "column/readable_text.h"
#include "format/csv/padded_value.h"
#include "kernel/cast.h"
#include "kernel/parse_number.h"
#include "kernel/temporal_text.h"

namespace doline {

namespace {

/// "an INTEGER", "a UBIGINT".
std::string with_article(const std::string& type) {
  const bool is_vowel = std::string_view("AEIO").find(type.front()) != std::string_view::npos;
  return (is_vowel ? "an " : "a ") + type;
}

}  // namespace

CsvParser::CsvParser(const CsvOptions& options, uint32_t width, const ZoneOffsets* zone)
    : options_(options),
      width_(width),
      zone_(zone),
      empty_is_null_(options.is_null_text("")),
      only_empty_is_null_(options.null_strings.size() == 1 && empty_is_null_),
      rows_(options.dialect) {
  if (!options.date_format.empty()) date_format_ = TimeFormat::compile(options.date_format);
  if (!options.timestamp_format.empty())
    timestamp_format_ = TimeFormat::compile(options.timestamp_format);
}

void CsvParser::begin(std::string_view text, PinRef pin, bool skip_header) {
  rows_.begin(text);
  pin_ = std::move(pin);
  skip_header_ = skip_header;
  is_valid_.reset();
  lines_.clear();
  failures_.clear();
}

std::string_view CsvParser::raw(const Line& line, uint32_t field) const {
  const std::string_view text = rows_.text();
  const uint32_t begin = field == 0 ? line.begin : line.ends[field - 1] + 1;
  uint32_t end = line.ends[field];
  if (field + 1 == line.width && end > begin && text[end - 1] == '\r') --end;
  return text.substr(begin, end - begin);
}

bool CsvParser::accept(uint32_t index, uint32_t& width) {
  width = rows_.fields_of(index);
  if (width == 1) {
    if (rows_.is_comment(index)) return false;
    if (width_ > 1 && rows_.row_text(index).empty()) return false;
  }
  if (skip_header_) {
    skip_header_ = false;
    return false;
  }
  if (width == width_) return true;
  if (width == width_ + 1 && rows_.field(index, width_).empty())
    return true;  // a delimiter at the end
  if (width < width_ && options_.null_padding) return true;
  if (width > width_ && options_.cut_long_rows) return true;
  failures_.push_back(
      {static_cast<uint32_t>(lines_.size()), CsvFailure::kWholeRow, rows_.begin_of(index),
       std::string(rows_.row_text(index)),
       fmt::format("expected {} values, found {}", width_, width),
       width < width_ ? CsvFailure::Kind::kTooFewValues : CsvFailure::Kind::kTooManyValues});
  return false;
}

bool CsvParser::next(uint32_t wanted, uint32_t& count) {
  failures_.clear();
  lines_.clear();
  count = 0;
  bool has_other_width = false;
  while (lines_.empty() && failures_.empty()) {
    const uint32_t found = rows_.next(wanted);
    if (found == 0) return false;
    lines_.reserve(found);
    for (uint32_t i = 0; i < found; ++i) {
      uint32_t width;
      if (!accept(i, width)) continue;
      lines_.push_back({rows_.begin_of(i), width, rows_.ends_of(i), i});
      has_other_width |= width != width_;
    }
  }
  count = static_cast<uint32_t>(lines_.size());
  is_even_ = count == rows_.size() && !has_other_width;
  return true;
}

template <class Body>
void CsvParser::for_each_text(uint32_t field, const Selection& active, Body&& body) const {
  if (!is_even_ || !active.is_all()) {
    return active.for_each([&](uint32_t row) {
      const Line& line = lines_[row];
      body(row, field < line.width ? raw(line, field) : std::string_view());
    });
  }
  const char* const text = rows_.text().data();
  const uint32_t* end = rows_.ends_of(0) + field;
  const auto count = static_cast<uint32_t>(lines_.size());
  if (field == 0 || field + 1 == width_) {
    for (uint32_t row = 0; row < count; ++row) body(row, raw(lines_[row], field));
  } else {
    for (uint32_t row = 0; row < count; ++row, end += width_) {
      body(row, std::string_view(text + end[-1] + 1, end[0] - end[-1] - 1));
    }
  }
}

void CsvParser::fail(uint32_t row, uint32_t field, std::string_view text, std::string reason,
                     CsvFailure::Kind kind) {
  failures_.push_back({row, field, lines_[row].begin, std::string(text), std::move(reason), kind});
}

bool CsvParser::open_value(uint32_t row, uint32_t field, std::string_view raw,
                           std::string_view& value, bool& is_null) {
  is_null = false;
  if (!csv_value(options_.dialect, raw, scratch_, value)) {
    fail(row, field, raw, "a quoted value is not closed, or goes on behind its closing quote",
         CsvFailure::Kind::kQuotes);
    is_null = true;
    return false;
  }
  const bool is_quoted = value.data() != raw.data();
  is_null = options_.is_null_text(value) && (options_.allow_quoted_nulls || !is_quoted) &&
            !options_.is_never_null(field);
  return true;
}

template <class Parse>
bool CsvParser::parse_without_thousands(std::string_view text, Parse parse) {
  if (text.find(options_.thousands) == text.npos) return false;
  std::string plain(text);
  std::erase(plain, options_.thousands);
  return !plain.empty() && parse(plain);
}

/// `quick` reads the usual spellings of unquoted texts (padded_value.h); `parse` all of them.
template <class T, class Parse, class Quick>
Column CsvParser::fixed(uint32_t field, TypeRef type, const Selection& active, Parse parse,
                        Quick quick) {
  const auto rows = static_cast<uint32_t>(lines_.size());
  ColumnWriter out(type, rows);
  T* const values = out.values<T>();
  const bool may_be_quick = only_empty_is_null_;
  const bool has_thousands = options_.thousands != 0 && type->is_numeric();
  const auto slow = [&](uint32_t row, std::string_view text) {
    if (text.empty()) return out.set_null(row);
    if (may_be_quick && parse(text, values[row])) return;
    std::string_view value;
    bool is_null;
    if (!open_value(row, field, text, value, is_null) || is_null || value.empty()) {
      values[row] = T{};
      return out.set_null(row);
    }
    if (parse(value, values[row])) return;
    if (has_thousands && parse_without_thousands(value, [&](std::string_view plain) {
          return parse(plain, values[row]);
        }))
      return;
    fail(row, field, value,
         fmt::format("\"{}\" is not {}", value.substr(0, 100), with_article(type->name())),
         CsvFailure::Kind::kType);
    values[row] = T{};
    out.set_null(row);
  };
  for_each_text(field, active, [&](uint32_t row, std::string_view text) {
    if (may_be_quick && quick(text, values[row])) [[likely]]
      return;
    slow(row, text);
  });
  return out.seal(rows);
}

template <class T, class Parse>
Column CsvParser::fixed(uint32_t field, TypeRef type, const Selection& active, Parse parse) {
  return fixed<T>(field, type, active, parse, [](std::string_view, T&) { return false; });
}

Column CsvParser::booleans(uint32_t field, const Selection& active) {
  const Column bytes =
      fixed<int8_t>(field, Type::int8(), active, [](std::string_view text, int8_t& value) {
        bool parsed;
        if (!parse_bool(text, parsed)) return false;
        value = parsed;
        return true;
      });
  const uint32_t rows = bytes.size();
  ColumnWriter out(Type::boolean(), rows);
  active.for_each([&](uint32_t row) {
    if (bytes.is_null(row)) {
      out.set_null(row);
    } else if (bytes.values<int8_t>()[row] != 0) {
      set_bit(out.bits(), row);
    }
  });
  // What was said of TINYINT is meant of BOOLEAN.
  for (CsvFailure& failure : failures_) {
    if (failure.column == field && failure.reason.ends_with("a TINYINT")) {
      failure.reason.replace(failure.reason.size() - 7, 7, "BOOLEAN");
    }
  }
  return out.seal(rows);
}

bool CsvParser::is_valid_text() {
  if (!is_valid_) is_valid_ = simdjson::validate_utf8(rows_.text().data(), rows_.text().size());
  return *is_valid_;
}

static bool begins_quoted(std::string_view text, char quote) {
  if (text[0] != ' ') [[likely]]
    return text[0] == quote;
  const size_t begin = text.find_first_not_of(' ');
  return begin != text.npos && text[begin] == quote;
}

Column CsvParser::texts(uint32_t field, TypeRef type, const Selection& active) {
  const auto rows = static_cast<uint32_t>(lines_.size());
  const bool is_valid = is_valid_text();
  const char quote = options_.dialect.quote;
  ColumnWriter out(type, rows);
  StringView* const values = out.values<StringView>();
  const bool is_never_null = options_.is_never_null(field);
  bool has_views = false;
  for_each_text(field, active, [&](uint32_t row, std::string_view text) {
    if (text.data() == nullptr) return out.set_null(row);
    std::string_view value = text;
    bool is_null = text.empty() && empty_is_null_ && !is_never_null;
    if (!text.empty() && (begins_quoted(text, quote) || !only_empty_is_null_)) {
      open_value(row, field, text, value, is_null);
    }
    if (is_null) return out.set_null(row);
    if (!is_valid && !simdjson::validate_utf8(value.data(), value.size())) {
      fail(row, field, "", "the text is not valid UTF-8", CsvFailure::Kind::kEncoding);
      return out.set_null(row);
    }
    if (value.data() == scratch_.data()) {
      out.set_text(row, value);
    } else {
      values[row] = view_of_readable(value.data(), static_cast<uint32_t>(value.size()));
      has_views |= value.size() > StringView::kInlineBytes;
    }
  });
  if (has_views) out.add_pin(pin_);
  return out.seal(rows);
}

struct CsvParser::GenericFailures final : CastFailures {
  GenericFailures(CsvParser& to, uint32_t of, const Column& values)
      : parser(to), field(of), texts(values) {}
  void fail(uint32_t row, std::string message) override {
    parser.fail(row, field, texts.text(row), std::move(message), CsvFailure::Kind::kType);
  }
  bool wants_messages() const override { return true; }

  CsvParser& parser;
  const uint32_t field;
  const Column& texts;
};

Column CsvParser::generic(uint32_t field, TypeRef type, const Selection& active) {
  const Column values = texts(field, Type::varchar(), active);
  GenericFailures failures(*this, field, values);
  return cast(values, type, active, zone_, failures);
}

Column CsvParser::column(uint32_t field, TypeRef type, const Selection& active) {
  const auto narrow = [&]<class T>(T) {
    return fixed<T>(
        field, type, active,
        [](std::string_view text, T& value) {
          int64_t wide;
          if (!parse_csv_integer(text, wide) || static_cast<int64_t>(static_cast<T>(wide)) != wide)
            return false;
          value = static_cast<T>(wide);
          return true;
        },
        [](std::string_view text, T& value) {
          int64_t wide;
          if (!padded::read_integer(text, wide) ||
              static_cast<int64_t>(static_cast<T>(wide)) != wide)
            return false;
          value = static_cast<T>(wide);
          return true;
        });
  };
  if (options_.is_never_null(field) && !type->is(TypeKind::kVarchar))
    return generic(field, type, active);
  switch (type->kind()) {
    case TypeKind::kBool:
      return booleans(field, active);
    case TypeKind::kInt8:
      return narrow(int8_t{});
    case TypeKind::kInt16:
      return narrow(int16_t{});
    case TypeKind::kInt32:
      return narrow(int32_t{});
    case TypeKind::kInt64:
      return fixed<int64_t>(
          field, type, active, &parse_csv_integer,
          [](std::string_view text, int64_t& value) { return padded::read_integer(text, value); });
    case TypeKind::kUInt8:
      return narrow(uint8_t{});
    case TypeKind::kUInt16:
      return narrow(uint16_t{});
    case TypeKind::kUInt32:
      return narrow(uint32_t{});
    case TypeKind::kUInt64:
      return fixed<uint64_t>(field, type, active, &parse_csv_wide_integer<uint64_t>);
    case TypeKind::kHugeInt:
      return fixed<int128_t>(field, type, active, &parse_csv_wide_integer<int128_t>);
    case TypeKind::kFloat:
      return fixed<float>(field, type, active, [this](std::string_view text, float& value) {
        double wide;
        if (options_.decimal_separator == '.') return parse_float(text, value);
        if (!parse_csv_double(text, options_.decimal_separator, wide)) return false;
        value = static_cast<float>(wide);
        return true;
      });
    case TypeKind::kDouble:
      return fixed<double>(
          field, type, active,
          [this](std::string_view text, double& value) {
            return parse_csv_double(text, options_.decimal_separator, value);
          },
          [this](std::string_view text, double& value) {
            return options_.decimal_separator == '.' && padded::read_double(text, value);
          });
    case TypeKind::kDecimal: {
      const auto parse = [this, type](std::string_view text, int128_t& value) {
        if (options_.decimal_separator == '.')
          return parse_decimal(text, type->width(), type->scale(), value);
        std::string changed(text);
        for (char& c : changed) c = c == options_.decimal_separator ? '.' : c == '.' ? 'x' : c;
        return parse_decimal(changed, type->width(), type->scale(), value);
      };
      if (type->physical() == PhysicalType::kInt128)
        return fixed<int128_t>(field, type, active, parse);
      return fixed<int64_t>(
          field, type, active,
          [&](std::string_view text, int64_t& value) {
            int128_t wide;
            if (!parse(text, wide)) return false;
            value = static_cast<int64_t>(wide);
            return true;
          },
          [this, type](std::string_view text, int64_t& value) {
            return options_.decimal_separator == '.' &&
                   padded::read_decimal(text, type->width(), type->scale(), value);
          });
    }
    case TypeKind::kDate:
      return fixed<int32_t>(
          field, type, active,
          [this](std::string_view text, int32_t& days) {
            TimeFormat::Parsed parsed;
            if (!date_format_) return parse_csv_date(text, days);
            if (!date_format_->parse(text, parsed) || parsed.special != 0) return false;
            days = parsed.days;
            return true;
          },
          [this](std::string_view text, int32_t& days) {
            return text.size() == 10 && !date_format_ && padded::read_date(text.data(), days);
          });
    case TypeKind::kTime:
      return fixed<int64_t>(field, type, active, &parse_time);
    case TypeKind::kTimestamp:
      return fixed<int64_t>(field, type, active, [this](std::string_view text, int64_t& micros) {
        TimeFormat::Parsed parsed;
        if (!timestamp_format_) return parse_csv_timestamp(text, micros);
        if (!timestamp_format_->parse(text, parsed) || parsed.special != 0) return false;
        return timestamp_from_parts(parsed.days, parsed.nanos / kNanosPerMicro, micros);
      });
    case TypeKind::kTimestampTz:
      return fixed<int64_t>(field, type, active, [&](std::string_view text, int64_t& micros) {
        return parse_timestamp_tz(text, type->zone_or(zone_), micros);
      });
    case TypeKind::kVarchar:
      return texts(field, type, active);
    case TypeKind::kNull:
      return Column::null(type, static_cast<uint32_t>(lines_.size()));
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestampNs:
    case TypeKind::kInterval:
    case TypeKind::kDuration:
    case TypeKind::kBlob:
    case TypeKind::kUuid:
    case TypeKind::kEnum:
    case TypeKind::kJson:
    case TypeKind::kList:
    case TypeKind::kArray:
    case TypeKind::kStruct:
    case TypeKind::kMap:
      return generic(field, type, active);
  }
  UNREACHABLE();
}

}  // namespace doline
