#include "exec/sort/sorted_source.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <optional>

#include "base/thread_safety.h"

namespace doline {

namespace {

/// The ranges of a large part on their way to its one reader: who has nothing else to do loads some
/// ahead. Each is loaded once, in their order, by whoever claims it.
class RangesAhead {
 public:
  enum class Next : uint8_t {
    kLoad,    // the caller loads it
    kLoaded,  // here it is
    kNotYet,  // the waker is woken
    kNone,    // no more
  };
  /// At most `most` ranges wait for the reader.
  RangesAhead(size_t begin, size_t end, size_t most)
      : end_(end), most_(most), read_(begin), claimed_(begin) {}

  /// For the reader: its next range, which it loads itself where nobody does.
  Next take(size_t& range, SortRanges::Range& loaded, const Waker& waker) {
    {
      MutexLock lock(mutex_);
      if (read_ == end_) return Next::kNone;
      const auto found = loaded_.find(read_);
      if (found == loaded_.end() && read_ < claimed_) {
        reader_.add(waker);
        return Next::kNotYet;
      }
      range = read_++;
      if (found == loaded_.end()) {
        ++claimed_;
      } else {
        loaded = std::move(found->second);
        loaded_.erase(found);
        range = end_;
      }
    }
    helpers_.wake_all();
    return range == end_ ? Next::kLoaded : Next::kLoad;
  }
  /// For others: a range to put().
  Next claim(size_t& range, const Waker& waker) {
    MutexLock lock(mutex_);
    if (claimed_ == end_) return Next::kNone;
    if (claimed_ >= read_ + most_) {
      helpers_.add(waker);
      return Next::kNotYet;
    }
    range = claimed_++;
    return Next::kLoad;
  }
  void put(size_t range, SortRanges::Range loaded) {
    {
      MutexLock lock(mutex_);
      if (range >= read_) loaded_.emplace(range, std::move(loaded));
    }
    reader_.wake_all();
  }
  bool is_claimed() const {
    MutexLock lock(mutex_);
    return claimed_ == end_;
  }
  /// The reader wants no more.
  void abandon() {
    {
      MutexLock lock(mutex_);
      read_ = claimed_ = end_;
      loaded_.clear();
    }
    helpers_.wake_all();
  }

 private:
  const size_t end_;
  const size_t most_;
  mutable Mutex mutex_;
  size_t read_ GUARDED_BY(mutex_);     // the reader's next one
  size_t claimed_ GUARDED_BY(mutex_);  // those before it are loaded by somebody
  std::map<size_t, SortRanges::Range> loaded_ GUARDED_BY(mutex_);
  WakerList reader_;
  WakerList helpers_;
};

/// Some ranges, one after another.
struct Part {
  size_t begin;
  size_t end;
  uint64_t skip;
  uint64_t take;
  std::shared_ptr<RangesAhead> ahead = nullptr;  // of several ranges; with whoever helps
};

/// Gives no rows: loads ranges for another reader.
class HelpingReader final : public Reader {
 public:
  HelpingReader(const SortRanges& ranges, QueryContext& context, std::shared_ptr<RangesAhead> ahead)
      : ranges_(ranges), context_(context), ahead_(std::move(ahead)) {}

  Poll read(Chunk&, const Waker& waker) override {
    context_.check_cancelled();
    if (!loader_) {
      switch (ahead_->claim(range_, waker)) {
        case RangesAhead::Next::kNone:
          return Poll::kDone;
        case RangesAhead::Next::kNotYet:
          return Poll::kBlocked;
        case RangesAhead::Next::kLoad:
        case RangesAhead::Next::kLoaded:
          break;
      }
      loader_.emplace(ranges_, range_);
    }
    if (!loader_->advance()) return Poll::kReady;
    ahead_->put(range_, loader_->take());
    loader_.reset();
    return Poll::kReady;
  }

 private:
  const SortRanges& ranges_;
  QueryContext& context_;
  const std::shared_ptr<RangesAhead> ahead_;
  size_t range_ = 0;
  std::optional<SortRanges::Loader> loader_;
};

class SortedReader final : public Reader {
 public:
  SortedReader(const SortRanges& ranges, const SortShape& shape, QueryContext& context, Part part)
      : ranges_(ranges), shape_(shape), context_(context), part_(std::move(part)) {}
  ~SortedReader() override {
    if (part_.ahead) part_.ahead->abandon();
  }

  Poll read(Chunk& out, const Waker& waker) override {
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
        context_.check_cancelled();
        range_ = {};
        at_ = 0;
        const RangesAhead::Next next = next_range(waker);
        if (next == RangesAhead::Next::kNone) break;
        if (next == RangesAhead::Next::kNotYet) return Poll::kBlocked;
        if (next == RangesAhead::Next::kLoaded) continue;
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
  /// kLoad: part_.begin is to be loaded.
  RangesAhead::Next next_range(const Waker& waker) {
    if (part_.ahead) return part_.ahead->take(part_.begin, range_, waker);
    return part_.begin == part_.end ? RangesAhead::Next::kNone : RangesAhead::Next::kLoad;
  }
  void give(uint32_t count, Chunk& out) {
    if (ranges_.is_carried()) {
      out = Chunk(shape_.carried->unpack(range_.rows.subspan(at_, count)), count);
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
    for (Part& part : parts_) {
      if (part.end - part.begin < 2) continue;
      part.ahead = std::make_shared<RangesAhead>(part.begin, part.end, context.threads);
      large_.push_back(part.ahead);
    }
  }

  Poll next_morsel(Morsel& out, const Waker&) override {
    out.number = next_;
    if (next_ < parts_.size()) {
      out.begin = next_++;
      out.end = 0;
      return Poll::kReady;
    }
    // Whoever asks now has time for the parts that others read.
    for (size_t i = 0; i < large_.size(); ++i) {
      if (large_[i]->is_claimed()) continue;
      out.begin = i;
      out.end = kHelps;
      ++next_;
      return Poll::kReady;
    }
    return Poll::kDone;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    if (morsel.end == kHelps)
      return std::make_unique<HelpingReader>(*ranges_, context_, large_[morsel.begin]);
    return std::make_unique<SortedReader>(*ranges_, *shape_, context_, parts_[morsel.begin]);
  }
  SourceProgress progress() const override {
    return {std::min<uint64_t>(next_, parts_.size()), parts_.size()};
  }
  uint32_t parallelism() const override {
    return static_cast<uint32_t>(large_.empty() ? parts_.size() : ranges_->range_count());
  }

 private:
  const std::shared_ptr<const SortShape> shape_;  // with the sink that made it
  const std::shared_ptr<const SortRanges> ranges_;
  QueryContext& context_;
  static constexpr uint64_t kHelps = 1;
  std::vector<Part> parts_;
  std::vector<std::shared_ptr<RangesAhead>> large_;
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
