#include "table/memory_table.h"

#include <algorithm>
#include <atomic>
#include <unordered_map>

#include "column/chunk_bytes.h"
#include "column/column_builder.h"

namespace doline {

namespace {

/// With less than this left rows go to disk.
constexpr size_t kReserveBytes = size_t{32} << 20;

std::vector<TypeRef> types_of(const Schema& schema) {
  std::vector<TypeRef> types;
  for (const Field& field : schema) types.push_back(field.type);
  return types;
}

/// Tables by id, so that a plan's bytes lead back to the table while it lives. Weak: a table that
/// is about to go is not called back.
struct LiveTables {
  Mutex mutex;
  std::unordered_map<uint64_t, std::weak_ptr<MemoryTable::Kept>> by_id GUARDED_BY(mutex);
};
LiveTables& live_tables() {
  static auto* live = new LiveTables();  // outlives static destructors
  return *live;
}

class MemoryReader final : public Reader {
 public:
  MemoryReader(MemoryTable::SegmentRef segment, const std::vector<TypeRef>& types,
               const ScanRequest& request, uint32_t chunk_rows)
      : segment_(std::move(segment)),
        types_(types),
        request_(request),
        chunk_rows_(chunk_rows),
        scratch_(request.filters.size()) {}

  Poll read(Chunk& out, const Waker&) override {
    if (next_ == segment_->chunk_count()) return Poll::kDone;
    if (offset_ == 0) chunk_ = segment_->chunk(next_, types_);
    const Chunk& chunk = chunk_;
    out.columns.clear();
    for (uint32_t column : request_.columns) out.columns.push_back(chunk.columns[column]);
    out.row_count = chunk.row_count;
    out.active = Selection::all(chunk.row_count);
    if (chunk.row_count > chunk_rows_) {  // only where tests ask for small chunks
      const uint32_t take = std::min(chunk_rows_, chunk.row_count - offset_);
      for (Column& column : out.columns) column = column.slice(offset_, take);
      out.row_count = take;
      out.active = Selection::all(take);
      offset_ += take;
      if (offset_ == chunk.row_count) {
        offset_ = 0;
        ++next_;
      }
    } else {
      ++next_;
    }
    for (size_t i = 0; i < request_.filters.size() && !out.active.empty(); ++i) {
      out.active = request_.filters[i].program->select(out, scratch_[i]);
    }
    for (const RuntimeFilterRef& filter : request_.runtime) {
      if (out.active.empty() || !filter->is_ready.load(std::memory_order_acquire)) continue;
      out.active = filter->probe(out.columns[filter->column], out.active);
    }
    return Poll::kReady;
  }

 private:
  const MemoryTable::SegmentRef segment_;
  const std::vector<TypeRef>& types_;
  Chunk chunk_;  // in work
  const ScanRequest& request_;
  const uint32_t chunk_rows_;
  size_t next_ = 0;
  uint32_t offset_ = 0;
  std::vector<Program::Scratch> scratch_;
};

class MemoryScan final : public Scan {
 public:
  MemoryScan(std::vector<MemoryTable::SegmentRef> segments, std::vector<TypeRef> types,
             ScanRequest request, uint32_t chunk_rows)
      : segments_(std::move(segments)),
        types_(std::move(types)),
        request_(std::move(request)),
        chunk_rows_(chunk_rows) {}
  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.filters.size(), Pushed::kExact);
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == segments_.size()) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    return std::make_unique<MemoryReader>(segments_[morsel.begin], types_, request_, chunk_rows_);
  }
  SourceProgress progress() const override { return {next_, segments_.size()}; }
  uint32_t parallelism() const override {
    return static_cast<uint32_t>(std::max<size_t>(1, segments_.size()));
  }

 private:
  const std::vector<MemoryTable::SegmentRef> segments_;
  const std::vector<TypeRef> types_;
  const ScanRequest request_;
  const uint32_t chunk_rows_;
  std::atomic<size_t> next_{0};
};

const bool kRegistered = [] {
  register_table_kind(
      "memory", +[](const TableDescriptor& descriptor, const AccessPolicy&) -> TableRef {
        const auto table = MemoryTable::of_descriptor(descriptor);
        if (!table) throw Error(ErrorCode::kCorrupt, "plan bytes: a memory table that is gone");
        return table;
      });
  return true;
}();

}  // namespace

struct MemoryTable::Kept {
  Kept(std::string its_name, Schema its_schema, TableRules its_rules)
      : name(std::move(its_name)),
        schema(std::move(its_schema)),
        rules(std::move(its_rules)),
        types(types_of(schema)) {}
  ~Kept() {
    LiveTables& live = live_tables();
    MutexLock lock(live.mutex);
    live.by_id.erase(id);
  }

  const std::string name;
  const Schema schema;
  const TableRules rules;
  const std::vector<TypeRef> types;
  const uint64_t id = [] {
    static std::atomic<uint64_t> next{1};
    return next.fetch_add(1);
  }();
  Mutex mutex;
  std::vector<SegmentRef> segments GUARDED_BY(mutex);
  uint64_t row_count GUARDED_BY(mutex) = 0;
};

/// Gathers an insert's batches as segments; published together.
class MemoryWriter final : public Writer {
 public:
  MemoryWriter(Ref<const MemoryTable> table, QueryContext& context)
      : table_(std::move(table)), context_(context) {}

  size_t batch_rows() const override { return MemoryTable::kSegmentRows; }
  size_t batch_bytes() const override { return size_t{16} << 20; }

  struct Batch final : Encoded {
    MemoryTable::SegmentRef segment;
  };

  std::unique_ptr<Encoded> encode(std::vector<Chunk> chunks) override {
    auto segment = std::make_shared<MemoryTable::Segment>();
    size_t rows = 0;
    for (const Chunk& chunk : chunks) rows += chunk.size();
    const bool small = rows < chunks.size() * (kChunkRows / 2);
    segment->chunks = small ? packed(chunks) : std::move(chunks);
    segment->row_count = rows;
    if (context_.spill &&
        (context_.settings.force_spill || context_.budget->available_bytes() < kReserveBytes)) {
      MemoryTable::to_disk(*segment, context_.spill);
    }
    auto batch = std::make_unique<Batch>();
    batch->segment = std::move(segment);
    return batch;
  }
  void commit(std::unique_ptr<Encoded> encoded) override {
    segments_.push_back(static_cast<Batch&>(*encoded).segment);
  }
  void finish() override { table_->publish(std::move(segments_)); }
  void abandon() noexcept override { segments_.clear(); }

 private:
  /// Few rows a chunk would cost every later scan: they are put together.
  std::vector<Chunk> packed(const std::vector<Chunk>& chunks) const {
    std::vector<ColumnBuilder> builders;
    for (const Field& field : table_->schema()) builders.emplace_back(field.type);
    std::vector<Chunk> out;
    uint32_t rows = 0;
    const auto flush = [&] {
      std::vector<Column> columns;
      for (ColumnBuilder& builder : builders) columns.push_back(builder.seal());
      out.emplace_back(std::move(columns), rows);
      rows = 0;
    };
    for (const Chunk& chunk : chunks) {
      for (uint32_t begin = 0; begin < chunk.size();) {
        const uint32_t take = std::min(kChunkRows - rows, chunk.size() - begin);
        const Selection part = chunk.active.slice(begin, take);
        for (size_t i = 0; i < builders.size(); ++i)
          builders[i].append_from(chunk.columns[i], part);
        begin += take;
        rows += take;
        if (rows == kChunkRows) flush();
      }
    }
    if (rows > 0) flush();
    return out;
  }

  const Ref<const MemoryTable> table_;
  QueryContext& context_;
  std::vector<MemoryTable::SegmentRef> segments_;
};

void MemoryTable::to_disk(Segment& segment, const SpillWriterRef& spill) {
  std::vector<std::byte> bytes;
  for (const Chunk& chunk : segment.chunks) {
    bytes.clear();
    write_chunk(chunk.dense(), bytes);
    segment.extents.push_back(spill->write(bytes));
  }
  segment.spilled_to = spill;
  segment.chunks.clear();
}

/// A limit may be set, or other tables come, after a table was filled: whoever reads it then needs
/// room for what is done with its rows. Scans that began earlier keep the segments they have.
void MemoryTable::make_room(const QueryContext& context) const {
  while (context.budget->available_bytes() < kReserveBytes) {
    context.check_cancelled();
    size_t at;
    SegmentRef held;
    {
      MutexLock lock(kept_->mutex);
      const auto found =
          std::find_if(kept_->segments.begin(), kept_->segments.end(),
                       [](const SegmentRef& segment) { return !segment->chunks.empty(); });
      if (found == kept_->segments.end()) return;
      at = static_cast<size_t>(found - kept_->segments.begin());
      held = *found;
    }
    auto spilled = std::make_shared<Segment>(*held);
    to_disk(*spilled, context.spill);
    MutexLock lock(kept_->mutex);
    if (at < kept_->segments.size() && kept_->segments[at] == held)
      kept_->segments[at] = std::move(spilled);
  }
}

void MemoryTable::make_room_in_all(const QueryContext& context) {
  std::vector<std::shared_ptr<Kept>> all;
  {
    LiveTables& live = live_tables();
    MutexLock lock(live.mutex);
    for (const auto& [id, table] : live.by_id) {
      if (auto kept = table.lock()) all.push_back(std::move(kept));
    }
  }
  for (auto& kept : all) make_ref<MemoryTable>(kept)->make_room(context);
}

Chunk MemoryTable::Segment::chunk(size_t index, const std::vector<TypeRef>& types) const {
  if (!spilled_to) return chunks[index];
  const BufferRef buffer = Buffer::allocate(extents[index].size_bytes);
  spilled_to->read(extents[index], {buffer->data(), extents[index].size_bytes});
  std::span<const std::byte> bytes(buffer->data(), extents[index].size_bytes);
  return read_chunk(types, bytes);
}

Ref<MemoryTable> MemoryTable::create(std::string name, Schema schema) {
  return create(std::move(name), std::move(schema), {});
}

Ref<MemoryTable> MemoryTable::create(std::string name, Schema schema, TableRules rules) {
  (void)kRegistered;
  ASSERT(rules.columns.empty() || rules.columns.size() == schema.size());
  auto kept = std::make_shared<Kept>(std::move(name), std::move(schema), std::move(rules));
  {
    LiveTables& live = live_tables();
    MutexLock lock(live.mutex);
    live.by_id[kept->id] = kept;
  }
  return make_ref<MemoryTable>(kept);
}

Ref<const MemoryTable> MemoryTable::of_descriptor(const TableDescriptor& descriptor) {
  const auto id = descriptor.parameters.find("id");
  if (id == descriptor.parameters.end()) return {};
  std::shared_ptr<Kept> kept;
  {
    LiveTables& live = live_tables();
    MutexLock lock(live.mutex);
    const auto found = live.by_id.find(std::strtoull(id->second.c_str(), nullptr, 10));
    if (found != live.by_id.end()) kept = found->second.lock();
  }
  return kept ? make_ref<MemoryTable>(kept) : nullptr;
}

const Schema& MemoryTable::schema() const { return kept_->schema; }

std::string MemoryTable::name() const { return kept_->name; }

const TableRules* MemoryTable::rules() const {
  return kept_->rules.columns.empty() ? nullptr : &kept_->rules;
}

void MemoryTable::publish(std::vector<SegmentRef> segments) const {
  MutexLock lock(kept_->mutex);
  for (SegmentRef& segment : segments) {
    kept_->row_count += segment->row_count;
    kept_->segments.push_back(std::move(segment));
  }
}

uint64_t MemoryTable::row_count() const {
  MutexLock lock(kept_->mutex);
  return kept_->row_count;
}

TableStatistics MemoryTable::statistics() const {
  TableStatistics statistics;
  statistics.row_count = row_count();
  statistics.is_exact = true;
  return statistics;
}

TableDescriptor MemoryTable::descriptor() const {
  return {"memory", {{"id", std::to_string(kept_->id)}}};
}

std::unique_ptr<Scan> MemoryTable::scan(ScanRequest request, QueryContext& context) const {
  if (context.spill && context.budget) make_room(context);
  MutexLock lock(kept_->mutex);
  return std::make_unique<MemoryScan>(kept_->segments, kept_->types, std::move(request),
                                      context.chunk_rows);
}

std::unique_ptr<Writer> MemoryTable::insert(QueryContext& context) const {
  return std::make_unique<MemoryWriter>(Ref<const MemoryTable>(this), context);
}

}  // namespace doline
