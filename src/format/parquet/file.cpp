#include "format/parquet/file.h"

#include <algorithm>
#include <limits>

#include "base/error.h"
#include "column/unique_names.h"
#include "format/parquet/arrow_types.h"

namespace doline::parquet {

namespace {

constexpr size_t kTailGuessBytes = size_t{64} << 10;
/// Writers end a dictionary at a size, most of them at a MiB, and go on with plain values.
constexpr int32_t kWholeDictionaryBytes = 900'000;
constexpr size_t kPageHeadBytes = 256;

BufferRef read_exactly(const File& file, uint64_t offset, size_t size) {
  BufferRef bytes = Buffer::allocate(size);
  if (file.read_at(offset, {bytes->data(), size}) != size) {
    throw Error(ErrorCode::kIo, "{} ends before byte {}", file.path(), offset + size);
  }
  return bytes;
}

/// The footer; one read where it is short.
FileMetaData read_footer(const File& file, uint64_t& data_end) {
  const uint64_t size = file.size_bytes();
  if (size < kTailBytes + kMagic.size()) {
    throw Error(ErrorCode::kCorrupt, "too short for a Parquet file ({} bytes)", size);
  }
  const auto guess = static_cast<size_t>(std::min<uint64_t>(size, kTailGuessBytes));
  const BufferRef tail = read_exactly(file, size - guess, guess);
  const size_t length = footer_bytes({tail->data(), guess}, size);
  data_end = size - kTailBytes - length;
  if (length + kTailBytes <= guess) {
    return parse_file_metadata(
        Buffer::copy_of({tail->data() + guess - kTailBytes - length, length}));
  }
  return parse_file_metadata(read_exactly(file, data_end, length));
}

}  // namespace

ParquetFileRef ParquetFile::open(FileRef file) {
  Ref<ParquetFile> parquet(new ParquetFile());
  parquet->file_ = std::move(file);
  try {
    parquet->metadata_ = read_footer(*parquet->file_, parquet->data_end_);
    parquet->tree_ = build_schema_tree(parquet->metadata_.schema);
    parquet->check();
  } catch (Error& error) {
    error.add_note(fmt::format("in the footer of {}", parquet->path()));
    throw;
  }
  return parquet;
}

void ParquetFile::check() {
  std::vector<std::string> names;
  for (const SchemaNode& node : tree_.columns) names.push_back(node.name);
  names = unique_names(std::move(names));
  const auto& pairs = metadata_.key_values;
  const auto arrow = std::find_if(pairs.begin(), pairs.end(),
                                  [](const auto& pair) { return pair.first == kArrowSchemaKey; });
  const std::vector<TypeRef> types =
      take_arrow_types(arrow == pairs.end() ? std::string_view() : arrow->second,
                       metadata_.created_by.starts_with("doline "), tree_);
  for (size_t i = 0; i < names.size(); ++i) {
    schema_.push_back({names[i], tree_.columns[i].type});
    declared_.push_back({std::move(names[i]), types[i]});
  }
  for (size_t group = 0; group < metadata_.row_groups.size(); ++group) {
    const RowGroup& rows = metadata_.row_groups[group];
    if (rows.columns.size() != tree_.leaf_count) {
      throw Error(ErrorCode::kCorrupt, "row group {} has {} columns, the schema {}", group,
                  rows.columns.size(), tree_.leaf_count);
    }
    if (rows.row_count > std::numeric_limits<int32_t>::max()) {
      throw Error(ErrorCode::kNotSupported, "row group {} has {} rows, more than 2^31", group,
                  rows.row_count);
    }
    row_count_ += static_cast<uint64_t>(rows.row_count);
  }
  std::vector<const SchemaNode*> leaves;
  for (const SchemaNode& node : tree_.columns) node.leaves(leaves);
  for (size_t group = 0; group < metadata_.row_groups.size(); ++group) {
    const RowGroup& rows = metadata_.row_groups[group];
    for (const SchemaNode* leaf : leaves) {
      const ColumnChunk& chunk = rows.columns[leaf->leaf];
      if (chunk.encrypted) {
        throw Error(ErrorCode::kEncrypted, "the Parquet column \"{}\" is encrypted", leaf->name)
            .hint("decrypt the file first: Doline has no key for it");
      }
      if (!chunk.file_path.empty()) {
        throw Error(ErrorCode::kNotSupported,
                    "the data of the Parquet column \"{}\" lies in another file, {}", leaf->name,
                    chunk.file_path);
      }
      if (chunk.meta.physical != leaf->stored.physical) {
        throw Error(ErrorCode::kCorrupt,
                    "the Parquet column \"{}\" is {} in the schema and {} in row group {}",
                    leaf->name, name_of(leaf->stored.physical), name_of(chunk.meta.physical),
                    group);
      }
      if (leaf->repetition == 0 && chunk.meta.value_count != rows.row_count) {
        throw Error(ErrorCode::kCorrupt,
                    "the Parquet column \"{}\" has {} values in row group {} of {} rows",
                    leaf->name, chunk.meta.value_count, group, rows.row_count);
      }
    }
  }
}

ColumnBounds ParquetFile::column_bounds(size_t column, size_t group) const {
  const SchemaNode& node = tree_.columns[column];
  if (!node.is_flat()) return {};
  return bounds_of(node, metadata_.row_groups[group].columns[node.leaf].meta.statistics);
}

std::optional<uint64_t> ParquetFile::dictionary_values(size_t column, size_t group) const {
  const SchemaNode& node = tree_.columns[column];
  if (!node.is_flat()) return std::nullopt;
  const ColumnMetaData& meta = metadata_.row_groups[group].columns[node.leaf].meta;
  const int64_t begin = meta.first_page();
  if (begin == meta.data_page_offset || begin < 0 || static_cast<uint64_t>(begin) >= data_end_)
    return std::nullopt;
  const auto length = static_cast<size_t>(
      std::min<uint64_t>(kPageHeadBytes, data_end_ - static_cast<uint64_t>(begin)));
  std::byte head[kPageHeadBytes];
  if (file_->read_at(static_cast<uint64_t>(begin), {head, length}) != length) return std::nullopt;
  try {
    size_t consumed = 0;
    const PageHeader header = parse_page_header({head, length}, consumed);
    if (header.kind != PageHeader::Kind::kDictionary || header.value_count < 0 ||
        header.uncompressed_bytes > kWholeDictionaryBytes)
      return std::nullopt;
    return static_cast<uint64_t>(header.value_count);
  } catch (const Error&) {  // whoever reads the column says what is wrong
    return std::nullopt;
  }
}

ColumnBounds ParquetFile::column_bounds(size_t column) const {
  ColumnBounds all;
  all.null_count = 0;
  bool has_values = false;  // a row group with values was seen
  const auto widen = [&](std::optional<Value>& bound, const std::optional<Value>& other,
                         int direction) {
    if (!has_values) {
      bound = other;
      return;
    }
    const auto order = bound && other ? compare_values(*bound, *other) : std::nullopt;
    if (!order) {
      bound.reset();
    } else if (*order * direction > 0) {
      bound = other;
    }
  };
  for (size_t group = 0; group < metadata_.row_groups.size(); ++group) {
    const auto rows = static_cast<uint64_t>(metadata_.row_groups[group].row_count);
    if (rows == 0) continue;
    const ColumnBounds one = column_bounds(column, group);
    if (all.null_count && one.null_count) {
      *all.null_count += *one.null_count;
    } else {
      all.null_count.reset();
    }
    if (one.null_count && *one.null_count >= rows) continue;  // no values, no bounds to widen by
    widen(all.min, one.min, 1);
    widen(all.max, one.max, -1);
    has_values = true;
  }
  return all;
}

}  // namespace doline::parquet
