#pragma once

#include <functional>
#include <string>
#include <vector>

#include "io/access_policy.h"
#include "io/file_system.h"
#include "plan/catalog.h"

namespace doline {

class RejectStore;

/// A table or view that there is, as the functions that list them show it.
struct NamedObject {
  std::string name;
  TableRef table;         // null: a view
  std::string statement;  // that makes it again, without rows
  /// Bound when it is asked for. Of a view that cannot be bound any more: none.
  std::function<Schema()> columns;
};

/// What table functions may use while they open things. Lives as long as the session.
struct TableFunctionContext {
  FileSystem& files;
  const AccessPolicy& policy;
  const Settings& settings;
  const SessionConstants& session;
  const LearnedTypes* learned = nullptr;
  const RejectStore* rejects = nullptr;
  /// In an order in which their statements can be run.
  std::function<std::vector<NamedObject>()> objects = nullptr;
};

/// A function that stands in FROM and gives a table: read_csv, range … Declared once, beside the
/// table it makes; documentation and completion come from here.
struct TableFunction {
  std::string name;
  std::vector<std::string> aliases;
  std::string summary;
  std::string example;  // FROM range(3)
  TableRef (*open)(const TableFunctionCall& call, const TableFunctionContext& context);
  /// Endings of file names it opens: FROM 'x.csv' becomes a call of it.
  std::vector<std::string> endings;
  /// What it takes by name.
  std::vector<std::string> options = {};
};

/// All of them; filled by the register_… functions of table/ at first use.
const std::vector<TableFunction>& table_functions();
/// Case-insensitive, aliases included; null when unknown.
const TableFunction* find_table_function(std::string_view name);
/// The function that opens files of this path's ending (compression endings skipped); null when
/// the ending is not known.
const TableFunction* table_function_for_path(std::string_view path);

/// The function for a regular file whose ending is not known, by the signs that it begins with;
/// null where these are nobody's.
const TableFunction* table_function_for_signs(FileSystem& files, const std::string& path,
                                              const AccessPolicy& policy);

/// The function for standard input, which no name tells anything of: by how it begins.
const TableFunction* table_function_for_input(FileSystem& files, const std::string& path,
                                              const AccessPolicy& policy);

/// The paths an argument names: a text, or a list of texts. Error(kInvalidArgument) otherwise.
std::vector<std::string> paths_of(const TableFunctionCall& call);
/// Takes the option out of the call; Value::null() when it was not given.
Value take_option(TableFunctionCall& call, const std::string& name);
/// Error(kNotSupported), with what to do instead, for options of DuckDB that are not there.
struct RefusedOption {
  const char* name;
  const char* instead;
};
void refuse_options(const TableFunctionCall& call, std::initializer_list<RefusedOption> options);
/// Error(kInvalidArgument) for options nobody took, with the nearest known name.
void refuse_unknown_options(const TableFunctionCall& call, const std::vector<std::string>& known);

// One per file that declares table functions.
void register_range_functions(std::vector<TableFunction>& all);
void register_text_functions(std::vector<TableFunction>& all);  // read_log
void register_file_functions(std::vector<TableFunction>& all);  // read_text, read_blob
void register_csv_functions(std::vector<TableFunction>& all);   // read_csv, sniff_csv, rejects
void register_json_functions(std::vector<TableFunction>& all);  // read_json, read_ndjson
void register_parquet_functions(
    std::vector<TableFunction>& all);  // read_parquet, parquet_metadata, parquet_schema
void register_arrow_functions(std::vector<TableFunction>& all);  // read_arrow
void register_catalog_functions(
    std::vector<TableFunction>& all);  // doline_functions, doline_settings
void register_object_functions(
    std::vector<TableFunction>& all);  // doline_tables, doline_views, doline_columns

}  // namespace doline
