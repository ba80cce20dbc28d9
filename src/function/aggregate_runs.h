#pragma once

#include <algorithm>

#include "function/aggregate_function.h"
#include "function/aggregate_state.h"
#include "function/aggregate_storage.h"
#include "rows/record_runs.h"

namespace doline {

// What aggregates whose result is small, but not what they keep of their input, do where memory is
// short: the state's values go to disk as a sorted run (AggregateFunction::unload), and the result
// is made of the merged runs. Only included by aggregate_*.cpp.

/// The runs that a state has on disk, in its arena; a null pointer stands for none.
struct StateRuns {
  SpillWriter* spill;  // the query's
  ByteChain blocks;    // of RunBlock, in order

  static void add(StateRuns*& runs, SpillWriter& spill, std::span<const RunBlock> blocks,
                  Arena& arena);
  static void add_all(StateRuns*& runs, const StateRuns* other, Arena& arena);
  static void save(const StateRuns* runs, StateWriter& out);
  static StateRuns* load(StateReader& in, Arena& arena);

  std::vector<RunBlock> list() const;
  uint64_t record_count() const;
  /// `order` outlives what is returned.
  RunMerge merge(const RecordOrder& order) const;
};

/// Of records that are kept in memory and sorted there.
class SortingOrder : public RecordOrder {
 public:
  /// Sorts the records of one piece of memory.
  virtual void sort(std::span<std::byte> records) const = 0;
};

/// Values of one size, with a total order `compare(T, T)`.
template <class T, auto compare_values>
class ValueOrder final : public SortingOrder {
 public:
  size_t size(const std::byte*) const override { return sizeof(T); }
  int compare(const std::byte* a, const std::byte* b) const override {
    return compare_values(load_unaligned<T>(a), load_unaligned<T>(b));
  }
  void sort(std::span<std::byte> records) const override {
    std::vector<T> values(records.size() / sizeof(T));
    std::memcpy(values.data(), records.data(), records.size());
    std::sort(values.begin(), values.end(),
              [](const T& a, const T& b) { return compare_values(a, b) < 0; });
    std::memcpy(records.data(), values.data(), records.size());
  }
};

/// Records that begin with their size, itself included, in 32 bits.
class SizedOrder : public SortingOrder {
 public:
  using Bytes = std::span<const std::byte>;
  static constexpr size_t kHead = sizeof(uint32_t);
  static Bytes body(const std::byte* record) {
    return {record + kHead, load_unaligned<uint32_t>(record) - kHead};
  }
  size_t size(const std::byte* record) const final { return load_unaligned<uint32_t>(record); }
  int compare(const std::byte* a, const std::byte* b) const final {
    return compare_bodies(body(a), body(b));
  }
  /// Equal ones keep their order.
  void sort(std::span<std::byte> records) const final;

 protected:
  /// Of what follows the size.
  virtual int compare_bodies(Bytes a, Bytes b) const = 0;
};

inline int compare_words(const uint64_t& a, const uint64_t& b) { return int{a > b} - int{a < b}; }

/// What a sized record begins with. Error(kOverflow) where 32 bits do not hold it.
inline uint32_t record_size(size_t size_bytes) {
  if (size_bytes > ~uint32_t{0}) {
    throw Error(ErrorCode::kOverflow,
                "a value of {} MiB in an aggregate, which takes values of up to 4 GiB",
                size_bytes >> 20);
  }
  return static_cast<uint32_t>(size_bytes);
}

/// An entry of a ValueTable as a sized record: its hash, its count, the tail that its owner keeps
/// behind it, its bytes. In order of hashes, which differ almost always.
class HashedRecord {
 public:
  using Entry = ValueTable::Entry;

  explicit HashedRecord(const std::byte* record, size_t tail_bytes = 0)
      : at_(record + sizeof(uint32_t)),
        size_(load_unaligned<uint32_t>(record) - kHead - tail_bytes),
        tail_bytes_(tail_bytes) {}
  uint64_t hash() const { return load_unaligned<uint64_t>(at_); }
  uint64_t count() const { return load_unaligned<uint64_t>(at_ + 8); }
  const std::byte* tail() const { return at_ + 16; }
  std::span<const std::byte> value() const { return {at_ + 16 + tail_bytes_, size_}; }

  static bool is_less(const Entry& a, const Entry& b) {
    return compare(a.hash, a.bytes(), b.hash, b.bytes()) < 0;
  }
  static void write(const Entry& entry, RunWriter& writer, size_t tail_bytes = 0) {
    const size_t size = kHead + tail_bytes + entry.size;
    const uint32_t head = record_size(size);
    std::byte* to = writer.add(size);
    store_unaligned(to, head);
    store_unaligned(to + 4, entry.hash);
    store_unaligned(to + 12, entry.count);
    std::memcpy(to + kHead, entry.bytes().data() + entry.size, tail_bytes);
    std::memcpy(to + kHead + tail_bytes, entry.bytes().data(), entry.size);
  }
  static int compare(uint64_t a_hash, std::span<const std::byte> a, uint64_t b_hash,
                     std::span<const std::byte> b) {
    if (a_hash != b_hash) return compare_words(a_hash, b_hash);
    if (a.size() != b.size()) return compare_words(a.size(), b.size());
    return a.empty() ? 0 : std::memcmp(a.data(), b.data(), a.size());
  }

 private:
  static constexpr size_t kHead = sizeof(uint32_t) + 2 * sizeof(uint64_t);
  const std::byte* at_;
  size_t size_;
  size_t tail_bytes_;
};

class HashedOrder final : public RecordOrder {
 public:
  explicit HashedOrder(size_t tail_bytes = 0) : tail_bytes_(tail_bytes) {}
  size_t size(const std::byte* record) const override { return load_unaligned<uint32_t>(record); }
  int compare(const std::byte* a, const std::byte* b) const override {
    const HashedRecord left(a, tail_bytes_);
    const HashedRecord right(b, tail_bytes_);
    return HashedRecord::compare(left.hash(), left.value(), right.hash(), right.value());
  }

 private:
  size_t tail_bytes_;
};

/// What follows belongs to one sized record …
inline void begin_record(std::vector<std::byte>& bytes) { bytes.resize(sizeof(uint32_t)); }
/// … that ends here.
inline void end_record(std::vector<std::byte>& bytes) {
  store_unaligned(bytes.data(), record_size(bytes.size()));
}

/// A list of records that may be on disk in part. A zeroed one is empty.
struct UnloadingChain {
  ByteChain records;
  StateRuns* runs = nullptr;

  /// Sorts the records as they lie, a chunk of the chain at a time, and writes them as one run.
  /// Only the list of runs is left, in `arena`.
  void unload(const SortingOrder& order, SpillWriter& spill, Arena& arena);
};

/// An aggregate that keeps records, and goes by their order once all are there. `Self` has
/// `order()`, which gives a SortingOrder, and `kKeepsTies`: whether equal records have to
/// stay in the order they came in, where states are merged in that of their rows.
template <class Self>
class UnloadingAggregate : public StateAggregate<Self, UnloadingChain> {
 public:
  void merge(StateSpan from, StateSpan into, Arena& arena) const override {
    for (uint32_t i = 0; i < from.count; ++i) {
      const UnloadingChain& other = at(from.states[i]);
      UnloadingChain& state = at(into.states[i]);
      if (Self::kKeepsTies && other.runs && state.records.items != 0)
        unload(into.states[i], *other.runs->spill, arena);
      StateRuns::add_all(state.runs, other.runs, arena);
      state.records.append_all(other.records, arena);
    }
  }
  void save(const std::byte* state, StateWriter& out) const override {
    at(state).records.save(out);
    StateRuns::save(at(state).runs, out);
  }
  void load(StateReader& in, std::byte* state, Arena& arena) const override {
    at(state).records.load(in, arena);
    at(state).runs = StateRuns::load(in, arena);
  }
  bool can_unload() const override { return true; }
  bool is_unloaded(const std::byte* state) const override { return at(state).runs != nullptr; }
  size_t unloadable_bytes(const std::byte* state) const override {
    return at(state).records.size_bytes();
  }
  void unload(std::byte* state, SpillWriter& spill, Arena& arena) const override {
    at(state).unload(static_cast<const Self&>(*this).order(), spill, arena);
  }

 protected:
  using StateAggregate<Self, UnloadingChain>::at;
};

/// A state that is fed with what another one kept, to make that one's result. Unloads itself.
class FedState {
 public:
  explicit FedState(const AggregateFunction& function);
  /// Empty again; `spill` is null where nothing goes to disk.
  void begin(SpillWriter* spill);
  void add(std::span<const Column> columns, uint32_t rows);
  void result(ColumnBuilder& out);

 private:
  void unload();

  const AggregateFunction& function_;
  const BufferRef memory_;
  ArenaRef arena_;
  SpillWriter* spill_ = nullptr;
};

}  // namespace doline
