#include "exec/lower.h"

#include <unordered_map>

#include "column/column_builder.h"
#include "exec/aggregate/aggregation.h"
#include "exec/join/join.h"
#include "exec/row_operators.h"
#include "exec/sort/sort.h"
#include "exec/window/first_rows.h"
#include "exec/window/windowing.h"
#include "plan/join_method.h"

namespace doline {

namespace {

/// Gives chunks that are there already, one a morsel.
class ChunkSource final : public Source {
 public:
  explicit ChunkSource(std::vector<Chunk> chunks) : chunks_(std::move(chunks)) {}
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (next_ == chunks_.size()) return Poll::kDone;
    out.number = out.begin = next_++;
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel& morsel) override {
    class Once final : public Reader {
     public:
      explicit Once(Chunk chunk) : chunk_(std::move(chunk)) {}
      Poll read(Chunk& out, const Waker&) override {
        if (!chunk_) return Poll::kDone;
        out = std::move(*chunk_);
        chunk_.reset();
        return Poll::kReady;
      }

     private:
      std::optional<Chunk> chunk_;
    };
    return std::make_unique<Once>(chunks_[morsel.begin]);
  }
  uint32_t parallelism() const override { return chunks_.size() < 4 ? 1 : ~uint32_t{0}; }

 private:
  const std::vector<Chunk> chunks_;
  std::atomic<size_t> next_{0};
};

std::vector<Chunk> chunks_of(const ValuesNode& node, uint32_t chunk_rows) {
  std::vector<Chunk> chunks;
  const size_t width = node.schema.size();
  for (int64_t begin = 0; begin < node.row_count; begin += chunk_rows) {
    const auto rows = static_cast<uint32_t>(std::min<int64_t>(chunk_rows, node.row_count - begin));
    std::vector<Column> columns;
    for (size_t column = 0; column < width; ++column) {
      ColumnBuilder builder(node.schema[column].type, rows);
      for (uint32_t row = 0; row < rows; ++row) {
        builder.append_value(node.values[(static_cast<size_t>(begin) + row) * width + column]);
      }
      columns.push_back(builder.seal());
    }
    chunks.emplace_back(std::move(columns), rows);
  }
  return chunks;
}

/// Pipelines under construction: one, or the branches of a union, which run one after another.
struct Open {
  std::vector<Pipeline> branches;
};

class Lowering {
 public:
  Lowering(QueryContext& context, PipelineGraph& graph) : context_(context), graph_(graph) {}

  /// Which of a node's columns are read above it; empty: all of them.
  using Reads = std::vector<bool>;

  Open open(const PlanRef& plan, const Reads& reads = {}) {
    const PlanNode& node = *plan;
    switch (node.tag()) {
      case NodeTag::kScan:
        return scan(static_cast<const ScanNode&>(node));
      case NodeTag::kFilter: {
        const auto& filter = static_cast<const FilterNode&>(node);
        return through(open(filter.input), node,
                       [&] { return make_filter(filter.predicate, context_); });
      }
      case NodeTag::kProject: {
        const auto& project = static_cast<const ProjectNode&>(node);
        return through(open(project.input, reads_of(project.input, project.exprs)), node,
                       [&] { return make_project(project.exprs, context_); });
      }
      case NodeTag::kUnnest: {
        const auto& unnest = static_cast<const UnnestNode&>(node);
        return through(open(unnest.input), node, [&] { return make_unnest(unnest, context_); });
      }
      case NodeTag::kAggregation: {
        const auto& aggregation = static_cast<const AggregationNode&>(node);
        return keep(aggregation.input, node, make_aggregation(aggregation, context_), "Aggregate",
                    reads_of(aggregation));
      }
      case NodeTag::kSort: {
        const auto& sort = static_cast<const SortNode&>(node);
        return keep(sort.input, node, make_sort(sort, context_), sort.take >= 0 ? "Top" : "Sort");
      }
      case NodeTag::kWindowing: {
        const auto& windowing = static_cast<const WindowingNode&>(node);
        Open input = open(windowing.input);
        if (windowing.most >= 0) {
          input =
              through(std::move(input), node, [&] { return make_first_rows(windowing, context_); });
        }
        return keep(std::move(input), node, make_windowing(windowing, context_), "Window");
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
        values.branches[0].own_source = std::make_unique<ChunkSource>(
            chunks_of(static_cast<const ValuesNode&>(node), context_.chunk_rows));
        return values;
      }
      case NodeTag::kSingleRow:
        return single_row(static_cast<const SingleRowNode&>(node));
      case NodeTag::kSharedInput:
        return shared(static_cast<const SharedInputNode&>(node));
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
        break;
    }
    UNREACHABLE();
  }

  /// Ends the branches in `sink`; returns the index of the pipeline that finishes it.
  size_t close(Open open, const std::shared_ptr<Sink>& sink, const PlanNode* node,
               const char* name) {
    if (node) sink->metrics.node = node;
    if (name) sink->metrics.name = name;
    size_t last = 0;
    for (size_t i = 0; i < open.branches.size(); ++i) {
      Pipeline& branch = open.branches[i];
      branch.sink = sink;
      branch.branch = static_cast<uint32_t>(i);
      branch.finishes_sink = i + 1 == open.branches.size();
      if (i > 0) branch.after.push_back(last);
      last = graph_.pipelines.size();
      graph_.pipelines.push_back(std::move(branch));
    }
    return last;
  }

 private:
  Open from(const PlanNode& node, const char* name) {
    Open open;
    Pipeline& pipeline = open.branches.emplace_back();
    pipeline.source_node = &node;
    pipeline.source_metrics->name = name;
    pipeline.source_metrics->node = &node;
    return open;
  }

  template <class Make>
  Open through(Open open, const PlanNode& node, Make&& make) {
    for (Pipeline& branch : open.branches) {
      branch.operators.push_back(make());
      branch.operators.back()->metrics.node = &node;
    }
    return open;
  }

  Open keep(const PlanRef& input, const PlanNode& node, KeptRows kept, const char* name,
            const Reads& reads = {}) {
    return keep(open(input, reads), node, std::move(kept), name);
  }
  Open keep(Open input, const PlanNode& node, KeptRows kept, const char* name) {
    const size_t index = close(std::move(input), kept.sink, &node, name);
    Open rows = from(node, name);
    rows.branches[0].after.push_back(index);
    rows.branches[0].make_source = std::move(kept.make_source);
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
          filters_.subscribe(node.runtime_filters[i], node.runtime_columns[i]));
    }
    Open open = from(node, "Scan");
    std::unique_ptr<Scan> made = node.table->scan(std::move(request), context_);
    const std::vector<Pushed> pushed = made->pushed();
    open.branches[0].own_source = std::move(made);
    std::vector<ExprRef> rest;
    for (size_t i = 0; i < node.filters.size(); ++i) {
      if (i >= pushed.size() || pushed[i] != Pushed::kExact) rest.push_back(node.filters[i]);
    }
    if (rest.empty()) return open;
    const ExprRef predicate = ConjunctionExpr::create(true, rest);
    return through(std::move(open), node, [&] { return make_filter(predicate, context_); });
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
    const bool comes_out = !is_right || node.gives_right();
    for (size_t i = 0; comes_out && i < read.size(); ++i) {
      if (outputs.empty() || outputs[begin + i]) read[i] = true;
    }
    if (!node.residual) return read;
    for (uint32_t column : columns_of(node.residual)) {
      if (column >= begin && column - begin < read.size()) read[column - begin] = true;
    }
    return read;
  }

  Open join(const JoinNode& node, const Reads& outputs) {
    if (node.kind == JoinKind::kPositional) return positional(node);
    // The probe side first: its scans subscribe to the filters that the join then publishes.
    Open probe = open(node.left, reads_of_side(node, outputs, false));
    const Reads right_reads = reads_of_side(node, outputs, true);
    JoinParts parts;
    Open right;
    switch (method_of(node)) {
      case JoinMethod::kHash:
        parts = make_hash_join(node, context_, filters_, outputs);
        right = open(node.right, right_reads);
        break;
      case JoinMethod::kAsof: {
        AsofParts asof = make_asof_join(node, context_, outputs);
        parts = std::move(asof.join);
        right = keep(node.right, node, std::move(asof.sort), "Join sort", right_reads);
        break;
      }
      case JoinMethod::kRange:
      case JoinMethod::kNestedLoop:
        parts = make_nested_loop_join(node, context_, outputs);
        right = open(node.right, right_reads);
        break;
      case JoinMethod::kPositional:
        UNREACHABLE();
    }
    const size_t built = close(std::move(right), parts.build, &node, "Join build");
    for (Pipeline& branch : probe.branches) {
      branch.after.push_back(built);
      branch.operators.push_back(parts.make_probe());
      branch.operators.back()->metrics.node = &node;
      branch.operators.back()->metrics.name = "Join probe";
    }
    if (parts.make_rest) {
      Open rest = from(node, "Join rest");
      rest.branches[0].after.push_back(built);
      rest.branches[0].make_source = std::move(parts.make_rest);
      probe.branches.push_back(std::move(rest.branches[0]));
    }
    return probe;
  }

  Open positional(const JoinNode& node) {
    auto left = std::make_shared<KeepSink>(node.left->schema, context_);
    auto right = std::make_shared<KeepSink>(node.right->schema, context_);
    const size_t left_kept = close(open(node.left), left, &node, "Join left");
    const size_t right_kept = close(open(node.right), right, &node, "Join right");
    Open rows = from(node, "Join");
    rows.branches[0].after = {left_kept, right_kept};
    rows.branches[0].make_source = [left, right, &context = context_] {
      return make_positional_join(left->take_store(), right->take_store(), context);
    };
    return rows;
  }

  Open limit(const LimitNode& node) {
    Open input = open(node.input);
    const bool bounded = node.take >= 0 && node.percent < 0;
    const uint64_t skip = static_cast<uint64_t>(std::max<int64_t>(0, node.skip));
    const uint64_t most = bounded ? skip + static_cast<uint64_t>(node.take) : ~uint64_t{0};
    if (bounded) input = through(std::move(input), node, [&] { return make_morsel_limit(most); });
    auto sink = std::make_shared<KeepSink>(node.schema, context_, most);
    const size_t index = close(std::move(input), sink, &node, "Limit");
    Open rows = from(node, "Limit");
    rows.branches[0].after.push_back(index);
    const double percent = node.percent;
    rows.branches[0].make_source = [sink, skip, most, percent] {
      uint64_t take = most - std::min(most, skip);
      if (percent >= 0)
        take =
            static_cast<uint64_t>(static_cast<double>(sink->store()->row_count()) * percent / 100);
      return make_store_source(sink->store(), skip, take);
    };
    return rows;
  }

  Open single_row(const SingleRowNode& node) {
    auto sink = std::make_shared<KeepSink>(node.schema, context_, 2);
    const size_t index = close(open(node.input), sink, &node, "Single row");
    Open rows = from(node, "Single row");
    rows.branches[0].after.push_back(index);
    const SourceSpan span = node.span;
    rows.branches[0].make_source = [sink, span]() -> std::unique_ptr<Source> {
      const auto store = sink->store();
      if (store->row_count() > 1) {
        throw Error(ErrorCode::kConstraint, span,
                    "a subquery that stands for one value gave several rows")
            .hint("add LIMIT 1, or aggregate: max(…), any_value(…)");
      }
      if (store->row_count() == 1) return make_store_source(store);
      std::vector<Column> nulls;
      for (const Field& field : store->schema()) nulls.push_back(Column::null(field.type, 1));
      std::vector<Chunk> chunks;
      chunks.emplace_back(std::move(nulls), 1);
      return std::make_unique<ChunkSource>(std::move(chunks));
    };
    return rows;
  }

  Open shared(const SharedInputNode& node) {
    auto known = shared_.find(&node);
    if (known == shared_.end()) {
      auto sink = std::make_shared<KeepSink>(node.schema, context_);
      const size_t index = close(open(node.input), sink, &node, "Shared");
      known = shared_.emplace(&node, std::pair(index, sink)).first;
    }
    const auto [index, sink] = known->second;
    Open rows = from(node, "Shared");
    rows.branches[0].after.push_back(index);
    rows.branches[0].make_source = [kept = sink] { return make_store_source(kept->store()); };
    return rows;
  }

  Open write(const WriteNode& node) {
    auto writer = node.table ? node.table->insert(context_)
                             : open_writer(node.format, node.path, node.input->schema, node.options,
                                           context_);
    auto sink = std::make_shared<WriteSink>(std::move(writer), context_);
    const size_t index = close(open(node.input), sink, &node, "Write");
    Open rows = from(node, "Write");
    rows.branches[0].after.push_back(index);
    rows.branches[0].make_source = [sink]() -> std::unique_ptr<Source> {
      std::vector<Chunk> chunks;
      chunks.emplace_back(
          std::vector<Column>{Value::integer(static_cast<int64_t>(sink->row_count())).to_column(1)},
          1);
      return std::make_unique<ChunkSource>(std::move(chunks));
    };
    return rows;
  }

  QueryContext& context_;
  PipelineGraph& graph_;
  RuntimeFilters filters_;
  std::unordered_map<const PlanNode*, std::pair<size_t, std::shared_ptr<KeepSink>>> shared_;
};

}  // namespace

PipelineGraph lower(const PlanRef& plan, QueryContext& context,
                    std::shared_ptr<ResultSink> result) {
  PipelineGraph graph;
  graph.plan = plan;
  Lowering lowering(context, graph);
  lowering.close(lowering.open(plan), result, nullptr, "Result");
  return graph;
}

}  // namespace doline
