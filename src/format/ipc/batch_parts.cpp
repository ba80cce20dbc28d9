#include "format/ipc/batch_parts.h"

#include <ipc_wire_generated.h>

#include "format/ipc/wire_values.h"

namespace doline::ipc {

namespace {

BodyCodec codec_of(const wire::RecordBatch& batch, const Place& place) {
  if (!batch.compression()) return BodyCodec::kNone;
  if (batch.compression()->method() != wire::CodecMethod::Buffer)
    place.broken("compressed in no known way");
  switch (batch.compression()->codec()) {
    case wire::Codec::Lz4Frame:
      return BodyCodec::kLz4Frame;
    case wire::Codec::Zstd:
      return BodyCodec::kZstd;
  }
  place.broken("compressed with no known codec");
}

}  // namespace

BatchParts::BatchParts(const Message& message, uint64_t body_bytes)
    : place_(message.place()),
      wire_(message.batch()),
      body_bytes_(body_bytes),
      rows_(message.rows()),
      ranges_before_runs_(message.has_ranges_before_runs()),
      codec_(codec_of(message.batch(), message.place())) {
  if (rows_ > kMostRows) place_.broken("an impossible number of rows");
  const auto* counts = wire_.variadic_counts();
  for (size_t view = 0; counts && view < counts->size(); ++view) {
    const auto count = value_at<int64_t>(*counts, view);
    if (count < 0 || static_cast<uint64_t>(count) > range_count())
      place_.broken("more buffers of texts than there are");
    variadic_ends_.push_back(variadic_before(view) + static_cast<size_t>(count));
  }
}

size_t BatchParts::range_count() const { return wire_.ranges() ? wire_.ranges()->size() : 0; }

size_t BatchParts::variadic_before(size_t view) const {
  if (view == 0) return 0;
  if (view > variadic_ends_.size()) place_.broken("texts whose buffers are not counted");
  return variadic_ends_[view - 1];
}

void BatchParts::check_rows_of_first() const {
  if (wire_.nodes() && wire_.nodes()->size() > 0 &&
      value_at<wire::Node>(*wire_.nodes(), 0).length() != rows_) {
    place_.broken("its columns have not as many rows as the batch");
  }
}

void BatchParts::go_to(const BatchColumn& column) {
  node_ = column_node_ = column.node;
  views_ = column.views;
  range_ = column.range + variadic_before(views_) + (ranges_before_runs_ ? column.runs : 0);
}

BatchParts::Node BatchParts::next_node(const ArrowField& field) {
  if (!wire_.nodes() || node_ >= wire_.nodes()->size())
    place_.broken("fewer nodes than its columns need");
  const auto from = value_at<wire::Node>(*wire_.nodes(), node_);
  if (node_++ == column_node_ && from.length() != rows_)
    broken(field, "not as many rows as the batch has");
  if (from.length() < 0 || from.length() > kMostRows || from.null_count() < 0 ||
      from.null_count() > from.length()) {
    broken(field, fmt::format("{} rows of which {} are NULL", from.length(), from.null_count()));
  }
  if (field.layout == ArrowLayout::kRunEnds && ranges_before_runs_) ++range_;
  return {from.length(), from.null_count()};
}

size_t BatchParts::next_range_count(const ArrowField& field) {
  if (field.layout != ArrowLayout::kTextViews) return static_cast<size_t>(field.buffer_count());
  const size_t before = variadic_before(views_++);
  return 2 + variadic_before(views_) - before;
}

BatchParts::Range BatchParts::next_range(const ArrowField& field) {
  if (range_ >= range_count()) place_.broken("fewer buffers than its columns need");
  const auto range = value_at<wire::BodyRange>(*wire_.ranges(), range_++);
  const int64_t offset = range.offset();
  const int64_t size = range.length();
  const auto within = static_cast<int64_t>(body_bytes_);
  if (offset < 0 || size < 0 || offset > within || size > within - offset) {
    broken(field, fmt::format("a buffer outside of the body ({} bytes at {} of {})", size, offset,
                              body_bytes_));
  }
  return {static_cast<uint64_t>(offset), static_cast<uint64_t>(size)};
}

ArrowArray* BatchParts::values_of(const ArrowField& field, Node node, const IpcSchema& schema,
                                  const ArrowDictionaries& dictionaries) const {
  const IpcSchema::Encoded& encoded = schema.encoded()[field.dictionary];
  if (node.length > node.null_count && !dictionaries.contains(encoded.values))
    broken(field, fmt::format("no dictionary {} came before its codes", encoded.id));
  return encoded.values;
}

uint64_t value_bytes(const ArrowField& field) {
  switch (field.layout) {
    case ArrowLayout::kByteBool:
      return 1;
    case ArrowLayout::kHalf:
      return 2;
    case ArrowLayout::kFixedList:
      return 0;  // its width counts rows
    default:
      return field.width_bytes;
  }
}

void BatchParts::broken(const ArrowField& field, std::string_view why) const {
  place_.broken(fmt::format("column \"{}\": {}", field.name, why));
}

void BatchParts::too_short(const ArrowField& field, uint64_t bytes, int64_t rows) const {
  broken(field, fmt::format("a buffer of {} bytes is too short for its {} rows", bytes, rows));
}

}  // namespace doline::ipc
