#include "exec/sort/sort.h"

#include <algorithm>

#include "column/column_writer.h"
#include "exec/sort/sort_bound.h"
#include "exec/sort/sorted_source.h"
#include "expr/program.h"

namespace doline {

namespace {

/// Rows of a range in memory: with their entries twice they fit the second-level cache.
constexpr uint64_t kRangeRows = uint64_t{1} << 15;
/// What a run may take at once for one chunk: a block of entries, pages, a block of texts.
constexpr size_t kRoomBytes = size_t{2} << 20;
/// Smaller runs are not worth a file's attention, however tight memory is.
constexpr size_t kSmallestRunBytes = size_t{1} << 20;
constexpr size_t kSmallestRangeBytes = size_t{1} << 20;
constexpr size_t kLargestRangeBytes = size_t{32} << 20;
/// Beyond twice what a bounded sort keeps, so many rows are sorted to drop the others: the sooner
/// it is known what comes too late, the fewer rows come.
constexpr uint64_t kFewRows = 256;
/// Carried rows that are put into pages at once on their way to disk, and the share of a task's
/// memory that these may take.
constexpr uint64_t kFewestCarriedRows = uint64_t{1} << 15;
constexpr uint64_t kMostCarriedRows = uint64_t{1} << 20;
constexpr size_t kShareOfPages = 16;

std::vector<SortOrder> orders_of(const SortNode& node) {
  std::vector<SortOrder> orders;
  for (const SortKeyRef& key : node.keys)
    orders.push_back({key->expr->type, key->descending, key->nulls_first});
  return orders;
}

/// The first key's, if somebody asks for its values.
std::optional<SortOrder> first_order_of(const SortNode& node,
                                        const std::vector<RuntimeFilterRef>& filters) {
  if (filters.empty()) return std::nullopt;
  return orders_of(node).front();
}

std::vector<TypeRef> types_of(const Schema& schema) {
  std::vector<TypeRef> types;
  for (const Field& field : schema) types.push_back(field.type);
  return types;
}

std::vector<int> key_columns_of(const SortNode& node) {
  std::vector<int> columns;
  for (const SortKeyRef& key : node.keys) {
    columns.push_back(key->expr->tag() == NodeTag::kColumn
                          ? static_cast<int>(static_cast<const ColumnExpr&>(*key->expr).index)
                          : -1);
  }
  return columns;
}

/// A sort's rows and how far it is. The sink's until the source is made, then the source's. Between
/// the two, rows in memory are idle and may go to disk.
struct SortState final : Spillable {
  SortState(const SortNode& node, QueryContext& its_context, std::optional<size_t> its_group_keys,
            std::vector<RuntimeFilterRef> its_filters)
      : context(its_context),
        skip(static_cast<uint64_t>(std::max<int64_t>(0, node.skip))),
        take(node.take < 0 ? ~uint64_t{0} : static_cast<uint64_t>(node.take)),
        group_keys(its_group_keys),
        shape(std::make_shared<SortShape>(types_of(node.input->schema), orders_of(node),
                                          key_columns_of(node))),
        bound(std::make_shared<SortBound>(shape, first_order_of(node, its_filters))),
        ranges(std::make_shared<SortRanges>(*shape, context)),
        filters(std::move(its_filters)) {
    std::vector<ExprRef> exprs;
    for (const SortKeyRef& key : node.keys) exprs.push_back(key->expr);
    if (!exprs.empty()) keys = Program::compile(exprs, context.session);
  }

  size_t spillable_bytes() const noexcept override {
    return idle_bytes.load(std::memory_order_relaxed);
  }
  bool spill() override {
    if (!is_leaving) {
      leaving = ranges->take_held();
      is_leaving = true;
    }
    if (!leaving_run && !leaving_rows) {
      if (!leaving.runs.empty()) {
        leaving_run = spiller_of(std::move(leaving.runs.back()));
        leaving.runs.pop_back();
      } else if (!leaving.carried.empty()) {
        leaving_rows = std::move(leaving.carried.back());
        leaving.carried.pop_back();
      } else {
        add_spilled();
        ranges->cut(range_rows(), group_keys.value_or(0));
        is_leaving = false;
        idle_bytes = 0;
        return true;
      }
    }
    write_step(leaving_rows, leaving_run);
    return false;
  }
  /// A step of writing what lies in `spiller`, then `rows`, which are put into pages some at a
  /// time; true once it is all on disk.
  bool write_step(std::unique_ptr<CarriedRun>& rows, std::unique_ptr<RunSpiller>& spiller) {
    if (!spiller && rows && rows->row_count() > 0) {
      const MakesRoomScope scope;
      const uint64_t at_once = std::clamp<uint64_t>(
          share_bytes() / (kShareOfPages * pages_per_entry() * sizeof(SortEntry)),
          kFewestCarriedRows, kMostCarriedRows);
      spiller = spiller_of(rows->to_pages(at_once));
    }
    if (spiller && spiller->advance()) {
      keep(*spiller);
      spiller.reset();
    }
    if (spiller || (rows && rows->row_count() > 0)) return false;
    rows = nullptr;
    return true;
  }
  /// Tasks share what memory there is; sorting a run takes room as well.
  size_t share_bytes() const {
    return Budget::process().soft_limit_bytes() / 4 * 3 / std::max<uint32_t>(1, context.threads);
  }
  /// Rows will be read: from now on they stay where they are.
  void begin_reading() {
    const Claim claim(*this);
    while (is_leaving && !spill()) {
    }
    idle_bytes = 0;
  }
  void add_spilled() {
    MutexLock lock(mutex);
    for (auto& run : spilled) ranges->add(std::move(run));
    spilled.clear();
  }
  uint64_t range_rows() const {
    if (context.chunk_rows < kChunkRows)
      return uint64_t{context.chunk_rows} * 16;  // tests: many ranges
    if (!ranges->is_spilled()) return kRangeRows;
    if (context.settings.force_spill) return std::max<uint64_t>(64, ranges->row_count() / 8);
    const size_t target =
        std::clamp(context.budget->available_bytes() / (std::max<uint32_t>(1, context.threads) * 3),
                   kSmallestRangeBytes, kLargestRangeBytes);
    const uint64_t row_bytes =
        ranges->spilled_memory_bytes() / std::max<uint64_t>(1, ranges->row_count()) +
        2 * sizeof(SortEntry);
    return std::max<uint64_t>(1, target / row_bytes);
  }

  /// Rows that can still be among the first; a bounded sort drops the others.
  uint64_t most_rows() const { return take == ~uint64_t{0} ? take : skip + take; }
  bool is_bounded() const { return take != ~uint64_t{0}; }
  bool may_carry() const { return shape->carried && !is_bounded(); }
  /// Bytes of a carried row once it lies in a page, with its entry, over those of its entry alone.
  size_t pages_per_entry() const {
    return (shape->layout->row_bytes() + 2 * sizeof(SortEntry)) / sizeof(SortEntry);
  }
  std::unique_ptr<RunSpiller> spiller_of(std::unique_ptr<SortRun> run) {
    return std::make_unique<RunSpiller>(std::move(run), *shape, context, most_rows());
  }
  void keep(RunSpiller& written) {
    if (written.last()) drop_after(*written.last(), *shape->boundary_layout, 0);
    MutexLock lock(mutex);
    spilled.push_back(written.take());
  }
  /// `column`: of the layout, where the row's first key is.
  void drop_after(const SortEntry& last, const RowLayout& layout, uint32_t column) {
    bound->narrow(last, layout, column);
    MutexLock lock(mutex);
    for (const RuntimeFilterRef& filter : std::exchange(filters, {}))
      static_cast<PublishedFilter&>(*filter).publish(bound);
  }

  QueryContext& context;
  const uint64_t skip;
  const uint64_t take;
  const std::optional<size_t> group_keys;        // unset: no groups, morsels are ranges
  const std::shared_ptr<const SortShape> shape;  // with the source
  const std::shared_ptr<SortBound> bound;        // with scans
  std::shared_ptr<SortRanges> ranges;            // until the source takes them along
  ProgramRef keys;
  /// False once some task met a row that does not fit its entry, or little memory.
  std::atomic<bool> carries{true};
  Mutex mutex;
  std::vector<RuntimeFilterRef> filters GUARDED_BY(mutex);  // not published yet
  std::vector<std::unique_ptr<CarriedRun>> carried GUARDED_BY(mutex);
  std::vector<std::unique_ptr<SortRun>> runs GUARDED_BY(mutex);
  std::vector<std::unique_ptr<RunSpiller>> unfinished GUARDED_BY(mutex);
  std::vector<std::unique_ptr<SpilledRun>> spilled GUARDED_BY(mutex);
  // While idle; under the claim:
  std::atomic<size_t> idle_bytes{0};
  bool is_leaving = false;
  SortRanges::Held leaving;
  std::unique_ptr<RunSpiller> leaving_run;
  std::unique_ptr<CarriedRun> leaving_rows;
  const Enrolled enrolled{context.arbiter, *this};
};

/// Puts carried rows into pages, as others are.
class ToPagesTask final : public Task {
 public:
  ToPagesTask(SortState& state, std::unique_ptr<CarriedRun> run)
      : state_(state), run_(std::move(run)) {}
  Step step(Deadline, Waker&) override {
    auto pages = run_->to_pages();
    MutexLock lock(state_.mutex);
    state_.runs.push_back(std::move(pages));
    return Step::kDone;
  }

 private:
  SortState& state_;
  std::unique_ptr<CarriedRun> run_;
};

/// Spills what is left in memory once something was: then all of a range comes from disk, and
/// memory is free for it.
class SpillTask final : public Task {
 public:
  SpillTask(SortState& state, std::unique_ptr<CarriedRun> rows, std::unique_ptr<RunSpiller> spiller)
      : state_(state),
        rows_(std::move(rows)),
        spiller_(std::move(spiller)),
        now_(state.context.arbiter) {}
  Step step(Deadline deadline, Waker&) override {
    while (!state_.write_step(rows_, spiller_)) {
      if (deadline.passed()) return Step::kYield;
    }
    return Step::kDone;
  }

 private:
  SortState& state_;
  std::unique_ptr<CarriedRun> rows_;
  std::unique_ptr<RunSpiller> spiller_;
  const SpillingNow now_;
};

class PartitionTask final : public Task {
 public:
  explicit PartitionTask(SortRanges& ranges) : ranges_(ranges) {}
  Step step(Deadline deadline, Waker&) override {
    while (ranges_.partition_next(spare_)) {
      if (deadline.passed()) return Step::kYield;
    }
    return Step::kDone;
  }

 private:
  SortRanges& ranges_;
  BufferRef spare_;
};

class SortSink final : public Sink {
 public:
  explicit SortSink(std::shared_ptr<SortState> state) : state_(std::move(state)) {
    for (const bool nested : state_->shape->is_nested_key) has_nested_key_ |= nested;
    if (!state_->may_carry()) state_->carries.store(false, std::memory_order_relaxed);
  }

  struct Local final : LocalState, Spillable {
    explicit Local(SortSink& its_sink)
        : sink(its_sink), enrolled(sink.state_->context.arbiter, *this) {}
    size_t spillable_bytes() const noexcept override {
      return held_bytes.load(std::memory_order_relaxed);
    }
    bool spill() override { return sink.spill_step(*this); }

    SortSink& sink;
    Program::Scratch scratch;
    std::atomic<size_t> held_bytes{0};    // of `run`
    std::unique_ptr<CarriedRun> carried;  // or else
    std::unique_ptr<SortRun> run;
    std::unique_ptr<RunSpiller> spiller;  // of the run before
    std::optional<SpillingNow> now;
    uint64_t morsel = ~uint64_t{0};
    uint64_t row_in_morsel = 0;
    const Enrolled enrolled;
  };
  std::unique_ptr<LocalState> local(QueryContext&) override {
    return std::make_unique<Local>(*this);
  }

  Flow consume(const Chunk& given, LocalState& local, const Waker&) override {
    auto& at = local.as<Local>();
    if (state_->most_rows() == 0) return Flow::kDone;
    const Claim claim(at);
    if (at.morsel != given.sequence.morsel) {
      at.morsel = given.sequence.morsel;
      at.row_in_morsel = 0;
    }
    if (carry(at, given)) return Flow::kNeedInput;
    if (!make_room(at, given.size())) return Flow::kHaveOutput;
    const Chunk dense = has_nested_key_ ? given.dense() : Chunk();
    const Chunk& chunk = has_nested_key_ ? dense : given;
    const SortShape& shape = *state_->shape;
    std::vector<Column> keys;
    if (state_->keys) state_->keys->evaluate(chunk, at.scratch, keys);
    std::vector<Column> columns = chunk.columns;
    for (size_t i = 0; i < shape.own_keys.size(); ++i) {
      const Column& key = keys[shape.own_keys[i]];
      columns.push_back(shape.is_nested_key[i] ? order_bytes(key, chunk.row_count) : key);
    }

    const uint32_t count = chunk.size();
    uint32_t source[kChunkRows];
    uint64_t words[kChunkRows];
    const bool all = chunk.active.is_all();
    for (uint32_t i = 0; i < count; ++i) source[i] = all ? i : chunk.active.rows()[i];
    ColumnWriter places(Type::uint64(), chunk.row_count);
    auto* place_of = places.values<uint64_t>();
    for (uint32_t i = 0; i < count; ++i)
      place_of[source[i]] = row_place(branch_, at.morsel, at.row_in_morsel + i);
    at.row_in_morsel += count;
    if (keys.empty()) {
      for (uint32_t i = 0; i < count; ++i) words[i] = place_of[source[i]];
    } else {
      const bool nested = !shape.own_keys.empty() && shape.own_keys[0] == 0;
      shape.words().first_words(nested ? columns[shape.types.size()] : keys[0],
                                all ? nullptr : source, count, words);
    }
    columns.push_back(places.seal(chunk.row_count));

    uint32_t kept = count;
    if (state_->is_bounded()) {
      const uint64_t greatest = state_->bound->greatest_word();
      kept = 0;
      for (uint32_t i = 0; i < count; ++i) {
        source[kept] = source[i];
        words[kept] = words[i];
        kept += words[i] <= greatest;
      }
    }
    if (kept > 0) at.run->append(columns, all && kept == count ? nullptr : source, kept, words);
    // As many rows may be wanted as a number can say: nothing is added to them.
    const uint64_t rows = at.run->row_count();
    if (state_->is_bounded() && rows > kFewRows && (rows - kFewRows) / 2 > state_->most_rows())
      keep_first(*at.run);
    at.held_bytes.store(at.run->held_bytes(), std::memory_order_relaxed);
    return Flow::kNeedInput;
  }

  void combine(LocalState& local) override {
    auto& at = local.as<Local>();
    const Claim claim(at);
    at.held_bytes = 0;
    at.now.reset();
    if (at.carried && at.carried->row_count() > 0) {
      MutexLock lock(state_->mutex);
      state_->carried.push_back(std::move(at.carried));
    }
    if (at.spiller) {
      MutexLock lock(state_->mutex);
      state_->unfinished.push_back(std::move(at.spiller));
    }
    if (!at.run || at.run->row_count() == 0) return;
    if (state_->is_bounded() && at.run->row_count() > state_->most_rows()) keep_first(*at.run);
    MutexLock lock(state_->mutex);
    state_->runs.push_back(std::move(at.run));
  }

  TaskSet finish() override {
    TaskSet tasks;
    switch (stage_++) {
      case 0: {
        MutexLock lock(state_->mutex);
        size_t page_bytes = 0;
        for (const auto& run : state_->carried)
          page_bytes += run->held_bytes() * state_->pages_per_entry();
        const bool is_on_disk = !state_->spilled.empty() || !state_->unfinished.empty();
        const bool forced = state_->context.settings.force_spill && state_->context.spill;
        const bool alone = state_->runs.empty() && !is_on_disk && !forced;
        const bool spill =
            forced || is_on_disk ||
            (state_->context.spill && state_->context.budget->available_bytes() < page_bytes);
        for (auto& run : state_->carried) {
          if (alone) {
            state_->ranges->add(std::move(run));
          } else if (spill) {
            tasks.push_back(std::make_unique<SpillTask>(*state_, std::move(run), nullptr));
          } else {
            tasks.push_back(std::make_unique<ToPagesTask>(*state_, std::move(run)));
          }
        }
        state_->carried.clear();
        if (!tasks.empty()) return tasks;
        ++stage_;
        [[fallthrough]];
      }
      case 1: {
        MutexLock lock(state_->mutex);
        for (auto& spiller : state_->unfinished)
          tasks.push_back(std::make_unique<SpillTask>(*state_, nullptr, std::move(spiller)));
        state_->unfinished.clear();
        const bool spill = !tasks.empty() || !state_->spilled.empty() ||
                           (state_->context.settings.force_spill && state_->context.spill);
        for (auto& run : state_->runs) {
          if (spill) {
            tasks.push_back(
                std::make_unique<SpillTask>(*state_, nullptr, state_->spiller_of(std::move(run))));
          } else {
            state_->ranges->add(std::move(run));
          }
        }
        state_->runs.clear();
        if (!tasks.empty()) return tasks;
        ++stage_;
        [[fallthrough]];
      }
      case 2: {
        state_->add_spilled();
        SortRanges& ranges = *state_->ranges;
        ranges.cut(state_->range_rows(), state_->group_keys.value_or(0));
        if (ranges.is_spilled()) {
          metrics.set_note(fmt::format("{} runs on disk, {} ranges", ranges.spilled_runs(),
                                       ranges.range_count()));
        } else if (ranges.range_count() > 1) {
          metrics.set_note(fmt::format("{} ranges", ranges.range_count()));
          for (uint32_t i = 0; i < state_->context.threads; ++i)
            tasks.push_back(std::make_unique<PartitionTask>(ranges));
        }
        if (!tasks.empty()) return tasks;
        [[fallthrough]];
      }
      default:
        if (!state_->ranges->is_spilled()) state_->idle_bytes = state_->ranges->held_bytes();
        return {};
    }
  }

  void begin_input(uint32_t branch, bool) override { branch_ = branch; }

 private:
  /// Takes the chunk into entries alone, if that is how it goes on; else what is there moves to
  /// pages, or waits to go to disk.
  bool carry(Local& at, const Chunk& chunk) {
    if (at.run || at.spiller) return false;
    QueryContext& context = state_->context;
    // There must be room to put the rows into pages still.
    const size_t needed = at.carried ? at.carried->held_bytes() * state_->pages_per_entry() : 0;
    const bool tight = context.spill && at.carried && at.carried->row_count() > 0 &&
                       (context.budget->available_bytes() < needed + kRoomBytes ||
                        needed > state_->share_bytes() || context.settings.force_spill);
    if (state_->carries.load(std::memory_order_relaxed)) {
      if (!at.carried) at.carried = std::make_unique<CarriedRun>(*state_->shape, context);
      uint32_t source[kChunkRows];
      const bool all = chunk.active.is_all();
      const uint32_t count = chunk.size();
      for (uint32_t i = 0; i < count && !all; ++i) source[i] = chunk.active.rows()[i];
      if (!tight && !at.carried->is_scattered() &&
          at.carried->append(chunk.columns, all ? nullptr : source, count,
                             row_place(branch_, at.morsel, at.row_in_morsel))) {
        at.row_in_morsel += count;
        at.held_bytes.store(at.carried->held_bytes(), std::memory_order_relaxed);
        return true;
      }
      state_->carries.store(false, std::memory_order_relaxed);
    }
    if (tight) return false;  // they go to disk
    if (at.carried) at.run = at.carried->to_pages();
    at.carried = nullptr;
    return false;
  }

  /// False: not yet, ask again. What takes long is done in steps.
  bool make_room(Local& at, uint32_t rows) {
    QueryContext& context = state_->context;
    bool spills = at.spiller || (at.carried && at.carried->row_count() > 0);
    if (!spills && at.run && at.run->row_count() > 0 && context.spill) {
      const size_t held = at.run->held_bytes();
      const size_t needed = held / at.run->row_count() * rows + kRoomBytes;
      const bool tight = context.budget->available_bytes() < needed || held > state_->share_bytes();
      spills = (tight && held > kSmallestRunBytes) || context.settings.force_spill;
    }
    if (spills) {
      if (!at.now) at.now.emplace(context.arbiter);
      if (!spill_step(at)) return false;
    }
    // Also where what was left went to pages after all, or somebody else wrote it: the query's
    // tasks wait for as long as this is set.
    at.now.reset();
    if (!at.run) at.run = std::make_unique<SortRun>(*state_->shape, context);
    return true;
  }

  /// Under the local state's claim, by its task or by whoever makes room.
  bool spill_step(Local& at) {
    if (at.carried) state_->carries.store(false, std::memory_order_relaxed);
    if (!at.spiller && at.run && at.run->row_count() > 0) {
      at.spiller = state_->spiller_of(std::move(at.run));
    }
    if (!state_->write_step(at.carried, at.spiller)) return false;
    at.held_bytes = 0;
    return true;
  }

  /// Of a bounded sort, drops the rows of a run that are not among its first; while it does so the
  /// run takes up to twice its memory. Where that is not there all stay, until they go to disk.
  void keep_first(SortRun& run) {
    QueryContext& context = state_->context;
    const size_t needed = run.held_bytes() + run.row_count() * 2 * sizeof(SortEntry);
    if (context.spill && context.budget->available_bytes() < needed) return;
    const SortShape& shape = *state_->shape;
    state_->drop_after(run.keep_first(state_->most_rows()), *shape.layout,
                       shape.boundary_columns.front());
  }

  const std::shared_ptr<SortState> state_;  // with the source that follows
  bool has_nested_key_ = false;
  uint32_t branch_ = 0;
  int stage_ = 0;
};

}  // namespace

KeptRows make_sort(const SortNode& node, QueryContext& context, RuntimeFilters* filters,
                   std::optional<size_t> group_keys) {
  std::vector<RuntimeFilterRef> told;
  if (filters) told = filters->take_subscribers(node.runtime_filter);
  for (const RuntimeFilterRef& filter : told) {
    filter->soonest = node.keys.front()->descending ? RuntimeFilter::Soonest::kGreatest
                                                    : RuntimeFilter::Soonest::kLeast;
  }
  auto state = std::make_shared<SortState>(node, context, group_keys, std::move(told));
  return {std::make_shared<SortSink>(state), [state] {
            state->begin_reading();
            return make_sorted_source(std::move(state->ranges), state->shape, state->context,
                                      state->skip, state->take, state->group_keys.has_value());
          }};
}

}  // namespace doline
