// COPY … TO a Parquet file, or to a directory of them by partition.
#include <algorithm>
#include <unordered_map>

#include "format/parquet/codec.h"
#include "format/parquet/file_writer.h"
#include "table/parquet_table.h"

namespace doline {

namespace {

struct ParquetWriteOptions {
  parquet::WriteOptions file;
  std::vector<uint32_t> partition_by;
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

ParquetWriteOptions take_write_options(const Schema& schema,
                                       const std::map<std::string, Value>& given) {
  ParquetWriteOptions options;
  const auto partition = [&](const std::string& name) {
    const auto found = std::find_if(schema.begin(), schema.end(),
                                    [&](const Field& field) { return field.name == name; });
    if (found == schema.end())
      throw Error(ErrorCode::kColumnNotFound, "partition_by: there is no column \"{}\"", name);
    if (found->type->is_nested())
      throw Error(ErrorCode::kInvalidArgument, "partition_by: \"{}\" is a {}", name,
                  found->type->name());
    options.partition_by.push_back(static_cast<uint32_t>(found - schema.begin()));
  };
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
    } else if (name == "partition_by") {
      if (value.type()->is(TypeKind::kList)) {
        for (const Value& column : value.as_nested()) partition(column.to_string());
      } else {
        partition(value.to_string());
      }
    } else if (name == "overwrite" || name == "overwrite_or_ignore") {
      options.overwrite = value.to_string() != "false";
    } else {
      throw Error(ErrorCode::kInvalidArgument, "COPY to Parquet has no option \"{}\"", name)
          .hint(
              "its options are compression, compression_level, row_group_size, "
              "row_group_size_bytes, partition_by, overwrite");
    }
  }
  if (options.partition_by.size() == schema.size()) {
    throw Error(ErrorCode::kInvalidArgument,
                "partition_by names every column: none is left to be written");
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

std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) || c == '-' || c == '_' || c == '.' || c == ' ' ||
                       c == ',' || c == '+' || byte >= 0x80;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return out;
}

/// A directory key=value/… for each combination of partition values, files in it. Rows are divided
/// on any thread; each partition's rows then gather until they make a row group.
///
/// Invariant: at most kOpenFiles files are being written; the one idle longest is finished where
/// another is needed, and its partition goes on in a further file.
class PartitionedWriter final : public Writer {
 public:
  PartitionedWriter(std::string directory, const Schema& schema, ParquetWriteOptions options, AccessPolicy policy)
      : directory_(std::move(directory)), schema_(schema), options_(std::move(options)), policy_(std::move(policy)) {
    while (directory_.size() > 1 && directory_.ends_with('/')) directory_.pop_back();
    for (uint32_t column = 0; column < schema.size(); ++column) {
      const auto& keys = options_.partition_by;
      if (std::find(keys.begin(), keys.end(), column) != keys.end()) continue;
      kept_.push_back(column);
      kept_schema_.push_back(schema[column]);
    }
    // Many row groups gather at once.
    options_.file.row_group_bytes =
        std::min<uint64_t>(options_.file.row_group_bytes, uint64_t{16} << 20);
  }

  size_t batch_rows() const override { return 122'880; }
  size_t batch_bytes() const override { return size_t{32} << 20; }

  struct Divided final : Encoded {
    std::vector<std::pair<std::string, std::vector<Chunk>>> partitions;  // in order of appearance
  };

  std::unique_ptr<Encoded> encode(std::vector<Chunk> batch) override {
    auto divided = std::make_unique<Divided>();
    std::unordered_map<std::string, size_t> known;
    for (const Chunk& chunk : batch) {
      std::unordered_map<std::string, std::vector<uint32_t>> rows;
      std::vector<std::string> order;
      for (uint32_t row = 0; row < chunk.row_count; ++row) {
        std::string key = partition_of(chunk, row);
        auto& list = rows[key];
        if (list.empty()) order.push_back(std::move(key));
        list.push_back(row);
      }
      for (const std::string& key : order) {
        const auto [found, is_new] = known.emplace(key, divided->partitions.size());
        if (is_new) divided->partitions.emplace_back(key, std::vector<Chunk>());
        const std::vector<uint32_t>& list = rows[key];
        std::vector<Column> columns;
        for (const uint32_t column : kept_) {
          columns.push_back(chunk.columns[column]
                                .gather(list.data(), static_cast<uint32_t>(list.size()))
                                .compact());
        }
        divided->partitions[found->second].second.emplace_back(std::move(columns),
                                                               static_cast<uint32_t>(list.size()));
      }
    }
    return divided;
  }

  void commit(std::unique_ptr<Encoded> encoded) override {
    for (auto& [key, chunks] : static_cast<Divided&>(*encoded).partitions) {
      Partition& partition = partitions_[key];
      partition.used = ++clock_;
      for (Chunk& chunk : chunks) {
        partition.rows += chunk.row_count;
        const size_t bytes = chunk.data_bytes();
        partition.bytes += bytes;
        gathered_bytes_ += bytes;
        partition.gathered.push_back(std::move(chunk));
      }
      if (partition.rows >= options_.file.row_group_rows ||
          partition.bytes >= options_.file.row_group_bytes)
        flush(key, partition);
    }
    while (gathered_bytes_ > kMostGatheredBytes) {
      const auto largest = std::max_element(
          partitions_.begin(), partitions_.end(),
          [](const auto& a, const auto& b) { return a.second.bytes < b.second.bytes; });
      flush(largest->first, largest->second);
    }
  }

  void finish() override {
    for (auto& [key, partition] : partitions_) {
      if (partition.rows > 0) flush(key, partition);
      close(partition);
    }
  }
  void abandon() noexcept override {
    for (auto& [key, partition] : partitions_) {
      if (partition.writer) partition.writer->abandon();
    }
  }

 private:
  static constexpr size_t kOpenFiles = 128;
  static constexpr size_t kMostGatheredBytes = size_t{64} << 20;
  struct Partition {
    std::vector<Chunk> gathered;
    uint64_t rows = 0;
    size_t bytes = 0;
    std::unique_ptr<parquet::FileWriter> writer;
    size_t files = 0;
    uint64_t used = 0;
  };

  std::string partition_of(const Chunk& chunk, uint32_t row) const {
    std::string key;
    for (const uint32_t column : options_.partition_by) {
      const Value value = Value::of(chunk.columns[column], row);
      key += percent_encoded(schema_[column].name) + "=" +
             (value.is_null() ? kHiveNull : percent_encoded(value.to_string())) + "/";
    }
    return key;
  }

  void flush(const std::string& key, Partition& partition) {
    if (!partition.writer) {
      if (open_files_ == kOpenFiles) close_idlest();
      const std::string folder = directory_ + "/" + key;
      FileSystem::local().make_directories(folder, policy_);
      CreateOptions create;
      create.overwrite = options_.overwrite;
      partition.writer = std::make_unique<parquet::FileWriter>(
          FileSystem::local().create(fmt::format("{}data_{}.parquet", folder, partition.files++),
                                     policy_, create),
          kept_schema_, options_.file);
      ++open_files_;
    }
    partition.writer->append(partition.writer->encode(partition.gathered));
    gathered_bytes_ -= partition.bytes;
    partition.gathered.clear();
    partition.rows = 0;
    partition.bytes = 0;
  }
  void close(Partition& partition) {
    if (!partition.writer) return;
    partition.writer->finish();
    partition.writer.reset();
    --open_files_;
  }
  void close_idlest() {
    Partition* idlest = nullptr;
    for (auto& [key, partition] : partitions_) {
      if (partition.writer && (idlest == nullptr || partition.used < idlest->used))
        idlest = &partition;
    }
    close(*idlest);
  }

  std::string directory_;
  const Schema schema_;
  ParquetWriteOptions options_;
  const AccessPolicy policy_;
  std::vector<uint32_t> kept_;
  Schema kept_schema_;
  std::map<std::string, Partition> partitions_;
  size_t open_files_ = 0;
  size_t gathered_bytes_ = 0;
  uint64_t clock_ = 0;
};

}  // namespace

std::unique_ptr<Writer> open_parquet_writer(const std::string& path, const Schema& schema,
                                            const std::map<std::string, Value>& options,
                                            QueryContext& context) {
  const AccessPolicy& policy = context.access_policy();
  ParquetWriteOptions taken = take_write_options(schema, options);
  if (!taken.partition_by.empty()) {
    FileSystem::local().make_directories(path, policy);
    return std::make_unique<PartitionedWriter>(path, schema, std::move(taken), policy);
  }
  CreateOptions create;
  create.overwrite = taken.overwrite;
  return std::make_unique<ParquetFileWriter>(
      FileSystem::local().create(path, policy, create), schema, taken.file);
}

}  // namespace doline
