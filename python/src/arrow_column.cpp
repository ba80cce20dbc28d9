#include "arrow_column.h"

#include <cstring>

#include "engine_error.h"

namespace doline_python {

namespace {

/// What an exported struct keeps. A consumer may move single children out, so each has its own.
struct Exported {
  ArrowColumnRef column;
  std::string name;
  std::vector<const void*> buffers;
  std::vector<std::unique_ptr<ArrowSchema>> schemas;
  std::vector<std::unique_ptr<ArrowArray>> arrays;
  std::vector<ArrowSchema*> schema_pointers;
  std::vector<ArrowArray*> array_pointers;
  std::unique_ptr<ArrowSchema> dictionary_schema;
  std::unique_ptr<ArrowArray> dictionary_array;
};

template <class Struct>
void release(Struct* held) {
  const std::unique_ptr<Exported> exported(static_cast<Exported*>(held->private_data));
  for (int64_t child = 0; child < held->n_children; ++child) {
    if (held->children[child]->release) held->children[child]->release(held->children[child]);
  }
  if (held->dictionary && held->dictionary->release) held->dictionary->release(held->dictionary);
  held->release = nullptr;
}

void fill(const ArrowColumnRef& column, const std::string& name, ArrowSchema* out) {
  auto kept = std::make_unique<Exported>();
  kept->column = column;
  kept->name = name;
  for (const auto& [child_name, child] : column->children) {
    kept->schemas.push_back(std::make_unique<ArrowSchema>());
    kept->schema_pointers.push_back(kept->schemas.back().get());
    fill(child, child_name, kept->schemas.back().get());
  }
  if (column->dictionary) {
    kept->dictionary_schema = std::make_unique<ArrowSchema>();
    fill(column->dictionary, "", kept->dictionary_schema.get());
  }
  *out = ArrowSchema{};
  out->format = column->format.c_str();
  out->name = kept->name.c_str();
  out->metadata = column->metadata.empty() ? nullptr : column->metadata.data();
  out->flags = column->flags;
  out->n_children = static_cast<int64_t>(kept->schemas.size());
  out->children = kept->schema_pointers.data();
  out->dictionary = kept->dictionary_schema.get();
  out->release = release<ArrowSchema>;
  out->private_data = kept.release();
}

void fill(const ArrowColumnRef& column, ArrowArray* out) {
  auto kept = std::make_unique<Exported>();
  kept->column = column;
  for (const ArrowBuffer& buffer : column->buffers) kept->buffers.push_back(buffer.data);
  for (const auto& [child_name, child] : column->children) {
    kept->arrays.push_back(std::make_unique<ArrowArray>());
    kept->array_pointers.push_back(kept->arrays.back().get());
    fill(child, kept->arrays.back().get());
  }
  if (column->dictionary) {
    kept->dictionary_array = std::make_unique<ArrowArray>();
    fill(column->dictionary, kept->dictionary_array.get());
  }
  *out = ArrowArray{};
  out->length = column->length;
  out->offset = column->offset;
  out->null_count = column->null_count;
  out->n_buffers = static_cast<int64_t>(kept->buffers.size());
  out->buffers = kept->buffers.data();
  out->n_children = static_cast<int64_t>(kept->arrays.size());
  out->children = kept->array_pointers.data();
  out->dictionary = kept->dictionary_array.get();
  out->release = release<ArrowArray>;
  out->private_data = kept.release();
}

}  // namespace

namespace {

int64_t metadata_bytes(const char* metadata) {
  if (!metadata) return 0;
  const char* at = metadata;
  const auto number = [&] {
    int32_t value;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
  };
  for (int32_t texts = 2 * number(); texts > 0; --texts) at += number();
  return at - metadata;
}

std::shared_ptr<ArrowColumn> column_typed(const ArrowSchema& schema) {
  auto column = std::make_shared<ArrowColumn>();
  column->format = schema.format;
  if (schema.metadata)
    column->metadata.assign(schema.metadata, static_cast<size_t>(metadata_bytes(schema.metadata)));
  column->flags = schema.flags;
  return column;
}

const char* name_of(const ArrowSchema& schema) { return schema.name ? schema.name : ""; }

ArrowColumnRef column_over(const ArrowSchema& schema, const ArrowArray& array,
                           const std::shared_ptr<const ArrowArray>& owner) {
  if (array.n_children != schema.n_children ||
      (array.dictionary == nullptr) != (schema.dictionary == nullptr)) {
    raise_error("format", std::string("Arrow data, column \"") + name_of(schema) +
                              "\": its array is not of its schema");
  }
  const auto column = column_typed(schema);
  column->length = array.length;
  column->offset = array.offset;
  column->null_count = array.null_count;
  for (int64_t buffer = 0; buffer < array.n_buffers; ++buffer)
    column->buffers.push_back({owner, array.buffers[buffer]});
  for (int64_t child = 0; child < array.n_children; ++child) {
    const ArrowSchema& its_schema = *schema.children[child];
    column->children.emplace_back(name_of(its_schema),
                                  column_over(its_schema, *array.children[child], owner));
  }
  if (schema.dictionary)
    column->dictionary = column_over(*schema.dictionary, *array.dictionary, owner);
  return column;
}

}  // namespace

ArrowColumnRef column_without_rows(const ArrowSchema& schema) {
  const auto column = column_typed(schema);
  for (int64_t child = 0; child < schema.n_children; ++child) {
    column->children.emplace_back(name_of(*schema.children[child]),
                                  column_without_rows(*schema.children[child]));
  }
  if (schema.dictionary) column->dictionary = column_without_rows(*schema.dictionary);
  return column;
}

ArrowColumnRef column_of_array(const ArrowSchema& schema, OwnedArray array) {
  const std::shared_ptr<const ArrowArray> owner(array.release(), ReleaseArray{});
  return column_over(schema, *owner, owner);
}

OwnedSchema export_schema(const ArrowColumnRef& column, const std::string& name) {
  OwnedSchema schema = make_schema();
  fill(column, name, schema.get());
  return schema;
}

OwnedArray export_array(const ArrowColumnRef& column) {
  OwnedArray array = make_array();
  fill(column, array.get());
  return array;
}

std::string packed_metadata(const std::string& key, const std::string& value) {
  std::string packed;
  const auto put = [&](size_t number) {
    const auto size = static_cast<int32_t>(number);
    packed.append(reinterpret_cast<const char*>(&size), sizeof size);
  };
  put(1);
  put(key.size());
  packed += key;
  put(value.size());
  packed += value;
  return packed;
}

}  // namespace doline_python
