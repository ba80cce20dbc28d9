#include "exec/chunk_store.h"

#include <algorithm>
#include <atomic>

#include "column/chunk_bytes.h"

namespace doline {

namespace {

constexpr size_t kSmallestSegmentBytes = size_t{512} << 10;
constexpr size_t kLargestSegmentBytes = size_t{4} << 20;
/// A chunk is small below this part of what one may have.
constexpr uint32_t kSmallPart = 8;

class StoreReader final : public Reader {
 public:
  StoreReader(std::shared_ptr<const ChunkStore> store, size_t segment, uint64_t skip, uint64_t take)
      : store_(std::move(store)), chunks_(*store_, segment), skip_(skip), take_(take) {}
  Poll read(Chunk& out, const Waker&) override {
    Chunk chunk;
    while (take_ > 0 && chunks_.next(chunk)) {
      const uint64_t dropped = std::min<uint64_t>(skip_, chunk.size());
      skip_ -= dropped;
      const uint64_t kept = std::min<uint64_t>(take_, chunk.size() - dropped);
      if (kept == 0) continue;
      take_ -= kept;
      out = chunk.slice(static_cast<uint32_t>(dropped), static_cast<uint32_t>(kept));
      return Poll::kReady;
    }
    return Poll::kDone;
  }

 private:
  const std::shared_ptr<const ChunkStore> store_;  // with its source
  ChunkStore::SegmentChunks chunks_;
  uint64_t skip_;
  uint64_t take_;
};

/// Hands out segments in order; where each begins is known from the rows of those before it.
class StoreSource final : public Source {
 public:
  StoreSource(std::shared_ptr<const ChunkStore> store, uint64_t skip, uint64_t take)
      : store_(std::move(store)), skip_(skip), take_(take) {}
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == store_->segment_count() || take_ == 0) return Poll::kDone;
    out.number = next_;
    out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    const uint64_t rows = store_->segment_rows(morsel.begin);
    // open() follows next_morsel under the same lock, so the running counts are in order.
    const uint64_t dropped = std::min(skip_, rows);
    skip_ -= dropped;
    const uint64_t kept = std::min(take_, rows - dropped);
    take_ -= kept;
    return std::make_unique<StoreReader>(store_, morsel.begin, dropped, kept);
  }
  SourceProgress progress() const override { return {next_, store_->segment_count()}; }
  uint32_t parallelism() const override {
    return static_cast<uint32_t>(std::min<size_t>(store_->segment_count(), ~uint32_t{0}));
  }

 private:
  const std::shared_ptr<const ChunkStore> store_;
  std::atomic<uint64_t> next_{0};
  uint64_t skip_;
  uint64_t take_;
};

}  // namespace

ChunkStore::ChunkStore(Schema schema, QueryContext& context, size_t segment_chunks)
    : schema_(std::move(schema)),
      segment_chunks_(segment_chunks),
      // Whoever reads one has it in memory: a small part of a small limit.
      segment_bytes_(std::clamp(Budget::process().soft_limit_bytes() / 32, kSmallestSegmentBytes,
                                kLargestSegmentBytes)),
      context_(context),
      enrolled_(context.arbiter, *this) {
  for (const Field& field : schema_) types_.push_back(field.type);
}

void ChunkStore::append(const Chunk& chunk) {
  if (chunk.empty()) return;
  row_count_ += chunk.size();
  const bool is_small = chunk.size() < context_.chunk_rows / kSmallPart;
  if (small_rows_ > 0 && (!is_small || small_rows_ + chunk.size() > context_.chunk_rows))
    keep_small();
  if (!is_small) return keep(chunk.retain());
  if (small_.empty()) {
    for (const TypeRef type : types_) small_.emplace_back(type, chunk.size());
  }
  size_t bytes = 0;
  for (size_t i = 0; i < small_.size(); ++i) {
    small_[i].append_from(chunk.columns[i], chunk.active);
    bytes += small_[i].data_bytes();
  }
  small_rows_ += chunk.size();
  if (bytes >= kSmallestSegmentBytes) keep_small();  // long texts
}

void ChunkStore::keep_small() {
  std::vector<Column> columns;
  for (ColumnBuilder& builder : small_) columns.push_back(builder.seal());
  keep({std::move(columns), std::exchange(small_rows_, 0)});
}

void ChunkStore::keep(Chunk chunk) {
  const Claim claim(*this);
  if (segments_.empty() || segments_.back().bytes >= segment_bytes_ ||
      segments_.back().chunk_count >= segment_chunks_) {
    if (context_.settings.force_spill && context_.spill) spill_oldest(~size_t{0});
    segments_.emplace_back();
  }
  Segment& segment = segments_.back();
  const size_t bytes = chunk.kept_bytes();
  segment.bytes += bytes;
  segment.chunk_count += 1;
  segment.rows += chunk.size();
  segment.chunks.push_back(std::move(chunk));
  held_bytes_ += bytes;
  if (context_.spill && context_.budget->available_bytes() < kLargestSegmentBytes)
    spill_oldest(held_bytes_ / 2);
}

void ChunkStore::seal() {
  if (small_rows_ > 0) keep_small();
  small_.clear();
  const Claim claim(*this);
  if (context_.settings.force_spill && context_.spill) spill_oldest(~size_t{0});
}

void ChunkStore::clear() {
  const Claim claim(*this);
  small_.clear();
  small_rows_ = 0;
  segments_.clear();
  held_bytes_ = 0;
  first_held_ = 0;
  row_count_ = 0;
}

bool ChunkStore::spill() {
  const size_t before = held_bytes_;
  spill_oldest(segment_bytes_ / 2);  // one, or a few small ones
  // The open segment goes last, as appending would begin a new one.
  if (held_bytes_ == before) spill_oldest(~size_t{0});
  return held_bytes_ == 0;
}

void ChunkStore::spill_oldest(size_t wanted) {
  size_t freed = 0;
  std::vector<std::byte> bytes;
  for (; first_held_ < segments_.size() && freed < wanted; ++first_held_) {
    Segment& segment = segments_[first_held_];
    // The open segment goes only when everything has to.
    if (first_held_ + 1 == segments_.size() && wanted != ~size_t{0}) break;
    bytes.clear();
    for (const Chunk& chunk : segment.chunks) write_chunk(chunk, bytes);
    segment.extent = context_.spill->write(bytes);
    segment.is_spilled = true;
    segment.chunks.clear();
    freed += segment.bytes;
    held_bytes_ -= segment.bytes;
    segment.bytes = segment_bytes_;  // closed: nothing more is appended to it
  }
}

std::vector<Chunk> ChunkStore::segment(size_t index) const {
  std::vector<Chunk> chunks;
  SegmentChunks segment(*this, index);
  Chunk chunk;
  while (segment.next(chunk)) chunks.push_back(std::move(chunk));
  return chunks;
}

ChunkStore::SegmentChunks::SegmentChunks(const ChunkStore& store, size_t index)
    : types_(&store.types_) {
  const Segment& segment = store.segments_[index];
  {
    const Claim claim(const_cast<ChunkStore&>(store));
    if (!segment.is_spilled) {
      chunks_ = segment.chunks;
      return;
    }
  }
  buffer_ = Buffer::allocate(segment.extent.size_bytes);
  store.context_.spill->read(segment.extent, {buffer_->data(), segment.extent.size_bytes});
  rest_ = {buffer_->data(), segment.extent.size_bytes};
}

bool ChunkStore::SegmentChunks::next(Chunk& out) {
  if (next_ < chunks_.size()) {
    out = std::move(chunks_[next_++]);
    return true;
  }
  if (rest_.empty()) return false;
  out = read_chunk(*types_, rest_);
  return true;
}

std::unique_ptr<Source> make_store_source(std::shared_ptr<const ChunkStore> store, uint64_t skip,
                                          uint64_t take) {
  return std::make_unique<StoreSource>(std::move(store), skip, take);
}

}  // namespace doline
