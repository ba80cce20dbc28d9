#pragma once

#include <memory>

#include "column/column_builder.h"
#include "exec/window/window_rows.h"
#include "plan/plan_node.h"

namespace doline {

/// Rows [begin, end) in WindowRows' numbering.
struct RowRange {
  uint64_t begin = 0;
  uint64_t end = 0;
  uint64_t size() const { return end - begin; }
  friend bool operator==(const RowRange&, const RowRange&) = default;
};

/// Where a row stands: all of its partition, and of it the rows that sort equal.
struct WindowPlace {
  RowRange partition;
  RowRange peers;
};

/// One call of a window function over the partitions of one reader. Asked for rows in their order,
/// each once; what it remembers from row to row makes running and sliding frames cheap. Rows it may
/// look at are those of the row's partition. Used by one thread.
class WindowCall {
 public:
  static std::unique_ptr<WindowCall> create(const WindowExpr& window, WindowRows& rows,
                                            QueryContext& context);
  virtual ~WindowCall() = default;
  /// Appends the results of `count` rows from `row` on; places[i] is of the i-th.
  virtual void evaluate(uint64_t row, uint32_t count, const WindowPlace* places,
                        ColumnBuilder& out) = 0;
};

/// The frames of a window, whose distances are constants.
class WindowFrames {
 public:
  WindowFrames(const WindowExpr& window, const QueryContext& context);
  RowRange of(uint64_t row, const WindowPlace& place) const;
  /// Every row's frame is its whole partition.
  bool is_whole_partition() const;
  /// A row's frame depends on its peers alone.
  bool is_by_peers() const { return frame_.unit != WindowFrame::Unit::kRows; }

 private:
  const WindowFrame frame_;
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
};

/// The value of a window argument that must be a constant; not NULL.
int64_t window_constant(const ExprRef& expr, const QueryContext& context);

std::unique_ptr<WindowCall> make_window_aggregate(const WindowExpr& window, WindowRows& rows,
                                                  QueryContext& context);

}  // namespace doline
