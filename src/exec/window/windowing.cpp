#include "exec/window/windowing.h"

#include "exec/sort/sort.h"
#include "exec/window/window_partition.h"
#include "kernel/compare.h"

namespace doline {

namespace {

/// Reads rows sorted by partition and order, and hands out partitions with their windows.
class WindowReader final : public Reader {
 public:
  WindowReader(const WindowingNode& node, QueryContext& context, Source& sorted)
      : context_(context), sorted_(sorted), partition_(node, context) {
    const WindowExpr& first = *node.windows[0];
    partition_count_ = first.partition_by.size();
    std::vector<ExprRef> keys = first.partition_by;
    for (const SortKeyRef& key : first.order_by) keys.push_back(key->expr);
    if (!keys.empty()) keys_ = Program::compile(keys, context.session);
  }

  Poll read(Chunk& out, const Waker& waker) override {
    while (next_ == ready_.size()) {
      if (ended_) return Poll::kDone;
      ready_.clear();
      next_ = 0;
      if (const Poll poll = advance(waker); poll == Poll::kBlocked) return poll;
    }
    out = std::move(ready_[next_++]);
    return Poll::kReady;
  }

 private:
  /// Takes in one more chunk of sorted rows; a partition that ends becomes ready.
  Poll advance(const Waker& waker) {
    Chunk chunk;
    while (true) {
      if (!reader_) {
        Morsel morsel;
        const Poll poll = sorted_.next_morsel(morsel, waker);
        if (poll == Poll::kBlocked) return poll;
        if (poll == Poll::kDone) {
          ended_ = true;
          close();
          return Poll::kReady;
        }
        reader_ = sorted_.open(morsel);
      }
      const Poll poll = reader_->read(chunk, waker);
      if (poll == Poll::kBlocked) return poll;
      if (poll == Poll::kReady) break;
      reader_.reset();
    }
    context_.check_cancelled();
    chunk = chunk.dense();
    std::vector<Column> keys;
    if (keys_) keys_->evaluate(chunk, scratch_, keys);
    uint32_t begin = 0;
    for (uint32_t row = 0; row < chunk.row_count; ++row) {
      if (starts_partition(keys, row)) {
        take(chunk, keys, begin, row);
        close();
        begin = row;
      }
      if (row + 1 == chunk.row_count) take(chunk, keys, begin, row + 1);
    }
    last_keys_ = std::move(keys);
    last_row_ = chunk.row_count - 1;
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

  void take(const Chunk& chunk, const std::vector<Column>& keys, uint32_t begin, uint32_t end) {
    if (begin == end) return;
    std::vector<Column> order;
    for (size_t i = partition_count_; i < keys.size(); ++i) order.push_back(keys[i].slice(begin, end - begin));
    partition_.add(chunk.slice(begin, end - begin).dense(), std::move(order));
  }

  void close() {
    if (partition_.empty()) return;
    for (Chunk& chunk : partition_.finish()) {
      // Tiny partitions are many: their rows go on together.
      ready_.push_back(std::move(chunk));
    }
  }

  QueryContext& context_;
  Source& sorted_;
  std::unique_ptr<Reader> reader_;
  ProgramRef keys_;
  Program::Scratch scratch_;
  size_t partition_count_ = 0;
  WindowPartition partition_;
  std::vector<Column> last_keys_;
  uint32_t last_row_ = 0;
  std::vector<Chunk> ready_;
  size_t next_ = 0;
  bool ended_ = false;
};

class WindowSource final : public Source {
 public:
  WindowSource(const WindowingNode& node, QueryContext& context, std::unique_ptr<Source> sorted)
      : node_(node), context_(context), sorted_(std::move(sorted)) {}
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (given_) return Poll::kDone;
    given_ = true;
    out = Morsel();
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel&) override { return std::make_unique<WindowReader>(node_, context_, *sorted_); }
  uint32_t parallelism() const override { return 1; }

 private:
  const WindowingNode& node_;
  QueryContext& context_;
  const std::unique_ptr<Source> sorted_;
  bool given_ = false;
};

}  // namespace

KeptRows make_windowing(const WindowingNode& node, QueryContext& context) {
  const WindowExpr& first = *node.windows[0];
  std::vector<SortKeyRef> keys;
  for (const ExprRef& key : first.partition_by) keys.push_back(SortKey::create(key, false, false));
  for (const SortKeyRef& key : first.order_by) keys.push_back(key);
  const PlanRef sort = SortNode::create(node.input, std::move(keys));
  KeptRows sorted = make_sort(static_cast<const SortNode&>(*sort), context);
  return {sorted.sink, [&node, &context, source = std::move(sorted.make_source)] {
            return std::make_unique<WindowSource>(node, context, source());
          }};
}

}  // namespace doline
