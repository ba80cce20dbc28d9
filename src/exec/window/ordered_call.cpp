#include <algorithm>

#include "exec/window/counted_values.h"
#include "exec/window/rank_tree.h"

namespace doline {

namespace {

/// A function with an ORDER BY of its own: rows of the frame count in that order. The partition's
/// rows are put in order once; a tree over their places says how many of a frame lie before one,
/// and which is the k-th.
class OrderedCall final : public WindowCall {
 public:
  explicit OrderedCall(const CallSetup& setup)
      : window_(setup.window), columns_(setup.columns), frames_(*setup.frames), rows_(setup.rows) {}

  bool needs_peers() const override { return frames_.needs_peers(); }

  Column evaluate(const WindowBatch& batch) override {
    ColumnBuilder out(window_.type, batch.count);
    for (const PartitionRun& run : batch.runs) {
      if (counted_.partition() != run.partition) begin_partition(run.partition);
      for (uint32_t i = run.begin; i < run.end; ++i) give(batch, i, out);
      poll_.add(uint64_t{16} * (run.end - run.begin));
    }
    return out.seal();
  }

 private:
  static constexpr uint64_t kNone = ~uint64_t{0};

  void begin_partition(const RowRange& partition) {
    const uint32_t count = local_row_count(partition, window_);
    std::vector<OrderKey> keys;
    for (size_t i = 0; i < columns_.argument_order.size(); ++i) {
      const SortKey& key = *window_.argument_order[i];
      keys.push_back(
          {rows_.gather(partition, columns_.argument_order[i]), key.descending, key.nulls_first});
    }
    order_.resize(count);
    std::iota(order_.begin(), order_.end(), 0U);
    order_rows(keys, order_);
    place_of_.resize(count);
    for (uint32_t place = 0; place < count; ++place) place_of_[order_[place]] = place;
    if (ties_matter()) {
      tie_begin_.resize(count);
      for (uint32_t place = 0; place < count; ++place) {
        const bool ties = place > 0 && keys_agree(keys, order_[place - 1], order_[place]);
        tie_begin_[place] = ties ? tie_begin_[place - 1] : place;
      }
      tie_end_.resize(count);
      for (uint32_t place = count; place-- > 0;) {
        const bool ties = place + 1 < count && tie_begin_[place + 1] == tie_begin_[place];
        tie_end_[place] = ties ? tie_end_[place + 1] : place + 1;
      }
    }
    if (window_.ignore_nulls && !columns_.arguments.empty()) {
      counted_.build(partition, rows_, [&](size_t chunk, uint32_t row) {
        return !rows_.column(chunk, columns_.arguments[0]).is_null(row);
      });
    } else {
      counted_.build_all(partition);
    }
    ChargedVector<uint32_t> places(counted_.total());
    for (uint64_t k = 0; k < places.size(); ++k)
      places[k] = place_of_[counted_.row_of(k) - partition.begin];
    tree_.build(places, std::max<uint64_t>(1, count));
  }
  bool ties_matter() const {
    return window_.kind == WindowKind::kRank || window_.kind == WindowKind::kPercentRank ||
           window_.kind == WindowKind::kCumeDist;
  }

  void give(const WindowBatch& batch, uint32_t i, ColumnBuilder& out) {
    const uint64_t row = batch.row + i;
    const RowRange frame = counted_.counted(batch.frames[i]);
    const uint32_t place = place_of_[row - counted_.partition().begin];
    const auto below = [&](uint32_t bound) {
      return tree_.count_below(frame.begin, frame.end, bound);
    };
    switch (window_.kind) {
      case WindowKind::kRowNumber:
        return out.append(static_cast<int64_t>(below(place) + 1));
      case WindowKind::kRank:
        return out.append(static_cast<int64_t>(below(tie_begin_[place]) + 1));
      case WindowKind::kPercentRank:
        return out.append(frame.size() < 2 ? 0.0
                                           : static_cast<double>(below(tie_begin_[place])) /
                                                 static_cast<double>(frame.size() - 1));
      case WindowKind::kCumeDist:
        return out.append(frame.empty() ? 0.0
                                        : static_cast<double>(below(tie_end_[place])) /
                                              static_cast<double>(frame.size()));
      case WindowKind::kNtile: {
        const auto buckets =
            ntile_buckets(window_, rows_.column(batch.chunk, columns_.arguments[0]), i);
        if (!buckets || frame.empty()) return out.append_null();
        return out.append(
            bucket_of(std::min(below(place), frame.size() - 1), frame.size(), *buckets));
      }
      case WindowKind::kLag:
      case WindowKind::kLead: {
        const std::optional<int64_t> offset =
            columns_.arguments.size() > 1 ? number(batch, i, 1) : std::optional<int64_t>(1);
        if (!offset) return out.append_null();
        const uint64_t target = shifted(row, *offset, below(place), batch.frames[i], frame);
        if (target == kNone && columns_.arguments.size() > 2)
          return out.append_from(rows_.column(batch.chunk, columns_.arguments[2]), i);
        return append(target, out);
      }
      case WindowKind::kFirstValue:
      case WindowKind::kLastValue:
      case WindowKind::kNthValue:
        return append(value_row(batch, i), out);
      case WindowKind::kAggregate:
      case WindowKind::kDenseRank:
      case WindowKind::kFill:
        UNREACHABLE();
    }
  }

  /// The row `offset` places from the row, whose own place need not be among the frame's.
  uint64_t shifted(uint64_t row, int64_t offset, uint64_t below, const RowRange& rows,
                   const RowRange& frame) const {
    if (offset == 0) return row;
    const bool back = (offset < 0) != (window_.kind == WindowKind::kLag);
    const uint64_t distance =
        offset < 0 ? uint64_t{0} - static_cast<uint64_t>(offset) : static_cast<uint64_t>(offset);
    if (back) return distance > below ? kNone : row_at(frame, below - distance);
    const bool is_in_frame = row >= rows.begin && row < rows.end && counted_.counts(row);
    const uint64_t above = frame.size() - below - is_in_frame;
    return distance > above ? kNone : row_at(frame, below + is_in_frame + distance - 1);
  }
  uint64_t row_at(const RowRange& frame, uint64_t k) const {
    return counted_.partition().begin + order_[tree_.select({&frame, 1}, k)];
  }

  uint64_t value_row(const WindowBatch& batch, uint32_t i) {
    const RowRange peers = batch.peers ? batch.peers[i] : RowRange{};
    FrameParts parts = frames_.without_excluded(batch.row + i, batch.frames[i], peers);
    for (uint32_t part = 0; part < parts.count; ++part)
      parts.parts[part] = counted_.counted(parts.parts[part]);
    const uint64_t rows = parts.size();
    uint64_t k = window_.kind == WindowKind::kLastValue ? rows - 1 : 0;
    if (window_.kind == WindowKind::kNthValue) {
      const std::optional<int64_t> nth = number(batch, i, 1);
      if (!nth || *nth <= 0) return kNone;
      k = static_cast<uint64_t>(*nth) - 1;
    }
    if (rows == 0 || k >= rows) return kNone;
    return counted_.partition().begin + order_[tree_.select({parts.parts, parts.count}, k)];
  }

  void append(uint64_t row, ColumnBuilder& out) {
    if (row == kNone) return out.append_null();
    const size_t chunk = rows_.chunk_of(row);
    out.append_from(rows_.column(chunk, columns_.arguments[0]),
                    static_cast<uint32_t>(row - rows_.begin_of(chunk)));
  }
  std::optional<int64_t> number(const WindowBatch& batch, uint32_t i, size_t argument) {
    const Column& column = rows_.column(batch.chunk, columns_.arguments[argument]);
    if (column.is_null(i)) return std::nullopt;
    return column.value<int64_t>(i);
  }

  const WindowExpr& window_;
  const CallColumns& columns_;
  const WindowFrames& frames_;
  WindowRows& rows_;
  CountedRows counted_;
  ChargedVector<uint32_t> order_;      // the partition's rows
  ChargedVector<uint32_t> place_of_;   // each one's place in it
  ChargedVector<uint32_t> tie_begin_;  // by place: where rows that sort equal begin
  ChargedVector<uint32_t> tie_end_;
  RankTree tree_;  // over the places of rows that count
  CancellationPoll poll_;
};

}  // namespace

std::unique_ptr<WindowCall> make_ordered_call(const CallSetup& setup) {
  return std::make_unique<OrderedCall>(setup);
}

}  // namespace doline
