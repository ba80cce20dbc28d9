#include "exec/sort/sorted_source.h"

#include <algorithm>
#include <atomic>
#include <optional>

namespace doline {

namespace {

/// Some ranges, one after another.
struct Part {
  size_t begin;
  size_t end;
  uint64_t skip;
  uint64_t take;
};

class SortedReader final : public Reader {
 public:
  SortedReader(const SortRanges& ranges, const SortShape& shape, QueryContext& context, Part part)
      : ranges_(ranges), shape_(shape), context_(context), part_(part) {}

  Poll read(Chunk& out, const Waker&) override {
    while (part_.take > 0) {
      const uint64_t skipped = std::min<uint64_t>(part_.skip, range_.rows.size() - at_);
      part_.skip -= skipped;
      at_ += skipped;
      const uint64_t count =
          std::min({uint64_t{context_.chunk_rows}, range_.rows.size() - at_, part_.take});
      if (count > 0) {
        give(static_cast<uint32_t>(count), out);
        part_.take -= count;
        return Poll::kReady;
      }
      if (!loader_) {
        if (part_.begin == part_.end) break;
        context_.check_cancelled();
        range_ = {};
        at_ = 0;
        loader_.emplace(ranges_, part_.begin++);
      }
      if (!loader_->advance()) return Poll::kReady;  // no rows yet: the driver may turn to others
      range_ = loader_->take();
      loader_.reset();
    }
    range_ = {};
    return Poll::kDone;
  }

 private:
  void give(uint32_t count, Chunk& out) {
    if (ranges_.is_carried()) {
      out = Chunk(shape_.carried->unpack(shape_.words(), range_.rows.subspan(at_, count)), count);
      at_ += count;
      return;
    }
    const std::byte* rows[kChunkRows];
    for (uint32_t i = 0; i < count; ++i) rows[i] = range_.rows[at_ + i].row;
    at_ += count;
    // Rows lie anywhere: all are asked for before the first is waited for.
    const uint32_t row_bytes = shape_.layout->row_bytes();
    for (uint32_t i = 0; i < count; ++i) {
      for (uint32_t at = 0; at < row_bytes; at += 64) __builtin_prefetch(rows[i] + at);
    }
    std::vector<Column> columns;
    columns.reserve(shape_.types.size());
    for (size_t column = 0; column < shape_.types.size(); ++column) {
      columns.push_back(gather_column(*shape_.layout, column, rows, count));
    }
    out = Chunk(std::move(columns), count);
  }

  const SortRanges& ranges_;
  const SortShape& shape_;
  QueryContext& context_;
  Part part_;
  std::optional<SortRanges::Loader> loader_;
  SortRanges::Range range_;
  size_t at_ = 0;
};

class SortedSource final : public Source {
 public:
  SortedSource(std::shared_ptr<const SortRanges> ranges, std::shared_ptr<const SortShape> shape,
               QueryContext& context, uint64_t skip, uint64_t take, bool by_group)
      : shape_(std::move(shape)), ranges_(std::move(ranges)), context_(context) {
    const size_t count = ranges_->range_count();
    const bool counts = skip > 0 || take != ~uint64_t{0};
    if (counts && ranges_->is_spilled()) {
      parts_.push_back({0, count, skip, take});
      return;
    }
    for (size_t range = 0; range < count; ++range) {
      uint64_t dropped = 0;
      uint64_t kept = take;
      if (counts) {
        const uint64_t rows = ranges_->rows_in(range);
        dropped = std::min(skip, rows);
        kept = std::min(take, rows - dropped);
        skip -= dropped;
        take -= kept;
        if (kept == 0) continue;
      }
      if (by_group && !ranges_->begins_group(range)) {
        parts_.back().end = range + 1;
      } else {
        parts_.push_back({range, range + 1, dropped, kept});
      }
    }
  }

  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == parts_.size()) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    return std::make_unique<SortedReader>(*ranges_, *shape_, context_, parts_[morsel.begin]);
  }
  SourceProgress progress() const override { return {next_, parts_.size()}; }
  uint32_t parallelism() const override { return static_cast<uint32_t>(parts_.size()); }

 private:
  const std::shared_ptr<const SortShape> shape_;  // with the sink that made it
  const std::shared_ptr<const SortRanges> ranges_;
  QueryContext& context_;
  std::vector<Part> parts_;
  std::atomic<size_t> next_{0};
};

}  // namespace

std::unique_ptr<Source> make_sorted_source(std::shared_ptr<const SortRanges> ranges,
                                           std::shared_ptr<const SortShape> shape,
                                           QueryContext& context, uint64_t skip, uint64_t take,
                                           bool by_group) {
  return std::make_unique<SortedSource>(std::move(ranges), std::move(shape), context, skip, take,
                                        by_group);
}

}  // namespace doline
