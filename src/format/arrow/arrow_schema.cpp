#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "format/arrow/arrow_export.h"
#include "format/arrow/arrow_pairs.h"

namespace doline {

namespace {

/// What one exported ArrowSchema owns. Children are allocated one by one, because a reader may
/// move any of them out.
struct OwnedSchema {
  std::string format, name, metadata;
  std::vector<std::unique_ptr<ArrowSchema>> children;
  std::vector<ArrowSchema*> child_pointers;
  std::unique_ptr<ArrowSchema> dictionary;
};

void release_schema(ArrowSchema* schema) {
  const std::unique_ptr<OwnedSchema> owned(static_cast<OwnedSchema*>(schema->private_data));
  for (const auto& child : owned->children) {
    if (child->release) child->release(child.get());
  }
  if (owned->dictionary && owned->dictionary->release)
    owned->dictionary->release(owned->dictionary.get());
  schema->release = nullptr;
}

std::string extension(std::string_view name) {
  return packed_arrow_pairs({{"ARROW:extension:name", name}, {"ARROW:extension:metadata", ""}});
}

/// What the values are, in our words and in Polars': 1;a2;bb.
std::string enum_pairs(TypeRef type) {
  std::string polars;
  for (const std::string& value : type->enum_values())
    polars += fmt::format("{};{}", value.size(), value);
  return packed_arrow_pairs({{"doline.type", type->name()}, {"_PL_ENUM_VALUES2", polars}});
}

class SchemaExporter {
 public:
  SchemaExporter(std::string_view time_zone, ArrowTexts texts) : zone_(time_zone), texts_(texts) {}

  void write(const std::string& name, TypeRef type, ArrowSchema* out, bool nullable = true) const {
    auto owned = std::make_unique<OwnedSchema>();
    owned->name = name;
    owned->format = format_of(type);
    if (type->is(TypeKind::kUuid)) owned->metadata = extension("arrow.uuid");
    if (type->is(TypeKind::kJson)) owned->metadata = extension("arrow.json");
    if (type->is(TypeKind::kHugeInt))
      owned->metadata = packed_arrow_pairs({{"doline.type", "HUGEINT"}});
    // Arrow says the values with each batch, too late for a type.
    if (type->is(TypeKind::kEnum)) owned->metadata = enum_pairs(type);
    // Whether the zone is the type's own, or the session's.
    if (type->is(TypeKind::kTimestampTz) && (label_of(type) != "UTC" || type->zone_or(nullptr)))
      owned->metadata = packed_arrow_pairs({{"doline.type", type->name()}});
    // From here on a failure is cleaned up by what `out` owns.
    *out = ArrowSchema{};
    OwnedSchema& kept = *owned;
    out->release = release_schema;
    out->private_data = owned.release();
    try {
      add_children(type, kept);
    } catch (...) {
      release_schema(out);
      throw;
    }
    out->format = kept.format.c_str();
    out->name = kept.name.c_str();
    out->metadata = kept.metadata.empty() ? nullptr : kept.metadata.data();
    out->flags = nullable ? ARROW_FLAG_NULLABLE : 0;
    if (type->is_ordered()) out->flags |= ARROW_FLAG_DICTIONARY_ORDERED;
    out->n_children = static_cast<int64_t>(kept.child_pointers.size());
    out->children = kept.child_pointers.empty() ? nullptr : kept.child_pointers.data();
    out->dictionary = kept.dictionary.get();
  }

  void write_rows(const Schema& schema, ArrowSchema* out) const {
    write("", Type::structure(schema), out, false);
  }

 private:
  void add_child(OwnedSchema& owned, const std::string& name, TypeRef type, bool nullable) const {
    owned.children.push_back(std::make_unique<ArrowSchema>());
    owned.child_pointers.push_back(owned.children.back().get());
    write(name, type, owned.children.back().get(), nullable);
  }

  void add_children(TypeRef type, OwnedSchema& owned) const {
    switch (type->kind()) {
      case TypeKind::kEnum:
        owned.dictionary = std::make_unique<ArrowSchema>();
        write("", Type::varchar(), owned.dictionary.get());
        break;
      case TypeKind::kList:
        add_child(owned, "l", type->element(), true);
        break;
      case TypeKind::kArray:
        add_child(owned, "item", type->element(), true);
        break;
      case TypeKind::kMap: {
        // The entries and their keys are never NULL; Arrow asks that the fields say so.
        owned.children.push_back(std::make_unique<ArrowSchema>());
        ArrowSchema* entries = owned.children.back().get();
        owned.child_pointers.push_back(entries);
        write("entries", type->child(), entries, false);
        entries->children[0]->flags = 0;
        break;
      }
      case TypeKind::kStruct:
        for (const Field& field : type->fields()) add_child(owned, field.name, field.type, true);
        break;
      default:
        break;  // no children
    }
  }

  std::string_view label_of(TypeRef type) const {
    if (!type->zone_name().empty()) return type->zone_name();
    return zone_.empty() ? std::string_view("UTC") : zone_;
  }

  std::string format_of(TypeRef type) const {
    switch (type->kind()) {
      case TypeKind::kNull:
        return "n";
      case TypeKind::kBool:
        return "b";
      case TypeKind::kInt8:
        return "c";
      case TypeKind::kInt16:
        return "s";
      case TypeKind::kInt32:
        return "i";
      case TypeKind::kInt64:
        return "l";
      case TypeKind::kHugeInt:
        return "d:38,0";
      case TypeKind::kUInt8:
        return "C";
      case TypeKind::kUInt16:
        return "S";
      case TypeKind::kUInt32:
        return "I";
      case TypeKind::kUInt64:
        return "L";
      case TypeKind::kFloat:
        return "f";
      case TypeKind::kDouble:
        return "g";
      case TypeKind::kDecimal:
        return fmt::format("d:{},{}", type->width(), type->scale());
      case TypeKind::kDate:
        return "tdD";
      case TypeKind::kTime:
        return "ttu";
      case TypeKind::kTimestampS:
        return "tss:";
      case TypeKind::kTimestampMs:
        return "tsm:";
      case TypeKind::kTimestamp:
        return "tsu:";
      case TypeKind::kTimestampNs:
        return "tsn:";
      case TypeKind::kTimestampTz:
        return fmt::format("tsu:{}", label_of(type));
      case TypeKind::kInterval:
        return "tin";
      case TypeKind::kDuration:
        return "tDu";
      case TypeKind::kVarchar:
      case TypeKind::kJson:
        return texts_ == ArrowTexts::kViews ? "vu" : "u";
      case TypeKind::kBlob:
        return texts_ == ArrowTexts::kViews ? "vz" : "z";
      case TypeKind::kUuid:
        return "w:16";
      case TypeKind::kEnum: {
        const size_t count = type->enum_values().size();
        return count <= 0x100 ? "C" : count <= 0x10000 ? "S" : "i";
      }
      case TypeKind::kList:
        return "+l";
      case TypeKind::kArray:
        return fmt::format("+w:{}", type->array_length());
      case TypeKind::kStruct:
        return "+s";
      case TypeKind::kMap:
        return "+m";
    }
    UNREACHABLE();
  }

  const std::string_view zone_;
  const ArrowTexts texts_;
};

}  // namespace

void export_arrow_schema(const Schema& schema, std::string_view time_zone, ArrowSchema* out,
                         ArrowTexts texts) {
  SchemaExporter(time_zone, texts).write_rows(schema, out);
}

}  // namespace doline
