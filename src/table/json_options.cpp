#include "table/json_options.h"

#include <charconv>

#include "base/ascii.h"
#include "column/type_text.h"
#include "kernel/time_format.h"
#include "table/csv_options.h"
#include "table/option_values.h"

namespace doline {

namespace {

const std::vector<std::string>& known_options() {
  static const std::vector<std::string> names = {"auto_detect",
                                                 "columns",
                                                 "compression",
                                                 "convert_strings_to_integers",
                                                 "dateformat",
                                                 "field_appearance_threshold",
                                                 "filename",
                                                 "format",
                                                 "hive_partitioning",
                                                 "hive_types",
                                                 "hive_types_autocast",
                                                 "ignore_errors",
                                                 "map_inference_threshold",
                                                 "maximum_depth",
                                                 "maximum_object_size",
                                                 "maximum_sample_files",
                                                 "records",
                                                 "rejects",
                                                 "sample_size",
                                                 "timestampformat",
                                                 "union_by_name"};
  return names;
}

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

}  // namespace

JsonTableOptions take_json_options(TableFunctionCall& call) {
  JsonTableOptions all;
  JsonOptions& json = all.json;
  bool auto_detect = true;
  const auto with = [&](std::initializer_list<const char*> names, auto&& use) {
    with_option(call, names, use);
  };
  with({"format"},
       [&](const Value& value, const char* name) { json.format = format_of(value, name); });
  with({"records"}, [&](const Value& value, const char* name) {
    const bool is_auto =
        value.type()->is(TypeKind::kVarchar) && ascii_lower(value.as_text()) == "auto";
    json.records = is_auto                    ? JsonRecords::kAuto
                   : flag_option(value, name) ? JsonRecords::kYes
                                              : JsonRecords::kNo;
  });
  with({"auto_detect"},
       [&](const Value& value, const char* name) { auto_detect = flag_option(value, name); });
  with({"columns"},
       [&](const Value& value, const char* name) { json.columns = columns_of(value, name); });
  with({"ignore_errors"}, [&](const Value& value, const char* name) {
    json.ignore_errors = flag_option(value, name);
  });
  const auto rejects = [&](const Value& value, const char* name) {
    json.store_rejects = flag_option(value, name);
    json.ignore_errors |= json.store_rejects;
  };
  with({"rejects", "store_rejects"}, rejects);
  with({"sample_size"}, [&](const Value& value, const char* name) {
    json.sample_rows = integer_option(value, name, -1);
    if (json.sample_rows == 0) refuse_option(name, value, "a number of values, or -1 for all");
  });
  with({"maximum_depth"}, [&](const Value& value, const char* name) {
    json.most_depth = integer_option(value, name, -1);
  });
  with({"maximum_object_size"}, [&](const Value& value, const char* name) {
    json.most_value_bytes = std::min<uint64_t>(
        static_cast<uint64_t>(integer_option(value, name, 1)), JsonOptions::kMostValueBytes);
  });
  with({"maximum_sample_files"}, [&](const Value& value, const char* name) {
    const int64_t files = integer_option(value, name, -1);
    all.most_sample_files =
        files < 0 ? ~size_t{0} : std::max<size_t>(static_cast<size_t>(files), 1);
  });
  with({"convert_strings_to_integers"}, [&](const Value& value, const char* name) {
    json.strings_to_integers = flag_option(value, name);
  });
  with({"field_appearance_threshold"}, [&](const Value& value, const char* name) {
    json.field_appearance_threshold = share_of(value, name);
  });
  with({"map_inference_threshold"}, [&](const Value& value, const char* name) {
    json.map_inference_threshold = integer_option(value, name, -1);
  });
  with({"dateformat", "date_format"}, [&](const Value& value, const char* given) {
    json.date_format = time_format_of(value, given);
  });
  with({"timestampformat", "timestamp_format"}, [&](const Value& value, const char* given) {
    json.timestamp_format = time_format_of(value, given);
  });
  with({"compression"}, [&](const Value& value, const char* name) {
    json.compression = compression_option(value, name);
  });
  with({"union_by_name"},
       [&](const Value& value, const char* name) { all.union_by_name = flag_option(value, name); });
  with({"filename"}, [&](const Value& value, const char* name) {
    all.filename_column = filename_option(value, name);
  });
  all.hive = take_hive_options(call);
  refuse_options(
      call, {{"schema", "columns => {…} sets names and types"},
             {"file_row_number", "row_number() OVER () numbers rows in the order of the file"},
             {"column_statistics", "leave it out"},
             {"geojson", "json_extract(…) takes the members of a geometry"},
             {"array", "format => 'array' reads one array, 'newline_delimited' one value a line"},
             {"allow_empty", "FROM glob('…') tells which files there are"}});
  refuse_unknown_options(call, known_options());
  if (!auto_detect && json.columns.empty()) {
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
