#include "format/parquet/file_writer.h"

#include <algorithm>

#include "base/assert.h"
#include "base/error.h"
#include "base/version.h"
#include "format/parquet/arrow_types.h"
#include "format/parquet/write_bounds.h"

namespace doline::parquet {

namespace {

/// A pair that says what Parquet's own words cannot, unless the caller gave one.
WriteOptions with_arrow_types(WriteOptions options, const Schema& schema) {
  auto& pairs = options.key_values;
  const bool is_given = std::any_of(pairs.begin(), pairs.end(),
                                    [](const auto& pair) { return pair.first == kArrowSchemaKey; });
  std::string arrow = is_given ? std::string() : arrow_schema_of(schema);
  if (!arrow.empty()) pairs.emplace_back(kArrowSchemaKey, std::move(arrow));
  return options;
}

}  // namespace

FileWriter::FileWriter(std::unique_ptr<WritableFile> file, const Schema& schema,
                       WriteOptions options)
    : file_(std::move(file)),
      schema_(schema),
      options_(with_arrow_types(std::move(options), schema)) {
  file_->append(kMagic);
}

EncodedRowGroup FileWriter::encode(const std::vector<Chunk>& batch) const {
  EncodedRowGroup group;
  for (const Chunk& chunk : batch) group.row_count += chunk.size();
  for (size_t column = 0; column < schema_.schema().size(); ++column) {
    const size_t first = schema_.first_leaf(column), count = schema_.first_leaf(column + 1) - first;
    std::vector<LeafData> leaves(count);
    for (size_t leaf = 0; leaf < count; ++leaf)
      leaves[leaf].reserve(schema_.leaves()[first + leaf], group.row_count);
    for (const Chunk& chunk : batch) {
      ASSERT(chunk.active.size() == chunk.row_count &&
             chunk.columns.size() == schema_.schema().size());
      if (chunk.row_count > 0) shred(schema_, column, chunk.columns[column], leaves);
    }
    for (size_t leaf = 0; leaf < count; ++leaf) {
      group.columns.push_back(
          encode_column(schema_.leaves()[first + leaf], leaves[leaf], options_));
    }
  }
  return group;
}

void FileWriter::append(EncodedRowGroup group) {
  if (group.row_count == 0) return;
  WrittenGroup written;
  written.begin = file_->position();
  for (EncodedColumn& column : group.columns) {
    written.begins.push_back(file_->position());
    file_->append(column.bytes);
    std::string().swap(column.bytes);  // assigning an empty one would keep the memory
  }
  written.size_bytes = file_->position() - written.begin;
  row_count_ += group.row_count;
  written.group = std::move(group);
  groups_.push_back(std::move(written));
}

void FileWriter::put_column_index(const WriteLeaf& leaf, const EncodedColumn& column,
                                  std::string& out) const {
  ThriftWriter index(out);
  const auto& pages = column.pages;
  bool ascending = true, descending = true;
  const WrittenPage* before = nullptr;
  for (const WrittenPage& page : pages) {
    if (page.is_null) continue;
    if (before != nullptr) {
      const int min = compare_encoded(leaf.order, before->min, page.min),
                max = compare_encoded(leaf.order, before->max, page.max);
      ascending = ascending && min <= 0 && max <= 0;
      descending = descending && min >= 0 && max >= 0;
    }
    before = &page;
  }
  index.write_struct(0, [&] {
    index.list(1, ThriftType::kTrue, pages.size());
    for (const WrittenPage& page : pages) index.element_boolean(page.is_null);
    index.list(2, ThriftType::kBinary, pages.size());
    for (const WrittenPage& page : pages) index.element_binary(page.min);
    index.list(3, ThriftType::kBinary, pages.size());
    for (const WrittenPage& page : pages) index.element_binary(page.max);
    index.i32(4, ascending ? 1 : descending ? 2 : 0);
    index.list(5, ThriftType::kI64, pages.size());
    for (const WrittenPage& page : pages) index.element_i64(static_cast<int64_t>(page.null_count));
  });
}

void FileWriter::put_offset_index(const EncodedColumn& column, uint64_t begin,
                                  std::string& out) const {
  ThriftWriter index(out);
  index.write_struct(0, [&] {
    index.list(1, ThriftType::kStruct, column.pages.size());
    for (const WrittenPage& page : column.pages) {
      index.write_struct(0, [&] {
        index.i64(1, static_cast<int64_t>(begin + page.position));
        index.i32(2, static_cast<int32_t>(page.size_bytes));
        index.i64(3, static_cast<int64_t>(page.first_row));
      });
    }
  });
}

/// All column indexes, then all offset indexes, before the footer.
void FileWriter::write_indexes() {
  std::string bytes;
  const auto put = [&](auto&& body) {
    bytes.clear();
    body();
    const uint64_t position = file_->position();
    file_->append(bytes);
    return std::pair(position, uint64_t{bytes.size()});
  };
  for (WrittenGroup& written : groups_) {
    for (size_t leaf = 0; leaf < written.group.columns.size(); ++leaf) {
      const EncodedColumn& column = written.group.columns[leaf];
      if (!column.has_bounds) {
        written.column_index.emplace_back(0, 0);
        continue;
      }
      written.column_index.push_back(
          put([&] { put_column_index(schema_.leaves()[leaf], column, bytes); }));
    }
  }
  for (WrittenGroup& written : groups_) {
    for (size_t leaf = 0; leaf < written.group.columns.size(); ++leaf) {
      written.offset_index.push_back(
          put([&] { put_offset_index(written.group.columns[leaf], written.begins[leaf], bytes); }));
    }
  }
}

void FileWriter::put_column_metadata(ThriftWriter& out, const WriteLeaf& leaf,
                                     const EncodedColumn& column, uint64_t begin) const {
  uint64_t packed = 0;
  for (const WrittenPage& page : column.pages) packed += page.size_bytes;
  packed += column.data_page_position;
  const PageEncoding values =
      column.has_dictionary ? PageEncoding::kRleDictionary : PageEncoding::kPlain;
  std::vector<PageEncoding> encodings = {PageEncoding::kPlain, PageEncoding::kRle};
  if (column.has_dictionary) encodings.push_back(values);
  out.write_struct(3, [&] {
    out.i32(1, static_cast<int32_t>(leaf.physical));
    out.list(2, ThriftType::kI32, encodings.size());
    for (const PageEncoding encoding : encodings) out.element_i32(static_cast<int32_t>(encoding));
    out.list(3, ThriftType::kBinary, leaf.path.size());
    for (const std::string& name : leaf.path) out.element_binary(name);
    out.i32(4, static_cast<int32_t>(options_.codec));
    out.i64(5, static_cast<int64_t>(column.value_count));
    out.i64(6, static_cast<int64_t>(column.uncompressed_bytes));
    out.i64(7, static_cast<int64_t>(packed));
    out.i64(9, static_cast<int64_t>(begin + column.data_page_position));
    if (column.has_dictionary) out.i64(11, static_cast<int64_t>(begin));
    out.write_struct(12, [&] {
      out.i64(3, static_cast<int64_t>(column.null_count));
      if (column.max) out.binary(5, *column.max);
      if (column.min) out.binary(6, *column.min);
      if (column.max) out.boolean(7, column.max_exact);
      if (column.min) out.boolean(8, column.min_exact);
    });
    out.list(13, ThriftType::kStruct, column.has_dictionary ? 2 : 1);
    const auto count = [&](PageHeader::Kind kind, PageEncoding encoding, size_t pages) {
      out.write_struct(0, [&] {
        out.i32(1, static_cast<int32_t>(kind));
        out.i32(2, static_cast<int32_t>(encoding));
        out.i32(3, static_cast<int32_t>(pages));
      });
    };
    if (column.has_dictionary) count(PageHeader::Kind::kDictionary, PageEncoding::kPlain, 1);
    count(PageHeader::Kind::kData, values, column.pages.size());
  });
}

void FileWriter::put_row_group(ThriftWriter& out, const WrittenGroup& written,
                               size_t number) const {
  uint64_t uncompressed = 0;
  for (const EncodedColumn& column : written.group.columns)
    uncompressed += column.uncompressed_bytes;
  out.write_struct(0, [&] {
    out.list(1, ThriftType::kStruct, written.group.columns.size());
    for (size_t leaf = 0; leaf < written.group.columns.size(); ++leaf) {
      out.write_struct(0, [&] {
        out.i64(2, 0);
        put_column_metadata(out, schema_.leaves()[leaf], written.group.columns[leaf],
                            written.begins[leaf]);
        out.i64(4, static_cast<int64_t>(written.offset_index[leaf].first));
        out.i32(5, static_cast<int32_t>(written.offset_index[leaf].second));
        if (written.column_index[leaf].second > 0) {
          out.i64(6, static_cast<int64_t>(written.column_index[leaf].first));
          out.i32(7, static_cast<int32_t>(written.column_index[leaf].second));
        }
      });
    }
    out.i64(2, static_cast<int64_t>(uncompressed));
    out.i64(3, static_cast<int64_t>(written.group.row_count));
    out.i64(5, static_cast<int64_t>(written.begin));
    out.i64(6, static_cast<int64_t>(written.size_bytes));
    if (number <= INT16_MAX) out.i16(7, static_cast<int16_t>(number));
  });
}

std::string FileWriter::footer() const {
  std::string bytes;
  ThriftWriter out(bytes);
  out.write_struct(0, [&] {
    out.i32(1, 2);
    schema_.write(out);
    out.i64(3, static_cast<int64_t>(row_count_));
    out.list(4, ThriftType::kStruct, groups_.size());
    for (size_t number = 0; number < groups_.size(); ++number)
      put_row_group(out, groups_[number], number);
    if (!options_.key_values.empty()) {
      out.list(5, ThriftType::kStruct, options_.key_values.size());
      for (const auto& [key, value] : options_.key_values) {
        out.write_struct(0, [&] {
          out.binary(1, key);
          out.binary(2, value);
        });
      }
    }
    out.binary(6, fmt::format("doline version {}", kVersion));
    // Bounds are in the order of each type.
    out.list(7, ThriftType::kStruct, schema_.leaves().size());
    for (size_t leaf = 0; leaf < schema_.leaves().size(); ++leaf) {
      out.write_struct(0, [&] { out.empty_struct(1); });
    }
  });
  return bytes;
}

void FileWriter::finish() {
  write_indexes();
  const std::string bytes = footer();
  file_->append(bytes);
  const auto size = static_cast<uint32_t>(bytes.size());
  file_->append(std::as_bytes(std::span(&size, 1)));
  file_->append(kMagic);
  file_->sync();
  file_->publish();
}

}  // namespace doline::parquet
