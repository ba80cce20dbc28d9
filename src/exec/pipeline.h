#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/executor.h"
#include "plan/plan_node.h"
#include "plan/source.h"

namespace doline {

/// Answers of operators and sinks. They never call each other and never wait: the pipeline task
/// drives them.
enum class Flow : uint8_t {
  kNeedInput,   // `in` is used up; rows may lie in `out`
  kHaveOutput,  // rows lie in `out`; call again with the same `in`
  kBlocked,     // call again with the same `in` after the waker fires
  kDone,        // wants no more (a sink: from no task; an operator: from this task); rows may
                // lie in `out`
};

/// What one operator did, summed over threads; for EXPLAIN ANALYZE. Thread-safe counters, to which
/// a task adds what it did once a step.
struct OperatorMetrics {
  std::string name;                 // "Hash join probe"
  const PlanNode* node = nullptr;   // whose work it is; several operators may share a node
  QueryContext* context = nullptr;  // the node's, with its account; null: the query's own
  std::atomic<uint64_t> nanoseconds{0};
  std::atomic<uint64_t> processor_nanoseconds{0};
  std::atomic<uint64_t> rows_in{0};
  std::atomic<uint64_t> rows_out{0};
  /// A choice made at run time: "partitioned, 64 buckets". The last one of a kind counts.
  void set_note(std::string text, std::string_view kind = "");
  std::vector<std::string> notes() const;
  /// Those of an operator that this one stands for.
  void take_notes(const OperatorMetrics& other);

 private:
  mutable Mutex mutex_;
  std::vector<std::pair<std::string, std::string>> notes_ GUARDED_BY(mutex_);  // kind, text
};

/// What became of a pipeline's tasks beside the work of operators. Thread-safe.
struct PipelineMetrics {
  std::atomic<uint64_t> begun_at_ns{0};  // of the steady clock; 0: not yet
  std::atomic<uint64_t> ended_at_ns{0};
  std::atomic<uint32_t> tasks{0};
  std::atomic<uint64_t> busy_ns{0};         // all steps, operators' time included
  std::atomic<uint64_t> driving_ns{0};      // of it: between operators
  std::atomic<uint64_t> making_room_ns{0};  // of it: moving others' idle state to disk
  std::atomic<uint64_t> waiting_ns{0};      // no step, as there was nothing to do
  std::atomic<uint64_t> queued_ns{0};       // no step, as other tasks had their turn
};

/// State of one operator or sink for one task.
class LocalState {
 public:
  virtual ~LocalState() = default;
  template <class T>
  T& as() {
    return static_cast<T&>(*this);
  }
};

/// Turns chunks into chunks. Immutable after creation, shared by the pipeline's tasks.
class Operator {
 public:
  virtual ~Operator() = default;
  virtual std::unique_ptr<LocalState> local(QueryContext& context) const = 0;
  /// `out` is empty on entry and valid until the next call. `in` is lent.
  virtual Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker& waker) const = 0;
  /// All of a morsel's chunks were run: what was kept of them comes out, as from run(). kHaveOutput
  /// (call again), kNeedInput or kBlocked.
  virtual Flow end_morsel(Chunk& /*out*/, LocalState& /*local*/, const Waker& /*waker*/) const {
    return Flow::kNeedInput;
  }
  OperatorMetrics metrics;
};

using TaskSet = std::vector<std::unique_ptr<Task>>;

/// Takes a pipeline's chunks. Shared by its tasks; thread-safe.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual std::unique_ptr<LocalState> local(QueryContext& context) = 0;
  /// kNeedInput, kBlocked, kDone; or kHaveOutput: a step of something long (making room) is done,
  /// and the same chunk is wanted again. chunk.sequence.morsel numbers the pipeline's morsels
  /// densely from 0 in source order; chunks of one morsel come in order, from one task.
  virtual Flow consume(const Chunk& chunk, LocalState& local, const Waker& waker) = 0;
  /// All of a morsel's chunks were consumed. kNeedInput, kBlocked (call again) or kDone.
  virtual Flow end_morsel(uint64_t morsel, LocalState& local, const Waker& waker) {
    return Flow::kNeedInput;
  }
  /// Once per task, when it has no more input. May run in parallel with others' consume.
  virtual void combine(LocalState& local) = 0;
  /// After every task combined: called again and again until it returns no tasks; in between the
  /// returned ones run, in parallel, cancellable.
  virtual TaskSet finish() { return {}; }
  /// Told when a pipeline that feeds it starts (a union feeds one sink from several, one after
  /// another): morsel numbers begin at 0 again, after all of the earlier pipeline's. `in_order`:
  /// rows have an order, that of their morsels (Source::in_order).
  virtual void begin_input(uint32_t branch, bool in_order) {}
  OperatorMetrics metrics;
};

/// Source → operators → sink. Owned by the QueryRun; its tasks share it.
struct Pipeline {
  std::unique_ptr<Source> own_source;
  Source* source = nullptr;  // own_source's, or a sink's that ran before
  const PlanNode* source_node = nullptr;
  std::unique_ptr<OperatorMetrics> source_metrics = std::make_unique<OperatorMetrics>();
  std::unique_ptr<PipelineMetrics> metrics = std::make_unique<PipelineMetrics>();
  std::vector<std::unique_ptr<Operator>> operators;
  std::shared_ptr<Sink> sink;  // shared with the pipelines that read what it kept, and
                               // with other branches of a union
  uint32_t branch = 0;
  std::vector<size_t> after;  // indexes of pipelines that must be complete before
  /// Whether the sink is finished once this pipeline is (the last branch of a union).
  bool finishes_sink = true;
  /// Makes the source once everything in `after` is complete; instead of `source`.
  std::function<std::unique_ptr<Source>()> make_source;

  static constexpr size_t kNoLoop = ~size_t{0};
  /// The loop that it runs in, once a round. `after` may name pipelines outside of it: those are
  /// complete before the first round.
  size_t loop = kNoLoop;
  /// The loop whose rounds its source's rows come from: where that is blocked, another round is
  /// wanted. It has one task.
  size_t drives = kNoLoop;
  /// Called before each round of its loop, when nobody works on any of its pipelines.
  std::function<void()> renew;
};

/// An operator that keeps its input and gives rows back when it has seen all: aggregation, sort,
/// windows. `make_source` is called once the sink is finished.
struct KeptRows {
  std::shared_ptr<Sink> sink;
  std::function<std::unique_ptr<Source>()> make_source;
};

/// A join: the right input goes into `build`; then left chunks go through a probe. What only
/// comes out when all left rows were seen (spilled buckets, unmatched right rows) is in
/// `make_rest`, which reads on once every probe is done.
struct JoinParts {
  std::shared_ptr<Sink> build;
  std::function<std::unique_ptr<Operator>()> make_probe;
  std::function<std::unique_ptr<Source>()> make_rest;  // null: never anything left
  /// Before left chunks come in again, of a join that is probed several times; null: nothing to do.
  std::function<void()> begin_round = {};
};

}  // namespace doline
