#pragma once

#include <memory>
#include <optional>

#include "column/column_builder.h"
#include "exec/window/window_frames.h"

namespace doline {

/// What calls are made of.
struct CallSetup {
  const WindowExpr& window;
  const CallColumns& columns;
  WindowFrames* frames;  // where the call has one
  WindowRows& rows;
  QueryContext& context;
};

/// One call of a window function over the partitions of one reader. Asked for batches in their
/// order, each once; what it remembers from row to row makes running and sliding frames cheap. Rows
/// it may look at are those of the batch's partitions. Used by one thread.
class WindowCall {
 public:
  static std::unique_ptr<WindowCall> create(const CallSetup& setup);
  virtual ~WindowCall() = default;
  /// A row for each of the batch's.
  virtual Column evaluate(const WindowBatch& batch) = 0;
  /// What the call wants of a batch; its frames say it of themselves.
  virtual bool needs_peers() const { return false; }
};

/// A call whose results follow from rows before, so that it asks for none of those to come.
bool is_streaming_call(const WindowExpr& window);

/// ntile's number of buckets in a row; nothing where it is NULL.
std::optional<uint64_t> ntile_buckets(const WindowExpr& window, const Column& column, uint32_t row);
/// Which of them, from 1 on, the row at a place among `rows` is in.
int64_t bucket_of(uint64_t place, uint64_t rows, uint64_t buckets);

std::unique_ptr<WindowCall> make_rank_call(const CallSetup& setup);
std::unique_ptr<WindowCall> make_shift_call(const CallSetup& setup);
std::unique_ptr<WindowCall> make_frame_value_call(const CallSetup& setup);
std::unique_ptr<WindowCall> make_fill_call(const CallSetup& setup);
/// Those with an ORDER BY of their own.
std::unique_ptr<WindowCall> make_ordered_call(const CallSetup& setup);
std::unique_ptr<WindowCall> make_window_aggregate(const CallSetup& setup);

}  // namespace doline
