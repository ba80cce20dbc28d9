#pragma once

#include <string>
#include <string_view>

#include "column/type.h"
#include "format/parquet/schema_tree.h"

// Types that Parquet has no words for. Whoever writes files from Arrow's tables tells Arrow's own
// schema beside Parquet's, in a pair of the footer: an IPC message in base64.
namespace doline::parquet {

inline constexpr std::string_view kArrowSchemaKey = "ARROW:schema";

/// The pair's value for a file of these columns; empty where Parquet's words do for all of them.
std::string arrow_schema_of(const Schema& columns);

/// What Arrow's schema says beyond Parquet's. Durations, HUGEINT and, where `is_ours` says that
/// this program wrote the file, TIMESTAMP_MS become the types of the tree's nodes. Returns the
/// types of its columns: those of the nodes, or ENUM and arrays, to which the nodes' are to be
/// cast. What is no schema of these columns says nothing.
std::vector<TypeRef> take_arrow_types(std::string_view told, bool is_ours, SchemaTree& tree);

}  // namespace doline::parquet
