#include <algorithm>

#include "bind/advice.h"
#include "bind/query_binder.h"
#include "function/registry.h"
#include "kernel/cast.h"
#include "sql/keywords.h"
#include "sql/print.h"

namespace doline {

namespace {

/// A text written in the query, which takes the other side's type; in a comparison also one that
/// came as a parameter's value.
bool is_soft_text(const ExprRef& expr, Meeting meeting) {
  const auto* constant = dynamic_cast<const ConstantExpr*>(expr.get());
  return constant && (constant->is_literal || meeting != Meeting::kMix) &&
         expr->type->is(TypeKind::kVarchar);
}

TypeRef type_for(Meeting meeting, TypeRef a, TypeRef b) {
  switch (meeting) {
    case Meeting::kMix:
      return common_type(a, b);
    case Meeting::kEqual:
      return comparison_type(a, b);
    case Meeting::kOrder:
      return ordering_type(a, b);
  }
  UNREACHABLE();
}

[[noreturn]] void cannot_meet(const ExprRef& left, const ExprRef& right, SourceSpan span,
                              const char* what) {
  Error error(ErrorCode::kTypeMismatch, span, "{} of {} and {}", what, left->type->name(),
              right->type->name());
  const auto is_moment = [](TypeRef t) { return t->is_temporal() && !t->is(TypeKind::kInterval); };
  if ((is_moment(left->type) && right->type->is_numeric()) ||
      (is_moment(right->type) && left->type->is_numeric())) {
    throw std::move(error).hint("dates and times stand in quotes: '2024-01-31'");
  }
  const auto is_text = [](TypeRef t) {
    return t->is(TypeKind::kVarchar) || t->is(TypeKind::kEnum);
  };
  if (is_text(left->type) != is_text(right->type)) {
    const ExprRef& text = is_text(left->type) ? left : right;
    const TypeRef other = (is_text(left->type) ? right : left)->type;
    const auto* column = dynamic_cast<const ColumnExpr*>(text.get());
    const std::string name =
        column && !column->name.empty() ? sql::quote_identifier(column->name) : "x";
    // A number may have a fraction, whatever it is compared with.
    const std::string type = other->is_numeric() ? "DOUBLE" : other->name();
    throw std::move(error).hint(
        fmt::format("cast the text: {}::{}, or TRY_CAST({} AS {}), which is NULL where it is none",
                    name, type, name, type));
  }
  throw std::move(error).hint("cast one side: x::TYPE");
}

/// A whole number written in the query: it takes the other side's integer type where it fits.
bool bends_to(const ExprRef& expr, TypeRef type) {
  const auto* constant = dynamic_cast<const ConstantExpr*>(expr.get());
  if (!constant || !constant->is_literal || constant->value.is_null() ||
      !expr->type->is_integer() || !type->is_integer())
    return false;
  const int128_t value = constant->value.as_integer();
  const auto bits = static_cast<int>(width_of(type->physical()) * 8);
  if (type->is_signed_integer()) {
    return bits == 128 ||
           (value >= -(int128_t{1} << (bits - 1)) && value < (int128_t{1} << (bits - 1)));
  }
  return value >= 0 && value < (int128_t{1} << bits);
}

}  // namespace

TypeRef unify(ExprRef& left, ExprRef& right, SourceSpan span, const char* what, Meeting meeting) {
  TypeRef type = left->type;
  if (left->type != right->type) {
    if (is_soft_text(left, meeting) && !right->type->is(TypeKind::kNull)) {
      type = right->type;
    } else if (is_soft_text(right, meeting) && !left->type->is(TypeKind::kNull)) {
      type = left->type;
    } else if (bends_to(left, right->type)) {
      type = right->type;
    } else if (bends_to(right, left->type)) {
      type = left->type;
    } else {
      type = type_for(meeting, left->type, right->type);
    }
    if (!type) cannot_meet(left, right, span, what);
  }
  left = CastExpr::create(left, type);
  right = CastExpr::create(right, type);
  return type;
}

TypeRef unify_all(std::vector<ExprRef>& exprs, SourceSpan span, const char* what, Meeting meeting) {
  // Literals bend, so what is no literal decides first.
  ExprRef decider;
  for (const ExprRef& expr : exprs) {
    const auto is_soft = [](const ExprRef& at) {
      const auto* constant = dynamic_cast<const ConstantExpr*>(at.get());
      return constant && (constant->is_literal || constant->value.is_null());
    };
    if (!decider || (is_soft(decider) && !is_soft(expr))) decider = expr;
  }
  if (!decider) return Type::null();
  for (ExprRef expr : exprs) unify(decider, expr, span, what, meeting);
  for (ExprRef& expr : exprs) expr = CastExpr::create(expr, decider->type);
  return decider->type;
}

ExprRef QueryBinder::condition(const sql::Expression& node, const ExprContext& context) {
  const ExprRef expr = expression(node, context);
  if (expr->type->is(TypeKind::kBool)) return expr;
  if (!can_cast(expr->type, Type::boolean()) || expr->type->is_nested()) {
    throw Error(ErrorCode::kTypeMismatch, node.span, "{} wants a condition, not {}", context.clause,
                expr->type->name());
  }
  return CastExpr::create(expr, Type::boolean());
}

ExprRef QueryBinder::expression(const sql::Expression& node, const ExprContext& context) {
  switch (node.kind) {
    case sql::ExpressionKind::kLiteral:
      return literal(node.as<sql::Literal>());
    case sql::ExpressionKind::kColumnReference:
      return column(node.as<sql::ColumnReference>(), context);
    case sql::ExpressionKind::kPositionalReference: {
      const uint32_t position = node.as<sql::PositionalReference>().position;
      if (!context.scope || position == 0 || position > context.scope->columns.size()) {
        throw Error(ErrorCode::kColumnNotFound, node.span, "there is no column #{}", position);
      }
      const ScopeColumn& found = context.scope->columns[position - 1];
      return ColumnExpr::create(found.index, found.type, found.name, node.span);
    }
    case sql::ExpressionKind::kParameter: {
      const std::string& name = node.as<sql::Parameter>().name;
      const auto found = parameters_.find(name);
      if (found == parameters_.end()) {
        throw Error(ErrorCode::kParameter, node.span, "no value was given for parameter ${}", name)
            .hint("pass it when the statement is run: EXECUTE name(value)");
      }
      return ConstantExpr::create(found->second, node.span);
    }
    case sql::ExpressionKind::kDefault:
      throw Error(ErrorCode::kBind, node.span, "DEFAULT stands only in INSERT … VALUES");
    case sql::ExpressionKind::kStar:
      if (context.star_value) {
        return ConstantExpr::create((*context.star_value)(node.as<sql::Star>(), node.span),
                                    node.span);
      }
      throw Error(ErrorCode::kBind, node.span, "* stands for columns, and {} wants a value",
                  context.clause)
          .hint("COLUMNS(*) applies an expression to every column");
    case sql::ExpressionKind::kColumns: {
      if (!context.columns_choice) {
        throw Error(ErrorCode::kBind, node.span, "COLUMNS(…) cannot stand in {}", context.clause);
      }
      ++columns_choices_read_;
      const ScopeColumn& chosen = *context.columns_choice;
      return ColumnExpr::create(chosen.index, chosen.type, chosen.name, node.span);
    }
    case sql::ExpressionKind::kFunctionCall:
      return call(node.as<sql::FunctionCall>(), context);
    case sql::ExpressionKind::kComparison:
      return comparison(node.as<sql::Comparison>(), context);
    case sql::ExpressionKind::kConjunction: {
      const auto& conjunction = node.as<sql::Conjunction>();
      const bool is_and = conjunction.op == sql::ConjunctionOperator::kAnd;
      ExprContext inner = context;
      inner.clause = is_and ? "AND" : "OR";
      std::vector<ExprRef> terms;
      for (const auto& term : conjunction.terms) terms.push_back(condition(*term, inner));
      return ConjunctionExpr::create(is_and, std::move(terms), node.span);
    }
    case sql::ExpressionKind::kNot: {
      ExprContext inner = context;
      inner.clause = "NOT";
      return CallExpr::create("not", {condition(*node.as<sql::Not>().input, inner)}, node.span);
    }
    case sql::ExpressionKind::kIsNull: {
      const auto& is_null = node.as<sql::IsNull>();
      return IsNullExpr::create(expression(*is_null.input, context), is_null.negated, node.span);
    }
    case sql::ExpressionKind::kBetween:
      return between(node.as<sql::Between>(), context);
    case sql::ExpressionKind::kIn:
      return in_list(node.as<sql::In>(), context);
    case sql::ExpressionKind::kCase:
      return case_of(node.as<sql::Case>(), context);
    case sql::ExpressionKind::kCast: {
      const auto& cast = node.as<sql::Cast>();
      ExprRef input = expression(*cast.input, context);
      const TypeRef target = type(*cast.type);
      if (!can_cast(input->type, target)) {
        if (cast.is_try) {
          // No value casts: NULL, whatever the input, which still is part of the query.
          const ExprRef nothing = ConstantExpr::create(Value::null(target), node.span);
          return CaseExpr::create({IsNullExpr::create(std::move(input), false)}, {nothing}, nothing,
                                  node.span);
        }
        throw Error(ErrorCode::kTypeMismatch, node.span, "{} does not cast to {}",
                    input->type->name(), target->name());
      }
      return CastExpr::create(std::move(input), target, cast.is_try, node.span);
    }
    case sql::ExpressionKind::kTry:
      return TryExpr::create(expression(*node.as<sql::Try>().input, context), node.span);
    case sql::ExpressionKind::kSubquery:
      return subquery(node.as<sql::Subquery>(), context);
    case sql::ExpressionKind::kQuantified:
      return quantified(node.as<sql::Quantified>(), context);
    case sql::ExpressionKind::kLambda: {
      const auto& arrow = node.as<sql::Lambda>();
      if (!arrow.is_arrow || arrow.parameters.size() != 1) {
        throw Error(ErrorCode::kBind, node.span,
                    "a lambda stands only as an argument of a function that takes one");
      }
      // `x -> '$.a'` where no lambda is wanted: extraction from JSON.
      sql::ColumnReference reference;
      reference.names = {arrow.parameters[0]};
      reference.span = arrow.parameters[0].span;
      ExprRef input = column(reference, context);
      return CallExpr::create(
          "->", {std::move(input), expression(behind_arrow(reference, *arrow.body), context)},
          node.span);
    }
    case sql::ExpressionKind::kSubscript:
      return subscript(node.as<sql::Subscript>(), context);
    case sql::ExpressionKind::kSlice: {
      const auto& slice = node.as<sql::Slice>();
      // An end that is left open is a bound no list reaches; a bound that is NULL makes NULL.
      const auto bound = [&](const sql::ExpressionRef& edge, int64_t open) {
        return edge ? expression(*edge, context) : ConstantExpr::create(Value::integer(open));
      };
      std::vector<ExprRef> arguments = {expression(*slice.input, context),
                                        bound(slice.low, INT64_MIN), bound(slice.high, INT64_MAX)};
      if (slice.step) arguments.push_back(expression(*slice.step, context));
      return CallExpr::create("array_slice", std::move(arguments), node.span);
    }
    case sql::ExpressionKind::kFieldAccess: {
      const auto& access = node.as<sql::FieldAccess>();
      return field(expression(*access.input, context), access.field.text, node.span);
    }
    case sql::ExpressionKind::kCollate:
      throw Error(ErrorCode::kNotSupported, node.span, "COLLATE is not supported yet")
          .hint("compare lower(x) for an order without case");
  }
  UNREACHABLE();
}

// --- names

ExprRef QueryBinder::column(const sql::ColumnReference& reference, const ExprContext& context) {
  size_t used = 0;
  ExprRef found;
  const auto found_by = [&](const Find& find) {
    found = lookup(reference.names, reference.span, frame_, used, find);
    return found != nullptr;
  };
  const Find find_alias = [&](size_t& parts) {
    parts = 1;
    return alias(reference.names, context);
  };
  if (context.alias_first && reference.names.size() == 1 && found_by(find_alias)) return found;
  if (found_by([&](size_t& parts) {
        return own_column(reference.names, context, reference.span, parts);
      }))
    return fields_of(std::move(found), reference.names, used);
  if (found_by(find_alias)) return fields_of(std::move(found), reference.names, used);
  if (found_by([&](size_t& parts) { return outer_column(reference.names, reference.span, parts); }))
    return fields_of(std::move(found), reference.names, used);
  if (reference.names.size() == 1 && sql::is_value_function(reference.names[0].text)) {
    return value_function(folded(reference.names[0].text), reference.span);
  }
  no_such_column(reference.names, context, reference.span);
}

namespace {

/// Whether it comes to the same in a lambda as outside.
bool is_same_anywhere(const ExprRef& expr) {
  bool found = is_volatile(expr);
  visit(expr, [&](const Expr& at) {
    found |= at.tag() == NodeTag::kColumn || dynamic_cast<const PlaceholderExpr*>(&at);
  });
  return !found;
}

}  // namespace

ExprRef QueryBinder::lookup(const sql::QualifiedName& names, SourceSpan span,
                            const LambdaFrame* frame, size_t& used, const Find& find) {
  if (!frame) return find(used);
  for (uint32_t i = 0; i < frame->names->size(); ++i) {
    if (same_name((*frame->names)[i], names[0].text)) {
      used = 1;
      return ColumnExpr::create(i, (*frame->types)[i], (*frame->names)[i], span);
    }
  }
  const ExprRef outer = lookup(names, span, frame->outer, used, find);
  // Some arguments have to be constants: an alias of one stays it.
  if (!outer || is_same_anywhere(outer)) return outer;
  size_t at = 0;
  while (at < frame->captured->size() && !equal(*(*frame->captured)[at], *outer)) ++at;
  if (at == frame->captured->size()) frame->captured->push_back(outer);
  return ColumnExpr::create(static_cast<uint32_t>(frame->names->size() + at), outer->type,
                            names[0].text, span);
}

ExprRef QueryBinder::own_column(const sql::QualifiedName& names, const ExprContext& context,
                                SourceSpan span, size_t& used) {
  if (!context.scope) return nullptr;
  const ScopeColumn* found = context.scope->find(names, used);
  if (found) return ColumnExpr::create(found->index, found->type, found->name, span);
  if (names.size() == 1 && context.scope->has_table(names[0].text)) {
    // A table's name alone: its row as a struct.
    std::vector<ExprRef> values;
    std::vector<std::string> field_names;
    for (const ScopeColumn& column : context.scope->columns) {
      if (column.is_hidden || !same_name(column.table, names[0].text)) continue;
      values.push_back(ColumnExpr::create(column.index, column.type, column.name, span));
      field_names.push_back(column.name);
    }
    used = 1;
    return CallExpr::create(*FunctionRegistry::instance().scalar("struct_pack"), std::move(values),
                            span, {}, std::move(field_names));
  }
  return nullptr;
}

ExprRef QueryBinder::outer_column(const sql::QualifiedName& names, SourceSpan span, size_t& used) {
  if (!outer_) return nullptr;
  return bound_outside(span, [&](const ExprContext& context) {
    ExprRef found = own_column(names, context, span, used);
    if (!found && (found = alias(names, context))) used = 1;
    return found ? found : outer_column(names, span, used);
  });
}

ExprRef QueryBinder::bound_outside(SourceSpan span,
                                   const std::function<ExprRef(const ExprContext&)>& find) {
  OuterQuery& query = *outer_;
  outer_ = query.outer;
  const CommonTables inner = std::exchange(tables_, query.tables);
  const ExprRef found = find(*query.context);
  tables_ = inner;
  outer_ = &query;
  return found ? query.seen_inside(found, span) : nullptr;
}

namespace {

/// Whether the expression itself reads a query further out; what subqueries in it read is theirs.
bool reads_outside(const ExprRef& expr) {
  if (dynamic_cast<const OuterColumnExpr*>(expr.get())) return true;
  if (dynamic_cast<const SubqueryExpr*>(expr.get())) return false;
  const std::vector<ExprRef> inputs = expr->inputs();
  return std::any_of(inputs.begin(), inputs.end(), reads_outside);
}

}  // namespace

ExprRef QueryBinder::where_it_belongs(const std::string& name, SourceSpan span,
                                      const ExprContext& context,
                                      const std::function<ExprRef(const ExprContext&)>& bind) {
  std::vector<size_t> seen;
  for (const OuterQuery* at = outer_; at; at = at->outer) seen.push_back(at->columns.size());
  ExprRef bound = bind(context);
  if (reads_outside(bound) && columns_of(bound).empty()) {
    // Bound again outside, with all that is in it: as often as queries lie in one another, twice.
    constexpr uint64_t kMostTimes = 10'000;
    if (++aggregates_bound_again_ > kMostTimes) {
      throw Error(ErrorCode::kBind, span,
                  "more than {} aggregates within one another belong to queries outside",
                  kMostTimes)
          .hint("compute the inner ones in a subquery of FROM");
    }
    // What this try has read of the queries outside is read again there.
    size_t depth = 0;
    for (OuterQuery* at = outer_; at; at = at->outer) at->columns.resize(seen[depth++]);
    return bound_outside(span, [&](const ExprContext& outside) {
      return where_it_belongs(name, span, outside, bind);
    });
  }
  if (!context.aggregates) {
    throw Error(ErrorCode::kBind, span, "{} is an aggregate and cannot stand in {}", name,
                context.clause)
        .hint(std::string(context.clause) == "WHERE" ? "use HAVING, or a subquery"
                                                     : "aggregate in a subquery first");
  }
  return bound;
}

ExprRef OuterQuery::seen_inside(const ExprRef& column, SourceSpan span) {
  uint32_t at = 0;
  while (at < columns.size() && !equal(*columns[at], *column)) ++at;
  if (at == columns.size()) columns.push_back(column);
  return OuterColumnExpr::create(at, column, span);
}

ExprRef QueryBinder::fields_of(ExprRef input, const sql::QualifiedName& names, size_t from) {
  for (size_t i = from; i < names.size(); ++i)
    input = field(std::move(input), names[i].text, names[i].span);
  return input;
}

ExprRef QueryBinder::field(ExprRef input, const std::string& name, SourceSpan span) {
  if (input->type->is(TypeKind::kStruct)) {
    std::vector<std::string> known;
    for (const Field& entry : input->type->fields()) known.push_back(entry.name);
    if (std::none_of(known.begin(), known.end(),
                     [&](const std::string& k) { return same_name(k, name); })) {
      Error error(ErrorCode::kColumnNotFound, span, "no field \"{}\" in {}", name,
                  input->type->name());
      const std::string near = nearest_name(name, known);
      if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
      throw error;
    }
    return CallExpr::create("struct_extract",
                            {std::move(input), ConstantExpr::create(Value::text(name))}, span);
  }
  if (input->type->is(TypeKind::kJson)) {
    return CallExpr::create("->", {std::move(input), ConstantExpr::create(Value::text(name))},
                            span);
  }
  if (input->type->is(TypeKind::kMap)) {
    return CallExpr::create("map_extract_value",
                            {std::move(input), ConstantExpr::create(Value::text(name))}, span);
  }
  throw Error(ErrorCode::kTypeMismatch, span, "a {} has no field \"{}\"", input->type->name(),
              name);
}

ExprRef QueryBinder::alias(const sql::QualifiedName& names, const ExprContext& context) {
  if (!context.aliases) return nullptr;
  for (size_t i = 0; i < context.aliases->size(); ++i) {
    const sql::NamedExpression& item = (*context.aliases)[i];
    if (item.name.empty() || !same_name(item.name.text, names[0].text)) continue;
    const sql::Expression* target = item.expression.get();
    if (std::find(alias_stack_.begin(), alias_stack_.end(), target) != alias_stack_.end()) continue;
    // An alias is bound anew wherever it is used: twice in each of forty items is 2^40 times.
    constexpr uint64_t kMostUses = 100'000;
    if (++alias_uses_ > kMostUses) {
      throw Error(ErrorCode::kBind, item.name.span,
                  "aliases that use each other make more than {} expressions", kMostUses)
          .hint("compute what is used often in a subquery");
    }
    alias_stack_.push_back(target);
    ExprContext inner = context;
    inner.alias_first = false;
    // Names in it are of the SELECT, though a lambda around the alias may have such parameters.
    const LambdaFrame* frame = std::exchange(frame_, nullptr);
    const uint64_t choices_before = columns_choices_read_;
    ExprRef bound = expression(*target, inner);
    frame_ = frame;
    alias_stack_.pop_back();
    // What has COLUMNS(…) in it is another value for each of the columns.
    const bool is_named = columns_choices_read_ == choices_before && is_volatile(bound);
    return is_named ? NamedValueExpr::create(static_cast<int64_t>(i), std::move(bound)) : bound;
  }
  return nullptr;
}

void QueryBinder::no_such_column(const sql::QualifiedName& names, const ExprContext& context,
                                 SourceSpan span) {
  std::string written;
  for (const auto& name : names) written += (written.empty() ? "" : ".") + name.text;
  if (!context.scope || context.scope->columns.empty()) {
    Error error(ErrorCode::kColumnNotFound, span, "no column \"{}\": {} has no columns in view",
                written, context.clause);
    if (context.clause != std::string_view(kTableFunctionClause)) throw error;
    throw std::move(error).hint("a path stands in single quotes: '" + written + "'");
  }
  const auto listed = [](const std::vector<std::string>& all) {
    std::string list;
    for (size_t i = 0; i < all.size() && i < 12; ++i) list += (i ? ", " : "") + all[i];
    return list + (all.size() > 12 ? ", …" : "");
  };
  const std::vector<std::string> tables = context.scope->table_names();
  const bool has_table = names.size() > 1 && context.scope->has_table(names[0].text);
  if (names.size() > 1 && !has_table) {
    Error error(ErrorCode::kTableNotFound, names[0].span, "no table \"{}\" in FROM", names[0].text);
    if (!tables.empty()) error.add_note("FROM has " + listed(tables));
    const std::string near = nearest_name(names[0].text, tables);
    if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
    size_t found = 0;
    const sql::QualifiedName rest(names.begin() + 1, names.end());
    if (tables.size() == 1 && context.scope->find(rest, found)) {
      throw std::move(error).hint("a table with an alias is called by it: " + tables[0] + "." +
                                  rest[0].text);
    }
    throw error;
  }
  // Of the table that was named, or of all in view.
  Scope view = *context.scope;
  if (has_table) {
    std::erase_if(view.columns, [&](const ScopeColumn& column) {
      return !same_name(column.table, names[0].text);
    });
  }
  const std::vector<std::string> known = view.column_names();
  const std::string where = has_table || tables.size() == 1 ? view.columns[0].table : std::string();
  Error error(ErrorCode::kColumnNotFound, span, "no column \"{}\"{}", written,
              where.empty() ? "" : " in " + where);
  error.add_note("the columns are " + listed(known));
  const std::string near = nearest_name(names.back().text, known);
  if (!near.empty()) throw std::move(error).hint("did you mean \"" + near + "\"?");
  const sql::Identifier& last = names.back();
  if (last.span.end - last.span.begin == last.text.size() + 2) {
    throw std::move(error).hint("texts stand in single quotes: '" + last.text + "'");
  }
  throw error;
}

ExprRef QueryBinder::value_function(const std::string& name, SourceSpan span) {
  const ScalarFunction* function = FunctionRegistry::instance().scalar(name);
  if (!function) throw Error(ErrorCode::kFunctionNotFound, span, "no function \"{}\"", name);
  return CallExpr::create(*function, {}, span);
}

// --- parts of values

ExprRef QueryBinder::subscript(const sql::Subscript& node, const ExprContext& context) {
  ExprRef input = expression(*node.input, context);
  ExprRef index = expression(*node.index, context);
  if (input->type->is(TypeKind::kStruct)) {
    const auto* constant = dynamic_cast<const ConstantExpr*>(index.get());
    if (constant && constant->type->is(TypeKind::kVarchar) && !constant->value.is_null()) {
      return field(std::move(input), constant->value.as_text(), node.span);
    }
    return CallExpr::create("struct_extract", {std::move(input), std::move(index)}, node.span);
  }
  if (input->type->is(TypeKind::kJson))
    return CallExpr::create("->", {std::move(input), std::move(index)}, node.span);
  const char* name = input->type->is(TypeKind::kMap) ? "map_extract_value" : "array_extract";
  return CallExpr::create(name, {std::move(input), std::move(index)}, node.span);
}

}  // namespace doline
