#include "exec/window/window_frames.h"

#include <algorithm>

#include "exec/window/window_strategy.h"
#include "kernel/compare.h"

namespace doline {

namespace {

bool is_unbounded(WindowFrame::Bound bound) {
  return bound == WindowFrame::Bound::kUnboundedPreceding ||
         bound == WindowFrame::Bound::kUnboundedFollowing;
}
bool has_distance(WindowFrame::Bound bound) {
  return bound == WindowFrame::Bound::kPreceding || bound == WindowFrame::Bound::kFollowing;
}

}  // namespace

WindowFrames::WindowFrames(const WindowExpr& window, const CallColumns& columns, WindowRows& rows)
    : frame_(window.frame),
      level_(columns.level),
      key_(columns.range_key),
      descending_(!window.order_by.empty() && window.order_by[0]->descending),
      begin_{frame_.begin, columns.frame_begin, columns.range_begin,
             window.frame_begin ? window.frame_begin->span : window.span, false},
      end_{frame_.end, columns.frame_end, columns.range_end,
           window.frame_end ? window.frame_end->span : window.span, true},
      rows_(rows) {
  is_monotone_ = edges_move_on(window);
}

bool WindowFrames::serves(const WindowExpr& window, const CallColumns& columns) const {
  return frame_ == window.frame && level_ == columns.level && key_ == columns.range_key &&
         begin_.distance == columns.frame_begin && begin_.range == columns.range_begin &&
         end_.distance == columns.frame_end && end_.range == columns.range_end;
}

bool WindowFrames::is_whole_partition() const {
  return frame_.begin == WindowFrame::Bound::kUnboundedPreceding &&
         (frame_.end == WindowFrame::Bound::kUnboundedFollowing ||
          (frame_.end == WindowFrame::Bound::kCurrentRow && level_ == 0 &&
           frame_.unit != WindowFrame::Unit::kRows));
}

void WindowFrames::refuse_distance(const Edge& edge, const char* what) const {
  throw Error(ErrorCode::kInvalidArgument, edge.span, "a frame's distance cannot be {}", what);
}

const Column& WindowFrames::distances(const Edge& edge, const WindowBatch& batch) {
  return rows_.column(batch.chunk, edge.distance);
}

void WindowFrames::compute(const WindowBatch& batch, RowRange* frames) {
  compute_edge(begin_, batch, frames);
  compute_edge(end_, batch, frames);
  for (uint32_t i = 0; i < batch.count; ++i)
    frames[i].end = std::max(frames[i].begin, frames[i].end);
}

void WindowFrames::compute_edge(Edge& edge, const WindowBatch& batch, RowRange* frames) {
  if (is_unbounded(edge.bound)) {
    const bool at_begin = edge.bound == WindowFrame::Bound::kUnboundedPreceding;
    for (const PartitionRun& run : batch.runs) {
      const uint64_t at = at_begin ? run.partition.begin : run.partition.end;
      for (uint32_t i = run.begin; i < run.end; ++i) side(edge, frames[i]) = at;
    }
    return;
  }
  if (!has_distance(edge.bound)) {
    for (uint32_t i = 0; i < batch.count; ++i) {
      side(edge, frames[i]) = frame_.unit == WindowFrame::Unit::kRows
                                  ? batch.row + i + edge.is_end
                                  : (edge.is_end ? batch.peers[i].end : batch.peers[i].begin);
    }
    return;
  }
  switch (frame_.unit) {
    case WindowFrame::Unit::kRows:
      return by_rows(edge, batch, frames);
    case WindowFrame::Unit::kGroups:
      return by_groups(edge, batch, frames);
    case WindowFrame::Unit::kRange:
      return by_values(edge, batch, frames);
  }
}

void WindowFrames::by_rows(const Edge& edge, const WindowBatch& batch, RowRange* frames) {
  const Column& distances = this->distances(edge, batch);
  const bool back = edge.bound == WindowFrame::Bound::kPreceding;
  for (const PartitionRun& run : batch.runs) {
    const RowRange& partition = run.partition;
    for (uint32_t i = run.begin; i < run.end; ++i) {
      if (distances.is_null(i)) refuse_distance(edge, "NULL");
      const auto distance = distances.values<int64_t>()[distances.index_of(i)];
      if (distance < 0) refuse_distance(edge, "negative");
      const uint64_t at = batch.row + i + edge.is_end;
      const auto rows = static_cast<uint64_t>(distance);
      // Saturated at the partition's ends.
      side(edge, frames[i]) = back ? at - std::min(rows, at - partition.begin)
                                   : at + std::min(rows, partition.end - at);
    }
  }
}

void WindowFrames::by_groups(const Edge& edge, const WindowBatch& batch, RowRange* frames) {
  const Column& distances = this->distances(edge, batch);
  const bool back = edge.bound == WindowFrame::Bound::kPreceding;
  for (const PartitionRun& run : batch.runs) {
    const uint64_t first = rows_.groups_before(level_, run.partition.begin);
    const uint64_t end = rows_.groups_before(level_, run.partition.end);
    const auto begin_of = [&](uint64_t group) {
      return group >= end ? run.partition.end : rows_.begin_of_group(level_, group);
    };
    for (uint32_t i = run.begin; i < run.end; ++i) {
      const RowRange& peers = batch.peers[i];
      if (distances.is_null(i)) {
        side(edge, frames[i]) = edge.is_end ? peers.end : peers.begin;
        continue;
      }
      const auto distance = distances.values<int64_t>()[distances.index_of(i)];
      if (distance < 0) refuse_distance(edge, "negative");
      const auto groups = static_cast<uint64_t>(distance);
      const uint64_t own = rows_.groups_before(level_, peers.begin);
      if (!back) {
        const uint64_t group = own + std::min(groups, end - own);
        side(edge, frames[i]) = begin_of(edge.is_end ? std::min(group + 1, end) : group);
      } else if (groups > own - first) {
        side(edge, frames[i]) = run.partition.begin;
      } else {
        side(edge, frames[i]) = begin_of(own - groups + edge.is_end);
      }
    }
  }
}

bool WindowFrames::key_is_null(uint64_t row) {
  const size_t chunk = rows_.chunk_of(row);
  return rows_.column(chunk, key_).is_null(static_cast<uint32_t>(row - rows_.begin_of(chunk)));
}

RowRange WindowFrames::keyed_rows(const RowRange& partition) {
  RowRange rows = partition;
  if (key_is_null(partition.begin)) rows.begin = rows_.group_end(level_, partition.begin);
  if (rows.begin < rows.end && key_is_null(partition.end - 1))
    rows.end = rows_.group_begin(level_, partition.end - 1);
  return rows;
}

void WindowFrames::by_values(Edge& edge, const WindowBatch& batch, RowRange* frames) {
  const bool back = edge.bound == WindowFrame::Bound::kPreceding;
  for (const PartitionRun& run : batch.runs) {
    const RowRange keyed = keyed_rows(run.partition);
    const RowRange* known = nullptr;  // peers whose edge is known already, where distances allow it
    for (uint32_t i = run.begin; i < run.end; ++i) {
      const RowRange& peers = batch.peers[i];
      uint64_t& at = side(edge, frames[i]);
      if (is_monotone_ && known && *known == peers) {
        at = side(edge, frames[i - 1]);
        continue;
      }
      known = &peers;
      const uint64_t row = batch.row + i;
      // Others may be asked for in between: columns are looked up anew.
      if (row < keyed.begin || row >= keyed.end || distances(edge, batch).is_null(i)) {
        at = edge.is_end ? peers.end : peers.begin;
        continue;
      }
      const Column edges = rows_.column(batch.chunk, edge.range);
      if (edges.is_null(i)) {
        at = back ? keyed.begin : keyed.end;
        continue;
      }
      const int order = compare_rows(edges, i, rows_.column(batch.chunk, key_), i);
      if (back != descending_ ? order > 0 : order < 0) refuse_distance(edge, "negative");
      at = edge.last = search(keyed, edge.last, edges, i, edge.is_end);
    }
  }
}

uint64_t WindowFrames::search(const RowRange& rows, uint64_t hint, const Column& value,
                              uint32_t value_row, bool behind) {
  const auto lies_before = [&](uint64_t row) {
    const size_t chunk = rows_.chunk_of(row);
    const int order =
        compare_rows(rows_.column(chunk, key_), static_cast<uint32_t>(row - rows_.begin_of(chunk)),
                     value, value_row);
    return (descending_ ? -order : order) < (behind ? 1 : 0);
  };
  // From where it was last, in growing steps: mostly it has moved little.
  uint64_t low = std::clamp(hint, rows.begin, rows.end);
  uint64_t high = low;
  if (low < rows.end && lies_before(low)) {
    for (uint64_t step = 1;; step *= 2) {
      low = high + 1;
      high = std::min(rows.end, high + step);
      if (high == rows.end || !lies_before(high)) break;
    }
  } else {
    for (uint64_t step = 1; low > rows.begin; step *= 2) {
      const uint64_t next = low - std::min(step, low - rows.begin);
      if (lies_before(next)) {
        low = next + 1;
        break;
      }
      low = high = next;
    }
  }
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    if (lies_before(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

FrameParts WindowFrames::without_excluded(uint64_t row, const RowRange& frame,
                                          const RowRange& peers) const {
  FrameParts left;
  RowRange hole =
      frame_.exclusion == WindowFrame::Exclusion::kCurrentRow ? RowRange{row, row + 1} : peers;
  if (!excludes()) hole = {frame.end, frame.end};
  hole.begin = std::clamp(hole.begin, frame.begin, frame.end);
  hole.end = std::clamp(hole.end, frame.begin, frame.end);
  left.add({frame.begin, hole.begin});
  if (frame_.exclusion == WindowFrame::Exclusion::kTies && row >= frame.begin && row < frame.end)
    left.add({row, row + 1});
  left.add({hole.end, frame.end});
  return left;
}

}  // namespace doline
