#include <algorithm>

#include "function/aggregate_loops.h"
#include "function/aggregate_registration.h"
#include "function/aggregate_state.h"
#include "kernel/compare.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

constexpr int64_t kMostKept = 1'000'000;

struct TopEntry {
  uint64_t rank;    // where two differ, the lower one goes first
  std::byte* data;  // by, then argument
  uint32_t by_size;
  uint32_t argument_size;
  uint64_t age;  // of equal ones the earlier stay
};
struct TopHeap {
  TopEntry* heap = nullptr;
  uint32_t size = 0;
  uint32_t capacity = 0;
  uint64_t seen = 0;
  uint64_t last_rank = 0;  // of a full heap's root
};

/// The n least or greatest, in order, as a list: of the values themselves, or of an argument by a
/// second one. A heap of value bytes whose root is the next to go. Rows with a NULL do not count.
class TopAggregate final : public StateAggregate<TopAggregate, TopHeap> {
 public:
  TopAggregate(bool minimum, uint32_t limit, TypeRef type, TypeRef by_type, bool has_argument)
      : minimum_(minimum),
        limit_(limit),
        type_(type),
        by_type_(by_type),
        has_argument_(has_argument),
        result_type_(Type::list(type)) {}

  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      const State& other = at(from.states[i]);
      for (uint32_t k = 0; k < other.size; ++k)
        add(at(into.states[i]), other.heap[k].rank, by_of(other.heap[k]),
            argument_of(other.heap[k]), arena);
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    const State& saved = *reinterpret_cast<const State*>(state);
    out.put(saved.size);
    for (uint32_t k = 0; k < saved.size; ++k) {
      const auto text = [](std::span<const std::byte> bytes) {
        return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
      };
      out.text(text(by_of(saved.heap[k])));
      out.text(text(argument_of(saved.heap[k])));
    }
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    const auto count = in.get<uint32_t>();
    ColumnBuilder by_column(by_type_, 1);
    for (uint32_t k = 0; k < count; ++k) {
      const auto bytes = [](std::string_view text) {
        return std::span<const std::byte>(reinterpret_cast<const std::byte*>(text.data()),
                                          text.size());
      };
      const auto by = bytes(in.text());
      auto rest = by;
      read_value_bytes(rest, by_column);
      add(at(state), rank_of(by_column.seal()), by, bytes(in.text()), arena);
    }
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    for (uint32_t i = 0; i < states.count; ++i) {
      const State& state = at(states.states[i]);
      if (state.size == 0) {
        out.append_null();
        continue;
      }
      std::vector<Entry> entries(state.heap, state.heap + state.size);
      std::sort(entries.begin(), entries.end(),
                [&](const Entry& a, const Entry& b) { return before(a, b); });
      for (const Entry& entry : entries) {
        auto bytes = has_argument_ ? argument_of(entry) : by_of(entry);
        read_value_bytes(bytes, out.child());
      }
      out.finish_list();
    }
  }
  TypeRef result_type() const override { return result_type_; }
  bool may_meet_ties() const override { return has_argument_; }

  template <class StateOf>
  void update_each(std::span<const Column> arguments, const Selection& active, Arena& arena,
                   StateOf state_of) const {
    const Column& by = arguments[has_argument_ ? 1 : 0];
    std::vector<std::byte> by_bytes;
    std::vector<std::byte> argument_bytes;
    dispatch_by([&]<class T>() {
      for (uint32_t i = 0; i < active.size(); ++i) {
        const uint32_t row = active[i];
        if (by.is_null(row) || arguments[0].is_null(row)) continue;
        const uint64_t rank = rank_at<T>(by, row);
        State& state = state_of(i);
        if (state.size == limit_ &&
            (rank > state.last_rank || (kWordTellsAll<T> && rank == state.last_rank)))
          continue;
        by_bytes.clear();
        append_value_bytes(by_bytes, by, row);
        argument_bytes.clear();
        if (has_argument_) append_value_bytes(argument_bytes, arguments[0], row);
        add(state, rank, by_bytes, argument_bytes, arena);
      }
    });
  }

 private:
  using Entry = TopEntry;
  using State = TopHeap;
  static std::span<const std::byte> by_of(const Entry& entry) {
    return {entry.data, entry.by_size};
  }
  static std::span<const std::byte> argument_of(const Entry& entry) {
    return {entry.data + entry.by_size, entry.argument_size};
  }
  /// With ListEntry for all types that have no words.
  template <class Body>
  decltype(auto) dispatch_by(Body&& body) const {
    if (by_type_->physical() == PhysicalType::kStruct) return body.template operator()<ListEntry>();
    return dispatch_physical(by_type_->physical(), body);
  }
  template <class T>
  uint64_t rank_at(const Column& by, uint32_t row) const {
    if constexpr (std::is_same_v<T, ListEntry>) {
      return 0;
    } else {
      const uint64_t word = order_word(by.value<T>(row));
      return minimum_ ? word : ~word;
    }
  }
  /// Of a column's only value.
  uint64_t rank_of(const Column& by) const {
    return dispatch_by([&]<class T>() { return rank_at<T>(by, 0); });
  }
  bool before(const Entry& a, const Entry& b) const {
    if (a.rank != b.rank) return a.rank < b.rank;
    auto x = by_of(a), y = by_of(b);
    const int compared = compare_value_bytes(by_type_, x, y);
    return compared != 0 ? (compared < 0) == minimum_ : a.age < b.age;
  }
  void add(State& state, uint64_t rank, std::span<const std::byte> by,
           std::span<const std::byte> argument, Arena& arena) const {
    const auto less = [&](const Entry& a, const Entry& b) { return before(a, b); };
    Entry entry{rank, const_cast<std::byte*>(by.data()), static_cast<uint32_t>(by.size()),
                static_cast<uint32_t>(argument.size()), state.seen++};
    if (state.size == limit_) {
      if (!before(entry, state.heap[0])) return;
      std::pop_heap(state.heap, state.heap + state.size, less);
      --state.size;
    } else if (state.size == state.capacity) {
      const uint32_t grown = std::min(limit_, std::max<uint32_t>(4, state.capacity * 2));
      auto* heap = arena.allocate_array<Entry>(grown);
      std::copy_n(state.heap, state.size, heap);
      state.heap = heap;
      state.capacity = grown;
    }
    entry.data = arena.allocate(by.size() + argument.size(), 1);
    std::memcpy(entry.data, by.data(), by.size());
    if (!argument.empty()) std::memcpy(entry.data + by.size(), argument.data(), argument.size());
    state.heap[state.size++] = entry;
    std::push_heap(state.heap, state.heap + state.size, less);
    if (state.size == limit_) state.last_rank = state.heap[0].rank;
  }

  const bool minimum_;
  const uint32_t limit_;
  const TypeRef type_;
  const TypeRef by_type_;
  const bool has_argument_;
  const TypeRef result_type_;
};

void bind_top(AggregateBinding& binding, bool minimum, bool has_argument) {
  const size_t place = has_argument ? 2 : 1;
  const auto limit = number_of(constant_argument(binding, place, "the number of values to keep"));
  if (!(limit >= 1 && limit <= static_cast<double>(kMostKept))) {
    throw Error(ErrorCode::kInvalidArgument, binding.span,
                "the number of values to keep must lie between 1 and {}", kMostKept);
  }
  binding.function =
      make_ref<const TopAggregate>(minimum, static_cast<uint32_t>(limit), bound_type(binding, 0),
                                   bound_type(binding, place - 1), has_argument);
}

}  // namespace

void bind_least_values(AggregateBinding& binding) { bind_top(binding, true, false); }
void bind_greatest_values(AggregateBinding& binding) { bind_top(binding, false, false); }
void bind_least_arguments(AggregateBinding& binding) { bind_top(binding, true, true); }
void bind_greatest_arguments(AggregateBinding& binding) { bind_top(binding, false, true); }

}  // namespace doline
