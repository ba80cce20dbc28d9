#include <algorithm>
#include <functional>
#include <unordered_map>

#include "optimizer/passes.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// What a value may turn out to be, as a set.
using Outcomes = uint32_t;
constexpr Outcomes kNull = 1;
constexpr Outcomes kFalse = 2;
constexpr Outcomes kTrue = 4;
constexpr Outcomes kValue = kFalse | kTrue;  // of what is no boolean, both together
constexpr Outcomes kAny = kNull | kValue;

/// What `expr` may be over rows in which the columns that `is_null` tells are NULL.
class OutcomesOver {
 public:
  explicit OutcomesOver(std::function<bool(uint32_t)> is_null) : is_null_(std::move(is_null)) {}

  Outcomes of(const ExprRef& expr) const {
    switch (expr->tag()) {
      case NodeTag::kColumn:
        return is_null_(static_cast<const ColumnExpr&>(*expr).index) ? kNull : kAny;
      case NodeTag::kConstant: {
        const Value& value = static_cast<const ConstantExpr&>(*expr).value;
        if (value.is_null()) return kNull;
        if (!value.type()->is(TypeKind::kBool)) return kValue;
        return value.as_bool() ? kTrue : kFalse;
      }
      case NodeTag::kCall:
        return call(static_cast<const CallExpr&>(*expr));
      case NodeTag::kCast:
        return of(static_cast<const CastExpr&>(*expr).input) == kNull ? kNull : kAny;
      case NodeTag::kInList:
        return of(static_cast<const InListExpr&>(*expr).input) == kNull ? kNull : kAny;
      case NodeTag::kTry:
        return of(static_cast<const TryExpr&>(*expr).input) | kNull;
      case NodeTag::kCase:
        return choice(static_cast<const CaseExpr&>(*expr));
      case NodeTag::kConjunction:
        return conjunction(static_cast<const ConjunctionExpr&>(*expr));
      case NodeTag::kIsNull: {
        const auto& test = static_cast<const IsNullExpr&>(*expr);
        const Outcomes input = of(test.input);
        const bool may_hold = (input & (test.negated ? kValue : kNull)) != 0;
        const bool may_fail = (input & (test.negated ? kNull : kValue)) != 0;
        return (may_hold ? kTrue : 0) | (may_fail ? kFalse : 0);
      }
      case NodeTag::kCoalesce: {
        Outcomes found = 0;
        for (const ExprRef& one : static_cast<const CoalesceExpr&>(*expr).choices) {
          const Outcomes outcomes = of(one);
          found |= outcomes & kValue;
          if (!(outcomes & kNull)) return found;
        }
        return found | kNull;
      }
      case NodeTag::kLambda:
      case NodeTag::kAggregate:
      case NodeTag::kWindow:
      case NodeTag::kSortKey:
      case NodeTag::kLet:
      case NodeTag::kLetValue:
      case NodeTag::kScan:
      case NodeTag::kFilter:
      case NodeTag::kProject:
      case NodeTag::kAggregation:
      case NodeTag::kJoin:
      case NodeTag::kSort:
      case NodeTag::kLimit:
      case NodeTag::kUnion:
      case NodeTag::kValues:
      case NodeTag::kUnnest:
      case NodeTag::kWindowing:
      case NodeTag::kWrite:
      case NodeTag::kSingleRow:
      case NodeTag::kSharedInput:
      case NodeTag::kRecursive:
      case NodeTag::kWorkingTable:
      case NodeTag::kSample:
        break;
    }
    return kAny;
  }

 private:
  Outcomes call(const CallExpr& call) const {
    if (call.name == "not" && call.arguments.size() == 1) {
      const Outcomes input = of(call.arguments[0]);
      return (input & kNull) | (input & kFalse ? kTrue : 0) | (input & kTrue ? kFalse : 0);
    }
    if (!call.overload || call.overload->nulls != Nulls::kPropagate) return kAny;
    const bool gives_null =
        std::any_of(call.arguments.begin(), call.arguments.end(), [&](const ExprRef& argument) {
          return argument->tag() != NodeTag::kLambda && of(argument) == kNull;
        });
    return gives_null ? kNull : kAny;
  }

  Outcomes choice(const CaseExpr& expr) const {
    Outcomes found = 0;
    for (size_t i = 0; i < expr.conditions.size(); ++i) {
      const Outcomes condition = of(expr.conditions[i]);
      if (condition & kTrue) found |= of(expr.results[i]);
      if (condition == kTrue) return found;
    }
    return found | (expr.otherwise ? of(expr.otherwise) : kNull);
  }

  Outcomes conjunction(const ConjunctionExpr& expr) const {
    // Of OR, true decides; of AND, false does.
    const Outcomes decides = expr.is_and ? kFalse : kTrue;
    const Outcomes other = expr.is_and ? kTrue : kFalse;
    bool may_be_decided = false, must_be_decided = false, may_be_null = false, may_be_other = true;
    for (const ExprRef& term : expr.terms) {
      const Outcomes outcomes = of(term);
      may_be_decided |= (outcomes & decides) != 0;
      must_be_decided |= outcomes == decides;
      may_be_null |= (outcomes & kNull) != 0;
      may_be_other &= (outcomes & other) != 0;
    }
    if (must_be_decided) return decides;
    return (may_be_decided ? decides : 0) | (may_be_null ? kNull : 0) | (may_be_other ? other : 0);
  }

  const std::function<bool(uint32_t)> is_null_;
};

/// No row in which these columns are NULL fulfils all terms.
bool rejects_nulls(const std::vector<ExprRef>& terms, uint32_t begin, uint32_t end) {
  const OutcomesOver padded([=](uint32_t column) { return column >= begin && column < end; });
  return std::any_of(terms.begin(), terms.end(),
                     [&](const ExprRef& term) { return !(padded.of(term) & kTrue); });
}

/// Walks down with terms that hold of every output row which anybody will miss.
class OuterJoins {
 public:
  PlanRef simplify(const PlanRef& plan, std::vector<ExprRef> terms) {
    std::erase_if(terms, [](const ExprRef& term) { return is_volatile(term); });
    const std::vector<PlanRef> children = plan->children();
    switch (plan->tag()) {
      case NodeTag::kFilter: {
        for (const ExprRef& term : conjuncts_of(static_cast<const FilterNode&>(*plan).predicate))
          terms.push_back(term);
        return with(plan, {simplify(children[0], std::move(terms))});
      }
      case NodeTag::kProject: {
        const auto& exprs = static_cast<const ProjectNode&>(*plan).exprs;
        for (ExprRef& term : terms) term = through_projection(term, exprs);
        return with(plan, {simplify(children[0], std::move(terms))});
      }
      case NodeTag::kAggregation: {
        const auto& keys = static_cast<const AggregationNode&>(*plan).keys;
        terms = of_columns(std::move(terms), 0, static_cast<uint32_t>(keys.size()));
        for (ExprRef& term : terms) term = through_projection(term, keys);
        return with(plan, {simplify(children[0], std::move(terms))});
      }
      case NodeTag::kSort:
        if (static_cast<const SortNode&>(*plan).take >= 0) return apart(plan);
        return with(plan, {simplify(children[0], std::move(terms))});
      case NodeTag::kUnnest: {
        const auto width = static_cast<uint32_t>(children[0]->schema.size());
        return with(plan, {simplify(children[0], of_columns(std::move(terms), 0, width))});
      }
      case NodeTag::kUnion: {
        std::vector<PlanRef> inputs;
        for (const PlanRef& child : children) inputs.push_back(simplify(child, terms));
        return with(plan, std::move(inputs));
      }
      case NodeTag::kJoin:
        return join(static_cast<const JoinNode&>(*plan), std::move(terms));
      case NodeTag::kScan:
      case NodeTag::kLimit:
      case NodeTag::kValues:
      case NodeTag::kWindowing:
      case NodeTag::kWrite:
      case NodeTag::kSingleRow:
      case NodeTag::kSharedInput:
      case NodeTag::kRecursive:
      case NodeTag::kWorkingTable:
      case NodeTag::kSample:
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
    return apart(plan);
  }

 private:
  /// The terms that read columns of [begin, end) alone.
  static std::vector<ExprRef> of_columns(std::vector<ExprRef> terms, uint32_t begin, uint32_t end) {
    std::erase_if(terms, [&](const ExprRef& term) {
      const std::vector<uint32_t> columns = columns_of(term);
      return columns.empty() || columns.front() < begin || columns.back() >= end;
    });
    return terms;
  }

  /// Those, and what terms over other columns as well say of these: a comparison is NULL where
  /// either side is.
  static std::vector<ExprRef> parts_of_columns(const std::vector<ExprRef>& terms, uint32_t begin,
                                               uint32_t end) {
    std::vector<ExprRef> parts = of_columns(terms, begin, end);
    for (const ExprRef& term : terms) {
      const auto* call = dynamic_cast<const CallExpr*>(term.get());
      if (!call || !call->overload || call->overload->nulls != Nulls::kPropagate) continue;
      std::vector<ExprRef> arguments = call->arguments;
      std::erase_if(arguments, [](const ExprRef& one) { return one->tag() == NodeTag::kLambda; });
      for (ExprRef& own : of_columns(std::move(arguments), begin, end))
        parts.push_back(IsNullExpr::create(std::move(own), true));
    }
    return parts;
  }

  static PlanRef with(const PlanRef& plan, std::vector<PlanRef> children) {
    const std::vector<PlanRef> before = plan->children();
    for (size_t i = 0; i < children.size(); ++i) {
      if (children[i].get() != before[i].get()) return plan->with_children(std::move(children));
    }
    return plan;
  }

  /// Children of which nothing is known; once where the node is shared.
  PlanRef apart(const PlanRef& plan) {
    if (const auto known = done_.find(plan.get()); known != done_.end()) return known->second;
    std::vector<PlanRef> children = plan->children();
    for (PlanRef& child : children) child = simplify(child, {});
    PlanRef made = with(plan, std::move(children));
    done_.emplace(plan.get(), made);
    kept_.push_back(plan);
    return made;
  }

  static JoinKind without_padding(JoinKind kind, bool no_null_left, bool no_null_right) {
    const bool keeps_all_left = kind == JoinKind::kLeft || kind == JoinKind::kFull;
    const bool keeps_all_right = kind == JoinKind::kRight || kind == JoinKind::kFull;
    if (!keeps_all_left && !keeps_all_right) return kind;
    const bool left = keeps_all_left && !no_null_right;
    const bool right = keeps_all_right && !no_null_left;
    return left && right ? JoinKind::kFull
           : left        ? JoinKind::kLeft
           : right       ? JoinKind::kRight
                         : JoinKind::kInner;
  }

  /// What holds of one side's rows that have a partner.
  static std::vector<ExprRef> asked_of(const JoinNode& node, bool is_right) {
    std::vector<ExprRef> terms;
    const auto left_width = static_cast<uint32_t>(node.left->schema.size());
    const auto not_null = [&](const ExprRef& expr) {
      terms.push_back(IsNullExpr::create(expr, true));
    };
    if (!node.nulls_equal) {
      for (const ExprRef& key : is_right ? node.right_keys : node.left_keys) not_null(key);
    }
    if (node.is_asof()) not_null(is_right ? node.asof_right : node.asof_left);
    if (!node.residual) return terms;
    const uint32_t begin = is_right ? left_width : 0;
    const uint32_t end =
        is_right ? left_width + static_cast<uint32_t>(node.right->schema.size()) : left_width;
    for (ExprRef& part : parts_of_columns(conjuncts_of(node.residual), begin, end))
      terms.push_back(shift_columns(part, -static_cast<int64_t>(begin)));
    return terms;
  }

  /// Whether rows with a partner are missed by nobody: a key of theirs is to be NULL.
  static bool wants_padding_alone(const JoinNode& node, const std::vector<ExprRef>& terms) {
    if (node.nulls_equal || node.is_asof()) return false;
    const auto left_width = static_cast<uint32_t>(node.left->schema.size());
    return std::any_of(terms.begin(), terms.end(), [&](const ExprRef& term) {
      const auto* test = dynamic_cast<const IsNullExpr*>(term.get());
      const auto* column =
          test && !test->negated ? dynamic_cast<const ColumnExpr*>(test->input.get()) : nullptr;
      return column && column->index >= left_width &&
             std::any_of(node.right_keys.begin(), node.right_keys.end(), [&](const ExprRef& key) {
               const auto* own = dynamic_cast<const ColumnExpr*>(key.get());
               return own && own->index == column->index - left_width;
             });
    });
  }
  /// A left join's rows that are padded: an anti join, and NULLs.
  static PlanRef rows_without_partner(const JoinNode& node) {
    const PlanRef anti = JoinNode::create(node.left, node.right, JoinKind::kAnti, node.left_keys,
                                          node.right_keys, node.residual, false, node.nulls_equal);
    std::vector<ExprRef> exprs = output_columns(anti);
    for (const Field& field : node.right->schema)
      exprs.push_back(ConstantExpr::create(Value::null(field.type)));
    return ProjectNode::create(anti, std::move(exprs), names_of(node.schema));
  }

  PlanRef join(const JoinNode& node, std::vector<ExprRef> terms) {
    const auto left_width = static_cast<uint32_t>(node.left->schema.size());
    const auto width = static_cast<uint32_t>(node.schema.size());
    const JoinKind kind = without_padding(node.kind, rejects_nulls(terms, 0, left_width),
                                          rejects_nulls(terms, left_width, width));
    Ref<JoinNode> made = node.copy();
    made->kind = kind;
    std::vector<ExprRef> left, right;
    if (made->keeps_left()) left = parts_of_columns(terms, 0, left_width);
    if (made->is_inner() || (kind == JoinKind::kRight && !node.is_asof())) {
      right = parts_of_columns(terms, left_width, width);
      for (ExprRef& term : right) term = shift_columns(term, -static_cast<int64_t>(left_width));
    }
    const auto ask = [&](std::vector<ExprRef>& side, bool is_right) {
      for (ExprRef& term : asked_of(node, is_right)) side.push_back(std::move(term));
    };
    // Of a side whose rows come out only where they have a partner.
    switch (kind) {
      case JoinKind::kInner:
      case JoinKind::kSemi:
      case JoinKind::kRightSemi:
        ask(left, false);
        ask(right, true);
        break;
      case JoinKind::kLeft:
      case JoinKind::kAnti:
        ask(right, true);
        break;
      case JoinKind::kMark:
        if (!node.null_aware) ask(right, true);
        break;
      case JoinKind::kRight:
      case JoinKind::kRightAnti:
        ask(left, false);
        break;
      case JoinKind::kFull:
      case JoinKind::kCross:
      case JoinKind::kPositional:
        break;
    }
    const bool is_anti = kind == JoinKind::kLeft && wants_padding_alone(node, terms);
    made->left = simplify(node.left, std::move(left));
    made->right = simplify(node.right, std::move(right));
    if (!is_anti && kind == node.kind && made->left.get() == node.left.get() &&
        made->right.get() == node.right.get())
      return PlanRef(&node);
    made->complete();
    return is_anti ? rows_without_partner(*made) : PlanRef(made);
  }

  std::unordered_map<const PlanNode*, PlanRef> done_;
  std::vector<PlanRef> kept_;  // so that no address comes back as another node's
};

}  // namespace

PlanRef simplify_outer_joins(const PlanRef& plan) { return OuterJoins().simplify(plan, {}); }

}  // namespace doline
