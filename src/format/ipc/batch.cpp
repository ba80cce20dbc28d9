#include "format/ipc/batch.h"

#include <algorithm>

#include "base/assert.h"
#include "base/bits.h"
#include "format/arrow/arrow_check.h"
#include "format/ipc/batch_parts.h"

namespace doline::ipc {

namespace {

/// Ranges so near to each other are read at once.
constexpr uint64_t kGapBytes = uint64_t{64} << 10;

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
        parts_(message, body.size_bytes()),
        body_(body),
        dictionaries_(dictionaries) {}

  void load(const std::vector<BatchColumn>& columns) {
    if (columns.empty()) parts_.check_rows_of_first();
    for (const BatchColumn& column : columns) {
      parts_.go_to(column);
      out_.columns_.emplace_back(column.field, add(*column.field));
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
    const BatchParts::Node from = parts_.next_node(field);
    LoadedBatch::Node& node = out_.nodes_.emplace_back();
    first_part_.push_back(wanted_.size());
    node.field = &field;
    node.array.length = from.length;
    node.array.null_count = from.null_count;
    const size_t count = parts_.next_range_count(field);
    const size_t first_value = first_value_of(field);
    for (size_t i = 0; i < count; ++i) {
      const BatchParts::Range range = parts_.next_range(field);
      // Bits that say nothing is NULL are not worth being read.
      const bool counts = i > 0 || from.null_count > 0;
      wanted_.push_back({range.offset, counts ? range.size : 0, i < first_value});
    }
    node.buffers.resize(count + (field.layout == ArrowLayout::kTextViews ? 1 : 0));
    for (size_t i = 0; i < field.child_count(); ++i)
      node.children.push_back(add(field.children[i]));
    if (field.layout == ArrowLayout::kDictionary)
      node.array.dictionary = parts_.values_of(field, from, schema_, dictionaries_);
    node.close();
    return &node.array;
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
        if (parts_.codec() != BodyCodec::kNone && decompress(wanted)) continue;
        if (wanted.is_followed && body_.may_change()) {
          const BufferRef copy = Buffer::copy_of(wanted.bytes);
          wanted.bytes = {copy->data(), copy->size_bytes()};
          out_.keep(copy);
        } else {
          is_kept = true;
        }
      }
      if (is_kept) out_.keep(part.owner);
    }
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
    if (size < 0 || !plausible_size(parts_.codec(), compressed, static_cast<uint64_t>(size)))
      place_.broken(fmt::format("{} bytes that cannot become {}", compressed.size(), size));
    if (size == 0) {
      wanted.bytes = {};
      return true;
    }
    const BufferRef out = Buffer::allocate(static_cast<size_t>(size));
    const std::span<std::byte> into(out->data(), static_cast<size_t>(size));
    if (!ipc::decompress(parts_.codec(), compressed, into))
      place_.broken("compressed data that is damaged");
    wanted.bytes = into;
    out_.keep(out);
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
      if (parts[buffer].bytes.size() < bytes)
        parts_.too_short(field, parts[buffer].bytes.size(), node.array.length);
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
      case ArrowLayout::kHalf:
      case ArrowLayout::kPlain:
      case ArrowLayout::kScaled:
      case ArrowLayout::kDecimal:
      case ArrowLayout::kUuid:
      case ArrowLayout::kMonths:
      case ArrowLayout::kDayTime:
      case ArrowLayout::kMonthDayNano:
      case ArrowLayout::kFixedBinary:
      case ArrowLayout::kDictionary:
        return has(1, uint128_t{rows} * value_bytes(field));
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
      parts_.broken(field,
                    fmt::format("texts that end at byte {} of {}", last, parts[2].bytes.size()));
    }
  }

  LoadedBatch& out_;
  const IpcSchema& schema_;
  const Place& place_;
  BatchParts parts_;
  const Body& body_;
  const ArrowDictionaries& dictionaries_;
  std::vector<Wanted> wanted_;
  std::vector<size_t> first_part_;  // of each node, among those wanted
};

void LoadedBatch::keep(PinRef owner) {
  // A body that came whole is one owner of all its parts.
  if (!memory_.empty() && memory_.back().get() == owner.get()) return;
  held_bytes_ += owner->held_bytes();
  memory_.push_back(std::move(owner));
}

void LoadedBatch::finish_load() {
  body_->check();
  if (!body_->may_change()) body_ = nullptr;
}

void LoadedBatch::Node::close() {
  array.n_buffers = static_cast<int64_t>(buffers.size());
  array.buffers = buffers.data();
  array.n_children = static_cast<int64_t>(children.size());
  array.children = children.data();
}

LoadedBatchRef LoadedBatch::load(const IpcSchema& schema, const std::vector<BatchColumn>& columns,
                                 const Message& message, BodyRef body,
                                 const ArrowDictionaries& dictionaries) {
  const Ref<LoadedBatch> batch(new LoadedBatch(message, std::move(body), 0));
  batch->in_place([&] {
    BatchLoader(*batch, schema, message, *batch->body_, dictionaries).load(columns);
    batch->finish_load();
  });
  return batch;
}

std::vector<Column> LoadedBatch::read(int64_t begin, uint32_t count,
                                      ArrowDictionaries& dictionaries) const {
  std::vector<Column> columns;
  in_place([&] {
    for (const auto& [field, array] : columns_) {
      columns.push_back(read_arrow_rows(*field, *array, begin - first_row_, count, PinRef(this),
                                        dictionaries, Selection::all(count)));
    }
    if (body_) body_->check();
  });
  return columns;
}

}  // namespace doline::ipc
