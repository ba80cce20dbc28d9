// UPDATE and DELETE on tables in memory, and what brings the changes of two transactions together.
#include <algorithm>
#include <numeric>
#include <optional>

#include "column/row_set.h"
#include "kernel/concatenate.h"
#include "table/memory_state.h"

namespace doline {

namespace {

/// What becomes of some rows of a stored chunk.
struct RowPatch {
  std::vector<uint32_t> rows;  // rising; of those the chunk keeps
  std::vector<Chunk> values;   // one after another as many rows; none: the rows are deleted
};

StoredChunkRef without(const StoredChunk& chunk, const RowPatch& patch,
                       const QueryContext& context) {
  const size_t words = words_for_bits(chunk.kept_count());
  BufferRef alive = Buffer::allocate(words * sizeof(uint64_t));
  for (size_t i = 0; i < words; ++i)
    alive->as<uint64_t>()[i] = chunk.alive() ? chunk.alive()[i] : ~uint64_t{0};
  for (uint32_t row : patch.rows) clear_bit(alive->as<uint64_t>(), row);
  StoredChunkRef marked = chunk.without_dead(std::move(alive));
  // Whoever deletes because memory is short shall not need more of it.
  const StoredChunkRef compacted = is_room_short(context) ? nullptr : marked->compacted();
  return compacted ? compacted : marked;
}

StoredChunkRef updated(const StoredChunk& chunk, std::span<const uint32_t> columns,
                       const RowPatch& patch) {
  const uint32_t rows = chunk.kept_count();
  const auto changed = static_cast<uint32_t>(patch.rows.size());
  if (changed == rows && patch.values.size() == 1)  // nothing stays
    return chunk.with(columns, patch.values[0].columns);
  std::vector<uint32_t> from(rows);
  std::iota(from.begin(), from.end(), 0);
  for (uint32_t i = 0; i < changed; ++i) from[patch.rows[i]] = rows + i;
  const std::vector<Column> old = chunk.read(columns);
  std::vector<Column> made;
  for (size_t i = 0; i < columns.size(); ++i) {
    std::vector<Column> parts = {old[i]};
    for (const Chunk& part : patch.values) parts.push_back(part.columns[i]);
    // Compact, so that the values that were replaced are not carried along.
    made.push_back(concatenate(old[i].type(), parts).gather(from.data(), rows).compact());
  }
  return chunk.with(columns, std::move(made));
}

/// Fewer chunks where deletions left little in many.
void pack(PlacedSegment& placed, const QueryContext& context) {
  if (is_room_short(context)) return;
  if (SegmentRef fewer = packed(*placed.segment)) placed.segment = std::move(fewer);
}

}  // namespace

/// Applies changes that come by rising row numbers, a stored chunk at a time. Batches are worked on
/// in parallel but for the first and the last chunk they reach, of which other batches may have
/// rows too.
class ChangeWriter final : public Writer {
 public:
  ChangeWriter(Ref<const MemoryTable> table, TableChange change, QueryContext& context)
      : table_(std::move(table)),
        change_(std::move(change)),
        context_(context),
        sketch_(table_->schema()) {}

  size_t batch_rows() const override { return MemoryTable::kSegmentRows; }
  size_t batch_bytes() const override { return size_t{16} << 20; }

  std::unique_ptr<Encoded> encode(std::vector<Chunk> chunks) override {
    auto batch = std::make_unique<Batch>(table_->schema());
    for (const Chunk& chunk : chunks) {
      take(chunk, *batch);
      for (size_t i = 0; i < change_.columns.size(); ++i)
        batch->sketch.add(change_.columns[i], chunk.columns[i + 1], chunk.active);
    }
    for (size_t i = 1; i + 1 < batch->changes.size(); ++i) apply(batch->changes[i]);
    return batch;
  }

  void commit(std::unique_ptr<Encoded> encoded) override {
    auto& batch = static_cast<Batch&>(*encoded);
    written_.add(batch.written);
    sketch_.merge(batch.sketch);
    for (Change& change : batch.changes) {
      if (changes_.empty() || !changes_.back().has_same_target(change)) {
        if (!changes_.empty()) apply(changes_.back());
        changes_.push_back(std::move(change));
        continue;
      }
      RowPatch& patch = changes_.back().patch;
      patch.rows.insert(patch.rows.end(), change.patch.rows.begin(), change.patch.rows.end());
      std::move(change.patch.values.begin(), change.patch.values.end(),
                std::back_inserter(patch.values));
    }
  }

  void finish() override {
    if (!changes_.empty()) apply(changes_.back());
    MemoryTable::State state = table_->state_->next();
    for (size_t i = 0; i < changes_.size();) {
      const size_t place = changes_[i].place;
      auto segment = std::make_shared<Segment>(*state.segments[place].segment);
      for (; i < changes_.size() && changes_[i].place == place; ++i)
        segment->replace(changes_[i].chunk, std::move(changes_[i].made));
      PlacedSegment& placed = state.segments[place];
      state.alive_count += segment->alive_count;
      state.alive_count -= placed.segment->alive_count;
      placed.segment = std::move(segment);
      // What was there before goes on being compared with that, chunk by chunk, until the commit.
      if (change_.deletes && placed.first_row >= state.settled_rows) pack(placed, context_);
    }
    std::erase_if(state.segments,
                  [](const PlacedSegment& placed) { return placed.segment->alive_count == 0; });
    if (!change_.columns.empty()) {
      auto all = std::make_shared<TableSketch>(*state.sketch);
      all->merge(sketch_);
      state.sketch = std::move(all);
    }
    context_.changes->changed(MemoryTable::made(std::move(state)), std::move(written_));
  }

  void abandon() noexcept override { changes_.clear(); }

 private:
  struct Change {
    size_t place = 0;  // of the segment
    size_t chunk = 0;  // in it
    RowPatch patch;
    StoredChunkRef made;  // once applied
    bool has_same_target(const Change& other) const {
      return place == other.place && chunk == other.chunk;
    }
  };
  struct Batch final : Encoded {
    explicit Batch(const Schema& schema) : sketch(schema) {}
    std::vector<Change> changes;
    RowSet written;
    TableSketch sketch;  // of new values
  };

  void take(const Chunk& chunk, Batch& batch) const {
    const MemoryTable::State& state = *table_->state_;
    const Column numbers = chunk.columns[0].flatten();
    const auto* rows = numbers.values<int64_t>();
    for (uint32_t begin = 0; begin < chunk.row_count;) {
      const auto first = static_cast<uint64_t>(rows[begin]);
      const size_t place = state.place_of(first);
      const PlacedSegment& placed = state.segments[place];
      const size_t at = placed.segment->chunk_of(static_cast<uint32_t>(first - placed.first_row));
      const StoredChunk& target = *placed.segment->chunks[at];
      const uint64_t chunk_begin = placed.first_row + placed.segment->begins[at];
      const uint64_t chunk_end = chunk_begin + target.place_count();
      if (batch.changes.empty() || batch.changes.back().place != place ||
          batch.changes.back().chunk != at) {
        batch.changes.push_back({place, at, {}, {}});
      }
      RowPatch& patch = batch.changes.back().patch;
      uint32_t end = begin;
      for (; end < chunk.row_count && static_cast<uint64_t>(rows[end]) < chunk_end; ++end) {
        const auto row =
            target.find(static_cast<uint32_t>(static_cast<uint64_t>(rows[end]) - chunk_begin));
        ASSERT(row && (patch.rows.empty() || patch.rows.back() < *row));
        patch.rows.push_back(*row);
        batch.written.add(static_cast<uint64_t>(rows[end]));
      }
      if (!change_.deletes) {
        Chunk values({chunk.columns.begin() + 1, chunk.columns.end()}, chunk.row_count);
        patch.values.push_back(values.slice(begin, end - begin).dense());
      }
      begin = end;
    }
  }

  void apply(Change& change) const {
    if (change.made) return;
    context_.check_cancelled();
    const StoredChunk& chunk =
        *table_->state_->segments[change.place].segment->chunks[change.chunk];
    change.made = change_.deletes ? without(chunk, change.patch, context_)
                                  : updated(chunk, change_.columns, change.patch);
    change.patch = {};
    if (!change_.deletes && is_room_short(context_)) change.made->spill(context_.spill);
  }

  const Ref<const MemoryTable> table_;
  const TableChange change_;
  QueryContext& context_;
  TableSketch sketch_;           // of new values
  std::vector<Change> changes_;  // by rising rows; all but the last are applied
  RowSet written_;
};

std::unique_ptr<Writer> MemoryTable::change(TableChange change, QueryContext& context) const {
  return std::make_unique<ChangeWriter>(Ref<const MemoryTable>(this), std::move(change), context);
}

namespace {

/// `newest` with what `changed` did to the rows in `written` of the same segment, which was `base`
/// before. Their chunks may be cut differently: rows are found by their places in the segment.
SegmentRef merged_segment(const Segment& base, const Segment* changed, const Segment& newest,
                          uint64_t first_row, const RowSet& written, QueryContext& context) {
  auto made = std::make_shared<Segment>(newest);
  for (size_t at = 0; at < base.chunks.size(); ++at) {
    const StoredChunk& before = *base.chunks[at];
    const StoredChunk* after = changed ? changed->chunks[at].get() : nullptr;
    if (after == &before) continue;
    context.check_cancelled();
    const std::vector<uint32_t> columns =
        after ? after->columns_unlike(before) : std::vector<uint32_t>();
    std::vector<Column> values;
    const uint32_t end = base.begins[at] + before.place_count();
    for (uint32_t place = base.begins[at]; place < end;) {
      const size_t target = made->chunk_of(place);
      const StoredChunk& theirs = *made->chunks[target];
      const uint32_t target_begin = made->begins[target];
      const uint32_t target_end = std::min(end, target_begin + theirs.place_count());
      RowPatch deleted, patched;
      std::vector<uint32_t> from;
      for (; place < target_end; ++place) {
        if (!written.contains(first_row + place)) continue;
        const std::optional<uint32_t> row = theirs.find(place - target_begin);
        ASSERT(row);  // nobody else wrote it
        const auto mine = after ? after->find(place - base.begins[at]) : std::nullopt;
        if (mine) {
          patched.rows.push_back(*row);
          from.push_back(*mine);
        } else {
          deleted.rows.push_back(*row);
        }
      }
      if (!patched.rows.empty() && !columns.empty()) {
        if (values.empty()) values = after->read(columns);
        std::vector<Column> picked;
        const auto count = static_cast<uint32_t>(from.size());
        for (const Column& column : values) picked.push_back(column.gather(from.data(), count));
        patched.values.emplace_back(std::move(picked), count);
        made->replace(target, updated(*made->chunks[target], columns, patched));
      }
      if (!deleted.rows.empty())
        made->replace(target, without(*made->chunks[target], deleted, context));
      if (is_room_short(context)) made->chunks[target]->spill(context.spill);
    }
  }
  return made;
}

const PlacedSegment* segment_at(const std::vector<PlacedSegment>& segments, uint64_t first_row) {
  const auto found = std::lower_bound(
      segments.begin(), segments.end(), first_row,
      [](const PlacedSegment& placed, uint64_t row) { return placed.first_row < row; });
  return found != segments.end() && found->first_row == first_row ? &*found : nullptr;
}

}  // namespace

Ref<const MemoryTable> MemoryTable::merged(const MemoryTable& base, const MemoryTable& changed,
                                           const MemoryTable& newest, const RowSet& written,
                                           QueryContext& context) {
  const State& before = *base.state_;
  State state = newest.state_->next();
  if (!written.empty()) {
    for (const PlacedSegment& old : before.segments) {
      const PlacedSegment* mine = segment_at(changed.state_->segments, old.first_row);
      if (mine && mine->segment == old.segment) continue;
      const PlacedSegment* theirs = segment_at(state.segments, old.first_row);
      if (!theirs) continue;  // others deleted it all, so nothing in it was written here
      auto& place = const_cast<PlacedSegment&>(*theirs);
      if (place.segment == old.segment) {
        place.segment = mine ? mine->segment : std::make_shared<Segment>();
      } else {
        place.segment = merged_segment(*old.segment, mine ? mine->segment.get() : nullptr,
                                       *place.segment, old.first_row, written, context);
      }
      if (place.segment->alive_count < old.segment->alive_count) pack(place, context);
    }
    std::erase_if(state.segments,
                  [](const PlacedSegment& placed) { return placed.segment->alive_count == 0; });
    state.alive_count = 0;
    for (const PlacedSegment& placed : state.segments)
      state.alive_count += placed.segment->alive_count;
  }
  state.settled_rows = 0;  // this one is nobody's yet, and what is added may be put together
  for (const PlacedSegment& placed : changed.state_->segments) {
    if (placed.first_row >= before.next_row) state.add(placed.segment);
  }
  if (state.sketch == before.sketch) {
    state.sketch = changed.state_->sketch;
  } else if (changed.state_->sketch != before.sketch) {
    auto both = std::make_shared<TableSketch>(*state.sketch);
    both->merge(*changed.state_->sketch);
    state.sketch = std::move(both);
  }
  state.settled_rows = state.next_row;
  return made(std::move(state));
}

}  // namespace doline
