#include "output.h"

#include <utf8proc.h>

#include <algorithm>
#include <deque>
#include <vector>

namespace doline {

namespace {

using Row = std::vector<std::string>;

std::string text_at(const Column& column, uint32_t row, const ZoneOffsets* zone) {
  std::string text;
  append_text(text, column, row, zone);
  return text;
}

void put(std::FILE* out, std::string_view text) { std::fwrite(text.data(), 1, text.size(), out); }

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (code < 0x20) {
      out += fmt::format("\\u{:04x}", code);
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// A value as JSON: numbers and booleans bare, lists and structs nested, the rest as text.
void append_json(std::string& out, const Column& column, uint32_t row, const ZoneOffsets* zone) {
  if (column.is_null(row)) {
    out += "null";
    return;
  }
  if (column.is_dictionary()) return append_json(out, column.dictionary()->values(), column.codes()[row], zone);
  const TypeRef type = column.type();
  const uint32_t at = column.index_of(row);
  if (type->is(TypeKind::kStruct)) {
    out += '{';
    for (size_t i = 0; i < type->fields().size(); ++i) {
      out += (i ? "," : "") + json_string(type->fields()[i].name) + ":";
      append_json(out, column.child(i), at, zone);
    }
    out += '}';
  } else if (type->physical() == PhysicalType::kList) {
    const ListEntry entry = column.values<ListEntry>()[at];
    const bool is_map = type->is(TypeKind::kMap);
    out += is_map ? '{' : '[';
    for (uint32_t i = 0; i < entry.size; ++i) {
      if (i) out += ',';
      if (is_map) {
        out += json_string(text_at(column.child().child(0), entry.begin + i, zone)) + ":";
        append_json(out, column.child().child(1), entry.begin + i, zone);
      } else {
        append_json(out, column.child(), entry.begin + i, zone);
      }
    }
    out += is_map ? '}' : ']';
  } else if (type->is(TypeKind::kJson)) {
    out += column.text(row);
  } else {
    const std::string text = text_at(column, row, zone);
    const bool is_number = type->is_numeric() && text.find_first_of("in") == std::string::npos;  // inf, nan
    out += is_number || type->is(TypeKind::kBool) ? text : json_string(text);
  }
}

bool is_right_aligned(TypeRef type) { return type->is_numeric(); }

/// Cut to a width, with an ellipsis.
std::string fitted(const std::string& text, size_t width) {
  std::string flat = text;
  std::replace(flat.begin(), flat.end(), '\n', ' ');
  if (display_width(flat) <= width) return flat;
  std::string cut;
  size_t used = 0;
  for (size_t at = 0; at < flat.size();) {
    size_t next = at + 1;
    while (next < flat.size() && (static_cast<unsigned char>(flat[next]) & 0xC0) == 0x80) ++next;
    const size_t wide = display_width(flat.substr(at, next - at));
    if (used + wide + 1 > width) break;
    cut += flat.substr(at, next - at);
    used += wide;
    at = next;
  }
  return cut + "…";
}

std::string padded(const std::string& text, size_t width, bool right) {
  const size_t used = display_width(text);
  const std::string space(width > used ? width - used : 0, ' ');
  return right ? space + text : text + space;
}

/// The rows to show and how many there are in all: the first and the last half.
struct Shown {
  std::vector<Row> head;
  std::deque<Row> tail;
  uint64_t total = 0;
};

uint64_t print_box(Query& query, const OutputOptions& options, std::FILE* out, const ZoneOffsets* zone) {
  query.await_rows();  // only then are the types final
  const Schema& schema = query.schema();
  Shown shown;
  const size_t half = options.most_rows == 0 ? ~size_t{0} : (options.most_rows + 1) / 2;
  while (auto chunk = query.next()) {
    for (uint32_t i = 0; i < chunk->size(); ++i) {
      const uint32_t row = chunk->active[i];
      ++shown.total;
      Row texts;
      for (const Column& column : chunk->columns) {
        texts.push_back(column.is_null(row) ? options.null_text : text_at(column, row, zone));
      }
      if (shown.head.size() < half) {
        shown.head.push_back(std::move(texts));
      } else {
        shown.tail.push_back(std::move(texts));
        if (shown.tail.size() > half) shown.tail.pop_front();
      }
    }
  }
  std::vector<size_t> widths;
  std::vector<std::string> types;
  for (size_t i = 0; i < schema.size(); ++i) {
    std::string type = schema[i].type->name();
    for (char& c : type) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    types.push_back(fitted(type, 24));
    size_t width = std::max(display_width(schema[i].name), display_width(types.back()));
    const auto grow = [&](const Row& row) { width = std::max(width, display_width(fitted(row[i], 200))); };
    for (const Row& row : shown.head) grow(row);
    for (const Row& row : shown.tail) grow(row);
    widths.push_back(width);
  }
  // Too wide for the terminal: the widest columns give way first.
  const auto total = [&] {
    size_t sum = 1;
    for (size_t width : widths) sum += width + 3;
    return sum;
  };
  while (options.width > 0 && total() > options.width) {
    auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= 8) break;
    *widest -= std::min(*widest - 8, total() - options.width);
  }
  const auto rule = [&](const char* left, const char* middle, const char* right) {
    put(out, left);
    for (size_t i = 0; i < widths.size(); ++i) {
      for (size_t k = 0; k < widths[i] + 2; ++k) put(out, "─");
      put(out, i + 1 == widths.size() ? right : middle);
    }
    put(out, "\n");
  };
  const auto line = [&](const Row& row, bool is_header) {
    put(out, "│");
    for (size_t i = 0; i < widths.size(); ++i) {
      const bool right = !is_header && is_right_aligned(schema[i].type);
      put(out, " " + padded(fitted(row[i], widths[i]), widths[i], right) + " │");
    }
    put(out, "\n");
  };
  Row names;
  for (const Field& field : schema) names.push_back(field.name);
  rule("┌", "┬", "┐");
  if (options.header) {
    line(names, true);
    line(types, true);
    rule("├", "┼", "┤");
  }
  for (const Row& row : shown.head) line(row, false);
  const bool is_cut = shown.head.size() + shown.tail.size() < shown.total;
  if (is_cut) line(Row(schema.size(), "·"), true);
  for (const Row& row : shown.tail) line(row, false);
  rule("└", "┴", "┘");
  if (shown.total != 1 || is_cut) {
    put(out, fmt::format("{} rows{}\n", shown.total,
                         is_cut ? fmt::format(" ({} shown)", shown.head.size() + shown.tail.size()) : ""));
  }
  return shown.total;
}

}  // namespace

size_t display_width(std::string_view text) {
  size_t width = 0;
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  auto left = static_cast<utf8proc_ssize_t>(text.size());
  while (left > 0) {
    utf8proc_int32_t code = 0;
    const utf8proc_ssize_t used = utf8proc_iterate(at, left, &code);
    if (used <= 0) {
      ++width;
      ++at;
      --left;
      continue;
    }
    width += static_cast<size_t>(std::max(0, utf8proc_charwidth(code)));
    at += used;
    left -= used;
  }
  return width;
}

uint64_t print_result(Query& query, const OutputOptions& options, std::FILE* out, const ZoneOffsets* zone) {
  if (options.mode == OutputMode::kBox) return print_box(query, options, out, zone);
  query.await_rows();  // only then are the types final
  const Schema& schema = query.schema();
  uint64_t rows = 0;
  std::string text;
  const auto header = [&](const char* begin, const char* between, const char* end) {
    text += begin;
    for (size_t i = 0; i < schema.size(); ++i) {
      text += (i ? between : "") + (options.mode == OutputMode::kCsv ? csv_field(schema[i].name) : schema[i].name);
    }
    text += end;
  };
  if (options.mode == OutputMode::kCsv && options.header) header("", ",", "\n");
  if (options.mode == OutputMode::kMarkdown) {
    header("| ", " | ", " |\n|");
    for (const Field& field : schema) text += is_right_aligned(field.type) ? "--:|" : "---|";
    text += "\n";
  }
  if (options.mode == OutputMode::kJson) text += "[";
  size_t name_width = 0;
  for (const Field& field : schema) name_width = std::max(name_width, display_width(field.name));
  while (auto chunk = query.next()) {
    for (uint32_t i = 0; i < chunk->size(); ++i) {
      const uint32_t row = chunk->active[i];
      const auto cell = [&](size_t column) {
        return chunk->columns[column].is_null(row) ? std::string() : text_at(chunk->columns[column], row, zone);
      };
      const bool is_first = rows++ == 0;
      switch (options.mode) {
        case OutputMode::kCsv:
          for (size_t c = 0; c < schema.size(); ++c) text += (c ? "," : "") + csv_field(cell(c));
          text += "\n";
          break;
        case OutputMode::kMarkdown:
          text += "|";
          for (size_t c = 0; c < schema.size(); ++c) text += " " + cell(c) + " |";
          text += "\n";
          break;
        case OutputMode::kJson:
          text += is_first ? "{" : ",\n{";
          for (size_t c = 0; c < schema.size(); ++c) {
            text += (c ? "," : "") + json_string(schema[c].name) + ":";
            append_json(text, chunk->columns[c], row, zone);
          }
          text += "}";
          break;
        case OutputMode::kLine:
          if (!is_first) text += "\n";
          for (size_t c = 0; c < schema.size(); ++c) {
            text += padded(schema[c].name, name_width, true) + " = " +
                    (chunk->columns[c].is_null(row) ? options.null_text : cell(c)) + "\n";
          }
          break;
        case OutputMode::kBox: break;
      }
      if (text.size() > (size_t{1} << 16)) {
        put(out, text);
        text.clear();
      }
    }
  }
  if (options.mode == OutputMode::kJson) text += "]\n";
  put(out, text);
  return rows;
}

}  // namespace doline
