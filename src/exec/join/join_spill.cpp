#include "exec/join/join_spill.h"

#include "column/chunk_bytes.h"
#include "exec/join/join_build.h"
#include "exec/join/join_probe.h"

namespace doline {

namespace {

constexpr size_t kSmallestBlockBytes = size_t{16} << 10;
constexpr size_t kLargestBlockBytes = size_t{128} << 10;
/// Left of the budget for what reads a bucket's other side.
constexpr size_t kReserveBytes = size_t{4} << 20;
/// Where tests ask for spilling: pages of a pass at least, and passes at most. Each pass reads the
/// other side anew.
constexpr size_t kForcedPages = 2;
constexpr size_t kForcedPasses = 4;

}  // namespace

uint64_t BucketPages::add(uint32_t bucket, RowPages& rows, SpillWriter& writer) {
  if (rows.empty()) return 0;
  const std::vector<SpilledPage> spilled = rows.spill(writer);
  uint64_t bytes = 0;
  for (const SpilledPage& page : spilled) bytes += page.extent.size_bytes;
  MutexLock lock(mutex_);
  pages_[bucket].insert(pages_[bucket].end(), spilled.begin(), spilled.end());
  return bytes;
}

uint64_t BucketPages::add(const RowLayout& layout, const RowPage& page, SpillWriter& writer) {
  std::array<std::vector<const std::byte*>, JoinBits::kCount> rows;
  for (uint32_t i = 0; i < page.size(); ++i)
    rows[JoinBits::of(stored_hash(page.row(i)))].push_back(page.row(i));
  uint64_t bytes = 0;
  for (uint32_t bucket = 0; bucket < JoinBits::kCount; ++bucket) {
    if (rows[bucket].empty()) continue;
    const SpilledPage written = RowPages::write(layout, rows[bucket], writer);
    bytes += written.extent.size_bytes;
    MutexLock lock(mutex_);
    pages_[bucket].push_back(written);
  }
  return bytes;
}

std::vector<SpilledPage> BucketPages::pages(uint32_t bucket) {
  MutexLock lock(mutex_);
  return pages_[bucket];
}

// Every bucket has a block in work, outside any account: all of them a small part of the limit.
BucketChunks::BucketChunks(std::vector<TypeRef> types)
    : types_(std::move(types)),
      block_bytes_(std::clamp(Budget::process().soft_limit_bytes() / (JoinBits::kCount * 32),
                              kSmallestBlockBytes, kLargestBlockBytes)) {}

void BucketChunks::add(const Chunk& chunk, const uint64_t* hashes, SpillWriter& writer) {
  std::array<std::vector<uint32_t>, JoinBits::kCount> rows;
  for (uint32_t row = 0; row < chunk.row_count; ++row)
    rows[JoinBits::of(hashes[row])].push_back(row);
  for (uint32_t bucket = 0; bucket < JoinBits::kCount; ++bucket) {
    if (rows[bucket].empty()) continue;
    const auto count = static_cast<uint32_t>(rows[bucket].size());
    Chunk part;
    for (const Column& column : chunk.columns)
      part.columns.push_back(column.gather(rows[bucket].data(), count));
    part.row_count = count;
    part.active = Selection::all(count);
    std::vector<std::byte> full;
    {
      MutexLock lock(mutex_);
      write_chunk(part, open_[bucket]);
      if (open_[bucket].size() >= block_bytes_) full.swap(open_[bucket]);
    }
    if (!full.empty()) put(bucket, full, writer);
  }
}

void BucketChunks::finish(SpillWriter& writer) {
  for (uint32_t bucket = 0; bucket < JoinBits::kCount; ++bucket) {
    std::vector<std::byte> rest;
    {
      MutexLock lock(mutex_);
      rest.swap(open_[bucket]);
    }
    if (!rest.empty()) put(bucket, rest, writer);
  }
}

void BucketChunks::clear() {
  MutexLock lock(mutex_);
  for (auto& open : open_) open.clear();
  for (auto& blocks : blocks_) blocks.clear();
}

void BucketChunks::put(uint32_t bucket, const std::vector<std::byte>& bytes, SpillWriter& writer) {
  const SpillExtent extent = writer.write(bytes);
  MutexLock lock(mutex_);
  blocks_[bucket].push_back(extent);
}

std::vector<SpillExtent> BucketChunks::blocks(uint32_t bucket) {
  MutexLock lock(mutex_);
  return blocks_[bucket];
}

namespace {

/// One bucket, in as many passes as its build rows take: as many of them as fit go into a table,
/// all left rows are read by, then the next. Which left rows were matched is remembered from pass
/// to pass; a single key with more rows than memory is no special case.
class BucketReader final : public Reader {
 public:
  BucketReader(std::shared_ptr<HashJoinState> state, uint32_t bucket)
      : state_(std::move(state)),
        build_(state_->build_buckets.pages(bucket)),
        blocks_(state_->probe_buckets.blocks(bucket)),
        probe_(state_->shape) {}

  Poll read(Chunk& out, const Waker&) override {
    while (true) {
      state_->context.check_cancelled();
      if (!table_) {
        if (!start_pass()) return Poll::kDone;
      } else if (probe_.is_open()) {
        if (probe_.next(out, state_->context.chunk_rows)) return Poll::kReady;
      } else if (!rest_.empty()) {
        if (matched_.size() <= chunk_number_) matched_.resize(chunk_number_ + 1);
        const bool is_single = is_last_ && passes_ == 1;
        probe_.begin(read_chunk(state_->probe_buckets.types(), rest_), *table_,
                     {is_single ? nullptr : &matched_[chunk_number_], is_last_});
        ++chunk_number_;
      } else if (block_ < blocks_.size()) {
        const SpillExtent extent = blocks_[block_++];
        bytes_.resize(extent.size_bytes);
        state_->context.spill->read(extent, bytes_);
        rest_ = bytes_;
      } else if (state_->shape.marks_build() && page_ < table_->pages().size()) {
        const RowPage& page = *table_->pages()[page_];
        out = rest_rows(*table_, page, page_row_);
        if (page_row_ == page.size()) {
          ++page_;
          page_row_ = 0;
        }
        if (!out.empty()) return Poll::kReady;
      } else {
        table_ = nullptr;
      }
    }
  }

 private:
  /// Fills a table with the next build rows; false when there are none left (the first pass takes
  /// place without any).
  bool start_pass() {
    if (passes_ > 0 && next_page_ == build_.size()) return false;
    QueryContext& context = state_->context;
    const RowLayout& layout = *state_->shape.layout;
    const size_t pages_of_forced_pass = (build_.size() + kForcedPasses - 1) / kForcedPasses;
    std::vector<RowPageRef> pages;
    uint64_t rows = 0;
    while (next_page_ < build_.size()) {
      const SpilledPage& next = build_[next_page_];
      const size_t wanted =
          2 * next.memory_bytes + JoinTable::directory_bytes(rows + next.rows) + kReserveBytes;
      const bool is_enough = context.settings.force_spill
                                 ? pages.size() >= std::max(kForcedPages, pages_of_forced_pass)
                                 : context.budget->available_bytes() < wanted;
      if (!pages.empty() && is_enough) break;
      pages.push_back(RowPages::read_back(next, layout, *context.spill, *context.budget));
      rows += next.rows;
      ++next_page_;
      context.check_cancelled();
    }
    ++passes_;
    is_last_ = next_page_ == build_.size();
    table_ = std::make_unique<JoinTable>(state_->shape, JoinBits::kBits);
    table_->set_rows({std::move(pages)}, *context.budget);
    table_->build(0, context);
    table_->seal();
    table_->facts = state_->facts();
    block_ = 0;
    rest_ = {};
    chunk_number_ = 0;
    page_ = 0;
    page_row_ = 0;
    return true;
  }

  const std::shared_ptr<HashJoinState> state_;
  const std::vector<SpilledPage> build_;
  const std::vector<SpillExtent> blocks_;
  JoinProbe probe_;
  std::unique_ptr<JoinTable> table_;
  size_t next_page_ = 0;
  uint32_t passes_ = 0;
  bool is_last_ = false;
  std::vector<std::vector<uint64_t>> matched_;  // by left chunk of the bucket
  size_t block_ = 0;
  std::vector<std::byte> bytes_;  // of a block, whose chunks are made one by one: they are small,
  std::span<const std::byte> rest_;  // and each of their columns takes a page
  size_t chunk_number_ = 0;
  size_t page_ = 0;
  uint32_t page_row_ = 0;
};

}  // namespace

std::unique_ptr<Reader> make_bucket_reader(std::shared_ptr<HashJoinState> state, uint32_t bucket) {
  return std::make_unique<BucketReader>(std::move(state), bucket);
}

}  // namespace doline
