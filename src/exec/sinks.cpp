#include "exec/sinks.h"

#include <algorithm>

#include "base/cancellation.h"

namespace doline {

namespace {

/// What a gate holds back: a small part of a small limit.
size_t hold_bytes() {
  return std::clamp(Budget::process().soft_limit_bytes() / 32, size_t{1} << 20, size_t{16} << 20);
}

/// Rows of a batch wait, are encoded and lie encoded, one batch a task and one more.
size_t batch_bytes_of(const Writer& writer, const QueryContext& context) {
  const size_t share = Budget::process().soft_limit_bytes() / (8 * (size_t{context.threads} + 1));
  return std::min(writer.batch_bytes(), std::max(share, size_t{1} << 20));
}

/// Bytes charged for a while.
class Charge {
 public:
  Charge(Budget& budget, size_t bytes) : budget_(&budget), bytes_(bytes) { budget_->grow(bytes_); }
  ~Charge() { budget_->shrink(bytes_); }
  Charge(const Charge&) = delete;
  Charge& operator=(const Charge&) = delete;

 private:
  const BudgetRef budget_;
  const size_t bytes_;
};

constexpr size_t kReadyChunks = 32;

Flow flow_of(OrderedGate::Answer answer) {
  switch (answer) {
    case OrderedGate::Answer::kTaken:
      return Flow::kNeedInput;
    case OrderedGate::Answer::kBlocked:
      return Flow::kBlocked;
    case OrderedGate::Answer::kDone:
      return Flow::kDone;
  }
  UNREACHABLE();
}

}  // namespace

// --- KeepSink

KeepSink::KeepSink(Schema schema, QueryContext& context, uint64_t most_rows)
    : store_(std::make_shared<ChunkStore>(std::move(schema), context)),
      most_rows_(most_rows),
      gate_(
          [this](const Chunk& chunk) {
            const uint64_t left = most_rows_ - store_->row_count();
            store_->append(chunk.size() > left ? chunk.slice(0, static_cast<uint32_t>(left))
                                               : chunk);
            return store_->row_count() < most_rows_;
          },
          hold_bytes()) {}

Flow KeepSink::consume(const Chunk& chunk, LocalState&, const Waker& waker) {
  if (most_rows_ == 0) return Flow::kDone;
  return flow_of(gate_.push(chunk, waker));
}

Flow KeepSink::end_morsel(uint64_t morsel, LocalState&, const Waker&) {
  return flow_of(gate_.end_morsel(morsel));
}

TaskSet KeepSink::finish() {
  store_->seal();
  return {};
}

void KeepSink::begin_input(uint32_t, bool in_order) { gate_.begin_input(in_order); }

// --- ResultSink

ResultSink::ResultSink(Waker reader_waker)
    : reader_waker_(std::move(reader_waker)),
      gate_(
          [this](Chunk chunk) {
            {
              MutexLock lock(mutex_);
              ready_.push_back(std::move(chunk));
            }
            reader_waker_.wake();
            return true;
          },
          hold_bytes()) {}

Flow ResultSink::consume(const Chunk& chunk, LocalState&, const Waker& waker) {
  {
    MutexLock lock(mutex_);
    if (ready_.size() >= kReadyChunks) {
      waiting_.push_back(waker);
      return Flow::kBlocked;
    }
  }
  return flow_of(gate_.push(chunk, waker));
}

Flow ResultSink::end_morsel(uint64_t morsel, LocalState&, const Waker&) {
  return flow_of(gate_.end_morsel(morsel));
}

TaskSet ResultSink::finish() {
  {
    MutexLock lock(mutex_);
    finished_ = true;
  }
  reader_waker_.wake();
  return {};
}

void ResultSink::begin_input(uint32_t, bool in_order) { gate_.begin_input(in_order); }

bool ResultSink::has_chunk() const {
  MutexLock lock(mutex_);
  return !ready_.empty();
}

bool ResultSink::is_finished() const {
  MutexLock lock(mutex_);
  return finished_ && ready_.empty();
}

std::optional<Chunk> ResultSink::take() {
  std::vector<Waker> wake;
  std::optional<Chunk> chunk;
  {
    MutexLock lock(mutex_);
    if (ready_.empty()) return std::nullopt;
    chunk = std::move(ready_.front());
    ready_.pop_front();
    // Woken in one go once half is taken, so that tasks do not run for a chunk at a time.
    if (ready_.size() <= kReadyChunks / 2) wake.swap(waiting_);
  }
  for (const Waker& waker : wake) waker.wake();
  return chunk;
}

// --- WriteSink

WriteSink::WriteSink(std::unique_ptr<Writer> writer, QueryContext& context, size_t columns,
                     std::shared_ptr<ChunkStore> returned)
    : writer_(std::move(writer)),
      context_(context),
      batch_bytes_(batch_bytes_of(*writer_, context)),
      columns_(columns),
      returned_(std::move(returned)),
      gate_([this](Chunk chunk) { return add(std::move(chunk)); }, hold_bytes()) {}

WriteSink::~WriteSink() {
  if (!published_) writer_->abandon();
}

bool WriteSink::add(Chunk chunk) {
  if (returned_) {
    Chunk behind = chunk;
    behind.columns.erase(behind.columns.begin(),
                         behind.columns.begin() + static_cast<ptrdiff_t>(columns_));
    returned_->append(behind);
  }
  if (columns_ < chunk.columns.size()) chunk.columns.resize(columns_);
  row_count_ += chunk.size();
  MutexLock lock(mutex_);
  open_.rows += chunk.size();
  open_.bytes += chunk.data_bytes();
  open_.chunks.push_back(std::move(chunk));
  if (open_.rows >= writer_->batch_rows() || open_.bytes >= batch_bytes_) {
    const uint64_t number = open_.number;
    full_.push_back(std::move(open_));
    open_ = Batch{};
    open_.number = number + 1;
  }
  return true;
}

Flow WriteSink::consume(const Chunk& chunk, LocalState&, const Waker& waker) {
  const Flow flow = flow_of(gate_.push(chunk, waker));
  encode_full_batches();
  return flow;
}

Flow WriteSink::end_morsel(uint64_t morsel, LocalState&, const Waker&) {
  const Flow flow = flow_of(gate_.end_morsel(morsel));
  encode_full_batches();
  return flow;
}

void WriteSink::encode_full_batches() {
  while (true) {
    Batch batch;
    {
      MutexLock lock(mutex_);
      if (full_.empty()) return;
      batch = std::move(full_.front());
      full_.pop_front();
    }
    encode(std::move(batch));
  }
}

void WriteSink::encode(Batch batch) {
  std::unique_ptr<Writer::Encoded> encoded;
  {
    // Writers keep what they make of the rows outside any account.
    const Charge charge(*context_.budget, batch.bytes / 2);
    encoded = writer_->encode(std::move(batch.chunks));
  }
  // Who is at it may wait for a pipe's reader; who waits for that goes on asking whether to.
  std::unique_lock turn(commit_turn_, std::defer_lock);
  while (!turn.try_lock_for(std::chrono::milliseconds(CancellationScope::kAskEveryMs)))
    poll_cancellation();
  MutexLock lock(commit_mutex_);
  encoded_[batch.number] = std::move(encoded);
  // Taken out first: when a commit throws, the other tasks find nothing of it, and nothing follows
  // it.
  while (!encoded_.empty() && encoded_.begin()->first == next_commit_) {
    auto next = encoded_.extract(encoded_.begin());
    writer_->commit(std::move(next.mapped()));
    ++next_commit_;
  }
}

TaskSet WriteSink::finish() {
  encode_full_batches();
  Batch last;
  {
    MutexLock lock(mutex_);
    last = std::move(open_);
  }
  if (!last.chunks.empty()) encode(std::move(last));
  if (returned_) returned_->seal();
  writer_->finish();
  published_ = true;
  return {};
}

void WriteSink::begin_input(uint32_t, bool in_order) { gate_.begin_input(in_order); }

}  // namespace doline
