#include "exec/sort/sorted_source.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

namespace doline {

namespace {

constexpr size_t kRangeRows = size_t{1} << 17;

/// One range of each run, merged through a heap.
class MergeReader final : public Reader {
 public:
  MergeReader(std::vector<SortRun::Cursor> cursors, const std::vector<TypeRef>& types, uint32_t chunk_rows, uint64_t skip,
              uint64_t take)
      : cursors_(std::move(cursors)), types_(types), chunk_rows_(chunk_rows), skip_(skip), take_(take) {
    for (size_t i = 0; i < cursors_.size(); ++i) {
      if (!cursors_[i].is_done()) heap_.push_back(i);
    }
    std::make_heap(heap_.begin(), heap_.end(), after());
  }

  Poll read(Chunk& out, const Waker&) override {
    std::vector<const Chunk*> chunks;
    std::unordered_map<const Chunk*, uint32_t> places;
    std::vector<uint32_t> rows;
    std::vector<std::shared_ptr<const std::vector<Chunk>>> alive;  // blocks that rows point into
    const Chunk* last = nullptr;
    uint32_t last_index = 0;
    while (!heap_.empty() && rows.size() < chunk_rows_ && take_ > 0) {
      SortRun::Cursor& cursor = next();
      if (skip_ > 0) {
        --skip_;
      } else {
        const Chunk* chunk = &cursor.chunk();
        if (chunk != last) {
          const auto [found, is_new] = places.emplace(chunk, static_cast<uint32_t>(chunks.size()));
          last_index = found->second;
          if (is_new) chunks.push_back(chunk);
          last = chunk;
        }
        rows.push_back(last_index << 11 | (cursor.entry().row & 2047));
        --take_;
      }
      cursor.advance();
      settle();
    }
    for (SortRun::Cursor& cursor : cursors_) {
      for (auto& block : cursor.take_old_blocks()) alive.push_back(std::move(block));
    }
    if (rows.empty()) return Poll::kDone;
    out = gather_rows(types_, chunks, rows.data(), static_cast<uint32_t>(rows.size()));
    return Poll::kReady;
  }

 private:
  struct After {
    const std::vector<SortRun::Cursor>* cursors;
    bool operator()(size_t a, size_t b) const { return (*cursors)[b].entry() < (*cursors)[a].entry(); }
  };
  After after() const { return {&cursors_}; }
  SortRun::Cursor& next() {
    std::pop_heap(heap_.begin(), heap_.end(), after());
    return cursors_[heap_.back()];
  }
  /// Puts the cursor just advanced back where it belongs.
  void settle() {
    if (cursors_[heap_.back()].is_done()) {
      heap_.pop_back();
    } else {
      std::push_heap(heap_.begin(), heap_.end(), after());
    }
  }

  std::vector<SortRun::Cursor> cursors_;
  const std::vector<TypeRef>& types_;
  const uint32_t chunk_rows_;
  uint64_t skip_;
  uint64_t take_;
  std::vector<size_t> heap_;
};

class SortedSource final : public Source {
 public:
  SortedSource(std::vector<std::shared_ptr<const SortRun>> runs, std::vector<TypeRef> types, QueryContext& context,
               uint64_t skip, uint64_t take)
      : runs_(std::move(runs)), types_(std::move(types)), context_(context) {
    size_t rows = 0;
    bool spilled = false;
    for (const auto& run : runs_) {
      rows += run->row_count();
      spilled |= run->is_spilled();
    }
    cuts_.emplace_back();
    cuts_[0].assign(runs_.size(), 0);
    const size_t ranges = spilled ? 1 : std::max<size_t>(1, rows / kRangeRows);
    if (ranges > 1) {
      // Every so many-th entry of each run is a sample; cuts are its quantiles.
      std::vector<const SortEntry*> samples;
      for (const auto& run : runs_) {
        const size_t step = std::max<size_t>(1, kRangeRows / 64);
        for (size_t i = step / 2; i < run->entries().size(); i += step) samples.push_back(&run->entries()[i]);
      }
      std::sort(samples.begin(), samples.end(), [](const SortEntry* a, const SortEntry* b) { return *a < *b; });
      for (size_t range = 1; range < ranges && !samples.empty(); ++range) {
        const SortEntry& cut = *samples[samples.size() * range / ranges];
        std::vector<size_t> at;
        for (const auto& run : runs_) {
          at.push_back(static_cast<size_t>(std::lower_bound(run->entries().begin(), run->entries().end(), cut) -
                                           run->entries().begin()));
        }
        cuts_.push_back(std::move(at));
      }
    }
    cuts_.emplace_back();
    for (const auto& run : runs_) cuts_.back().push_back(run->row_count());
    // Skip and take, range by range.
    for (size_t range = 0; range + 1 < cuts_.size(); ++range) {
      uint64_t in_range = 0;
      for (size_t i = 0; i < runs_.size(); ++i) in_range += cuts_[range + 1][i] - cuts_[range][i];
      const uint64_t dropped = std::min(skip, in_range);
      const uint64_t kept = std::min(take, in_range - dropped);
      skip -= dropped;
      take -= kept;
      windows_.push_back({dropped, kept});
    }
  }

  Poll next_morsel(Morsel& out, const Waker&) override {
    while (next_ < windows_.size() && windows_[next_].second == 0) ++next_;
    if (next_ >= windows_.size()) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    std::vector<SortRun::Cursor> cursors;
    for (size_t i = 0; i < runs_.size(); ++i) {
      cursors.emplace_back(*runs_[i], cuts_[morsel.begin][i], cuts_[morsel.begin + 1][i]);
    }
    const auto [skip, take] = windows_[morsel.begin];
    return std::make_unique<MergeReader>(std::move(cursors), types_, context_.chunk_rows, skip, take);
  }
  SourceProgress progress() const override { return {next_, windows_.size()}; }
  uint32_t parallelism() const override { return static_cast<uint32_t>(windows_.size()); }

 private:
  const std::vector<std::shared_ptr<const SortRun>> runs_;
  const std::vector<TypeRef> types_;
  QueryContext& context_;
  std::vector<std::vector<size_t>> cuts_;  // by range, by run
  std::vector<std::pair<uint64_t, uint64_t>> windows_;
  std::atomic<size_t> next_{0};
};

}  // namespace

std::unique_ptr<Source> make_sorted_source(std::vector<std::shared_ptr<const SortRun>> runs, std::vector<TypeRef> types,
                                           QueryContext& context, uint64_t skip, uint64_t take) {
  return std::make_unique<SortedSource>(std::move(runs), std::move(types), context, skip, take);
}

}  // namespace doline
