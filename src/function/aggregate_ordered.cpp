#include <algorithm>

#include "function/aggregate_loops.h"
#include "function/aggregate_state.h"
#include "function/aggregate_wrappers.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

/// Keeps rows (sort keys, then arguments, as value bytes, their size in front) and hands them to
/// the inner aggregate in order once the result is asked for.
class OrderedAggregate final : public ChainAggregate<OrderedAggregate> {
 public:
  OrderedAggregate(AggregateFunctionRef inner, std::vector<TypeRef> types,
                   std::vector<AggregateSortKey> keys)
      : inner_(std::move(inner)), types_(std::move(types)), keys_(std::move(keys)) {}

  void result(StateSpan states, ColumnBuilder& out) const override {
    std::vector<std::byte> inner_state(inner_->layout().size_bytes + 16);
    void* aligned = inner_state.data();
    size_t space = inner_state.size();
    std::align(16, inner_->layout().size_bytes, aligned, space);
    auto* state = static_cast<std::byte*>(aligned);
    for (uint32_t i = 0; i < states.count; ++i) {
      Arena arena;
      inner_->init(state);
      feed_sorted(at(states.states[i]), state, arena);
      inner_->result({&state, 1}, out);
    }
  }
  TypeRef result_type() const override { return inner_->result_type(); }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    ASSERT(arguments.size() == types_.size() + keys_.size());
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      bytes.resize(sizeof(uint32_t));
      for (size_t key = types_.size(); key < arguments.size(); ++key)
        append_value_bytes(bytes, arguments[key], active[i]);
      for (size_t argument = 0; argument < types_.size(); ++argument) {
        append_value_bytes(bytes, arguments[argument], active[i]);
      }
      const auto size = static_cast<uint32_t>(bytes.size() - sizeof(uint32_t));
      std::memcpy(bytes.data(), &size, sizeof size);
      state_of(i).append(bytes, arena);
    }
  }

 private:
  using Bytes = std::span<const std::byte>;

  int compare(Bytes a, Bytes b) const {
    for (const AggregateSortKey& key : keys_) {
      // A NULL's tag is 0, any other value's is not; compare_value_bytes puts NULLs last.
      const bool a_null = a[0] == std::byte{0};
      const bool b_null = b[0] == std::byte{0};
      int order = compare_value_bytes(key.type, a, b);
      if (a_null != b_null) {
        order = a_null == key.nulls_first ? -1 : 1;
      } else if (key.descending) {
        order = -order;
      }
      if (order != 0) return order;
    }
    return 0;
  }
  void feed_sorted(const ByteChain& chain, std::byte* state, Arena& arena) const {
    std::vector<Bytes> rows;
    rows.reserve(chain.items);
    chain.for_each_chunk([&](Bytes bytes) {
      while (!bytes.empty()) {
        const auto size = load_unaligned<uint32_t>(bytes.data());
        rows.push_back(bytes.subspan(sizeof size, size));
        bytes = bytes.subspan(sizeof size + size);
      }
    });
    // Rows that compare equal keep the order they came in. Within a chunk of the chain that is the
    // order of addresses, between chunks it is not; so positions decide.
    std::vector<uint32_t> order(rows.size());
    for (uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      const int compared = compare(rows[a], rows[b]);
      return compared != 0 ? compared < 0 : a < b;
    });
    for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
      const auto count = static_cast<uint32_t>(std::min<size_t>(kChunkRows, rows.size() - begin));
      std::vector<ColumnBuilder> builders;
      for (TypeRef type : types_) builders.emplace_back(type, count);
      for (uint32_t i = 0; i < count; ++i) {
        Bytes bytes = rows[order[begin + i]];
        for (const AggregateSortKey& key : keys_) {
          Bytes same = bytes;
          compare_value_bytes(key.type, bytes, same);  // steps over the key
        }
        for (ColumnBuilder& builder : builders) read_value_bytes(bytes, builder);
      }
      std::vector<Column> columns;
      for (ColumnBuilder& builder : builders) columns.push_back(builder.seal());
      inner_->update_one(columns, Selection::all(count), state, arena);
    }
  }

  const AggregateFunctionRef inner_;
  const std::vector<TypeRef> types_;
  const std::vector<AggregateSortKey> keys_;
};

}  // namespace

AggregateFunctionRef make_ordered(AggregateFunctionRef inner, std::vector<TypeRef> argument_types,
                                  std::vector<AggregateSortKey> keys) {
  if (keys.empty()) return inner;
  return make_ref<const OrderedAggregate>(std::move(inner), std::move(argument_types),
                                          std::move(keys));
}

AggregateFunctionRef make_sequenced(AggregateFunctionRef inner,
                                    std::vector<TypeRef> argument_types) {
  if (AggregateFunctionRef direct = inner->by_sequence()) return direct;
  return make_ordered(std::move(inner), std::move(argument_types), {{Type::int64(), false, false}});
}

}  // namespace doline
