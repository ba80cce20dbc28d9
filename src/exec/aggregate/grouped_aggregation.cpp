#include "exec/aggregate/grouped_aggregation.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <optional>

#include "base/drawn_values.h"
#include "exec/aggregate/key_runs.h"

namespace doline {

namespace {

/// A table of its own pays off while it lies in the caches, or while most rows find their group.
constexpr size_t kLocalBytes = size_t{16} << 20;
constexpr size_t kMostLocalBytes = size_t{64} << 20;
constexpr uint64_t kRowsPerGroupToStay = 4;
/// Also where rows tell of fewer groups than so many times the rows, with room for all of them.
constexpr double kMostGroupsPerRow = 16;
constexpr double kPartForGroups = 4;
/// Of a row with many states (a PIVOT's) a row that comes in touches few: more of it is not what
/// the caches have to hold. Counted whole, such rows would be given a group each in the buckets,
/// which takes many times the memory of what they are groups of.
constexpr size_t kMostCountedRowBytes = 256;
/// Of the table before the buckets: within an L2 with its slots.
constexpr size_t kFrontBytes = size_t{384} << 10;
/// Fewer rows a group than this: the table before the buckets is passed by for a while.
constexpr double kRowsPerGroupToPassBy = 1.5;
constexpr uint64_t kPassByTables = 16;
/// Memory above this needs no estimate of what a chunk may take.
constexpr size_t kPlentyBytes = size_t{64} << 20;
/// What a task holds at least before it goes to disk; otherwise spilling would never help.
constexpr size_t kLeastSpillBytes = size_t{1} << 20;
/// With as few groups as this, and that many rows of each in a chunk, rows are sorted by group, so
/// that states stay in registers instead of going through memory with each row.
constexpr size_t kFewGroups = 16;
constexpr uint32_t kRowsToSort = 64;
constexpr int kRunTries = 8;
constexpr size_t kWorthAWriteBytes = size_t{32} << 10;
/// Written and read before others have their turn.
constexpr size_t kBytesAtOnce = size_t{1} << 20;
constexpr int kPagesAtOnce = 8;
/// With fewer groups than this in all tasks one reader puts them together.
constexpr uint64_t kGroupsForOneReader = 16384;

}  // namespace

/// One task's groups. Owned by the task.
class GroupedAggregation::Local final : public LocalState, public Spillable {
 public:
  explicit Local(GroupedAggregation& sink)
      : sink_(sink),
        plan_(*sink.plan_),
        context_(sink.context_),
        direct_(key_types()),
        filter_scratch_(plan_.calls().size()),
        arena_(make_ref<Arena>(plan_.budget())),
        enrolled_(context_.arbiter, *this) {
    const std::string& forced = context_.settings.force_aggregate;
    stays_local_ = forced == "local" || forced == "array";
    if (forced == "local" || forced == "partitioned") direct_.retire();
    if (forced == "partitioned") start_buckets();
  }

  size_t spillable_bytes() const noexcept override {
    return known_bytes_.load(std::memory_order_relaxed);
  }
  bool spill() override {
    if (!leaving_) begin_spill();
    return spill_step();
  }

  /// False: room is being made, and the chunk is wanted again.
  bool consume(const Chunk& chunk) {
    const uint32_t count = chunk.active.size();
    if (count == 0) return true;
    if (leaving_) {
      if (!now_) now_.emplace(context_.arbiter);
      if (!spill_step()) return false;
    }
    now_.reset();  // whoever did the last step
    plan_.evaluate(chunk, sink_.first_morsel_, scratch_, columns_);
    most_morsel_ = std::max(most_morsel_, sink_.first_morsel_ + chunk.sequence.morsel);
    if (!make_room(chunk)) return false;
    const auto keys = std::span(columns_).first(plan_.key_count());
    std::byte* rows[kChunkRows];
    is_placed_ = false;
    if (pass_by_rows_ != 0) {
      pass_by(keys, chunk.active, rows);
      pass_by_rows_ -= std::min<uint64_t>(pass_by_rows_, count);
    } else {
      find(keys, chunk.active, rows);
      rows_since_ += count;
    }
    if (is_placed_ && sorts_rows(count)) {
      update_sorted(chunk, rows);
    } else {
      plan_.update(columns_, chunk, rows, *arena_, filter_scratch_);
    }
    if (pass_by_rows_ == 0) consider_form();
    // Summing up takes a while; nobody asks as long as there is plenty.
    if (plan_.budget().available_bytes() < kPlentyBytes || ++chunks_since_sum_ == 32) {
      known_bytes_ = held_bytes();
      chunks_since_sum_ = 0;
    }
    return true;
  }

  void combine() {
    const auto write_all = [&] {
      while (!spill_step()) context_.check_cancelled();
    };
    if (leaving_) write_all();
    now_.reset();
    known_bytes_ = 0;
    if (has_spilled_ || (context_.settings.force_spill && context_.spill)) {
      begin_spill();
      write_all();
    }
    if (!buckets_.empty()) empty_table();
    MutexLock lock(sink_.mutex_);
    sink_.most_morsel_ = std::max(sink_.most_morsel_, most_morsel_);
    if (!buckets_.empty()) {
      if (sink_.buckets_.empty()) sink_.buckets_.resize(BucketBits::count(0));
      for (size_t i = 0; i < buckets_.size(); ++i) {
        BucketInput& into = sink_.buckets_[i];
        into.spilled.insert(into.spilled.end(), spilled_[i].begin(), spilled_[i].end());
        if (!buckets_[i].empty()) into.parts.push_back(std::move(buckets_[i]));
      }
    } else if (table_ && table_->group_count() != 0) {
      sink_.tables_.push_back(table_->take_pages());
    }
    sink_.arenas_.push_back(arena_);
    table_.reset();
    note();
  }

 private:
  std::vector<TypeRef> key_types() const {
    std::vector<TypeRef> types;
    for (size_t key = 0; key < plan_.key_count(); ++key) types.push_back(plan_.layout()->type(key));
    return types;
  }
  GroupTable& table() {
    if (!table_) table_ = std::make_unique<GroupTable>(plan_.layout(), plan_.budget());
    return *table_;
  }

  /// By the array where it knows the keys, by hashing otherwise.
  void find(std::span<const Column> keys, const Selection& active, std::byte** rows) {
    const uint32_t count = active.size();
    uint64_t hashes[kChunkRows];
    if (!direct_.is_active() || !direct_.place(keys, active, places_)) {
      if (run_tries_ > 0 && find_runs(keys, active, rows)) return;
      AggregatePlan::hash_keys(keys, active, hashes);
      return table().find_or_create(keys, active, hashes, rows);
    }
    is_placed_ = true;
    uint16_t missed[kChunkRows];
    uint32_t misses = 0;
    for (uint32_t i = 0; i < count; ++i) {
      rows[i] = direct_.row(places_[i]);
      missed[misses] = static_cast<uint16_t>(i);
      misses += rows[i] == nullptr;
    }
    if (misses == 0) return;
    BufferRef list = Buffer::allocate(misses * sizeof(uint16_t), plan_.budget());
    for (uint32_t k = 0; k < misses; ++k)
      list->as<uint16_t>()[k] = static_cast<uint16_t>(active[missed[k]]);
    const Selection few = Selection::of(std::move(list), misses);
    std::byte* found[kChunkRows];
    AggregatePlan::hash_keys(keys, few, hashes);
    table().find_or_create(keys, few, hashes, found);
    for (uint32_t k = 0; k < misses; ++k) {
      rows[missed[k]] = found[k];
      direct_.set(places_[missed[k]], found[k]);
      remember_few(places_[missed[k]], found[k]);
    }
  }

  /// Input that is sorted by its key comes in runs: only the first row of each is looked up. False
  /// when runs are too short to gain by it; after a few such chunks nobody asks again.
  bool find_runs(std::span<const Column> keys, const Selection& active, std::byte** rows) {
    const uint32_t count = active.size();
    const Column& key = keys[0];
    if (keys.size() != 1 || !key.is_flat() || key.validity() || key.type()->is_nested()) {
      run_tries_ = 0;
      return false;
    }
    uint16_t firsts[kChunkRows + 1], numbers[kChunkRows];
    const uint32_t runs = key_runs(key, active, firsts, numbers);
    if (runs * 2 > count) {
      --run_tries_;
      return false;
    }
    run_tries_ = kRunTries;
    BufferRef list = Buffer::allocate(runs * sizeof(uint16_t), plan_.budget());
    std::copy_n(firsts, runs, list->as<uint16_t>());
    const Selection few = Selection::of(std::move(list), runs);
    uint64_t hashes[kChunkRows];
    std::byte* found[kChunkRows];
    AggregatePlan::hash_keys(keys, few, hashes);
    table().find_or_create(keys, few, hashes, found);
    for (uint32_t i = 0; i < count; ++i) rows[i] = found[numbers[i]];
    return true;
  }

  /// Numbers the groups while they are few.
  void remember_few(uint32_t place, std::byte* row) {
    if (few_rows_.size() > kFewGroups) return;
    const auto known = std::find(few_rows_.begin(), few_rows_.end(), row);
    if (few_numbers_.size() < DirectIndex::kMostPlaces)
      few_numbers_.resize(DirectIndex::kMostPlaces);
    few_numbers_[place] = static_cast<uint8_t>(known - few_rows_.begin());
    if (known == few_rows_.end()) few_rows_.push_back(row);
  }
  bool sorts_rows(uint32_t count) const {
    return few_rows_.size() <= kFewGroups && plan_.calls().size() > 1 &&
           count >= kRowsToSort * few_rows_.size();
  }
  void update_sorted(const Chunk& chunk, std::byte* const* rows) {
    const uint32_t count = chunk.active.size();
    const size_t groups_known = few_rows_.size();
    std::array<BufferRef, kFewGroups> lists;
    uint16_t* next[kFewGroups];
    for (size_t group = 0; group < groups_known; ++group) {
      lists[group] = Buffer::allocate(count * sizeof(uint16_t), plan_.budget());
      next[group] = lists[group]->as<uint16_t>();
    }
    const uint16_t* active = chunk.active.rows();
    for (uint32_t i = 0; i < count; ++i) {
      *next[few_numbers_[places_[i]]]++ = static_cast<uint16_t>(active ? active[i] : i);
    }
    std::vector<AggregatePlan::GroupRows> groups;
    for (size_t group = 0; group < groups_known; ++group) {
      const auto size = static_cast<uint32_t>(next[group] - lists[group]->as<uint16_t>());
      if (size != 0)
        groups.push_back({few_rows_[group], Selection::of(std::move(lists[group]), size)});
    }
    plan_.update_sorted(columns_, chunk, rows, groups, *arena_, filter_scratch_);
  }
  void forget_places() {
    direct_.forget();
    few_rows_.clear();
  }

  /// Each row becomes a group of its own in its bucket.
  void pass_by(std::span<const Column> keys, const Selection& active, std::byte** rows) {
    const uint32_t count = active.size();
    uint64_t hashes[kChunkRows];
    uint32_t source[kChunkRows];
    RowPages::Place places[kChunkRows];
    AggregatePlan::hash_keys(keys, active, hashes);
    for (uint32_t i = 0; i < count; ++i) {
      source[i] = active[i];
      places[i] = buckets_[BucketBits::of(hashes[i], 0)].allocate_row();
      rows[i] = places[i].row;
      std::memcpy(rows[i], &hashes[i], sizeof(uint64_t));
    }
    for (size_t key = 0; key < keys.size(); ++key) {
      RowPages::write_column(*plan_.layout(), key, keys[key], source, count, places);
    }
  }

  void consider_form() {
    if (!table_) return;
    const size_t groups = table_->group_count();
    const size_t row_bytes = std::min<size_t>(plan_.layout()->row_bytes(), kMostCountedRowBytes);
    const size_t bytes = groups * row_bytes + table_->slot_bytes();
    if (buckets_.empty()) {
      if (stays_local_ || bytes < kLocalBytes) return;
      if (rows_since_ >= kRowsPerGroupToStay * groups && bytes < kMostLocalBytes) return;
      if (may_grow(groups)) return;
      // For a while the groups are there twice, in part.
      if (context_.spill && plan_.budget().available_bytes() < table_->held_bytes())
        return begin_spill();
      sink_.metrics.set_note(
          fmt::format("a thread went over to buckets at {} groups in {} rows", groups, rows_since_),
          "buckets");
      start_buckets();
      empty_table();
      table_.reset();  // its slots were many
      rows_since_ = 0;
    } else if (groups * row_bytes >= kFrontBytes) {
      const bool spares_little =
          static_cast<double>(rows_since_) < kRowsPerGroupToPassBy * static_cast<double>(groups);
      if (spares_little) pass_by_rows_ = kPassByTables * rows_since_;
      empty_table();
      rows_since_ = 0;
    }
  }

  /// Whether the groups there seem to be, by those met, fit into memory. Runs are no random draw.
  bool may_grow(size_t groups) {
    if (groups < next_question_) return true;
    const auto rows = static_cast<double>(rows_since_), most = kMostGroupsPerRow * rows;
    const double all = values_behind(static_cast<double>(groups), rows, most);
    const size_t held = held_bytes();
    const double wanted = static_cast<double>(held) / static_cast<double>(groups) * all;
    const auto room = static_cast<double>(plan_.budget().available_bytes() + held);
    const bool fits = wanted * context_.threads <= room / kPartForGroups;
    if (run_tries_ > 0 || all >= most * 0.99 || !fits) return false;
    next_question_ = groups + groups / 4;
    return true;
  }

  void start_buckets() {
    for (uint32_t i = 0; i < BucketBits::count(0); ++i)
      buckets_.emplace_back(plan_.layout(), plan_.budget());
    spilled_.resize(buckets_.size());
  }

  /// Moves the table's groups into the buckets; its pages go one by one.
  void empty_table() {
    if (!table_ || table_->group_count() == 0) return;
    RowPages pages = table_->take_pages();
    for (RowPageRef& page : pages.take_pages()) {
      for (uint32_t i = 0; i < page->size(); ++i) {
        const std::byte* row = page->row(i);
        buckets_[BucketBits::of(stored_hash(row), 0)].append_row(row);
      }
      page = nullptr;
    }
    forget_places();
  }

  size_t held_bytes() const {
    size_t bytes = arena_->held_bytes() + (table_ ? table_->held_bytes() : 0);
    for (const RowPages& bucket : buckets_) bytes += bucket.held_bytes();
    return bytes;
  }

  /// False: what the task holds begins to go to disk.
  bool make_room(const Chunk& chunk) {
    if (!context_.spill) return true;
    if (context_.settings.force_spill) {
      if (++chunks_since_spill_ < 16) return true;
      begin_spill();
      return false;
    }
    const size_t available = plan_.budget().available_bytes();
    if (available >= std::max(kPlentyBytes, 2 * arena_->large_bytes())) return true;
    size_t wanted = chunk.size() * size_t{plan_.layout()->row_bytes()};
    if (table_) wanted = table_->bytes_to_grow(chunk.size());
    if (plan_.layout()->has_heap() || plan_.has_variable_states()) {
      for (const Column& column : columns_) wanted += column.data_bytes();
    }
    wanted += wanted / 2 + (size_t{256} << 10);
    // What states have outside of the arena's blocks are tables that double.
    if (plan_.can_unload()) wanted += arena_->large_bytes();
    if (wanted <= available || held_bytes() < kLeastSpillBytes) return true;
    begin_spill();
    return false;
  }

  /// Everything this task holds is to go to disk, by bucket, in steps.
  void begin_spill() {
    chunks_since_spill_ = 0;
    if (!has_spilled_) {
      sink_.metrics.set_note(fmt::format("to disk from {} of one thread on, {} being left",
                                         format_byte_size(held_bytes()),
                                         format_byte_size(plan_.budget().available_bytes())),
                             "spill");
    }
    has_spilled_ = true;
    if (buckets_.empty()) start_buckets();
    forget_places();
    leaving_ = std::make_unique<Leaving>();
    if (plan_.has_variable_states()) {
      for (RowPages& bucket : buckets_) {
        for (RowPageRef& page : bucket.take_pages()) leaving_->pages.push_back(std::move(page));
      }
    }
    if (table_) {
      for (RowPageRef& page : table_->take_pages().take_pages())
        leaving_->pages.push_back(std::move(page));
    }
    table_.reset();
    rows_since_ = 0;
    leaving_->arena = std::exchange(arena_, make_ref<Arena>(plan_.budget()));
  }
  /// True once it is all written.
  bool spill_step() {
    const MakesRoomScope scope;
    const uint64_t before = context_.spill->written_bytes();
    const auto wrote_enough = [&] {
      return context_.spill->written_bytes() - before >= kBytesAtOnce;
    };
    Leaving& leaving = *leaving_;
    while (leaving.next_bucket < buckets_.size() && !wrote_enough()) {
      if (!plan_.has_variable_states())
        write_bucket(leaving.next_bucket, buckets_[leaving.next_bucket]);
      ++leaving.next_bucket;
    }
    for (int pages = 0;
         leaving.next_page < leaving.pages.size() && pages < kPagesAtOnce && !wrote_enough();
         ++pages) {
      write_page(std::move(leaving.pages[leaving.next_page++]));
    }
    const bool done =
        leaving.next_bucket == buckets_.size() && leaving.next_page == leaving.pages.size();
    if (done) {
      for (size_t i = 0; i < saved_.size(); ++i) write_bucket(i, saved_[i]);
      leaving_ = nullptr;
      known_bytes_ = 0;
    }
    return done;
  }
  void write_bucket(size_t bucket, RowPages& rows) {
    const auto pages = rows.spill(*context_.spill);
    spilled_[bucket].insert(spilled_[bucket].end(), pages.begin(), pages.end());
  }
  /// Sorts rows into buckets on their way to disk. Each page goes as soon as it is read, and a
  /// bucket once it is worth a write: little more is needed than is held already.
  void write_page(RowPageRef page) {
    while (saved_.size() < buckets_.size())
      saved_.emplace_back(plan_.saved_layout(), plan_.budget());
    lists_.resize(buckets_.size());
    for (auto& list : lists_) list.clear();
    for (uint32_t i = 0; i < page->size(); ++i) {
      lists_[BucketBits::of(stored_hash(page->row(i)), 0)].push_back(page->row(i));
    }
    for (size_t i = 0; i < lists_.size(); ++i) {
      if (!lists_[i].empty()) plan_.save(lists_[i], saved_[i]);
      if (saved_[i].held_bytes() >= kWorthAWriteBytes) write_bucket(i, saved_[i]);
    }
  }

  void note() {
    std::string text = buckets_.empty() ? "a table a thread" : "a table a bucket";
    if (direct_.is_active()) text = "an array by key, " + text;
    sink_.metrics.set_note("groups in " + text);
  }

  GroupedAggregation& sink_;
  const AggregatePlan& plan_;
  QueryContext& context_;
  DirectIndex direct_;
  int run_tries_ =
      kRunTries;            // chunks that may still disappoint before runs are looked for no more
  bool is_placed_ = false;  // the chunk in work, by direct_
  uint32_t places_[kChunkRows];
  std::vector<std::byte*> few_rows_;  // the groups, while they are few
  std::vector<uint8_t> few_numbers_;  // place → position in few_rows_
  Program::Scratch scratch_;
  std::vector<Program::Scratch> filter_scratch_;
  std::vector<Column> columns_;
  std::unique_ptr<GroupTable> table_;
  ArenaRef arena_;
  std::vector<RowPages> buckets_;  // empty in the local form
  std::vector<RowPages> saved_;    // on their way to disk
  std::vector<std::vector<std::byte*>> lists_;
  struct Leaving {
    std::vector<RowPageRef> pages;
    ArenaRef arena;  // of their states
    size_t next_page = 0;
    size_t next_bucket = 0;
  };
  std::unique_ptr<Leaving> leaving_;  // what is on its way to disk
  std::optional<SpillingNow> now_;
  std::atomic<size_t> known_bytes_{0};
  uint32_t chunks_since_sum_ = 0;
  std::vector<std::vector<SpilledPage>> spilled_;
  bool stays_local_ = false, has_spilled_ = false;
  uint32_t chunks_since_spill_ = 0;
  uint64_t rows_since_ = 0;    // since the table was last empty
  size_t next_question_ = 0;   // so many groups, until which the table grows
  uint64_t pass_by_rows_ = 0;  // still to pass the table by
  uint64_t most_morsel_ = 0;
  const Enrolled enrolled_;
};

GroupedAggregation::GroupedAggregation(AggregatePlanRef plan, QueryContext& context)
    : plan_(std::move(plan)), context_(context), enrolled_(context.arbiter, *this) {}
GroupedAggregation::~GroupedAggregation() = default;

std::unique_ptr<LocalState> GroupedAggregation::local(QueryContext&) {
  return std::make_unique<Local>(*this);
}

Flow GroupedAggregation::consume(const Chunk& chunk, LocalState& local, const Waker&) {
  auto& at = local.as<Local>();
  const Claim claim(at);
  return at.consume(chunk) ? Flow::kNeedInput : Flow::kHaveOutput;
}

void GroupedAggregation::combine(LocalState& local) {
  auto& at = local.as<Local>();
  const Claim claim(at);
  at.combine();
}

void GroupedAggregation::begin_input(uint32_t branch, bool) {
  MutexLock lock(mutex_);
  if (branch != 0) first_morsel_ = most_morsel_ + 1;
}

TaskSet GroupedAggregation::finish() {
  MutexLock lock(mutex_);
  if (buckets_.empty() && tables_.size() == 1) {
    // One task saw everything: its pages are the result, some to a reader.
    constexpr size_t kPagesPerReader = 8;
    std::vector<RowPageRef> pages = tables_[0].take_pages();
    for (size_t begin = 0; begin < pages.size(); begin += kPagesPerReader) {
      BucketInput& input = inputs_.emplace_back();
      input.is_unique = true;
      RowPages& part = input.parts.emplace_back(plan_->layout(), plan_->budget());
      for (size_t i = begin; i < std::min(pages.size(), begin + kPagesPerReader); ++i)
        part.adopt(std::move(pages[i]));
    }
    tables_.clear();
    becomes_idle();
    return {};
  }
  uint64_t groups = 0;
  for (const RowPages& table : tables_) groups += table.row_count();
  if (buckets_.empty()) buckets_.resize(groups <= kGroupsForOneReader ? 1 : BucketBits::count(0));
  for (RowPages& table : tables_) {
    const PinRef pin = table.pin();
    for (const RowPageRef& page : table.pages()) {
      for (uint32_t i = 0; i < page->size(); ++i) {
        const uint32_t bucket =
            buckets_.size() == 1 ? 0 : BucketBits::of(stored_hash(page->row(i)), 0);
        buckets_[bucket].rows.push_back(page->row(i));
      }
    }
    for (BucketInput& bucket : buckets_) bucket.pins.push_back(pin);
  }
  tables_.clear();
  for (BucketInput& bucket : buckets_) {
    bucket.level = 1;
    if (!bucket.spilled.empty() || !bucket.parts.empty() || !bucket.rows.empty())
      inputs_.push_back(std::move(bucket));
  }
  buckets_.clear();
  becomes_idle();
  return {};
}

void GroupedAggregation::becomes_idle() {
  size_t bytes = 0;
  for (const ArenaRef& arena : arenas_) bytes += arena->held_bytes();
  for (const BucketInput& input : inputs_) {
    for (const RowPages& part : input.parts) bytes += part.held_bytes();
  }
  // The pages of local tables belong to all inputs.
  if (!inputs_.empty()) {
    for (const PinRef& pin : inputs_[0].pins) bytes += pin->held_bytes();
  }
  idle_bytes_ = bytes;
}

bool GroupedAggregation::spill() {
  if (next_idle_ < inputs_.size()) move_to_disk(inputs_[next_idle_++], *plan_->context().spill);
  const bool done = next_idle_ == inputs_.size();
  if (done) {
    MutexLock lock(mutex_);
    arenas_.clear();
    idle_bytes_ = 0;
    metrics.set_note("spilled while it waited");
  }
  return done;
}

void GroupedAggregation::move_to_disk(BucketInput& input, SpillWriter& writer) {
  RowPages saved(plan_->saved_layout(), plan_->budget());
  const auto save = [&](std::span<std::byte* const> rows) {
    plan_->save(rows, saved);
    const std::vector<SpilledPage> pages = saved.spill(writer);
    input.spilled.insert(input.spilled.end(), pages.begin(), pages.end());
  };
  std::vector<std::byte*> rows;
  for (RowPages& part : input.parts) {
    for (RowPageRef& page : part.take_pages()) {
      rows.clear();
      for (uint32_t i = 0; i < page->size(); ++i) rows.push_back(page->row(i));
      if (!rows.empty()) save(rows);
      page = nullptr;
    }
  }
  constexpr size_t kRowsAtOnce = 2 * kChunkRows;
  for (size_t begin = 0; begin < input.rows.size(); begin += kRowsAtOnce) {
    save(std::span(input.rows).subspan(begin, std::min(kRowsAtOnce, input.rows.size() - begin)));
  }
  input.parts.clear();
  input.rows = {};
  input.pins.clear();
  input.is_unique = false;
}

std::vector<BucketInput> GroupedAggregation::take_inputs(std::vector<ArenaRef>& arenas) {
  const Claim claim(*this);
  idle_bytes_ = 0;
  MutexLock lock(mutex_);
  arenas = std::exchange(arenas_, {});
  return std::exchange(inputs_, {});
}

}  // namespace doline
