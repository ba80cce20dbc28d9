#include "column/text_format.h"

#include <algorithm>

#include "column/number_format.h"
#include "column/temporal_format.h"

namespace doline {

namespace {

/// Where a list's, struct's or map's element could be misread without quotes.
bool is_structural(char c) {
  switch (c) {
    case '"':
    case '\'':
    case '(':
    case ')':
    case ',':
    case ':':
    case '=':
    case '[':
    case '\\':
    case ']':
    case '{':
    case '}':
      return true;
    default:
      return false;
  }
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool needs_quotes(std::string_view text) {
  if (text.empty() || is_space(text.front()) || is_space(text.back())) return true;
  if (text.size() == 4 && (text[0] | 32) == 'n' && (text[1] | 32) == 'u' && (text[2] | 32) == 'l' &&
      (text[3] | 32) == 'l') {
    return true;
  }
  return std::any_of(text.begin(), text.end(), is_structural);
}

void append_quoted(std::string& out, std::string_view text) {
  out += '\'';
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  out += '\'';
}

/// Text that a nested value's own syntax has to be told apart from.
bool may_need_quotes(TypeKind kind) {
  switch (kind) {
    case TypeKind::kTime:
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNs:
    case TypeKind::kTimestampTz:
    case TypeKind::kInterval:
    case TypeKind::kDuration:
    case TypeKind::kDate:
    case TypeKind::kVarchar:
    case TypeKind::kBlob:
    case TypeKind::kEnum:
    case TypeKind::kJson:
      return true;
    case TypeKind::kNull:
    case TypeKind::kBool:
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kHugeInt:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16:
    case TypeKind::kUInt32:
    case TypeKind::kUInt64:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kDecimal:
    case TypeKind::kUuid:
    case TypeKind::kList:
    case TypeKind::kArray:
    case TypeKind::kStruct:
    case TypeKind::kMap:
      return false;
  }
  UNREACHABLE();
}

void append_element(std::string& out, const Column& column, uint32_t row, const ZoneOffsets* zone) {
  if (column.is_null(row)) {
    out += "NULL";
  } else if (!may_need_quotes(column.type()->kind())) {
    append_text(out, column, row, zone);
  } else {
    std::string text;
    append_text(text, column, row, zone);
    needs_quotes(text) ? append_quoted(out, text) : void(out += text);
  }
}

void append_list(std::string& out, const Column& child, ListEntry entry, const ZoneOffsets* zone) {
  out += '[';
  const bool json = child.type()->is(TypeKind::kJson);  // has brackets and quotes of its own
  for (uint32_t i = 0; i < entry.size; ++i) {
    if (i != 0) out += ", ";
    json ? append_text(out, child, entry.begin + i, zone)
         : append_element(out, child, entry.begin + i, zone);
  }
  out += ']';
}

void append_map(std::string& out, const Column& entries, ListEntry entry, const ZoneOffsets* zone) {
  const Column& pairs = entries.is_dictionary() ? entries.dictionary()->values() : entries;
  out += '{';
  for (uint32_t i = 0; i < entry.size; ++i) {
    if (i != 0) out += ", ";
    const uint32_t at = entries.index_of(entry.begin + i);
    append_element(out, pairs.child(0), at, zone);
    out += '=';
    append_element(out, pairs.child(1), at, zone);
  }
  out += '}';
}

void append_struct(std::string& out, const Column& column, uint32_t at, const ZoneOffsets* zone) {
  const std::vector<Field>& fields = column.type()->fields();
  const bool unnamed =
      std::all_of(fields.begin(), fields.end(), [](const Field& f) { return f.name.empty(); });
  out += unnamed ? '(' : '{';
  for (size_t i = 0; i < fields.size(); ++i) {
    if (i != 0) out += ", ";
    if (!unnamed) {
      append_quoted(out, fields[i].name);
      out += ": ";
    }
    append_element(out, column.child(i), at, zone);
  }
  out += unnamed ? ')' : '}';
}

}  // namespace

void append_text(std::string& out, const Column& column, uint32_t row, const ZoneOffsets* zone) {
  if (column.is_null(row)) {
    out += "NULL";
    return;
  }
  const TypeRef type = column.type();
  char buffer[std::max(kNumberTextBytes, kTemporalTextBytes)];
  size_t size = 0;
  switch (type->kind()) {
    case TypeKind::kNull:
      out += "NULL";
      return;
    case TypeKind::kBool:
      out += column.value<bool>(row) ? "true" : "false";
      return;
    case TypeKind::kInt8:
      size = format_integer(buffer, column.value<int8_t>(row));
      break;
    case TypeKind::kInt16:
      size = format_integer(buffer, column.value<int16_t>(row));
      break;
    case TypeKind::kInt32:
      size = format_integer(buffer, column.value<int32_t>(row));
      break;
    case TypeKind::kInt64:
      size = format_integer(buffer, column.value<int64_t>(row));
      break;
    case TypeKind::kHugeInt:
      size = format_hugeint(buffer, column.value<int128_t>(row));
      break;
    case TypeKind::kUInt8:
      size = format_unsigned(buffer, column.value<uint8_t>(row));
      break;
    case TypeKind::kUInt16:
      size = format_unsigned(buffer, column.value<uint16_t>(row));
      break;
    case TypeKind::kUInt32:
      size = format_unsigned(buffer, column.value<uint32_t>(row));
      break;
    case TypeKind::kUInt64:
      size = format_unsigned(buffer, column.value<uint64_t>(row));
      break;
    case TypeKind::kFloat:
      size = format_float(buffer, column.value<float>(row));
      break;
    case TypeKind::kDouble:
      size = format_double(buffer, column.value<double>(row));
      break;
    case TypeKind::kDecimal: {
      const bool wide = type->physical() == PhysicalType::kInt128;
      const int128_t unscaled = wide ? column.value<int128_t>(row) : column.value<int64_t>(row);
      size = format_decimal(buffer, unscaled, type->width(), type->scale());
      break;
    }
    case TypeKind::kDate:
      size = format_date(buffer, column.value<int32_t>(row));
      break;
    case TypeKind::kTime:
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNs:
    case TypeKind::kTimestampTz:
    case TypeKind::kDuration:
      size = format_temporal(buffer, type->kind(), column.value<int64_t>(row), type->zone_or(zone));
      break;
    case TypeKind::kInterval:
      size = format_interval(buffer, column.value<Interval>(row));
      break;
    case TypeKind::kUuid:
      size = format_uuid(buffer, column.value<int128_t>(row));
      break;
    case TypeKind::kVarchar:
    case TypeKind::kJson:
      out += column.text(row);
      return;
    case TypeKind::kBlob:
      append_blob(out, column.text(row));
      return;
    case TypeKind::kEnum:
      out += type->enum_values()[column.value<uint32_t>(row)];
      return;
    case TypeKind::kList:
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct: {
      const Column& from = column.is_dictionary() ? column.dictionary()->values() : column;
      const uint32_t at = column.index_of(row);
      if (type->is(TypeKind::kStruct)) return append_struct(out, from, at, zone);
      const ListEntry entry = from.values<ListEntry>()[at];
      if (type->is(TypeKind::kMap)) return append_map(out, from.child(), entry, zone);
      return append_list(out, from.child(), entry, zone);
    }
  }
  out.append(buffer, size);
}

}  // namespace doline
