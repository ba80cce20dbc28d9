#include "table/partitioned_writer.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "io/file_system.h"
#include "io/path.h"
#include "table/hive_partitions.h"
#include "table/option_values.h"

namespace doline {

namespace {

/// What becomes of the files that the directory has already. They are never mixed up with the new
/// ones unless the user says so.
enum class OldFiles : uint8_t {
  kRefused,   // there must be none
  kReplaced,  // all go, once the new ones are complete
  kIgnored,   // those of the same name are replaced, the others stay
  kKept,      // all stay: new files get names of their own
};

/// A directory key=value/… for each combination of partition values, files in it. Rows are divided
/// on any thread; each partition's rows then gather until they make a row group.
///
/// Invariants: at most kOpenFiles files are being written; the one idle longest is finished where
/// another is needed, and its partition goes on in a further file. Old files that are replaced are
/// there, under their names, until every new one is complete.
class PartitionedWriter final : public Writer {
 public:
  PartitionedWriter(const std::string& directory, const Schema& schema, std::vector<uint32_t> keys,
                    std::map<std::string, Value> options, OldFiles old_files, QueryContext& context,
                    std::string ending, WriterOpener open)
      : directory_(local_path(directory)),
        schema_(schema),
        keys_(std::move(keys)),
        options_(std::move(options)),
        old_files_(old_files),
        context_(context),
        ending_(std::move(ending)),
        open_(open) {
    while (directory_.size() > 1 && directory_.ends_with('/')) directory_.pop_back();
    look_at_old_files();
    for (uint32_t column = 0; column < schema.size(); ++column) {
      if (std::find(keys_.begin(), keys_.end(), column) != keys_.end()) continue;
      kept_.push_back(column);
      kept_schema_.push_back(schema[column]);
    }
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
      if (partition.rows >= most_rows_ || partition.bytes >= most_bytes_) flush(key, partition);
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
    if (old_files_ == OldFiles::kReplaced) remove_old_files();
  }
  void abandon() noexcept override {
    for (auto& [key, partition] : partitions_) {
      if (partition.writer) partition.writer->abandon();
    }
    for (const std::string& path : std::exchange(published_, {})) {
      try {
        FileSystem::local().remove(path, context_.access_policy());
      } catch (const Error&) {  // gone already: nothing is left of it
      }
    }
  }

 private:
  void look_at_old_files() {
    for (const ListedFile& file : files_now()) old_.emplace(file.path, file.version.inode);
    if (old_.empty() || old_files_ != OldFiles::kRefused) return;
    throw Error(ErrorCode::kAlreadyExists, "the directory {} is not empty", directory_)
        .note("it has " + old_.begin()->first)
        .hint("OVERWRITE replaces what is in it, APPEND adds files to it");
  }
  void remove_old_files() {
    for (const ListedFile& file : files_now()) {
      const auto known = old_.find(file.path);
      if (known == old_.end() || known->second != file.version.inode) continue;
      FileSystem::local().remove(file.path, context_.access_policy());
    }
  }
  std::vector<ListedFile> files_now() const {
    try {
      return FileSystem::local().list(directory_, context_.access_policy());
    } catch (const Error& error) {
      if (error.code() != ErrorCode::kFileNotFound) throw;
      return {};
    }
  }

  static constexpr size_t kOpenFiles = 128;
  static constexpr size_t kMostPartitionBytes = size_t{16} << 20;  // many gather at once
  static constexpr size_t kMostGatheredBytes = size_t{64} << 20;
  struct Partition {
    std::vector<Chunk> gathered;
    uint64_t rows = 0;
    size_t bytes = 0;
    std::unique_ptr<Writer> writer;
    size_t files = 0;
    uint64_t used = 0;
    std::string path;  // of what `writer` writes
  };

  std::string partition_of(const Chunk& chunk, uint32_t row) const {
    std::string key;
    for (const uint32_t column : keys_) {
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
      FileSystem::local().make_directories(folder, context_.access_policy());
      do {
        partition.path = fmt::format("{}data_{}.{}", folder, partition.files++, ending_);
      } while (old_files_ != OldFiles::kIgnored && old_.contains(partition.path));
      partition.writer = open_(partition.path, kept_schema_, options_, context_);
      most_rows_ = partition.writer->batch_rows();
      most_bytes_ = std::min(partition.writer->batch_bytes(), kMostPartitionBytes);
      ++open_files_;
    }
    partition.writer->commit(partition.writer->encode(std::exchange(partition.gathered, {})));
    gathered_bytes_ -= partition.bytes;
    partition.rows = 0;
    partition.bytes = 0;
  }
  void close(Partition& partition) {
    if (!partition.writer) return;
    partition.writer->finish();
    partition.writer.reset();
    published_.push_back(std::move(partition.path));
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
  const std::vector<uint32_t> keys_;
  const std::map<std::string, Value> options_;
  const OldFiles old_files_;
  std::map<std::string, uint64_t> old_;  // path and inode of what was there before
  std::vector<std::string> published_;
  QueryContext& context_;
  const std::string ending_;
  const WriterOpener open_;
  size_t most_rows_ = 122'880;  // until a file has said what its batches are
  size_t most_bytes_ = kMostPartitionBytes;
  std::vector<uint32_t> kept_;
  Schema kept_schema_;
  std::map<std::string, Partition> partitions_;
  size_t open_files_ = 0;
  size_t gathered_bytes_ = 0;
  uint64_t clock_ = 0;
};

/// Takes the options that are the directory's, not its files'.
OldFiles take_old_files(std::map<std::string, Value>& options) {
  constexpr std::pair<const char*, OldFiles> kOptions[] = {
      {"overwrite", OldFiles::kReplaced},
      {"overwrite_or_ignore", OldFiles::kIgnored},
      {"append", OldFiles::kKept}};
  OldFiles taken = OldFiles::kRefused;
  for (const auto& [name, meaning] : kOptions) {
    const auto found = options.find(name);
    if (found == options.end()) continue;
    if (found->second.is_null())
      throw Error(ErrorCode::kInvalidArgument, "COPY: NULL is no value of {}", name);
    const bool is_wanted = flag_option(found->second, name);
    options.erase(found);
    if (!is_wanted) continue;
    if (taken != OldFiles::kRefused) {
      throw Error(ErrorCode::kInvalidArgument,
                  "COPY takes one of overwrite, overwrite_or_ignore and append");
    }
    taken = meaning;
  }
  return taken;
}

}  // namespace

std::unique_ptr<Writer> open_partitioned_writer(const std::string& directory, const Schema& schema,
                                                const std::map<std::string, Value>& options,
                                                QueryContext& context, const std::string& ending,
                                                WriterOpener open) {
  std::vector<uint32_t> keys;
  const auto add = [&](const std::string& name) {
    const auto found = std::find_if(schema.begin(), schema.end(),
                                    [&](const Field& field) { return field.name == name; });
    if (found == schema.end())
      throw Error(ErrorCode::kColumnNotFound, "partition_by: there is no column \"{}\"", name);
    if (found->type->is_nested()) {
      throw Error(ErrorCode::kInvalidArgument, "partition_by: \"{}\" is a {}", name,
                  found->type->name());
    }
    keys.push_back(static_cast<uint32_t>(found - schema.begin()));
  };
  std::map<std::string, Value> rest = options;
  const Value by = rest.at("partition_by");
  rest.erase("partition_by");
  if (by.is_null())
    throw Error(ErrorCode::kInvalidArgument, "COPY: NULL is no value of partition_by");
  if (by.type()->is(TypeKind::kList)) {
    for (const Value& column : by.as_nested()) add(column.to_string());
  } else {
    add(by.to_string());
  }
  if (keys.size() == schema.size()) {
    throw Error(ErrorCode::kInvalidArgument,
                "partition_by names every column: none is left to be written");
  }
  const OldFiles old_files = take_old_files(rest);
  FileSystem::local().make_directories(directory, context.access_policy());
  return std::make_unique<PartitionedWriter>(directory, schema, std::move(keys), std::move(rest),
                                             old_files, context, ending, open);
}

}  // namespace doline
