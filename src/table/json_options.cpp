#include "table/json_options.h"

#include <charconv>

#include "base/ascii.h"
#include "kernel/time_format.h"
#include "kernel/type_text.h"
#include "table/csv_options.h"
#include "table/option_values.h"

namespace doline {

namespace {

double share_of(const Value& value, std::string_view option) {
  const std::string text = value.to_string();
  double share = -1;
  std::from_chars(text.data(), text.data() + text.size(), share);
  if (!value.type()->is_numeric() || !(share >= 0 && share <= 1))
    refuse_option(option, value, "a number between 0 and 1");
  return share;
}

JsonFormat format_of(const Value& value, std::string_view option) {
  const std::string text = ascii_lower(text_option(value, option));
  if (text == "auto") return JsonFormat::kAuto;
  if (text == "newline_delimited" || text == "nd" || text == "ndjson") return JsonFormat::kLines;
  if (text == "array") return JsonFormat::kArray;
  if (text == "unstructured") return JsonFormat::kUnstructured;
  refuse_option(option, value, "'auto', 'newline_delimited', 'array' or 'unstructured'");
}

std::string time_format_of(const Value& value, std::string_view option) {
  const std::string text = text_option(value, option);
  if (ascii_lower(text) == "iso") return {};
  TimeFormat::compile(text);
  return text;
}

Schema columns_of(const Value& value, std::string_view option) {
  if (!value.type()->is(TypeKind::kStruct) || value.type()->fields().empty()) {
    refuse_option(option, value, "a struct such as {'id': 'BIGINT'}");
  }
  Schema columns;
  const std::vector<Field>& fields = value.type()->fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    columns.push_back({fields[i].name, type_from_text(text_option(value.as_nested()[i], option))});
  }
  return columns;
}

template <auto member>
void take_flag(JsonTableOptions& all, const Value& value, const char* name) {
  all.json.*member = flag_option(value, name);
}
template <auto member>
void take_count(JsonTableOptions& all, const Value& value, const char* name) {
  all.json.*member = integer_option(value, name, -1);
}
template <auto member>
void take_time_format(JsonTableOptions& all, const Value& value, const char* name) {
  all.json.*member = time_format_of(value, name);
}

void take_records(JsonTableOptions& all, const Value& value, const char* name) {
  const bool is_auto =
      value.type()->is(TypeKind::kVarchar) && ascii_lower(value.as_text()) == "auto";
  all.json.records = is_auto                    ? JsonRecords::kAuto
                     : flag_option(value, name) ? JsonRecords::kYes
                                                : JsonRecords::kNo;
}

using Option = ReadOption<JsonTableOptions>;

constexpr Option kOptions[] = {
    {{"format"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       all.json.format = format_of(value, name);
     }},
    {{"records"}, take_records},
    {{"auto_detect"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       all.auto_detect = flag_option(value, name);
     }},
    {{"columns"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       all.json.columns = columns_of(value, name);
     }},
    {{"ignore_errors"}, take_flag<&JsonOptions::ignore_errors>},
    {{"rejects", "store_rejects"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       all.json.store_rejects = flag_option(value, name);
       all.json.ignore_errors |= all.json.store_rejects;
     }},
    {{"sample_size"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       all.json.sample_rows = integer_option(value, name, -1);
       if (all.json.sample_rows == 0)
         refuse_option(name, value, "a number of values, or -1 for all");
     }},
    {{"maximum_depth"}, take_count<&JsonOptions::most_depth>},
    {{"maximum_object_size"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       all.json.most_value_bytes = std::min<uint64_t>(
           static_cast<uint64_t>(integer_option(value, name, 1)), JsonOptions::kMostValueBytes);
     }},
    {{"maximum_sample_files"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       const int64_t files = integer_option(value, name, -1);
       all.most_sample_files =
           files < 0 ? ~size_t{0} : std::max<size_t>(static_cast<size_t>(files), 1);
     }},
    {{"convert_strings_to_integers"}, take_flag<&JsonOptions::strings_to_integers>},
    {{"field_appearance_threshold"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       all.json.field_appearance_threshold = share_of(value, name);
     }},
    {{"map_inference_threshold"}, take_count<&JsonOptions::map_inference_threshold>},
    {{"dateformat", "date_format"}, take_time_format<&JsonOptions::date_format>},
    {{"timestampformat", "timestamp_format"}, take_time_format<&JsonOptions::timestamp_format>},
    {{"compression"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       all.json.compression = compression_option(value, name);
     }},
    {{"union_by_name"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       all.union_by_name = flag_option(value, name);
     }},
    {{"filename"},
     [](JsonTableOptions& all, const Value& value, const char* name) {
       all.filename_column = filename_option(value, name);
     }},
};

}  // namespace

const std::vector<std::string>& json_read_options() {
  static const std::vector<std::string> names =
      option_names(std::span<const Option>(kOptions),
                   {"hive_partitioning", "hive_types", "hive_types_autocast"});
  return names;
}

JsonTableOptions take_json_options(TableFunctionCall& call) {
  JsonTableOptions all;
  all.hive = take_hive_options(call);
  take_options(call, std::span<const Option>(kOptions), all);
  refuse_options(
      call, {{"schema", "columns => {…} sets names and types"},
             {"file_row_number", "row_number() OVER () numbers rows in the order of the file"},
             {"column_statistics", "leave it out"},
             {"geojson", "json_extract(…) takes the members of a geometry"},
             {"array", "format => 'array' reads one array, 'newline_delimited' one value a line"},
             {"allow_empty", "FROM glob('…') tells which files there are"}});
  refuse_unknown_options(call, json_read_options());
  if (!all.auto_detect && all.json.columns.empty()) {
    throw Error(ErrorCode::kInvalidArgument, call.span,
                "{}: columns must be given where auto_detect is false", call.name);
  }
  return all;
}

void write_json_options(const JsonOptions& options,
                        std::map<std::string, std::string>& parameters) {
  parameters["flags"] = {options.ignore_errors ? '1' : '0', options.store_rejects ? '1' : '0',
                         options.strings_to_integers ? '1' : '0', options.keep_text ? '1' : '0',
                         static_cast<char>('0' + static_cast<int>(options.compression))};
  parameters["maximum_object_size"] = std::to_string(options.most_value_bytes);
  parameters["dateformat"] = options.date_format;
  parameters["timestampformat"] = options.timestamp_format;
}

JsonOptions read_json_options(const std::map<std::string, std::string>& parameters) {
  const auto text = [&](const char* name) -> const std::string& {
    return descriptor_text(parameters, name, "JSON");
  };
  JsonOptions options;
  const std::string& flags = text("flags");
  const int compression = flags.size() == 5 ? flags[4] - '0' : -1;
  if (compression < 0 || compression > static_cast<int>(Compression::kLz4)) {
    throw Error(ErrorCode::kCorrupt, "plan bytes: a JSON table's options are damaged");
  }
  options.ignore_errors = flags[0] == '1';
  options.store_rejects = flags[1] == '1';
  options.strings_to_integers = flags[2] == '1';
  options.keep_text = flags[3] == '1';
  options.compression = static_cast<Compression>(compression);
  options.most_value_bytes =
      std::min<uint64_t>(std::strtoull(text("maximum_object_size").c_str(), nullptr, 10),
                         JsonOptions::kMostValueBytes);
  options.date_format = text("dateformat");
  options.timestamp_format = text("timestampformat");
  return options;
}

}  // namespace doline
