#include <algorithm>
#include <cmath>
#include <optional>

#include "base/hash.h"
#include "function/aggregate_loops.h"
#include "function/aggregate_runs.h"
#include "function/aggregate_wrappers.h"
#include "kernel/hash_column.h"
#include "rows/value_bytes.h"

namespace doline {

namespace {

bool fits_word(TypeRef type) {
  return !type->is_nested() && !type->is_string() && type->physical() != PhysicalType::kInterval &&
         type->physical() != PhysicalType::kInt128;
}

/// The word that equal values share: floats by their canonical bits.
template <class T>
uint64_t word_of(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return 0x7ff8000000000000ULL;
    return std::bit_cast<uint64_t>(static_cast<double>(value) + 0.0);
  } else {
    return static_cast<uint64_t>(static_cast<int64_t>(value));
  }
}

void append_word(uint64_t word, ColumnBuilder& out) {
  dispatch_physical(out.type()->physical(), [&]<class T>() {
    if constexpr (std::is_same_v<T, bool>) {
      out.append_bool(word != 0);
    } else if constexpr (std::is_floating_point_v<T>) {
      out.append(static_cast<T>(std::bit_cast<double>(word)));
    } else if constexpr (std::is_integral_v<T> && sizeof(T) <= 8) {
      out.append(static_cast<T>(word));
    } else {
      UNREACHABLE();
    }
  });
}

using WordOrder = ValueOrder<uint64_t, compare_words>;

/// Passes only the first row of each distinct combination of arguments on to the inner aggregate.
/// The state is the inner one's, then the set: words for one number, the bytes of one text, else
/// canonical value bytes. save() writes the set alone: the inner state is made anew from it. So it
/// is once parts of the set are on disk, where a value may be in several runs: for the result.
class DistinctAggregate final : public AggregateFunction {
 public:
  DistinctAggregate(AggregateFunctionRef inner, std::vector<TypeRef> types)
      : inner_(std::move(inner)),
        types_(std::move(types)),
        form_(types_.size() != 1       ? Form::kValues
              : fits_word(types_[0])   ? Form::kWord
              : types_[0]->is_string() ? Form::kText
                                       : Form::kValues),
        set_offset_(static_cast<uint32_t>(round_up(inner_->layout().size_bytes, 8))) {}

  StateLayout layout() const override {
    return {
        set_offset_ + static_cast<uint32_t>(form_ == Form::kWord ? sizeof(Words) : sizeof(Values)),
        std::max<uint32_t>(8, inner_->layout().alignment)};
  }
  void init(std::byte* state) const override {
    inner_->init(state);
    if (form_ == Form::kWord) {
      new (state + set_offset_) Words();
    } else {
      new (state + set_offset_) Values();
    }
  }
  void update(std::span<const Column> arguments, const Selection& active, StateSpan states,
              Arena& arena) const override {
    ASSERT(active.size() <= kMostRows);
    BufferRef fresh = Buffer::allocate(active.size() * sizeof(uint16_t));
    std::vector<std::byte*> fresh_states;
    fresh_states.reserve(active.size());
    auto* rows = fresh->as<uint16_t>();
    for_each_fresh(
        arguments, active, arena, [&](uint32_t i) { return states.states[i]; },
        [&](uint32_t i, uint32_t row) {
          rows[fresh_states.size()] = static_cast<uint16_t>(row);
          fresh_states.push_back(states.states[i]);
        });
    if (fresh_states.empty()) return;
    const auto count = static_cast<uint32_t>(fresh_states.size());
    inner_->update(arguments, Selection::of(std::move(fresh), count), {fresh_states.data(), count},
                   arena);
  }
  void update_one(std::span<const Column> arguments, const Selection& all_active, std::byte* state,
                  Arena& arena) const override {
    // One state sees a constant, or a value of a dictionary, once a chunk.
    const Selection active =
        types_.size() == 1 ? first_of_each(arguments[0], all_active) : all_active;
    ASSERT(active.size() <= kMostRows);
    BufferRef fresh = Buffer::allocate(active.size() * sizeof(uint16_t));
    auto* rows = fresh->as<uint16_t>();
    uint32_t count = 0;
    for_each_fresh(
        arguments, active, arena, [&](uint32_t) { return state; },
        [&](uint32_t, uint32_t row) { rows[count++] = static_cast<uint16_t>(row); });
    if (count != 0)
      inner_->update_one(arguments, Selection::of(std::move(fresh), count), state, arena);
  }
  /// For Replay.
  auto inner_feed(std::byte* state, Arena& arena) const {
    return [this, state, &arena](std::span<const Column> columns, uint32_t rows) {
      inner_->update_one(columns, Selection::all(rows), state, arena);
    };
  }
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      std::byte* state = into.states[i];
      Replay replay(*this, inner_feed(state, arena));
      if (form_ == Form::kWord) {
        const Words& other = words_at(from.states[i]);
        if (other.has_null && !std::exchange(words_at(state).has_null, true)) replay.add_null();
        StateRuns::add_all(words_at(state).runs, other.runs, arena);
        words_at(state).set.reserve(other.set.size, arena);
        other.set.for_each([&](uint64_t word) {
          if (words_at(state).set.add(word, hash_u64(word), arena)) replay.add(word);
        });
      } else {
        const Values& other = values_at(from.states[i]);
        if (other.has_null && !std::exchange(values_at(state).has_null, true)) replay.add_null();
        StateRuns::add_all(values_at(state).runs, other.runs, arena);
        values_at(state).set.merge(other.set, arena, 0,
                                   [&](const ValueTable::Entry& theirs, ValueTable::Entry& ours) {
                                     if (std::exchange(ours.count, 1) == 0)
                                       replay.add(theirs.bytes());
                                   });
      }
      replay.flush();
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    auto* readable = const_cast<std::byte*>(state);
    out.put(has_null(readable));
    StateRuns::save(runs_of(readable), out);
    if (form_ != Form::kWord) return values_at(readable).set.save(out);
    const WordSet& set = words_at(readable).set;
    out.put(static_cast<uint64_t>(set.size + set.has_zero));
    set.for_each([&](uint64_t word) { out.put(word); });
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    Replay replay(*this, inner_feed(state, arena));
    has_null(state) = in.get<bool>();
    if (has_null(state)) replay.add_null();
    runs_of(state) = StateRuns::load(in, arena);
    if (form_ == Form::kWord) {
      const auto count = in.get<uint64_t>();
      words_at(state).set.reserve(count, arena);
      for (uint64_t i = 0; i < count; ++i) {
        const auto word = in.get<uint64_t>();
        if (words_at(state).set.add(word, hash_u64(word), arena)) replay.add(word);
      }
    } else {
      values_at(state).set.load(in, arena);
      values_at(state).set.for_each(
          [&](const ValueTable::Entry& entry) { replay.add(entry.bytes()); });
    }
    replay.flush();
  }
  /// What comes back from disk comes in another order.
  bool can_unload() const override { return !inner_->is_order_sensitive(); }
  bool is_unloaded(const std::byte* state) const override {
    return runs_of(const_cast<std::byte*>(state)) != nullptr;
  }
  size_t unloadable_bytes(const std::byte* state) const override {
    auto* readable = const_cast<std::byte*>(state);
    return inner_->unloadable_bytes(state) + (form_ == Form::kWord
                                                  ? words_at(readable).set.held_bytes()
                                                  : values_at(readable).set.held_bytes());
  }
  void unload(std::byte* state, SpillWriter& spill, Arena& arena) const override {
    RunWriter writer(spill);
    if (form_ == Form::kWord) {
      const auto write = [&](uint64_t word) { store_unaligned(writer.add(sizeof word), word); };
      if (words_at(state).set.has_zero) write(0);
      for (const uint64_t word : words_at(state).set.take_sorted()) write(word);
    } else {
      for (const ValueTable::Entry* entry : values_at(state).set.take_sorted(HashedRecord::is_less))
        HashedRecord::write(*entry, writer);
    }
    StateRuns* moved = nullptr;
    StateRuns::add_all(moved, runs_of(state), arena);
    StateRuns::add(moved, spill, writer.finish(), arena);
    runs_of(state) = moved;
    inner_->init(state);
  }
  void result(StateSpan states, ColumnBuilder& out) const override {
    const auto all = std::span(states.states, states.count);
    if (std::none_of(all.begin(), all.end(), [&](std::byte* state) { return runs_of(state); }))
      return inner_->result(states, out);
    FedState inner(*inner_);
    for (std::byte* state : all) {
      if (!runs_of(state)) {
        inner_->result({&state, 1}, out);
        continue;
      }
      inner.begin(runs_of(state)->spill);
      Replay replay(
          *this, [&](std::span<const Column> columns, uint32_t rows) { inner.add(columns, rows); });
      if (has_null(state)) replay.add_null();
      replay_merged(*runs_of(state), replay);
      replay.flush();
      inner.result(out);
    }
  }
  TypeRef result_type() const override { return inner_->result_type(); }
  bool has_variable_state() const override { return true; }
  bool is_order_sensitive() const override { return inner_->is_order_sensitive(); }
  bool may_meet_ties() const override { return inner_->may_meet_ties(); }
  bool result_grows() const override { return inner_->result_grows(); }
  bool forgets_order() const override { return true; }

 private:
  static constexpr uint32_t kMostRows = 1U << 16;  // a selection's rows have 16 bits
  struct Words {
    WordSet set;
    StateRuns* runs = nullptr;
    bool has_null = false;
  };
  struct Values {
    ValueTable set;  // a text's bytes, or value bytes
    StateRuns* runs = nullptr;
    bool has_null = false;  // a text's; value bytes say NULL themselves
  };
  enum class Form : uint8_t { kWord, kText, kValues };
  Words& words_at(std::byte* state) const { return *reinterpret_cast<Words*>(state + set_offset_); }
  Values& values_at(std::byte* state) const {
    return *reinterpret_cast<Values*>(state + set_offset_);
  }

  StateRuns*& runs_of(std::byte* state) const {
    return form_ == Form::kWord ? words_at(state).runs : values_at(state).runs;
  }
  bool& has_null(std::byte* state) const {
    return form_ == Form::kWord ? words_at(state).has_null : values_at(state).has_null;
  }

  /// Feeds values that come from a set, not from columns, to the inner aggregate:
  /// feed(columns, rows).
  template <class Feed>
  class Replay {
   public:
    Replay(const DistinctAggregate& outer, Feed feed) : outer_(outer), feed_(std::move(feed)) {
      for (TypeRef type : outer.types_) builders_.emplace_back(type, 16);
    }
    void add(uint64_t word) {
      append_word(word, builders_[0]);
      count();
    }
    void add_null() {
      builders_[0].append_null();
      count();
    }
    void add(std::span<const std::byte> bytes) {
      if (outer_.form_ == Form::kText) {
        builders_[0].append_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
      } else {
        for (ColumnBuilder& builder : builders_) read_value_bytes(bytes, builder);
      }
      count();
    }
    void flush() {
      if (rows_ == 0) return;
      std::vector<Column> columns;
      for (ColumnBuilder& builder : builders_) columns.push_back(builder.seal());
      feed_(columns, std::exchange(rows_, 0));
    }

   private:
    void count() {
      if (++rows_ == kChunkRows) flush();
    }
    const DistinctAggregate& outer_;
    Feed feed_;
    std::vector<ColumnBuilder> builders_;
    uint32_t rows_ = 0;
  };

  /// Each value of the runs once.
  template <class Feed>
  void replay_merged(const StateRuns& runs, Replay<Feed>& replay) const {
    if (form_ == Form::kWord) {
      std::optional<uint64_t> last;
      const WordOrder order;
      for (auto merge = runs.merge(order); merge.record(); merge.advance()) {
        const auto word = load_unaligned<uint64_t>(merge.record());
        if (last != word) replay.add(word);
        last = word;
      }
      return;
    }
    std::vector<std::byte> last;
    const HashedOrder order;
    for (auto merge = runs.merge(order); merge.record(); merge.advance()) {
      if (!last.empty() && order.compare(last.data(), merge.record()) == 0) continue;
      last.assign(merge.bytes().begin(), merge.bytes().end());
      replay.add(HashedRecord(last.data()).value());
    }
  }

  static Selection first_of_each(const Column& column, const Selection& active) {
    if (column.is_constant()) return active.slice(0, std::min<uint32_t>(1, active.size()));
    constexpr uint32_t kMostCodes = 1U << 14;
    if (!column.is_dictionary() || column.dictionary()->size() > kMostCodes ||
        active.size() > kMostRows)
      return active;
    std::vector<uint64_t> met(words_for_bits(column.dictionary()->size() + 1));
    BufferRef rows = Buffer::allocate(active.size() * sizeof(uint16_t));
    uint32_t count = 0;
    active.for_each([&](uint32_t row) {
      const uint32_t code = column.is_null(row) ? column.dictionary()->size() : column.codes()[row];
      rows->as<uint16_t>()[count] = static_cast<uint16_t>(row);
      count += !test_bit(met.data(), code);
      set_bit(met.data(), code);
    });
    return Selection::of(std::move(rows), count);
  }
  template <class StateOf, class Fresh>
  void for_each_fresh(std::span<const Column> arguments, const Selection& active, Arena& arena,
                      StateOf state_of, Fresh&& fresh) const {
    switch (form_) {
      case Form::kWord:
        return words_fresh(arguments[0], active, arena, state_of, fresh);
      case Form::kText:
        return texts_fresh(arguments[0], active, arena, state_of, fresh);
      case Form::kValues:
        return values_fresh(arguments, active, arena, state_of, fresh);
    }
  }
  template <class StateOf, class Fresh>
  void words_fresh(const Column& column, const Selection& active, Arena& arena, StateOf state_of,
                   Fresh& fresh) const {
    std::vector<uint64_t> words(active.size());
    std::vector<uint64_t> hashes(active.size());
    std::vector<uint16_t> positions(active.size());
    uint32_t count = 0;
    dispatch_physical(column.physical(), [&]<class T>() {
      if constexpr (std::is_same_v<T, StringView> || std::is_same_v<T, ListEntry> ||
                    std::is_same_v<T, Interval> || std::is_same_v<T, int128_t>) {
        UNREACHABLE();
      } else {
        for_each_value<T>(column, active, [&](uint32_t i, T value) {
          words[count] = word_of(value);
          hashes[count] = hash_u64(words[count]);
          positions[count++] = static_cast<uint16_t>(i);
        });
      }
    });
    // Sets beyond the caches: the slots of rows to come are fetched while this one is looked up.
    constexpr uint32_t kAhead = 16;
    uint32_t next = 0;
    const auto place = [&](uint32_t k) {
      const uint32_t i = positions[k];
      if (k + kAhead < count)
        words_at(state_of(positions[k + kAhead])).set.prefetch(hashes[k + kAhead]);
      if (words_at(state_of(i)).set.add(words[k], hashes[k], arena)) fresh(i, active[i]);
    };
    if (count == active.size()) {
      for (uint32_t k = 0; k < count; ++k) place(k);
      return;
    }
    for (uint32_t i = 0; i < active.size(); ++i) {
      if (next < count && positions[next] == i) {
        place(next++);
      } else if (!std::exchange(words_at(state_of(i)).has_null, true)) {
        fresh(i, active[i]);
      }
    }
  }
  template <class StateOf, class Fresh>
  void texts_fresh(const Column& column, const Selection& active, Arena& arena, StateOf state_of,
                   Fresh& fresh) const {
    const uint32_t count = active.size();
    std::vector<uint64_t> hashes(count);
    hash_column(column, active, hashes.data(), false);
    const StringView* texts =
        (column.is_dictionary() ? column.dictionary()->values() : column).values<StringView>();
    constexpr uint32_t kAhead = 16;
    for (uint32_t i = 0; i < count; ++i) {
      if (i + kAhead < count) {
        values_at(state_of(i + kAhead)).set.prefetch_slot(hashes[i + kAhead]);
        values_at(state_of(i + kAhead / 2)).set.prefetch_entry(hashes[i + kAhead / 2]);
      }
      const uint32_t row = active[i];
      Values& values = values_at(state_of(i));
      if (column.is_null(row)) {
        if (!std::exchange(values.has_null, true)) fresh(i, row);
        continue;
      }
      const StringView& text = texts[column.index_of(row)];
      const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(text.data()),
                                             text.size());
      auto& entry = values.set.find_or_add(bytes, hashes[i], arena);
      if (std::exchange(entry.count, 1) == 0) fresh(i, row);
    }
  }
  template <class StateOf, class Fresh>
  void values_fresh(std::span<const Column> arguments, const Selection& active, Arena& arena,
                    StateOf state_of, Fresh& fresh) const {
    std::vector<std::byte> bytes;
    for (uint32_t i = 0; i < active.size(); ++i) {
      bytes.clear();
      for (const Column& column : arguments)
        append_value_bytes(bytes, column, active[i], ValueForm::kCanonical);
      auto& entry = values_at(state_of(i))
                        .set.find_or_add(bytes, hash_bytes(bytes.data(), bytes.size()), arena);
      if (std::exchange(entry.count, 1) == 0) fresh(i, active[i]);
    }
  }

  const AggregateFunctionRef inner_;
  const std::vector<TypeRef> types_;
  const Form form_;
  const uint32_t set_offset_;
};

}  // namespace

AggregateFunctionRef make_distinct(AggregateFunctionRef inner,
                                   std::vector<TypeRef> argument_types) {
  if (argument_types.empty()) return inner;
  return make_ref<const DistinctAggregate>(std::move(inner), std::move(argument_types));
}

}  // namespace doline
