#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"
#include "memory/buffer.h"

/// Arrow IPC: record batches as they lie in memory, between metadata that says how they lie. Of
/// nothing in it is believed that was not checked.
namespace doline::ipc {

namespace wire {  // made by flatc from ipc_wire.fbs
struct Footer;
struct Message;
struct RecordBatch;
struct Schema;
}  // namespace wire

/// What is being read, for errors: "x.arrow, record batch at byte 520".
struct Place {
  std::string path;
  std::string what;
  uint64_t byte = 0;

  std::string text() const;
  /// Error(kFormat) "x.arrow, record batch at byte 520: …"
  [[noreturn]] void broken(std::string_view why) const;
};

/// What stands before a message: how long its metadata is, in four bytes or, since 2019, eight.
struct MessagePrefix {
  static constexpr size_t kMostBytes = 8;
  size_t prefix_bytes = 0;
  size_t metadata_bytes = 0;  // 0: the end of the stream
  /// Of the first four bytes, then of the first eight where these do not do (nullopt).
  static std::optional<MessagePrefix> read(std::span<const std::byte> begin, const Place& place);
};

/// The metadata of one message, verified. Immutable.
class Message {
 public:
  enum class Kind : uint8_t { kSchema, kDictionaryBatch, kRecordBatch };

  /// `metadata` without the prefix. Error(kFormat) for what is none, Error(kNotSupported) for
  /// versions and messages that are not read.
  static std::shared_ptr<const Message> read(BufferRef metadata, Place place);

  Kind kind() const { return kind_; }
  const Place& place() const { return place_; }
  uint64_t body_bytes() const { return body_bytes_; }
  /// Whether columns by runs have a range that says nothing, as up to V4.
  bool has_ranges_before_runs() const;
  const wire::Schema& schema() const;
  /// Of a record batch, or of the values of a dictionary batch.
  const wire::RecordBatch& batch() const;
  int64_t rows() const;
  int64_t dictionary_id() const;
  bool is_delta() const;

 private:
  Message(BufferRef metadata, const wire::Message& wire, Kind kind, Place place);

  const BufferRef metadata_;
  const wire::Message& wire_;
  const Kind kind_;
  const Place place_;
  const uint64_t body_bytes_;
};
using MessageRef = std::shared_ptr<const Message>;

/// The verified footer of a file, in `bytes`.
const wire::Footer& read_footer(const Buffer& bytes, const Place& place);

/// Longer metadata is not taken for any.
inline constexpr size_t kMostMetadataBytes = size_t{256} << 20;

}  // namespace doline::ipc
