#include "shell/output.h"

#include <algorithm>
#include <array>

#include "column/unique_names.h"
#include "shell/box.h"
#include "shell/display.h"
#include "shell/value_text.h"

namespace doline::shell {

namespace {

constexpr std::array<std::pair<std::string_view, OutputMode>, 7> kModes = {
    {{"box", OutputMode::kBox},
     {"csv", OutputMode::kCsv},
     {"json", OutputMode::kJson},
     {"jsonlines", OutputMode::kJsonLines},
     {"markdown", OutputMode::kMarkdown},
     {"line", OutputMode::kLine},
     {"list", OutputMode::kList}}};

/// Calls `row` with each row of the query, and sees to it that what it appended to `text` goes out.
template <class EachRow>
uint64_t stream_rows(Query& query, OutputStream& out, std::string& text, const EachRow& row) {
  uint64_t rows = 0;
  while (auto chunk = query.next()) {
    for (uint32_t i = 0; i < chunk->size(); ++i) {
      row(*chunk, chunk->active[i], rows++ == 0);
      if (text.size() < (size_t{1} << 14)) continue;
      out.write(text);
      text.clear();
    }
  }
  out.write(text);
  return rows;
}

/// CSV, or a list: values as they are between separators.
uint64_t print_separated(Query& query, const OutputOptions& options, OutputStream& out,
                         const ZoneOffsets* zone) {
  std::string text, value;
  const bool quotes = options.mode == OutputMode::kCsv;
  const std::string separator = options.separator_shown();
  const std::string null_text = options.null_shown();
  const Schema& schema = query.schema();
  const auto append_field = [&](std::string_view field) {
    if (quotes)
      append_csv_field(text, field, separator);
    else
      text += field;
  };
  if (options.header) {
    for (size_t i = 0; i < schema.size(); ++i) {
      if (i > 0) text += separator;
      append_field(schema[i].name);
    }
    text += options.row_separator;
  }
  return stream_rows(query, out, text, [&](const Chunk& chunk, uint32_t row, bool) {
    for (size_t i = 0; i < schema.size(); ++i) {
      if (i > 0) text += separator;
      if (chunk.columns[i].is_null(row)) {
        text += null_text;
        continue;
      }
      value.clear();
      append_text(value, chunk.columns[i], row, zone);
      if (quotes && value.empty() && null_text.empty()) {
        text += "\"\"";  // a text that is empty is not NULL
      } else {
        append_field(value);
      }
    }
    text += options.row_separator;
  });
}

uint64_t print_json(Query& query, OutputStream& out, const ZoneOffsets* zone, bool is_array) {
  std::string text = is_array ? "[" : "";
  const Schema& schema = query.schema();
  std::vector<std::string> names, keys;
  for (const Field& field : schema) names.push_back(field.name);
  // Of members with one name many a reader keeps the last, and ours refuses the file.
  for (const std::string& name : unique_names(std::move(names))) {
    std::string key;
    append_json_string(key, name);
    keys.push_back(key + ":");
  }
  const uint64_t rows =
      stream_rows(query, out, text, [&](const Chunk& chunk, uint32_t row, bool is_first) {
        text += is_first || !is_array ? "{" : ",\n{";
        for (size_t i = 0; i < schema.size(); ++i) {
          if (i > 0) text += ',';
          text += keys[i];
          append_json(text, chunk.columns[i], row, zone);
        }
        text += is_array ? "}" : "}\n";
      });
  if (is_array) out.write("]\n");
  return rows;
}

uint64_t print_line(Query& query, const OutputOptions& options, OutputStream& out,
                    const ZoneOffsets* zone) {
  std::string text;
  const Schema& schema = query.schema();
  size_t width = 0;
  for (const Field& field : schema) width = std::max(width, display_width(field.name));
  return stream_rows(query, out, text, [&](const Chunk& chunk, uint32_t row, bool is_first) {
    if (!is_first) text += '\n';
    for (size_t i = 0; i < schema.size(); ++i) {
      text += padded(schema[i].name, width, Alignment::kRight) + " = ";
      text += chunk.columns[i].is_null(row) ? options.null_shown()
                                            : text_at(chunk.columns[i], row, zone);
      text += '\n';
    }
  });
}

std::string markdown_cell(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '|') out += '\\';
    if (c == '\n')
      out += "<br>";
    else
      out += c;
  }
  return out;
}

/// Columns as wide as their longest value, so that the text can be read as it stands; from so many
/// rows on they keep the width of the first ones.
uint64_t print_markdown(Query& query, const OutputOptions& options, OutputStream& out,
                        const ZoneOffsets* zone) {
  constexpr size_t kMeasuredRows = 1000;
  const Schema& schema = query.schema();
  std::vector<std::vector<std::string>> measured;
  std::vector<size_t> widths;
  for (const Field& field : schema)
    widths.push_back(std::max<size_t>(1, display_width(markdown_cell(field.name))));
  bool has_begun = false;
  std::string text;
  const auto line = [&](const std::vector<std::string>& cells) {
    text += '|';
    for (size_t i = 0; i < cells.size(); ++i) {
      text += " " +
              padded(cells[i], widths[i],
                     schema[i].type->is_numeric() ? Alignment::kRight : Alignment::kLeft) +
              " |";
    }
    text += '\n';
  };
  const auto begin = [&] {
    has_begun = true;
    if (options.header) {
      text += '|';
      for (size_t i = 0; i < schema.size(); ++i) {
        text += " " + padded(markdown_cell(schema[i].name), widths[i], Alignment::kCentre) + " |";
      }
      text += "\n|";
      for (size_t i = 0; i < schema.size(); ++i) {
        const bool is_right = schema[i].type->is_numeric();
        text += std::string(widths[i] + (is_right ? 1 : 2), '-') + (is_right ? ":|" : "|");
      }
      text += '\n';
    }
    for (const auto& cells : measured) line(cells);
    measured.clear();
  };
  const uint64_t rows = stream_rows(query, out, text, [&](const Chunk& chunk, uint32_t row, bool) {
    std::vector<std::string> cells;
    for (const Column& column : chunk.columns) {
      cells.push_back(column.is_null(row) ? options.null_shown()
                                          : markdown_cell(text_at(column, row, zone)));
    }
    if (has_begun) return line(cells);
    for (size_t i = 0; i < cells.size(); ++i)
      widths[i] = std::max(widths[i], display_width(cells[i]));
    measured.push_back(std::move(cells));
    if (measured.size() == kMeasuredRows) begin();
  });
  if (!has_begun) {
    text.clear();
    begin();
    out.write(text);
  }
  return rows;
}

/// Plans are texts of many lines that read well as they are.
bool is_plan(const Schema& schema) {
  return schema.size() == 2 && schema[0].name == "explain_key" && schema[1].name == "explain_value";
}

uint64_t print_plan_text(Query& query, OutputStream& out) {
  std::string text;
  return stream_rows(query, out, text, [&](const Chunk& chunk, uint32_t row, bool) {
    append_text(text, chunk.columns[1], row);
    text += '\n';
  });
}

}  // namespace

std::optional<OutputMode> output_mode_named(std::string_view name) {
  if (name == "duckbox") return OutputMode::kBox;
  if (name == "md") return OutputMode::kMarkdown;
  for (const auto& [known, mode] : kModes) {
    if (known == name) return mode;
  }
  return std::nullopt;
}

std::string_view name_of(OutputMode mode) {
  for (const auto& [name, known] : kModes) {
    if (known == mode) return name;
  }
  UNREACHABLE();
}

uint64_t print_result(Query& query, const OutputOptions& options, OutputStream& out,
                      const ZoneOffsets* zone, const Palette& palette) {
  query.await_rows();  // only then are the types final
  switch (options.mode) {
    case OutputMode::kBox:
      if (is_plan(query.schema())) return print_plan_text(query, out);
      return print_box(query, options, out, zone, palette);
    case OutputMode::kCsv:
    case OutputMode::kList:
      return print_separated(query, options, out, zone);
    case OutputMode::kJson:
      return print_json(query, out, zone, true);
    case OutputMode::kJsonLines:
      return print_json(query, out, zone, false);
    case OutputMode::kMarkdown:
      return print_markdown(query, options, out, zone);
    case OutputMode::kLine:
      return print_line(query, options, out, zone);
  }
  UNREACHABLE();
}

}  // namespace doline::shell
