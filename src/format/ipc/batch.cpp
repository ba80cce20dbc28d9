#include "format/ipc/batch.h"

#include <ipc_wire_generated.h>

#include <algorithm>

#include "base/assert.h"
#include "base/bits.h"
#include "format/arrow/arrow_check.h"
#include "format/ipc/body_codec.h"
#include "format/ipc/wire_values.h"

namespace doline::ipc {

namespace {

/// Ranges so near to each other are read at once.
constexpr uint64_t kGapBytes = uint64_t{64} << 10;
/// Of what an array without bytes points to, so that it points somewhere.
constexpr uint64_t kNothing = 0;
/// More rows than any machine holds; sums of lengths stay far from overflowing.
constexpr int64_t kMostRows = int64_t{1} << 44;

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

/// Makes the arrays of a batch: first what nodes and ranges there are, then their bytes, then
/// whether these are as many as the arrays' lengths ask for.
class BatchLoader {
 public:
  BatchLoader(LoadedBatch& out, const IpcSchema& schema, const Message& message, const Body& body,
              const ArrowDictionaries& dictionaries)
      : out_(out),
        schema_(schema),
        place_(message.place()),
        wire_(message.batch()),
        body_(body),
        codec_(codec_of(message.batch(), message.place())),
        ranges_before_runs_(message.has_ranges_before_runs()),
        dictionaries_(dictionaries) {}

  void load(const std::vector<BatchColumn>& columns) {
    if (out_.rows_ > kMostRows) place_.broken("an impossible number of rows");
    count_variadic();
    if (columns.empty()) check_rows_of_first();
    for (const BatchColumn& column : columns) {
      node_ = column.node;
      views_ = column.views;
      range_ = column.range;
      if (ranges_before_runs_) range_ += column.runs;
      range_ += variadic_before(views_);
      const ArrowArray* array = add(*column.field);
      if (array->length != out_.rows_) broken(*column.field, "not as many rows as the batch has");
      out_.columns_.emplace_back(column.field, array);
    }
    fetch();
    for (size_t i = 0; i < out_.nodes_.size(); ++i) {
      const size_t end = i + 1 < first_part_.size() ? first_part_[i + 1] : wanted_.size();
      fill(out_.nodes_[i], std::span(wanted_).subspan(first_part_[i], end - first_part_[i]));
    }
    for (const auto& [field, array] : out_.columns_) check_arrow_array(*field, *array);
  }

 private:
  struct Wanted {
    uint64_t offset, size;
    bool is_followed;  // offsets, codes, bits: what was checked must stay as it was
    std::span<const std::byte> bytes = {};
  };

  [[noreturn]] void broken(const ArrowField& field, std::string_view why) const {
    place_.broken(fmt::format("column \"{}\": {}", field.name, why));
  }

  /// How many ranges the texts of views have, one column after the other.
  void count_variadic() {
    const auto* counts = wire_.variadic_counts();
    for (size_t view = 0; counts && view < counts->size(); ++view) {
      const auto count = value_at<int64_t>(*counts, view);
      if (count < 0 || static_cast<uint64_t>(count) > range_count())
        place_.broken("more buffers of texts than there are");
      variadic_ends_.push_back(variadic_before(view) + static_cast<size_t>(count));
    }
  }
  size_t variadic_before(size_t view) const {
    if (view == 0) return 0;
    if (view > variadic_ends_.size()) place_.broken("texts whose buffers are not counted");
    return variadic_ends_[view - 1];
  }
  size_t variadic_count(size_t view) const {
    return variadic_before(view + 1) - variadic_before(view);
  }

  /// Where only the number of rows is wanted, it should at least be that of the first column.
  void check_rows_of_first() const {
    if (wire_.nodes() && wire_.nodes()->size() > 0 &&
        value_at<wire::Node>(*wire_.nodes(), 0).length() != out_.rows_) {
      place_.broken("its columns have not as many rows as the batch");
    }
  }
  size_t range_count() const { return wire_.ranges() ? wire_.ranges()->size() : 0; }

  /// The next range; nothing of it is read when it does not count.
  void want(const ArrowField& field, bool counts, bool is_followed) {
    if (range_ >= range_count()) place_.broken("fewer buffers than its columns need");
    const auto range = value_at<wire::BodyRange>(*wire_.ranges(), range_++);
    const int64_t offset = range.offset();
    const int64_t size = range.length();
    const auto within = static_cast<int64_t>(body_.size_bytes());
    if (offset < 0 || size < 0 || offset > within || size > within - offset)
      broken(field, fmt::format("a buffer outside of the body ({} bytes at {} of {})", size, offset,
                                body_.size_bytes()));
    wanted_.push_back(
        {static_cast<uint64_t>(offset), counts ? static_cast<uint64_t>(size) : 0, is_followed});
  }

  /// Which is the first of its ranges whose bytes are just values, whatever they are.
  static size_t first_value_of(const ArrowField& field) {
    switch (field.layout) {
      case ArrowLayout::kPlain:
        return 1;
      case ArrowLayout::kText32:
      case ArrowLayout::kText64:
      case ArrowLayout::kTextViews:
        return 2;
      default:
        return ~size_t{0};
    }
  }

  /// The array of a field and those below it, without bytes.
  ArrowArray* add(const ArrowField& field) {
    if (!wire_.nodes() || node_ >= wire_.nodes()->size())
      place_.broken("fewer nodes than its columns need");
    const auto from = value_at<wire::Node>(*wire_.nodes(), node_++);
    if (from.length() < 0 || from.length() > kMostRows || from.null_count() < 0 ||
        from.null_count() > from.length()) {
      broken(field, fmt::format("{} rows of which {} are NULL", from.length(), from.null_count()));
    }
    LoadedBatch::Node& node = out_.nodes_.emplace_back();
    first_part_.push_back(wanted_.size());
    node.field = &field;
    node.array.length = from.length();
    node.array.null_count = from.null_count();
    const int64_t buffers = field.buffer_count();
    size_t count = buffers < 0 ? 2 : static_cast<size_t>(buffers);
    if (field.layout == ArrowLayout::kTextViews) count += variadic_count(views_++);
    if (field.layout == ArrowLayout::kRunEnds && ranges_before_runs_) ++range_;
    // Bits that say nothing is NULL are not worth being read.
    const size_t first_value = first_value_of(field);
    for (size_t i = 0; i < count; ++i) want(field, i > 0 || from.null_count() > 0, i < first_value);
    node.buffers.resize(count + (buffers < 0 ? 1 : 0));
    for (size_t i = 0; i < field.child_count(); ++i)
      node.children.push_back(add(field.children[i]));
    if (field.layout == ArrowLayout::kDictionary) give_values(field, node);
    node.array.n_buffers = static_cast<int64_t>(node.buffers.size());
    node.array.buffers = node.buffers.data();
    node.array.n_children = static_cast<int64_t>(node.children.size());
    node.array.children = node.children.data();
    return &node.array;
  }

  void give_values(const ArrowField& field, LoadedBatch::Node& node) const {
    const IpcSchema::Encoded& encoded = schema_.encoded()[field.dictionary];
    node.array.dictionary = encoded.values;
    if (node.array.length > node.array.null_count && !dictionaries_.contains(encoded.values))
      broken(field, fmt::format("no dictionary {} came before its codes", encoded.id));
  }

  /// Reads what is wanted in the body's order, what lies close together at once.
  void fetch() {
    std::vector<Wanted*> order;
    for (Wanted& wanted : wanted_) {
      if (wanted.size > 0) order.push_back(&wanted);
    }
    std::sort(order.begin(), order.end(),
              [](const Wanted* a, const Wanted* b) { return a->offset < b->offset; });
    for (size_t begin = 0; begin < order.size();) {
      const uint64_t offset = order[begin]->offset;
      uint64_t last = offset;
      size_t end = begin;
      while (end < order.size() && order[end]->offset <= last + kGapBytes) {
        last = std::max(last, order[end]->offset + order[end]->size);
        ++end;
      }
      const Body::Part part = body_.read(offset, last - offset);
      out_.read_bytes_ += last - offset;
      bool is_kept = false;
      for (; begin < end; ++begin) {
        Wanted& wanted = *order[begin];
        wanted.bytes = part.bytes.subspan(wanted.offset - offset, wanted.size);
        if (codec_ != BodyCodec::kNone && decompress(wanted)) continue;
        if (wanted.is_followed && body_.may_change()) {
          const BufferRef copy = Buffer::copy_of(wanted.bytes);
          wanted.bytes = {copy->data(), copy->size_bytes()};
          keep(copy);
        } else {
          is_kept = true;
        }
      }
      if (is_kept) keep(part.owner);
    }
  }

  void keep(PinRef owner) {
    // A body that came whole is one owner of all its parts.
    if (!out_.memory_.empty() && out_.memory_.back().get() == owner.get()) return;
    out_.held_bytes_ += owner->held_bytes();
    out_.memory_.push_back(std::move(owner));
  }

  /// False where the bytes stand in the body as they are.
  bool decompress(Wanted& wanted) {
    constexpr size_t kSizeBytes = 8;
    if (wanted.bytes.size() < kSizeBytes) place_.broken("a compressed buffer without its size");
    const auto size = load_unaligned<int64_t>(wanted.bytes.data());
    const auto compressed = wanted.bytes.subspan(kSizeBytes);
    if (size == -1) {
      wanted.bytes = compressed;
      return false;
    }
    if (size < 0 || !plausible_size(codec_, compressed, static_cast<uint64_t>(size)))
      place_.broken(fmt::format("{} bytes that cannot become {}", compressed.size(), size));
    if (size == 0) {
      wanted.bytes = {};
      return true;
    }
    const BufferRef out = Buffer::allocate(static_cast<size_t>(size));
    const std::span<std::byte> into(out->data(), static_cast<size_t>(size));
    if (!ipc::decompress(codec_, compressed, into))
      place_.broken("compressed data that is damaged");
    wanted.bytes = into;
    keep(out);
    return true;
  }

  void fill(LoadedBatch::Node& node, std::span<const Wanted> parts) const {
    const ArrowField& field = *node.field;
    const auto rows = static_cast<uint64_t>(node.array.length);
    for (size_t i = 0; i < parts.size(); ++i) {
      node.buffers[i] =
          parts[i].bytes.empty() ? static_cast<const void*>(&kNothing) : parts[i].bytes.data();
    }
    const auto has = [&](size_t buffer, uint128_t bytes) {
      if (parts[buffer].bytes.size() < bytes) {
        broken(field, fmt::format("a buffer of {} bytes is too short for its {} rows",
                                  parts[buffer].bytes.size(), rows));
      }
    };
    if (!node.buffers.empty()) {
      if (node.array.null_count == 0) {
        node.buffers[0] = nullptr;
      } else {
        has(0, (rows + 7) / 8);
      }
    }
    if (rows == 0) return;
    switch (field.layout) {
      case ArrowLayout::kNull:
      case ArrowLayout::kStruct:
      case ArrowLayout::kFixedList:
      case ArrowLayout::kRunEnds:
        return;
      case ArrowLayout::kBits:
        return has(1, (rows + 7) / 8);
      case ArrowLayout::kByteBool:
        return has(1, rows);
      case ArrowLayout::kHalf:
        return has(1, uint128_t{rows} * 2);
      case ArrowLayout::kPlain:
      case ArrowLayout::kScaled:
      case ArrowLayout::kDecimal:
      case ArrowLayout::kUuid:
      case ArrowLayout::kMonths:
      case ArrowLayout::kDayTime:
      case ArrowLayout::kMonthDayNano:
      case ArrowLayout::kFixedBinary:
      case ArrowLayout::kDictionary:
        return has(1, uint128_t{rows} * field.width_bytes);
      case ArrowLayout::kList32:
        return has(1, (uint128_t{rows} + 1) * 4);
      case ArrowLayout::kList64:
        return has(1, (uint128_t{rows} + 1) * 8);
      case ArrowLayout::kText32:
        has(1, (uint128_t{rows} + 1) * 4);
        return has_texts<int32_t>(field, node, parts);
      case ArrowLayout::kText64:
        has(1, (uint128_t{rows} + 1) * 8);
        return has_texts<int64_t>(field, node, parts);
      case ArrowLayout::kListViews32:
        has(1, uint128_t{rows} * 4);
        return has(2, uint128_t{rows} * 4);
      case ArrowLayout::kListViews64:
        has(1, uint128_t{rows} * 8);
        return has(2, uint128_t{rows} * 8);
      case ArrowLayout::kTextViews:
        has(1, uint128_t{rows} * 16);
        for (size_t i = 2; i < parts.size(); ++i)
          node.view_sizes.push_back(static_cast<int64_t>(parts[i].bytes.size()));
        node.buffers.back() = node.view_sizes.data();
        return;
    }
  }

  /// That offsets rise is looked at with the rest; the last one then is the greatest.
  template <class Offset>
  void has_texts(const ArrowField& field, const LoadedBatch::Node& node,
                 std::span<const Wanted> parts) const {
    const int64_t last =
        load_unaligned<Offset>(static_cast<const std::byte*>(node.buffers[1]) +
                               static_cast<size_t>(node.array.length) * sizeof(Offset));
    if (last < 0 || static_cast<uint64_t>(last) > parts[2].bytes.size()) {
      broken(field, fmt::format("texts that end at byte {} of {}", last, parts[2].bytes.size()));
    }
  }

  LoadedBatch& out_;
  const IpcSchema& schema_;
  const Place& place_;
  const wire::RecordBatch& wire_;
  const Body& body_;
  const BodyCodec codec_;
  const bool ranges_before_runs_;
  const ArrowDictionaries& dictionaries_;
  size_t node_ = 0, range_ = 0, views_ = 0;  // the next ones
  std::vector<size_t> variadic_ends_;
  std::vector<Wanted> wanted_;
  std::vector<size_t> first_part_;  // of each node, among those wanted
};

LoadedBatchRef LoadedBatch::load(const IpcSchema& schema, const std::vector<BatchColumn>& columns,
                                 const Message& message, BodyRef body,
                                 const ArrowDictionaries& dictionaries) {
  const Ref<LoadedBatch> batch(new LoadedBatch(message, std::move(body)));
  try {
    BatchLoader(*batch, schema, message, *batch->body_, dictionaries).load(columns);
    batch->body_->check();
  } catch (Error& error) {
    if (!error.message().starts_with(message.place().path))
      error.add_note("in " + message.place().text());
    throw;
  }
  return batch;
}

std::vector<Column> LoadedBatch::read(int64_t begin, uint32_t count,
                                      ArrowDictionaries& dictionaries) const {
  std::vector<Column> columns;
  try {
    for (const auto& [field, array] : columns_)
      columns.push_back(read_arrow_rows(*field, *array, begin, count, PinRef(this), dictionaries));
    body_->check();
  } catch (Error& error) {
    error.add_note("in " + place_.text());
    throw;
  }
  return columns;
}

}  // namespace doline::ipc
