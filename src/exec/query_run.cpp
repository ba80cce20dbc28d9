#include "exec/query_run.h"

#include <algorithm>
#include <optional>

#include "base/cancellation.h"
#include "exec/task_clock.h"
#include "memory/process_memory.h"

namespace doline {

namespace {

/// What spillable state must still be able to take before another chunk is read.
constexpr size_t kRoomToReadBytes = size_t{1} << 20;

/// Chunks that operators make are their node's.
Budget& budget_of(const OperatorMetrics& metrics, const QueryContext& query) {
  return metrics.context ? *metrics.context->budget : *query.budget;
}

QueryContext& context_of(const OperatorMetrics& metrics, QueryContext& query) {
  return metrics.context ? *metrics.context : query;
}

std::vector<OperatorMetrics*> metrics_of(const Pipeline& pipeline) {
  std::vector<OperatorMetrics*> all = {pipeline.source_metrics.get()};
  for (const auto& op : pipeline.operators) all.push_back(&op->metrics);
  all.push_back(&pipeline.sink->metrics);
  return all;
}

}  // namespace

const NodeAccount* PipelineGraph::account(const PlanNode& node) const {
  for (const NodeAccount& one : accounts) {
    if (&one.node == &node) return &one;
  }
  return nullptr;
}

struct QueryRun::State {
  Mutex made_mutex;
  /// Goes once the pipeline is complete, with the rows that it held for its readers.
  std::unique_ptr<Source> made_source GUARDED_BY(made_mutex);
  std::atomic<Source*> source = nullptr;
  std::atomic<uint32_t> tasks_left{0};
  std::atomic<uint32_t> finishing{0};  // tasks of this round; 0: it has not come to that
  std::atomic<uint32_t> finishing_left{0};
  std::atomic<bool> done{false};  // the sink wants no more, or a stop was asked for
  std::atomic<bool> complete{false};
  std::atomic<uint32_t> waits_for{0};
  WakerList waiting;  // tasks the source had no morsel for yet
  Mutex mutex;
  uint64_t handed_out GUARDED_BY(mutex) = 0;  // morsels of this round
  bool exhausted GUARDED_BY(mutex) = false;

  /// Before another round.
  void reset(uint32_t after) {
    done.store(false, std::memory_order_relaxed);
    complete.store(false, std::memory_order_relaxed);
    waits_for.store(after, std::memory_order_relaxed);
    MutexLock lock(mutex);
    handed_out = 0;
    exhausted = false;
  }
};

struct QueryRun::Loop {
  std::vector<uint32_t> after;      // how many pipelines of the loop each waits for
  std::vector<size_t> first;        // those that wait for none
  std::atomic<size_t> left{0};      // of this round
  Waker waker;                      // set while no round goes on
  std::atomic<bool> begins{false};  // a round, in a step that counts the time of it
};

/// One worker's way through a pipeline: takes morsels, drives chunks through the operators into
/// the sink, yields at chunk boundaries.
///
/// The stack of chunks: stage 0 is the source's, stage i > 0 what operator i-1 put out. A stage
/// is `pending` while its chunk waits to be (further) consumed by the next stage.
class PipelineTask final : public Task {
 public:
  PipelineTask(QueryRun& run, size_t index, bool is_carried)
      : run_(run),
        index_(index),
        is_carried_(is_carried),
        pipeline_(run.graph_.pipelines[index]),
        state_(*run.states_[index]),
        clock_(metrics_of(pipeline_), *pipeline_.metrics) {
    for (const auto& op : pipeline_.operators)
      locals_.push_back(op->local(context_of(op->metrics, run.context_)));
    sink_local_ = pipeline_.sink->local(context_of(pipeline_.sink->metrics, run.context_));
    stages_.resize(pipeline_.operators.size() + 1);
  }
  ~PipelineTask() override { set_under_way(false); }  // one that failed; the run outlives its tasks

  uint64_t order() const noexcept override { return order_; }

  Step step(Deadline deadline, Waker& waker) override {
    BudgetScope budget(*run_.context_.budget);
    const ArbiterScope arbiter(run_.context_.arbiter);
    const CancellationScope cancellation(run_.context_.cancelled);
    TimedStep timed(clock_);
    set_under_way(in_morsel_);
    while (true) {
      if (run_.context_.is_cancelled())
        throw Error(ErrorCode::kCancelled, "the query was cancelled");
      switch (carried_ ? carry(deadline, waker) : advance(waker)) {
        case Progressed::kMoved:
          break;
        case Progressed::kBlocked:
          set_under_way(false);
          return timed.ends(Step::kBlocked);
        case Progressed::kEnded: {
          {
            BudgetScope sinks(budget_of(pipeline_.sink->metrics, run_.context_));
            pipeline_.sink->combine(*sink_local_);
          }
          clock_.spend(sink_part());
          timed.ends(Step::kDone);  // before somebody hears that all is done
          // What they are of may be made anew once this is known to have ended.
          stages_.clear();
          locals_.clear();
          sink_local_.reset();
          run_.task_ended(index_, is_carried_ ? &next_ : nullptr);
          return Step::kDone;
        }
      }
      if (deadline.passed(clock_.at())) {
        watch_process_memory();
        return timed.ends(Step::kYield);
      }
    }
  }

 private:
  enum class Progressed : uint8_t { kMoved, kBlocked, kEnded };
  struct Stage {
    Chunk chunk;
    uint64_t chunks_in_morsel = 0;  // an operator may give several for one
    bool pending = false;
  };

  size_t sink_part() const { return stages_.size(); }

  void set_under_way(bool is_under_way) {
    if (is_under_way == is_under_way_) return;
    is_under_way_ = is_under_way;
    if (is_under_way) {
      run_.under_way_.begin();
    } else {
      run_.under_way_.end();
    }
  }

  /// Goes on with a round of the loop that this pipeline drives.
  Progressed carry(const Deadline& deadline, Waker& waker) {
    // Its time is counted by its own clock.
    clock_.pause();
    const Step step = carried_->step(deadline, waker);
    clock_.go_on();
    switch (step) {
      case Step::kYield:
        return Progressed::kMoved;
      case Step::kBlocked:
        return Progressed::kBlocked;
      case Step::kDone:
        carried_ = std::move(static_cast<PipelineTask&>(*carried_).next_);
        return Progressed::kMoved;
    }
    UNREACHABLE();
  }

  Progressed advance(const Waker& waker) {
    // The deepest pending stage goes first, so that at most one chunk a stage is alive.
    for (size_t depth = stages_.size(); depth-- > 0;) {
      if (stages_[depth].pending) return push(depth, waker);
    }
    if (done_ || state_.done.load(std::memory_order_relaxed)) {
      if (!done_) flushed_ = pipeline_.operators.size();  // nobody wants what they keep
      done_ = true;
      reader_.reset();
      return in_morsel_ ? end_morsel(waker) : Progressed::kEnded;
    }
    if (!reader_ && in_morsel_) return end_morsel(waker);
    if (Arbiter* const arbiter = run_.context_.arbiter) {
      // Here nothing is claimed, and no chunk is on its way.
      switch (arbiter->make_room(*run_.context_.budget, kRoomToReadBytes, waker)) {
        case Arbiter::Room::kEnough:
          break;
        case Arbiter::Room::kAgain:
          clock_.spend_making_room();
          return Progressed::kMoved;
        case Arbiter::Room::kWait:
          clock_.spend_making_room();
          return Progressed::kBlocked;
      }
    }
    BudgetScope budget(budget_of(*pipeline_.source_metrics, run_.context_));
    if (!reader_) {
      const Progressed progressed = take_morsel(waker);
      clock_.spend(0);
      return progressed;
    }
    Chunk& chunk = stages_[0].chunk;
    chunk = Chunk();
    const Poll poll = reader_->read(chunk, waker);
    clock_.spend(0);
    if (poll == Poll::kBlocked) return Progressed::kBlocked;
    if (poll == Poll::kDone) {
      reader_.reset();
      return Progressed::kMoved;
    }
    // A reader that filters says how many rows it looked at by what it hands over unselected.
    clock_.count(0, chunk.row_count, chunk.size());
    if (!chunk.empty()) {
      chunk.sequence = {number_, stages_[0].chunks_in_morsel++};
      stages_[0].pending = true;
    }
    return Progressed::kMoved;
  }

  /// Gives stage `depth`'s chunk to what comes after it.
  Progressed push(size_t depth, const Waker& waker) {
    Stage& stage = stages_[depth];
    const bool to_sink = depth + 1 == stages_.size();
    const size_t part = depth + 1;  // of the clock; before it comes the source
    BudgetScope budget(budget_of(
        to_sink ? pipeline_.sink->metrics : pipeline_.operators[depth]->metrics, run_.context_));
    Flow flow;
    if (to_sink) {
      flow = pipeline_.sink->consume(stage.chunk, *sink_local_, waker);
    } else {
      Chunk& out = stages_[depth + 1].chunk;
      out = Chunk();
      flow = pipeline_.operators[depth]->run(stage.chunk, out, *locals_[depth], waker);
      came_out(depth);
    }
    clock_.spend(part);
    switch (flow) {
      case Flow::kHaveOutput:
        return Progressed::kMoved;  // the same chunk again, later
      case Flow::kBlocked:
        return Progressed::kBlocked;
      case Flow::kNeedInput:
        break;
      case Flow::kDone:
        // What lies before it is of no more use; what it put out still goes on.
        for (size_t i = 0; i < depth; ++i) stages_[i].pending = false;
        flushed_ = to_sink ? depth : depth + 1;  // those behind it may keep rows of the morsel
        if (to_sink) stop_all();
        done_ = true;
        break;
    }
    clock_.count(part, stage.chunk.size(), 0);
    stage.pending = false;
    return Progressed::kMoved;
  }

  /// Operator `depth` may have put out a chunk.
  void came_out(size_t depth) {
    Stage& next = stages_[depth + 1];
    if (next.chunk.empty()) return;
    next.chunk.sequence = {number_, next.chunks_in_morsel++};
    next.pending = true;
    clock_.count(depth + 1, 0, next.chunk.size());
  }

  Progressed take_morsel(const Waker& waker) {
    const size_t loop = pipeline_.drives;
    if (loop != Pipeline::kNoLoop && run_.in_round(loop)) return Progressed::kBlocked;
    // A round is waited for by whoever drives it, amid a morsel of its own.
    const bool is_of_round = loop != Pipeline::kNoLoop || pipeline_.loop != Pipeline::kNoLoop;
    if (!is_of_round && !run_.under_way_.may_begin(*run_.context_.budget, waker))
      return Progressed::kBlocked;
    Poll poll;
    {
      MutexLock lock(state_.mutex);
      if (state_.exhausted) return Progressed::kEnded;
      Morsel morsel;
      poll = state_.source.load()->next_morsel(morsel, waker);
      if (poll == Poll::kBlocked && loop != Pipeline::kNoLoop) {
        carried_ = run_.begin_round(loop, waker);
        return Progressed::kMoved;
      }
      if (poll == Poll::kBlocked) {
        // The source remembers one waker, the last: whoever it wakes wakes the others.
        state_.waiting.add(waker);
        return state_.done ? Progressed::kMoved : Progressed::kBlocked;
      }
      if (poll == Poll::kDone) {
        state_.exhausted = true;
      } else {
        number_ = morsel.number;
        order_ = state_.handed_out++;  // never falls, whatever order the source chose
        for (Stage& stage : stages_) stage.chunks_in_morsel = 0;
        flushed_ = 0;
        in_morsel_ = true;
        set_under_way(true);
        reader_ = state_.source.load()->open(morsel);
      }
    }
    state_.waiting.wake_all();
    return poll == Poll::kDone ? Progressed::kEnded : Progressed::kMoved;
  }

  /// Operators first, one after another, then the sink.
  Progressed end_morsel(const Waker& waker) {
    if (flushed_ < pipeline_.operators.size()) {
      const size_t depth = flushed_;
      Operator& op = *pipeline_.operators[depth];
      BudgetScope budget(budget_of(op.metrics, run_.context_));
      stages_[depth + 1].chunk = Chunk();
      const Flow flow = op.end_morsel(stages_[depth + 1].chunk, *locals_[depth], waker);
      came_out(depth);
      clock_.spend(depth + 1);
      if (flow == Flow::kBlocked) return Progressed::kBlocked;
      if (flow == Flow::kNeedInput) ++flushed_;
      return Progressed::kMoved;
    }
    BudgetScope budget(budget_of(pipeline_.sink->metrics, run_.context_));
    const Flow flow = pipeline_.sink->end_morsel(number_, *sink_local_, waker);
    clock_.spend(sink_part());
    if (flow == Flow::kBlocked) return Progressed::kBlocked;
    in_morsel_ = false;
    set_under_way(false);
    if (flow == Flow::kDone) stop_all();
    return Progressed::kMoved;
  }

  /// No task of the pipeline need go on, those that wait for the source included.
  void stop_all() {
    state_.done.store(true);
    state_.waiting.wake_all();
  }

  QueryRun& run_;
  const size_t index_;
  const bool is_carried_;
  Pipeline& pipeline_;
  QueryRun::State& state_;
  TaskClock clock_;
  std::vector<std::unique_ptr<LocalState>> locals_;
  std::unique_ptr<LocalState> sink_local_;
  std::vector<Stage> stages_;
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<Task> carried_;  // of a round of the loop it drives
  std::unique_ptr<Task> next_;     // to be carried after this one
  uint64_t number_ = 0;            // of the morsel, in source order
  uint64_t order_ = 0;             // in which it was handed out
  size_t flushed_ = 0;             // operators that keep nothing more of the morsel
  bool in_morsel_ = false;
  bool is_under_way_ = false;  // counted as such
  bool done_ = false;
};

/// Wraps one of a sink's finishing tasks to learn of its end.
class FinishTask final : public Task {
 public:
  FinishTask(QueryRun& run, size_t index, std::unique_ptr<Task> inner)
      : run_(run),
        index_(index),
        inner_(std::move(inner)),
        clock_({&metrics()}, *run.graph_.pipelines[index].metrics) {}
  Step step(Deadline deadline, Waker& waker) override {
    BudgetScope budget(budget_of(metrics(), run_.context_));
    const ArbiterScope arbiter(run_.context_.arbiter);
    const CancellationScope cancellation(run_.context_.cancelled);
    if (run_.context_.is_cancelled()) throw Error(ErrorCode::kCancelled, "the query was cancelled");
    TimedStep timed(clock_);
    const Step step = inner_->step(deadline, waker);
    watch_process_memory();
    if (step == Step::kDone) inner_.reset();
    clock_.spend(0);
    timed.ends(step);
    if (step == Step::kDone) {
      if (run_.states_[index_]->finishing_left.fetch_sub(1) == 1)
        run_.advance_finish(index_, nullptr);
    }
    return step;
  }

 private:
  OperatorMetrics& metrics() { return run_.graph_.pipelines[index_].sink->metrics; }

  QueryRun& run_;
  const size_t index_;
  std::unique_ptr<Task> inner_;
  TaskClock clock_;
};

QueryRun::QueryRun(PipelineGraph graph, QueryContext& context, TaskGroup& tasks)
    : graph_(std::move(graph)),
      context_(context),
      tasks_(tasks),
      under_way_(context.threads),
      pipelines_left_(0) {
  for (const Pipeline& pipeline : graph_.pipelines) {
    states_.push_back(std::make_unique<State>());
    states_.back()->waits_for = static_cast<uint32_t>(pipeline.after.size());
    if (pipeline.loop == Pipeline::kNoLoop) ++pipelines_left_;
  }
  for (const std::vector<size_t>& pipelines : graph_.loops) {
    auto loop = std::make_unique<Loop>();
    for (const size_t index : pipelines) {
      const Pipeline& pipeline = graph_.pipelines[index];
      const auto in_loop = [&](size_t other) {
        return graph_.pipelines[other].loop == pipeline.loop;
      };
      loop->after.push_back(static_cast<uint32_t>(
          std::count_if(pipeline.after.begin(), pipeline.after.end(), in_loop)));
      if (loop->after.back() == 0) loop->first.push_back(index);
    }
    loops_.push_back(std::move(loop));
  }
}

QueryRun::~QueryRun() = default;

void QueryRun::cancel() noexcept {
  context_.cancelled.store(true);
  for (NodeAccount& account : graph_.accounts) account.context.cancelled.store(true);
}

bool QueryRun::may_start_over() const {
  return context_.may_start_over &&
         std::all_of(graph_.accounts.begin(), graph_.accounts.end(),
                     [](const NodeAccount& one) { return one.context.may_start_over.load(); });
}

void QueryRun::start() {
  for (size_t i = 0; i < states_.size(); ++i) {
    const Pipeline& pipeline = graph_.pipelines[i];
    if (pipeline.after.empty() && pipeline.loop == Pipeline::kNoLoop) start_pipeline(i, nullptr);
  }
}

bool QueryRun::in_round(size_t loop) const {
  return loops_[loop]->left.load(std::memory_order_acquire) != 0;
}

std::unique_ptr<Task> QueryRun::begin_round(size_t index, const Waker& waker) {
  Loop& loop = *loops_[index];
  loop.waker = waker;
  const std::vector<size_t>& pipelines = graph_.loops[index];
  loop.left.store(pipelines.size(), std::memory_order_release);
  for (size_t i = 0; i < pipelines.size(); ++i) {
    states_[pipelines[i]]->reset(loop.after[i]);
    if (graph_.pipelines[pipelines[i]].renew) graph_.pipelines[pipelines[i]].renew();
  }
  std::unique_ptr<Task> carried;
  loop.begins = true;
  for (const size_t first : loop.first) start_pipeline(first, &carried);
  loop.begins = false;
  return carried;
}

void QueryRun::start_pipeline(size_t index, Carried carried) {
  Pipeline& pipeline = graph_.pipelines[index];
  State& state = *states_[index];
  // Of one that runs in rounds, the first.
  if (pipeline.metrics->begun_at_ns.load(std::memory_order_relaxed) == 0)
    pipeline.metrics->begun_at_ns.store(steady_ns(), std::memory_order_relaxed);
  BudgetScope budget(budget_of(*pipeline.source_metrics, context_));
  if (pipeline.make_source) {
    std::optional<OnceTimed> timed;
    if (pipeline.loop == Pipeline::kNoLoop || !loops_[pipeline.loop]->begins)
      timed.emplace(*pipeline.source_metrics, *pipeline.metrics);
    std::unique_ptr<Source> made = pipeline.make_source();
    timed.reset();
    MutexLock lock(state.made_mutex);
    state.made_source = std::move(made);
    state.source = state.made_source.get();
  } else {
    state.source = pipeline.own_source ? pipeline.own_source.get() : pipeline.source;
  }
  pipeline.sink->begin_input(pipeline.branch, state.source.load()->in_order());
  const uint32_t count =
      std::max<uint32_t>(1, std::min(context_.threads, state.source.load()->parallelism()));
  state.tasks_left = count;
  pipeline.metrics->tasks.store(count, std::memory_order_relaxed);
  const bool is_carried = carried && !*carried && count == 1;
  TaskSet made;
  for (uint32_t worker = 0; worker < count; ++worker)
    made.push_back(std::make_unique<PipelineTask>(*this, index, is_carried));
  if (is_carried) {
    *carried = std::move(made[0]);
    return;
  }
  for (std::unique_ptr<Task>& task : made) tasks_.spawn(std::move(task));
}

void QueryRun::task_ended(size_t index, Carried carried) {
  if (states_[index]->tasks_left.fetch_sub(1) == 1) advance_finish(index, carried);
}

void QueryRun::advance_finish(size_t index, Carried carried) {
  Pipeline& pipeline = graph_.pipelines[index];
  if (!pipeline.finishes_sink) {
    pipeline.metrics->ended_at_ns.store(steady_ns(), std::memory_order_relaxed);
    return pipeline_complete(index, carried);
  }
  TaskSet next;
  {
    BudgetScope budget(budget_of(pipeline.sink->metrics, context_));
    OnceTimed timed(pipeline.sink->metrics, *pipeline.metrics);
    next = pipeline.sink->finish();
    pipeline.metrics->ended_at_ns.store(timed.end(), std::memory_order_relaxed);
  }
  if (next.empty()) return pipeline_complete(index, carried);
  states_[index]->finishing_left = static_cast<uint32_t>(next.size());
  states_[index]->finishing = static_cast<uint32_t>(next.size());
  for (auto& task : next) tasks_.spawn(std::make_unique<FinishTask>(*this, index, std::move(task)));
}

void QueryRun::pipeline_complete(size_t index, Carried carried) {
  State& state = *states_[index];
  std::unique_ptr<Source> made;
  {
    MutexLock lock(state.made_mutex);
    state.complete = true;
    made = std::move(state.made_source);
    if (made) state.source = nullptr;
  }
  made = nullptr;
  const size_t loop = graph_.pipelines[index].loop;
  const auto let_start = [&](size_t other) {
    const auto& after = graph_.pipelines[other].after;
    if (std::find(after.begin(), after.end(), index) == after.end()) return;
    if (states_[other]->waits_for.fetch_sub(1) == 1) start_pipeline(other, carried);
  };
  if (loop != Pipeline::kNoLoop) {
    for (const size_t other : graph_.loops[loop]) let_start(other);
    // The round is over for whoever sees that nothing is left: the waker may be another's then.
    const Waker waker = loops_[loop]->waker;
    if (loops_[loop]->left.fetch_sub(1) == 1) waker.wake();
    return;
  }
  for (size_t i = 0; i < graph_.pipelines.size(); ++i) {
    if (graph_.pipelines[i].loop == Pipeline::kNoLoop) let_start(i);
  }
  if (pipelines_left_.fetch_sub(1) == 1) tasks_.caller_waker().wake();
}

std::vector<PipelineState> QueryRun::states() const {
  std::vector<PipelineState> all;
  for (size_t i = 0; i < states_.size(); ++i) {
    State& state = *states_[i];
    PipelineState& at = all.emplace_back();
    // Nobody knows how many rounds there will be.
    const bool is_round = graph_.pipelines[i].loop != Pipeline::kNoLoop;
    MutexLock lock(state.made_mutex);
    const Source* const source = state.source;
    if (state.complete || is_round) {
      at.phase = PipelineState::Phase::kComplete;
      at.streamed = at.finished = 1;
    } else if (const uint32_t finishing = state.finishing; finishing != 0) {
      at.phase = PipelineState::Phase::kFinishes;
      at.streamed = 1;
      at.finished = 1 - static_cast<double>(state.finishing_left.load()) / finishing;
    } else if (source) {
      at.phase = PipelineState::Phase::kStreams;
      const SourceProgress progress = source->progress();
      at.is_measured = progress.total > 0;
      // Of what was handed out, tasks are in the midst of the last pieces.
      const double at_work = 0.5 * std::min(state.tasks_left.load(), context_.threads);
      if (at.is_measured) {
        at.streamed = std::clamp(
            (static_cast<double>(progress.done) - at_work) / static_cast<double>(progress.total),
            0.0, 1.0);
      }
      if (state.done) at.streamed = 1;
    }
  }
  return all;
}

double QueryRun::progress(const RowEstimates& estimates) const {
  if (is_complete()) return 1;
  const double now = WorkModel(graph_, estimates).share_done(states());
  double shown = shown_progress_.load(std::memory_order_relaxed);
  while (now > shown &&
         !shown_progress_.compare_exchange_weak(shown, now, std::memory_order_relaxed)) {
  }
  return now > shown ? now : shown;
}

}  // namespace doline
