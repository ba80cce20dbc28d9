// Rows of a batch without its other rows: of a large batch several tasks read some each, and none
// needs memory for all.
#include "base/assert.h"
#include "base/bits.h"
#include "format/arrow/arrow_check.h"
#include "format/ipc/batch.h"
#include "format/ipc/batch_parts.h"

namespace doline::ipc {

namespace {

/// Whether a row's place follows from its number, or from offsets that do.
bool lies_in_order(const ArrowField& field) {
  switch (field.layout) {
    case ArrowLayout::kTextViews:
    case ArrowLayout::kListViews32:
    case ArrowLayout::kListViews64:
    case ArrowLayout::kRunEnds:
      return false;
    default:
      break;
  }
  for (size_t i = 0; i < field.child_count(); ++i) {
    if (!lies_in_order(field.children[i])) return false;
  }
  return true;
}

}  // namespace

/// Makes arrays of some rows. Bits are read by whole bytes: an array begins up to seven rows before
/// the first that was asked for, and its offset says so.
class RowsLoader {
 public:
  RowsLoader(LoadedBatch& out, const IpcSchema& schema, const Message& message,
             const ArrowDictionaries& dictionaries)
      : out_(out),
        schema_(schema),
        parts_(message, out.body_->size_bytes()),
        body_(*out.body_),
        dictionaries_(dictionaries) {}

  void load(const std::vector<BatchColumn>& columns, int64_t begin, int64_t end) {
    for (const BatchColumn& column : columns) {
      parts_.go_to(column);
      out_.columns_.emplace_back(column.field, add(*column.field, begin, end));
    }
    for (const auto& [field, array] : out_.columns_) check_arrow_array(*field, *array);
  }

 private:
  using Range = BatchParts::Range;
  /// Of one array: which rows it has, of how many.
  struct Rows {
    int64_t all, first, begin, end;
  };

  ArrowArray* add(const ArrowField& field, int64_t begin, int64_t end) {
    const BatchParts::Node from = parts_.next_node(field);
    if (end > from.length) parts_.broken(field, "fewer rows than lists or the batch reach");
    const Rows rows{from.length, begin / 8 * 8, begin, end};
    LoadedBatch::Node& node = out_.nodes_.emplace_back();
    node.field = &field;
    node.array.length = end - begin;
    node.array.offset = begin - rows.first;
    node.array.null_count = from.null_count == 0 ? 0 : -1;
    node.buffers.resize(parts_.next_range_count(field), &kNothing);
    std::vector<Range> ranges;
    for (size_t i = 0; i < node.buffers.size(); ++i) ranges.push_back(parts_.next_range(field));
    if (!ranges.empty())
      node.buffers[0] = from.null_count == 0 ? nullptr : bits(field, ranges[0], rows);
    switch (field.layout) {
      case ArrowLayout::kNull:
        break;
      case ArrowLayout::kBits:
        node.buffers[1] = bits(field, ranges[1], rows);
        break;
      case ArrowLayout::kText32:
        add_texts<int32_t>(node, ranges, rows);
        break;
      case ArrowLayout::kText64:
        add_texts<int64_t>(node, ranges, rows);
        break;
      case ArrowLayout::kList32:
        add_list<int32_t>(node, ranges, rows);
        break;
      case ArrowLayout::kList64:
        add_list<int64_t>(node, ranges, rows);
        break;
      case ArrowLayout::kFixedList: {
        const auto width = static_cast<int64_t>(field.width_bytes);
        if (uint128_t(end) * field.width_bytes > kMostRows)
          parts_.broken(field, "more rows in lists than there can be");
        node.children.push_back(add(field.children[0], rows.first * width, end * width));
        break;
      }
      case ArrowLayout::kStruct:
        for (const ArrowField& child : field.children)
          node.children.push_back(add(child, rows.first, end));
        break;
      case ArrowLayout::kByteBool:
      case ArrowLayout::kPlain:
      case ArrowLayout::kHalf:
      case ArrowLayout::kScaled:
      case ArrowLayout::kDecimal:
      case ArrowLayout::kUuid:
      case ArrowLayout::kMonths:
      case ArrowLayout::kDayTime:
      case ArrowLayout::kMonthDayNano:
      case ArrowLayout::kFixedBinary:
      case ArrowLayout::kDictionary: {
        const uint64_t width = value_bytes(field);
        has(field, ranges[1], uint128_t(rows.all) * width, rows.all);
        node.buffers[1] =
            read(ranges[1], static_cast<uint64_t>(rows.first) * width,
                 static_cast<uint64_t>(end) * width, field.layout != ArrowLayout::kPlain);
        break;
      }
      case ArrowLayout::kTextViews:
      case ArrowLayout::kListViews32:
      case ArrowLayout::kListViews64:
      case ArrowLayout::kRunEnds:
        UNREACHABLE();  // do not lie in order
    }
    if (field.layout == ArrowLayout::kDictionary)
      node.array.dictionary = parts_.values_of(field, from, schema_, dictionaries_);
    node.close();
    return &node.array;
  }

  void has(const ArrowField& field, Range range, uint128_t bytes, int64_t rows) const {
    if (range.size < bytes) parts_.too_short(field, range.size, rows);
  }

  /// Bytes [begin, end) of a range.
  const void* read(Range range, uint64_t begin, uint64_t end, bool is_followed) {
    if (begin == end) return &kNothing;
    Body::Part part = body_.read(range.offset + begin, end - begin);
    out_.read_bytes_ += end - begin;
    if (is_followed && body_.may_change()) {
      const BufferRef copy = Buffer::copy_of(part.bytes);
      part = {{copy->data(), copy->size_bytes()}, copy};
    }
    out_.keep(part.owner);
    return part.bytes.data();
  }

  const void* bits(const ArrowField& field, Range range, const Rows& rows) {
    has(field, range, (static_cast<uint64_t>(rows.all) + 7) / 8, rows.all);
    return read(range, static_cast<uint64_t>(rows.first) / 8,
                (static_cast<uint64_t>(rows.end) + 7) / 8, true);
  }

  struct Reach {
    int64_t begin = 0, end = 0;
  };
  /// Offsets that count from where the first row begins, and what they reach.
  template <class Offset>
  Reach add_offsets(LoadedBatch::Node& node, Range range, const Rows& rows) {
    if (rows.begin == rows.end) return {};
    has(*node.field, range, (uint128_t(rows.all) + 1) * sizeof(Offset), rows.all);
    const Body::Part part =
        body_.read(range.offset + static_cast<uint64_t>(rows.begin) * sizeof(Offset),
                   static_cast<uint64_t>(rows.end - rows.begin + 1) * sizeof(Offset));
    out_.read_bytes_ += part.bytes.size();
    const auto before = static_cast<size_t>(rows.begin - rows.first);
    const BufferRef offsets = Buffer::allocate_zeroed(before * sizeof(Offset) + part.bytes.size());
    Offset* const own = offsets->as<Offset>() + before;
    std::memcpy(own, part.bytes.data(), part.bytes.size());
    const auto count = static_cast<size_t>(rows.end - rows.begin);
    const Reach reach{own[0], own[count]};
    if (reach.begin < 0 || reach.end < reach.begin) parts_.broken(*node.field, "offsets that fall");
    for (size_t i = 0; i <= count; ++i) {
      using Unsigned = std::make_unsigned_t<Offset>;
      own[i] =
          static_cast<Offset>(static_cast<Unsigned>(own[i]) - static_cast<Unsigned>(reach.begin));
    }
    node.buffers[1] = offsets->data();
    out_.keep(offsets);
    return reach;
  }

  template <class Offset>
  void add_texts(LoadedBatch::Node& node, const std::vector<Range>& ranges, const Rows& rows) {
    const Reach reach = add_offsets<Offset>(node, ranges[1], rows);
    if (static_cast<uint64_t>(reach.end) > ranges[2].size) {
      parts_.broken(*node.field,
                    fmt::format("texts that end at byte {} of {}", reach.end, ranges[2].size));
    }
    node.buffers[2] = read(ranges[2], static_cast<uint64_t>(reach.begin),
                           static_cast<uint64_t>(reach.end), false);
  }

  template <class Offset>
  void add_list(LoadedBatch::Node& node, const std::vector<Range>& ranges, const Rows& rows) {
    const Reach reach = add_offsets<Offset>(node, ranges[1], rows);
    node.children.push_back(add(node.field->children[0], reach.begin, reach.end));
  }

  LoadedBatch& out_;
  const IpcSchema& schema_;
  BatchParts parts_;
  const Body& body_;
  const ArrowDictionaries& dictionaries_;
};

bool LoadedBatch::can_load_rows(const std::vector<BatchColumn>& columns, const Message& message) {
  if (columns.empty() || BatchParts(message, 0).codec() != BodyCodec::kNone) return false;
  for (const BatchColumn& column : columns) {
    if (!lies_in_order(*column.field)) return false;
  }
  return true;
}

LoadedBatchRef LoadedBatch::load_rows(const IpcSchema& schema,
                                      const std::vector<BatchColumn>& columns,
                                      const Message& message, BodyRef body,
                                      const ArrowDictionaries& dictionaries, int64_t begin,
                                      int64_t end) {
  ASSERT(0 <= begin && begin <= end && end <= message.rows());
  const Ref<LoadedBatch> batch(new LoadedBatch(message, std::move(body), begin));
  batch->in_place([&] {
    RowsLoader(*batch, schema, message, dictionaries).load(columns, begin, end);
    batch->finish_load();
  });
  return batch;
}

}  // namespace doline::ipc
