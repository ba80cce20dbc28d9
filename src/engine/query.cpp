#include "engine/query.h"

#include <algorithm>
#include <chrono>
#include <thread>

#include "base/cancellation.h"
#include "base/simulated_executor.h"
#include "engine/idle_memory.h"
#include "exec/task_clock.h"
#include "io/spill_file.h"

namespace doline {

namespace {

constexpr auto kPollEvery = std::chrono::milliseconds(50);

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

struct Query::Running {
  /// Takes the estimates, and adds the time that lowering took.
  Running(std::unique_ptr<QueryContext> its_context, const PlanRef& plan, PlannedAs& planned)
      : context(std::move(its_context)),
        tasks(context->scheduled_by ? *context->scheduled_by : Executor::shared()),
        expected(std::move(planned.expected)) {
    const uint64_t before = steady_ns();
    result = std::make_shared<ResultSink>(tasks.caller_waker());
    run = std::make_unique<QueryRun>(lower(plan, *context, result), *context, tasks);
    begin = std::chrono::steady_clock::now();
    begun_at_ns = steady_ns();
    planned.phases.lower += begun_at_ns - before;
  }

  // Order matters: tasks end before what they use.
  MemoryInUse memory;
  std::unique_ptr<QueryContext> context;
  std::shared_ptr<ResultSink> result;
  std::unique_ptr<QueryRun> run;
  TaskGroup tasks;
  std::chrono::steady_clock::time_point begin;
  uint64_t begun_at_ns = 0;  // the same
  const RowEstimates expected;
  std::atomic<double> took_seconds = -1;  // progress() reads it from other threads
  double seconds() const {
    const double took = took_seconds;
    return took >= 0 ? took : seconds_since(begin);
  }
  void ends() {
    if (took_seconds < 0) took_seconds = seconds_since(begin);
  }
  const uint64_t learned_before = context->learned ? context->learned->version() : 0;
};

Query::Query(Schema schema, std::vector<Chunk> rows)
    : schema_(std::move(schema)),
      ready_(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end())) {}

Query::Query(PlanRef plan, std::unique_ptr<QueryContext> context, PlannedAs planned)
    : schema_(plan->schema), plan_(plan), planned_(std::move(planned)) {
  BudgetScope budget(*context->budget);
  running_ = std::make_shared<Running>(std::move(context), std::move(plan), planned_);
  running_->run->start();
}

// Long steps look at the flag of the context: without it the tasks would be waited for to their
// end.
Query::~Query() { cancel(); }

std::shared_ptr<Query::Running> Query::running() const {
  MutexLock lock(mutex_);
  return running_;
}

PlanRef Query::plan() const {
  MutexLock lock(mutex_);
  return plan_;
}

bool Query::may_start_over() const {
  const auto running = this->running();
  if (!running || handed_out_ || cancelled_) return false;
  const QueryContext& context = *running->context;
  return context.learned != nullptr && running->run->may_start_over() &&
         context.learned->version() != running->learned_before;
}

void Query::start_over() {
  {
    const auto old = running();
    if (!learned_) {
      learned_ = old->context->learned;
      learned_at_first_ = old->learned_before;
    }
    old->run->cancel();
    old->tasks.cancel();
    MutexLock lock(mutex_);
    planned_.phases.given_up += steady_ns() - old->begun_at_ns;
    running_.reset();
  }
  Bound bound = rebind_();
  schema_ = bound.plan->schema;
  BudgetScope budget(*bound.context->budget);
  auto fresh = std::make_shared<Running>(std::move(bound.context), bound.plan, bound.planned);
  {
    MutexLock lock(mutex_);  // progress() and the profile read both from other threads
    plan_ = std::move(bound.plan);
    planned_.phases.bind += bound.planned.phases.bind;
    planned_.phases.optimize += bound.planned.phases.optimize;
    planned_.phases.lower += bound.planned.phases.lower;
    running_ = fresh;
  }
  if (cancelled_) throw Error(ErrorCode::kCancelled, "the query was cancelled");
  fresh->run->start();
}

Error Query::told(const Error& error) const {
  return learned_ ? with_losses(error, *learned_, learned_at_first_) : error;
}

void Query::ask() {
  const auto now = std::chrono::steady_clock::now();
  if (!poll_ || now - polled_at_ < kPollEvery) return;
  polled_at_ = now;
  if (poll_()) cancel();
}

/// Works on one attempt.
bool Query::work(Running& running) {
  while (true) {
    ask();  // also where rows come faster than they are taken, and nothing is ever waited for
    if (running.result->has_chunk()) return true;
    if (running.result->is_finished() || running.run->is_complete()) {
      if (running.result->has_chunk()) return true;
      running.tasks.wait_all();
      running.ends();
      return false;
    }
    const auto outcome = running.tasks.run_until(
        [&] { return running.result->has_chunk() || running.result->is_finished(); },
        poll_ ? std::optional<Duration>(kPollEvery) : std::nullopt);
    if (outcome == TaskGroup::Outcome::kFinished && !running.result->has_chunk() &&
        !running.result->is_finished()) {
      ASSERT(running.context->is_cancelled());
      throw Error(ErrorCode::kCancelled, "the query was cancelled");
    }
  }
}

bool Query::advance() {
  try {
    return advance_or_start_over();
  } catch (...) {
    if (const auto failed = running()) failed->ends();
    if (failed_) failed_();
    throw;
  }
}

bool Query::advance_or_start_over() {
  const CancellationScope asking([this] {
    ask();
    return cancelled_.load(std::memory_order_relaxed);
  });
  while (true) {
    auto current = running();
    if (!current) return false;
    try {
      return work(*current);
    } catch (const Error& error) {
      if (!rebind_ || !may_start_over()) throw told(error);
      MutexLock lock(mutex_);
      restarts_.push_back("started over: " + error.message());
    }
    current.reset();  // what the attempt kept goes before the next one begins
    try {
      start_over();
    } catch (const Error& error) {
      throw told(error);
    }
  }
}

void Query::comes_back() {
  if (away_since_ns_ == 0) return;
  away_ns_.fetch_add(steady_ns() - away_since_ns_, std::memory_order_relaxed);
  away_since_ns_ = 0;
}

void Query::await_rows() {
  comes_back();
  if (ready_.empty()) advance();
}

std::optional<Chunk> Query::next() {
  comes_back();
  if (!ready_.empty()) {
    Chunk chunk = std::move(ready_.front());
    ready_.pop_front();
    return chunk;
  }
  if (!advance()) return std::nullopt;
  handed_out_ = true;
  rebind_ = nullptr;  // it never starts over from here on, and holds all tables there were
  std::optional<Chunk> chunk = running()->result->take();
  away_since_ns_ = steady_ns();
  return chunk;
}

void Query::cancel() noexcept {
  cancelled_.store(true);
  const auto current = running();
  if (!current) return;
  current->run->cancel();
  current->tasks.cancel();
}

QueryProgress Query::progress() const noexcept {
  QueryProgress progress;
  const auto current = this->running();
  if (!current) {
    progress.share = this->plan() ? 0 : 1;
    return progress;
  }
  const Running& running = *current;
  progress.share = running.run->is_complete() ? 1 : running.run->progress(running.expected);
  for (const Pipeline& pipeline : running.run->graph().pipelines) {
    if (pipeline.own_source)
      progress.rows_read += pipeline.source_metrics->rows_in.load(std::memory_order_relaxed);
  }
  progress.memory_bytes = Budget::process().used_bytes();
  progress.memory_limit = Budget::process().limit_bytes();
  progress.spilled_bytes = running.context->spill ? running.context->spill->written_bytes() : 0;
  progress.elapsed_seconds = running.seconds();
  return progress;
}

QueryProfile Query::profile() const {
  const auto current = this->running();
  PlannedAs planned;
  PlanRef plan;
  std::vector<std::string> restarts;
  {
    MutexLock lock(mutex_);
    planned = planned_;
    plan = plan_;
    restarts = restarts_;
  }
  if (!current) return plan ? profile_of(plan, {}) : QueryProfile();
  const Running& running = *current;
  QueryProfile profile = profile_of(*running.run, running.expected, running.begun_at_ns);
  profile.threads = running.context->threads;
  profile.memory_peak_bytes = running.context->budget->peak_bytes();
  profile.spilled_bytes = running.context->spill ? running.context->spill->written_bytes() : 0;
  profile.notes = std::move(restarts);
  if (const SimulatedExecutor* const by = running.context->scheduled_by) {
    profile.notes.push_back(fmt::format("scheduled from seed {}: {} steps, trace {:016x}",
                                        running.context->settings.scheduling_seed, by->steps(),
                                        by->trace()));
  }
  profile.milliseconds = 1e3 * running.seconds();
  const double away = static_cast<double>(away_ns_.load()) / 1e6;
  const auto phase = [&](const char* name, double milliseconds) {
    profile.phases.push_back({name, milliseconds});
  };
  const auto planning = [&](const char* name, uint64_t nanoseconds) {
    phase(name, static_cast<double>(nanoseconds) / 1e6);
  };
  planning("parse", planned.phases.parse);
  planning("bind", planned.phases.bind);
  planning("optimize", planned.phases.optimize);
  planning("lower", planned.phases.lower);
  if (planned.phases.given_up > 0) planning("given up", planned.phases.given_up);
  phase("run", std::max(0.0, profile.milliseconds - away));
  phase("hand out", away);
  double known = 0;
  for (const QueryProfile::Phase& one : profile.phases) known += one.milliseconds;
  profile.total_milliseconds = known;
  if (planned.begun_at_ns != 0) {
    const uint64_t end = running.begun_at_ns + static_cast<uint64_t>(1e6 * profile.milliseconds);
    profile.total_milliseconds =
        static_cast<double>(planned.phases.parse + end - planned.begun_at_ns) / 1e6;
    phase("rest", std::max(0.0, profile.total_milliseconds - known));
  }
  double busy = 0;
  for (const ProfiledNode& node : profile.nodes) busy += node.milliseconds;
  for (const QueryProfile::Phase& one : profile.thread_times) busy += one.milliseconds;
  profile.thread_times.push_back(
      {"idle", std::max(0.0, profile.threads * profile.milliseconds - busy)});
  return profile;
}

}  // namespace doline
