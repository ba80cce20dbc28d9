#pragma once

#include <optional>
#include <string>
#include <vector>

#include "column/type.h"
#include "format/parquet/metadata.h"
#include "format/parquet/thrift.h"

namespace doline::parquet {

/// How values of a leaf are ordered in statistics.
enum class LeafOrder : uint8_t {
  kNone,  // undefined by the format, or of no use
  kBool,
  kSigned32,
  kUnsigned32,
  kSigned64,
  kUnsigned64,
  kFloat,
  kDouble,
  kBytes,           // unsigned, byte by byte
  kBigEndianSigned  // fixed-length decimals
};

/// A leaf of a file to be written.
struct WriteLeaf {
  TypeRef type = nullptr;
  std::vector<std::string> path;
  Physical physical = Physical::kInt32;
  uint32_t type_length = 0;
  LeafOrder order = LeafOrder::kNone;
  uint8_t greatest_definition = 0;
  uint8_t greatest_repetition = 0;

  bool is_text() const { return physical == Physical::kByteArray; }
  /// Bytes a value takes while it is encoded; texts are views.
  size_t width() const;
};

/// The schema of a file to be written: every field may be NULL, apart from the keys of maps.
class WriteSchema {
 public:
  /// Error(kNotSupported) for types that Parquet has nothing for.
  explicit WriteSchema(const Schema& schema);

  const Schema& schema() const { return schema_; }
  /// In file order; those of column i are [first_leaf(i), first_leaf(i + 1)).
  const std::vector<WriteLeaf>& leaves() const { return leaves_; }
  size_t first_leaf(size_t column) const { return first_leaf_[column]; }
  /// Field 2 of the footer.
  void write(ThriftWriter& out) const;

 private:
  struct Element {
    std::string name;
    std::optional<Physical> physical;
    uint32_t type_length = 0;
    std::optional<Repetition> repetition;
    int32_t child_count = 0;
    LogicalType logical;
  };
  void add(const std::string& name, TypeRef type, Repetition repetition,
           std::vector<std::string> path, uint8_t definition, uint8_t level);
  void add_leaf(Element element, TypeRef type, std::vector<std::string> path, uint8_t definition,
                uint8_t level);
  static void write(ThriftWriter& out, const Element& element);

  Schema schema_;
  std::vector<Element> elements_;
  std::vector<WriteLeaf> leaves_;
  std::vector<size_t> first_leaf_;
};

}  // namespace doline::parquet
