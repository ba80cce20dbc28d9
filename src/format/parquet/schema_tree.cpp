#include "format/parquet/schema_tree.h"

#include <optional>

#include "base/error.h"

namespace doline::parquet {

namespace {

constexpr int kMaxDepth = 60;

/// Type and conversion of a leaf. Annotations that do not fit the physical type are ignored, as
/// the format asks of readers.
void set_leaf_type(SchemaNode& node, const SchemaElement& element) {
  const Physical physical = *element.physical;
  const LogicalType& logical = element.logical;
  node.stored = {physical, static_cast<uint32_t>(element.type_length)};
  const auto as = [&](TypeRef type, Conversion conversion = Conversion::kNone) {
    node.type = type;
    node.conversion = conversion;
  };
  const auto plain = [&] {
    switch (physical) {
      case Physical::kBoolean:
        return as(Type::boolean(), Conversion::kBool);
      case Physical::kInt32:
        return as(Type::int32());
      case Physical::kInt64:
        return as(Type::int64());
      case Physical::kInt96:
        return as(Type::timestamp(), Conversion::kInt96);
      case Physical::kFloat:
        return as(Type::float32());
      case Physical::kDouble:
        return as(Type::float64());
      case Physical::kByteArray:
        return as(Type::blob());
      case Physical::kFixed:
        return as(Type::blob(), Conversion::kFixedBytes);
    }
  };
  const bool is_int32 = physical == Physical::kInt32, is_int64 = physical == Physical::kInt64;
  const bool is_bytes = physical == Physical::kByteArray, is_fixed = physical == Physical::kFixed;
  switch (logical.kind) {
    case LogicalKind::kString:
    case LogicalKind::kEnum:
      if (is_bytes) return as(Type::varchar(), Conversion::kText);
      break;
    case LogicalKind::kJson:
      if (is_bytes) return as(Type::json(), Conversion::kText);
      break;
    case LogicalKind::kDecimal: {
      const int32_t precision = logical.precision, scale = logical.scale;
      if (precision < 1 || scale < 0 || scale > precision ||
          !(is_int32 || is_int64 || is_bytes || is_fixed))
        break;
      node.scale = scale;
      if (precision > 38) {
        if (is_int32 || is_int64) break;
        return as(Type::float64(), Conversion::kDecimalDouble);
      }
      const TypeRef type = Type::decimal(precision, scale);
      if (is_bytes || is_fixed) return as(type, Conversion::kDecimalBytes);
      return as(type, is_int64 && type->physical() == PhysicalType::kInt64 ? Conversion::kNone
                                                                           : Conversion::kWiden);
    }
    case LogicalKind::kDate:
      if (is_int32) return as(Type::date());
      break;
    case LogicalKind::kTime:
      if (is_int32 && logical.unit == TimeUnit::kMillis)
        return as(Type::time(), Conversion::kTimesThousand);
      if (is_int64 && logical.unit == TimeUnit::kMicros) return as(Type::time());
      if (is_int64 && logical.unit == TimeUnit::kNanos)
        return as(Type::time(), Conversion::kThousandth);
      break;
    case LogicalKind::kTimestamp: {
      if (!is_int64) break;
      const TypeRef type = logical.utc ? Type::timestamp_tz() : Type::timestamp();
      switch (logical.unit) {
        case TimeUnit::kMillis:
          return as(type, Conversion::kTimesThousand);
        case TimeUnit::kMicros:
          return as(type);
        case TimeUnit::kNanos:
          if (!logical.utc) return as(Type::timestamp_ns());
          return as(type, Conversion::kThousandth);
      }
      break;
    }
    case LogicalKind::kInteger:
      if (is_int32) {
        switch (logical.bit_width) {
          case 8:
            return as(logical.is_signed ? Type::int8() : Type::uint8(), Conversion::kNarrow);
          case 16:
            return as(logical.is_signed ? Type::int16() : Type::uint16(), Conversion::kNarrow);
          case 32:
            return as(logical.is_signed ? Type::int32() : Type::uint32());
          default:
            break;
        }
      }
      if (is_int64 && logical.bit_width == 64)
        return as(logical.is_signed ? Type::int64() : Type::uint64());
      break;
    case LogicalKind::kUuid:
      if (is_fixed && element.type_length == 16) return as(Type::uuid(), Conversion::kUuid);
      break;
    case LogicalKind::kFloat16:
      if (is_fixed && element.type_length == 2) return as(Type::float32(), Conversion::kFloat16);
      break;
    case LogicalKind::kInterval:
      if (is_fixed && element.type_length == 12) return as(Type::interval(), Conversion::kInterval);
      break;
    case LogicalKind::kNone:
    case LogicalKind::kMap:
    case LogicalKind::kList:
    case LogicalKind::kNull:
    case LogicalKind::kBson:
    case LogicalKind::kUnknown:
      break;
  }
  plain();
}

class Builder {
 public:
  explicit Builder(const std::vector<SchemaElement>& elements) : elements_(elements) {}

  SchemaTree build() {
    SchemaTree tree;
    const SchemaElement& root = elements_[0];
    next_ = 1;
    for (int32_t i = 0; i < root.child_count; ++i) {
      if (auto node = field(0, 0, 1)) tree.columns.push_back(std::move(*node));
    }
    if (next_ != elements_.size()) {
      throw Error(ErrorCode::kCorrupt,
                  "the Parquet schema has {} elements, of which {} form the tree", elements_.size(),
                  next_);
    }
    tree.leaf_count = leaves_;
    return tree;
  }

 private:
  const SchemaElement& take(int depth) {
    if (next_ >= elements_.size())
      throw Error(ErrorCode::kCorrupt, "the Parquet schema ends too early");
    if (depth > kMaxDepth)
      throw Error(ErrorCode::kNotSupported, "the Parquet schema nests deeper than {} levels",
                  kMaxDepth);
    return elements_[next_++];
  }

  /// The next element as a field inside `definition` and `repetition` levels. A repeated one
  /// without annotation is a list that cannot be NULL.
  std::optional<SchemaNode> field(uint8_t definition, uint8_t repetition, int depth) {
    const SchemaElement& element = take(depth);
    const Repetition kind = element.repetition.value_or(Repetition::kRequired);
    if (kind == Repetition::kRepeated) {
      SchemaNode list;
      list.name = element.name;
      list.kind = SchemaNode::Kind::kList;
      list.definition = definition;
      list.repetition = repetition;
      list.element_definition = static_cast<uint8_t>(definition + 1);
      auto content =
          value(element, list.element_definition, static_cast<uint8_t>(repetition + 1), depth);
      if (!content) return std::nullopt;
      list.type = Type::list(content->type);
      list.children.push_back(std::move(*content));
      return list;
    }
    const bool optional = kind == Repetition::kOptional;
    auto node = value(element, static_cast<uint8_t>(definition + optional), repetition, depth);
    if (node) node->optional = optional;
    return node;
  }

  /// The value of `element`, whose repetition was dealt with.
  std::optional<SchemaNode> value(const SchemaElement& element, uint8_t definition,
                                  uint8_t repetition, int depth) {
    SchemaNode node;
    node.name = element.name;
    node.definition = definition;
    node.repetition = repetition;
    if (element.physical && element.child_count == 0) {
      if (*element.physical == Physical::kFixed && element.type_length == 0) {
        throw Error(ErrorCode::kCorrupt, "the fixed-length Parquet column \"{}\" has length 0",
                    element.name);
      }
      node.leaf = leaves_++;
      set_leaf_type(node, element);
      return node;
    }
    if (element.logical.kind == LogicalKind::kList && is_list(element))
      return list(std::move(node), depth);
    if (element.logical.kind == LogicalKind::kMap && is_map(element))
      return map(std::move(node), depth);
    return structure(std::move(node), element, depth);
  }

  std::optional<SchemaNode> structure(SchemaNode node, const SchemaElement& element, int depth) {
    node.kind = SchemaNode::Kind::kStruct;
    std::vector<Field> fields;
    for (int32_t i = 0; i < element.child_count; ++i) {
      auto child = field(node.definition, node.repetition, depth + 1);
      if (!child) continue;
      fields.push_back({child->name, child->type});
      node.children.push_back(std::move(*child));
    }
    if (fields.empty()) return std::nullopt;
    node.type = Type::structure(std::move(fields));
    return node;
  }

  bool next_is_repeated(const SchemaElement& element) const {
    return element.child_count == 1 && next_ < elements_.size() &&
           elements_[next_].repetition == Repetition::kRepeated;
  }
  bool is_list(const SchemaElement& element) const { return next_is_repeated(element); }
  bool is_map(const SchemaElement& element) const {
    if (!next_is_repeated(element)) return false;
    const SchemaElement& entry = elements_[next_];
    return !entry.physical && (entry.child_count == 1 || entry.child_count == 2) &&
           next_ + 1 < elements_.size() && elements_[next_ + 1].repetition != Repetition::kRepeated;
  }

  /// Whether the repeated group is the element itself (two levels) or only holds it (three).
  bool is_element(const SchemaElement& repeated, const std::string& list_name) const {
    if (repeated.physical || repeated.child_count != 1) return true;
    if (next_ < elements_.size() && elements_[next_].repetition == Repetition::kRepeated)
      return true;
    return repeated.name == "array" || repeated.name == list_name + "_tuple";
  }

  std::optional<SchemaNode> list(SchemaNode node, int depth) {
    node.kind = SchemaNode::Kind::kList;
    node.element_definition = static_cast<uint8_t>(node.definition + 1);
    const auto inside = static_cast<uint8_t>(node.repetition + 1);
    const SchemaElement& repeated = take(depth + 1);
    auto element = is_element(repeated, node.name)
                       ? value(repeated, node.element_definition, inside, depth + 1)
                       : field(node.element_definition, inside, depth + 2);
    if (!element) return std::nullopt;
    node.type = Type::list(element->type);
    node.children.push_back(std::move(*element));
    return node;
  }

  std::optional<SchemaNode> map(SchemaNode node, int depth) {
    node.kind = SchemaNode::Kind::kList;
    node.element_definition = static_cast<uint8_t>(node.definition + 1);
    const auto inside = static_cast<uint8_t>(node.repetition + 1);
    const SchemaElement& repeated = take(depth + 1);
    SchemaNode entry;
    entry.name = repeated.name;
    entry.kind = SchemaNode::Kind::kStruct;
    entry.definition = node.element_definition;
    entry.repetition = inside;
    for (int32_t i = 0; i < repeated.child_count; ++i) {
      auto child = field(node.element_definition, inside, depth + 2);
      if (child) entry.children.push_back(std::move(*child));
    }
    if (entry.children.empty()) return std::nullopt;
    if (entry.children.size() == 1) {  // a set: keys without values
      SchemaNode key = std::move(entry.children[0]);
      node.type = Type::list(key.type);
      node.children.push_back(std::move(key));
      return node;
    }
    node.type = Type::map(entry.children[0].type, entry.children[1].type);
    entry.type = node.type->child();
    node.children.push_back(std::move(entry));
    return node;
  }

  const std::vector<SchemaElement>& elements_;
  size_t next_ = 0;
  uint32_t leaves_ = 0;
};

}  // namespace

void SchemaNode::leaves(std::vector<const SchemaNode*>& out) const {
  if (kind == Kind::kLeaf) return out.push_back(this);
  for (const SchemaNode& child : children) child.leaves(out);
}

SchemaTree build_schema_tree(const std::vector<SchemaElement>& elements) {
  return Builder(elements).build();
}

}  // namespace doline::parquet
