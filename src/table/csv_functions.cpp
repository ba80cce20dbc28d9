// read_csv(…) and sniff_csv(…) in FROM.
#include <algorithm>

#include "column/column_builder.h"
#include "table/csv_table.h"
#include "table/memory_table.h"

namespace doline {

namespace {

TableRef read_csv(const TableFunctionCall& call, const TableFunctionContext& context) {
  TableFunctionCall rest = call;
  const CsvTableOptions options = take_csv_options(rest);
  return open_csv_table(paths_of(call), options, context.files, context.policy, context.learned);
}

std::string sign_text(char sign) { return sign == 0 ? "(empty)" : std::string(1, sign); }
std::string quoted(char sign) {
  return sign == 0 ? "''" : Value::text(std::string(1, sign)).to_literal();
}

/// One row that says what was guessed, and the call that would set it all by hand.
TableRef sniff_csv_call(const TableFunctionCall& call, const TableFunctionContext& context) {
  TableFunctionCall rest = call;
  const CsvTableOptions options = take_csv_options(rest);
  std::string given;
  for (const auto& [name, value] : call.options)
    given += fmt::format("{}{}={}", given.empty() ? "" : ", ", name, value.to_literal());
  const std::vector<std::string> paths = paths_of(call);
  const auto table = open_csv_table(paths, options, context.files, context.policy, context.learned);
  const CsvFile& file = table->parts().front();
  const CsvOptions& found = *file.options;
  // Those in the file: its path, and what that says, are columns of the table only.
  Schema columns = file.file_columns;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (file.sources[i] >= 0) columns[i] = table->schema()[i];
  }

  const bool has_dates = std::any_of(columns.begin(), columns.end(), [](const Field& field) {
    return field.type->is(TypeKind::kDate);
  });
  const TypeRef column_type =
      Type::structure({{"name", Type::varchar()}, {"type", Type::varchar()}});
  const TypeRef columns_type = Type::list(column_type);
  std::vector<Value> pairs;
  std::string listed;
  for (const Field& field : columns) {
    pairs.push_back(
        Value::nested(column_type, {Value::text(field.name), Value::text(field.type->name())}));
    listed += fmt::format("{}{}: '{}'", listed.empty() ? "" : ", ",
                          Value::text(field.name).to_literal(), field.type->name());
  }
  const auto format_option = [](const char* name, const std::string& format) {
    return format.empty() ? "" : fmt::format(", {}={}", name, Value::text(format).to_literal());
  };
  const char* const newline = found.dialect.ends_with_cr ? "\\r" : "\\n";
  const std::string prompt = fmt::format(
      "FROM read_csv({}, auto_detect=false, delim={}, quote={}, escape={}, skip={}, comment={}, "
      "header={}, columns={{{}}}{}{});",
      Value::text(paths.front()).to_literal(), quoted(found.dialect.delimiter),
      quoted(found.dialect.quote), quoted(found.dialect.escape), found.skip,
      quoted(found.dialect.comment), found.header.value_or(false), listed,
      format_option("dateformat", found.date_format),
      format_option("timestampformat", found.timestamp_format));
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? Value::null(Type::varchar()) : Value::text(text);
  };
  const std::vector<std::pair<const char*, Value>> cells = {
      {"Delimiter", Value::text(sign_text(found.dialect.delimiter))},
      {"Quote", Value::text(sign_text(found.dialect.quote))},
      {"Escape", Value::text(sign_text(found.dialect.escape))},
      {"NewLineDelimiter", Value::text(newline)},
      {"Comment", Value::text(sign_text(found.dialect.comment))},
      {"SkipRows", Value::integer(Type::uint32(), static_cast<int128_t>(found.skip))},
      {"HasHeader", Value::boolean(found.header.value_or(false))},
      {"Columns", Value::nested(columns_type, std::move(pairs))},
      {"DateFormat",
       text_or_null(has_dates && found.date_format.empty() ? "%Y-%m-%d" : found.date_format)},
      {"TimestampFormat", text_or_null(found.timestamp_format)},
      {"UserArguments", Value::text(given)},
      {"Prompt", Value::text(prompt)}};

  Schema schema;
  std::vector<Column> row;
  for (const auto& [name, value] : cells) {
    schema.push_back({name, value.type()});
    ColumnBuilder builder(value.type());
    builder.append_value(value);
    row.push_back(builder.seal());
  }
  std::vector<Chunk> chunks;
  chunks.emplace_back(std::move(row), 1u);
  return MemoryTable::of_chunks("sniff_csv", schema, std::move(chunks));
}

}  // namespace

void register_csv_functions(std::vector<TableFunction>& all) {
  all.push_back({"read_csv",
                 {"read_csv_auto"},
                 "Rows of CSV files; dialect and types are found out.",
                 "FROM read_csv('data/*.csv', header => true)",
                 &read_csv,
                 {".csv", ".tsv"},
                 csv_read_options()});
  all.push_back({"sniff_csv",
                 {},
                 "What read_csv finds out about a file.",
                 "FROM sniff_csv('data.csv')",
                 &sniff_csv_call,
                 {},
                 csv_read_options()});
}

}  // namespace doline
