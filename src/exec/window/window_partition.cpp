#include "exec/window/window_partition.h"

#include <algorithm>

#include "kernel/compare.h"

namespace doline {

WindowPartition::WindowPartition(const WindowingNode& node, const QueryContext& context) : node_(node), context_(context) {}

void WindowPartition::add(Chunk chunk, std::vector<Column> order_keys) {
  begins_.push_back(row_count_);
  row_count_ += chunk.row_count;
  chunks_.push_back(std::move(chunk));
  order_keys_.push_back(std::move(order_keys));
}

std::pair<size_t, uint32_t> WindowPartition::place(uint64_t row) const {
  const size_t chunk = static_cast<size_t>(std::upper_bound(begins_.begin(), begins_.end(), row) - begins_.begin()) - 1;
  return {chunk, static_cast<uint32_t>(row - begins_[chunk])};
}

template <class Body>
void WindowPartition::for_range(uint64_t begin, uint64_t end, Body&& body) const {
  while (begin < end) {
    const auto [chunk, row] = place(begin);
    const auto count = static_cast<uint32_t>(std::min<uint64_t>(end - begin, chunks_[chunk].row_count - row));
    body(chunk, Selection::all(chunks_[chunk].row_count).slice(row, count));
    begin += count;
  }
}

void WindowPartition::find_peers() {
  peer_begin_.resize(row_count_);
  peer_end_.resize(row_count_);
  uint64_t begin = 0;
  size_t last_chunk = 0;
  uint32_t last_row = 0;
  uint64_t row = 0;
  for (size_t chunk = 0; chunk < chunks_.size(); ++chunk) {
    for (uint32_t at = 0; at < chunks_[chunk].row_count; ++at, ++row) {
      bool same = row > 0;
      for (size_t key = 0; same && key < order_keys_[chunk].size(); ++key) {
        same = rows_equal(order_keys_[chunk][key], at, order_keys_[last_chunk][key], last_row);
      }
      if (!same) {
        for (uint64_t i = begin; i < row; ++i) peer_end_[i] = row;
        begin = row;
      }
      peer_begin_[row] = begin;
      last_chunk = chunk;
      last_row = at;
    }
  }
  for (uint64_t i = begin; i < row; ++i) peer_end_[i] = row;
}

WindowPartition::Values WindowPartition::evaluate(const std::vector<ExprRef>& exprs) {
  const ProgramRef program = Program::compile(exprs, context_.session);
  Program::Scratch scratch;
  Values values(chunks_.size());
  for (size_t i = 0; i < chunks_.size(); ++i) program->evaluate(chunks_[i], scratch, values[i]);
  return values;
}

int64_t WindowPartition::constant(const ExprRef& expr) const {
  if (!expr) return 0;
  if (!is_constant(expr)) throw Error(ErrorCode::kNotSupported, expr->span, "this window argument must be a constant");
  const Value value = evaluate_constant(expr, context_.session);
  if (value.is_null()) throw Error(ErrorCode::kInvalidArgument, expr->span, "this window argument cannot be NULL");
  return static_cast<int64_t>(value.as_integer());
}

std::vector<Chunk> WindowPartition::finish() {
  find_peers();
  std::vector<std::vector<Column>> added(chunks_.size());
  for (const WindowExprRef& window : node_.windows) {
    ColumnBuilder builder(window->type, static_cast<uint32_t>(std::min<uint64_t>(row_count_, 1 << 20)));
    compute(*window, builder);
    const Column all = builder.seal();
    for (size_t i = 0; i < chunks_.size(); ++i) {
      added[i].push_back(all.slice(static_cast<uint32_t>(begins_[i]), chunks_[i].row_count));
    }
  }
  std::vector<Chunk> out;
  for (size_t i = 0; i < chunks_.size(); ++i) {
    Chunk chunk = std::move(chunks_[i]);
    for (Column& column : added[i]) chunk.columns.push_back(std::move(column));
    out.push_back(std::move(chunk));
  }
  chunks_.clear();
  begins_.clear();
  order_keys_.clear();
  row_count_ = 0;
  return out;
}

void WindowPartition::compute(const WindowExpr& window, ColumnBuilder& out) {
  switch (window.kind) {
    case WindowKind::kAggregate: return aggregate(window, out);
    case WindowKind::kRowNumber:
      for (uint64_t row = 0; row < row_count_; ++row) out.append(static_cast<int64_t>(row + 1));
      return;
    case WindowKind::kRank:
      for (uint64_t row = 0; row < row_count_; ++row) out.append(static_cast<int64_t>(peer_begin_[row] + 1));
      return;
    case WindowKind::kDenseRank: {
      int64_t rank = 0;
      for (uint64_t row = 0; row < row_count_; ++row) out.append(rank += peer_begin_[row] == row);
      return;
    }
    case WindowKind::kPercentRank:
      for (uint64_t row = 0; row < row_count_; ++row) {
        out.append(row_count_ < 2 ? 0.0 : static_cast<double>(peer_begin_[row]) / static_cast<double>(row_count_ - 1));
      }
      return;
    case WindowKind::kCumeDist:
      for (uint64_t row = 0; row < row_count_; ++row) {
        out.append(static_cast<double>(peer_end_[row]) / static_cast<double>(row_count_));
      }
      return;
    case WindowKind::kNtile: {
      const int64_t buckets = constant(window.arguments[0]);
      if (buckets <= 0) throw Error(ErrorCode::kInvalidArgument, window.span, "ntile wants a positive number");
      const auto rows = static_cast<int64_t>(row_count_);
      const int64_t size = rows / buckets;
      const int64_t larger = rows % buckets;  // the first buckets have one row more
      for (int64_t row = 0; row < rows; ++row) {
        const int64_t in_larger = larger * (size + 1);
        out.append(row < in_larger ? row / (size + 1) + 1 : larger + (row - in_larger) / std::max<int64_t>(1, size) + 1);
      }
      return;
    }
    case WindowKind::kLag:
    case WindowKind::kLead: return shift(window, out);
    case WindowKind::kFirstValue:
    case WindowKind::kLastValue:
    case WindowKind::kNthValue: return pick(window, out);
  }
}

void WindowPartition::shift(const WindowExpr& window, ColumnBuilder& out) {
  const Values values = evaluate(window.arguments);
  const int64_t direction = window.kind == WindowKind::kLag ? -1 : 1;
  for (uint64_t row = 0; row < row_count_; ++row) {
    const auto [chunk, at] = place(row);
    int64_t offset = 1;
    if (window.arguments.size() > 1) {
      if (values[chunk][1].is_null(at)) {
        out.append_null();
        continue;
      }
      offset = values[chunk][1].value<int64_t>(at);
    }
    int64_t target = static_cast<int64_t>(row);
    const int64_t step = offset < 0 ? -direction : direction;
    if (window.ignore_nulls) {
      for (int64_t left = std::abs(offset); left > 0;) {
        target += step;
        if (target < 0 || target >= static_cast<int64_t>(row_count_)) break;
        const auto [c, r] = place(static_cast<uint64_t>(target));
        if (!values[c][0].is_null(r)) --left;
      }
    } else {
      target += direction * offset;
    }
    if (target >= 0 && target < static_cast<int64_t>(row_count_)) {
      const auto [c, r] = place(static_cast<uint64_t>(target));
      out.append_from(values[c][0], r);
    } else if (window.arguments.size() > 2) {
      out.append_from(values[chunk][2], at);
    } else {
      out.append_null();
    }
  }
}

WindowPartition::Frame WindowPartition::frame_of(const WindowExpr& window, uint64_t row, int64_t begin, int64_t end) const {
  const auto rows = static_cast<int64_t>(row_count_);
  const bool by_rows = window.frame.unit == WindowFrame::Unit::kRows;
  const auto at = static_cast<int64_t>(row);
  int64_t first = 0;
  int64_t last = rows;
  switch (window.frame.begin) {
    case WindowFrame::Bound::kUnboundedPreceding: first = 0; break;
    case WindowFrame::Bound::kPreceding: first = at - std::min(begin, rows); break;
    case WindowFrame::Bound::kCurrentRow: first = by_rows ? at : static_cast<int64_t>(peer_begin_[row]); break;
    case WindowFrame::Bound::kFollowing: first = at + std::min(begin, rows); break;
    case WindowFrame::Bound::kUnboundedFollowing: first = rows; break;
  }
  switch (window.frame.end) {
    case WindowFrame::Bound::kUnboundedPreceding: last = 0; break;
    case WindowFrame::Bound::kPreceding: last = at - std::min(end, rows) + 1; break;
    case WindowFrame::Bound::kCurrentRow: last = by_rows ? at + 1 : static_cast<int64_t>(peer_end_[row]); break;
    case WindowFrame::Bound::kFollowing: last = at + std::min(end, rows) + 1; break;
    case WindowFrame::Bound::kUnboundedFollowing: last = rows; break;
  }
  first = std::clamp<int64_t>(first, 0, rows);
  last = std::clamp<int64_t>(last, first, rows);
  return {static_cast<uint64_t>(first), static_cast<uint64_t>(last)};
}

void WindowPartition::pick(const WindowExpr& window, ColumnBuilder& out) {
  const Values values = evaluate(window.arguments);
  const int64_t begin = constant(window.frame_begin);
  const int64_t end = constant(window.frame_end);
  const auto is_null = [&](uint64_t row) {
    const auto [chunk, at] = place(row);
    return values[chunk][0].is_null(at);
  };
  for (uint64_t row = 0; row < row_count_; ++row) {
    const Frame frame = frame_of(window, row, begin, end);
    uint64_t target = row_count_;
    if (window.kind == WindowKind::kLastValue) {
      for (uint64_t at = frame.end; at-- > frame.begin;) {
        if (window.ignore_nulls && is_null(at)) continue;
        target = at;
        break;
      }
    } else {
      int64_t left = 1;
      if (window.kind == WindowKind::kNthValue) {
        const auto [chunk, at] = place(row);
        left = values[chunk][1].is_null(at) ? 0 : values[chunk][1].value<int64_t>(at);
      }
      for (uint64_t at = frame.begin; at < frame.end && left > 0; ++at) {
        if (window.ignore_nulls && is_null(at)) continue;
        if (--left == 0) target = at;
        if (!window.ignore_nulls && left > 0) {  // straight to it
          at += static_cast<uint64_t>(left) - 1;
          left = 1;
        }
      }
    }
    if (target < row_count_) {
      const auto [chunk, at] = place(target);
      out.append_from(values[chunk][0], at);
    } else {
      out.append_null();
    }
  }
}

void WindowPartition::aggregate(const WindowExpr& window, ColumnBuilder& out) {
  const AggregateExpr& call = *window.aggregate;
  const Values values = evaluate(call.evaluated);
  const AggregateFunction& function = *call.function;
  std::vector<Selection> passing(chunks_.size());
  if (call.filter) {
    const ProgramRef filter = Program::compile_predicate(call.filter, context_.session);
    Program::Scratch scratch;
    for (size_t i = 0; i < chunks_.size(); ++i) passing[i] = filter->select(chunks_[i], scratch);
  }
  const auto selected = [&](size_t chunk, const Selection& range) {
    if (!call.filter) return range;
    std::vector<uint64_t> bits(words_for_bits(chunks_[chunk].row_count));
    passing[chunk].for_each([&](uint32_t row) { set_bit(bits.data(), row); });
    // A range over all rows has no list of its own to narrow.
    return Selection::from_bits(bits.data(), range);
  };
  const StateLayout layout = function.layout();
  std::vector<std::byte> memory(layout.size_bytes + 64);
  auto* state = reinterpret_cast<std::byte*>(round_up(reinterpret_cast<uintptr_t>(memory.data()), 16));
  ArenaRef arena = make_ref<Arena>(*context_.budget);
  const auto reset = [&] {
    arena = make_ref<Arena>(*context_.budget);
    function.init(state);
  };
  const auto feed = [&](uint64_t begin, uint64_t end) {
    for_range(begin, end, [&](size_t chunk, const Selection& range) {
      function.update_one(values[chunk], selected(chunk, range), state, *arena);
    });
  };
  const auto drop = [&](uint64_t begin, uint64_t end) {
    for_range(begin, end, [&](size_t chunk, const Selection& range) {
      function.retract(values[chunk], selected(chunk, range), state, *arena);
    });
  };
  const auto emit = [&] {
    std::byte* states[] = {state};
    function.result({states, 1}, out);
  };
  const int64_t begin = constant(window.frame_begin);
  const int64_t end = constant(window.frame_end);
  Frame now{0, 0};
  reset();
  Column last;
  for (uint64_t row = 0; row < row_count_; ++row) {
    const Frame frame = frame_of(window, row, begin, end);
    const bool same = row > 0 && frame.begin == now.begin && frame.end == now.end;
    if (same && last.type()) {
      out.append_from(last, 0);
      continue;
    }
    if (!same) {
      const bool grows = frame.begin == now.begin && frame.end >= now.end;
      const bool slides = function.invertible() && frame.begin >= now.begin && frame.end >= now.end && frame.begin <= now.end;
      if (grows) {
        feed(now.end, frame.end);
      } else if (slides) {
        drop(now.begin, frame.begin);
        feed(now.end, frame.end);
      } else {
        reset();
        feed(frame.begin, frame.end);
      }
      now = frame;
    }
    // Where the next row has the same frame, its result is this one's.
    const bool repeats = row + 1 < row_count_ && peer_end_[row] > row + 1 && window.frame.unit != WindowFrame::Unit::kRows;
    const bool whole = frame.begin == 0 && frame.end == row_count_;
    if (repeats || whole) {
      ColumnBuilder one(window.type, 1);
      std::byte* states[] = {state};
      function.result({states, 1}, one);
      last = one.seal();
      out.append_from(last, 0);
    } else {
      last = Column();
      emit();
    }
  }
}

}  // namespace doline
