#pragma once

#include <map>
#include <string>

#include "format/json/json_options.h"
#include "table/hive_partitions.h"
#include "table/table_function.h"

namespace doline {

/// What read_json takes, DuckDB's names and meaning.
struct JsonTableOptions {
  JsonOptions json;
  bool auto_detect = true;  // else columns are given
  HiveOptions hive;
  bool union_by_name = false;
  size_t most_sample_files = 32;
  std::string filename_column;  // empty: none
};

const std::vector<std::string>& json_read_options();  // every name

/// Takes all options out of the call; Error(kInvalidArgument) for unknown ones and bad values.
JsonTableOptions take_json_options(TableFunctionCall& call);

/// The options that reading needs, as a table descriptor's parameters.
void write_json_options(const JsonOptions& options, std::map<std::string, std::string>& parameters);
JsonOptions read_json_options(const std::map<std::string, std::string>& parameters);

}  // namespace doline
