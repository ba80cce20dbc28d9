#include "format/parquet/describe.h"

#include <optional>

#include "column/column_builder.h"

namespace doline::parquet {

namespace {

/// Builds chunks row by row.
class Listing {
 public:
  explicit Listing(const Schema& schema) {
    for (const Field& field : schema) builders_.emplace_back(field.type);
  }
  void text(std::string_view value) { builders_[at_++].append_text(value); }
  void text(const std::string& value) { text(std::string_view(value)); }
  void text(const std::optional<std::string>& value) {
    value ? builders_[at_].append_text(*value) : builders_[at_].append_null();
    ++at_;
  }
  void integer(std::optional<int64_t> value) {
    value ? builders_[at_].append<int64_t>(*value) : builders_[at_].append_null();
    ++at_;
  }
  void boolean(std::optional<bool> value) {
    value ? builders_[at_].append_bool(*value) : builders_[at_].append_null();
    ++at_;
  }
  void pairs(const std::vector<std::pair<std::string_view, std::string_view>>& values) {
    ColumnBuilder& map = builders_[at_++];
    for (const auto& [key, value] : values) {
      map.child().child(0).append_text(key);
      map.child().child(1).append_text(value);
      map.child().finish_struct();
    }
    map.finish_list();
  }
  void end_row() {
    at_ = 0;
    if (builders_[0].size() == kChunkRows) flush();
  }
  std::vector<Chunk> finish() {
    flush();
    return std::move(chunks_);
  }

 private:
  void flush() {
    const uint32_t rows = builders_[0].size();
    if (rows == 0) return;
    std::vector<Column> columns;
    for (ColumnBuilder& builder : builders_) columns.push_back(builder.seal());
    chunks_.emplace_back(std::move(columns), rows);
  }
  std::vector<ColumnBuilder> builders_;
  size_t at_ = 0;
  std::vector<Chunk> chunks_;
};

std::optional<std::string> name_of_converted(std::optional<int32_t> converted) {
  constexpr const char* kNames[] = {"UTF8",
                                    "MAP",
                                    "MAP_KEY_VALUE",
                                    "LIST",
                                    "ENUM",
                                    "DECIMAL",
                                    "DATE",
                                    "TIME_MILLIS",
                                    "TIME_MICROS",
                                    "TIMESTAMP_MILLIS",
                                    "TIMESTAMP_MICROS",
                                    "UINT_8",
                                    "UINT_16",
                                    "UINT_32",
                                    "UINT_64",
                                    "INT_8",
                                    "INT_16",
                                    "INT_32",
                                    "INT_64",
                                    "JSON",
                                    "BSON",
                                    "INTERVAL"};
  if (!converted) return std::nullopt;
  if (*converted < 0 || *converted >= static_cast<int32_t>(std::size(kNames)))
    return fmt::format("converted type {}", *converted);
  return kNames[*converted];
}

/// The path of each leaf, its names with commas between.
std::vector<std::string> leaf_paths(const std::vector<SchemaElement>& elements) {
  std::vector<std::string> paths;
  struct Open {
    std::string path;
    int32_t left;
  };
  std::vector<Open> open = {{"", elements[0].child_count}};
  for (size_t i = 1; i < elements.size(); ++i) {
    while (!open.empty() && open.back().left == 0) open.pop_back();
    if (open.empty()) break;
    --open.back().left;
    std::string path = open.back().path;
    if (!path.empty()) path += ", ";
    path += elements[i].name;
    if (elements[i].physical && elements[i].child_count == 0) {
      paths.push_back(std::move(path));
    } else {
      open.push_back({std::move(path), elements[i].child_count});
    }
  }
  return paths;
}

/// The type that each element of the schema is read as: of leaves, of columns, and of the groups
/// between them that are structs or lists. Null for the root and for what cannot be read.
std::vector<TypeRef> element_types(const ParquetFile& file) {
  const std::vector<SchemaElement>& elements = file.metadata().schema;
  std::vector<const SchemaNode*> known, leaves(file.tree().leaf_count, nullptr);
  for (const SchemaNode& node : file.tree().columns) node.leaves(known);
  for (const SchemaNode* leaf : known) leaves[leaf->leaf] = leaf;
  std::vector<TypeRef> types(elements.size(), nullptr);
  struct Open {
    size_t element;
    int32_t left;
  };
  std::vector<Open> open = {{0, elements[0].child_count}};
  size_t leaf = 0;
  for (size_t i = 1; i < elements.size() && !open.empty(); ++i) {
    while (!open.empty() && open.back().left == 0) open.pop_back();
    if (open.empty()) break;
    --open.back().left;
    const bool is_leaf = elements[i].physical && elements[i].child_count == 0;
    if (is_leaf) {
      if (leaf < leaves.size() && leaves[leaf] != nullptr) types[i] = leaves[leaf]->type;
      ++leaf;
    }
    if (open.size() == 1) {
      for (const SchemaNode& column : file.tree().columns) {
        if (column.name == elements[i].name) types[i] = column.type;
      }
    }
    if (!is_leaf) open.push_back({i, elements[i].child_count});
  }
  return types;
}

/// 0 and what lies before the data mean that there is none.
std::optional<int64_t> offset_or_null(int64_t offset) {
  return offset > 0 ? std::optional(offset) : std::nullopt;
}

}  // namespace

const Schema& schema_listing_columns() {
  static const Schema schema = {{"file_name", Type::varchar()},
                                {"name", Type::varchar()},
                                {"type", Type::varchar()},
                                {"type_length", Type::varchar()},
                                {"repetition_type", Type::varchar()},
                                {"num_children", Type::int64()},
                                {"converted_type", Type::varchar()},
                                {"scale", Type::int64()},
                                {"precision", Type::int64()},
                                {"field_id", Type::int64()},
                                {"logical_type", Type::varchar()},
                                {"duckdb_type", Type::varchar()},
                                {"column_id", Type::int64()}};
  return schema;
}

std::vector<Chunk> schema_listing(const ParquetFile& file) {
  Listing rows(schema_listing_columns());
  const std::vector<TypeRef> types = element_types(file);
  size_t number = 0;
  for (const SchemaElement& element : file.metadata().schema) {
    const auto optional = [](const auto& value) {
      return value ? std::optional<int64_t>(*value) : std::nullopt;
    };
    rows.text(file.path());
    rows.text(element.name);
    rows.text(element.physical ? std::optional(std::string(name_of(*element.physical)))
                               : std::nullopt);
    rows.text(element.physical == Physical::kFixed
                  ? std::optional(std::to_string(element.type_length))
                  : std::nullopt);
    rows.text(element.repetition ? std::optional(std::string(name_of(*element.repetition)))
                                 : std::nullopt);
    rows.integer(element.physical ? std::nullopt : std::optional<int64_t>(element.child_count));
    rows.text(name_of_converted(element.converted));
    rows.integer(optional(element.scale));
    rows.integer(optional(element.precision));
    rows.integer(optional(element.field_id));
    const std::string logical = name_of(element.logical);
    rows.text(logical.empty() ? std::nullopt : std::optional(logical));
    rows.text(types[number] != nullptr ? std::optional(types[number]->name()) : std::nullopt);
    rows.integer(static_cast<int64_t>(number++));
    rows.end_row();
  }
  return rows.finish();
}

const Schema& pair_listing_columns() {
  static const Schema schema = {
      {"file_name", Type::varchar()}, {"key", Type::blob()}, {"value", Type::blob()}};
  return schema;
}

std::vector<Chunk> pair_listing(const ParquetFile& file) {
  Listing rows(pair_listing_columns());
  for (const auto& [key, value] : file.metadata().key_values) {
    rows.text(file.path());
    rows.text(key);
    rows.text(value);
    rows.end_row();
  }
  return rows.finish();
}

const Schema& file_listing_columns() {
  static const Schema schema = {{"file_name", Type::varchar()},
                                {"created_by", Type::varchar()},
                                {"num_rows", Type::int64()},
                                {"num_row_groups", Type::int64()},
                                {"format_version", Type::int64()},
                                {"encryption_algorithm", Type::varchar()},
                                {"footer_signing_key_metadata", Type::varchar()},
                                {"file_size_bytes", Type::uint64()},
                                {"footer_size", Type::uint64()}};
  return schema;
}

std::vector<Chunk> file_listing(const ParquetFile& file) {
  Listing rows(file_listing_columns());
  const FileMetaData& metadata = file.metadata();
  rows.text(file.path());
  rows.text(metadata.created_by.empty() ? std::nullopt
                                        : std::optional(std::string(metadata.created_by)));
  rows.integer(metadata.row_count);
  rows.integer(static_cast<int64_t>(metadata.row_groups.size()));
  rows.integer(metadata.version);
  rows.text(std::optional<std::string>());  // what is encrypted is not opened
  rows.text(std::optional<std::string>());
  rows.integer(static_cast<int64_t>(file.file()->size_bytes()));
  rows.integer(static_cast<int64_t>(metadata.bytes->size_bytes()));
  rows.end_row();
  return rows.finish();
}

const Schema& chunk_listing_columns() {
  static const Schema schema = {{"file_name", Type::varchar()},
                                {"row_group_id", Type::int64()},
                                {"row_group_num_rows", Type::int64()},
                                {"row_group_num_columns", Type::int64()},
                                {"row_group_bytes", Type::int64()},
                                {"column_id", Type::int64()},
                                {"file_offset", Type::int64()},
                                {"num_values", Type::int64()},
                                {"path_in_schema", Type::varchar()},
                                {"type", Type::varchar()},
                                {"stats_min", Type::varchar()},
                                {"stats_max", Type::varchar()},
                                {"stats_null_count", Type::int64()},
                                {"stats_distinct_count", Type::int64()},
                                {"stats_min_value", Type::varchar()},
                                {"stats_max_value", Type::varchar()},
                                {"compression", Type::varchar()},
                                {"encodings", Type::varchar()},
                                {"index_page_offset", Type::int64()},
                                {"dictionary_page_offset", Type::int64()},
                                {"data_page_offset", Type::int64()},
                                {"total_compressed_size", Type::int64()},
                                {"total_uncompressed_size", Type::int64()},
                                {"key_value_metadata", Type::map(Type::blob(), Type::blob())},
                                {"bloom_filter_offset", Type::int64()},
                                {"bloom_filter_length", Type::int64()},
                                {"min_is_exact", Type::boolean()},
                                {"max_is_exact", Type::boolean()},
                                {"row_group_compressed_bytes", Type::int64()},
                                {"has_page_index", Type::boolean()}};
  return schema;
}

std::vector<Chunk> chunk_listing(const ParquetFile& file) {
  Listing rows(chunk_listing_columns());
  const std::vector<std::string> paths = leaf_paths(file.metadata().schema);
  std::vector<const SchemaNode*> known, leaves(file.tree().leaf_count, nullptr);
  for (const SchemaNode& node : file.tree().columns) node.leaves(known);
  for (const SchemaNode* leaf : known) leaves[leaf->leaf] = leaf;
  const auto& groups = file.metadata().row_groups;
  for (size_t group = 0; group < groups.size(); ++group) {
    int64_t compressed = 0;
    for (const ColumnChunk& chunk : groups[group].columns)
      compressed += chunk.meta.compressed_bytes;
    for (size_t column = 0; column < groups[group].columns.size(); ++column) {
      const ColumnChunk& chunk = groups[group].columns[column];
      const ColumnMetaData& meta = chunk.meta;
      const Statistics& statistics = meta.statistics;
      const ColumnBounds bounds =
          leaves[column] != nullptr ? bounds_of(*leaves[column], statistics) : ColumnBounds{};
      const auto shown = [](const std::optional<Value>& bound) {
        return bound ? std::optional(bound->to_string()) : std::nullopt;
      };
      rows.text(file.path());
      rows.integer(static_cast<int64_t>(group));
      rows.integer(groups[group].row_count);
      rows.integer(static_cast<int64_t>(groups[group].columns.size()));
      rows.integer(groups[group].total_bytes);
      rows.integer(static_cast<int64_t>(column));
      rows.integer(chunk.file_offset);
      rows.integer(meta.value_count);
      rows.text(column < paths.size() ? std::optional(paths[column]) : std::nullopt);
      rows.text(name_of(meta.physical));
      rows.text(statistics.old_min ? shown(bounds.min) : std::nullopt);
      rows.text(statistics.old_max ? shown(bounds.max) : std::nullopt);
      rows.integer(statistics.null_count);
      rows.integer(statistics.distinct_count);
      rows.text(statistics.min_value ? shown(bounds.min) : std::nullopt);
      rows.text(statistics.max_value ? shown(bounds.max) : std::nullopt);
      rows.text(name_of(meta.codec));
      std::string encodings;
      for (const PageEncoding encoding : meta.encodings)
        encodings += (encodings.empty() ? "" : ", ") + name_of(encoding);
      rows.text(encodings);
      rows.integer(offset_or_null(meta.index_page_offset));
      rows.integer(offset_or_null(meta.dictionary_page_offset));
      rows.integer(meta.data_page_offset);
      rows.integer(meta.compressed_bytes);
      rows.integer(meta.uncompressed_bytes);
      rows.pairs(meta.key_values);
      rows.integer(offset_or_null(meta.bloom_filter_offset));
      rows.integer(offset_or_null(meta.bloom_filter_bytes));
      rows.boolean(statistics.min_value ? std::optional(statistics.min_exact) : std::nullopt);
      rows.boolean(statistics.max_value ? std::optional(statistics.max_exact) : std::nullopt);
      rows.integer(compressed);
      rows.boolean(chunk.offset_index_offset > 0 && chunk.column_index_offset > 0);
      rows.end_row();
    }
  }
  return rows.finish();
}

}  // namespace doline::parquet
