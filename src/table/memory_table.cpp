#include "table/memory_table.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "base/thread_safety.h"
#include "plan/scan_filters.h"
#include "table/memory_state.h"
#include "table/packed_chunks.h"

namespace doline {

namespace {

constexpr size_t kReserveBytes = size_t{32} << 20;

/// States by id, so that a plan's bytes lead back to them while they live. Weak: one that is about
/// to go is not called back.
struct LiveStates {
  Mutex mutex;
  std::unordered_map<uint64_t, std::weak_ptr<const MemoryTable::State>> by_id GUARDED_BY(mutex);
};
LiveStates& live_states() {
  static auto* live = new LiveStates();  // outlives static destructors
  return *live;
}

/// A limit may be set, or other tables come, after a table was filled: whoever reads it then needs
/// room for what is done with its rows.
void make_room(const MemoryTable::State& state, const QueryContext& context) {
  for (const PlacedSegment& placed : state.segments) {
    if (context.budget->available_bytes() >= kReserveBytes) return;
    context.check_cancelled();
    placed.segment->spill(context.spill);
  }
}

/// Kept rows of a segment that lie one after the other: a morsel.
struct Stretch {
  size_t segment;
  size_t chunk = 0;
  uint32_t offset = 0;           // in the chunk
  uint64_t rows = ~uint64_t{0};  // or as many as the segment has
};

/// A segment each; where tests ask for small morsels, pieces of its chunks.
std::vector<Stretch> stretches_of(const MemoryTable::State& state, const QueryContext& context) {
  constexpr uint64_t kAll = ~uint64_t{0};
  const uint64_t most = context.morsel_rows(kAll);
  std::vector<Stretch> all;
  for (size_t segment = 0; segment < state.segments.size(); ++segment) {
    if (most == kAll) {
      all.push_back({segment});
      continue;
    }
    const auto& chunks = state.segments[segment].segment->chunks;
    for (size_t chunk = 0; chunk < chunks.size(); ++chunk) {
      const uint32_t kept = chunks[chunk]->kept_count();
      for (uint64_t offset = 0; offset < kept; offset += most)
        all.push_back(
            {segment, chunk, static_cast<uint32_t>(offset), std::min(most, kept - offset)});
    }
  }
  return all;
}

class MemoryReader final : public Reader {
 public:
  MemoryReader(const PlacedSegment& placed, const Stretch& stretch,
               const std::vector<uint32_t>& stored, const ScanRequest& request,
               const ScanFilters& filters, uint32_t chunk_rows)
      : segment_(placed.segment),
        first_row_(placed.first_row),
        stored_(stored),
        request_(request),
        chunk_rows_(chunk_rows),
        next_(stretch.chunk),
        offset_(stretch.offset),
        rows_left_(stretch.rows),
        filters_(filters) {}

  Poll read(Chunk& out, const Waker&) override {
    while (has_rows() && segment_->chunks[next_]->alive_count() == 0)
      pass(segment_->chunks[next_]->kept_count() - offset_);
    if (!has_rows()) return Poll::kDone;
    const StoredChunk& chunk = *segment_->chunks[next_];
    if (!std::exchange(is_read_, true)) columns_ = chunk.read(stored_);
    // Less than the chunk only where tests ask for small chunks.
    const auto take = static_cast<uint32_t>(
        std::min<uint64_t>(std::min(chunk_rows_, chunk.kept_count() - offset_), rows_left_));
    place_columns(take, out);
    out.row_count = take;
    out.active = take == chunk.kept_count() ? chunk.alive_rows() : alive_rows(chunk, take);
    pass(take);
    filters_.narrow(out);
    return Poll::kReady;
  }

 private:
  bool has_rows() const { return rows_left_ > 0 && next_ < segment_->chunks.size(); }

  void pass(uint32_t rows) {
    rows_left_ -= std::min<uint64_t>(rows, rows_left_);
    offset_ += rows;
    if (offset_ < segment_->chunks[next_]->kept_count()) return;
    offset_ = 0;
    is_read_ = false;
    ++next_;
  }

  /// In the order of the request, with the rows' numbers where it asks for them.
  void place_columns(uint32_t take, Chunk& out) const {
    out.columns.clear();
    for (size_t i = 0, stored = 0; i < request_.columns.size(); ++i) {
      if (stored < stored_.size() && request_.columns[i] == stored_[stored]) {
        const Column& column = columns_[stored++];
        out.columns.push_back(take == column.size() ? column : column.slice(offset_, take));
        continue;
      }
      BufferRef numbers = Buffer::allocate(take * sizeof(int64_t));
      const StoredChunk& chunk = *segment_->chunks[next_];
      const uint64_t first = first_row_ + segment_->begins[next_];
      for (uint32_t row = 0; row < take; ++row)
        numbers->as<int64_t>()[row] = static_cast<int64_t>(first + chunk.place_of(offset_ + row));
      out.columns.push_back(Column::flat(Type::int64(), take, std::move(numbers)));
    }
  }

  Selection alive_rows(const StoredChunk& chunk, uint32_t take) const {
    if (!chunk.alive()) return Selection::all(take);
    std::vector<uint64_t> alive(words_for_bits(take));
    for (uint32_t row = 0; row < take; ++row)
      assign_bit(alive.data(), row, test_bit(chunk.alive(), offset_ + row));
    return Selection::from_bits(alive.data(), take);
  }

  const SegmentRef segment_;
  const uint64_t first_row_;
  const std::vector<uint32_t>& stored_;
  std::vector<Column> columns_;  // of the chunk in work
  const ScanRequest& request_;
  const uint32_t chunk_rows_;
  size_t next_;
  uint32_t offset_;
  uint64_t rows_left_;
  bool is_read_ = false;  // columns_
  ScanFilters::Run filters_;
};

class MemoryScan final : public Scan {
 public:
  MemoryScan(std::shared_ptr<const MemoryTable::State> state, ScanRequest request,
             const QueryContext& context)
      : state_(std::move(state)),
        request_(std::move(request)),
        filters_(request_.filters, request_.runtime, context.settings),
        chunk_rows_(context.chunk_rows),
        stretches_(stretches_of(*state_, context)) {
    for (uint32_t column : request_.columns) {
      if (column < state_->schema.size()) stored_.push_back(column);
    }
  }
  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.filters.size(), Pushed::kExact);
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == stretches_.size()) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    const Stretch& stretch = stretches_[morsel.begin];
    return std::make_unique<MemoryReader>(state_->segments[stretch.segment], stretch, stored_,
                                          request_, filters_, chunk_rows_);
  }
  SourceProgress progress() const override { return {next_, stretches_.size()}; }
  uint32_t parallelism() const override {
    return static_cast<uint32_t>(std::max<size_t>(1, stretches_.size()));
  }

 private:
  const std::shared_ptr<const MemoryTable::State> state_;
  const ScanRequest request_;
  const ScanFilters filters_;
  const uint32_t chunk_rows_;
  const std::vector<Stretch> stretches_;
  std::vector<uint32_t> stored_;  // those of the request that are columns of the table
  std::atomic<size_t> next_{0};
};

uint64_t next_table_id() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1);
}

const bool kRegistered = [] {
  register_table_kind(
      "memory", +[](const TableDescriptor& descriptor, const AccessPolicy&) -> TableRef {
        const auto table = MemoryTable::of_descriptor(descriptor);
        if (!table) throw Error(ErrorCode::kCorrupt, "plan bytes: a memory table that is gone");
        return table;
      });
  return true;
}();

SegmentRef segment_of(std::vector<Chunk> chunks, const Schema& schema) {
  size_t rows = 0;
  for (const Chunk& chunk : chunks) rows += chunk.size();
  // Few rows a chunk would cost every later scan.
  if (rows < chunks.size() * (kChunkRows / 2)) chunks = packed_chunks(chunks, schema);
  auto segment = std::make_shared<Segment>();
  for (Chunk& chunk : chunks) {
    if (!chunk.empty()) segment->add(std::make_shared<StoredChunk>(chunk.dense()));
  }
  return segment;
}

}  // namespace

bool is_room_short(const QueryContext& context) {
  return context.spill &&
         (context.settings.force_spill || context.budget->available_bytes() < kReserveBytes);
}

// --- states

MemoryTable::State::~State() {
  if (state_id == 0) return;
  LiveStates& live = live_states();
  MutexLock lock(live.mutex);
  live.by_id.erase(state_id);
}

MemoryTable::State MemoryTable::State::next() const {
  State state;
  state.table_id = table_id;
  state.name = name;
  state.schema = schema;
  state.rules = rules;
  state.segments = segments;
  state.next_row = next_row;
  state.settled_rows = settled_rows;
  state.alive_count = alive_count;
  state.sketch = sketch;
  return state;
}

void MemoryTable::State::add(const SegmentRef& added) {
  const bool extends = !segments.empty() && segments.back().first_row >= settled_rows &&
                       segments.back().end_row() == next_row &&
                       segments.back().segment->place_count + added->place_count <= kSegmentRows;
  if (extends) {
    auto extended = std::make_shared<Segment>(*segments.back().segment);
    for (const StoredChunkRef& chunk : added->chunks) extended->add(chunk);
    pack_end(*extended);
    segments.back().segment = std::move(extended);
  } else {
    segments.push_back({added, next_row});
  }
  next_row += added->place_count;
  alive_count += added->alive_count;
}

size_t MemoryTable::State::place_of(uint64_t row) const {
  const auto behind = std::upper_bound(
      segments.begin(), segments.end(), row,
      [](uint64_t at, const PlacedSegment& placed) { return at < placed.first_row; });
  ASSERT(behind != segments.begin() && row < std::prev(behind)->end_row());
  return static_cast<size_t>(std::prev(behind) - segments.begin());
}

std::vector<TypeRef> MemoryTable::State::types() const {
  std::vector<TypeRef> types;
  for (const Field& field : schema) types.push_back(field.type);
  return types;
}

Ref<const MemoryTable> MemoryTable::made(State state) {
  (void)kRegistered;
  static std::atomic<uint64_t> next{1};
  auto shared = std::make_shared<State>(std::move(state));
  shared->state_id = next.fetch_add(1);
  {
    LiveStates& live = live_states();
    MutexLock lock(live.mutex);
    live.by_id[shared->state_id] = shared;
  }
  return make_ref<MemoryTable>(std::shared_ptr<const State>(std::move(shared)));
}

Ref<const MemoryTable> MemoryTable::create(std::string name, Schema schema, TableRules rules) {
  ASSERT(rules.columns.empty() || rules.columns.size() == schema.size());
  State state;
  state.table_id = next_table_id();
  state.name = std::move(name);
  state.schema = std::move(schema);
  state.rules = std::move(rules);
  state.sketch = std::make_shared<const TableSketch>(state.schema);
  return made(std::move(state));
}

Ref<const MemoryTable> MemoryTable::of_chunks(std::string name, Schema schema,
                                              std::vector<Chunk> chunks) {
  const Ref<const MemoryTable> empty = create(std::move(name), std::move(schema));
  constexpr size_t kChunks = kSegmentRows / kChunkRows;
  std::vector<SegmentRef> segments;
  TableSketch sketch(empty->schema());
  for (const Chunk& chunk : chunks) sketch.add(chunk);
  for (size_t begin = 0; begin < chunks.size(); begin += kChunks) {
    const size_t end = std::min(chunks.size(), begin + kChunks);
    segments.push_back(segment_of({chunks.begin() + static_cast<ptrdiff_t>(begin),
                                   chunks.begin() + static_cast<ptrdiff_t>(end)},
                                  empty->schema()));
  }
  return empty->with_added(segments, sketch);
}

Ref<const MemoryTable> MemoryTable::with_added(const std::vector<SegmentRef>& segments,
                                               const TableSketch& sketch) const {
  State state = state_->next();
  auto all = std::make_shared<TableSketch>(*state.sketch);
  all->merge(sketch);
  state.sketch = std::move(all);
  for (const SegmentRef& segment : segments) {
    if (segment->place_count > 0) state.add(segment);
  }
  return made(std::move(state));
}

Ref<const MemoryTable> MemoryTable::settled() const {
  State state = state_->next();
  state.settled_rows = state.next_row;
  return made(std::move(state));
}

TableShape MemoryTable::shape() const {
  TableShape shape{state_->name, state_->schema, state_->rules, {}};
  shape.rules.columns.resize(shape.schema.size());
  for (size_t i = 0; i < shape.schema.size(); ++i) shape.columns.push_back(static_cast<int64_t>(i));
  return shape;
}

Ref<const MemoryTable> MemoryTable::reshaped(TableShape shape) const {
  State state = state_->next();
  state.table_id = next_table_id();
  state.name = std::move(shape.name);
  state.schema = std::move(shape.schema);
  state.rules = std::move(shape.rules);
  const std::vector<TypeRef> types = state.types();
  state.sketch =
      std::make_shared<const TableSketch>(state.sketch->picked(shape.columns, state.schema));
  for (PlacedSegment& placed : state.segments) {
    auto segment = std::make_shared<Segment>(*placed.segment);
    for (size_t i = 0; i < segment->chunks.size(); ++i)
      segment->replace(i, segment->chunks[i]->picked(shape.columns, types));
    placed.segment = std::move(segment);
  }
  return made(std::move(state));
}

void MemoryTable::make_room_in_all(const QueryContext& context) {
  std::vector<std::shared_ptr<const State>> all;
  {
    LiveStates& live = live_states();
    MutexLock lock(live.mutex);
    for (const auto& [id, weak] : live.by_id) {
      if (auto state = weak.lock()) all.push_back(std::move(state));
    }
  }
  for (const auto& state : all) make_room(*state, context);
}

Ref<const MemoryTable> MemoryTable::of_descriptor(const TableDescriptor& descriptor) {
  const auto id = descriptor.parameters.find("state");
  if (id == descriptor.parameters.end()) return {};
  std::shared_ptr<const State> state;
  {
    LiveStates& live = live_states();
    MutexLock lock(live.mutex);
    const auto found = live.by_id.find(std::strtoull(id->second.c_str(), nullptr, 10));
    if (found != live.by_id.end()) state = found->second.lock();
  }
  if (!state) return {};
  return make_ref<MemoryTable>(std::move(state));
}

const Schema& MemoryTable::schema() const { return state_->schema; }

std::string MemoryTable::name() const { return state_->name; }

const TableRules* MemoryTable::rules() const {
  return state_->rules.columns.empty() ? nullptr : &state_->rules;
}

uint64_t MemoryTable::table_id() const { return state_->table_id; }

uint64_t MemoryTable::row_count() const { return state_->alive_count; }

uint64_t MemoryTable::next_row() const { return state_->next_row; }

TableStatistics MemoryTable::statistics() const {
  TableStatistics statistics;
  statistics.row_count = row_count();
  statistics.is_exact = true;
  for (size_t i = 0; i < state_->schema.size(); ++i)
    statistics.columns.push_back(state_->sketch->column(i, row_count()));
  return statistics;
}

std::string MemoryTable::version() const { return fmt::format("memory {}", state_->state_id); }

TableDescriptor MemoryTable::descriptor() const {
  return {"memory", {{"state", std::to_string(state_->state_id)}}};
}

std::unique_ptr<Scan> MemoryTable::scan(ScanRequest request, QueryContext& context) const {
  if (context.spill && context.budget) make_room(*state_, context);
  return std::make_unique<MemoryScan>(state_, std::move(request), context);
}

// --- INSERT

/// Gathers an insert's batches as segments.
class MemoryWriter final : public Writer {
 public:
  MemoryWriter(Ref<const MemoryTable> table, QueryContext& context)
      : table_(std::move(table)), context_(context), sketch_(table_->schema()) {}

  size_t batch_rows() const override { return MemoryTable::kSegmentRows; }
  size_t batch_bytes() const override { return size_t{16} << 20; }

  struct Batch final : Encoded {
    Batch(const Schema& schema, uint64_t rows) : sketch(schema, rows) {}
    SegmentRef segment;
    TableSketch sketch;
  };

  std::unique_ptr<Encoded> encode(std::vector<Chunk> chunks) override {
    uint64_t rows = 0;
    for (const Chunk& chunk : chunks) rows += chunk.size();
    auto batch = std::make_unique<Batch>(table_->schema(), rows);
    for (const Chunk& chunk : chunks) batch->sketch.add(chunk);
    batch->segment = segment_of(std::move(chunks), table_->schema());
    if (is_room_short(context_)) batch->segment->spill(context_.spill);
    return batch;
  }
  void commit(std::unique_ptr<Encoded> encoded) override {
    auto& batch = static_cast<Batch&>(*encoded);
    segments_.push_back(std::move(batch.segment));
    sketch_.merge(batch.sketch);
  }
  void finish() override { context_.changes->changed(table_->with_added(segments_, sketch_), {}); }
  void abandon() noexcept override { segments_.clear(); }

 private:
  const Ref<const MemoryTable> table_;
  QueryContext& context_;
  std::vector<SegmentRef> segments_;
  TableSketch sketch_;
};

std::unique_ptr<Writer> MemoryTable::insert(QueryContext& context) const {
  return std::make_unique<MemoryWriter>(Ref<const MemoryTable>(this), context);
}

}  // namespace doline
