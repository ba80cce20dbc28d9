// How RecordDecoder takes one value: those that have none within them here, the others elsewhere.
#include "column/civil_time.h"
#include "format/csv/parser.h"
#include "format/json/decoder_node.h"
#include "kernel/json/json_text.h"
#include "kernel/parse_number.h"
#include "kernel/temporal_text.h"

namespace doline {

bool RecordDecoder::text(Node& node) {
  std::string_view raw;
  if (cursor_.sign() == '"') {
    bool escaped;
    if (!cursor_.take_string(raw, escaped)) return damaged();
    if (escaped) {
      node.slot->append_copy(meaning(raw, true));
    } else {
      node.slot->append_view(raw, readable_end_);
    }
    return true;
  }
  if (!cursor_.skip(raw)) return damaged();
  scratch_.clear();
  append_minified(scratch_, raw);
  node.slot->append_copy(scratch_);
  return true;
}

bool RecordDecoder::json(Node& node) {
  const uint32_t place = cursor_.place();
  const char first = cursor_.sign();
  std::string_view raw;
  if (!cursor_.skip(raw)) return damaged();
  if (first == 'N' || first == 'I' || raw == "-Infinity" || raw == "nan")
    return contradiction(node, place, true);
  if (node.kind == Kind::kRaw || is_minified(raw)) {
    node.slot->append_view(raw, readable_end_);
    return true;
  }
  scratch_.clear();
  append_minified(scratch_, raw);
  node.slot->append_copy(scratch_);
  return true;
}

bool RecordDecoder::generic(Node& node) {
  const uint32_t place = cursor_.place();
  std::string_view raw;
  if (!cursor_.skip(raw)) return damaged();
  ColumnBuilder& out = node.slot->generic();
  const uint32_t rows = out.size();
  if (tree_.parse_utf8(raw) && reader_.append(tree_, tree_.root(), out)) return true;
  out.truncate(rows);
  return contradiction(node, place, true);
}

bool RecordDecoder::boolean(Node& node) {
  const char first = cursor_.sign();
  if (first == 't' ? cursor_.take_word("true") : first == 'f' && cursor_.take_word("false")) {
    node.slot->append_bool(first == 't');
    return true;
  }
  const uint32_t place = cursor_.place();
  std::string_view text;
  bool is_string;
  bool value;
  if (layout_.is_guessed || !scalar_text(text, is_string)) return contradiction(node, place, false);
  if (!parse_bool(text, value)) return contradiction(node, place, true);
  node.slot->append_bool(value);
  return true;
}

bool RecordDecoder::bigint(Node& node) {
  const char first = cursor_.sign();
  if (static_cast<unsigned char>(first - '0') < 10 || first == '-') {
    const uint32_t place = cursor_.place();
    JsonNumber number;
    if (!cursor_.take_number(number)) return contradiction(node, place, false);
    if (!number.is_real && number.is_exact && number.mantissa <= uint64_t{INT64_MAX}) [[likely]] {
      const auto size = static_cast<int64_t>(number.mantissa);
      node.slot->append(number.negative ? -size : size);
      return true;
    }
    int64_t value;
    if ((layout_.is_guessed && number.is_real) || !parse_integer(number.text, value))
      return contradiction(node, place, true);
    node.slot->append(value);
    return true;
  }
  return integer<int64_t>(node);
}

bool RecordDecoder::scalar_text(std::string_view& text, bool& is_string) {
  is_string = cursor_.sign() == '"';
  if (is_string) {
    bool escaped;
    if (!cursor_.take_string(text, escaped)) return false;
    text = meaning(text, escaped);
    return true;
  }
  const char first = cursor_.sign();
  return first != '{' && first != '[' && cursor_.skip(text);
}

template <class T>
bool RecordDecoder::integer(Node& node) {
  const uint32_t place = cursor_.place();
  std::string_view text;
  bool is_string;
  if (!scalar_text(text, is_string)) return contradiction(node, place, false);
  T value;
  if (layout_.is_guessed) {
    const bool is_number = !is_string && text.find_first_not_of("-0123456789") == text.npos;
    if (!is_number && !(is_string && options_.strings_to_integers))
      return contradiction(node, place, true);
  } else if (!is_string && (text == "true" || text == "false")) {
    text = text == "true" ? "1" : "0";
  }
  if (!parse_integer<T>(text, value)) return contradiction(node, place, true);
  node.slot->append(value);
  return true;
}

bool RecordDecoder::decimal(Node& node) {
  const uint32_t place = cursor_.place();
  std::string_view text;
  bool is_string;
  if (!scalar_text(text, is_string)) return contradiction(node, place, false);
  if (!is_string && (text == "true" || text == "false")) text = text == "true" ? "1" : "0";
  int128_t value;
  if (!parse_decimal(text, node.type->width(), node.type->scale(), value))
    return contradiction(node, place, true);
  if (node.type->physical() == PhysicalType::kInt128) {
    node.slot->append(value);
  } else {
    node.slot->append(static_cast<int64_t>(value));
  }
  return true;
}

bool RecordDecoder::real(Node& node) {
  const uint32_t place = cursor_.place();
  const char first = cursor_.sign();
  double value = 0;
  JsonNumber number;
  if ((static_cast<unsigned char>(first - '0') < 10 || first == '-') &&
      cursor_.take_number(number)) {
    if (node.kind == Kind::kDouble) [[likely]] {
      node.slot->append(double_of(number));
      return true;
    }
    float narrow;
    if (!parse_float(number.text, narrow)) return contradiction(node, place, true);
    node.slot->append(narrow);
    return true;
  }
  std::string_view text;
  bool is_string;
  if (!scalar_text(text, is_string)) return contradiction(node, place, false);
  if (layout_.is_guessed && (is_string || first == 't' || first == 'f'))
    return contradiction(node, place, true);
  if (!is_string && (text == "true" || text == "false")) text = text == "true" ? "1" : "0";
  if (!parse_double(text, value)) return contradiction(node, place, true);
  if (node.kind == Kind::kDouble) {
    node.slot->append(value);
  } else {
    node.slot->append(static_cast<float>(value));
  }
  return true;
}

bool RecordDecoder::moment(Node& node) {
  const uint32_t place = cursor_.place();
  if (cursor_.sign() != '"') return contradiction(node, place, false);
  std::string_view text;
  bool is_string;
  if (!scalar_text(text, is_string)) return damaged();
  if (text.empty()) return contradiction(node, place, true);
  const bool guessed = layout_.is_guessed;
  bool good = false;
  bool has_offset = false;
  switch (node.type->kind()) {
    case TypeKind::kDate: {
      int32_t days = 0;
      if (date_format_) {
        TimeFormat::Parsed parsed;
        good = date_format_->parse(text, parsed) && parsed.special == 0;
        days = parsed.days;
      } else {
        good = parse_csv_date(text, days) && (!guessed || scan_date(text, days) == text.size());
      }
      if (good) node.slot->append(days);
      break;
    }
    case TypeKind::kTime: {
      int64_t micros = 0;
      int64_t seconds = 0;
      int32_t nanos = 0;
      good =
          parse_time(text, micros) && (!guessed || scan_time(text, seconds, nanos) == text.size());
      if (good) node.slot->append(micros);
      break;
    }
    case TypeKind::kTimestamp: {
      int64_t micros = 0;
      if (timestamp_format_) {
        TimeFormat::Parsed parsed;
        good = timestamp_format_->parse(text, parsed) && parsed.special == 0 &&
               timestamp_from_parts(parsed.days, parsed.nanos / kNanosPerMicro, micros);
      } else if (text.size() <= 26) {
        good = parse_csv_timestamp(text, micros) &&
               (!guessed || text.size() == 19 ||
                (parse_timestamp(text, micros, has_offset) && !has_offset));
      } else {
        good = parse_timestamp(text, micros, has_offset) && !(guessed && has_offset);
      }
      if (good) node.slot->append(micros);
      break;
    }
    case TypeKind::kTimestampTz: {
      int64_t micros = 0;
      good = parse_timestamp_tz(text, node.type->zone_or(zone_), micros);
      int64_t clock = 0;
      if (good && guessed) good = parse_timestamp(text, clock, has_offset) && has_offset;
      if (good) node.slot->append(micros);
      break;
    }
    default: {
      int128_t uuid = 0;
      good = parse_uuid(text, uuid);
      if (good) node.slot->append(uuid);
    }
  }
  return good || contradiction(node, place, true);
}

bool RecordDecoder::value(Node& node) {
  if (cursor_.sign() == 'n' && node.kind != Kind::kRaw && cursor_.take_word("null")) {
    node.slot->append_null();
    return true;
  }
  switch (node.kind) {
    case Kind::kSkip:
      break;
    case Kind::kObject:
      return object(node, false);
    case Kind::kList:
      return list(node);
    case Kind::kMap:
      return map(node);
    case Kind::kText:
      return text(node);
    case Kind::kJson:
    case Kind::kRaw:
      return json(node);
    case Kind::kBool:
      return boolean(node);
    case Kind::kBigint:
      return bigint(node);
    case Kind::kInt8:
      return integer<int8_t>(node);
    case Kind::kInt16:
      return integer<int16_t>(node);
    case Kind::kInt32:
      return integer<int32_t>(node);
    case Kind::kHugeInt:
      return integer<int128_t>(node);
    case Kind::kUInt8:
      return integer<uint8_t>(node);
    case Kind::kUInt16:
      return integer<uint16_t>(node);
    case Kind::kUInt32:
      return integer<uint32_t>(node);
    case Kind::kUInt64:
      return integer<uint64_t>(node);
    case Kind::kFloat:
    case Kind::kDouble:
      return real(node);
    case Kind::kDecimal:
      return decimal(node);
    case Kind::kMoment:
      return moment(node);
    case Kind::kNull:
      return contradiction(node, cursor_.place(), false);
    case Kind::kGeneric:
      return generic(node);
  }
  UNREACHABLE();
}

}  // namespace doline
