#pragma once

#include <memory>
#include <string>
#include <vector>

#include "column/type.h"
#include "format/parquet/metadata.h"
#include "format/parquet/value_decoder.h"

namespace doline::parquet {

/// How a leaf's stored values become those of its type.
enum class Conversion : uint8_t {
  kNone,           // stored as they are wanted
  kBool,           // a byte to a bit
  kNarrow,         // int32 to 8 or 16 bits
  kWiden,          // int32 or int64 to a wider integer (decimals)
  kDecimalBytes,   // big-endian two's complement of any length
  kDecimalDouble,  // the same, of more than 38 digits, to the nearest double
  kInt96,          // nanoseconds of a day and a Julian day, to microseconds
  kFloat16,
  kTimesThousand,  // milliseconds to microseconds; 32 bits widen
  kThousandth,     // nanoseconds to microseconds
  kUuid,
  kInterval,
  kFixedBytes,  // fixed-length bytes to string views
  kText,        // byte arrays that must be UTF-8
};

/// A node of a file's schema, as Doline types it. Levels: an entry of a leaf's levels reaches the
/// node's value where its definition level is at least `definition`; `repetition` counts the
/// lists around the node.
struct SchemaNode {
  enum class Kind : uint8_t { kLeaf, kStruct, kList };  // maps are lists of structs

  std::string name;
  TypeRef type = nullptr;
  Kind kind = Kind::kLeaf;
  uint8_t definition = 0;
  uint8_t repetition = 0;
  bool optional = false;
  // kList: entries that reach an element have at least this definition level. Its repetition
  // level is `repetition` + 1.
  uint8_t element_definition = 0;
  std::vector<SchemaNode> children;
  // kLeaf:
  uint32_t leaf = 0;  // position among the row groups' column chunks
  LeafType stored;
  Conversion conversion = Conversion::kNone;
  int32_t scale = 0;  // of decimals read as doubles

  bool is_flat() const { return kind == Kind::kLeaf && repetition == 0 && definition <= 1; }
  /// The leaves below, in file order.
  void leaves(std::vector<const SchemaNode*>& out) const;
};

/// The columns of a file.
struct SchemaTree {
  std::vector<SchemaNode> columns;
  uint32_t leaf_count = 0;  // those of columns that cannot be read included
};

/// Builds the tree, with the old forms of lists and maps understood. Groups without fields are
/// left out. Error(kCorrupt) where the elements form no tree, Error(kNotSupported) for nesting
/// deeper than 60 levels.
SchemaTree build_schema_tree(const std::vector<SchemaElement>& elements);

}  // namespace doline::parquet
