#include <algorithm>

#include "column/column_writer.h"
#include "exec/window/window_call.h"

namespace doline {

namespace {

/// row_number and what else follows from a row's place alone.
class RankCall final : public WindowCall {
 public:
  explicit RankCall(const CallSetup& setup)
      : window_(setup.window),
        rows_(setup.rows),
        level_(setup.columns.level),
        buckets_(setup.columns.arguments.empty() ? CallColumns::kNone
                                                 : setup.columns.arguments[0]) {}

  bool needs_peers() const override {
    return window_.kind != WindowKind::kRowNumber && window_.kind != WindowKind::kNtile;
  }

  Column evaluate(const WindowBatch& batch) override {
    ColumnWriter out(window_.type, batch.count);
    auto* const numbers = out.values<int64_t>();
    auto* const shares = out.values<double>();
    const RowRange* const peers = batch.peers;
    for (const PartitionRun& run : batch.runs) {
      const RowRange& partition = run.partition;
      const uint64_t first = batch.row - partition.begin;  // wraps; added to again
      switch (window_.kind) {
        case WindowKind::kRowNumber:
          for (uint32_t i = run.begin; i < run.end; ++i)
            numbers[i] = static_cast<int64_t>(first + i + 1);
          break;
        case WindowKind::kRank:
          for (uint32_t i = run.begin; i < run.end; ++i)
            numbers[i] = static_cast<int64_t>(peers[i].begin - partition.begin + 1);
          break;
        case WindowKind::kDenseRank: {
          const uint64_t* const starts = rows_.starts(batch.chunk, level_);
          for (uint32_t i = run.begin; i < run.end; ++i) {
            if (batch.row + i == partition.begin) dense_rank_ = 0;
            dense_rank_ += test_bit(starts, i);
            numbers[i] = dense_rank_;
          }
          break;
        }
        case WindowKind::kPercentRank:
          for (uint32_t i = run.begin; i < run.end; ++i) {
            shares[i] = partition.size() < 2
                            ? 0.0
                            : static_cast<double>(peers[i].begin - partition.begin) /
                                  static_cast<double>(partition.size() - 1);
          }
          break;
        case WindowKind::kCumeDist:
          for (uint32_t i = run.begin; i < run.end; ++i) {
            shares[i] = static_cast<double>(peers[i].end - partition.begin) /
                        static_cast<double>(partition.size());
          }
          break;
        case WindowKind::kNtile:
          for (uint32_t i = run.begin; i < run.end; ++i) {
            if (const auto buckets = bucket_count(batch, i)) {
              numbers[i] = bucket_of(first + i, partition.size(), *buckets);
            } else {
              out.set_null(i);
            }
          }
          break;
        case WindowKind::kAggregate:
        case WindowKind::kLag:
        case WindowKind::kLead:
        case WindowKind::kFirstValue:
        case WindowKind::kLastValue:
        case WindowKind::kNthValue:
        case WindowKind::kFill:
          UNREACHABLE();
      }
    }
    return out.seal(batch.count);
  }

 private:
  std::optional<uint64_t> bucket_count(const WindowBatch& batch, uint32_t i) {
    return ntile_buckets(window_, rows_.column(batch.chunk, buckets_), i);
  }

  const WindowExpr& window_;
  WindowRows& rows_;
  const uint32_t level_;
  const uint32_t buckets_;  // column
  int64_t dense_rank_ = 0;
};

}  // namespace

std::optional<uint64_t> ntile_buckets(const WindowExpr& window, const Column& column,
                                      uint32_t row) {
  if (column.is_null(row)) return std::nullopt;
  const auto buckets = column.value<int64_t>(row);
  if (buckets <= 0)
    throw Error(ErrorCode::kInvalidArgument, window.span, "ntile wants a positive number");
  return static_cast<uint64_t>(buckets);
}

int64_t bucket_of(uint64_t place, uint64_t rows, uint64_t buckets) {
  // The first ones have one row more.
  const uint64_t size = rows / buckets;
  const uint64_t larger = rows % buckets;
  const uint64_t in_larger = larger * (size + 1);
  const uint64_t bucket = place < in_larger
                              ? place / (size + 1)
                              : larger + (place - in_larger) / std::max<uint64_t>(1, size);
  return static_cast<int64_t>(bucket + 1);
}

std::unique_ptr<WindowCall> make_rank_call(const CallSetup& setup) {
  return std::make_unique<RankCall>(setup);
}

}  // namespace doline
