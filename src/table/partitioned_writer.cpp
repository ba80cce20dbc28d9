#include "table/partitioned_writer.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "column/column_builder.h"
#include "expr/expr.h"
#include "io/file_system.h"
#include "io/path.h"
#include "memory/page_pool.h"
#include "table/hive_partitions.h"

namespace doline {

namespace {

/// A directory key=value/… for each combination of partition values, files in it; without keys the
/// files of all rows. Rows are divided on any thread; each partition's rows then gather until they
/// make a row group.
///
/// Invariants: at most most_open_files_ files are being written; the one idle longest is finished
/// where another is needed, and its partition goes on in a further file. Old files that are
/// replaced are there, under their names, until every new one is complete. Directories made for
/// rows that were not written go again.
class PartitionedWriter final : public Writer {
 public:
  PartitionedWriter(const std::string& directory, const Schema& schema, CopyTarget target,
                    CopyOptions options, QueryContext& context, const FileFormat& format)
      : directory_(local_path(directory)),
        schema_(schema),
        target_(std::move(target)),
        options_(std::move(options)),
        context_(context),
        format_(format) {
    while (directory_.size() > 1 && directory_.ends_with('/')) directory_.pop_back();
    look_at_old_files();
    const std::vector<uint32_t>& keys = target_.partition_by;
    for (uint32_t column = 0; column < schema.size(); ++column) {
      const bool is_key = std::find(keys.begin(), keys.end(), column) != keys.end();
      if (is_key && !target_.writes_partition_columns) continue;
      kept_.push_back(column);
      kept_schema_.push_back(schema[column]);
    }
    const BatchSize batches = format_.batches(kept_schema_, options_);
    most_rows_ = batches.rows;
    most_bytes_ = std::min(batches.bytes, kMostPartitionBytes);
    if (target_.file_bytes > 0)
      most_bytes_ = std::clamp<size_t>(target_.file_bytes / 4, 1, most_bytes_);
    if (target_.partition_by.empty() && target_.writes_empty_file) partitions_[""];
  }

  size_t batch_rows() const override { return 122'880; }
  size_t batch_bytes() const override { return size_t{32} << 20; }

  struct Divided final : Encoded {
    std::vector<std::pair<std::string, std::vector<Chunk>>> partitions;  // in order of appearance
  };

  std::unique_ptr<Encoded> encode(std::vector<Chunk> batch) override {
    auto divided = std::make_unique<Divided>();
    if (target_.partition_by.empty()) {
      divided->partitions.emplace_back("", std::move(batch));
      return divided;
    }
    // Of all chunks together: columns of a few rows take a page each nevertheless.
    std::unordered_map<std::string, size_t> known;
    std::vector<std::vector<uint64_t>> rows_of;  // chunk, row
    for (size_t at = 0; at < batch.size(); ++at) {
      for (uint32_t row = 0; row < batch[at].row_count; ++row) {
        std::string key = partition_of(batch[at], row);
        const auto [found, is_new] = known.emplace(key, rows_of.size());
        if (is_new) {
          rows_of.emplace_back();
          divided->partitions.emplace_back(std::move(key), std::vector<Chunk>());
        }
        rows_of[found->second].push_back(uint64_t{at} << 32 | row);
      }
    }
    for (size_t i = 0; i < rows_of.size(); ++i) {
      const std::vector<uint64_t>& rows = rows_of[i];
      for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
        const size_t end = std::min(rows.size(), begin + kChunkRows);
        std::vector<Column> columns;
        for (const uint32_t column : kept_) {
          ColumnBuilder builder(schema_[column].type, static_cast<uint32_t>(end - begin));
          for (size_t k = begin; k < end; ++k) {
            builder.append_from(batch[rows[k] >> 32].columns[column],
                                static_cast<uint32_t>(rows[k]));
          }
          columns.push_back(builder.seal());
        }
        divided->partitions[i].second.emplace_back(std::move(columns),
                                                   static_cast<uint32_t>(end - begin));
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
        const size_t bytes = held_bytes(chunk);
        partition.bytes += bytes;
        gathered_bytes_ += bytes;
        partition.gathered.push_back(std::move(chunk));
        if (partition.rows >= most_rows_ || partition.bytes >= most_bytes_) flush(key, partition);
      }
    }
    while (gathered_bytes_ > most_gathered_bytes_) {
      const auto largest = std::max_element(
          partitions_.begin(), partitions_.end(),
          [](const auto& a, const auto& b) { return a.second.bytes < b.second.bytes; });
      flush(largest->first, largest->second);
    }
  }

  void finish() override {
    make_directories(directory_);
    for (auto& [key, partition] : partitions_) {
      // Without any row the one file of no partition is there all the same.
      if (partition.rows > 0 || (key.empty() && !partition.writer && partition.files == 0))
        flush(key, partition);
      close(partition);
    }
    // From here on the new files stay, whatever becomes of the old ones.
    published_.clear();
    made_.clear();
    if (target_.old_files == OldFiles::kReplaced) remove_old_files();
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
    std::reverse(made_.begin(), made_.end());  // what lies in others first
    for (const std::string& path : std::exchange(made_, {})) {
      try {
        FileSystem::local().remove(path, context_.access_policy());
      } catch (const Error&) {  // somebody else has put something into it
      }
    }
  }

 private:
  /// Remembers those that were not there.
  void make_directories(const std::string& path) {
    FileSystem& files = FileSystem::local();
    const AccessPolicy& policy = context_.access_policy();
    std::vector<std::string> missing;
    std::string at = path;
    while (at.size() > 1 && at.ends_with('/')) at.pop_back();
    for (; !files.exists(at, policy); at = parent_path(at)) missing.push_back(at);
    files.make_directories(path, policy);
    made_.insert(made_.end(), missing.rbegin(), missing.rend());
  }
  void look_at_old_files() {
    for (const ListedFile& file : files_now()) old_.emplace(file.path, file.version.inode);
    if (old_.empty() || target_.old_files != OldFiles::kRefused) return;
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

  static constexpr size_t kMostOpenFiles = 128;
  static constexpr size_t kMostPartitionBytes = size_t{16} << 20;  // many gather at once
  static constexpr size_t kMostGatheredBytes = size_t{64} << 20;
  /// What an open file keeps for itself.
  static constexpr size_t kOpenFileBytes = size_t{2} << 20;

  static size_t held_bytes(const Chunk& chunk) {
    return std::max(chunk.data_bytes(), chunk.columns.size() * PagePool::kMinimumBytes);
  }
  struct Partition {
    std::vector<Chunk> gathered;
    uint64_t rows = 0;
    size_t bytes = 0;
    std::unique_ptr<FormatWriter> writer;
    size_t files = 0;
    uint64_t batches = 0;  // in the file that is being written
    uint64_t used = 0;
    std::string path;  // of what `writer` writes
  };

  std::string partition_of(const Chunk& chunk, uint32_t row) const {
    std::string key;
    for (const uint32_t column : target_.partition_by) {
      const Value value = Value::of(chunk.columns[column], row);
      key += percent_encoded(schema_[column].name) + "=" +
             (value.is_null() ? kHiveNull : percent_encoded(value.to_string())) + "/";
    }
    return key;
  }

  void flush(const std::string& key, Partition& partition) {
    if (!partition.writer) {
      if (open_files_ >= most_open_files_) close_idlest();
      const std::string folder =
          directory_ + "/" + (target_.has_key_directories ? key : std::string());
      make_directories(folder);
      do {
        partition.path = folder + next_name(partition);
      } while (target_.old_files != OldFiles::kIgnored && old_.contains(partition.path));
      partition.writer = format_.open(partition.path, kept_schema_, options_, context_);
      partition.batches = 0;
      ++open_files_;
    }
    if (partition.rows == 0) return;
    partition.writer->commit(partition.writer->encode(std::exchange(partition.gathered, {})));
    gathered_bytes_ -= partition.bytes;
    partition.rows = 0;
    partition.bytes = 0;
    ++partition.batches;
    const bool is_full =
        (target_.file_bytes > 0 && partition.writer->written_bytes() >= target_.file_bytes) ||
        partition.batches == target_.batches_per_file;
    if (is_full) close(partition);
  }
  /// Files that lie side by side are numbered together.
  std::string next_name(Partition& partition) {
    size_t& number = target_.has_key_directories ? partition.files : files_;
    const std::string placed = std::to_string(number++);
    if (!target_.has_key_directories) ++partition.files;
    std::string name = target_.name_pattern;
    const auto replace = [&](std::string_view what, const auto& text) {
      for (size_t at = name.find(what); at != name.npos; at = name.find(what))
        name.replace(at, what.size(), text());
    };
    const auto made_by = [&](const char* function) {
      return [this, function] {
        return evaluate_constant(CallExpr::create(function, {}), context_.session).to_string();
      };
    };
    replace("{i}", [&] { return placed; });
    replace("{uuid}", made_by("uuid"));
    replace("{uuidv4}", made_by("uuid"));
    replace("{uuidv7}", made_by("uuidv7"));
    return name + "." + target_.ending;
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
  const CopyTarget target_;
  const CopyOptions options_;
  std::map<std::string, uint64_t> old_;  // path and inode of what was there before
  std::vector<std::string> published_;
  std::vector<std::string> made_;  // directories, those above others before them
  QueryContext& context_;
  const FileFormat& format_;
  size_t files_ = 0;
  size_t most_rows_ = 0;
  size_t most_bytes_ = 0;
  std::vector<uint32_t> kept_;
  Schema kept_schema_;
  std::map<std::string, Partition> partitions_;
  // Of a small memory limit a quarter each.
  const size_t most_gathered_bytes_ =
      std::min(kMostGatheredBytes, Budget::process().soft_limit_bytes() / 4);
  const size_t most_open_files_ = std::clamp<size_t>(
      Budget::process().soft_limit_bytes() / (4 * kOpenFileBytes), 2, kMostOpenFiles);
  size_t open_files_ = 0;
  size_t gathered_bytes_ = 0;
  uint64_t clock_ = 0;
};

}  // namespace

std::unique_ptr<Writer> open_partitioned_writer(const std::string& directory, const Schema& schema,
                                                CopyTarget target, CopyOptions options,
                                                QueryContext& context, const FileFormat& format) {
  return std::make_unique<PartitionedWriter>(directory, schema, std::move(target),
                                             std::move(options), context, format);
}

}  // namespace doline
