#include "table/csv_options.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "kernel/type_text.h"

namespace doline {

namespace {

std::vector<std::pair<std::string, TypeRef>> typed_names(const Value& value,
                                                         std::string_view option) {
  if (!value.type()->is(TypeKind::kStruct))
    refuse_option(option, value, "a struct such as {'id': 'BIGINT'}");
  std::vector<std::pair<std::string, TypeRef>> columns;
  const std::vector<Field>& fields = value.type()->fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    columns.emplace_back(fields[i].name, csv_type_named(text_option(value.as_nested()[i], option)));
  }
  return columns;
}

}  // namespace

TypeRef csv_type_named(std::string_view name) {
  while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
  if (name.ends_with("[]")) return Type::list(csv_type_named(name.substr(0, name.size() - 2)));
  if (TypeRef simple = simple_type_named(name)) return simple;
  const std::string head = ascii_upper(name.substr(0, name.find_first_of(" (")));
  if (head == "TIMESTAMPTZ") return type_from_text(name);
  if (head == "DECIMAL" || head == "NUMERIC" || head == "DEC") {
    try {
      return type_from_text(name);
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kInvalidArgument) throw;
    }
  }
  if (head == "VARCHAR" || head == "CHAR") return Type::varchar();
  throw Error(ErrorCode::kInvalidArgument, "\"{}\" is no type of a CSV column", name)
      .hint("read it as VARCHAR and cast it in the query");
}

char csv_sign(const Value& value, std::string_view option) {
  const std::string text = text_option(value, option);
  if (text.empty()) return 0;
  if (text == "\\t") return '\t';
  if (text.size() == 4 && text.starts_with("\\x")) {  // "\x01"
    unsigned code = 0;
    const auto read = std::from_chars(text.data() + 2, text.data() + 4, code, 16);
    if (read.ec == std::errc() && read.ptr == text.data() + 4 && code > 0 && code < 0x80) {
      return csv_sign(Value::text(std::string(1, static_cast<char>(code))), option);
    }
  }
  if (text.size() != 1 || text[0] == '\n' || text[0] == '\r' || text[0] == 0)
    refuse_option(option, value, "one ASCII sign");
  return text[0];
}

namespace {

/// The member as `read` makes it of the value.
template <auto member, auto read>
void take(CsvTableOptions& all, const Value& value, const char* name) {
  all.csv.*member = read(value, name);
}

char needed_sign(const Value& value, const char* name) {
  const char sign = csv_sign(value, name);
  if (sign == 0) refuse_option(name, value, "one ASCII sign");
  return sign;
}

void take_newline(CsvTableOptions& all, const Value& value, const char* name) {
  const std::string text = text_option(value, name);
  if (text == "\r" || text == "\\r") {
    all.csv.dialect.ends_with_cr = true;
  } else if (text != "\n" && text != "\\n" && text != "\r\n" && text != "\\r\\n") {
    refuse_option(name, value, "'\\n', '\\r\\n' or '\\r'");
  }  // a \r before the \n belongs to the line's end either way
  all.csv.newline_given = true;
}

void take_encoding(CsvTableOptions&, const Value& value, const char* name) {
  const std::string given = ascii_lower(text_option(value, name));
  if (given == "utf-8" || given == "utf8" || given == "ascii") return;
  throw Error(ErrorCode::kNotSupported, "encoding = {}: CSV files are read as UTF-8",
              value.to_literal())
      .hint("iconv -t UTF-8 turns it into one, also in a pipe: FROM read_csv('-')");
}

void take_strict_mode(CsvTableOptions&, const Value& value, const char* name) {
  if (flag_option(value, name)) return;
  throw Error(ErrorCode::kNotSupported, "strict_mode => false is not supported yet")
      .hint(
          "rejects => true passes over rows that are not well-formed, null_padding => true fills "
          "short ones");
}

void take_type_candidates(CsvTableOptions& all, const Value& value, const char* name) {
  static constexpr TypeKind kKnown[] = {
      TypeKind::kBool,    TypeKind::kInt8,    TypeKind::kInt16,     TypeKind::kInt32,
      TypeKind::kInt64,   TypeKind::kHugeInt, TypeKind::kFloat,     TypeKind::kDouble,
      TypeKind::kTime,    TypeKind::kDate,    TypeKind::kTimestamp, TypeKind::kTimestampTz,
      TypeKind::kVarchar, TypeKind::kNull};
  if (!value.type()->is(TypeKind::kList) || value.as_nested().empty())
    refuse_option(name, value, "a list of types");
  for (const std::string& text : texts_option(value, name)) {
    const TypeRef type = csv_type_named(text);
    if (std::find(std::begin(kKnown), std::end(kKnown), type->kind()) == std::end(kKnown)) {
      throw Error(ErrorCode::kNotSupported, "{}: {} is not among the types that are found out",
                  name, type->name())
          .hint("types => {'column': '" + text + "'} sets a column's type");
    }
    all.csv.auto_type_candidates.push_back(type);
  }
}

void take_types(CsvTableOptions& all, const Value& value, const char* name) {
  if (value.type()->is(TypeKind::kStruct)) {
    all.csv.types = typed_names(value, name);
    return;
  }
  for (const std::string& type : texts_option(value, name))
    all.csv.types_by_position.push_back(csv_type_named(type));
}

using Option = ReadOption<CsvTableOptions>;

/// In this order: some look at what others before them said.
constexpr Option kOptions[] = {
    {{"delim", "sep", "delimiter", "separator"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       const char sign = csv_sign(value, name);
       all.csv.dialect.delimiter = sign == 0 ? CsvDialect::kNoDelimiter : sign;
       all.csv.delimiter_given = true;
     }},
    {{"quote"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       all.csv.dialect.quote = csv_sign(value, name);
       all.csv.dialect.escape = all.csv.dialect.quote;
       all.csv.quote_given = true;
     }},
    {{"escape"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       all.csv.dialect.escape = csv_sign(value, name);
       all.csv.escape_given = true;
     }},
    {{"comment"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       all.csv.dialect.comment = csv_sign(value, name);
     }},
    {{"header"}, take<&CsvOptions::header, flag_option>},
    {{"auto_detect"}, take<&CsvOptions::auto_detect, flag_option>},
    {{"all_varchar"}, take<&CsvOptions::all_varchar, flag_option>},
    {{"ignore_errors"}, take<&CsvOptions::ignore_errors, flag_option>},
    {{"rejects", "store_rejects"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       all.csv.store_rejects = flag_option(value, name);
       all.csv.ignore_errors |= all.csv.store_rejects;
     }},
    {{"null_padding"}, take<&CsvOptions::null_padding, flag_option>},
    {{"cut_long_rows"}, take<&CsvOptions::cut_long_rows, flag_option>},
    // How much is read at once and by how many threads changes no row: told, but not needed.
    {{"parallel"},
     [](CsvTableOptions&, const Value& value, const char* name) { flag_option(value, name); }},
    {{"buffer_size"},
     [](CsvTableOptions&, const Value& value, const char* name) {
       if (integer_option(value, name) <= 0) refuse_option(name, value, "a number of bytes");
     }},
    {{"strict_mode"}, take_strict_mode},
    {{"new_line"}, take_newline},
    {{"encoding"}, take_encoding},
    {{"normalize_names"}, take<&CsvOptions::normalize_names, flag_option>},
    {{"union_by_name"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       all.union_by_name = flag_option(value, name);
     }},
    {{"filename"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       all.filename_column = filename_option(value, name);
     }},
    {{"nullstr", "null"}, take<&CsvOptions::null_strings, texts_option>},
    {{"names", "column_names"}, take<&CsvOptions::names, texts_option>},
    {{"dateformat", "date_format"}, take<&CsvOptions::date_format, text_option>},
    {{"timestampformat", "timestamp_format"}, take<&CsvOptions::timestamp_format, text_option>},
    {{"decimal_separator"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       all.csv.decimal_separator = needed_sign(value, name);
     }},
    {{"thousands"}, take<&CsvOptions::thousands, csv_sign>},
    {{"force_not_null"}, take<&CsvOptions::force_not_null, texts_option>},
    {{"allow_quoted_nulls"}, take<&CsvOptions::allow_quoted_nulls, flag_option>},
    {{"auto_type_candidates"}, take_type_candidates},
    {{"skip"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       all.csv.skip = static_cast<uint64_t>(integer_option(value, name, 0));
     }},
    {{"max_line_size", "maximum_line_size"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       const auto bytes = static_cast<uint64_t>(integer_option(value, name, 0));
       all.csv.max_line_bytes = std::clamp<uint64_t>(bytes, 1, uint64_t{1} << 30);
     }},
    {{"sample_size"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       all.csv.sample_rows = integer_option(value, name);
       if (all.csv.sample_rows == 0 || all.csv.sample_rows < -1)
         refuse_option(name, value, "a number of rows, or -1 for all");
     }},
    {{"compression"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       all.csv.compression = compression_option(value, name);
     }},
    {{"columns"},
     [](CsvTableOptions& all, const Value& value, const char* name) {
       for (auto& [column, type] : typed_names(value, name))
         all.csv.columns.push_back({column, type});
     }},
    {{"types", "dtypes", "column_types"}, take_types},
};

}  // namespace

const std::vector<std::string>& csv_read_options() {
  static const std::vector<std::string> names =
      option_names(std::span<const Option>(kOptions),
                   {"hive_partitioning", "hive_types", "hive_types_autocast"});
  return names;
}

CsvTableOptions take_csv_options(TableFunctionCall& call) {
  CsvTableOptions all;
  all.hive = take_hive_options(call);
  take_options(call, std::span<const Option>(kOptions), all);
  refuse_options(call,
                 {{"rejects_table", "rejects => true, then FROM rejects()"},
                  {"rejects_scan", "rejects => true, then FROM rejects()"},
                  {"rejects_limit", "rejects => true, then FROM rejects() LIMIT n"},
                  {"rejects_line_size_limit", "rejects => true, then FROM rejects()"},
                  {"files_to_sniff", "union_by_name => true looks at every file"},
                  {"schema", "columns => {…} sets names and types"},
                  {"file_row_number", "row_number() OVER () numbers rows in the order of the file"},
                  {"column_statistics", "leave it out"},
                  {"allow_empty", "FROM glob('…') tells which files there are"}});
  refuse_unknown_options(call, csv_read_options());
  const CsvOptions& csv = all.csv;
  if (csv.thousands != 0 && csv.thousands == csv.decimal_separator) {
    throw Error(ErrorCode::kInvalidArgument, call.span,
                "{}: thousands and decimal_separator must differ", call.name);
  }
  const CsvDialect& dialect = csv.dialect;
  if (dialect.delimiter == dialect.quote ||
      (dialect.comment != 0 &&
       (dialect.comment == dialect.quote || dialect.comment == dialect.delimiter))) {
    throw Error(ErrorCode::kInvalidArgument, call.span, "{}: delim, quote and comment must differ",
                call.name);
  }
  return all;
}

HiveOptions take_hive_options(TableFunctionCall& call) {
  HiveOptions hive;
  if (const Value wanted = take_option(call, "hive_partitioning"); !wanted.is_null()) {
    hive.is_wanted = flag_option(wanted, "hive_partitioning");
  }
  if (const Value finds = take_option(call, "hive_types_autocast"); !finds.is_null()) {
    hive.finds_types = flag_option(finds, "hive_types_autocast");
  }
  if (const Value types = take_option(call, "hive_types"); !types.is_null()) {
    hive.types = typed_names(types, "hive_types");
    if (!hive.is_wanted) hive.is_wanted = true;
  }
  return hive;
}

void write_hive_options(const HiveOptions& hive, std::map<std::string, std::string>& parameters) {
  if (hive.is_wanted) parameters["hive_partitioning"] = *hive.is_wanted ? "true" : "false";
  if (!hive.finds_types) parameters["hive_texts"] = "true";
  for (const auto& [name, type] : hive.types) parameters["hive_type " + name] = type->name();
}

HiveOptions read_hive_options(const std::map<std::string, std::string>& parameters) {
  constexpr std::string_view kType = "hive_type ";
  HiveOptions hive;
  for (const auto& [name, value] : parameters) {
    if (name == "hive_partitioning") hive.is_wanted = value == "true";
    if (name == "hive_texts") hive.finds_types = false;
    if (name.starts_with(kType))
      hive.types.emplace_back(name.substr(kType.size()), csv_type_named(value));
  }
  return hive;
}

void write_csv_options(const CsvOptions& options, std::map<std::string, std::string>& parameters) {
  const CsvDialect& dialect = options.dialect;
  parameters["dialect"] = {dialect.delimiter,
                           dialect.quote,
                           dialect.escape,
                           dialect.comment,
                           dialect.ends_with_cr ? '1' : '0',
                           options.decimal_separator,
                           options.thousands};
  parameters["flags"] = {options.header.value_or(false) ? '1' : '0',
                         options.ignore_errors ? '1' : '0',
                         options.store_rejects ? '1' : '0',
                         options.null_padding ? '1' : '0',
                         static_cast<char>('0' + static_cast<int>(options.compression)),
                         options.allow_quoted_nulls ? '1' : '0',
                         options.normalize_names ? '1' : '0',
                         options.cut_long_rows ? '1' : '0'};
  for (const bool never : options.never_null) parameters["never_null"].push_back(never ? '1' : '0');
  parameters["skip"] = std::to_string(options.skip);
  parameters["max_line_size"] = std::to_string(options.max_line_bytes);
  parameters["nullstr"] = pack_texts(options.null_strings);
  parameters["column_names"] = pack_texts(options.names);
  parameters["dateformat"] = options.date_format;
  parameters["timestampformat"] = options.timestamp_format;
}

CsvOptions read_csv_options(const std::map<std::string, std::string>& parameters) {
  const auto text = [&](const char* name) -> const std::string& {
    return descriptor_text(parameters, name, "CSV");
  };
  CsvOptions options;
  const std::string& signs = text("dialect");
  const std::string& flags = text("flags");
  const int compression = flags.size() == 8 ? flags[4] - '0' : -1;
  if (signs.size() != 7 || compression < 0 || compression > static_cast<int>(Compression::kLz4)) {
    throw Error(ErrorCode::kCorrupt, "plan bytes: a CSV table's options are damaged");
  }
  options.dialect = {signs[0], signs[1], signs[2], signs[3], signs[4] == '1'};
  options.decimal_separator = signs[5];
  options.thousands = signs[6];
  options.allow_quoted_nulls = flags[5] == '1';
  options.normalize_names = flags[6] == '1';
  options.cut_long_rows = flags[7] == '1';
  if (const auto never = parameters.find("never_null"); never != parameters.end()) {
    for (const char flag : never->second) options.never_null.push_back(flag == '1');
  }
  options.header = flags[0] == '1';
  options.ignore_errors = flags[1] == '1';
  options.store_rejects = flags[2] == '1';
  options.null_padding = flags[3] == '1';
  options.compression = static_cast<Compression>(compression);
  options.skip = std::strtoull(text("skip").c_str(), nullptr, 10);
  options.max_line_bytes = std::strtoull(text("max_line_size").c_str(), nullptr, 10);
  options.null_strings = unpack_texts(text("nullstr"));
  options.names = unpack_texts(text("column_names"));
  options.date_format = text("dateformat");
  options.timestamp_format = text("timestampformat");
  return options;
}

}  // namespace doline
