#include "shell/value_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/ascii.h"

namespace doline::shell {

std::string text_at(const Column& column, uint32_t row, const ZoneOffsets* zone) {
  std::string text;
  append_text(text, column, row, zone);
  return text;
}

void append_csv_field(std::string& out, std::string_view text, std::string_view separator) {
  const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) {
    return c >= 0x20 && c < 0x7F && c != '"' && c != '\'';
  });
  if (is_plain && (separator.empty() || text.find(separator) == text.npos)) {
    out += text;
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<int>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_json(std::string& out, const Column& column, uint32_t row, const ZoneOffsets* zone) {
  if (column.is_null(row)) {
    out += "null";
    return;
  }
  if (column.is_dictionary())
    return append_json(out, column.dictionary()->values(), column.codes()[row], zone);
  const TypeRef type = column.type();
  const uint32_t at = column.index_of(row);
  if (type->is(TypeKind::kStruct)) {
    out += '{';
    for (size_t i = 0; i < type->fields().size(); ++i) {
      if (i > 0) out += ',';
      append_json_string(out, type->fields()[i].name);
      out += ':';
      append_json(out, column.child(i), at, zone);
    }
    out += '}';
    return;
  }
  if (type->physical() == PhysicalType::kList) {
    const ListEntry entry = column.values<ListEntry>()[at];
    const bool is_map = type->is(TypeKind::kMap);
    out += is_map ? '{' : '[';
    for (uint32_t i = 0; i < entry.size; ++i) {
      if (i > 0) out += ',';
      if (is_map) {
        append_json_string(out, text_at(column.child().child(0), entry.begin + i, zone));
        out += ':';
        append_json(out, column.child().child(1), entry.begin + i, zone);
      } else {
        append_json(out, column.child(), entry.begin + i, zone);
      }
    }
    out += is_map ? '}' : ']';
    return;
  }
  const std::string text = text_at(column, row, zone);
  if (text == "nan" || text == "-nan") {
    if (type->is_numeric()) {
      out += "null";
      return;
    }
  }
  if (type->is_numeric() && text.ends_with("inf")) {
    out += text.starts_with('-') ? "-1e999" : "1e999";
  } else if (type->is_numeric() || type->is(TypeKind::kBool) || type->is(TypeKind::kJson)) {
    out += text;
  } else {
    append_json_string(out, text);
  }
}

namespace {

/// Values of enums, zones and names in quotes are spelt as they are.
std::string lower_outside_quotes(std::string text) {
  char quote = 0;  // that is open; one that stands for itself, twice, closes and opens
  for (char& c : text) {
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else {
      c = ascii_lower(c);
    }
  }
  return text;
}

}  // namespace

std::string short_type_name(TypeRef type) {
  if (type->is(TypeKind::kNull)) return "\"null\"";
  if (type->is(TypeKind::kList)) return short_type_name(type->child()) + "[]";
  const std::string name = lower_outside_quotes(type->name());
  constexpr std::pair<std::string_view, std::string_view> kShort[] = {
      {"tinyint", "int8"},     {"smallint", "int16"},  {"integer", "int32"},
      {"bigint", "int64"},     {"hugeint", "int128"},  {"utinyint", "uint8"},
      {"usmallint", "uint16"}, {"uinteger", "uint32"}, {"ubigint", "uint64"}};
  for (const auto& [sql, shorter] : kShort) {
    if (name == sql) return std::string(shorter);
  }
  return name;
}

}  // namespace doline::shell
