#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "column/value.h"
#include "io/file_system.h"
#include "plan/table.h"

namespace doline {

/// What the "key=value" directories of files say: columns that no file need be opened for.
struct HivePartitions {
  std::vector<Field> columns;              // by name
  std::vector<std::vector<Value>> values;  // for each file, one a column
};

struct HiveOptions {
  std::optional<bool> is_wanted;                       // not set: where all paths look so
  bool finds_types = true;                             // else all are VARCHAR
  std::vector<std::pair<std::string, TypeRef>> types;  // given ones
};

/// No columns where the paths are not alike; Error(kFormat) where they were asked for. Types are
/// the narrowest of BIGINT, DATE and VARCHAR that all values have.
HivePartitions find_hive_partitions(const std::vector<ListedFile>& files,
                                    const HiveOptions& options);

/// The "key=value" directories of a path, values with %XX decoded; those without a value mean NULL.
std::vector<std::pair<std::string, std::string>> hive_directories(const std::string& path);
inline constexpr const char* kHiveNull = "__HIVE_DEFAULT_PARTITION__";

/// Whether any row of a file may pass the request's filters, as far as columns whose one value
/// `constant_of` knows tell (nullopt: it differs from row to row).
bool constants_may_match(const ScanRequest& request,
                         const std::function<std::optional<Value>(uint32_t column)>& constant_of);

/// `text` as a value of `type`; nullopt where it is none.
std::optional<Value> hive_value(const std::string& text, TypeRef type);
std::string percent_encoded(std::string_view text);

}  // namespace doline
