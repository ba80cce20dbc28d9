#pragma once

#include <vector>

#include "column/column_builder.h"
#include "expr/program.h"
#include "plan/plan_node.h"

namespace doline {

/// The rows of one partition in the window's order, and the calls over them. Used by one thread.
class WindowPartition {
 public:
  WindowPartition(const WindowingNode& node, const QueryContext& context);

  /// Appends the next rows; dense. `order_keys` are their ORDER BY columns.
  void add(Chunk chunk, std::vector<Column> order_keys);
  bool empty() const { return chunks_.empty(); }
  uint64_t row_count() const { return row_count_; }
  /// Every row with the calls' columns behind its own; the partition is empty again.
  std::vector<Chunk> finish();

 private:
  /// Columns of expressions, chunk by chunk.
  using Values = std::vector<std::vector<Column>>;
  struct Frame {
    uint64_t begin;
    uint64_t end;
  };

  std::pair<size_t, uint32_t> place(uint64_t row) const;
  void find_peers();
  void compute(const WindowExpr& window, ColumnBuilder& out);
  void aggregate(const WindowExpr& window, ColumnBuilder& out);
  void shift(const WindowExpr& window, ColumnBuilder& out);
  void pick(const WindowExpr& window, ColumnBuilder& out);
  Frame frame_of(const WindowExpr& window, uint64_t row, int64_t begin, int64_t end) const;
  Values evaluate(const std::vector<ExprRef>& exprs);
  int64_t constant(const ExprRef& expr) const;
  template <class Body>
  void for_range(uint64_t begin, uint64_t end, Body&& body) const;

  const WindowingNode& node_;
  const QueryContext& context_;
  std::vector<Chunk> chunks_;
  std::vector<uint64_t> begins_;  // first row of each chunk
  std::vector<std::vector<Column>> order_keys_;
  uint64_t row_count_ = 0;
  std::vector<uint64_t> peer_begin_;  // by row: the first and the last+1 of those that sort equal
  std::vector<uint64_t> peer_end_;
};

}  // namespace doline
