#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "exec/chunk_store.h"
#include "exec/ordered_gate.h"
#include "exec/pipeline.h"

namespace doline {

/// Keeps rows in order in a ChunkStore, at most `most_rows` of them.
class KeepSink final : public Sink {
 public:
  KeepSink(Schema schema, QueryContext& context, uint64_t most_rows = ~uint64_t{0});
  std::unique_ptr<LocalState> local(QueryContext&) override {
    return std::make_unique<LocalState>();
  }
  Flow consume(const Chunk& chunk, LocalState&, const Waker& waker) override;
  Flow end_morsel(uint64_t morsel, LocalState&, const Waker&) override;
  void combine(LocalState&) override {}
  TaskSet finish() override;
  void begin_input(uint32_t branch, bool in_order) override;
  std::shared_ptr<const ChunkStore> store() const { return store_; }
  /// For the only one who reads it, once finished: the rows then go when it does.
  std::shared_ptr<const ChunkStore> take_store() { return std::move(store_); }

 private:
  std::shared_ptr<ChunkStore> store_;  // shared with the sources that read it
  const uint64_t most_rows_;
  OrderedGate gate_;
};

/// The query's result: rows in order, a few chunks ahead of whoever takes them.
class ResultSink final : public Sink {
 public:
  explicit ResultSink(Waker reader_waker);
  std::unique_ptr<LocalState> local(QueryContext&) override {
    return std::make_unique<LocalState>();
  }
  Flow consume(const Chunk& chunk, LocalState&, const Waker& waker) override;
  Flow end_morsel(uint64_t morsel, LocalState&, const Waker&) override;
  void combine(LocalState&) override {}
  TaskSet finish() override;
  void begin_input(uint32_t branch, bool in_order) override;

  // For the session's thread:
  bool has_chunk() const;
  bool is_finished() const;
  std::optional<Chunk> take();

 private:
  const Waker reader_waker_;
  mutable Mutex mutex_;
  std::deque<Chunk> ready_ GUARDED_BY(mutex_);
  std::vector<Waker> waiting_ GUARDED_BY(mutex_);
  bool finished_ GUARDED_BY(mutex_) = false;
  OrderedGate gate_;
};

/// Puts rows, in order, into a Writer: batches are encoded in parallel and committed one by one.
/// The writer gets the first `columns` of them (all: ~0); what stands behind goes into `returned`,
/// where there is one.
class WriteSink final : public Sink {
 public:
  WriteSink(std::unique_ptr<Writer> writer, QueryContext& context, size_t columns = ~size_t{0},
            std::shared_ptr<ChunkStore> returned = {});
  ~WriteSink() override;
  std::unique_ptr<LocalState> local(QueryContext&) override {
    return std::make_unique<LocalState>();
  }
  Flow consume(const Chunk& chunk, LocalState&, const Waker& waker) override;
  Flow end_morsel(uint64_t morsel, LocalState&, const Waker&) override;
  void combine(LocalState&) override {}
  TaskSet finish() override;
  void begin_input(uint32_t branch, bool in_order) override;
  uint64_t row_count() const { return row_count_; }

 private:
  struct Batch {
    uint64_t number = 0;
    std::vector<Chunk> chunks;
    size_t rows = 0;
    size_t bytes = 0;
  };
  bool add(Chunk chunk);
  void encode_full_batches();
  void encode(Batch batch);

  const std::unique_ptr<Writer> writer_;
  QueryContext& context_;
  const size_t batch_bytes_;
  const size_t columns_;
  const std::shared_ptr<ChunkStore> returned_;  // shared with the source that reads it
  uint64_t row_count_ = 0;                      // behind the gate
  Mutex mutex_;
  Batch open_ GUARDED_BY(mutex_);
  std::deque<Batch> full_ GUARDED_BY(mutex_);
  std::timed_mutex commit_turn_;  // whose turn it is to commit; taken before commit_mutex_
  Mutex commit_mutex_;
  uint64_t next_commit_ GUARDED_BY(commit_mutex_) = 0;
  std::map<uint64_t, std::unique_ptr<Writer::Encoded>> encoded_ GUARDED_BY(commit_mutex_);
  bool published_ = false;
  OrderedGate gate_;
};

}  // namespace doline
