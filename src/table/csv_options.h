#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "format/csv/dialect.h"
#include "table/hive_partitions.h"
#include "table/option_values.h"

namespace doline {

/// What read_csv takes, DuckDB's names and meaning.
struct CsvTableOptions {
  CsvOptions csv;
  bool union_by_name = false;
  std::string filename_column;  // empty: none
  HiveOptions hive;
};

/// Takes all options out of the call; Error(kInvalidArgument) for unknown ones and bad values.
CsvTableOptions take_csv_options(TableFunctionCall& call);

/// A type's name as Type::name() gives it; Error(kInvalidArgument) when it is none that a CSV
/// column can have.
TypeRef csv_type_named(std::string_view name);

/// One sign, or none for an empty text; "\t" also as backslash and t.
char csv_sign(const Value& value, std::string_view option);

/// Names of what read_csv takes.
const std::vector<std::string>& csv_read_options();

/// hive_partitioning, hive_types and hive_types_autocast.
HiveOptions take_hive_options(TableFunctionCall& call);
/// As parameters of a table's descriptor, and back.
void write_hive_options(const HiveOptions& hive, std::map<std::string, std::string>& parameters);
HiveOptions read_hive_options(const std::map<std::string, std::string>& parameters);

/// The options that reading needs, as a table descriptor's parameters.
void write_csv_options(const CsvOptions& options, std::map<std::string, std::string>& parameters);
CsvOptions read_csv_options(const std::map<std::string, std::string>& parameters);

}  // namespace doline
