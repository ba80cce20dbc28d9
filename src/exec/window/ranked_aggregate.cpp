#include <optional>

#include "exec/window/counted_values.h"
#include "exec/window/rank_tree.h"
#include "exec/window/window_strategy.h"

namespace doline {

uint32_t local_row_count(const RowRange& partition, const WindowExpr& window) {
  if (partition.size() >= ~uint32_t{0}) {
    throw Error(ErrorCode::kNotSupported, window.span,
                "{} over a partition of {} rows: more than 2^32 are not supported", window.name,
                partition.size());
  }
  return static_cast<uint32_t>(partition.size());
}

bool CountedValues::cover(const WindowBatch& batch, const PartitionRun& run) {
  const RowRange& known = counted_.partition();
  RowRange needed = run.partition;
  if (moves_on_) needed = {batch.frames[run.begin].begin, batch.frames[run.end - 1].end};
  if (known.begin <= needed.begin && needed.end <= known.end &&
      known.begin >= run.partition.begin && known.end <= run.partition.end)
    return false;
  // As many rows again: each row is then put in order about twice.
  constexpr uint64_t kLeastRows = uint64_t{1} << 15;
  const uint64_t rows = std::max(2 * needed.size(), kLeastRows);
  needed.end += std::min(run.partition.end - needed.end, rows - needed.size());
  if (run.partition.size() <= kLeastRows) needed = run.partition;
  build(needed);
  return true;
}

void CountedValues::build(const RowRange& rows) {
  local_row_count(rows, window_);
  if (rows.empty()) {
    counted_.build_all(rows);
    order_.clear();
    key_[0].values = Column::null(rows_.shape().types[argument_], 0);
    return;
  }
  Column column = rows_.gather(rows, argument_);
  if (!column.validity() && filter_ == CallColumns::kNone) {
    counted_.build_all(rows);
  } else {
    counted_.build(rows, rows_, [&](size_t chunk, uint32_t row) {
      if (rows_.column(chunk, argument_).is_null(row)) return false;
      if (filter_ == CallColumns::kNone) return true;
      const Column& filter = rows_.column(chunk, filter_);
      return !filter.is_null(row) && filter.value<bool>(row);
    });
  }
  const auto count = static_cast<uint32_t>(counted_.total());
  order_.resize(count);
  if (!counted_.is_all()) {
    for (uint32_t i = 0; i < count; ++i)
      order_[i] = static_cast<uint32_t>(counted_.row_of(i) - rows.begin);
    column = column.gather(order_.data(), count);
  }
  key_[0].values = std::move(column);
  std::iota(order_.begin(), order_.end(), 0U);
  order_rows(key_, order_);
}

namespace {

/// Quantiles of frames: the partition's values in order, and which of them are in the frame. Where
/// edges only move on these are a set that values enter and leave; else a tree answers.
class RankedAggregate final : public WindowCall {
 public:
  explicit RankedAggregate(const CallSetup& setup)
      : type_(setup.window.type),
        function_(*setup.window.aggregate->function),
        frames_(*setup.frames),
        slides_(frames_.is_monotone() && !frames_.excludes()),
        values_(setup) {}

  bool needs_peers() const override { return frames_.needs_peers(); }

  Column evaluate(const WindowBatch& batch) override {
    RepeatedResults out(type_, batch.count);
    for (const PartitionRun& run : batch.runs) {
      if (values_.cover(batch, run)) begin_values();
      for (uint32_t i = run.begin; i < run.end;) {
        uint32_t next = i + 1;
        while (!frames_.excludes() && next < run.end && batch.frames[next] == batch.frames[i])
          ++next;
        if (slides_) {
          move_to(values_.counted(batch.frames[i]));
          function_.ranked_result(InSet(sorted_, present_), out.next());
        } else {
          const RowRange peers = batch.peers ? batch.peers[i] : RowRange{};
          FrameParts parts = frames_.without_excluded(batch.row + i, batch.frames[i], peers);
          for (uint32_t part = 0; part < parts.count; ++part)
            parts.parts[part] = values_.counted(parts.parts[part]);
          function_.ranked_result(InTree(sorted_, tree_, parts), out.next());
        }
        poll_.add(8);
        out.repeat(next - i);
        i = next;
      }
    }
    return out.seal();
  }

 private:
  class InSet final : public RankedValues {
   public:
    InSet(const Column& sorted, const PlaceSet& present)
        : RankedValues(sorted), present_(present) {}
    uint64_t count() const override { return present_.size(); }
    uint32_t at(uint64_t place) const override {
      return static_cast<uint32_t>(present_.select(place));
    }

   private:
    const PlaceSet& present_;
  };
  class InTree final : public RankedValues {
   public:
    InTree(const Column& sorted, const RankTree& tree, const FrameParts& parts)
        : RankedValues(sorted), tree_(tree), parts_(parts), count_(parts.size()) {}
    uint64_t count() const override { return count_; }
    uint32_t at(uint64_t place) const override {
      return static_cast<uint32_t>(tree_.select({parts_.parts, parts_.count}, place));
    }

   private:
    const RankTree& tree_;
    const FrameParts& parts_;
    const uint64_t count_;
  };

  void begin_values() {
    const ChargedVector<uint32_t>& order = values_.order();
    sorted_ = values_.values().gather(order.data(), values_.size());
    places_.resize(order.size());
    for (uint32_t place = 0; place < order.size(); ++place) places_[order[place]] = place;
    if (slides_) {
      present_.reset(order.size());
      now_ = {};
    } else {
      tree_.build(places_, std::max<uint64_t>(1, order.size()));
    }
  }
  void move_to(const RowRange& frame) {
    for (uint64_t i = now_.begin; i < std::min(now_.end, frame.begin); ++i)
      present_.remove(places_[i]);
    for (uint64_t i = std::max(now_.end, frame.begin); i < frame.end; ++i) present_.add(places_[i]);
    poll_.add(frame.end - std::min(frame.end, now_.end));
    now_ = frame;
  }

  const TypeRef type_;
  const AggregateFunction& function_;
  const WindowFrames& frames_;
  const bool slides_;
  CountedValues values_;
  Column sorted_;                   // the counted values in order
  ChargedVector<uint32_t> places_;  // of each in it
  PlaceSet present_;
  RowRange now_;
  RankTree tree_;
  CancellationPoll poll_;
};

/// count(DISTINCT x): a value counts where it did not occur in the frame before.
class DistinctCount final : public WindowCall {
 public:
  explicit DistinctCount(const CallSetup& setup) : values_(setup) {}

  Column evaluate(const WindowBatch& batch) override {
    ColumnWriter out(Type::int64(), batch.count);
    for (const PartitionRun& run : batch.runs) {
      if (values_.cover(batch, run)) begin_values();
      for (uint32_t i = run.begin; i < run.end; ++i) {
        const RowRange frame = values_.counted(batch.frames[i]);
        out.values<int64_t>()[i] =
            static_cast<int64_t>(tree_.count_below(frame.begin, frame.end, frame.begin + 1));
      }
      poll_.add(uint64_t{8} * (run.end - run.begin));
    }
    return out.seal(batch.count);
  }

 private:
  void begin_values() {
    const ChargedVector<uint32_t>& order = values_.order();
    before_.assign(order.size(), 0);
    for (size_t i = 1; i < order.size(); ++i) {
      if (values_.are_equal(order[i - 1], order[i])) before_[order[i]] = order[i - 1] + 1;
    }
    tree_.build(before_, order.size() + 1);
  }

  CountedValues values_;
  ChargedVector<uint32_t> before_;  // behind where the value occurred before; 0: nowhere
  RankTree tree_;
  CancellationPoll poll_;
};

}  // namespace

std::unique_ptr<WindowCall> make_ranked_aggregate(const CallSetup& setup) {
  return std::make_unique<RankedAggregate>(setup);
}
std::unique_ptr<WindowCall> make_distinct_count(const CallSetup& setup) {
  return std::make_unique<DistinctCount>(setup);
}

}  // namespace doline
