#include "table/json_options.h"

#include <charconv>

#include "base/ascii.h"
#include "column/type_text.h"
#include "kernel/time_format.h"
#include "table/csv_options.h"

namespace doline {

namespace {

const std::vector<std::string>& known_options() {
  static const std::vector<std::string> names = {
      "auto_detect", "columns", "compression", "convert_strings_to_integers", "dateformat", "field_appearance_threshold",
      "filename", "format", "ignore_errors", "map_inference_threshold", "maximum_depth", "maximum_object_size",
      "maximum_sample_files", "records", "rejects", "sample_size", "timestampformat", "union_by_name"};
  return names;
}

[[noreturn]] void bad_value(std::string_view option, const Value& value, std::string_view wanted) {
  throw Error(ErrorCode::kInvalidArgument, "{} = {}: expected {}", option, value.to_literal(), wanted);
}

std::string text_of(const Value& value, std::string_view option) {
  if (!value.type()->is(TypeKind::kVarchar)) bad_value(option, value, "a text");
  return value.as_text();
}

int64_t integer_of(const Value& value, std::string_view option, int64_t least) {
  if (value.type()->is_integer() || value.type()->is(TypeKind::kHugeInt)) {
    const int128_t wide = value.as_integer();
    if (wide >= least && wide <= INT64_MAX) return static_cast<int64_t>(wide);
  }
  bad_value(option, value, fmt::format("a whole number of at least {}", least));
}

double share_of(const Value& value, std::string_view option) {
  const std::string text = value.to_string();
  double share = -1;
  std::from_chars(text.data(), text.data() + text.size(), share);
  if (!value.type()->is_numeric() || !(share >= 0 && share <= 1)) bad_value(option, value, "a number between 0 and 1");
  return share;
}

JsonFormat format_of(const Value& value, std::string_view option) {
  const std::string text = ascii_lower(text_of(value, option));
  if (text == "auto") return JsonFormat::kAuto;
  if (text == "newline_delimited" || text == "nd" || text == "ndjson") return JsonFormat::kLines;
  if (text == "array") return JsonFormat::kArray;
  if (text == "unstructured") return JsonFormat::kUnstructured;
  bad_value(option, value, "'auto', 'newline_delimited', 'array' or 'unstructured'");
}

std::string time_format_of(const Value& value, std::string_view option) {
  const std::string text = text_of(value, option);
  if (ascii_lower(text) == "iso") return {};
  TimeFormat::compile(text);
  return text;
}

Schema columns_of(const Value& value, std::string_view option) {
  if (!value.type()->is(TypeKind::kStruct) || value.type()->fields().empty()) {
    bad_value(option, value, "a struct such as {'id': 'BIGINT'}");
  }
  Schema columns;
  const std::vector<Field>& fields = value.type()->fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    columns.push_back({fields[i].name, type_from_text(text_of(value.as_nested()[i], option))});
  }
  return columns;
}

}  // namespace

JsonTableOptions take_json_options(TableFunctionCall& call) {
  JsonTableOptions all;
  JsonOptions& json = all.json;
  bool auto_detect = true;
  const auto with = [&](const char* name, auto&& use) {
    if (!call.options.contains(name)) return;
    const Value value = take_option(call, name);
    if (value.is_null()) throw Error(ErrorCode::kInvalidArgument, call.span, "{}: NULL is no value of {}", call.name, name);
    use(value, name);
  };
  with("format", [&](const Value& value, const char* name) { json.format = format_of(value, name); });
  with("records", [&](const Value& value, const char* name) {
    const bool is_auto = value.type()->is(TypeKind::kVarchar) && ascii_lower(value.as_text()) == "auto";
    json.records = is_auto ? JsonRecords::kAuto : csv_flag(value, name) ? JsonRecords::kYes : JsonRecords::kNo;
  });
  with("auto_detect", [&](const Value& value, const char* name) { auto_detect = csv_flag(value, name); });
  with("columns", [&](const Value& value, const char* name) { json.columns = columns_of(value, name); });
  with("ignore_errors", [&](const Value& value, const char* name) { json.ignore_errors = csv_flag(value, name); });
  const auto rejects = [&](const Value& value, const char* name) {
    json.store_rejects = csv_flag(value, name);
    json.ignore_errors |= json.store_rejects;
  };
  for (const char* name : {"rejects", "store_rejects"}) with(name, rejects);
  with("sample_size", [&](const Value& value, const char* name) {
    json.sample_rows = integer_of(value, name, -1);
    if (json.sample_rows == 0) bad_value(name, value, "a number of values, or -1 for all");
  });
  with("maximum_depth", [&](const Value& value, const char* name) { json.most_depth = integer_of(value, name, -1); });
  with("maximum_object_size", [&](const Value& value, const char* name) {
    json.most_value_bytes = std::min<uint64_t>(static_cast<uint64_t>(integer_of(value, name, 1)), JsonOptions::kMostValueBytes);
  });
  with("maximum_sample_files", [&](const Value& value, const char* name) {
    const int64_t files = integer_of(value, name, -1);
    all.most_sample_files = files < 0 ? ~size_t{0} : std::max<size_t>(static_cast<size_t>(files), 1);
  });
  with("convert_strings_to_integers",
       [&](const Value& value, const char* name) { json.strings_to_integers = csv_flag(value, name); });
  with("field_appearance_threshold",
       [&](const Value& value, const char* name) { json.field_appearance_threshold = share_of(value, name); });
  with("map_inference_threshold",
       [&](const Value& value, const char* name) { json.map_inference_threshold = integer_of(value, name, -1); });
  for (const char* name : {"dateformat", "date_format"}) {
    with(name, [&](const Value& value, const char* given) { json.date_format = time_format_of(value, given); });
  }
  for (const char* name : {"timestampformat", "timestamp_format"}) {
    with(name, [&](const Value& value, const char* given) { json.timestamp_format = time_format_of(value, given); });
  }
  with("compression", [&](const Value& value, const char* name) {
    const auto compression = compression_from_name(text_of(value, name));
    if (!compression) bad_value(name, value, "auto, none, gzip, zstd or lz4");
    json.compression = *compression;
  });
  with("union_by_name", [&](const Value& value, const char* name) { all.union_by_name = csv_flag(value, name); });
  with("filename", [&](const Value& value, const char* name) {
    if (value.type()->is(TypeKind::kVarchar) && value.as_text() != "true" && value.as_text() != "false") {
      all.filename_column = value.as_text();
    } else if (csv_flag(value, name)) {
      all.filename_column = "filename";
    }
  });
  with("hive_partitioning", [&](const Value& value, const char* name) {
    if (!csv_flag(value, name)) return;
    throw Error(ErrorCode::kNotSupported, call.span, "{} does not read columns from directory names yet", call.name)
        .hint("filename => true gives the path, from which the query can take them");
  });
  refuse_unknown_options(call, known_options());
  if (!auto_detect && json.columns.empty()) {
    throw Error(ErrorCode::kInvalidArgument, call.span, "{}: columns must be given where auto_detect is false", call.name);
  }
  return all;
}

void write_json_options(const JsonOptions& options, std::map<std::string, std::string>& parameters) {
  parameters["flags"] = {options.ignore_errors ? '1' : '0', options.store_rejects ? '1' : '0',
                         options.strings_to_integers ? '1' : '0', options.keep_text ? '1' : '0',
                         static_cast<char>('0' + static_cast<int>(options.compression))};
  parameters["maximum_object_size"] = std::to_string(options.most_value_bytes);
  parameters["dateformat"] = options.date_format;
  parameters["timestampformat"] = options.timestamp_format;
}

JsonOptions read_json_options(const std::map<std::string, std::string>& parameters) {
  const auto text = [&](const char* name) -> const std::string& {
    const auto found = parameters.find(name);
    if (found == parameters.end()) throw Error(ErrorCode::kCorrupt, "plan bytes: a JSON table without {}", name);
    return found->second;
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
  options.most_value_bytes = std::min<uint64_t>(std::strtoull(text("maximum_object_size").c_str(), nullptr, 10),
                                                JsonOptions::kMostValueBytes);
  options.date_format = text("dateformat");
  options.timestamp_format = text("timestampformat");
  return options;
}

}  // namespace doline
