#include "format/ipc/message.h"

#include <ipc_wire_generated.h>

#include "base/assert.h"
#include "base/bits.h"

namespace doline::ipc {

namespace {

constexpr uint32_t kContinuation = 0xFFFFFFFF;

/// Each table that is looked at lies somewhere, but many may lie in one place: a bound on how often
/// one is looked at keeps what hangs together crosswise from growing without end.
flatbuffers::Verifier verifier_of(const Buffer& bytes) {
  flatbuffers::Verifier::Options options;
  options.max_depth = 256;
  options.max_tables = static_cast<flatbuffers::uoffset_t>(bytes.size_bytes() / 4 + 64);
  return flatbuffers::Verifier(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size_bytes(),
                               options);
}

void check_version(wire::Version version, const Place& place) {
  if (version == wire::Version::V4 || version == wire::Version::V5) return;
  throw Error(ErrorCode::kNotSupported,
              "{}: its metadata is of version V{}, of which only V4 and V5 are read", place.text(),
              static_cast<int>(version) + 1)
      .hint("Arrow before 0.8 wrote it; a later one can rewrite it");
}

Message::Kind kind_of(const wire::Message& message, const Place& place) {
  switch (message.header_type()) {
    case wire::Header::Schema:
      return Message::Kind::kSchema;
    case wire::Header::DictionaryBatch:
      return Message::Kind::kDictionaryBatch;
    case wire::Header::RecordBatch:
      return Message::Kind::kRecordBatch;
    case wire::Header::Tensor:
    case wire::Header::SparseTensor:
      throw Error(ErrorCode::kNotSupported, "{}: this is a tensor, not a table", place.text());
    case wire::Header::NONE:
      break;
  }
  place.broken("a message of no known kind");
}

}  // namespace

std::string Place::text() const { return fmt::format("{}, {} at byte {}", path, what, byte); }

void Place::broken(std::string_view why) const {
  throw Error(ErrorCode::kFormat, "{}: {}", text(), why);
}

std::optional<MessagePrefix> MessagePrefix::read(std::span<const std::byte> begin,
                                                 const Place& place) {
  if (begin.size() < 4) return std::nullopt;
  MessagePrefix prefix;
  auto length = load_unaligned<uint32_t>(begin.data());
  prefix.prefix_bytes = 4;
  if (length == kContinuation) {
    if (begin.size() < 8) return std::nullopt;
    length = load_unaligned<uint32_t>(begin.data() + 4);
    prefix.prefix_bytes = 8;
  }
  constexpr uint32_t kLeastBytes = 8;
  // Text would be a long one: its signs are greater than any length's highest byte.
  constexpr uint32_t kMostOldBytes = 1 << 24;
  const size_t most = prefix.prefix_bytes == 4 ? kMostOldBytes : kMostMetadataBytes;
  if (length > most || (length > 0 && length < kLeastBytes))
    place.broken("this is no begin of an Arrow message");
  prefix.metadata_bytes = length;
  return prefix;
}

MessageRef Message::read(BufferRef metadata, Place place) {
  flatbuffers::Verifier verifier = verifier_of(*metadata);
  if (metadata->size_bytes() < 8 || !verifier.VerifyBuffer<wire::Message>(nullptr))
    place.broken("metadata that is damaged");
  const wire::Message& wire = *flatbuffers::GetRoot<wire::Message>(metadata->data());
  check_version(wire.version(), place);
  const Kind kind = kind_of(wire, place);
  if (!wire.header()) place.broken("a message without a header");
  if (wire.body_length() < 0) place.broken("a body of negative length");
  if (kind == Kind::kDictionaryBatch && !wire.header_as_DictionaryBatch()->data())
    place.broken("a dictionary without values");
  MessageRef message(new Message(std::move(metadata), wire, kind, std::move(place)));
  if (kind != Kind::kSchema && message->rows() < 0)
    message->place().broken("a negative number of rows");
  return message;
}

Message::Message(BufferRef metadata, const wire::Message& wire, Kind kind, Place place)
    : metadata_(std::move(metadata)),
      wire_(wire),
      kind_(kind),
      place_(std::move(place)),
      body_bytes_(static_cast<uint64_t>(wire.body_length())) {}

const wire::Schema& Message::schema() const {
  ASSERT(kind_ == Kind::kSchema);
  return *wire_.header_as_Schema();
}

const wire::RecordBatch& Message::batch() const {
  return kind_ == Kind::kRecordBatch ? *wire_.header_as_RecordBatch()
                                     : *wire_.header_as_DictionaryBatch()->data();
}

bool Message::has_ranges_before_runs() const { return wire_.version() == wire::Version::V4; }
int64_t Message::rows() const { return batch().length(); }
int64_t Message::dictionary_id() const { return wire_.header_as_DictionaryBatch()->id(); }
bool Message::is_delta() const { return wire_.header_as_DictionaryBatch()->is_delta(); }

const wire::Footer& read_footer(const Buffer& bytes, const Place& place) {
  flatbuffers::Verifier verifier = verifier_of(bytes);
  if (bytes.size_bytes() < 8 || !verifier.VerifyBuffer<wire::Footer>(nullptr))
    place.broken("it is damaged");
  const wire::Footer& footer = *flatbuffers::GetRoot<wire::Footer>(bytes.data());
  // Its version says nothing: not every writer set it. That of each message does.
  if (!footer.schema()) place.broken("it has no schema");
  return footer;
}

}  // namespace doline::ipc
