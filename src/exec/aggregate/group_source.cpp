#include <algorithm>

#include "exec/aggregate/grouped_aggregation.h"

namespace doline {

namespace {

/// Rows put together before the reader returns to its driver.
constexpr uint32_t kRowsPerStep = 4 * kChunkRows;
/// Groups whose states take this much each on average are too few to be split.
constexpr size_t kLeastUnloadedBytes = size_t{1} << 20;
/// Of what is left, for each group expected: its slots take a quarter of it or less.
constexpr size_t kBytesPerReservedGroup = 128;

/// Puts the groups of one bucket together, then gives them out. A bucket that does not fit into
/// memory is split by further bits of the hash, on disk, and its parts are taken one by one.
class GroupReader final : public Reader {
 public:
  GroupReader(std::shared_ptr<GroupedAggregation> sink, BucketInput input)
      : sink_(std::move(sink)), plan_(*sink_->plan()) {
    todo_.push_back(std::move(input));
  }

  Poll read(Chunk& out, const Waker&) override {
    while (true) {
      switch (stage_) {
        case Stage::kNext:
          if (todo_.empty()) return Poll::kDone;
          start();
          break;
        case Stage::kGather:
          gather();
          out = Chunk();
          return Poll::kReady;  // no rows yet: the driver may turn to others
        case Stage::kGive:
          if (give(out)) return Poll::kReady;
          stage_ = Stage::kNext;
          break;
      }
    }
  }

 private:
  enum class Stage : uint8_t { kNext, kGather, kGive };

  void start() {
    input_ = std::move(todo_.back());
    todo_.pop_back();
    live_.clear();
    kept_.clear();
    pin_ = nullptr;
    table_.reset();
    arena_ = make_ref<Arena>(plan_.budget());
    next_spilled_ = next_part_ = next_page_ = next_row_ = given_ = 0;
    if (input_.is_unique) {
      for (const RowPages& part : input_.parts) {
        for (const RowPageRef& page : part.pages()) keep(page);
      }
      stage_ = Stage::kGive;
      return;
    }
    size_t rows = input_.rows.size();
    for (const SpilledPage& page : input_.spilled) rows += page.rows;
    for (const RowPages& part : input_.parts) rows += part.row_count();
    rows_ = rows;
    table_ = std::make_unique<GroupTable>(plan_.layout(), plan_.budget());
    // Slots for all of them at once, where they are a small part of what is left.
    table_->reserve(std::min(sink_->group_share().expected(rows),
                             plan_.budget().available_bytes() / kBytesPerReservedGroup));
    stage_ = Stage::kGather;
  }

  void keep(const RowPageRef& page) {
    kept_.push_back(page);
    for (uint32_t i = 0; i < page->size(); ++i) live_.push_back(page->row(i));
  }

  /// A few thousand rows more.
  void gather() {
    uint32_t budgeted = kRowsPerStep;
    while (budgeted != 0) {
      if (next_spilled_ < input_.spilled.size()) {
        if (!take_spilled(budgeted)) return;
      } else if (next_part_ < input_.parts.size()) {
        take_part(budgeted);
      } else if (next_row_ < input_.rows.size()) {
        const auto count = static_cast<uint32_t>(
            std::min<size_t>({input_.rows.size() - next_row_, kChunkRows, budgeted}));
        plan_.add_rows(input_.rows.data() + next_row_, count, *table_, *arena_, live_);
        next_row_ += count;
        budgeted -= count;
      } else {
        sink_->group_share().tell(rows_, table_->group_count());
        for (const RowPageRef& page : table_->pages().pages()) keep(page);
        for (RowPages& part : input_.parts) {
          for (const RowPageRef& page : part.pages()) kept_.push_back(page);
        }
        stage_ = Stage::kGive;
        return;
      }
    }
  }

  /// False when the bucket was split instead.
  bool take_spilled(uint32_t& budgeted) {
    if (!page_) {
      const SpilledPage& spilled = input_.spilled[next_spilled_];
      const auto is_tight = [&] {
        const size_t wanted = 2 * spilled.memory_bytes + table_->bytes_to_grow(spilled.rows) +
                              (plan_.can_unload() ? arena_->large_bytes() : 0);
        return plan_.budget().available_bytes() < wanted;
      };
      if (is_tight() || must_split()) {
        unload_states();
        if (can_split() && (is_tight() || must_split())) {
          split();
          return false;
        }
      }
      page_ = RowPages::read_back(spilled, *plan_.saved_layout(), *plan_.context().spill,
                                  plan_.budget());
      page_is_used_ = false;
      next_page_row_ = 0;
    }
    const uint32_t count = std::min({page_->size() - next_page_row_, kChunkRows, budgeted});
    page_is_used_ |= plan_.add_saved(page_, next_page_row_, count, *table_, *arena_, live_);
    next_page_row_ += count;
    budgeted -= count;
    if (next_page_row_ == page_->size()) {
      if (page_is_used_) kept_.push_back(page_);
      page_ = nullptr;
      next_page_row_ = 0;  // the parts in memory that may follow count by it as well
      ++next_spilled_;
    }
    return true;
  }

  void take_part(uint32_t& budgeted) {
    const RowPages& part = input_.parts[next_part_];
    if (next_page_ == part.pages().size()) {
      next_page_ = 0;
      ++next_part_;
      return;
    }
    const RowPageRef& page = part.pages()[next_page_];
    const uint32_t count = std::min({page->size() - next_page_row_, kChunkRows, budgeted});
    std::byte* rows[kChunkRows];
    for (uint32_t i = 0; i < count; ++i) rows[i] = page->row(next_page_row_ + i);
    plan_.add_rows(rows, count, *table_, *arena_, live_);
    next_page_row_ += count;
    budgeted -= count;
    if (next_page_row_ == page->size()) {
      next_page_row_ = 0;
      ++next_page_;
    }
  }

  /// Few groups of large states cannot be split, but what they keep can go to disk.
  void unload_states() {
    if (!plan_.can_unload()) return;
    const size_t groups = live_.size() + table_->group_count();
    if (arena_->held_bytes() < std::max(groups * plan_.large_state_bytes(), kLeastUnloadedBytes) &&
        !must_split())
      return;
    std::vector<std::byte*> rows = live_;
    for (const RowPageRef& page : table_->pages().pages()) {
      for (uint32_t i = 0; i < page->size(); ++i) rows.push_back(page->row(i));
    }
    auto arena = make_ref<Arena>(plan_.budget());
    plan_.unload(rows, *arena);
    arena_ = std::move(arena);
  }

  bool can_split() const {
    return input_.level < BucketBits::kLevels && !(live_.empty() && table_->group_count() == 0);
  }

  /// So that tests come by here.
  bool must_split() const { return plan_.context().settings.force_spill && input_.level == 1; }

  /// Sends what was gathered and what is still to come to disk, by the next bits of the hash.
  void split() {
    const uint32_t level = input_.level;
    const uint32_t count = BucketBits::count(level);
    std::vector<BucketInput> parts(count);
    std::vector<RowPages> open;
    for (uint32_t i = 0; i < count; ++i) {
      parts[i].level = level + 1;
      open.emplace_back(plan_.saved_layout(), plan_.budget());
    }
    SpillWriter& writer = *plan_.context().spill;
    const auto write_out = [&](uint32_t i) {
      const auto pages = open[i].spill(writer);
      parts[i].spilled.insert(parts[i].spilled.end(), pages.begin(), pages.end());
    };
    const auto route = [&](auto&& rows_of_part) {
      for (uint32_t i = 0; i < count; ++i) {
        rows_of_part(i);
        if (open[i].held_bytes() >= (size_t{128} << 10)) write_out(i);
      }
    };
    // Groups gathered so far, a few thousand at a time.
    for (const RowPageRef& page : table_->pages().pages()) {
      for (uint32_t i = 0; i < page->size(); ++i) live_.push_back(page->row(i));
    }
    std::vector<std::vector<std::byte*>> lists(count);
    for (size_t begin = 0; begin < live_.size(); begin += kRowsPerStep) {
      for (auto& list : lists) list.clear();
      for (size_t i = begin; i < std::min<size_t>(live_.size(), begin + kRowsPerStep); ++i) {
        lists[BucketBits::of(stored_hash(live_[i]), level)].push_back(live_[i]);
      }
      route([&](uint32_t i) { plan_.save(lists[i], open[i]); });
      plan_.context().check_cancelled();
    }
    live_.clear();
    kept_.clear();
    table_.reset();
    arena_ = nullptr;
    for (; next_spilled_ < input_.spilled.size(); ++next_spilled_) {
      const RowPageRef page = RowPages::read_back(input_.spilled[next_spilled_],
                                                  *plan_.saved_layout(), writer, plan_.budget());
      for (uint32_t i = 0; i < page->size(); ++i) {
        open[BucketBits::of(stored_hash(page->row(i)), level)].append_row(page->row(i));
      }
      route([](uint32_t) {});
      plan_.context().check_cancelled();
    }
    for (uint32_t i = 0; i < count; ++i) write_out(i);
    // What tasks left in memory came after what they spilled.
    for (RowPages& part : input_.parts) {
      for (const RowPageRef& page : part.pages()) {
        for (uint32_t i = 0; i < page->size(); ++i) input_.rows.push_back(page->row(i));
        input_.pins.emplace_back(page);
      }
    }
    for (std::byte* row : input_.rows)
      parts[BucketBits::of(stored_hash(row), level)].rows.push_back(row);
    for (BucketInput& part : parts) {
      if (part.spilled.empty() && part.rows.empty()) continue;
      part.pins = input_.pins;
      todo_.push_back(std::move(part));
    }
    input_ = BucketInput();
    stage_ = Stage::kNext;
  }

  bool give(Chunk& out) {
    if (given_ == live_.size()) return false;
    if (given_ == 0) {
      std::vector<PinRef> pins(kept_.begin(), kept_.end());
      pins.insert(pins.end(), input_.pins.begin(), input_.pins.end());
      pin_ = plan_.layout()->has_heap() ? combine_pins(std::move(pins)) : nullptr;
    }
    const auto count =
        static_cast<uint32_t>(std::min<size_t>(plan_.context().chunk_rows, live_.size() - given_));
    out = plan_.result(live_.data() + given_, count, pin_, *arena_);
    given_ += count;
    return true;
  }

  const std::shared_ptr<GroupedAggregation> sink_;
  const AggregatePlan& plan_;
  std::vector<BucketInput> todo_;
  BucketInput input_;
  Stage stage_ = Stage::kNext;
  std::unique_ptr<GroupTable> table_;
  ArenaRef arena_;
  std::vector<std::byte*> live_;  // one row a group, besides the table's own
  std::vector<RowPageRef> kept_;  // pages of live rows
  PinRef pin_;
  size_t rows_ = 0;  // that come in
  size_t next_spilled_ = 0;
  RowPageRef page_;  // being added
  bool page_is_used_ = false;
  uint32_t next_page_row_ = 0;
  size_t next_part_ = 0;
  size_t next_page_ = 0;
  size_t next_row_ = 0;
  size_t given_ = 0;
};

class GroupSource final : public Source {
 public:
  explicit GroupSource(std::shared_ptr<GroupedAggregation> sink)
      : sink_(std::move(sink)), inputs_(sink_->take_inputs(arenas_)) {
    is_unique_ = !inputs_.empty() && inputs_[0].is_unique;
  }

  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == inputs_.size()) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    return std::make_unique<GroupReader>(sink_, std::move(inputs_[morsel.begin]));
  }
  SourceProgress progress() const override { return {next_, inputs_.size()}; }
  /// A table's rows lie in the order in which their groups were met; buckets know of none.
  bool in_order() const override { return inputs_.size() <= 1 || is_unique_; }
  uint32_t parallelism() const override {
    return static_cast<uint32_t>(std::max<size_t>(1, inputs_.size()));
  }

 private:
  const std::shared_ptr<GroupedAggregation> sink_;
  std::vector<ArenaRef> arenas_;  // of the rows in memory
  std::vector<BucketInput> inputs_;
  bool is_unique_ = false;
  std::atomic<uint64_t> next_{0};
};

}  // namespace

std::unique_ptr<Source> make_group_source(std::shared_ptr<GroupedAggregation> sink) {
  return std::make_unique<GroupSource>(std::move(sink));
}

}  // namespace doline
