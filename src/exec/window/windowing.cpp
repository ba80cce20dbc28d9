#include "exec/window/windowing.h"

#include <deque>

#include "exec/sort/sort.h"
#include "exec/window/window_call.h"
#include "kernel/compare.h"

namespace doline {

namespace {

/// Reads rows sorted by partition and order, and adds the calls' columns. A chunk goes on once the
/// partitions that its rows belong to have been read to their ends.
class WindowReader final : public Reader {
 public:
  WindowReader(const WindowingNode& node, QueryContext& context, std::unique_ptr<Reader> sorted)
      : node_(node),
        context_(context),
        sorted_(std::move(sorted)),
        rows_(node.input->schema, context),
        partition_count_(node.windows[0]->partition_by.size()) {
    const WindowExpr& first = *node.windows[0];
    std::vector<ExprRef> order;
    for (const SortKeyRef& key : first.order_by) order.push_back(key->expr);
    if (partition_count_ > 0)
      partition_keys_ = Program::compile(first.partition_by, context.session);
    if (!order.empty()) order_keys_.emplace(order, nullptr, rows_, context);
    for (const WindowExprRef& window : node.windows)
      calls_.push_back(WindowCall::create(*window, rows_, context));
  }

  Poll read(Chunk& out, const Waker& waker) override {
    const Claim claim(rows_);
    while (next_ == rows_.end_chunk() ||
           (!ended_ && rows_.begin_of(next_) + rows_.size_of(next_) > complete_)) {
      if (ended_) return Poll::kDone;
      if (const Poll poll = advance(waker); poll == Poll::kBlocked) return poll;
    }
    context_.check_cancelled();
    answer(out);
    return Poll::kReady;
  }

 private:
  /// Takes in one more chunk of sorted rows.
  Poll advance(const Waker& waker) {
    Chunk chunk;
    const Poll poll = sorted_->read(chunk, waker);
    if (poll == Poll::kBlocked) return poll;
    if (poll == Poll::kDone) {
      ended_ = true;
      if (rows_.end_row() > begin_) partitions_.push_back({begin_, rows_.end_row()});
      complete_ = rows_.end_row();
      return Poll::kReady;
    }
    context_.check_cancelled();
    chunk = chunk.dense();
    if (chunk.row_count == 0) return Poll::kReady;
    std::vector<Column> keys;
    if (partition_keys_) partition_keys_->evaluate(chunk, scratch_, keys);
    for (uint32_t row = 0; row < chunk.row_count; ++row) {
      if (!starts_partition(keys, row)) continue;
      partitions_.push_back({begin_, rows_.end_row() + row});
      complete_ = begin_ = rows_.end_row() + row;
    }
    last_keys_ = std::move(keys);
    last_row_ = chunk.row_count - 1;
    rows_.add(std::move(chunk));
    return Poll::kReady;
  }

  bool starts_partition(const std::vector<Column>& keys, uint32_t row) const {
    if (row == 0 && last_keys_.empty()) return false;
    const std::vector<Column>& before = row == 0 ? last_keys_ : keys;
    const uint32_t before_row = row == 0 ? last_row_ : row - 1;
    for (size_t i = 0; i < partition_count_; ++i) {
      if (!rows_equal(keys[i], row, before[i], before_row)) return true;
    }
    return false;
  }

  /// The next chunk with the calls' columns behind its own.
  void answer(Chunk& out) {
    const uint64_t begin = rows_.begin_of(next_);
    const uint32_t count = rows_.size_of(next_);
    WindowPlace places[kChunkRows];
    for (uint32_t i = 0; i < count; ++i) {
      const uint64_t row = begin + i;
      while (partitions_.front().end <= row) partitions_.pop_front();
      if (peers_.end <= row) peers_ = {row, peers_end(row, partitions_.front())};
      places[i] = {partitions_.front(), peers_};
    }
    out = rows_.chunk(next_);
    for (size_t i = 0; i < calls_.size(); ++i) {
      ColumnBuilder builder(node_.windows[i]->type, count);
      calls_[i]->evaluate(begin, count, places, builder);
      out.columns.push_back(builder.seal());
    }
    ++next_;
    // Rows before the partition of the next row are looked at no more.
    const uint64_t needed =
        partitions_.front().end <= begin + count ? begin + count : partitions_.front().begin;
    rows_.drop_before(needed == rows_.end_row() ? next_ : std::min(next_, rows_.chunk_of(needed)));
  }

  /// Behind the last row that sorts as `row` does.
  uint64_t peers_end(uint64_t row, const RowRange& partition) {
    if (!order_keys_) return partition.end;
    const size_t chunk = rows_.chunk_of(row);
    const std::vector<Column> keys = order_keys_->of(chunk);
    const auto at = static_cast<uint32_t>(row - rows_.begin_of(chunk));
    uint64_t end = row + 1;
    while (end < partition.end) {
      const size_t other_chunk = rows_.chunk_of(end);
      const std::vector<Column>& others = order_keys_->of(other_chunk);
      const auto first = static_cast<uint32_t>(end - rows_.begin_of(other_chunk));
      const auto last = static_cast<uint32_t>(std::min<uint64_t>(
          partition.end - rows_.begin_of(other_chunk), rows_.size_of(other_chunk)));
      for (uint32_t other = first; other < last; ++other, ++end) {
        for (size_t i = 0; i < keys.size(); ++i) {
          if (!rows_equal(keys[i], at, others[i], other)) return end;
        }
      }
    }
    return end;
  }

  const WindowingNode& node_;
  QueryContext& context_;
  const std::unique_ptr<Reader> sorted_;
  WindowRows rows_;
  const size_t partition_count_;
  ProgramRef partition_keys_;
  Program::Scratch scratch_;
  std::optional<WindowColumns> order_keys_;
  std::vector<std::unique_ptr<WindowCall>> calls_;

  std::vector<Column> last_keys_;
  uint32_t last_row_ = 0;
  std::deque<RowRange> partitions_;  // complete ones that have rows to be answered
  uint64_t begin_ = 0;               // of the partition being read
  uint64_t complete_ = 0;            // rows before it are of complete partitions
  bool ended_ = false;
  size_t next_ = 0;  // the chunk to be answered
  RowRange peers_;
};

/// A morsel of the sorted source holds whole partitions.
class WindowSource final : public Source {
 public:
  WindowSource(const WindowingNode& node, QueryContext& context, std::unique_ptr<Source> sorted)
      : node_(node), context_(context), sorted_(std::move(sorted)) {}
  Poll next_morsel(Morsel& out, const Waker& waker) override {
    return sorted_->next_morsel(out, waker);
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    return std::make_unique<WindowReader>(node_, context_, sorted_->open(morsel));
  }
  SourceProgress progress() const override { return sorted_->progress(); }
  uint32_t parallelism() const override { return sorted_->parallelism(); }

 private:
  const WindowingNode& node_;
  QueryContext& context_;
  const std::unique_ptr<Source> sorted_;
};

}  // namespace

KeptRows make_windowing(const WindowingNode& node, QueryContext& context) {
  const WindowExpr& first = *node.windows[0];
  std::vector<SortKeyRef> keys;
  for (const ExprRef& key : first.partition_by) keys.push_back(SortKey::create(key, false, false));
  for (const SortKeyRef& key : first.order_by) keys.push_back(key);
  const PlanRef sort = SortNode::create(node.input, std::move(keys));
  KeptRows sorted =
      make_sort(static_cast<const SortNode&>(*sort), context, first.partition_by.size());
  return {sorted.sink, [&node, &context, source = std::move(sorted.make_source)] {
            return std::make_unique<WindowSource>(node, context, source());
          }};
}

}  // namespace doline
