// COPY … TO a Parquet file.
#include <algorithm>

#include "base/ascii.h"
#include "format/parquet/codec.h"
#include "format/parquet/file_writer.h"
#include "table/copy_target.h"
#include "table/option_values.h"
#include "table/parquet_table.h"

namespace doline {

namespace {

struct ParquetWriteOptions {
  parquet::WriteOptions file;
  bool overwrite = true;
};

uint64_t count_option(const Value& value, const std::string& name) {
  if (std::holds_alternative<int128_t>(value.storage()) && value.as_integer() > 0 &&
      value.as_integer() < int128_t{1} << 40) {
    return static_cast<uint64_t>(value.as_integer());
  }
  if (value.type()->is(TypeKind::kVarchar)) return parse_byte_size(value.as_text());
  throw Error(ErrorCode::kInvalidArgument, "{} = {}: expected a positive number", name,
              value.to_literal());
}

ParquetWriteOptions take_write_options(const CopyOptions& given) {
  ParquetWriteOptions options;
  for (const auto& [name, value] : given) {
    if (value.is_null())
      throw Error(ErrorCode::kInvalidArgument, "COPY: NULL is no value of {}", name);
    if (name == "compression" || name == "codec") {
      const auto codec = parquet::codec_named(value.to_string());
      if (!codec) {
        throw Error(ErrorCode::kInvalidArgument,
                    "compression = {}: expected snappy, zstd, gzip, brotli, lz4 or uncompressed",
                    value.to_literal());
      }
      options.file.codec = *codec;
    } else if (name == "compression_level") {
      options.file.level = static_cast<int>(std::min<uint64_t>(count_option(value, name), 22));
    } else if (name == "row_group_size" || name == "chunk_size") {
      options.file.row_group_rows = std::max<uint64_t>(count_option(value, name), kChunkRows);
    } else if (name == "row_group_size_bytes") {
      options.file.row_group_bytes = count_option(value, name);
    } else if (name == "kv_metadata") {
      options.file.key_values = key_values_option(value, name);
    } else if (name == "parquet_version") {
      if (ascii_lower(value.to_string()) != "v1") {
        throw Error(ErrorCode::kNotSupported, "parquet_version = {}: files are written as V1",
                    value.to_literal());
      }
    } else if (name == "write_bloom_filter") {
      if (flag_option(value, name)) {
        throw Error(ErrorCode::kNotSupported,
                    "write_bloom_filter: files are written without bloom filters")
            .hint("sorted rows let the page index spare as much");
      }
    } else if (name == "overwrite") {
      options.overwrite = flag_option(value, name);
    } else {
      refuse_copy_option(
          name, "Parquet",
          {"compression", "compression_level", "row_group_size", "row_group_size_bytes",
           "kv_metadata"},
          {{"field_ids", "columns are found by their names"},
           {"encryption_config", "an encrypted directory or disk keeps files from others"},
           {"bloom_filter_false_positive_ratio", "files are written without bloom filters"},
           {"dictionary_size_limit", "dictionaries are kept to a page by themselves"},
           {"string_dictionary_page_size_limit", "dictionaries are kept to a page by themselves"},
           {"dictionary_compression_ratio_threshold",
            "a column that dictionaries do not make smaller goes without by itself"},
           {"geoparquet_version", "geometry is written as BLOB"},
           {"shredding", "there is no VARIANT type to be shredded"},
           {"timestamp_is_adjusted_to_utc", "cast to TIMESTAMPTZ instead"}});
    }
  }
  return options;
}

struct EncodedGroup final : Writer::Encoded {
  parquet::EncodedRowGroup group;
};

/// One file; batches are its row groups.
class ParquetFileWriter final : public FormatWriter {
 public:
  ParquetFileWriter(std::unique_ptr<WritableFile> file, const Schema& schema,
                    const parquet::WriteOptions& options)
      : writer_(std::move(file), schema, options) {}

  size_t batch_rows() const override {
    return static_cast<size_t>(writer_.options().row_group_rows);
  }
  size_t batch_bytes() const override {
    return static_cast<size_t>(writer_.options().row_group_bytes);
  }
  std::unique_ptr<Encoded> encode(std::vector<Chunk> batch) override {
    auto encoded = std::make_unique<EncodedGroup>();
    encoded->group = writer_.encode(batch);
    return encoded;
  }
  void commit(std::unique_ptr<Encoded> encoded) override {
    writer_.append(std::move(static_cast<EncodedGroup&>(*encoded).group));
  }
  uint64_t written_bytes() const override { return writer_.written_bytes(); }
  void finish() override { writer_.finish(); }
  void abandon() noexcept override { writer_.abandon(); }

 private:
  parquet::FileWriter writer_;
};

std::unique_ptr<FormatWriter> open_file(const std::string& path, const Schema& schema,
                                        const CopyOptions& options, QueryContext& context) {
  const ParquetWriteOptions taken = take_write_options(options);
  CreateOptions create;
  create.overwrite = taken.overwrite;
  return std::make_unique<ParquetFileWriter>(
      FileSystem::local().create(path, context.access_policy(), create), schema, taken.file);
}

constexpr FileFormat kFormat = {"parquet",
                                [](const Schema&, const CopyOptions& options) {
                                  const parquet::WriteOptions file =
                                      take_write_options(options).file;
                                  return BatchSize{static_cast<size_t>(file.row_group_rows),
                                                   static_cast<size_t>(file.row_group_bytes)};
                                },
                                &open_file, true};

}  // namespace

std::unique_ptr<Writer> open_parquet_writer(const std::string& path, const Schema& schema,
                                            const std::map<std::string, Value>& options,
                                            QueryContext& context) {
  return open_copy_target(path, schema, options, context, kFormat);
}

}  // namespace doline
