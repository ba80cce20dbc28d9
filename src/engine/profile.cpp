#include "engine/profile.h"

#include <algorithm>
#include <functional>
#include <unordered_set>

#include "base/assert.h"
#include "kernel/string_search.h"

namespace doline {

namespace {

double milliseconds(uint64_t nanoseconds) { return static_cast<double>(nanoseconds) / 1e6; }

/// Visits nodes in the order in which they are printed; those seen before, without their inputs.
void visit_nodes(const PlanRef& plan,
                 const std::function<void(const PlanRef&, uint32_t depth, bool is_first)>& each) {
  std::unordered_set<const PlanNode*> seen;
  const std::function<void(const PlanRef&, uint32_t)> visit = [&](const PlanRef& node,
                                                                  uint32_t depth) {
    const bool is_first = seen.insert(node.get()).second;
    each(node, depth, is_first);
    if (!is_first) return;
    for (const PlanRef& input : node->children()) visit(input, depth + 1);
  };
  visit(plan, 0);
}

double estimate_in(const RowEstimates& estimates, const PlanNode& node) {
  const auto found = estimates.find(&node);
  return found == estimates.end() ? 0 : found->second;
}

std::string about(double rows) {
  if (rows < 1e4) return fmt::format("{:.0f}", rows);
  if (rows >= 1e13) return fmt::format("{:.1e}", rows);
  return rows < 1e6 ? fmt::format("{:.0f} k", rows / 1e3) : fmt::format("{:.1f} M", rows / 1e6);
}

/// Names of files may be any bytes, and no text of ours is.
std::string as_utf8(std::string text) {
  if (is_utf8(text)) return text;
  for (char& c : text) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return text;
}

/// What the plan itself says about why it is as it is.
void note_choices(const PlanNode& node, const RowEstimates& estimates,
                  std::vector<std::string>& notes) {
  if (const auto* join = dynamic_cast<const JoinNode*>(&node)) {
    const double built = estimate_in(estimates, *join->right);
    const double probed = estimate_in(estimates, *join->left);
    if (join->kind == JoinKind::kInner && built <= probed) {
      notes.push_back(fmt::format("builds its second input: about {} rows beside {}", about(built),
                                  about(probed)));
    } else {
      notes.push_back(fmt::format("builds its second input, about {} rows", about(built)));
    }
    if (join->left_keys.empty()) notes.emplace_back("no equality to hash by: a nested loop");
  }
  if (const auto* sort = dynamic_cast<const SortNode*>(&node); sort && sort->take >= 0)
    notes.push_back(fmt::format("LIMIT over ORDER BY: keeps {} rows", sort->take + sort->skip));
}

std::string name_of(Pushed pushed) {
  switch (pushed) {
    case Pushed::kExact:
      return "answered by the scan";
    case Pushed::kPruned:
      return "used to prune, then tested again";
    case Pushed::kIgnored:
      return "not used by the scan, tested behind it";
  }
  UNREACHABLE();
}

void note_scan(const Scan& scan, const PipelineGraph& graph, ProfiledNode& profiled,
               const ScanNode& node) {
  profiled.counters = scan.counters();
  const std::vector<Pushed> pushed = scan.pushed();
  for (size_t i = 0; i < node.filters.size(); ++i) {
    profiled.notes.push_back(
        fmt::format("filter {}: {}", node.filters[i]->to_string(),
                    name_of(i < pushed.size() ? pushed[i] : Pushed::kIgnored)));
  }
  for (std::string& note : graph.filters->notes(node)) profiled.notes.push_back(std::move(note));
}

ProfiledOperator profiled_operator(const PlacedOperator& placed, const Pipeline& pipeline) {
  const OperatorMetrics& metrics = *placed.metrics;
  ProfiledOperator one;
  one.name = metrics.name;
  // What keeps rows has one name for both of its sides.
  if (pipeline.source_metrics.get() == &metrics && !pipeline.own_source &&
      metrics.node->tag() != NodeTag::kJoin)
    one.name += " giving";
  if (placed.role == PlacedOperator::Role::kSink && metrics.node->tag() != NodeTag::kJoin)
    one.name += " taking";
  one.pipeline = placed.pipeline;
  one.milliseconds = milliseconds(metrics.nanoseconds.load());
  one.processor_milliseconds = milliseconds(metrics.processor_nanoseconds.load());
  one.rows_in = metrics.rows_in.load();
  one.rows_out = metrics.rows_out.load();
  return one;
}

std::string text_of(const Pipeline& pipeline) {
  std::string text = pipeline.source_metrics->name;
  for (const auto& op : pipeline.operators) text += " → " + op->metrics.name;
  return text + " → " + pipeline.sink->metrics.name;
}

void add_figures(ProfiledNode& profiled, const PlanNode& node, const QueryRun& run,
                 const OperatorsOfNodes& operators) {
  const PipelineGraph& graph = run.graph();
  profiled.rows = operators.rows_out(node);
  profiled.rows_in = operators.rows_in(node);
  for (const PlacedOperator& placed : operators.of(node)) {
    const Pipeline& pipeline = graph.pipelines[placed.pipeline];
    ProfiledOperator one = profiled_operator(placed, pipeline);
    profiled.milliseconds += one.milliseconds;
    profiled.processor_milliseconds += one.processor_milliseconds;
    for (std::string& note : placed.metrics->notes()) profiled.notes.push_back(std::move(note));
    profiled.operators.push_back(std::move(one));
    const auto* scan = dynamic_cast<const Scan*>(pipeline.own_source.get());
    if (scan && placed.role == PlacedOperator::Role::kSource && node.tag() == NodeTag::kScan)
      note_scan(*scan, graph, profiled, static_cast<const ScanNode&>(node));
  }
  if (const NodeAccount* account = graph.account(node)) {
    if (account->context.budget) profiled.memory_peak_bytes = account->context.budget->peak_bytes();
    if (account->spill) {
      profiled.spilled_bytes = account->spill->written_bytes();
      profiled.read_back_bytes = account->spill->read_bytes();
    }
  }
}

ProfiledNode described(const PlanNode& node, uint32_t depth, const RowEstimates& estimates) {
  ProfiledNode profiled;
  profiled.text = as_utf8(node.describe());
  profiled.depth = depth;
  profiled.estimated_rows = estimate_in(estimates, node);
  return profiled;
}

}  // namespace

std::string_view ProfiledNode::name() const {
  const std::string_view all = text;
  const size_t first = std::min(all.find(' '), all.size());
  const size_t second = std::min(all.find(' ', std::min(first + 1, all.size())), all.size());
  for (const std::string_view word : {" join", " row", " all", " to", " into"}) {
    if (all.substr(first, second - first) == word) return all.substr(0, second);
  }
  return all.substr(0, first);
}

std::string_view ProfiledNode::detail() const {
  const std::string_view all = text;
  return all.substr(std::min(name().size() + 1, all.size()));
}

QueryProfile profile_of(const PlanRef& plan, const RowEstimates& estimates) {
  QueryProfile profile;
  visit_nodes(plan, [&](const PlanRef& node, uint32_t depth, bool is_first) {
    ProfiledNode& profiled = profile.nodes.emplace_back(described(*node, depth, estimates));
    profiled.is_shown_above = !is_first;
    if (is_first) note_choices(*node, estimates, profiled.notes);
  });
  return profile;
}

QueryProfile profile_of(const QueryRun& run, const RowEstimates& estimates, uint64_t begun_at_ns) {
  QueryProfile profile;
  profile.was_run = true;
  const PipelineGraph& graph = run.graph();
  const OperatorsOfNodes operators(graph);
  visit_nodes(graph.plan, [&](const PlanRef& node, uint32_t depth, bool is_first) {
    ProfiledNode& profiled = profile.nodes.emplace_back(described(*node, depth, estimates));
    profiled.is_shown_above = !is_first;
    if (!is_first) return;
    note_choices(*node, estimates, profiled.notes);
    add_figures(profiled, *node, run, operators);
    for (std::string& note : profiled.notes) note = as_utf8(std::move(note));
  });
  uint64_t giving_out = 0;
  uint64_t driving = 0;
  uint64_t making_room = 0;
  for (const Pipeline& pipeline : graph.pipelines) {
    const PipelineMetrics& metrics = *pipeline.metrics;
    ProfiledPipeline& one = profile.pipelines.emplace_back();
    one.text = text_of(pipeline);
    one.tasks = metrics.tasks.load();
    const auto since_begin = [&](uint64_t at_ns) {
      return at_ns == 0 ? -1 : milliseconds(at_ns - std::min(at_ns, begun_at_ns));
    };
    one.begun_milliseconds = since_begin(metrics.begun_at_ns.load());
    one.ended_milliseconds = since_begin(metrics.ended_at_ns.load());
    one.busy_milliseconds = milliseconds(metrics.busy_ns.load());
    one.driving_milliseconds = milliseconds(metrics.driving_ns.load());
    one.making_room_milliseconds = milliseconds(metrics.making_room_ns.load());
    one.waiting_milliseconds = milliseconds(metrics.waiting_ns.load());
    one.queued_milliseconds = milliseconds(metrics.queued_ns.load());
    driving += metrics.driving_ns.load();
    making_room += metrics.making_room_ns.load();
    if (!pipeline.sink->metrics.node && pipeline.finishes_sink)
      giving_out += pipeline.sink->metrics.nanoseconds.load();
  }
  profile.thread_times = {{"giving out", milliseconds(giving_out)},
                          {"driving", milliseconds(driving)},
                          {"making room", milliseconds(making_room)}};
  return profile;
}

std::optional<ProfileFormat> profile_format_named(std::string_view name) {
  if (name == "text" || name == "default") return ProfileFormat::kText;
  if (name == "json") return ProfileFormat::kJson;
  if (name == "html") return ProfileFormat::kHtml;
  return std::nullopt;
}

std::string profile_as(ProfileFormat format, const QueryProfile& profile) {
  switch (format) {
    case ProfileFormat::kText:
      return profile_text(profile);
    case ProfileFormat::kJson:
      return profile_json(profile);
    case ProfileFormat::kHtml:
      return profile_html(profile);
  }
  UNREACHABLE();
}

}  // namespace doline
