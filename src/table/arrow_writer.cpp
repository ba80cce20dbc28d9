// COPY … TO an Arrow IPC file or stream: batches are encoded on any thread and put down in order.
#include <algorithm>

#include "base/ascii.h"
#include "format/ipc/writer.h"
#include "table/arrow_table.h"
#include "table/copy_target.h"
#include "table/option_values.h"

namespace doline {

namespace {

struct ArrowWriteOptions {
  ipc::WriteOptions file;
  BatchSize batches;
  bool overwrite = true;
};

ipc::BodyCodec codec_option(const Value& value, const std::string& name) {
  constexpr std::pair<std::string_view, ipc::BodyCodec> kNames[] = {
      {"lz4", ipc::BodyCodec::kLz4Frame},
      {"lz4_frame", ipc::BodyCodec::kLz4Frame},
      {"zstd", ipc::BodyCodec::kZstd},
      {"none", ipc::BodyCodec::kNone},
      {"uncompressed", ipc::BodyCodec::kNone}};
  const std::string given = ascii_lower(value.to_string());
  for (const auto& [known, codec] : kNames) {
    if (known == given) return codec;
  }
  refuse_option(name, value, "lz4, zstd or uncompressed");
}

ArrowWriteOptions take_write_options(const CopyOptions& given) {
  ArrowWriteOptions options;
  for (const auto& [name, value] : given) {
    if (value.is_null())
      throw Error(ErrorCode::kInvalidArgument, "COPY: NULL is no value of {}", name);
    if (name == "compression" || name == "codec") {
      options.file.codec = codec_option(value, name);
    } else if (name == "compression_level") {
      options.file.level = static_cast<int>(std::min<int64_t>(integer_option(value, name, 1), 22));
    } else if (name == "row_group_size" || name == "chunk_size" || name == "batch_size") {
      options.batches.rows = static_cast<size_t>(integer_option(value, name, 1));
    } else if (name == "row_group_size_bytes") {
      options.batches.bytes = value.type()->is(TypeKind::kVarchar)
                                  ? parse_byte_size(value.as_text())
                                  : static_cast<size_t>(integer_option(value, name, 1));
    } else if (name == "kv_metadata") {
      options.file.key_values = key_values_option(value, name);
    } else if (name == "overwrite") {
      options.overwrite = flag_option(value, name);
    } else {
      refuse_copy_option(name, "Arrow",
                         {"compression", "compression_level", "row_group_size",
                          "row_group_size_bytes", "kv_metadata"},
                         {});
    }
  }
  if (options.file.level != 0 && options.file.codec == ipc::BodyCodec::kNone) {
    throw Error(ErrorCode::kInvalidArgument, "compression_level wants compression: lz4 or zstd");
  }
  return options;
}

struct EncodedBatches final : Writer::Encoded {
  std::vector<ipc::EncodedMessage> messages;
};

/// One file; batches are its record batches.
class ArrowFileWriter final : public FormatWriter {
 public:
  ArrowFileWriter(std::unique_ptr<WritableFile> file, const Schema& schema,
                  ArrowWriteOptions options, QueryContext& context)
      : context_(context),
        batches_(options.batches),
        writer_(std::move(file), schema, std::move(options.file)) {}

  size_t batch_rows() const override { return batches_.rows; }
  size_t batch_bytes() const override { return batches_.bytes; }
  std::unique_ptr<Encoded> encode(std::vector<Chunk> batch) override {
    auto encoded = std::make_unique<EncodedBatches>();
    encoded->messages = writer_.encode(batch);
    return encoded;
  }
  void commit(std::unique_ptr<Encoded> encoded) override {
    if (writer_.file().is_through()) context_.may_start_over = false;
    for (const ipc::EncodedMessage& message : static_cast<EncodedBatches&>(*encoded).messages)
      writer_.append(message);
  }
  uint64_t written_bytes() const override { return writer_.file().position(); }
  void finish() override { writer_.finish(); }
  void abandon() noexcept override { writer_.abandon(); }

 private:
  QueryContext& context_;
  const BatchSize batches_;
  ipc::IpcWriter writer_;
};

template <bool kIsStream>
std::unique_ptr<FormatWriter> open_file(const std::string& path, const Schema& schema,
                                        const CopyOptions& given, QueryContext& context) {
  ArrowWriteOptions options = take_write_options(given);
  options.file.is_stream = kIsStream;
  options.file.time_zone = context.session.time_zone;
  CreateOptions create;
  create.overwrite = options.overwrite;
  // A name like x.arrows.gz asks for what COPY does with all such names.
  auto file = compress(FileSystem::local().create(path, context.access_policy(), create),
                       Compression::kAuto);
  return std::make_unique<ArrowFileWriter>(std::move(file), schema, std::move(options), context);
}

BatchSize batches_of(const Schema&, const CopyOptions& options) {
  return take_write_options(options).batches;
}

constexpr FileFormat kFile = {"arrow", &batches_of, &open_file<false>, true};
constexpr FileFormat kStream = {"arrows", &batches_of, &open_file<true>, true};

}  // namespace

std::unique_ptr<Writer> open_arrow_writer(const std::string& path, const Schema& schema,
                                          const std::map<std::string, Value>& options,
                                          QueryContext& context) {
  return open_copy_target(path, schema, options, context, kFile);
}

std::unique_ptr<Writer> open_arrow_stream_writer(const std::string& path, const Schema& schema,
                                                 const std::map<std::string, Value>& options,
                                                 QueryContext& context) {
  return open_copy_target(path, schema, options, context, kStream);
}

}  // namespace doline
