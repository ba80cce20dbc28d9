#include <optional>

#include "exec/window/counted_rows.h"
#include "exec/window/picked_rows.h"
#include "exec/window/window_call.h"

namespace doline {

namespace {

/// Where a call takes its value from another row.
class PickingCall : public WindowCall {
 public:
  explicit PickingCall(const CallSetup& setup)
      : window_(setup.window), rows_(setup.rows), columns_(setup.columns.arguments) {}

 protected:
  /// Rows that may be picked: with IGNORE NULLS those that hold a value.
  void begin_partition(const RowRange& partition) {
    if (counted_.partition() == partition) return;
    if (!window_.ignore_nulls) return counted_.build_all(partition);
    counted_.build(partition, rows_, [&](size_t chunk, uint32_t row) {
      return !rows_.column(chunk, columns_[0]).is_null(row);
    });
  }
  /// An integer argument of one of the batch's rows.
  std::optional<int64_t> number(const WindowBatch& batch, uint32_t i, size_t argument) {
    const Column& column = rows_.column(batch.chunk, columns_[argument]);
    if (column.is_null(i)) return std::nullopt;
    return column.value<int64_t>(i);
  }

  const WindowExpr& window_;
  WindowRows& rows_;
  const std::vector<uint32_t>& columns_;
  CountedRows counted_;
  uint64_t picks_[kChunkRows];
};

/// lag and lead.
class ShiftCall final : public PickingCall {
 public:
  explicit ShiftCall(const CallSetup& setup)
      : PickingCall(setup), back_(setup.window.kind == WindowKind::kLag) {}

  Column evaluate(const WindowBatch& batch) override {
    const bool has_default = columns_.size() > 2;
    for (const PartitionRun& run : batch.runs) {
      begin_partition(run.partition);
      for (uint32_t i = run.begin; i < run.end; ++i) {
        const std::optional<int64_t> offset =
            columns_.size() > 1 ? number(batch, i, 1) : std::optional<int64_t>(1);
        picks_[i] = offset ? find(batch.row + i, *offset) : kNoRow;
        if (offset && has_default && picks_[i] == kNoRow) picks_[i] = kOwnRow;
      }
    }
    const Column otherwise = has_default ? rows_.column(batch.chunk, columns_[2]) : Column();
    return picked_values(rows_, columns_[0], {picks_, batch.count},
                         has_default ? &otherwise : nullptr);
  }

 private:
  uint64_t find(uint64_t row, int64_t offset) const {
    if (offset == 0) return row;
    const bool back = (offset < 0) != back_;
    const uint64_t distance =
        offset < 0 ? uint64_t{0} - static_cast<uint64_t>(offset) : static_cast<uint64_t>(offset);
    if (back) {
      const uint64_t before = counted_.before(row);
      return distance > before ? kNoRow : counted_.row_of(before - distance);
    }
    const uint64_t from = counted_.before(row + 1);
    return distance > counted_.total() - from ? kNoRow : counted_.row_of(from + distance - 1);
  }

  const bool back_;
};

/// first_value, last_value and nth_value.
class FrameValueCall final : public PickingCall {
 public:
  explicit FrameValueCall(const CallSetup& setup) : PickingCall(setup), frames_(*setup.frames) {}
  bool needs_peers() const override { return frames_.needs_peers(); }

  Column evaluate(const WindowBatch& batch) override {
    for (const PartitionRun& run : batch.runs) {
      begin_partition(run.partition);
      for (uint32_t i = run.begin; i < run.end; ++i) picks_[i] = find(batch, i);
    }
    return picked_values(rows_, columns_[0], {picks_, batch.count}, nullptr);
  }

 private:
  uint64_t find(const WindowBatch& batch, uint32_t i) {
    const RowRange peers = batch.peers ? batch.peers[i] : RowRange{};
    const FrameParts frame = frames_.without_excluded(batch.row + i, batch.frames[i], peers);
    RowRange counted[3];
    uint64_t total = 0;
    for (uint32_t part = 0; part < frame.count; ++part) {
      counted[part] = counted_.counted(frame.parts[part]);
      total += counted[part].size();
    }
    uint64_t wanted = 0;
    if (window_.kind == WindowKind::kLastValue) {
      wanted = total - 1;
    } else if (window_.kind == WindowKind::kNthValue) {
      const std::optional<int64_t> nth = number(batch, i, 1);
      if (!nth || *nth <= 0) return kNoRow;
      wanted = static_cast<uint64_t>(*nth) - 1;
    }
    if (total == 0 || wanted >= total) return kNoRow;
    for (uint32_t part = 0;; ++part) {
      if (wanted < counted[part].size()) return counted_.row_of(counted[part].begin + wanted);
      wanted -= counted[part].size();
    }
  }

  const WindowFrames& frames_;
};

}  // namespace

std::unique_ptr<WindowCall> make_shift_call(const CallSetup& setup) {
  return std::make_unique<ShiftCall>(setup);
}
std::unique_ptr<WindowCall> make_frame_value_call(const CallSetup& setup) {
  return std::make_unique<FrameValueCall>(setup);
}

}  // namespace doline
