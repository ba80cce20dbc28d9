#include <algorithm>

#include "function/aggregate_loops.h"
#include "function/aggregate_runs.h"
#include "function/aggregate_wrappers.h"
#include "memory/charged_vector.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

/// Sized records of sort keys, then arguments, as value bytes.
class RowOrder final : public SizedOrder {
 public:
  explicit RowOrder(const std::vector<AggregateSortKey>& keys) : keys_(keys) {}

 private:
  int compare_bodies(Bytes a, Bytes b) const override {
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

  const std::vector<AggregateSortKey>& keys_;
};

/// Keeps rows and hands them to the inner aggregate in order once the result is asked for.
class OrderedAggregate final : public UnloadingAggregate<OrderedAggregate> {
 public:
  OrderedAggregate(AggregateFunctionRef inner, std::vector<TypeRef> types,
                   std::vector<AggregateSortKey> keys)
      : inner_(std::move(inner)), types_(std::move(types)), keys_(std::move(keys)) {}
  static constexpr bool kKeepsTies = true;
  RowOrder order() const { return RowOrder(keys_); }

  void result(StateSpan states, ColumnBuilder& out) const override {
    FedState inner(*inner_);
    ChargedVector<const std::byte*> rows;
    ChargedVector<uint32_t> positions;
    for (uint32_t i = 0; i < states.count; ++i) {
      const UnloadingChain& chain = at(states.states[i]);
      inner.begin(chain.runs ? chain.runs->spill : nullptr);
      if (chain.runs) {
        feed_merged(*chain.runs, inner);
      } else {
        feed_sorted(chain.records, rows, positions, inner);
      }
      inner.result(out);
    }
  }
  TypeRef result_type() const override { return inner_->result_type(); }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    ASSERT(arguments.size() == types_.size() + keys_.size());
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      begin_record(bytes);
      for (size_t key = types_.size(); key < arguments.size(); ++key)
        append_value_bytes(bytes, arguments[key], active[i]);
      for (size_t argument = 0; argument < types_.size(); ++argument) {
        append_value_bytes(bytes, arguments[argument], active[i]);
      }
      end_record(bytes);
      state_of(i).records.append(bytes, arena);
    }
  }

 private:
  using Bytes = std::span<const std::byte>;

  /// Collects rows for the inner aggregate.
  class Feeder {
   public:
    Feeder(const OrderedAggregate& outer, FedState& inner, uint64_t rows)
        : outer_(outer), inner_(inner), left_(rows) {}
    void add(const std::byte* record) {
      if (builders_.empty()) {
        const auto expected = static_cast<uint32_t>(std::min<uint64_t>(left_, kChunkRows));
        for (TypeRef type : outer_.types_) builders_.emplace_back(type, expected);
      }
      Bytes bytes = RowOrder::body(record);
      for (const AggregateSortKey& key : outer_.keys_) {
        Bytes same = bytes;
        compare_value_bytes(key.type, bytes, same);  // steps over the key
      }
      for (ColumnBuilder& builder : builders_) read_value_bytes(bytes, builder);
      if (++rows_ == kChunkRows) flush();
    }
    void flush() {
      if (rows_ == 0) return;
      std::vector<Column> columns;
      for (ColumnBuilder& builder : builders_) columns.push_back(builder.seal());
      builders_.clear();
      left_ -= rows_;
      inner_.add(columns, std::exchange(rows_, 0));
    }

   private:
    const OrderedAggregate& outer_;
    FedState& inner_;
    uint64_t left_;
    std::vector<ColumnBuilder> builders_;
    uint32_t rows_ = 0;
  };

  void feed_merged(const StateRuns& runs, FedState& inner) const {
    Feeder feeder(*this, inner, runs.record_count());
    const RowOrder by_keys = order();
    for (auto merge = runs.merge(by_keys); merge.record(); merge.advance())
      feeder.add(merge.record());
    feeder.flush();
  }
  /// `rows` and `positions` are room to sort in.
  void feed_sorted(const ByteChain& chain, ChargedVector<const std::byte*>& rows,
                   ChargedVector<uint32_t>& positions, FedState& inner) const {
    const RowOrder by_keys = order();
    rows.clear();
    rows.reserve(chain.items);
    chain.for_each_chunk([&](Bytes bytes) {
      for (size_t begin = 0; begin < bytes.size(); begin += by_keys.size(&bytes[begin]))
        rows.push_back(&bytes[begin]);
    });
    // Rows that compare equal keep the order they came in. Within a chunk of the chain that is the
    // order of addresses, between chunks it is not; so positions decide.
    positions.resize(rows.size());
    for (uint32_t i = 0; i < positions.size(); ++i) positions[i] = i;
    std::sort(positions.begin(), positions.end(), [&](uint32_t a, uint32_t b) {
      const int compared = by_keys.compare(rows[a], rows[b]);
      return compared != 0 ? compared < 0 : a < b;
    });
    Feeder feeder(*this, inner, rows.size());
    for (const uint32_t position : positions) feeder.add(rows[position]);
    feeder.flush();
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
