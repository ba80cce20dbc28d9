#include "table/table_samples.h"

#include <algorithm>
#include <condition_variable>

#include "base/cancellation.h"
#include "base/random.h"
#include "column/column_builder.h"

namespace doline {

namespace {

constexpr uint64_t kSampleRows = 8192;
/// Chunks that are read for them, from so many places of the table.
constexpr uint64_t kMostChunks = 64;
constexpr uint64_t kMostPlaces = 8;
/// Files are opened, and places looked at, no further than this.
constexpr uint64_t kMostMorsels = 4096;
constexpr uint32_t kMostFiles = 16;
constexpr size_t kMostBytes = size_t{32} << 20;

/// Lets the thread that plans wait for what it reads.
class Waiting final : public WakeTarget {
 public:
  void wake() noexcept override {
    {
      MutexLock lock(mutex_);
      is_awake_ = true;
    }
    condition_.notify_all();
  }
  /// Until a wake since the last call; a while at most, for whom nothing wakes.
  void wait() {
    MutexLock lock(mutex_);
    if (!is_awake_) condition_.wait_for(mutex_, std::chrono::milliseconds(20));
    is_awake_ = false;
  }

 private:
  Mutex mutex_;
  std::condition_variable_any condition_;
  bool is_awake_ GUARDED_BY(mutex_) = false;
};

/// Takes rows at random, the same ones each time, from chunks all over a scan.
class SampleReader {
 public:
  SampleReader(const Table& table, const std::vector<uint32_t>& columns)
      : table_(table), columns_(columns), waiting_(std::make_shared<Waiting>()), waker_(waiting_) {}

  Ref<TableSample> read(QueryContext& context) {
    ScanRequest request;
    request.columns = columns_;
    const std::unique_ptr<Scan> scan = table_.scan(std::move(request), context);
    const std::vector<Morsel> morsels = places_of(*scan);
    made_ = make_ref<TableSample>();
    made_->columns = columns_;
    for (const uint32_t column : columns_) builders_.emplace_back(table_.schema()[column].type);
    const TableStatistics statistics = table_.statistics();
    const uint64_t rows = statistics.row_count.value_or(kMostChunks * kChunkRows);
    takes_all_ = statistics.is_exact && rows <= kSampleRows;
    const uint64_t expected = std::clamp<uint64_t>(rows / kChunkRows, 1, kMostChunks);
    take_ = static_cast<uint32_t>(std::max<uint64_t>(1, kSampleRows / expected));
    const uint64_t chunks_each =
        takes_all_ ? kSampleRows : kMostChunks / std::max<uint64_t>(1, morsels.size());
    bool is_whole = morsels.size() == morsel_count_;
    for (const Morsel& morsel : morsels) is_whole &= read_morsel(*scan, morsel, chunks_each);
    flush();
    made_->is_complete = is_whole && !leaves_rows_;
    made_->is_spread = is_whole || seen_rows_ * 10 >= rows * 8;
    return std::move(made_);
  }

 private:
  std::vector<Morsel> places_of(Scan& scan) {
    std::vector<Morsel> all;
    Morsel morsel;
    bool is_end = false;
    while (all.size() < kMostMorsels && morsel.part < kMostFiles) {
      const Poll poll = scan.next_morsel(morsel, waker_);
      if (poll == Poll::kBlocked) {
        waiting_->wait();
        continue;
      }
      if (poll == Poll::kDone) {
        is_end = true;
        break;
      }
      all.push_back(morsel);
    }
    morsel_count_ = is_end ? all.size() : ~uint64_t{0};
    if (all.size() <= kMostPlaces) return all;
    std::vector<Morsel> some;
    for (uint64_t i = 0; i < kMostPlaces; ++i) some.push_back(all[all.size() * i / kMostPlaces]);
    return some;
  }

  /// Whether its end was reached.
  bool read_morsel(Scan& scan, const Morsel& morsel, uint64_t most) {
    const std::unique_ptr<Reader> reader = scan.open(morsel);
    Chunk chunk;
    for (uint64_t count = 0; count < most;) {
      poll_cancellation();
      const Poll poll = reader->read(chunk, waker_);
      if (poll == Poll::kBlocked) {
        waiting_->wait();
        continue;
      }
      if (poll == Poll::kDone) return true;
      ++count;
      take_rows(chunk);
    }
    return false;
  }

  void take_rows(const Chunk& chunk) {
    const uint32_t take = takes_all_ ? chunk.size() : std::min(take_, chunk.size());
    leaves_rows_ |= take < chunk.size();
    seen_rows_ += chunk.size();
    for (uint32_t i = 0; i < take; ++i) {
      // One row of each stretch of the chunk.
      const uint32_t begin = chunk.size() * i / take;
      const uint32_t end = chunk.size() * (i + 1) / take;
      const uint32_t row = chunk.active[begin + static_cast<uint32_t>(random_.below(end - begin))];
      for (size_t column = 0; column < builders_.size(); ++column)
        builders_[column].append_from(chunk.columns[column], row);
      if (++rows_ == kChunkRows) flush();
    }
  }

  void flush() {
    if (rows_ == 0) return;
    std::vector<Column> columns;
    for (ColumnBuilder& builder : builders_) columns.push_back(builder.seal());
    made_->chunks.emplace_back(std::move(columns), rows_);
    made_->row_count += rows_;
    rows_ = 0;
  }

  const Table& table_;
  const std::vector<uint32_t>& columns_;
  const std::shared_ptr<Waiting> waiting_;  // shared with wakers, which may outlive this
  const Waker waker_;
  Random random_{20130701};
  Ref<TableSample> made_;
  std::vector<ColumnBuilder> builders_;
  uint32_t rows_ = 0;  // in the builders
  uint32_t take_ = 0;  // rows of a chunk
  bool takes_all_ = false;
  bool leaves_rows_ = false;
  uint64_t seen_rows_ = 0;
  uint64_t morsel_count_ = 0;
};

/// Reads for itself: nobody hears of what it meets.
struct SampleContext final : QueryContext {
  explicit SampleContext(const QueryContext& of_query) {
    settings = of_query.settings;
    session = of_query.session;
    budget = of_query.budget;
    arbiter = of_query.arbiter;
    spill = of_query.spill;
    access = of_query.access;
  }
};

}  // namespace

TableSampleRef TableSamples::sample(const TableRef& table, const std::vector<uint32_t>& columns,
                                    const QueryContext& context) {
  std::string key = table->version();
  if (key.empty()) return nullptr;
  for (const uint32_t column : columns) key += fmt::format(" {}", column);
  {
    MutexLock lock(mutex_);
    if (const auto known = entries_.find(key); known != entries_.end()) {
      known->second.last_use = ++uses_;
      return known->second.sample;
    }
  }
  Entry entry;
  try {
    const BudgetScope scope(*budget_);
    SampleContext own(context);
    entry.sample = SampleReader(*table, columns).read(own);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kCancelled) throw;
  }
  if (entry.sample) {
    for (const Chunk& chunk : entry.sample->chunks) entry.bytes += chunk.kept_bytes();
  }
  MutexLock lock(mutex_);
  make_room(entry.bytes);
  entry.last_use = ++uses_;
  const auto [at, added] = entries_.emplace(std::move(key), entry);  // another thread's stays
  if (added) bytes_ += entry.bytes;
  return at->second.sample;
}

void TableSamples::make_room(size_t bytes) {
  const size_t most = std::min(kMostBytes, Budget::process().limit_bytes() / 32);
  while (!entries_.empty() && (bytes_ + bytes > most || entries_.size() >= 256)) {
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.last_use < b.second.last_use; });
    bytes_ -= oldest->second.bytes;
    entries_.erase(oldest);
  }
}

}  // namespace doline
