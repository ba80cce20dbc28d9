// COPY … TO a Parquet file.
#include <algorithm>

#include "format/parquet/codec.h"
#include "format/parquet/file_writer.h"
#include "table/parquet_table.h"
#include "table/partitioned_writer.h"

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

ParquetWriteOptions take_write_options(const std::map<std::string, Value>& given) {
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
    } else if (name == "row_group_size") {
      options.file.row_group_rows = std::max<uint64_t>(count_option(value, name), kChunkRows);
    } else if (name == "row_group_size_bytes") {
      options.file.row_group_bytes = count_option(value, name);
    } else if (name == "overwrite" || name == "overwrite_or_ignore") {
      options.overwrite = value.to_string() != "false";
    } else {
      throw Error(ErrorCode::kInvalidArgument, "COPY to Parquet has no option \"{}\"", name)
          .hint(
              "its options are compression, compression_level, row_group_size, "
              "row_group_size_bytes, partition_by, overwrite");
    }
  }
  return options;
}

struct EncodedGroup final : Writer::Encoded {
  parquet::EncodedRowGroup group;
};

/// One file; batches are its row groups.
class ParquetFileWriter final : public Writer {
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
  void finish() override { writer_.finish(); }
  void abandon() noexcept override { writer_.abandon(); }

 private:
  parquet::FileWriter writer_;
};

}  // namespace

std::unique_ptr<Writer> open_parquet_writer(const std::string& path, const Schema& schema,
                                            const std::map<std::string, Value>& options,
                                            QueryContext& context) {
  if (options.contains("partition_by")) {
    return open_partitioned_writer(path, schema, options, context, "parquet", &open_parquet_writer);
  }
  const AccessPolicy& policy = context.access_policy();
  const ParquetWriteOptions taken = take_write_options(options);
  CreateOptions create;
  create.overwrite = taken.overwrite;
  return std::make_unique<ParquetFileWriter>(FileSystem::local().create(path, policy, create),
                                             schema, taken.file);
}

}  // namespace doline
