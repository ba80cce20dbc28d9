#include "engine/query.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "base/cancellation.h"
#include "engine/idle_memory.h"
#include "io/spill_file.h"

namespace doline {

namespace {

constexpr auto kPollEvery = std::chrono::milliseconds(50);

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<int>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

struct Query::Running {
  Running(std::unique_ptr<QueryContext> its_context, const PlanRef& plan)
      : context(std::move(its_context)), tasks(Executor::shared()) {
    result = std::make_shared<ResultSink>(tasks.caller_waker());
    run = std::make_unique<QueryRun>(lower(plan, *context, result), *context, tasks);
  }

  // Order matters: tasks end before what they use.
  MemoryInUse memory;
  std::unique_ptr<QueryContext> context;
  std::shared_ptr<ResultSink> result;
  std::unique_ptr<QueryRun> run;
  TaskGroup tasks;
  std::chrono::steady_clock::time_point begin = std::chrono::steady_clock::now();
  std::atomic<double> took_seconds = -1;  // progress() reads it from other threads
  double seconds() const {
    const double took = took_seconds;
    return took >= 0 ? took : seconds_since(begin);
  }
  const uint64_t learned_before = context->learned ? context->learned->version() : 0;
};

Query::Query(Schema schema, std::vector<Chunk> rows)
    : schema_(std::move(schema)),
      ready_(std::make_move_iterator(rows.begin()), std::make_move_iterator(rows.end())) {}

Query::Query(PlanRef plan, std::unique_ptr<QueryContext> context, std::string text)
    : schema_(plan->schema), text_(std::move(text)), plan_(plan) {
  BudgetScope budget(*context->budget);
  running_ = std::make_shared<Running>(std::move(context), std::move(plan));
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
  return context.learned != nullptr && context.may_start_over &&
         context.learned->version() != running->learned_before;
}

void Query::start_over() {
  {
    const auto old = running();
    if (!learned_) {
      learned_ = old->context->learned;
      learned_at_first_ = old->learned_before;
    }
    old->context->cancelled.store(true);
    old->tasks.cancel();
    MutexLock lock(mutex_);
    running_.reset();
  }
  Bound bound = rebind_();
  schema_ = bound.plan->schema;
  BudgetScope budget(*bound.context->budget);
  auto fresh = std::make_shared<Running>(std::move(bound.context), bound.plan);
  {
    MutexLock lock(mutex_);  // progress() and the profile read both from other threads
    plan_ = std::move(bound.plan);
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
      if (running.took_seconds < 0) running.took_seconds = seconds_since(running.begin);
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
    }
    current.reset();  // what the attempt kept goes before the next one begins
    try {
      start_over();
    } catch (const Error& error) {
      throw told(error);
    }
  }
}

void Query::await_rows() {
  if (ready_.empty()) advance();
}

std::optional<Chunk> Query::next() {
  if (!ready_.empty()) {
    Chunk chunk = std::move(ready_.front());
    ready_.pop_front();
    return chunk;
  }
  if (!advance()) return std::nullopt;
  handed_out_ = true;
  rebind_ = nullptr;  // it never starts over from here on, and holds all tables there were
  return running()->result->take();
}

void Query::cancel() noexcept {
  cancelled_.store(true);
  const auto current = running();
  if (!current) return;
  current->context->cancelled.store(true);
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
  progress.share = running.run->is_complete() ? 1 : running.run->progress();
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

namespace {

/// What the operators of one plan node did together.
struct NodeWork {
  uint64_t nanoseconds = 0;
  uint64_t rows_out = 0;
  uint64_t spilled = 0;
  std::vector<std::string> notes;
};

}  // namespace

QueryProfile Query::profile() const {
  QueryProfile profile;
  const auto running = this->running();
  if (!running) return profile;
  std::map<const PlanNode*, NodeWork> work;
  const auto add = [&](OperatorMetrics& metrics, bool gives_rows) {
    if (!metrics.node) return;
    NodeWork& node = work[metrics.node];
    node.nanoseconds += metrics.nanoseconds.load();
    if (gives_rows) node.rows_out = std::max(node.rows_out, metrics.rows_out.load());
    node.spilled += metrics.spilled_bytes.load();
  };
  for (const Pipeline& pipeline : running->run->graph().pipelines) {
    add(*pipeline.source_metrics, true);
    for (const auto& op : pipeline.operators) add(op->metrics, true);
    add(pipeline.sink->metrics, false);
  }
  const std::function<void(const PlanNode&, uint32_t)> visit = [&](const PlanNode& node,
                                                                   uint32_t depth) {
    const NodeWork& done = work[&node];
    profile.nodes.push_back({node.describe(), depth, static_cast<double>(done.nanoseconds) / 1e6,
                             done.rows_out, done.spilled});
    for (const PlanRef& input : node.children()) visit(*input, depth + 1);
  };
  visit(*running->run->graph().plan, 0);
  profile.milliseconds = 1e3 * running->seconds();
  profile.memory_peak_bytes = running->context->budget->peak_bytes();
  profile.spilled_bytes = running->context->spill ? running->context->spill->written_bytes() : 0;
  return profile;
}

std::string Query::profile_text() const {
  const auto current = this->running();
  if (!current) {
    const PlanRef plan = this->plan();
    return plan ? print_plan(plan) : "";
  }
  const Running& running = *current;
  std::map<const PlanNode*, NodeWork> work;
  const auto add = [&](OperatorMetrics& metrics, bool gives_rows) {
    if (!metrics.node) return;
    NodeWork& node = work[metrics.node];
    node.nanoseconds += metrics.nanoseconds.load();
    if (gives_rows) node.rows_out = std::max(node.rows_out, metrics.rows_out.load());
    node.spilled += metrics.spilled_bytes.load();
    if (std::string note = metrics.get_note(); !note.empty()) node.notes.push_back(std::move(note));
  };
  for (const Pipeline& pipeline : running.run->graph().pipelines) {
    add(*pipeline.source_metrics, true);
    for (const auto& op : pipeline.operators) add(op->metrics, true);
    add(pipeline.sink->metrics, false);
    if (const auto* scan = dynamic_cast<const Scan*>(pipeline.own_source.get());
        scan && pipeline.source_node) {
      for (const auto& [name, count] : scan->counters()) {
        work[pipeline.source_node].notes.push_back(fmt::format("{} {}", count, name));
      }
    }
  }
  const double took = running.seconds();
  std::string text =
      print_plan(running.run->graph().plan, [&](const PlanNode& node) -> std::string {
        const auto found = work.find(&node);
        if (found == work.end()) return "";
        const NodeWork& done = found->second;
        std::string note = fmt::format("  [{:.1f} ms, {} rows",
                                       static_cast<double>(done.nanoseconds) / 1e6, done.rows_out);
        if (done.spilled > 0) note += ", spilled " + format_byte_size(done.spilled);
        for (const std::string& extra : done.notes) note += ", " + extra;
        return note + "]";
      });
  text += fmt::format(
      "\ntotal {:.1f} ms on {} threads, memory peak {}, spilled {}", took * 1e3,
      running.context->threads, format_byte_size(running.context->budget->peak_bytes()),
      format_byte_size(running.context->spill ? running.context->spill->written_bytes() : 0));
  return text;
}

std::string Query::profile_json() const {
  const auto current = this->running();
  if (!current) return "{}";
  const Running& running = *current;
  std::string operators;
  const auto add = [&](OperatorMetrics& metrics) {
    operators += fmt::format(
        "{}{{\"name\": {}, \"node\": {}, \"milliseconds\": {:.3f}, \"rows_in\": {}, \"rows_out\": "
        "{}, \"note\": {}}}",
        operators.empty() ? "" : ", ", json_text(metrics.name),
        json_text(metrics.node ? metrics.node->describe() : ""),
        static_cast<double>(metrics.nanoseconds.load()) / 1e6, metrics.rows_in.load(),
        metrics.rows_out.load(), json_text(metrics.get_note()));
  };
  for (const Pipeline& pipeline : running.run->graph().pipelines) {
    add(*pipeline.source_metrics);
    for (const auto& op : pipeline.operators) add(op->metrics);
    if (pipeline.finishes_sink) add(pipeline.sink->metrics);
  }
  const double took = running.seconds();
  return fmt::format(
      "{{\"milliseconds\": {:.3f}, \"memory_peak_bytes\": {}, \"spilled_bytes\": {}, "
      "\"operators\": [{}]}}",
      took * 1e3, running.context->budget->peak_bytes(),
      running.context->spill ? running.context->spill->written_bytes() : 0, operators);
}

}  // namespace doline
