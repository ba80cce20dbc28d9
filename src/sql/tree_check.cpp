#include "sql/tree_check.h"

#include <algorithm>

#include "sql/visit.h"

namespace doline::sql {

namespace {

/// Most nodes promise no more than that their fields are there.
template <class T>
std::string_view flaw(const T&) {
  return {};
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view flaw(const Literal& node) {
  std::string_view text = node.text;
  const bool signed_number = text.starts_with('-');
  const std::string_view digits = text.substr(signed_number ? 1 : 0);
  const auto is_decimal = [](std::string_view number) {
    const size_t point = number.find('.');
    if (point == std::string_view::npos) return is_digits(number);
    const std::string_view whole = number.substr(0, point);
    const std::string_view fraction = number.substr(point + 1);
    return (whole.empty() || is_digits(whole)) && (fraction.empty() || is_digits(fraction)) &&
           number.size() > 1;
  };
  bool good = true;
  switch (node.literal) {
    case LiteralKind::kNull:
      good = text.empty();
      break;
    case LiteralKind::kBoolean:
      good = text == "true" || text == "false";
      break;
    case LiteralKind::kInteger:
      good = is_digits(digits);
      break;
    case LiteralKind::kDecimal:
      good = is_decimal(digits);
      break;
    case LiteralKind::kFloat: {
      const size_t e = digits.find_first_of("eE");
      if (e == std::string_view::npos) return "a float has no exponent";
      std::string_view exponent = digits.substr(e + 1);
      if (exponent.starts_with('+') || exponent.starts_with('-')) exponent.remove_prefix(1);
      good = is_decimal(digits.substr(0, e)) && is_digits(exponent);
      break;
    }
    case LiteralKind::kString:
      break;
    case LiteralKind::kBlob:
      good = text.size() % 2 == 0 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
             });
      break;
  }
  return good ? std::string_view{} : "a literal's text does not fit its kind";
}

std::string_view flaw(const PositionalReference& node) {
  return node.position == 0 ? "columns are counted from 1" : std::string_view{};
}

std::string_view flaw(const Star& node) {
  for (const NamedExpression& item : node.replace) {
    if (item.name.empty()) return "a replacement has no name";
  }
  if (node.filter == nullptr) return {};
  const auto* inverted = node.filter->get_if<Not>();
  const auto* match =
      (inverted != nullptr ? *inverted->input : *node.filter).get_if<FunctionCall>();
  const bool good = match != nullptr && match->arguments.size() >= 2 &&
                    match->arguments[0].value != nullptr && match->arguments[0].value->is<Star>();
  return good ? std::string_view{} : "a star's filter is no match of a star with a pattern";
}

std::string_view flaw(const FunctionCall& node) {
  const bool good = !node.is_operator || (node.name.size() == 1 && !node.arguments.empty() &&
                                          node.arguments.size() <= 2);
  return good ? std::string_view{} : "an operator has one or two operands";
}

std::string_view flaw(const Conjunction& node) {
  return node.terms.size() < 2 ? "a conjunction has two terms or more" : std::string_view{};
}

std::string_view flaw(const Quantified& node) {
  return (node.query == nullptr) == (node.list == nullptr) ? "ANY has either a query or a list"
                                                           : std::string_view{};
}

std::string_view flaw(const TableName& node) {
  return node.is_string && node.name.size() != 1 ? "a path has one part" : std::string_view{};
}

std::string_view flaw(const TableFunction& node) {
  const auto* call = node.call->get_if<FunctionCall>();
  return call == nullptr || call->is_operator ? "a table function is no call" : std::string_view{};
}

std::string_view flaw(const Join& node) {
  const int conditions =
      int{node.natural} + int{!node.using_columns.empty()} + int{node.condition != nullptr};
  const bool none = node.join == JoinKind::kCross || node.join == JoinKind::kPositional;
  if (node.asof && (none || node.natural)) return "an ASOF join of no such kind";
  return conditions == (none ? 0 : 1) ? std::string_view{} : "a join's condition does not fit it";
}

std::string_view flaw(const Select& node) {
  return (node.distinct == SelectDistinct::kDistinctOn) == node.distinct_on.empty()
             ? "DISTINCT ON and its list do not go together"
             : std::string_view{};
}

std::string_view flaw(const SetOperation& node) {
  const bool good =
      node.inputs.size() >= 2 && (node.inputs.size() == 2 || node.op == SetOperator::kUnion);
  return good ? std::string_view{} : "a set operation's inputs do not fit it";
}

std::string_view flaw(const Values& node) {
  const bool good =
      std::none_of(node.rows.begin(), node.rows.end(), [](const auto& row) { return row.empty(); });
  return good ? std::string_view{} : "VALUES has an empty row";
}

std::string_view flaw(const Describe& node) {
  const bool of_query =
      node.describe == DescribeKind::kDescribe || node.describe == DescribeKind::kSummarize;
  const bool good = of_query == (node.query != nullptr) &&
                    (node.describe != DescribeKind::kShow || !node.name.empty());
  return good ? std::string_view{} : "DESCRIBE has nothing to describe";
}

std::string_view flaw(const CreateTable& node) {
  return node.columns.empty() && node.query == nullptr ? "a table has no columns"
                                                       : std::string_view{};
}

std::string_view flaw(const CreateType& node) {
  return (node.type == nullptr) == (node.labels == nullptr) ? "a type is one thing"
                                                            : std::string_view{};
}

std::string_view flaw(const CreateMacro& node) {
  for (const MacroOverload& overload : node.overloads) {
    if ((overload.body == nullptr) == (overload.query == nullptr) ||
        (overload.body == nullptr) != (node.overloads[0].body == nullptr)) {
      return "a macro returns either a value or a table";
    }
  }
  return {};
}

std::string_view flaw(const Alter& node) {
  const bool of_column =
      node.action != AlterAction::kRename && node.action != AlterAction::kSetSchema &&
      node.action != AlterAction::kAddColumn && node.action != AlterAction::kAddConstraint;
  const bool needs_name = node.action == AlterAction::kRename ||
                          node.action == AlterAction::kSetSchema ||
                          node.action == AlterAction::kRenameColumn;
  const bool good =
      of_column == !node.column.empty() && needs_name == !node.new_name.empty() &&
      (node.action != AlterAction::kAddColumn || !node.definition.name.empty()) &&
      (node.action != AlterAction::kAddConstraint || node.definition.constraints.size() == 1) &&
      (node.action != AlterAction::kSetDefault || node.expression != nullptr) &&
      (node.action != AlterAction::kSetType || node.type != nullptr || node.expression != nullptr);
  return good ? std::string_view{} : "ALTER's parts do not fit its action";
}

std::string_view flaw(const Copy& node) {
  const bool good = (node.query == nullptr) == !node.table.empty() &&
                    (node.query == nullptr || (!node.is_from && node.columns.empty()));
  return good ? std::string_view{} : "COPY has either a table or a query";
}

std::string_view flaw(const TypeName& node) {
  bool good = true;
  switch (node.kind) {
    case TypeNameKind::kNamed:
      good = !node.name.empty();
      break;
    case TypeNameKind::kList:
    case TypeNameKind::kArray:
      good = node.members.size() == 1;
      break;
    case TypeNameKind::kMap:
      good = node.members.size() == 2;
      break;
    case TypeNameKind::kStruct:
    case TypeNameKind::kUnion:
    case TypeNameKind::kEnum:
    case TypeNameKind::kOrderedEnum:
      break;
  }
  return good ? std::string_view{} : "a type's parts do not fit its kind";
}

std::string_view flaw(const WindowSpecification& node) {
  for (const FrameBound* bound : {&node.start, &node.end}) {
    const bool has_distance =
        bound->edge == FrameEdge::kPreceding || bound->edge == FrameEdge::kFollowing;
    if (has_distance != (bound->distance != nullptr)) return "a frame's bound has no distance";
  }
  return {};
}

}  // namespace

std::string_view flaw_of(const Expression& node) {
  return visit(node, [](const auto& exact) { return flaw(exact); });
}
std::string_view flaw_of(const Relation& node) {
  return visit(node, [](const auto& exact) { return flaw(exact); });
}
std::string_view flaw_of(const Query& node) {
  return visit(node, [](const auto& exact) { return flaw(exact); });
}
std::string_view flaw_of(const Statement& node) {
  return visit(node, [](const auto& exact) { return flaw(exact); });
}
std::string_view flaw_of(const TypeName& node) { return flaw(node); }
std::string_view flaw_of(const WindowSpecification& node) { return flaw(node); }
std::string_view flaw_of(const Sample&) { return {}; }

}  // namespace doline::sql
