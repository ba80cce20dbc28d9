#include <cstring>

#include "base/assert.h"
#include "base/bits.h"
#include "base/error.h"
#include "column/column_writer.h"
#include "format/parquet/column_reader.h"
#include "format/parquet/convert.h"
#include "format/parquet/level_stream.h"

namespace doline::parquet {

namespace {

/// A column of lists, structs or maps, put together from the levels of its leaves (Melnik et al.,
/// "Dremel", VLDB 2010). Each node of the schema is built from the levels of the first leaf below
/// it; the other leaves must agree.
///
/// A *slot* of a node is a place where it has a value or a NULL: a level entry of the leaf that
/// starts a new value at the node's repetition level and lies inside all lists around the node
/// (definition level at least `inside`).
class NestedReader final : public ColumnReader {
 public:
  NestedReader(const SchemaNode& node, const std::vector<LeafPlace>& places) : node_(node) {
    std::vector<const SchemaNode*> leaves;
    node.leaves(leaves);
    ASSERT(leaves.size() == places.size());
    for (size_t i = 0; i < leaves.size(); ++i)
      streams_.push_back(std::make_unique<LevelStream>(*leaves[i], places[i]));
  }

  Column read(const uint32_t* rows, uint32_t count) override {
    for (const auto& stream : streams_) {
      stream->clear();
      for (uint32_t first = 0; first < count;) {
        uint32_t run = 1;
        while (first + run < count && rows[first + run] == rows[first] + run) ++run;
        stream->go_to(rows[first]);
        stream->append(run);
        first += run;
      }
    }
    next_leaf_ = 0;
    Column column = build(node_, 0);
    if (column.size() != count) disagree();
    for (const auto& stream : streams_) stream->clear();  // the column has pins of its own
    return column;
  }

 private:
  [[noreturn]] void disagree() const {
    throw Error(ErrorCode::kCorrupt,
                "the levels of the Parquet column \"{}\" contradict one another", node_.name);
  }

  Column build(const SchemaNode& node, uint8_t inside) {
    switch (node.kind) {
      case SchemaNode::Kind::kLeaf:
        return build_leaf(*streams_[next_leaf_++], inside);
      case SchemaNode::Kind::kStruct:
        return build_struct(node, inside);
      case SchemaNode::Kind::kList:
        return build_list(node, inside);
    }
    UNREACHABLE();
  }

  /// Calls `slot(definition)` for each slot of a node at `repetition`, and `more(definition,
  /// repetition)` for the entries that continue one.
  template <class Slot, class More>
  static void walk(const LevelStream& levels, uint8_t repetition, uint8_t inside, Slot slot,
                   More more) {
    const uint8_t* const d = levels.definition();
    const uint8_t* const r = levels.repetition();
    for (size_t i = 0; i < levels.entries(); ++i) {
      if (r != nullptr && r[i] > repetition) {
        more(d[i], r[i]);
      } else if (d[i] >= inside) {
        slot(d[i]);
      }
    }
  }

  static uint32_t slot_count(const LevelStream& levels, uint8_t repetition, uint8_t inside) {
    size_t count = 0;
    walk(levels, repetition, inside, [&](uint8_t) { ++count; }, [](uint8_t, uint8_t) {});
    if (count > ~uint32_t{0})
      throw Error(ErrorCode::kNotSupported, "more than 2^32 list elements in one chunk");
    return static_cast<uint32_t>(count);
  }

  /// Slots whose definition level reaches `definition`; null when all do.
  static BufferRef validity(const LevelStream& levels, const SchemaNode& node, uint8_t inside,
                            uint32_t count) {
    if (node.definition <= inside) return {};
    BufferRef bits = Buffer::allocate_zeroed(words_for_bits(count) * 8);
    auto* const words = bits->as<uint64_t>();
    size_t at = 0, present = 0;
    walk(
        levels, node.repetition, inside,
        [&](uint8_t d) {
          const bool is_present = d >= node.definition;
          words[at / 64] |= static_cast<uint64_t>(is_present) << (at % 64);
          present += is_present;
          ++at;
        },
        [](uint8_t, uint8_t) {});
    return present == count ? BufferRef() : bits;
  }

  Column build_leaf(LevelStream& levels, uint8_t inside) {
    const SchemaNode& leaf = levels.leaf();
    const uint32_t count = slot_count(levels, leaf.repetition, inside);
    BufferRef bits = validity(levels, leaf, inside, count);
    const size_t stored = leaf.stored.width();
    BufferRef raw = levels.values().buffer();
    if (bits) {  // spread to their slots
      raw = Buffer::allocate_zeroed(count * stored);
      const auto* const words = bits->as<uint64_t>();
      size_t next = 0;
      for (uint32_t row = 0; row < count; ++row) {
        if (!test_bit(words, row)) continue;
        if (next == levels.value_count()) disagree();
        std::memcpy(raw->data() + row * stored, levels.values().data() + next++ * stored, stored);
      }
      if (next != levels.value_count()) disagree();
    } else if (levels.value_count() != count) {
      disagree();
    }
    if (!raw) raw = Buffer::allocate(0);
    const uint64_t* const words = bits ? bits->as<uint64_t>() : nullptr;
    BufferRef values = raw;
    std::vector<PinRef> pins;
    if (leaf.type->is_string()) pins = std::move(levels.pins());
    if (leaf.conversion == Conversion::kText) {
      check_text(leaf, raw->data(), count, words);
    } else if (leaf.conversion != Conversion::kNone) {
      values =
          Buffer::allocate(leaf.conversion == Conversion::kBool ? words_for_bits(count) * 8
                                                                : count * converted_width(leaf));
      convert(leaf, raw->data(), count, words, values->data());
      if (leaf.conversion == Conversion::kFixedBytes) pins.push_back(raw);
    }
    return Column::flat(leaf.type, count, std::move(values), std::move(bits),
                        combine_pins(std::move(pins)));
  }

  Column build_struct(const SchemaNode& node, uint8_t inside) {
    const LevelStream& levels = *streams_[next_leaf_];
    const uint32_t count = slot_count(levels, node.repetition, inside);
    BufferRef bits = validity(levels, node, inside, count);
    std::vector<Column> children;
    for (const SchemaNode& child : node.children) {
      children.push_back(build(child, inside));
      if (children.back().size() != count) disagree();
    }
    return Column::structure(node.type, count, std::move(children), std::move(bits));
  }

  Column build_list(const SchemaNode& node, uint8_t inside) {
    const LevelStream& levels = *streams_[next_leaf_];
    const uint32_t count = slot_count(levels, node.repetition, inside);
    BufferRef bits = validity(levels, node, inside, count);
    BufferRef entries = Buffer::allocate(count * sizeof(ListEntry));
    auto* const lists = entries->as<ListEntry>();
    size_t list = 0, elements = 0;
    bool damaged = false;
    walk(
        levels, node.repetition, inside,
        [&](uint8_t d) {
          const bool has_element = d >= node.element_definition;
          lists[list++] = {static_cast<uint32_t>(elements), has_element};
          elements += has_element;
        },
        [&](uint8_t d, uint8_t r) {
          if (r != node.repetition + 1) return;  // inside an element
          if (list == 0 || d < node.element_definition || lists[list - 1].size == 0) {
            damaged = true;
            return;
          }
          ++lists[list - 1].size;
          ++elements;
        });
    if (damaged) disagree();
    Column child = build(node.children[0], node.element_definition);
    if (child.size() != elements) disagree();
    return Column::list(node.type, count, std::move(entries), std::move(child), std::move(bits));
  }

  const SchemaNode& node_;
  std::vector<std::unique_ptr<LevelStream>> streams_;
  size_t next_leaf_ = 0;  // of the build under way
};

}  // namespace

std::unique_ptr<ColumnReader> make_column_reader(const SchemaNode& node,
                                                 const std::vector<LeafPlace>& places) {
  if (node.is_flat()) return std::make_unique<FlatReader>(node, places[0]);
  return std::make_unique<NestedReader>(node, places);
}

}  // namespace doline::parquet
