#include "exec/lower.h"

#include <unordered_map>

#include "exec/aggregate/aggregation.h"
#include "exec/chunk_source.h"
#include "exec/chunk_store.h"
#include "exec/join/join.h"
#include "exec/recursion/recursion.h"
#include "exec/recursion/renewed.h"
#include "exec/row_operators.h"
#include "exec/sample.h"
#include "exec/sort/sort.h"
#include "exec/window/first_rows.h"
#include "exec/window/windowing.h"
#include "plan/join_method.h"
#include "plan/recursive_node.h"

namespace doline {

namespace {

/// Pipelines under construction: one, or the branches of a union, which run one after another.
struct Open {
  std::vector<Pipeline> branches;
};

/// Step of a recursion: its pipelines run again in each round. What they read that is the same in
/// every round is computed before, outside, and kept: by level, which is the number of steps that
/// a pipeline lies in.
class Lowering {
 public:
  Lowering(QueryContext& context, PipelineGraph& graph)
      : context_(context), graph_(graph), filters_(std::make_shared<RuntimeFilters>()) {
    graph_.filters = filters_;
  }

  /// Which of a node's columns are read above it; empty: all of them.
  using Reads = std::vector<bool>;

  Open open(const PlanRef& plan, const Reads& reads = {}) {
    if (const size_t level = level_of(plan); level < level_) return kept_outside(plan, level);
    return opened(plan, reads);
  }

  /// Ends the branches in `sink`; returns the index of the pipeline that finishes it.
  size_t close(Open open, const std::shared_ptr<Sink>& sink, const PlanNode* node, const char* name,
               std::function<void()> renew = {}) {
    if (name) sink->metrics.name = name;
    if (node) belongs_to(*node, sink->metrics);
    size_t last = 0;
    for (size_t i = 0; i < open.branches.size(); ++i) {
      Pipeline& branch = open.branches[i];
      branch.sink = sink;
      branch.branch = static_cast<uint32_t>(i);
      branch.finishes_sink = i + 1 == open.branches.size();
      if (i > 0) branch.after.push_back(last);
      if (i == 0 && level_ > 0) branch.renew = std::move(renew);
      last = graph_.pipelines.size();
      branch.loop = loop();
      if (level_ > 0) graph_.loops[branch.loop].push_back(last);
      graph_.pipelines.push_back(std::move(branch));
    }
    return last;
  }

 private:
  Open opened(const PlanRef& plan, const Reads& reads) {
    const PlanNode& node = *plan;
    switch (node.tag()) {
      case NodeTag::kScan:
        return scan(static_cast<const ScanNode&>(node));
      case NodeTag::kFilter: {
        const auto& filter = static_cast<const FilterNode&>(node);
        return through(open(filter.input), node,
                       [&] { return make_filter(filter.predicate, context_of(node)); });
      }
      case NodeTag::kProject: {
        const auto& project = static_cast<const ProjectNode&>(node);
        return through(open(project.input, reads_of(project.input, project.exprs)), node,
                       [&] { return make_project(project, context_of(node)); });
      }
      case NodeTag::kUnnest: {
        const auto& unnest = static_cast<const UnnestNode&>(node);
        return through(open(unnest.input), node,
                       [&] { return make_unnest(unnest, context_of(node)); });
      }
      case NodeTag::kAggregation: {
        const auto& aggregation = static_cast<const AggregationNode&>(node);
        return keep(
            aggregation.input, node,
            [&] { return make_aggregation(aggregation, context_of(node)); }, "Aggregate",
            reads_of(aggregation));
      }
      case NodeTag::kSort: {
        const auto& sort = static_cast<const SortNode&>(node);
        return keep(
            sort.input, node, [&] { return make_sort(sort, context_of(node), filters_.get()); },
            sort.take >= 0 ? "Top" : "Sort");
      }
      case NodeTag::kWindowing: {
        const auto& windowing = static_cast<const WindowingNode&>(node);
        Open input = open(windowing.input);
        if (windowing.most >= 0) {
          input = through(std::move(input), node,
                          [&] { return make_first_rows(windowing, context_of(node)); });
        }
        return keep_opened(
            std::move(input), node, [&] { return make_windowing(windowing, context_of(node)); },
            "Window");
      }
      case NodeTag::kJoin:
        return join(static_cast<const JoinNode&>(node), reads);
      case NodeTag::kLimit:
        return limit(static_cast<const LimitNode&>(node));
      case NodeTag::kUnion: {
        Open all;
        for (const PlanRef& input : static_cast<const UnionNode&>(node).inputs) {
          Open one = open(input);
          for (Pipeline& branch : one.branches) all.branches.push_back(std::move(branch));
        }
        return all;
      }
      case NodeTag::kValues: {
        Open values = from(node, "Values");
        values.branches[0].own_source =
            make_chunk_source(chunks_of(static_cast<const ValuesNode&>(node), context_.chunk_rows));
        return values;
      }
      case NodeTag::kSingleRow:
        return single_row(static_cast<const SingleRowNode&>(node));
      case NodeTag::kSharedInput:
        return shared(static_cast<const SharedInputNode&>(node));
      case NodeTag::kRecursive:
        return recursive(static_cast<const RecursiveNode&>(node));
      case NodeTag::kWorkingTable:
        return working_table(static_cast<const WorkingTableNode&>(node));
      case NodeTag::kSample: {
        const auto& sample = static_cast<const SampleNode&>(node);
        uint64_t branch = 0;
        return through(open(sample.input), node, [&] { return make_sample(sample, branch++); });
      }
      case NodeTag::kWrite:
        return write(static_cast<const WriteNode&>(node));
      case NodeTag::kConstant:
      case NodeTag::kColumn:
      case NodeTag::kCall:
      case NodeTag::kCast:
      case NodeTag::kCase:
      case NodeTag::kConjunction:
      case NodeTag::kIsNull:
      case NodeTag::kInList:
      case NodeTag::kCoalesce:
      case NodeTag::kTry:
      case NodeTag::kLambda:
      case NodeTag::kAggregate:
      case NodeTag::kWindow:
      case NodeTag::kSortKey:
      case NodeTag::kLet:
      case NodeTag::kLetValue:
        break;
    }
    UNREACHABLE();
  }

  /// What the node's operators work with. Once it is lowered, any thread may ask.
  QueryContext& context_of(const PlanNode& node) {
    if (const auto known = accounts_.find(&node); known != accounts_.end())
      return known->second->context;
    NodeAccount& made = graph_.accounts.emplace_back(node, context_);
    accounts_.emplace(&node, &made);
    return made.context;
  }
  void belongs_to(const PlanNode& node, OperatorMetrics& metrics) {
    metrics.node = &node;
    metrics.context = &context_of(node);
  }

  Open from(const PlanNode& node, const char* name) {
    Open open;
    Pipeline& pipeline = open.branches.emplace_back();
    pipeline.source_node = &node;
    pipeline.source_metrics->name = name;
    belongs_to(node, *pipeline.source_metrics);
    return open;
  }

  template <class Make>
  Open through(Open open, const PlanNode& node, Make&& make) {
    for (Pipeline& branch : open.branches) {
      branch.operators.push_back(make());
      belongs_to(node, branch.operators.back()->metrics);
    }
    return open;
  }

  /// `make`: what keeps the rows; called again before each round of a step.
  Open keep(const PlanRef& input, const PlanNode& node, std::function<KeptRows()> make,
            const char* name, const Reads& reads = {}) {
    return keep_opened(open(input, reads), node, std::move(make), name);
  }
  Open keep_opened(Open input, const PlanNode& node, std::function<KeptRows()> make,
                   const char* name) {
    Open rows = from(node, name);
    if (level_ == 0) {
      KeptRows kept = make();
      rows.branches[0].after.push_back(close(std::move(input), kept.sink, &node, name));
      rows.branches[0].make_source = std::move(kept.make_source);
      return rows;
    }
    auto sink = std::make_shared<RenewedSink>();
    auto kept = std::make_shared<KeptRows>();  // shared by the pipelines before and behind
    rows.branches[0].after.push_back(close(std::move(input), sink, &node, name, [=] {
      *kept = make();
      sink->renew(kept->sink);
    }));
    rows.branches[0].make_source = [kept] { return kept->make_source(); };
    return rows;
  }

  Open scan(const ScanNode& node) {
    ScanRequest request;
    request.columns = node.columns;
    for (size_t i = 0; i < node.member_columns.size(); ++i) {
      request.members.push_back({node.member_columns[i], node.member_names[i]});
    }
    for (const ExprRef& filter : node.filters)
      request.filters.push_back(Conjunct::create(filter, context_.session));
    if (node.limit >= 0) request.limit = static_cast<uint64_t>(node.limit);
    for (size_t i = 0; i < node.runtime_filters.size(); ++i) {
      request.runtime.push_back(
          filters_->subscribe(node.runtime_filters[i], node, node.runtime_columns[i]));
    }
    Open open = from(node, "Scan");
    std::unique_ptr<Scan> made = node.table->scan(std::move(request), context_of(node));
    const std::vector<Pushed> pushed = made->pushed();
    open.branches[0].own_source = std::move(made);
    std::vector<ExprRef> rest;
    for (size_t i = 0; i < node.filters.size(); ++i) {
      if (i >= pushed.size() || pushed[i] != Pushed::kExact) rest.push_back(node.filters[i]);
    }
    if (rest.empty()) return open;
    const ExprRef predicate = ConjunctionExpr::create(true, rest);
    return through(std::move(open), node, [&] { return make_filter(predicate, context_of(node)); });
  }

  /// What is read of a join's output by `exprs`, which are all that read it: other columns need not
  /// be fetched from its build side. Other nodes give all their columns.
  static Reads reads_of(const PlanRef& input, const std::vector<ExprRef>& exprs) {
    if (input->tag() != NodeTag::kJoin) return {};
    Reads read(input->schema.size());
    for (const ExprRef& expr : exprs) {
      for (uint32_t column : columns_of(expr)) read[column] = true;
    }
    return read;
  }
  static Reads reads_of(const AggregationNode& node) {
    std::vector<ExprRef> exprs = node.keys;
    for (const AggregateExprRef& aggregate : node.aggregates) {
      exprs.insert(exprs.end(), aggregate->evaluated.begin(), aggregate->evaluated.end());
      if (aggregate->filter) exprs.push_back(aggregate->filter);
    }
    return reads_of(node.input, exprs);
  }
  /// A join's input is read by its keys, by the residual and by whoever reads the join's output.
  static Reads reads_of_side(const JoinNode& node, const Reads& outputs, bool is_right) {
    std::vector<ExprRef> exprs = is_right ? node.right_keys : node.left_keys;
    if (node.is_asof()) exprs.push_back(is_right ? node.asof_right : node.asof_left);
    Reads read = reads_of(is_right ? node.right : node.left, exprs);
    const size_t begin = is_right ? node.left->schema.size() : 0;
    const size_t first = node.gives_left() ? begin : 0;  // of the side's columns that come out
    const bool comes_out = is_right ? node.gives_right() : node.gives_left();
    for (size_t i = 0; comes_out && i < read.size(); ++i) {
      if (outputs.empty() || outputs[first + i]) read[i] = true;
    }
    if (!node.residual) return read;
    for (uint32_t column : columns_of(node.residual)) {
      if (column >= begin && column - begin < read.size()) read[column - begin] = true;
    }
    return read;
  }

  JoinParts make_join(const JoinNode& node, const Reads& outputs, bool is_probed_again,
                      AsofParts& asof) {
    switch (method_of(node)) {
      case JoinMethod::kHash:
        return make_hash_join(node, context_of(node), *filters_, outputs, is_probed_again);
      case JoinMethod::kAsof:
        return std::move(asof.join);
      case JoinMethod::kRange:
      case JoinMethod::kNestedLoop:
        return make_nested_loop_join(node, context_of(node), outputs);
      case JoinMethod::kPositional:
        break;
    }
    UNREACHABLE();
  }
  /// Right rows as the build takes them, which are sorted first for an ASOF join.
  Open open_right(const JoinNode& node, const Reads& outputs,
                  const std::shared_ptr<AsofParts>& asof) {
    const Reads right = reads_of_side(node, outputs, true);
    if (method_of(node) != JoinMethod::kAsof) return open(node.right, right);
    return keep(
        node.right, node,
        [=, this, &node] {
          *asof = make_asof_join(node, context_of(node), outputs);
          return std::move(asof->sort);
        },
        "Join sort", right);
  }

  Open join(const JoinNode& node, const Reads& outputs) {
    if (node.kind == JoinKind::kPositional) return positional(node);
    // The probe side first: its scans subscribe to the filters that the join then publishes.
    const size_t first = graph_.pipelines.size();
    Open probe = open(node.left, reads_of_side(node, outputs, false));
    const size_t behind = graph_.pipelines.size();
    auto asof = std::make_shared<AsofParts>();  // of the sort's pipeline and the build's
    const size_t level = level_of(node.right);
    // Which build rows were matched is another matter in each round.
    const bool keeps_table = method_of(node) == JoinMethod::kHash && !node.gives_rest();
    if (level_ > 0 && (level == level_ || !keeps_table))
      return renewed_join(node, outputs, std::move(probe), asof);

    const bool is_probed_again = level < level_;
    JoinParts parts;
    size_t built = 0;
    at_level(level, [&] {
      Open right = open_right(node, outputs, asof);
      parts = make_join(node, outputs, is_probed_again, *asof);
      built = close(std::move(right), parts.build, &node, "Join build");
    });
    if (is_probed_again) steps_[level].before.push_back(built);
    // Scans whose rows are kept on their way to the join begin once its filters are there. None of
    // them is below what the build side may share with the probe side.
    for (size_t i = first; level_ == 0 && i < behind; ++i) {
      if (wants_filters(graph_.pipelines[i], node)) graph_.pipelines[i].after.push_back(built);
    }
    return probed(node, std::move(probe), built, parts.make_probe, parts.make_rest,
                  parts.begin_round);
  }

  /// What comes of the probe side and, where there is one, of the rest.
  Open probed(const JoinNode& node, Open probe, size_t built,
              const std::function<std::unique_ptr<Operator>()>& make_probe,
              std::function<std::unique_ptr<Source>()> make_rest,
              std::function<void()> begin_round) {
    for (Pipeline& branch : probe.branches) {
      branch.after.push_back(built);
      branch.operators.push_back(make_probe());
      belongs_to(node, branch.operators.back()->metrics);
      branch.operators.back()->metrics.name = "Join probe";
    }
    if (!make_rest) return probe;
    Open rest = from(node, "Join rest");
    rest.branches[0].after.push_back(built);
    rest.branches[0].make_source = std::move(make_rest);
    rest.branches[0].renew = std::move(begin_round);
    probe.branches.push_back(std::move(rest.branches[0]));
    return probe;
  }

  /// A join whose build side is another in each round.
  Open renewed_join(const JoinNode& node, const Reads& outputs, Open probe,
                    const std::shared_ptr<AsofParts>& asof) {
    auto sink = std::make_shared<RenewedSink>();
    auto parts = std::make_shared<JoinParts>();  // shared by the pipelines before and behind
    auto probes = std::make_shared<std::vector<RenewedOperator*>>();
    Open right = open_right(node, outputs, asof);
    const size_t built = close(std::move(right), sink, &node, "Join build", [=, this, &node] {
      *parts = make_join(node, outputs, false, *asof);
      sink->renew(parts->build);
      for (RenewedOperator* op : *probes) op->renew(parts->make_probe());
    });
    const auto make_probe = [&] {
      auto op = std::make_unique<RenewedOperator>();
      probes->push_back(op.get());
      return op;
    };
    return probed(node, std::move(probe), built, make_probe, [parts] { return parts->make_rest(); },
                  {});
  }

  Open positional(const JoinNode& node) {
    Kept left{};
    Kept right{};
    keep_in(left, open(node.left), node, node.left->schema, "Join left");
    keep_in(right, open(node.right), node, node.right->schema, "Join right");
    Open rows = from(node, "Join");
    rows.branches[0].after = {left.index, right.index};
    rows.branches[0].make_source = [left = left.sink, right = right.sink,
                                    &context = context_of(node)] {
      return make_positional_join((*left)->take_store(), (*right)->take_store(), context);
    };
    return rows;
  }

  Open limit(const LimitNode& node) {
    Open input = open(node.input);
    const bool bounded = node.take >= 0 && node.percent < 0;
    const uint64_t skip = static_cast<uint64_t>(std::max<int64_t>(0, node.skip));
    const uint64_t most = bounded ? skip + static_cast<uint64_t>(node.take) : ~uint64_t{0};
    if (bounded) input = through(std::move(input), node, [&] { return make_morsel_limit(most); });
    const double percent = node.percent;
    return keep_opened(
        std::move(input), node,
        [this, &node, skip, most, percent] {
          auto sink = std::make_shared<KeepSink>(node.schema, context_of(node), most);
          return KeptRows{sink, [sink, skip, most, percent] {
                            uint64_t take = most - std::min(most, skip);
                            if (percent >= 0) {
                              take = static_cast<uint64_t>(
                                  static_cast<double>(sink->store()->row_count()) * percent / 100);
                            }
                            return make_store_source(sink->store(), skip, take);
                          }};
        },
        "Limit");
  }

  Open single_row(const SingleRowNode& node) {
    return keep(
        node.input, node,
        [this, &node] {
          auto sink = std::make_shared<KeepSink>(node.schema, context_of(node), 2);
          return KeptRows{sink, [sink, span = node.span] { return only_row(sink->store(), span); }};
        },
        "Single row");
  }

  Open shared(const SharedInputNode& node) {
    auto known = kept_.find(&node);
    if (known == kept_.end()) {
      Open input = open(node.input);
      known = kept_.emplace(&node, Kept{0, nullptr, loop()}).first;
      keep_in(known->second, std::move(input), node, node.schema, "Shared");
    }
    return kept_rows(known->second, node, "Shared");
  }

  /// Rows that several pipelines read, or that one reads in each round of a step.
  struct Kept {
    size_t index;                                     // of the pipeline that brings them
    std::shared_ptr<std::shared_ptr<KeepSink>> sink;  // another in each round that brings them anew
    size_t loop;                                      // in which they are brought
  };
  void keep_in(Kept& kept, Open input, const PlanNode& node, const Schema& schema,
               const char* name) {
    auto keep = std::make_shared<std::shared_ptr<KeepSink>>();
    kept.sink = keep;
    const auto make = [this, &node, &schema, keep] {  // of the plan, which outlives its pipelines
      return *keep = std::make_shared<KeepSink>(schema, context_of(node));
    };
    if (level_ == 0) {
      kept.index = close(std::move(input), make(), &node, name);
    } else {
      auto sink = std::make_shared<RenewedSink>();
      kept.index = close(std::move(input), sink, &node, name, [=] { sink->renew(make()); });
    }
  }
  Open kept_rows(const Kept& kept, const PlanNode& node, const char* name) {
    Open rows = from(node, name);
    rows.branches[0].after.push_back(kept.index);
    rows.branches[0].make_source = [sink = kept.sink] {
      return make_store_source((*sink)->store());
    };
    return rows;
  }

  // --- recursion

  size_t level_of(const PlanRef& plan) {
    if (steps_.empty()) return 0;
    size_t level = 0;
    for (const int64_t id : working_.read_by(plan)) {
      for (size_t i = steps_.size(); i > level; --i) {
        if (steps_[i - 1].id == id) level = i;
      }
    }
    return level;
  }
  /// Lowers what is in no step beyond that level.
  template <class Body>
  void at_level(size_t level, Body&& body) {
    const auto begin = steps_.begin() + static_cast<ptrdiff_t>(level);
    std::vector<StepOf> deeper(std::make_move_iterator(begin),
                               std::make_move_iterator(steps_.end()));
    steps_.erase(begin, steps_.end());
    const size_t outer = std::exchange(level_, level);
    body();
    level_ = outer;
    for (StepOf& step : deeper) steps_.push_back(std::move(step));
  }
  size_t loop() const { return level_ == 0 ? Pipeline::kNoLoop : steps_[level_ - 1].loop; }

  /// Rows that are the same in every round of the step at hand.
  Open kept_outside(const PlanRef& plan, size_t level) {
    auto known = kept_.find(plan.get());
    if (known == kept_.end()) {
      const auto* shared = dynamic_cast<const SharedInputNode*>(plan.get());
      at_level(level, [&] {
        Open input = open(shared ? shared->input : plan);
        known = kept_.emplace(plan.get(), Kept{0, nullptr, loop()}).first;
        keep_in(known->second, std::move(input), *plan, plan->schema, "Kept");
      });
    }
    steps_[level].before.push_back(known->second.index);
    return kept_rows(known->second, *plan, "Kept");
  }

  Open recursive(const RecursiveNode& node) {
    auto recursion = std::make_shared<Recursion>(node, context_of(node));
    const size_t first = close(open(node.base), recursion, &node, "Recursive",
                               [recursion] { recursion->restart(); });
    const size_t own = graph_.loops.size();
    graph_.loops.emplace_back();
    steps_.push_back({node.id, own, recursion, {}});
    at_level(steps_.size(), [&] { close(open(node.step), recursion, &node, "Recursive"); });
    Open rows = from(node, "Recursive");
    rows.branches[0].after = std::move(steps_.back().before);
    rows.branches[0].after.push_back(first);
    steps_.pop_back();
    // Who reads the recursion another time brings its rows another time.
    std::erase_if(kept_, [&](const auto& entry) { return entry.second.loop == own; });
    rows.branches[0].make_source = [recursion] { return Recursion::output(recursion); };
    rows.branches[0].drives = own;
    return rows;
  }

  Open working_table(const WorkingTableNode& node) {
    const auto step = std::find_if(steps_.rbegin(), steps_.rend(),
                                   [&](const StepOf& at) { return at.id == node.id; });
    if (step == steps_.rend())
      throw Error(ErrorCode::kCorrupt, "plan bytes: a working table outside of its recursion");
    Open rows = from(node, "Last rows");
    rows.branches[0].make_source = [recursion = step->recursion, is_whole = node.is_whole] {
      return is_whole ? recursion->all_rows() : recursion->last_rows();
    };
    return rows;
  }

  std::unique_ptr<Writer> writer(const WriteNode& node) {
    QueryContext& context = context_of(node);
    if (!node.table)
      return open_writer(node.format, node.path, node.input->schema, node.options, context);
    if (node.action == WriteAction::kInsert) return node.table->insert(context);
    return node.table->change({node.action == WriteAction::kDelete, node.columns}, context);
  }

  Open write(const WriteNode& node) {
    QueryContext& context = context_of(node);
    std::shared_ptr<ChunkStore> returned;
    if (node.returned > 0) returned = std::make_shared<ChunkStore>(node.schema, context);
    auto sink =
        std::make_shared<WriteSink>(writer(node), context, node.written_columns(), returned);
    const size_t index = close(open(node.input), sink, &node, "Write");
    Open rows = from(node, "Write");
    rows.branches[0].after.push_back(index);
    if (returned) {
      rows.branches[0].make_source = [returned] { return make_store_source(returned); };
      return rows;
    }
    rows.branches[0].make_source = [sink] { return one_number(sink->row_count()); };
    return rows;
  }

  QueryContext& context_;
  PipelineGraph& graph_;
  const std::shared_ptr<RuntimeFilters> filters_;  // with the graph
  std::unordered_map<const PlanNode*, NodeAccount*> accounts_;
  std::unordered_map<const PlanNode*, Kept> kept_;
  struct StepOf {
    int64_t id;
    size_t loop;
    std::shared_ptr<Recursion> recursion;  // shared with the pipelines
    std::vector<size_t> before;            // what is kept outside for it
  };
  std::vector<StepOf> steps_;  // around what is being lowered, the outermost first
  size_t level_ = 0;
  WorkingTables working_;
};

}  // namespace

PipelineGraph lower(const PlanRef& plan, QueryContext& context,
                    std::shared_ptr<ResultSink> result) {
  PipelineGraph graph;
  graph.plan = plan;
  auto lowering = std::make_shared<Lowering>(context, graph);
  lowering->close(lowering->open(plan), result, nullptr, "Result");
  if (!graph.loops.empty()) graph.renewed_by = std::move(lowering);
  return graph;
}

}  // namespace doline
