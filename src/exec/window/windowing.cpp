#include "exec/window/windowing.h"

#include "exec/sort/sort.h"
#include "exec/window/window_call.h"

namespace doline {

namespace {

/// Goes through the groups of one level in the rows' order.
class GroupWalk {
 public:
  GroupWalk(const WindowRows& rows, uint32_t level) : rows_(rows), level_(level) {}

  /// body(group, begin, end): rows [begin, end) of the chunk are of the group.
  template <class Body>
  void for_each(size_t chunk, Body&& body) {
    const uint64_t first = rows_.begin_of(chunk);
    const uint32_t count = rows_.size_of(chunk);
    const uint64_t* starts = rows_.starts(chunk, level_);
    for (uint32_t i = 0; i < count;) {
      if (test_bit(starts, i)) group_ = {first + i, 0};
      // A group that goes on may have been longer than what was read of it before.
      if (group_.end <= first + i) {
        const uint32_t next = next_start(starts, i + 1, count);
        group_.end = next < count ? first + next : rows_.group_end(level_, first + count - 1);
      }
      const auto end = static_cast<uint32_t>(std::min<uint64_t>(count, group_.end - first));
      body(group_, i, end);
      i = end;
    }
  }

 private:
  /// The first bit that is set from `row` on; `count` where there is none.
  static uint32_t next_start(const uint64_t* starts, uint32_t row, uint32_t count) {
    while (row < count) {
      const uint64_t set = starts[row / 64] >> (row % 64);
      if (set != 0) return row + static_cast<uint32_t>(std::countr_zero(set));
      row = (row / 64 + 1) * 64;
    }
    return count;
  }

  const WindowRows& rows_;
  const uint32_t level_;
  RowRange group_;
};

/// Reads rows sorted by partition and order, and adds the calls' columns. A chunk goes on once the
/// partitions that its rows belong to have been read to their ends; at once where no call asks for
/// rows to come.
class WindowReader final : public Reader {
 public:
  WindowReader(const WindowShape& shape, QueryContext& context, std::unique_ptr<Reader> sorted)
      : shape_(shape),
        context_(context),
        sorted_(std::move(sorted)),
        rows_(shape, context),
        partitions_(rows_, 0) {
    for (uint32_t level = 0; level < shape.levels.size(); ++level)
      levels_.emplace_back(rows_, level);
    for (size_t i = 0; i < shape.calls.size(); ++i) {
      const WindowExpr& window = *shape.node.windows[i];
      Call call;
      if (window.has_frame()) call.frames = frames_of(window, shape.calls[i]);
      call.call = WindowCall::create(
          {window, shape.calls[i], call.frames ? &call.frames->frames : nullptr, rows_, context});
      const uint32_t level = shape.calls[i].level;
      if (call.call->needs_peers() || (call.frames && call.frames->frames.needs_peers())) {
        levels_[level].peers.resize(kChunkRows);
        call.peers = &levels_[level];
      }
      calls_.push_back(std::move(call));
    }
  }

  Poll read(Chunk& out, const Waker& waker) override {
    const Claim claim(rows_);
    if (!is_complete(next_)) {
      if (ended_) return Poll::kDone;
      if (const Poll poll = advance(waker); poll == Poll::kBlocked) return poll;
      // No rows yet: a partition may be long, and the driver may turn to others.
      if (!is_complete(next_)) return Poll::kReady;
    }
    context_.check_cancelled();
    answer(out);
    return Poll::kReady;
  }

 private:
  struct Level {
    Level(const WindowRows& rows, uint32_t level) : walk(rows, level) {}
    GroupWalk walk;
    std::vector<RowRange> peers;  // of the batch's rows; empty: nobody asks
  };
  struct Frames {
    explicit Frames(const CallSetup& setup)
        : frames(setup.window, setup.columns, setup.rows), of_rows(kChunkRows) {}
    WindowFrames frames;
    std::vector<RowRange> of_rows;  // of the batch
  };
  struct Call {
    std::unique_ptr<WindowCall> call;
    Frames* frames = nullptr;
    Level* peers = nullptr;
  };

  Frames* frames_of(const WindowExpr& window, const CallColumns& columns) {
    for (const auto& known : frames_) {
      if (known->frames.serves(window, columns)) return known.get();
    }
    frames_.push_back(
        std::make_unique<Frames>(CallSetup{window, columns, nullptr, rows_, context_}));
    if (frames_.back()->frames.needs_peers()) levels_[columns.level].peers.resize(kChunkRows);
    return frames_.back().get();
  }

  bool is_complete(size_t chunk) const {
    if (chunk == rows_.end_chunk()) return false;
    return ended_ || shape_.is_streaming ||
           rows_.begin_of(chunk) + rows_.size_of(chunk) <= last_partition_;
  }

  /// Takes in one more chunk of sorted rows.
  Poll advance(const Waker& waker) {
    Chunk chunk;
    const Poll poll = sorted_->read(chunk, waker);
    if (poll == Poll::kBlocked) return poll;
    if (poll == Poll::kDone) {
      ended_ = true;
      return Poll::kReady;
    }
    context_.check_cancelled();
    chunk = chunk.dense();
    if (chunk.row_count == 0) return Poll::kReady;
    rows_.add(std::move(chunk));
    const size_t added = rows_.end_chunk() - 1;
    const uint64_t* starts = rows_.starts(added, 0);
    for (size_t word = words_for_bits(rows_.size_of(added)); word-- > 0;) {
      if (starts[word] == 0) continue;
      last_partition_ = rows_.begin_of(added) + word * 64 + 63 -
                        static_cast<uint64_t>(std::countl_zero(starts[word]));
      break;
    }
    return Poll::kReady;
  }

  /// The next chunk with the calls' columns behind its own.
  void answer(Chunk& out) {
    WindowBatch batch{next_, rows_.begin_of(next_), rows_.size_of(next_)};
    runs_.clear();
    partitions_.for_each(next_, [&](const RowRange& partition, uint32_t begin, uint32_t end) {
      runs_.push_back({partition, begin, end});
    });
    batch.runs = runs_;
    for (Level& level : levels_) {
      if (level.peers.empty()) continue;
      level.walk.for_each(next_, [&](const RowRange& group, uint32_t begin, uint32_t end) {
        std::fill(level.peers.begin() + begin, level.peers.begin() + end, group);
      });
    }
    for (const auto& frames : frames_) {
      const std::vector<RowRange>& peers = levels_[frames->frames.level()].peers;
      batch.peers = peers.empty() ? nullptr : peers.data();
      frames->frames.compute(batch, frames->of_rows.data());
    }
    std::vector<Column> results;
    for (const Call& call : calls_) {
      batch.peers = call.peers ? call.peers->peers.data() : nullptr;
      batch.frames = call.frames ? call.frames->of_rows.data() : nullptr;
      results.push_back(call.call->evaluate(batch));
    }
    const std::vector<Column>& columns = rows_.chunk(next_).columns;
    out = Chunk({columns.begin(),
                 columns.begin() + static_cast<ptrdiff_t>(shape_.node.input->schema.size())},
                batch.count);
    out.columns.insert(out.columns.end(), results.begin(), results.end());
    ++next_;
    // Rows before the partition of the next row are looked at no more.
    const RowRange& last = runs_.back().partition;
    const bool goes_on = last.end > batch.row + batch.count && !shape_.is_streaming;
    rows_.drop_before(goes_on ? rows_.chunk_of(last.begin) : next_);
  }

  const WindowShape& shape_;
  QueryContext& context_;
  const std::unique_ptr<Reader> sorted_;
  WindowRows rows_;
  GroupWalk partitions_;
  std::vector<Level> levels_;
  std::vector<std::unique_ptr<Frames>> frames_;
  std::vector<Call> calls_;
  std::vector<PartitionRun> runs_;

  uint64_t last_partition_ = 0;  // where the last one that was met begins
  bool ended_ = false;
  size_t next_ = 0;  // the chunk to be answered
};

/// A morsel of the sorted source holds whole partitions.
class WindowSource final : public Source {
 public:
  WindowSource(std::shared_ptr<const WindowShape> shape, QueryContext& context,
               std::unique_ptr<Source> sorted)
      : shape_(std::move(shape)), context_(context), sorted_(std::move(sorted)) {}
  Poll next_morsel(Morsel& out, const Waker& waker) override {
    return sorted_->next_morsel(out, waker);
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    return std::make_unique<WindowReader>(*shape_, context_, sorted_->open(morsel));
  }
  SourceProgress progress() const override { return sorted_->progress(); }
  uint32_t parallelism() const override { return sorted_->parallelism(); }

 private:
  const std::shared_ptr<const WindowShape> shape_;  // with the sink that made it
  QueryContext& context_;
  const std::unique_ptr<Source> sorted_;
};

}  // namespace

KeptRows make_windowing(const WindowingNode& node, QueryContext& context) {
  auto shape = std::make_shared<const WindowShape>(node, context);
  std::vector<SortKeyRef> keys;
  for (const ExprRef& key : node.windows[0]->partition_by)
    keys.push_back(SortKey::create(key, false, false));
  for (const SortKeyRef& key : node.order_by()) keys.push_back(key);
  const PlanRef sort = SortNode::create(node.input, std::move(keys));
  KeptRows sorted = make_sort(static_cast<const SortNode&>(*sort), context, nullptr,
                              node.windows[0]->partition_by.size());
  return {sorted.sink, [shape, &context, source = std::move(sorted.make_source)] {
            return std::make_unique<WindowSource>(shape, context, source());
          }};
}

}  // namespace doline
