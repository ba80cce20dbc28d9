#include "exec/window/counted_values.h"
#include "exec/window/window_strategy.h"

namespace doline {

namespace {

/// The distinct values of frames whose edges are steady: how often each is there. Self has
/// `value_entered(value, number)`, `value_left(value)`, `begin_values(count)`, and is told of every
/// row by `row_entered(value, number)`, `row_left(value, number)`.
template <class Self>
class PresentValues {
 public:
  explicit PresentValues(const CallSetup& setup) : values_(setup) {}

 protected:
  /// The frames of a run's rows are asked for next.
  void cover(const WindowBatch& batch, const PartitionRun& run) {
    if (values_.cover(batch, run)) begin();
  }
  void move_to(const RowRange& frame) {
    const RowRange next = values_.counted(frame);
    const auto leave = [&](uint64_t begin, uint64_t end) {
      for (uint64_t i = begin; i < end; ++i)
        self().row_left(value_of_[i], static_cast<uint32_t>(i));
    };
    const auto enter = [&](uint64_t begin, uint64_t end) {
      for (uint64_t i = begin; i < end; ++i)
        self().row_entered(value_of_[i], static_cast<uint32_t>(i));
      poll_.add(uint64_t{8} * (1 + end - std::min(begin, end)));
    };
    leave(now_.begin, std::min(now_.end, next.begin));
    leave(std::max(now_.begin, next.end), now_.end);
    enter(next.begin, std::min(now_.begin, next.end));
    enter(std::max(now_.end, next.begin), next.end);
    now_ = next;
  }

  CountedValues values_;
  ChargedVector<uint32_t> value_of_;  // by number: which of the distinct values it is
  uint32_t distinct_ = 0;

 private:
  Self& self() { return static_cast<Self&>(*this); }
  void begin() {
    const ChargedVector<uint32_t>& order = values_.order();
    value_of_.resize(order.size());
    distinct_ = 0;
    for (size_t i = 0; i < order.size(); ++i) {
      if (i > 0 && !values_.are_equal(order[i - 1], order[i])) ++distinct_;
      value_of_[order[i]] = distinct_;
    }
    if (!order.empty()) ++distinct_;
    now_ = {};
    self().begin_values();
  }
  RowRange now_;  // in counted values
  CancellationPoll poll_;
};

/// An aggregate over the distinct values of frames: a state for each value that is there, and above
/// them states of fours, of these by fours, and so on, to one for all.
class DistinctTree final : public WindowCall, PresentValues<DistinctTree> {
 public:
  explicit DistinctTree(const CallSetup& setup)
      : PresentValues(setup),
        type_(setup.window.type),
        aggregate_(plain_aggregate(*setup.window.aggregate)),
        function_(*aggregate_->function),
        budget_(*setup.context.budget),
        arena_(make_ref<Arena>(budget_)) {
    BufferRef row = Buffer::allocate(sizeof(uint16_t));
    row->as<uint16_t>()[0] = 0;
    one_row_ = Selection::of(std::move(row), 1);
  }

  Column evaluate(const WindowBatch& batch) override {
    RepeatedResults out(type_, batch.count);
    for (const PartitionRun& run : batch.runs) {
      cover(batch, run);
      for (uint32_t i = run.begin; i < run.end;) {
        uint32_t next = i + 1;
        while (next < run.end && batch.frames[next] == batch.frames[i]) ++next;
        move_to(batch.frames[i]);
        update_tree();
        std::byte* root[] = {levels_.back().at(0)};
        function_.result({root, 1}, out.next());
        out.repeat(next - i);
        i = next;
      }
    }
    return out.seal();
  }

 private:
  friend class PresentValues<DistinctTree>;
  static constexpr uint32_t kFanout = 4;
  void begin_values() {
    arena_->clear();
    counts_.assign(distinct_, 0);
    levels_.clear();
    for (size_t states = std::max<uint32_t>(1, distinct_);;
         states = (states + kFanout - 1) / kFanout) {
      levels_.emplace_back(function_, states);
      if (states == 1) break;
    }
    changed_.clear();
  }
  void row_entered(uint32_t value, uint32_t number) {
    if (counts_[value]++ > 0) return;
    const Column column[] = {values_.values().slice(number, 1)};
    function_.update_one(column, one_row_, levels_[0].at(value), *arena_);
    changed_.push_back(value);
  }
  void row_left(uint32_t value, uint32_t) {
    if (--counts_[value] > 0) return;
    function_.init(levels_[0].at(value));
    changed_.push_back(value);
  }
  /// What lies above values that came or went.
  void update_tree() {
    std::sort(changed_.begin(), changed_.end());
    for (size_t level = 1; level < levels_.size(); ++level) {
      const auto below = static_cast<uint32_t>(levels_[level - 1].size());
      for (uint32_t& at : changed_) at /= kFanout;
      changed_.erase(std::unique(changed_.begin(), changed_.end()), changed_.end());
      for (const uint32_t at : changed_) {
        std::byte* from[kFanout];
        std::byte* into[kFanout];
        const uint32_t count = std::min(kFanout, below - at * kFanout);
        for (uint32_t i = 0; i < count; ++i) {
          from[i] = levels_[level - 1].at(at * kFanout + i);
          into[i] = levels_[level].at(at);
        }
        function_.init(into[0]);
        function_.merge({from, count}, {into, count}, *arena_);
      }
    }
    changed_.clear();
  }

  const TypeRef type_;
  const AggregateExprRef aggregate_;  // without DISTINCT
  const AggregateFunction& function_;
  Budget& budget_;
  const ArenaRef arena_;
  Selection one_row_;
  ChargedVector<uint32_t> counts_;  // by value, rows of the frame
  std::vector<StateArray> levels_;  // from the values up
  std::vector<uint32_t> changed_;
};

/// mode() of frames: how often each value is there and which of its rows is the first; above them
/// the better of each two, up to the best.
class SlidingMode final : public WindowCall, PresentValues<SlidingMode> {
 public:
  explicit SlidingMode(const CallSetup& setup) : PresentValues(setup), type_(setup.window.type) {}

  Column evaluate(const WindowBatch& batch) override {
    RepeatedResults out(type_, batch.count);
    for (const PartitionRun& run : batch.runs) {
      cover(batch, run);
      for (uint32_t i = run.begin; i < run.end;) {
        uint32_t next = i + 1;
        while (next < run.end && batch.frames[next] == batch.frames[i]) ++next;
        move_to(batch.frames[i]);
        const uint32_t best = best_[1];
        if (distinct_ == 0 || there_[best].count == 0) {
          out.next().append_null();
        } else {
          out.next().append_from(values_.values(), there_[best].first);
        }
        out.repeat(next - i);
        i = next;
      }
    }
    return out.seal();
  }

 private:
  friend class PresentValues<SlidingMode>;
  struct There {
    uint32_t count = 0;
    uint32_t first = 0;
  };

  void begin_values() {
    there_.assign(distinct_, {});
    leaves_ = std::bit_ceil(std::max<uint32_t>(1, distinct_));
    best_.assign(size_t{2} * leaves_, 0);
    for (uint32_t i = 0; i < leaves_; ++i)
      best_[leaves_ + i] = std::min(i, distinct_ ? distinct_ - 1 : 0);
    for (uint32_t at = leaves_ - 1; at >= 1; --at) best_[at] = best_[2 * at];
    // Where each value occurs again.
    const ChargedVector<uint32_t>& order = values_.order();
    next_.assign(order.size(), 0);
    for (size_t i = 1; i < order.size(); ++i) next_[order[i - 1]] = order[i];
  }
  void row_entered(uint32_t value, uint32_t number) {
    There& there = there_[value];
    if (there.count++ == 0 || number < there.first) there.first = number;
    update(value);
  }
  void row_left(uint32_t value, uint32_t number) {
    There& there = there_[value];
    --there.count;
    if (there.first == number) there.first = next_[number];
    update(value);
  }
  bool is_better(uint32_t a, uint32_t b) const {
    const There& x = there_[a];
    const There& y = there_[b];
    return x.count != y.count ? x.count > y.count : x.first < y.first;
  }
  void update(uint32_t value) {
    for (uint32_t at = (leaves_ + value) / 2; at >= 1; at /= 2) {
      const uint32_t left = best_[2 * at];
      const uint32_t right = best_[2 * at + 1];
      best_[at] = is_better(right, left) ? right : left;
    }
  }

  const TypeRef type_;
  ChargedVector<There> there_;    // by value
  ChargedVector<uint32_t> next_;  // by number
  uint32_t leaves_ = 1;
  ChargedVector<uint32_t> best_;  // a heap's shape: the best value of what lies below
};

}  // namespace

std::unique_ptr<WindowCall> make_distinct_tree(const CallSetup& setup) {
  return std::make_unique<DistinctTree>(setup);
}
std::unique_ptr<WindowCall> make_sliding_mode(const CallSetup& setup) {
  return std::make_unique<SlidingMode>(setup);
}

}  // namespace doline
