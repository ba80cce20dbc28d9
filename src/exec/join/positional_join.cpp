#include <algorithm>

#include "exec/chunk_store.h"
#include "exec/join/join.h"
#include "exec/sinks.h"

namespace doline {

namespace {

/// Rows of a morsel.
constexpr uint64_t kMorselRows = uint64_t{64} * kChunkRows;

/// Rows of a ChunkStore from one on, in pieces.
class StoredRows {
 public:
  StoredRows(const ChunkStore& store, const std::vector<uint64_t>& begins, uint64_t from)
      : store_(store),
        next_segment_(static_cast<size_t>(std::upper_bound(begins.begin(), begins.end(), from) -
                                          begins.begin() - 1)) {
    if (next_segment_ < store_.segment_count()) skip_ = from - begins[next_segment_];
  }

  /// Columns of at most `most` of the next rows; `count` says how many, 0 once there are no more.
  std::vector<Column> next(uint32_t most, uint32_t& count) {
    while (skip_ >= chunk_.size()) {
      skip_ -= chunk_.size();
      chunk_ = Chunk();
      while (!chunks_.next(chunk_)) {
        if (next_segment_ == store_.segment_count()) {
          count = 0;
          return {};
        }
        chunks_ = ChunkStore::SegmentChunks();  // one at a time
        chunks_ = ChunkStore::SegmentChunks(store_, next_segment_++);
      }
    }
    count = static_cast<uint32_t>(std::min<uint64_t>(most, chunk_.size() - skip_));
    Chunk rows = chunk_.slice(static_cast<uint32_t>(skip_), count).dense();
    skip_ += count;
    return std::move(rows.columns);
  }

 private:
  const ChunkStore& store_;
  size_t next_segment_;
  ChunkStore::SegmentChunks chunks_;
  Chunk chunk_;
  uint64_t skip_ = 0;  // rows from the chunk's first on that are behind us
};

/// Both sides, kept.
struct Sides {
  std::shared_ptr<const ChunkStore> left, right;
  std::vector<uint64_t> left_begins, right_begins;  // of their segments
};

class PairedReader final : public Reader {
 public:
  PairedReader(std::shared_ptr<const Sides> sides, uint64_t begin, uint64_t end,
               uint32_t chunk_rows)
      : sides_(std::move(sides)),
        left_(*sides_->left, sides_->left_begins, begin),
        right_(*sides_->right, sides_->right_begins, begin),
        rows_left_(end - begin),
        chunk_rows_(chunk_rows) {}

  Poll read(Chunk& out, const Waker&) override {
    if (rows_left_ == 0) return Poll::kDone;
    const auto most = static_cast<uint32_t>(std::min<uint64_t>(rows_left_, chunk_rows_));
    take(left_, most, waiting_left_);
    take(right_, most, waiting_right_);
    uint32_t count = most;
    for (const Waiting* side : {&waiting_left_, &waiting_right_}) {
      if (side->count != 0) count = std::min(count, side->count);
    }
    out = Chunk();
    give(waiting_left_, sides_->left->schema(), count, out);
    give(waiting_right_, sides_->right->schema(), count, out);
    out.row_count = count;
    out.active = Selection::all(count);
    rows_left_ -= count;
    return Poll::kReady;
  }

 private:
  /// A piece of one side, of which some rows may have gone.
  struct Waiting {
    std::vector<Column> columns;
    uint32_t count = 0;  // none: the side has ended
    uint32_t begin = 0;
  };
  static void take(StoredRows& rows, uint32_t most, Waiting& waiting) {
    if (waiting.count != 0) return;
    waiting.columns = rows.next(most, waiting.count);
    waiting.begin = 0;
  }
  static void give(Waiting& from, const Schema& schema, uint32_t count, Chunk& out) {
    if (from.count == 0) {
      for (const Field& field : schema) out.columns.push_back(Column::null(field.type, count));
      return;
    }
    for (const Column& column : from.columns)
      out.columns.push_back(column.slice(from.begin, count));
    from.begin += count;
    from.count -= count;
  }

  const std::shared_ptr<const Sides> sides_;
  StoredRows left_, right_;
  Waiting waiting_left_, waiting_right_;
  uint64_t rows_left_;
  const uint32_t chunk_rows_;
};

class PairedSource final : public Source {
 public:
  PairedSource(std::shared_ptr<const Sides> sides, const QueryContext& context)
      : sides_(std::move(sides)),
        rows_(std::max(sides_->left->row_count(), sides_->right->row_count())),
        chunk_rows_(context.chunk_rows),
        morsel_rows_(context.morsel_rows(kMorselRows)) {}
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ * morsel_rows_ >= rows_) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    const uint64_t begin = morsel.begin * morsel_rows_;
    return std::make_unique<PairedReader>(sides_, begin, std::min(rows_, begin + morsel_rows_),
                                          chunk_rows_);
  }
  SourceProgress progress() const override {
    return {std::min(rows_, next_ * morsel_rows_), rows_};
  }

 private:
  const std::shared_ptr<const Sides> sides_;
  const uint64_t rows_;
  const uint32_t chunk_rows_;
  const uint64_t morsel_rows_;
  std::atomic<uint64_t> next_{0};
};

std::vector<uint64_t> begins_of(const ChunkStore& store) {
  std::vector<uint64_t> begins;
  uint64_t row = 0;
  for (size_t i = 0; i < store.segment_count(); ++i) {
    begins.push_back(row);
    row += store.segment_rows(i);
  }
  if (begins.empty()) begins.push_back(0);
  return begins;
}

}  // namespace

std::unique_ptr<Source> make_positional_join(std::shared_ptr<const ChunkStore> left,
                                             std::shared_ptr<const ChunkStore> right,
                                             const QueryContext& context) {
  auto sides = std::make_shared<Sides>();
  sides->left_begins = begins_of(*left);
  sides->right_begins = begins_of(*right);
  sides->left = std::move(left);
  sides->right = std::move(right);
  return std::make_unique<PairedSource>(std::move(sides), context);
}

}  // namespace doline
