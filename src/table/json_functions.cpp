// read_json(…) and its kin in FROM.
#include "table/json_table.h"

namespace doline {

namespace {

TableRef open(const TableFunctionCall& call, const TableFunctionContext& context,
              JsonFormat format) {
  TableFunctionCall rest = call;
  JsonTableOptions options = take_json_options(rest);
  if (options.json.format == JsonFormat::kAuto) options.json.format = format;
  return open_json_table(paths_of(call), std::move(options), context.files, context.policy,
                         context.learned);
}

/// Whole values as they stand.
TableRef open_objects(const TableFunctionCall& call, const TableFunctionContext& context,
                      JsonFormat format) {
  TableFunctionCall rest = call;
  for (const char* name : {"columns", "records", "auto_detect", "sample_size", "maximum_depth"}) {
    if (!call.options.contains(name)) continue;
    throw Error(ErrorCode::kInvalidArgument, call.span, "{} has no option \"{}\"", call.name, name)
        .hint("it gives whole values; read_json makes columns of them");
  }
  JsonTableOptions options = take_json_options(rest);
  if (options.json.format == JsonFormat::kAuto) options.json.format = format;
  options.json.columns = {{"json", Type::json()}};
  options.json.records = JsonRecords::kNo;
  options.json.keep_text = true;
  return open_json_table(paths_of(call), std::move(options), context.files, context.policy,
                         context.learned);
}

TableRef read_json(const TableFunctionCall& call, const TableFunctionContext& context) {
  return open(call, context, JsonFormat::kAuto);
}
TableRef read_ndjson(const TableFunctionCall& call, const TableFunctionContext& context) {
  return open(call, context, JsonFormat::kLines);
}
TableRef read_json_objects(const TableFunctionCall& call, const TableFunctionContext& context) {
  return open_objects(call, context, JsonFormat::kAuto);
}
TableRef read_ndjson_objects(const TableFunctionCall& call, const TableFunctionContext& context) {
  return open_objects(call, context, JsonFormat::kLines);
}

}  // namespace

void register_json_functions(std::vector<TableFunction>& all) {
  all.push_back({"read_json",
                 {"read_json_auto"},
                 "Values of JSON files; their layout and types are found out.",
                 "FROM read_json('data/*.json')",
                 &read_json,
                 {".json", ".ndjson", ".jsonl"},
                 json_read_options()});
  all.push_back({"read_ndjson",
                 {"read_ndjson_auto"},
                 "Values of JSON files that have one a line.",
                 "FROM read_ndjson('data/*.ndjson')",
                 &read_ndjson,
                 {},
                 json_read_options()});
  all.push_back({"read_json_objects",
                 {"read_json_objects_auto"},
                 "Values of JSON files as they stand, one JSON column.",
                 "FROM read_json_objects('data.json')",
                 &read_json_objects,
                 {},
                 json_read_options()});
  all.push_back({"read_ndjson_objects",
                 {},
                 "Lines of JSON files as they stand, one JSON column.",
                 "FROM read_ndjson_objects('data.ndjson')",
                 &read_ndjson_objects,
                 {},
                 json_read_options()});
}

}  // namespace doline
