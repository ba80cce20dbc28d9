#include "format/ipc/writer.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/bits.h"
#include "format/arrow/arrow_export.h"
#include "format/ipc/file.h"
#include "format/ipc/framed_message.h"

namespace doline::ipc {

namespace {

/// Exported arrays lie densely: their offset is 0.
uint64_t bytes_of(const ArrowField& field, const ArrowArray& array, int64_t buffer) {
  const auto rows = static_cast<uint64_t>(array.length);
  if (buffer == 0) return array.buffers[0] ? (rows + 7) / 8 : 0;
  switch (field.layout) {
    case ArrowLayout::kBits:
      return (rows + 7) / 8;
    case ArrowLayout::kText32:
      if (buffer == 1) return (rows + 1) * sizeof(int32_t);
      return load_unaligned<uint32_t>(static_cast<const std::byte*>(array.buffers[1]) +
                                      rows * sizeof(int32_t));
    case ArrowLayout::kList32:
      return (rows + 1) * sizeof(int32_t);
    default:
      return rows * field.width_bytes;
  }
}

class BatchEncoder {
 public:
  BatchEncoder(BodyCodec codec, int level, EncodedMessage& out)
      : codec_(codec), level_(level), out_(out) {}

  void add(const ArrowField& field, const ArrowArray& array) {
    nodes_.emplace_back(array.length, array.null_count);
    for (int64_t i = 0; i < array.n_buffers; ++i) {
      add({static_cast<const std::byte*>(array.buffers[i]),
           static_cast<size_t>(bytes_of(field, array, i))});
    }
    for (size_t i = 0; i < field.child_count(); ++i) add(field.children[i], *array.children[i]);
  }

  flatbuffers::Offset<wire::RecordBatch> finish(flatbuffers::FlatBufferBuilder& builder,
                                                int64_t rows) {
    flatbuffers::Offset<wire::Compression> compression;
    if (codec_ != BodyCodec::kNone) {
      const auto codec = codec_ == BodyCodec::kZstd ? wire::Codec::Zstd : wire::Codec::Lz4Frame;
      compression = wire::CreateCompression(builder, codec, wire::CodecMethod::Buffer);
    }
    const auto nodes = builder.CreateVectorOfStructs(nodes_);
    const auto ranges = builder.CreateVectorOfStructs(ranges_);
    return wire::CreateRecordBatch(builder, rows, nodes, ranges, compression);
  }

 private:
  void add(std::span<const std::byte> bytes) {
    if (codec_ != BodyCodec::kNone && !bytes.empty()) bytes = compressed(bytes);
    ranges_.emplace_back(static_cast<int64_t>(out_.body_bytes), static_cast<int64_t>(bytes.size()));
    out_.parts.push_back(bytes);
    out_.body_bytes += aligned(bytes.size());
  }

  /// How many bytes it was, or -1 where compressing did not make it smaller, then the bytes.
  std::span<const std::byte> compressed(std::span<const std::byte> bytes) {
    std::string packed;
    compress(codec_, bytes, level_, packed);
    const bool is_smaller = packed.size() < bytes.size();
    const int64_t size = is_smaller ? static_cast<int64_t>(bytes.size()) : -1;
    std::string& made =
        out_.compressed.emplace_back(reinterpret_cast<const char*>(&size), sizeof size);
    made += is_smaller
                ? std::string_view(packed)
                : std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return std::as_bytes(std::span(made));
  }

  const BodyCodec codec_;
  const int level_;
  EncodedMessage& out_;
  std::vector<wire::Node> nodes_;
  std::vector<wire::BodyRange> ranges_;
};

/// A struct of the C interface, released with its last holder.
template <class T>
std::shared_ptr<T> owned() {
  return std::shared_ptr<T>(new T{}, [](T* held) {
    if (held->release) held->release(held);
    delete held;
  });
}

std::shared_ptr<ArrowSchema> exported_schema(const Schema& schema, const std::string& time_zone) {
  auto exported = owned<ArrowSchema>();
  export_arrow_schema(schema, time_zone, exported.get());
  return exported;
}

}  // namespace

IpcWriter::IpcWriter(std::unique_ptr<WritableFile> file, const Schema& schema, WriteOptions options)
    : file_(std::move(file)),
      schema_(schema),
      options_(std::move(options)),
      exported_(exported_schema(schema_, options_.time_zone)),
      rows_(read_arrow_field(*exported_, "")) {}

void IpcWriter::begin() {
  if (std::exchange(has_begun_, true)) return;
  std::string bytes;
  if (!options_.is_stream) {
    bytes = kFileMagic;
    bytes.resize(kFileBeginBytes);
  }
  bytes += schema_message(*exported_, options_.key_values, bytes.size());
  file_->append(bytes);
  write_dictionaries();
}

std::vector<EncodedMessage> IpcWriter::encode(std::span<const Chunk> chunks) const {
  std::vector<EncodedMessage> messages;
  const auto array = owned<ArrowArray>();
  if (export_arrow_chunks(schema_, chunks, array.get())) {
    EncodedMessage& message = messages.emplace_back();
    BatchEncoder encoder(options_.codec, options_.level, message);
    for (size_t i = 0; i < rows_.children.size(); ++i)
      encoder.add(rows_.children[i], *array->children[i]);
    flatbuffers::FlatBufferBuilder builder;
    const auto header = encoder.finish(builder, array->length);
    message.message =
        framed_message(builder, wire::Header::RecordBatch, header.Union(), message.body_bytes);
    message.exported = array;
    return messages;
  }
  // Texts beyond 2 GiB: half of the rows at a time.
  std::vector<Chunk> halves[2];
  if (chunks.size() > 1) {
    const auto middle = static_cast<ptrdiff_t>(chunks.size() / 2);
    halves[0].assign(chunks.begin(), chunks.begin() + middle);
    halves[1].assign(chunks.begin() + middle, chunks.end());
  } else {
    const uint32_t middle = chunks[0].size() / 2;
    halves[0].push_back(chunks[0].slice(0, middle));
    halves[1].push_back(chunks[0].slice(middle, chunks[0].size() - middle));
  }
  for (const std::vector<Chunk>& half : halves) {
    for (EncodedMessage& message : encode(half)) messages.push_back(std::move(message));
  }
  return messages;
}

void IpcWriter::write_dictionaries() {
  const auto none = owned<ArrowArray>();
  export_arrow_chunks(schema_, {}, none.get());
  int64_t next_id = 0;
  const auto visit = [&](const ArrowField& field, const ArrowArray& array,
                         const auto& self) -> void {
    if (field.layout == ArrowLayout::kDictionary) {
      EncodedMessage message;
      BatchEncoder encoder(options_.codec, options_.level, message);
      encoder.add(field.children[0], *array.dictionary);
      flatbuffers::FlatBufferBuilder builder;
      const auto data = encoder.finish(builder, array.dictionary->length);
      const auto header = wire::CreateDictionaryBatch(builder, next_id++, data);
      message.message = framed_message(builder, wire::Header::DictionaryBatch, header.Union(),
                                       message.body_bytes);
      dictionaries_.push_back(write(message));
    }
    for (size_t i = 0; i < field.child_count(); ++i)
      self(field.children[i], *array.children[i], self);
  };
  visit(rows_, *none, visit);
}

WrittenBlock IpcWriter::write(const EncodedMessage& message) {
  const WrittenBlock block{file_->position(), static_cast<uint32_t>(message.message.size()),
                           message.body_bytes};
  file_->append(message.message);
  constexpr char kPadding[kAlignment]{};
  for (const std::span<const std::byte> part : message.parts) {
    if (part.empty()) continue;
    file_->append(part);
    file_->append(std::string_view(kPadding, aligned(part.size()) - part.size()));
  }
  return block;
}

void IpcWriter::append(const EncodedMessage& batch) {
  begin();
  batches_.push_back(write(batch));
}

void IpcWriter::finish() {
  begin();
  file_->append(options_.is_stream
                    ? std::string(kStreamEnd)
                    : file_end(*exported_, options_.key_values, dictionaries_, batches_));
  file_->sync();
  file_->publish();
}

}  // namespace doline::ipc
