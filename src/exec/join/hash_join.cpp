#include <algorithm>
#include <array>

#include "column/chunk_bytes.h"
#include "exec/join/join.h"
#include "exec/join/join_probe.h"
#include "kernel/hash_column.h"
#include "kernel/compare.h"

namespace doline {

namespace {

constexpr size_t kBuckets = 32;
/// More keys than this make a filter that costs more than it spares.
constexpr size_t kFilterKeys = size_t{1} << 20;

/// Chunks on disk, by bucket of their keys' hash. Thread-safe.
class BucketFiles {
 public:
  explicit BucketFiles(std::vector<TypeRef> types) : types_(std::move(types)) {}

  /// `chunk` is dense; its rows go to the buckets of `hashes`.
  void add(const Chunk& chunk, const uint64_t* hashes, SpillWriter& writer) {
    std::array<std::vector<uint32_t>, kBuckets> rows;
    for (uint32_t row = 0; row < chunk.row_count; ++row) rows[hashes[row] >> 59].push_back(row);
    for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
      if (rows[bucket].empty()) continue;
      Chunk part;
      for (const Column& column : chunk.columns) {
        part.columns.push_back(column.gather(rows[bucket].data(), static_cast<uint32_t>(rows[bucket].size())));
      }
      part.row_count = static_cast<uint32_t>(rows[bucket].size());
      part.active = Selection::all(part.row_count);
      std::vector<std::byte> full;
      {
        MutexLock lock(mutex_);
        write_chunk(part, open_[bucket]);
        if (open_[bucket].size() >= kBlockBytes) full.swap(open_[bucket]);
      }
      if (!full.empty()) put(bucket, full, writer);
    }
  }
  void finish(SpillWriter& writer) {
    for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
      std::vector<std::byte> rest;
      {
        MutexLock lock(mutex_);
        rest.swap(open_[bucket]);
      }
      if (!rest.empty()) put(bucket, rest, writer);
    }
  }
  std::vector<SpillExtent> blocks(size_t bucket) {
    MutexLock lock(mutex_);
    return blocks_[bucket];
  }
  std::vector<Chunk> read(SpillExtent extent, SpillWriter& writer) const {
    std::vector<std::byte> bytes(extent.size_bytes);
    writer.read(extent, bytes);
    std::span<const std::byte> rest(bytes);
    std::vector<Chunk> chunks;
    while (!rest.empty()) chunks.push_back(read_chunk(types_, rest));
    return chunks;
  }

 private:
  static constexpr size_t kBlockBytes = size_t{256} << 10;
  void put(size_t bucket, const std::vector<std::byte>& bytes, SpillWriter& writer) {
    const SpillExtent extent = writer.write(bytes);
    MutexLock lock(mutex_);
    blocks_[bucket].push_back(extent);
  }

  const std::vector<TypeRef> types_;
  Mutex mutex_;
  std::array<std::vector<std::byte>, kBuckets> open_ GUARDED_BY(mutex_);
  std::array<std::vector<SpillExtent>, kBuckets> blocks_ GUARDED_BY(mutex_);
};

/// One join's state. Either the build side fits and left chunks are matched as they come, or both
/// sides go to disk by bucket and are joined bucket by bucket in the end.
struct HashJoinState {
  HashJoinState(const JoinNode& node, QueryContext& its_context, RuntimeFilters& filters)
      : context(its_context), shape(node, its_context), table(node, its_context), build_files(shape.right_types),
        probe_files(shape.left_types), make_table([&node, &its_context] { return std::make_unique<JoinTable>(node, its_context); }) {
    for (size_t i = 0; i < node.runtime_filters.size(); ++i) {
      if (node.runtime_filters[i] < 0) continue;
      for (const RuntimeFilterRef& filter : filters.subscribers(node.runtime_filters[i])) published.emplace_back(i, filter);
    }
  }

  std::vector<uint64_t> hashes_of(const std::vector<Column>& keys, uint32_t rows) const {
    std::vector<uint64_t> hashes(rows);
    const Selection all = Selection::all(rows);
    for (size_t i = 0; i < keys.size(); ++i) hash_column(keys[i], all, hashes.data(), i > 0);
    return hashes;
  }

  QueryContext& context;
  const JoinShape shape;
  JoinTable table;             // when it all fits
  std::atomic<bool> external{false};
  std::atomic<bool> has_null_key{false};
  std::atomic<uint64_t> build_rows{0};
  BucketFiles build_files;
  BucketFiles probe_files;
  const std::function<std::unique_ptr<JoinTable>()> make_table;  // the node outlives the run
  std::vector<std::pair<size_t, RuntimeFilterRef>> published;    // key, filter
  Mutex mutex;
  size_t held_bytes GUARDED_BY(mutex) = 0;
};

class BuildSink final : public Sink {
 public:
  explicit BuildSink(std::shared_ptr<HashJoinState> state) : state_(std::move(state)) {}

  struct Local final : LocalState {
    Program::Scratch scratch;
    std::vector<std::pair<Chunk, std::vector<Column>>> kept;
    size_t bytes = 0;
  };
  std::unique_ptr<LocalState> local(QueryContext&) override { return std::make_unique<Local>(); }

  Flow consume(const Chunk& chunk, LocalState& local, const Waker&) override {
    auto& at = local.as<Local>();
    Chunk owned = chunk.retain();
    std::vector<Column> keys = evaluate_keys(*state_->shape.right_keys, owned, at.scratch);
    state_->build_rows.fetch_add(owned.row_count, std::memory_order_relaxed);
    QueryContext& context = state_->context;
    const bool tight = context.settings.force_spill || context.budget->available_bytes() < (size_t{8} << 20);
    if (tight && context.spill) state_->external.store(true);
    if (state_->external.load()) {
      flush(at);
      to_disk(owned, keys);
      return Flow::kNeedInput;
    }
    at.bytes += owned.data_bytes();
    at.kept.emplace_back(std::move(owned), std::move(keys));
    return Flow::kNeedInput;
  }

  void combine(LocalState& local) override {
    auto& at = local.as<Local>();
    if (state_->external.load()) return flush(at);
    MutexLock lock(state_->mutex);
    for (auto& entry : at.kept) waiting_.push_back(std::move(entry));
    at.kept.clear();
  }

  TaskSet finish() override {
    std::vector<std::pair<Chunk, std::vector<Column>>> waiting;
    {
      MutexLock lock(state_->mutex);
      waiting.swap(waiting_);
    }
    if (state_->external.load()) {
      // Some task had finished before memory became short.
      for (auto& [chunk, keys] : waiting) to_disk(chunk, keys);
      state_->build_files.finish(*state_->context.spill);
      metrics.spilled_bytes.store(state_->context.spill->written_bytes());
      metrics.set_note(fmt::format("{} buckets on disk", kBuckets));
      return {};
    }
    std::sort(waiting.begin(), waiting.end(),
              [](const auto& a, const auto& b) { return a.first.sequence < b.first.sequence; });
    for (auto& [chunk, keys] : waiting) state_->table.add(std::move(chunk), std::move(keys));
    state_->table.finish();
    publish();
    return {};
  }

 private:
  void flush(Local& at) {
    for (auto& [chunk, keys] : at.kept) to_disk(chunk, keys);
    at.kept.clear();
    at.bytes = 0;
  }

  void to_disk(const Chunk& chunk, const std::vector<Column>& keys) {
    for (const Column& key : keys) {
      if (!key.validity()) continue;
      for (uint32_t row = 0; row < chunk.row_count; ++row) {
        if (key.is_null(row)) state_->has_null_key.store(true);
      }
    }
    const std::vector<uint64_t> hashes = state_->hashes_of(keys, chunk.row_count);
    state_->build_files.add(chunk, hashes.data(), *state_->context.spill);
  }

  /// The whole build side is in: scans may now leave out what cannot match.
  void publish() {
    if (state_->table.row_count() > kFilterKeys) return;
    for (const auto& [index, filter] : state_->published) {
      std::optional<Value> lower, upper;
      std::vector<uint64_t> hashes;
      for (const std::vector<Column>& keys : state_->table.keys()) {
        const Column& key = keys[index];
        uint32_t least = ~uint32_t{0}, most = 0;
        for (uint32_t row = 0; row < key.size(); ++row) {
          if (key.is_null(row)) continue;
          hashes.push_back(hash_row(key, row));
          if (least == ~uint32_t{0}) least = most = row;
          if (compare_rows(key, row, key, least) < 0) least = row;
          if (compare_rows(key, row, key, most) > 0) most = row;
        }
        if (least == ~uint32_t{0}) continue;
        const Column low = Column::constant(key.slice(least, 1).flatten(), 1);
        const Column high = Column::constant(key.slice(most, 1).flatten(), 1);
        if (!lower || compare_rows(low, 0, lower->to_column(1), 0) < 0) lower = Value::of(low, 0);
        if (!upper || compare_rows(high, 0, upper->to_column(1), 0) > 0) upper = Value::of(high, 0);
      }
      static_cast<PublishedFilter&>(*filter).publish(std::move(lower), std::move(upper), hashes);
    }
  }

  const std::shared_ptr<HashJoinState> state_;  // with the probes and the rest
  std::vector<std::pair<Chunk, std::vector<Column>>> waiting_;  // guarded by state_->mutex
};

class ProbeOperator final : public Operator {
 public:
  explicit ProbeOperator(std::shared_ptr<HashJoinState> state) : state_(std::move(state)) {}

  struct Local final : LocalState {
    explicit Local(const JoinShape& shape) : probe(shape) {}
    JoinProbe probe;
    Program::Scratch scratch;
  };
  std::unique_ptr<LocalState> local(QueryContext&) const override { return std::make_unique<Local>(state_->shape); }

  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    if (state_->external.load(std::memory_order_relaxed)) {
      const Chunk dense = in.dense();
      const std::vector<Column> keys = evaluate_keys(*state_->shape.left_keys, dense, at.scratch);
      const std::vector<uint64_t> hashes = state_->hashes_of(keys, dense.row_count);
      state_->probe_files.add(dense, hashes.data(), *state_->context.spill);
      return Flow::kNeedInput;
    }
    const bool nothing = state_->table.row_count() == 0 && (state_->shape.kind == JoinKind::kInner ||
                                                            state_->shape.kind == JoinKind::kSemi ||
                                                            state_->shape.kind == JoinKind::kRight);
    if (nothing) return Flow::kDone;
    if (!at.probe.is_open()) at.probe.begin(in.dense(), state_->table);
    return at.probe.next(out, state_->context.chunk_rows) ? Flow::kHaveOutput : Flow::kNeedInput;
  }

 private:
  const std::shared_ptr<HashJoinState> state_;
};

/// One bucket: its build rows in a table, its probe rows read by, then unmatched build rows.
class BucketReader final : public Reader {
 public:
  BucketReader(std::shared_ptr<HashJoinState> state, size_t bucket)
      : state_(std::move(state)), probe_(state_->shape), table_(state_->make_table()) {
    SpillWriter& spill = *state_->context.spill;
    Program::Scratch scratch;
    for (const SpillExtent& extent : state_->build_files.blocks(bucket)) {
      for (Chunk& chunk : state_->build_files.read(extent, spill)) {
        std::vector<Column> keys = evaluate_keys(*state_->shape.right_keys, chunk, scratch);
        table_->add(std::move(chunk), std::move(keys));
      }
    }
    table_->finish();
    table_->set_whole(state_->build_rows > 0, state_->has_null_key);
    blocks_ = state_->probe_files.blocks(bucket);
  }

  Poll read(Chunk& out, const Waker&) override {
    while (true) {
      if (probe_.is_open()) {
        if (probe_.next(out, state_->context.chunk_rows)) return Poll::kReady;
        continue;
      }
      if (chunk_ < chunks_.size()) {
        probe_.begin(chunks_[chunk_++], *table_);
        continue;
      }
      if (block_ < blocks_.size()) {
        chunks_ = state_->probe_files.read(blocks_[block_++], *state_->context.spill);
        chunk_ = 0;
        continue;
      }
      const bool outer = state_->shape.kind == JoinKind::kRight || state_->shape.kind == JoinKind::kFull;
      if (!outer || unmatched_ >= table_->hashes().size()) return Poll::kDone;
      const uint64_t end = std::min<uint64_t>(unmatched_ + kChunkRows, table_->hashes().size());
      out = unmatched_rows(state_->shape, *table_, unmatched_, end);
      unmatched_ = end;
      return Poll::kReady;
    }
  }

 private:
  const std::shared_ptr<HashJoinState> state_;
  JoinProbe probe_;
  const std::unique_ptr<JoinTable> table_;
  std::vector<SpillExtent> blocks_;
  std::vector<Chunk> chunks_;
  size_t block_ = 0;
  size_t chunk_ = 0;
  uint64_t unmatched_ = 0;
};

/// Unmatched build rows of a join that fitted in memory.
class UnmatchedReader final : public Reader {
 public:
  UnmatchedReader(std::shared_ptr<HashJoinState> state, uint64_t begin, uint64_t end)
      : state_(std::move(state)), at_(begin), end_(end) {}
  Poll read(Chunk& out, const Waker&) override {
    if (at_ >= end_) return Poll::kDone;
    const uint64_t stop = std::min(at_ + kChunkRows, end_);
    out = unmatched_rows(state_->shape, state_->table, at_, stop);
    at_ = stop;
    return Poll::kReady;
  }

 private:
  const std::shared_ptr<HashJoinState> state_;
  uint64_t at_;
  const uint64_t end_;
};

class RestSource final : public Source {
 public:
  explicit RestSource(std::shared_ptr<HashJoinState> state) : state_(std::move(state)) {
    if (state_->external) {
      state_->probe_files.finish(*state_->context.spill);
      count_ = kBuckets;
    } else if (state_->shape.kind == JoinKind::kRight || state_->shape.kind == JoinKind::kFull) {
      count_ = (state_->table.hashes().size() + kMorselRows - 1) / kMorselRows;
    }
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == count_) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    if (state_->external) return std::make_unique<BucketReader>(state_, morsel.begin);
    const uint64_t begin = morsel.begin * kMorselRows;
    return std::make_unique<UnmatchedReader>(state_, begin,
                                             std::min<uint64_t>(begin + kMorselRows, state_->table.hashes().size()));
  }
  // A bucket's table takes memory: with little of it, one at a time.
  uint32_t parallelism() const override { return state_->external ? 1 : ~uint32_t{0}; }

 private:
  static constexpr uint64_t kMorselRows = 64 * kChunkRows;
  const std::shared_ptr<HashJoinState> state_;
  size_t count_ = 0;
  std::atomic<size_t> next_{0};
};

}  // namespace

JoinParts make_hash_join(const JoinNode& node, QueryContext& context, RuntimeFilters& filters) {
  auto state = std::make_shared<HashJoinState>(node, context, filters);
  return {std::make_shared<BuildSink>(state), [state] { return std::make_unique<ProbeOperator>(state); },
          [state] { return std::make_unique<RestSource>(state); }};
}

}  // namespace doline
