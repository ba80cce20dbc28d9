#include <algorithm>
#include <climits>

#include "bind/query_binder.h"
#include "bind/select_binder.h"

namespace doline {

namespace {

bool is_list(TypeRef type) { return type->physical() == PhysicalType::kList; }

}  // namespace

int QueryBinder::unnest_levels(const std::vector<sql::Argument>& arguments, SourceSpan span) {
  int levels = 1;
  for (size_t i = 1; i < arguments.size(); ++i) {
    const sql::Argument& argument = arguments[i];
    const std::string name = folded(argument.name.text);
    const auto value = [&] { return bind_value(*argument.value, catalog_, parameters_); };
    if (name == "recursive") {
      const Value flag = value();
      if (flag.is_null() || !flag.type()->is(TypeKind::kBool)) {
        throw Error(ErrorCode::kTypeMismatch, argument.value->span, "recursive is true or false");
      }
      if (flag.as_bool()) levels = INT_MAX;
    } else if (name == "max_depth") {
      const Value depth = value();
      if (depth.is_null() || !depth.type()->is_integer() || depth.as_integer() < 1 ||
          depth.as_integer() > INT_MAX) {
        throw Error(ErrorCode::kTypeMismatch, argument.value->span,
                    "max_depth is a whole number from 1");
      }
      levels = static_cast<int>(depth.as_integer());
    } else {
      throw Error(ErrorCode::kTypeMismatch, span, "unnest takes one list")
          .hint("unnest(list, recursive := true) or unnest(list, max_depth := 2)");
    }
  }
  return levels;
}

ExprRef QueryBinder::flattened_list(ExprRef list, int& levels) {
  while (levels > 1 && is_list(list->type) && is_list(list->type->child())) {
    list = CallExpr::create("flatten", {std::move(list)});
    --levels;
  }
  return list;
}

ExprRef QueryBinder::unnest_call(const sql::FunctionCall& node, const ExprContext& context,
                                 int& levels) {
  if (!context.unnest) {
    throw Error(ErrorCode::kNotSupported, node.span, "unnest cannot stand in {}", context.clause)
        .hint("unnest in the SELECT list or in FROM of a subquery");
  }
  if (node.arguments.empty())
    throw Error(ErrorCode::kTypeMismatch, node.span, "unnest takes one list");
  levels = unnest_levels(node.arguments, node.span);
  ExprContext inner = context;
  inner.unnest = false;
  inner.clause = "unnest";
  ExprRef input = expression(*node.arguments[0].value, inner);
  if (input->type->is(TypeKind::kStruct)) return input;
  const TypeRef type = input->type;
  if (type->is(TypeKind::kNull)) input = CastExpr::create(input, Type::list(Type::int32()));
  if (!is_list(input->type) || type->is(TypeKind::kMap)) {
    throw Error(ErrorCode::kTypeMismatch, node.span, "unnest takes a list or a struct, not {}",
                type->name());
  }
  auto placeholder = make_ref<UnnestExpr>();
  placeholder->list = flattened_list(std::move(input), levels);
  placeholder->type = placeholder->list->type->child();
  placeholder->span = node.span;
  --levels;
  return placeholder;
}

void QueryBinder::struct_columns(const ExprRef& input, int levels,
                                 std::vector<std::pair<ExprRef, std::string>>& columns) {
  for (const Field& entry : input->type->fields()) {
    ExprRef value = field(input, entry.name, input->span);
    if (levels > 1 && entry.type->is(TypeKind::kStruct)) {
      struct_columns(value, levels - 1, columns);
    } else {
      columns.emplace_back(std::move(value), entry.name);
    }
  }
}

void SelectBinder::unnest() {
  attach_unnests([&](const std::function<void(ExprRef&)>& change) { for_each_pending(change); });
}

void SelectBinder::attach_unnests(
    const std::function<void(const std::function<void(ExprRef&)>&)>& for_each) {
  std::vector<ExprRef> lists;
  std::vector<std::string> names;
  for_each([&](ExprRef& expr) {
    visit(expr, [&](const Expr& at) {
      const auto* found = dynamic_cast<const UnnestExpr*>(&at);
      if (!found) return;
      if (std::none_of(lists.begin(), lists.end(),
                       [&](const auto& known) { return equal(*known, *found->list); })) {
        lists.push_back(found->list);
        names.push_back("unnest");
      }
    });
  });
  if (lists.empty()) return;
  std::vector<ExprRef> attached;
  for (const ExprRef& list : lists) attached.push_back(attach_subqueries(list, plan_));
  const auto width = static_cast<uint32_t>(plan_->schema.size());
  plan_ = UnnestNode::create(plan_, std::move(attached), std::move(names));
  for_each([&](ExprRef& expr) {
    expr = rewrite_top_down(expr, [&](const ExprRef& at) -> ExprRef {
      const auto* found = dynamic_cast<const UnnestExpr*>(at.get());
      if (!found) return nullptr;
      for (uint32_t i = 0; i < lists.size(); ++i) {
        if (equal(*lists[i], *found->list))
          return ColumnExpr::create(width + i, at->type, "unnest", at->span);
      }
      return nullptr;
    });
  });
}

}  // namespace doline
