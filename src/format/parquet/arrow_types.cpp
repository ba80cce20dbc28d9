#include "format/parquet/arrow_types.h"

#include <algorithm>
#include <memory>

#include "base/base64.h"
#include "base/error.h"
#include "format/arrow/arrow_export.h"
#include "format/ipc/schema.h"
#include "format/ipc/write_schema.h"

namespace doline::parquet {

namespace {

struct ReleasedSchema {
  ArrowSchema schema{};
  ReleasedSchema() = default;
  ReleasedSchema(const ReleasedSchema&) = delete;
  ~ReleasedSchema() {
    if (schema.release) schema.release(&schema);
  }
};

/// The type with all types inside it mapped: `of` gives a leaf's.
template <class Of>
TypeRef mapped(TypeRef type, const Of& of) {
  switch (type->kind()) {
    case TypeKind::kList:
      return Type::list(mapped(type->element(), of));
    case TypeKind::kArray:
      return Type::array(mapped(type->element(), of), type->array_length());
    case TypeKind::kMap:
      return Type::map(mapped(type->fields()[0].type, of), mapped(type->fields()[1].type, of));
    case TypeKind::kStruct: {
      std::vector<Field> fields;
      for (const Field& field : type->fields())
        fields.push_back({field.name, mapped(field.type, of)});
      return Type::structure(std::move(fields));
    }
    default:
      return of(type);
  }
}

bool is_lost(TypeRef type) {
  switch (type->kind()) {
    case TypeKind::kDuration:
    case TypeKind::kHugeInt:
    case TypeKind::kEnum:
    case TypeKind::kArray:
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
      return true;
    case TypeKind::kTimestampTz:
      return !type->zone_name().empty();
    case TypeKind::kList:
      return is_lost(type->element());
    case TypeKind::kMap:
    case TypeKind::kStruct:
      return std::any_of(type->fields().begin(), type->fields().end(),
                         [](const Field& field) { return is_lost(field.type); });
    default:
      return false;
  }
}

/// A node beside what Arrow calls it.
class Retyping {
 public:
  explicit Retyping(bool is_ours) : is_ours_(is_ours) {}

  /// Gives nodes their types, and returns the one that the column is to be of.
  TypeRef run(SchemaNode& node, const ArrowField& told) const {
    switch (node.kind) {
      case SchemaNode::Kind::kLeaf:
        return leaf(node, told);
      case SchemaNode::Kind::kStruct:
        return structure(node, told);
      case SchemaNode::Kind::kList:
        return list(node, told);
    }
    return node.type;
  }

 private:
  TypeRef leaf(SchemaNode& node, const ArrowField& told) const {
    const auto as = [&](TypeRef type, Conversion conversion) {
      node.conversion = conversion;
      return node.type = type;
    };
    if (told.type->is(TypeKind::kDuration) && node.type == Type::int64()) {
      if (told.layout == ArrowLayout::kPlain) return as(told.type, Conversion::kNone);
      // Seconds are no unit of Parquet's readers, and nanoseconds would be cut off.
      if (told.multiplier == 1000 && told.divisor == 1)
        return as(told.type, Conversion::kTimesThousand);
    }
    if (told.type->is(TypeKind::kHugeInt) && node.conversion == Conversion::kDecimalBytes &&
        node.type == Type::decimal(38, 0)) {
      return as(told.type, Conversion::kDecimalBytes);
    }
    if (is_ours_ && told.type->is(TypeKind::kTimestampMs) && node.type == Type::timestamp() &&
        node.conversion == Conversion::kTimesThousand) {
      return as(told.type, Conversion::kNone);
    }
    if (told.type->is(TypeKind::kTimestampTz) && node.type == Type::timestamp_tz())
      return node.type = told.type;
    return told.type->is(TypeKind::kEnum) && node.type == Type::varchar() ? told.type : node.type;
  }

  TypeRef structure(SchemaNode& node, const ArrowField& told) const {
    const bool is_same =
        told.layout == ArrowLayout::kStruct && told.children.size() == node.children.size() &&
        std::equal(
            node.children.begin(), node.children.end(), told.type->fields().begin(),
            [](const SchemaNode& child, const Field& field) { return child.name == field.name; });
    if (!is_same) return node.type;
    std::vector<Field> stored, wanted;
    for (size_t i = 0; i < node.children.size(); ++i) {
      wanted.push_back({node.children[i].name, run(node.children[i], told.children[i])});
      stored.push_back({node.children[i].name, node.children[i].type});
    }
    node.type = Type::structure(std::move(stored));
    return Type::structure(std::move(wanted));
  }

  TypeRef list(SchemaNode& node, const ArrowField& told) const {
    const bool is_list = told.type->is(TypeKind::kList) || told.type->is(TypeKind::kArray) ||
                         (told.type->is(TypeKind::kMap) && node.type->is(TypeKind::kMap));
    const bool is_encoded =
        told.layout == ArrowLayout::kRunEnds || told.layout == ArrowLayout::kDictionary;
    if (!is_list || is_encoded) return node.type;
    if (node.type->is(TypeKind::kMap)) {
      auto& pair = node.children[0].children;
      const auto& told_pair = told.children[0].children;
      if (!told.type->is(TypeKind::kMap) || told_pair.size() != 2) return node.type;
      const TypeRef key = run(pair[0], told_pair[0]), value = run(pair[1], told_pair[1]);
      node.type = Type::map(pair[0].type, pair[1].type);
      node.children[0].type = node.type->child();
      return Type::map(key, value);
    }
    const TypeRef element = run(node.children[0], told.children[0]);
    node.type = Type::list(node.children[0].type);
    if (!told.type->is(TypeKind::kArray)) return Type::list(element);
    return Type::array(element, told.type->array_length());
  }

  const bool is_ours_;
};

}  // namespace

std::string arrow_schema_of(const Schema& columns) {
  const bool is_needed = std::any_of(columns.begin(), columns.end(),
                                     [](const Field& field) { return is_lost(field.type); });
  if (!is_needed) return {};
  Schema stored = columns;
  for (Field& field : stored) {
    field.type = mapped(field.type, [](TypeRef type) {
      return type->is(TypeKind::kTimestampS) ? Type::timestamp_ms() : type;
    });
  }
  ReleasedSchema exported;
  export_arrow_schema(stored, "UTC", &exported.schema);
  const std::string message = ipc::schema_message(exported.schema, {}, 0);
  std::string text(base64_size(message.size()), '\0');
  encode_base64(message, text.data());
  return text;
}

std::vector<TypeRef> take_arrow_types(std::string_view told, bool is_ours, SchemaTree& tree) {
  std::vector<TypeRef> types;
  for (const SchemaNode& node : tree.columns) types.push_back(node.type);
  std::string message;
  if (told.empty() || decode_base64(told, message) != nullptr) return types;
  const auto bytes = std::as_bytes(std::span(message));
  try {
    const ipc::Place place{"", std::string(kArrowSchemaKey), 0};
    const auto prefix = ipc::MessagePrefix::read(bytes, place);
    if (!prefix || prefix->metadata_bytes > bytes.size() - prefix->prefix_bytes) return types;
    const ipc::MessageRef read = ipc::Message::read(
        Buffer::copy_of(bytes.subspan(prefix->prefix_bytes, prefix->metadata_bytes)), place);
    if (read->kind() != ipc::Message::Kind::kSchema) return types;
    const ipc::IpcSchema schema(read->schema(), place);
    if (schema.columns().size() != types.size()) return types;
    for (size_t column = 0; column < types.size(); ++column)
      types[column] = Retyping(is_ours).run(tree.columns[column], *schema.column(column).field);
  } catch (const Error&) {  // of a type that is not read, or none at all: Parquet's words remain
  }
  return types;
}

}  // namespace doline::parquet
