#include "table/copy_target.h"

#include <algorithm>

#include "base/ascii.h"
#include "io/compression.h"
#include "table/option_values.h"
#include "table/partitioned_writer.h"

namespace doline {

namespace {

constexpr const char* kTargetOptions[] = {"append",
                                          "file_extension",
                                          "file_size_bytes",
                                          "filename_pattern",
                                          "hive_file_pattern",
                                          "overwrite",
                                          "overwrite_or_ignore",
                                          "partition_by",
                                          "per_thread_output",
                                          "preserve_order",
                                          "row_groups_per_file",
                                          "use_tmp_file",
                                          "write_empty_file",
                                          "write_partition_columns"};

/// What PartitionedWriter replaces: no two names are the same.
constexpr const char* kVaryingNames[] = {"{i}", "{uuid}", "{uuidv4}", "{uuidv7}"};

/// Takes options out one by one.
class OptionTaker {
 public:
  explicit OptionTaker(CopyOptions& options) : options_(options) {}

  std::optional<Value> take(const char* name) {
    const auto found = options_.find(name);
    if (found == options_.end()) return std::nullopt;
    Value value = std::move(found->second);
    options_.erase(found);
    if (value.is_null())
      throw Error(ErrorCode::kInvalidArgument, "COPY: NULL is no value of {}", name);
    return value;
  }
  bool flag(const char* name, bool otherwise) {
    const std::optional<Value> value = take(name);
    return value ? flag_option(*value, name) : otherwise;
  }

 private:
  CopyOptions& options_;
};

std::vector<uint32_t> partition_columns(const Value& by, const Schema& schema) {
  std::vector<uint32_t> keys;
  const auto add = [&](const std::string& name) {
    if (name == "*") {
      for (uint32_t i = 0; i < schema.size(); ++i) keys.push_back(i);
      return;
    }
    const auto found = std::find_if(schema.begin(), schema.end(), [&](const Field& field) {
      return equal_ignoring_case(field.name, name);
    });
    if (found == schema.end())
      throw Error(ErrorCode::kColumnNotFound, "partition_by: there is no column \"{}\"", name);
    if (found->type->is_nested()) {
      throw Error(ErrorCode::kInvalidArgument, "partition_by: \"{}\" is a {}", name,
                  found->type->name());
    }
    keys.push_back(static_cast<uint32_t>(found - schema.begin()));
  };
  if (by.type()->is(TypeKind::kList)) {
    for (const Value& column : by.as_nested()) add(column.to_string());
  } else {
    add(by.to_string());
  }
  return keys;
}

OldFiles take_old_files(OptionTaker& options) {
  constexpr std::pair<const char*, OldFiles> kMeanings[] = {
      {"overwrite", OldFiles::kReplaced},
      {"overwrite_or_ignore", OldFiles::kIgnored},
      {"append", OldFiles::kKept}};
  OldFiles taken = OldFiles::kRefused;
  for (const auto& [name, meaning] : kMeanings) {
    if (!options.flag(name, false)) continue;
    if (taken != OldFiles::kRefused) {
      throw Error(ErrorCode::kInvalidArgument,
                  "COPY takes one of overwrite, overwrite_or_ignore and append");
    }
    taken = meaning;
  }
  return taken;
}

std::string take_name_pattern(OptionTaker& options, CopyTarget& target) {
  const std::optional<Value> given = options.take("filename_pattern");
  if (!given) return target.name_pattern;
  std::string pattern = text_option(*given, "filename_pattern");
  if (pattern.empty() || pattern.find('/') != std::string::npos) {
    refuse_option("filename_pattern", *given,
                  "a name without folders, in which {i} is a number and {uuid} a random one");
  }
  const bool varies =
      std::any_of(std::begin(kVaryingNames), std::end(kVaryingNames),
                  [&](const char* name) { return pattern.find(name) != std::string::npos; });
  return varies ? pattern : pattern + "{i}";
}

CopyTarget take_target(const Schema& schema, CopyOptions& options, const FileFormat& format) {
  OptionTaker taker(options);
  CopyTarget target;
  const bool has_names = options.contains("filename_pattern") || options.contains("file_extension");
  const std::optional<Value> by = taker.take("partition_by");
  if (by) target.partition_by = partition_columns(*by, schema);
  target.writes_partition_columns = taker.flag("write_partition_columns", false);
  target.has_key_directories = taker.flag("hive_file_pattern", true);
  if (by && !target.writes_partition_columns && target.partition_by.size() == schema.size()) {
    throw Error(ErrorCode::kInvalidArgument,
                "partition_by names every column: none is left to be written")
        .hint("WRITE_PARTITION_COLUMNS writes them into the files too");
  }
  const bool per_thread = taker.flag("per_thread_output", false);
  if (per_thread && by) {
    throw Error(ErrorCode::kInvalidArgument,
                "partition_by says which files there are: per_thread_output goes without it");
  }
  if (const auto bytes = taker.take("file_size_bytes")) {
    target.file_bytes = bytes->type()->is(TypeKind::kVarchar)
                            ? parse_byte_size(bytes->as_text())
                            : static_cast<uint64_t>(integer_option(*bytes, "file_size_bytes", 1));
  }
  if (options.contains("row_groups_per_file") && format.name == std::string_view("parquet")) {
    target.batches_per_file = static_cast<uint64_t>(
        integer_option(*taker.take("row_groups_per_file"), "row_groups_per_file", 1));
  }
  target.is_directory = by || per_thread || target.file_bytes > 0 || target.batches_per_file > 0;
  target.writes_empty_file = taker.flag("write_empty_file", true);
  taker.flag("preserve_order", true);  // it is kept in any case
  if (!taker.flag("use_tmp_file", true)) {
    throw Error(ErrorCode::kNotSupported,
                "use_tmp_file false: a file is seen under its name once it is complete");
  }
  if (target.is_directory) {
    target.old_files = take_old_files(taker);
    target.name_pattern = take_name_pattern(taker, target);
    target.ending = format.name;
    if (const auto given = options.find("compression");
        given != options.end() && !format.compresses_parts) {
      const auto compression = compression_from_name(given->second.to_string());
      if (compression == Compression::kGzip) target.ending += ".gz";
      if (compression == Compression::kZstd) target.ending += ".zst";
      if (compression == Compression::kLz4) target.ending += ".lz4";
    }
    if (const auto ending = taker.take("file_extension"))
      target.ending = text_option(*ending, "file_extension");
    return target;
  }
  if (has_names) {
    throw Error(ErrorCode::kInvalidArgument,
                "filename_pattern and file_extension name the files of a directory")
        .hint(
            "PARTITION_BY, PER_THREAD_OUTPUT or FILE_SIZE_BYTES write one; else the path is the "
            "file's name");
  }
  if (taker.flag("append", false)) {
    throw Error(ErrorCode::kNotSupported, "append adds files to a directory, not rows to a file")
        .hint("PARTITION_BY, PER_THREAD_OUTPUT or FILE_SIZE_BYTES write directories");
  }
  if (taker.flag("overwrite_or_ignore", false)) options.emplace("overwrite", Value::boolean(true));
  return target;
}

/// One file, which is not there where no row came.
class LazyWriter final : public Writer {
 public:
  explicit LazyWriter(std::unique_ptr<FormatWriter> writer) : writer_(std::move(writer)) {}
  size_t batch_rows() const override { return writer_->batch_rows(); }
  size_t batch_bytes() const override { return writer_->batch_bytes(); }
  std::unique_ptr<Encoded> encode(std::vector<Chunk> batch) override {
    return writer_->encode(std::move(batch));
  }
  void commit(std::unique_ptr<Encoded> encoded) override {
    has_rows_ = true;
    writer_->commit(std::move(encoded));
  }
  void finish() override { has_rows_ ? writer_->finish() : writer_->abandon(); }
  void abandon() noexcept override { writer_->abandon(); }

 private:
  const std::unique_ptr<FormatWriter> writer_;
  bool has_rows_ = false;
};

}  // namespace

std::unique_ptr<Writer> open_copy_target(const std::string& path, const Schema& schema,
                                         CopyOptions options, QueryContext& context,
                                         const FileFormat& format) {
  for (const char* name : {"return_files", "return_stats"}) {
    if (!options.contains(name)) continue;
    throw Error(ErrorCode::kNotSupported, "COPY: {} is not supported yet", name)
        .hint(name == std::string_view("return_files")
                  ? "FROM glob('directory/**') lists the files afterwards"
                  : "FROM parquet_metadata('file.parquet') has what is known of the columns");
  }
  CopyTarget target = take_target(schema, options, format);
  if (target.is_directory)
    return open_partitioned_writer(path, schema, std::move(target), options, context, format);
  std::unique_ptr<FormatWriter> writer = format.open(path, schema, options, context);
  if (target.writes_empty_file) return writer;
  return std::make_unique<LazyWriter>(std::move(writer));
}

void refuse_copy_option(const std::string& name, const char* format,
                        const std::vector<std::string>& own,
                        const std::vector<RefusedCopyOption>& refused) {
  for (const RefusedCopyOption& known : refused) {
    if (name != known.name) continue;
    throw Error(ErrorCode::kNotSupported, "COPY to {}: {} is not supported", format, name)
        .hint(known.instead);
  }
  std::vector<std::string> all = own;
  for (const char* option : kTargetOptions) {
    if (option != std::string_view("row_groups_per_file") || format == std::string_view("Parquet"))
      all.emplace_back(option);
  }
  Error error(ErrorCode::kInvalidArgument, "COPY to {} has no option \"{}\"", format, name);
  const std::string near = nearest_name(name, all);
  if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
  throw std::move(error).hint(fmt::format("its options are {}", fmt::join(all, ", ")));
}

}  // namespace doline
