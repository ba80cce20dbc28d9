#pragma once

#include <optional>

#include "expr/program.h"
#include "plan/plan_node.h"
#include "plan/query_context.h"

namespace doline {

/// Where a window call finds what it reads of a row: columns by number. kNone: it reads none.
struct CallColumns {
  static constexpr uint32_t kNone = ~uint32_t{0};
  std::vector<uint32_t> arguments;
  std::vector<uint32_t> argument_order;
  uint32_t filter = kNone;
  uint32_t frame_begin = kNone;
  uint32_t frame_end = kNone;
  uint32_t range_begin = kNone;
  uint32_t range_end = kNone;
  uint32_t range_key = kNone;
  /// Which rows sort equal for the call: WindowShape::levels.
  uint32_t level = 0;
};

/// What a windowing keeps of its rows: the input's columns, and behind them what calls compute
/// from these, once for each row. Immutable, shared by threads.
struct WindowShape {
  WindowShape(const WindowingNode& windowing, const QueryContext& context);

  const WindowingNode& node;
  std::vector<TypeRef> types;
  ProgramRef computed;  // of the columns behind the input's; null: there are none
  std::vector<uint32_t> partition_by;
  std::vector<uint32_t> order_by;
  /// How many keys of order_by tell groups of equal rows apart, rising. The first level has none:
  /// its groups are the partitions.
  std::vector<size_t> levels;
  std::vector<CallColumns> calls;
  /// Every call's result follows from rows before, so that no row has to wait for others.
  bool is_streaming = true;
};

}  // namespace doline
