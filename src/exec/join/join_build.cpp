#include "exec/join/join_build.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/executor.h"
#include "exec/join/key_tests.h"
#include "kernel/compare.h"
#include "kernel/hash_column.h"

namespace doline {

namespace {

/// Rows of a task stay together until they outgrow a part of its cache.
constexpr size_t kFrontBytes = size_t{512} << 10;
/// With its texts: splitting copies them.
constexpr size_t kMostFrontBytes = size_t{4} << 20;
/// With less than this left of the budget rows go to disk.
constexpr size_t kReserveBytes = size_t{8} << 20;
/// With less than this others may soon ask for what a task holds.
constexpr size_t kNearBytes = size_t{64} << 20;
/// What a task gathers for the disk before it writes.
constexpr size_t kWorthWritingBytes = size_t{4} << 20;
/// Before others have their turn.
constexpr size_t kWrittenAtOnceBytes = size_t{1} << 20;
/// Least and greatest value of a key so far. Only types whose order is that of pruning: no floats,
/// whose NaN statistics do not know.
class KeyBounds {
 public:
  void take(const Column& key, const uint32_t* rows, uint32_t count) {
    if (count == 0) return;
    uint32_t least = rows[0];
    uint32_t greatest = rows[0];
    const bool known =
        !key.type()->is_nested() && dispatch_physical(key.physical(), [&]<class T>() -> bool {
          if constexpr ((std::is_integral_v<T> && !std::is_same_v<T, bool>) ||
                        std::is_same_v<T, int128_t>) {
            const T* values =
                (key.is_dictionary() ? key.dictionary()->values() : key).template values<T>();
            T low = values[key.index_of(least)], high = low;
            for (uint32_t i = 1; i < count; ++i) {
              const T value = values[key.index_of(rows[i])];
              if (value < low) low = value, least = rows[i];
              if (value > high) high = value, greatest = rows[i];
            }
            return true;
          } else if constexpr (std::is_same_v<T, StringView>) {
            for (uint32_t i = 1; i < count; ++i) {
              if (compare_rows(key, rows[i], key, least) < 0) least = rows[i];
              if (compare_rows(key, rows[i], key, greatest) > 0) greatest = rows[i];
            }
            return true;
          } else {
            return false;
          }
        });
    if (known) merge(Value::of(key, least), Value::of(key, greatest));
  }
  void take(const KeyBounds& other) {
    if (other.lower) merge(*other.lower, *other.upper);
  }

  std::optional<Value> lower, upper;

 private:
  void merge(const Value& low, const Value& high) {
    if (!lower || compare_rows(low.to_column(1), 0, lower->to_column(1), 0) < 0) lower = low;
    if (!upper || compare_rows(high.to_column(1), 0, upper->to_column(1), 0) > 0) upper = high;
  }
};

class BuildSink final : public Sink {
 public:
  explicit BuildSink(std::shared_ptr<HashJoinState> state)
      : state_(std::move(state)), bounds_(state_->published.size()) {
    state_->metrics = &metrics;
  }

  class Local final : public LocalState, public Spillable {
   public:
    explicit Local(BuildSink& its_sink)
        : sink(its_sink),
          front(sink.state_->shape.layout, *sink.state_->context.budget),
          bounds(sink.state_->published.size()),
          enrolled(sink.state_->context.arbiter, *this) {}
    size_t spillable_bytes() const noexcept override {
      return known_bytes.load(std::memory_order_relaxed);
    }
    bool spill() override {
      sink.state_->external.store(true);
      if (parts.empty()) sink.split(*this);
      return sink.write_step(*this);
    }
    BuildSink& sink;
    size_t held_bytes() const {
      size_t bytes = front.held_bytes();
      for (const RowPages& part : parts) bytes += part.held_bytes();
      return bytes;
    }
    Program::Scratch scratch;
    std::vector<Column> columns;
    RowPages front;
    std::vector<RowPages> parts;  // by JoinBits, once the front was too small
    std::vector<KeyBounds> bounds;
    size_t bytes_since_write = 0;
    uint32_t next_part = 0;  // to be written; 0: none is
    std::optional<SpillingNow> now;
    std::atomic<size_t> known_bytes{0};
    uint32_t chunks_since_sum = 0;
    const Enrolled enrolled;
  };
  std::unique_ptr<LocalState> local(QueryContext&) override {
    return std::make_unique<Local>(*this);
  }

  Flow consume(const Chunk& chunk, LocalState& local, const Waker&) override {
    auto& at = local.as<Local>();
    const Claim claim(at);
    const JoinShape& shape = state_->shape;
    QueryContext& context = state_->context;
    if (at.next_part != 0) {
      if (!at.now) at.now.emplace(context.arbiter);
      if (!write_step(at)) return Flow::kHaveOutput;
    }
    at.now.reset();  // whoever did the last step
    at.columns.clear();
    shape.right_keys->evaluate(chunk, at.scratch, at.columns);
    const auto keys = at.columns.size();
    uint64_t hashes[kChunkRows];
    for (size_t key = 0; key < keys; ++key)
      hash_column(at.columns[key], chunk.active, hashes, key > 0);
    uint32_t source[kChunkRows];
    uint32_t count = chunk.active.size();
    for (uint32_t i = 0; i < count; ++i) source[i] = chunk.active[i];
    if (count != 0) state_->has_rows.store(true, std::memory_order_relaxed);
    leave_out_nulls(std::span(at.columns).first(keys), source, hashes, count);
    if (shape.asks_only_for_keys())
      leave_out_repeats(std::span(at.columns).first(keys), source, hashes, count);
    for (size_t i = 0; i < state_->published.size(); ++i)
      take_bounds(at.bounds[i], at.columns[state_->published[i].first], source, count);
    for (uint32_t column : shape.kept) at.columns.push_back(chunk.columns[column]);

    size_t bytes = size_t{count} * shape.layout->row_bytes();
    if (shape.layout->has_heap()) {
      for (const Column& column : at.columns) bytes += column.data_bytes();
    }
    if (is_tight(at, bytes)) state_->external.store(true);
    const bool external = state_->external.load(std::memory_order_relaxed);
    if (at.parts.empty() &&
        (external || at.front.row_count() * shape.layout->row_bytes() > kFrontBytes ||
         (shape.layout->has_heap() && at.front.held_bytes() > kMostFrontBytes)))
      split(at);
    if (at.parts.empty()) {
      at.front.append(at.columns, source, count, hashes);
    } else {
      append(at, source, hashes, count);
    }
    at.bytes_since_write += bytes;
    if (external && (at.bytes_since_write >= kWorthWritingBytes || is_tight(at, 0) ||
                     context.settings.force_spill))
      write_step(at);
    if (context.budget->available_bytes() < kNearBytes || ++at.chunks_since_sum == 32) {
      at.known_bytes = at.held_bytes();  // summing up takes a while
      at.chunks_since_sum = 0;
    }
    return Flow::kNeedInput;
  }

  void combine(LocalState& local) override {
    auto& at = local.as<Local>();
    const Claim claim(at);
    at.known_bytes = 0;
    at.now.reset();
    // Asked once: another task may send all to disk at any moment, and finish() writes what waits.
    const bool external = state_->external.load();
    if (external) write_all(at);
    MutexLock lock(mutex_);
    for (size_t i = 0; i < bounds_.size(); ++i) bounds_[i].take(at.bounds[i]);
    if (!external)
      waiting_.push_back(std::make_unique<Rows>(Rows{std::move(at.front), std::move(at.parts)}));
  }

  TaskSet finish() override {
    if (state_->external.load()) {
      write_waiting();
      note();
      return {};
    }
    if (!is_placed_) return place();
    finish_table();
    return {};
  }

 private:
  struct Rows {
    RowPages front;
    std::vector<RowPages> parts;
  };

  /// Rows with a NULL key match nothing; they are kept only where rows without a partner come out.
  void leave_out_nulls(std::span<const Column> keys, uint32_t* source, uint64_t* hashes,
                       uint32_t& count) {
    const JoinShape& shape = state_->shape;
    for (const Column& key : keys) {
      if (!key.validity()) continue;
      const bool any =
          std::any_of(source, source + count, [&](uint32_t row) { return key.is_null(row); });
      if (!any) continue;
      state_->has_null_key.store(true, std::memory_order_relaxed);
      if (shape.nulls_equal || shape.gives_unmatched()) continue;
      uint32_t kept = 0;
      for (uint32_t i = 0; i < count; ++i) {
        const bool null = key.is_null(source[i]);
        source[kept] = source[i];
        hashes[kept] = hashes[i];
        kept += !null;
      }
      count = kept;
    }
  }

  /// Rows whose keys another row of this chunk has. Keys that repeat mostly do so close by: behind
  /// a join that multiplied them, or in the order their rows were made.
  static void leave_out_repeats(std::span<const Column> keys, uint32_t* source, uint64_t* hashes,
                                uint32_t& count) {
    constexpr uint32_t kPlaces = 2 * kChunkRows;
    constexpr uint16_t kFree = ~uint16_t{0};
    static_assert(kChunkRows < kFree);
    uint16_t met[kPlaces];  // by hash, which of the rows kept was the last
    std::fill_n(met, kPlaces, kFree);
    const auto same = [&](uint32_t a, uint32_t b) {
      return std::all_of(keys.begin(), keys.end(),
                         [&](const Column& key) { return rows_equal(key, a, key, b); });
    };
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; ++i) {
      uint16_t& place = met[hashes[i] % kPlaces];
      if (place != kFree && hashes[place] == hashes[i] && same(source[place], source[i])) continue;
      source[kept] = source[i];
      hashes[kept] = hashes[i];
      place = static_cast<uint16_t>(kept++);
    }
    count = kept;
  }

  static void take_bounds(KeyBounds& bounds, const Column& key, const uint32_t* source,
                          uint32_t count) {
    uint32_t rows[kChunkRows];
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; ++i) {
      rows[kept] = source[i];
      kept += !key.is_null(source[i]);
    }
    bounds.take(key, rows, kept);
  }

  bool is_tight(const Local& at, size_t bytes) const {
    QueryContext& context = state_->context;
    if (!context.spill) return false;
    if (context.settings.force_spill) return true;
    const size_t available = context.budget->available_bytes();
    // Pages grow with what is held: the next ones may take as much again, to a limit.
    constexpr size_t kMostGrowth = JoinBits::kCount * (size_t{256} << 10);
    if (available >= kReserveBytes + 2 * bytes + kMostGrowth) return false;
    return available < kReserveBytes + 2 * bytes + std::min(kMostGrowth, at.held_bytes());
  }

  void split(Local& at) {
    for (uint32_t i = 0; i < JoinBits::kCount; ++i)
      at.parts.emplace_back(state_->shape.layout, *state_->context.budget);
    for (const RowPageRef& page : at.front.take_pages()) {
      for (uint32_t i = 0; i < page->size(); ++i) {
        at.parts[JoinBits::of(stored_hash(page->row(i)))].append_row(page->row(i));
      }
    }
  }

  void append(Local& at, const uint32_t* source, const uint64_t* hashes, uint32_t count) {
    RowPages::Place places[kChunkRows];
    for (uint32_t i = 0; i < count; ++i) {
      places[i] = at.parts[JoinBits::of(hashes[i])].allocate_row();
      __builtin_memcpy(places[i].row, &hashes[i], sizeof(uint64_t));
    }
    for (size_t column = 0; column < at.columns.size(); ++column) {
      RowPages::write_column(*state_->shape.layout, column, at.columns[column], source, count,
                             places);
    }
  }

  /// Writes some of the parts; true once all are written.
  bool write_step(Local& at) {
    const MakesRoomScope scope;
    uint64_t written = 0;
    while (at.next_part < at.parts.size() && written < kWrittenAtOnceBytes) {
      written +=
          state_->build_buckets.add(at.next_part, at.parts[at.next_part], *state_->context.spill);
      ++at.next_part;
    }
    if (at.next_part < at.parts.size()) return false;
    at.next_part = 0;
    at.bytes_since_write = 0;
    at.known_bytes = 0;
    return true;
  }
  void write_all(Local& at) {
    if (at.parts.empty()) split(at);
    if (at.next_part != 0) write_step(at);
    at.next_part = 0;
    while (!write_step(at)) state_->context.check_cancelled();
  }

  /// What tasks that ended before memory became short left.
  void write_waiting() {
    std::vector<std::unique_ptr<Rows>> waiting;
    {
      MutexLock lock(mutex_);
      waiting.swap(waiting_);
    }
    for (auto& rows : waiting) {
      Local at(*this);
      at.front = std::move(rows->front);
      at.parts = std::move(rows->parts);
      write_all(at);
    }
  }

  void note() {
    metrics.set_note(fmt::format("too large for memory: {} buckets on disk", JoinBits::kCount));
  }

  /// Hands all rows to the table and returns the tasks that build it.
  TaskSet place() {
    std::vector<std::unique_ptr<Rows>> waiting;
    {
      MutexLock lock(mutex_);
      uint64_t count = 0;
      for (const auto& rows : waiting_) {
        count += rows->front.row_count();
        for (const RowPages& part : rows->parts) count += part.row_count();
      }
      const size_t wanted = JoinTable::directory_bytes(count);
      if (wanted > kReserveBytes && state_->context.spill &&
          state_->context.budget->available_bytes() < wanted + kReserveBytes) {
        state_->external.store(true);
      } else {
        waiting.swap(waiting_);
      }
    }
    if (state_->external.load()) {
      write_waiting();
      note();
      return {};
    }
    const bool is_split = std::any_of(waiting.begin(), waiting.end(),
                                      [](const auto& rows) { return !rows->parts.empty(); });
    std::vector<std::vector<RowPageRef>> partitions(is_split ? JoinBits::kCount : 1);
    for (auto& rows : waiting) {
      if (!is_split) {
        for (RowPageRef& page : rows->front.take_pages()) partitions[0].push_back(std::move(page));
        continue;
      }
      Local at(*this);
      at.front = std::move(rows->front);
      at.parts = std::move(rows->parts);
      if (at.parts.empty()) split(at);
      for (uint32_t i = 0; i < JoinBits::kCount; ++i) {
        for (RowPageRef& page : at.parts[i].take_pages()) partitions[i].push_back(std::move(page));
      }
    }
    state_->table.set_rows(std::move(partitions), *state_->context.budget);
    is_placed_ = true;
    TaskSet tasks;
    const size_t count = std::min<size_t>(state_->context.threads, state_->table.partition_count());
    if (state_->table.partition_count() == 1) {
      state_->table.build(0, state_->context);
      finish_table();
      return tasks;
    }
    for (size_t i = 0; i < count; ++i) tasks.push_back(std::make_unique<BuildTask>(*this));
    return tasks;
  }

  class BuildTask final : public Task {
   public:
    explicit BuildTask(BuildSink& sink) : sink_(sink) {}
    Step step(Deadline deadline, Waker&) override {
      JoinTable& table = sink_.state_->table;
      while (!deadline.passed()) {
        const size_t partition = sink_.next_partition_.fetch_add(1);
        if (partition >= table.partition_count()) return Step::kDone;
        table.build(partition, sink_.state_->context);
      }
      return Step::kYield;
    }

   private:
    BuildSink& sink_;
  };

  void finish_table() {
    state_->table.seal();
    state_->table.facts = state_->facts();
    publish();
    size_t bytes = JoinTable::directory_bytes(state_->table.row_count());
    for (const RowPageRef& page : state_->table.pages()) bytes += page->held_bytes();
    state_->idle_bytes = bytes;
  }

  /// The whole build side is in: scans may now leave out what cannot match.
  void publish() {
    MutexLock lock(mutex_);
    for (size_t i = 0; i < state_->published.size(); ++i) {
      const auto& [key, filter] = state_->published[i];
      static_cast<PublishedFilter&>(*filter).publish(test_of_keys(
          {bounds_[i].lower, bounds_[i].upper}, state_->table, key, *state_->context.budget));
    }
  }

  const std::shared_ptr<HashJoinState> state_;  // with the probes and the rest
  Mutex mutex_;
  std::vector<std::unique_ptr<Rows>> waiting_ GUARDED_BY(mutex_);
  std::vector<KeyBounds> bounds_ GUARDED_BY(mutex_);
  bool is_placed_ = false;
  std::atomic<size_t> next_partition_{0};
};

}  // namespace

HashJoinState::HashJoinState(const JoinNode& node, QueryContext& its_context,
                             RuntimeFilters& filters, std::vector<bool> outputs)
    : context(its_context),
      shape(node, its_context, std::move(outputs)),
      table(shape),
      probe_buckets(shape.left_types),
      enrolled(context.arbiter, *this) {
  for (size_t i = 0; i < node.runtime_filters.size(); ++i) {
    if (node.runtime_filters[i] < 0) continue;
    for (const RuntimeFilterRef& filter : filters.take_subscribers(node.runtime_filters[i]))
      published.emplace_back(i, filter);
  }
}

bool HashJoinState::spill() {
  if (leaving.empty()) {
    leaving = table.give_up();
    external.store(true);
    metrics->set_note(
        fmt::format("given up for others' room: {} buckets on disk", JoinBits::kCount));
  }
  uint64_t written = 0;
  while (!leaving.empty() && written < kWrittenAtOnceBytes) {
    written += build_buckets.add(*shape.layout, *leaving.back(), *context.spill);
    leaving.pop_back();
  }
  if (leaving.empty()) idle_bytes = 0;
  return leaving.empty();
}

void HashJoinState::begin_probing() {
  const Claim claim(*this);
  while (!leaving.empty()) spill();
  idle_bytes = 0;
}

std::shared_ptr<Sink> make_join_build(std::shared_ptr<HashJoinState> state) {
  return std::make_shared<BuildSink>(std::move(state));
}

}  // namespace doline
