#include "exec/window/window_call.h"

#include <algorithm>
#include <optional>

#include "base/cancellation.h"

namespace doline {

int64_t window_constant(const ExprRef& expr, const QueryContext& context) {
  if (!is_constant(expr))
    throw Error(ErrorCode::kNotSupported, expr->span, "this window argument must be a constant");
  const Value value = evaluate_constant(expr, context.session);
  if (value.is_null())
    throw Error(ErrorCode::kInvalidArgument, expr->span, "this window argument cannot be NULL");
  return static_cast<int64_t>(value.as_integer());
}

// --- frames

WindowFrames::WindowFrames(const WindowExpr& window, const QueryContext& context)
    : frame_(window.frame) {
  const auto distance = [&](const ExprRef& expr) -> uint64_t {
    if (!expr) return 0;
    const int64_t value = window_constant(expr, context);
    if (value < 0)
      throw Error(ErrorCode::kInvalidArgument, expr->span, "a frame's distance cannot be negative");
    return static_cast<uint64_t>(value);
  };
  begin_ = distance(window.frame_begin);
  end_ = distance(window.frame_end);
}

RowRange WindowFrames::of(uint64_t row, const WindowPlace& place) const {
  using Bound = WindowFrame::Bound;
  const RowRange& partition = place.partition;
  const RowRange at = is_by_peers() ? place.peers : RowRange{row, row + 1};
  // Saturated at the partition's ends.
  const auto before = [&](uint64_t from, uint64_t distance) {
    return from - std::min(distance, from - partition.begin);
  };
  const auto behind = [&](uint64_t from, uint64_t distance) {
    return from + std::min(distance, partition.end - from);
  };
  RowRange range;
  switch (frame_.begin) {
    case Bound::kUnboundedPreceding:
      range.begin = partition.begin;
      break;
    case Bound::kPreceding:
      range.begin = before(at.begin, begin_);
      break;
    case Bound::kCurrentRow:
      range.begin = at.begin;
      break;
    case Bound::kFollowing:
      range.begin = behind(at.begin, begin_);
      break;
    case Bound::kUnboundedFollowing:
      range.begin = partition.end;
      break;
  }
  switch (frame_.end) {
    case Bound::kUnboundedPreceding:
      range.end = partition.begin;
      break;
    case Bound::kPreceding:
      range.end = before(at.end, end_);
      break;
    case Bound::kCurrentRow:
      range.end = at.end;
      break;
    case Bound::kFollowing:
      range.end = behind(at.end, end_);
      break;
    case Bound::kUnboundedFollowing:
      range.end = partition.end;
      break;
  }
  range.end = std::max(range.begin, range.end);
  return range;
}

bool WindowFrames::is_whole_partition() const {
  return frame_.begin == WindowFrame::Bound::kUnboundedPreceding &&
         frame_.end == WindowFrame::Bound::kUnboundedFollowing;
}

namespace {

/// row_number and what else follows from a row's place alone.
class RankCall final : public WindowCall {
 public:
  RankCall(const WindowExpr& window, const QueryContext& context) : kind_(window.kind) {
    if (kind_ != WindowKind::kNtile) return;
    const int64_t buckets = window_constant(window.arguments[0], context);
    if (buckets <= 0)
      throw Error(ErrorCode::kInvalidArgument, window.span, "ntile wants a positive number");
    buckets_ = static_cast<uint64_t>(buckets);
  }

  void evaluate(uint64_t row, uint32_t count, const WindowPlace* places,
                ColumnBuilder& out) override {
    for (uint32_t i = 0; i < count; ++i) {
      const RowRange& partition = places[i].partition;
      const RowRange& peers = places[i].peers;
      const uint64_t at = row + i - partition.begin;
      switch (kind_) {
        case WindowKind::kRowNumber:
          out.append(static_cast<int64_t>(at + 1));
          break;
        case WindowKind::kRank:
          out.append(static_cast<int64_t>(peers.begin - partition.begin + 1));
          break;
        case WindowKind::kDenseRank:
          if (at == 0) dense_rank_ = 0;
          dense_rank_ += peers.begin == row + i;
          out.append(dense_rank_);
          break;
        case WindowKind::kPercentRank:
          out.append(partition.size() < 2 ? 0.0
                                          : static_cast<double>(peers.begin - partition.begin) /
                                                static_cast<double>(partition.size() - 1));
          break;
        case WindowKind::kCumeDist:
          out.append(static_cast<double>(peers.end - partition.begin) /
                     static_cast<double>(partition.size()));
          break;
        case WindowKind::kNtile:
          out.append(static_cast<int64_t>(bucket(at, partition.size()) + 1));
          break;
        case WindowKind::kAggregate:
        case WindowKind::kLag:
        case WindowKind::kLead:
        case WindowKind::kFirstValue:
        case WindowKind::kLastValue:
        case WindowKind::kNthValue:
          UNREACHABLE();
      }
    }
  }

 private:
  /// The first buckets have one row more.
  uint64_t bucket(uint64_t at, uint64_t rows) const {
    const uint64_t size = rows / buckets_;
    const uint64_t larger = rows % buckets_;
    const uint64_t in_larger = larger * (size + 1);
    return at < in_larger ? at / (size + 1)
                          : larger + (at - in_larger) / std::max<uint64_t>(1, size);
  }

  const WindowKind kind_;
  uint64_t buckets_ = 1;
  int64_t dense_rank_ = 0;
};

/// Where a call takes its value from another row.
class PickingCall : public WindowCall {
 public:
  PickingCall(const WindowExpr& window, WindowRows& rows, const QueryContext& context)
      : ignore_nulls_(window.ignore_nulls), columns_(window.arguments, nullptr, rows, context) {}

 protected:
  static constexpr uint64_t kNone = ~uint64_t{0};

  void append(uint64_t row, ColumnBuilder& out, size_t argument = 0) {
    WindowRows& rows = columns_.rows();
    const size_t chunk = rows.chunk_of(row);
    out.append_from(columns_.of(chunk)[argument],
                    static_cast<uint32_t>(row - rows.begin_of(chunk)));
  }
  bool counts(uint64_t row) {
    if (!ignore_nulls_) return true;
    poll_.add(1);
    return !columns_.is_null(row, 0);
  }
  /// An integer argument of a row.
  std::optional<int64_t> number(uint64_t row, size_t argument) {
    WindowRows& rows = columns_.rows();
    const size_t chunk = rows.chunk_of(row);
    const Column& column = columns_.of(chunk)[argument];
    const auto at = static_cast<uint32_t>(row - rows.begin_of(chunk));
    if (column.is_null(at)) return std::nullopt;
    return column.value<int64_t>(at);
  }

  const bool ignore_nulls_;
  WindowColumns columns_;

 private:
  CancellationPoll poll_;
};

/// lag and lead.
class ShiftCall final : public PickingCall {
 public:
  ShiftCall(const WindowExpr& window, WindowRows& rows, const QueryContext& context)
      : PickingCall(window, rows, context),
        direction_(window.kind == WindowKind::kLag ? -1 : 1),
        has_offset_(window.arguments.size() > 1),
        has_default_(window.arguments.size() > 2) {}

  void evaluate(uint64_t row, uint32_t count, const WindowPlace* places,
                ColumnBuilder& out) override {
    for (uint32_t i = 0; i < count;) {
      if (!has_offset_ && !ignore_nulls_) {
        i += evaluate_neighbours(row + i, count - i, places[i].partition, out);
        continue;
      }
      const uint64_t at = row + i;
      const std::optional<int64_t> offset = has_offset_ ? number(at, 1) : 1;
      if (!offset) {
        out.append_null();
      } else if (const uint64_t target = find(at, *offset, places[i].partition); target != kNone) {
        append(target, out);
      } else if (has_default_) {
        append(at, out, 2);
      } else {
        out.append_null();
      }
      ++i;
    }
  }

 private:
  /// The common case, many rows of a partition at a time.
  uint32_t evaluate_neighbours(uint64_t row, uint32_t most, const RowRange& partition,
                               ColumnBuilder& out) {
    const uint64_t end = std::min<uint64_t>(row + most, partition.end);
    if (direction_ < 0 && row == partition.begin) out.append_null();
    const uint64_t from = direction_ < 0 ? std::max(row, partition.begin + 1) - 1 : row + 1;
    const uint64_t to = direction_ < 0 ? end - 1 : std::min(end + 1, partition.end);
    columns_.for_range(std::min(from, to), to, [&](size_t chunk, uint32_t begin, uint32_t count) {
      out.append_from(columns_.of(chunk)[0],
                      Selection::all(columns_.rows().size_of(chunk)).slice(begin, count));
    });
    if (direction_ > 0 && end == partition.end) out.append_null();
    return static_cast<uint32_t>(end - row);
  }

  uint64_t find(uint64_t row, int64_t offset, const RowRange& partition) {
    const bool back = (offset < 0) != (direction_ < 0);
    uint64_t distance =
        offset < 0 ? uint64_t{0} - static_cast<uint64_t>(offset) : static_cast<uint64_t>(offset);
    const uint64_t room = back ? row - partition.begin : partition.end - 1 - row;
    if (!ignore_nulls_ || distance == 0)
      return distance > room ? kNone : back ? row - distance : row + distance;
    if (walk_.begin != partition.begin || walk_.back != back || walk_.distance != distance)
      start(row, back, distance, partition);
    while (walk_.row < row) step(partition);
    return walk_.missing == 0 ? walk_.target : kNone;
  }

  /// Counts rows from `row` on until the target is there, or the partition's end.
  void start(uint64_t row, bool back, uint64_t distance, const RowRange& partition) {
    walk_ = {partition.begin, back, distance, row, row, distance};
    const uint64_t last = back ? partition.begin : partition.end - 1;
    while (walk_.missing > 0 && walk_.target != last) {
      walk_.target += back ? ~uint64_t{0} : 1;
      walk_.missing -= counts(walk_.target);
    }
  }
  /// From a row to the next: where a row that counts was passed, so does the target pass one.
  void step(const RowRange& partition) {
    const uint64_t passed = walk_.back ? walk_.row : walk_.row + 1;
    ++walk_.row;
    if (!counts(passed)) return;
    if (walk_.missing > 0) {
      // Ahead there will never be enough; behind there are in the end, and the first is the target.
      if (!walk_.back || --walk_.missing > 0) return;
      walk_.target = partition.begin;
      while (!counts(walk_.target)) ++walk_.target;
      return;
    }
    while (++walk_.target < partition.end) {
      if (counts(walk_.target)) return;
    }
    walk_.missing = 1;
  }

  const int direction_;
  const bool has_offset_;
  const bool has_default_;
  /// With IGNORE NULLS: the target of the row asked for last. Rows come in order, so that of the
  /// next is found from it.
  struct Walk {
    uint64_t begin = kNone;  // of the partition
    bool back = false;
    uint64_t distance = 0;  // in rows that count
    uint64_t row = 0;
    uint64_t target = 0;
    uint64_t missing = 0;  // rows too few that way: there is no target
  };
  Walk walk_;
};

/// first_value, last_value and nth_value.
class FrameValueCall final : public PickingCall {
 public:
  FrameValueCall(const WindowExpr& window, WindowRows& rows, const QueryContext& context)
      : PickingCall(window, rows, context), kind_(window.kind), frames_(window, context) {}

  void evaluate(uint64_t row, uint32_t count, const WindowPlace* places,
                ColumnBuilder& out) override {
    for (uint32_t i = 0; i < count; ++i) {
      const uint64_t target = find(row + i, frames_.of(row + i, places[i]));
      if (target == kNone) {
        out.append_null();
      } else {
        append(target, out);
      }
    }
  }

 private:
  uint64_t find(uint64_t row, const RowRange& frame) {
    if (frame.begin == frame.end) return kNone;
    if (kind_ == WindowKind::kFirstValue) return ignore_nulls_ ? first_of(frame) : frame.begin;
    if (kind_ == WindowKind::kLastValue) return ignore_nulls_ ? last_of(frame) : frame.end - 1;
    const std::optional<int64_t> nth = number(row, 1);
    if (!nth || *nth <= 0) return kNone;
    auto left = static_cast<uint64_t>(*nth);
    if (!ignore_nulls_) return left <= frame.size() ? frame.begin + left - 1 : kNone;
    if (frame.begin == nth_.begin && left == nth_left_ &&
        (nth_found_ != kNone ? nth_found_ < frame.end : frame.end <= nth_.end)) {
      return nth_found_;
    }
    nth_ = frame;
    nth_left_ = left;
    nth_found_ = kNone;
    for (uint64_t at = frame.begin; at < frame.end; ++at) {
      if (counts(at) && --left == 0) {
        nth_found_ = at;
        break;
      }
    }
    return nth_found_;
  }

  // Frames' ends only rise: what was looked at is not looked at again.
  uint64_t first_of(const RowRange& frame) {
    if (first_ == kNone || first_ < frame.begin || frame.begin < first_from_) {
      first_from_ = frame.begin;
      first_ = frame.begin;
    }
    while (first_ < frame.end && !counts(first_)) ++first_;
    return first_ < frame.end ? first_ : kNone;
  }
  uint64_t last_of(const RowRange& frame) {
    if (last_until_ < frame.begin || last_until_ > frame.end) {
      last_until_ = frame.begin;
      last_ = kNone;
    }
    for (uint64_t at = frame.end; at > last_until_;) {
      if (counts(--at)) {
        last_ = at;
        break;
      }
    }
    last_until_ = frame.end;
    return last_ != kNone && last_ >= frame.begin ? last_ : kNone;
  }

  const WindowKind kind_;
  const WindowFrames frames_;
  uint64_t first_from_ = 0;
  uint64_t first_ = kNone;
  uint64_t last_until_ = 0;
  uint64_t last_ = kNone;
  RowRange nth_;
  uint64_t nth_left_ = 0;
  uint64_t nth_found_ = kNone;
};

}  // namespace

std::unique_ptr<WindowCall> WindowCall::create(const WindowExpr& window, WindowRows& rows,
                                               QueryContext& context) {
  switch (window.kind) {
    case WindowKind::kAggregate:
      return make_window_aggregate(window, rows, context);
    case WindowKind::kRowNumber:
    case WindowKind::kRank:
    case WindowKind::kDenseRank:
    case WindowKind::kPercentRank:
    case WindowKind::kCumeDist:
    case WindowKind::kNtile:
      return std::make_unique<RankCall>(window, context);
    case WindowKind::kLag:
    case WindowKind::kLead:
      return std::make_unique<ShiftCall>(window, rows, context);
    case WindowKind::kFirstValue:
    case WindowKind::kLastValue:
    case WindowKind::kNthValue:
      return std::make_unique<FrameValueCall>(window, rows, context);
  }
  UNREACHABLE();
}

}  // namespace doline
