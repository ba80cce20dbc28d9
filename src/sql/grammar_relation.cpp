#include "base/assert.h"
#include "sql/compare.h"
#include "sql/grammar.h"

namespace doline::sql {

RelationRef Grammar::close_relation(std::shared_ptr<Relation> node, uint32_t begin) {
  const SourceSpan span = tokens_.since(begin);
  switch (node->kind) {
#define X(tag, name)                        \
  case RelationKind::k##name:               \
    close(static_cast<name&>(*node), span); \
    return node;
    DOLINE_SQL_RELATIONS(X)
#undef X
  }
  UNREACHABLE();
}

RelationRef Grammar::from_list() {
  const uint32_t begin = tokens_.begin();
  RelationRef left;
  list(
      [&] {
        RelationRef next = relation();
        if (left == nullptr) {
          left = std::move(next);
          return;
        }
        auto cross = std::make_shared<Join>();
        cross->join = JoinKind::kCross;
        cross->left = std::move(left);
        cross->right = std::move(next);
        left = close_relation(std::move(cross), begin);
      },
      [&] { return at_list_end() && !at_query() && !tokens_.at(Keyword::kLateral); });
  return left;
}

RelationRef Grammar::relation() {
  const Nesting nesting(*this);
  const uint32_t begin = tokens_.begin();
  RelationRef first = close_relation(relation_primary(), begin);
  return joined(std::move(first), begin);
}

bool Grammar::at_join() const {
  constexpr Keyword kOpeners[] = {Keyword::kJoin,    Keyword::kInner,     Keyword::kLeft,
                                  Keyword::kRight,   Keyword::kFull,      Keyword::kCross,
                                  Keyword::kSemi,    Keyword::kAnti,      Keyword::kAsof,
                                  Keyword::kNatural, Keyword::kPositional};
  const Keyword word = tokens_.peek().keyword;
  for (const Keyword opener : kOpeners) {
    if (word == opener) return true;
  }
  return false;
}

RelationRef Grammar::joined(RelationRef left, uint32_t begin) {
  while (true) {
    if (tokens_.at(Keyword::kPivot) && tokens_.at("(", 1)) {
      left = pivot_clause(std::move(left), begin);
      continue;
    }
    if (tokens_.at(Keyword::kUnpivot)) {
      left = unpivot_clause(std::move(left), begin);
      continue;
    }
    if (!at_join()) return left;
    auto node = std::make_shared<Join>();
    node->left = std::move(left);
    node->natural = tokens_.accept(Keyword::kNatural);
    node->asof = !node->natural && tokens_.accept(Keyword::kAsof);
    if (!node->asof && tokens_.accept(Keyword::kCross)) {
      node->join = JoinKind::kCross;
    } else if (!node->asof && tokens_.accept(Keyword::kPositional)) {
      node->join = JoinKind::kPositional;
    } else if (tokens_.accept(Keyword::kSemi)) {
      node->join = JoinKind::kSemi;
    } else if (tokens_.accept(Keyword::kAnti)) {
      node->join = JoinKind::kAnti;
    } else if (!tokens_.accept(Keyword::kInner)) {
      const bool outer =
          tokens_.at(Keyword::kLeft) || tokens_.at(Keyword::kRight) || tokens_.at(Keyword::kFull);
      if (outer) {
        const Keyword word = tokens_.take().keyword;
        node->join = word == Keyword::kLeft    ? JoinKind::kLeft
                     : word == Keyword::kRight ? JoinKind::kRight
                                               : JoinKind::kFull;
        tokens_.accept(Keyword::kOuter);
      }
    }
    tokens_.expect(Keyword::kJoin);
    const Nesting nesting(*this);
    const uint32_t right_begin = tokens_.begin();
    node->right = close_relation(relation_primary(), right_begin);
    const bool unconditional =
        node->natural || node->join == JoinKind::kCross || node->join == JoinKind::kPositional;
    if (!unconditional) {
      // `a JOIN b JOIN c ON … ON …`: the inner join is the right side of the outer one.
      if (at_join()) node->right = joined(std::move(node->right), right_begin);
      if (tokens_.at(Keyword::kUsing) && tokens_.at("(", 1)) {
        tokens_.take();
        node->using_columns = name_list("a column of both tables");
      } else if (tokens_.accept(Keyword::kOn)) {
        node->condition = expression();
      } else {
        tokens_.fail("ON or USING behind the join");
      }
    }
    left = close_relation(std::move(node), begin);
    // Whoever waits for an ON of its own takes it from here.
    if (tokens_.at(Keyword::kOn) || (tokens_.at(Keyword::kUsing) && tokens_.at("(", 1)))
      return left;
  }
}

std::shared_ptr<Relation> Grammar::relation_primary() {
  const uint32_t begin = tokens_.begin();
  Identifier alias;
  if ((at_name(NameRole::kColumn) || tokens_.peek().kind == TokenKind::kString) &&
      tokens_.at(":", 1)) {
    alias = string_or_name(NameRole::kColumn, "a name");
    tokens_.take();
  }
  std::shared_ptr<Relation> node;
  const bool lateral = tokens_.accept(Keyword::kLateral);
  if (tokens_.at("(")) {
    node = relation_in_parentheses();
    if (lateral && node->is<SubqueryRelation>()) {
      static_cast<SubqueryRelation&>(*node).lateral = true;
    }
  } else if (tokens_.at(Keyword::kValues) && tokens_.at("(", 1)) {
    auto inner = std::make_shared<SubqueryRelation>();
    inner->query = values();
    node = std::move(inner);
  } else if (lateral) {
    node = table_function(qualified_name("a subquery or a function"), true, begin);
  } else {
    node = named_table();
  }
  if (!alias.empty()) node->alias = std::move(alias);
  relation_alias(*node);
  return node;
}

std::shared_ptr<Relation> Grammar::named_table() {
  const uint32_t begin = tokens_.begin();
  auto node = std::make_shared<TableName>();
  if (tokens_.peek().kind == TokenKind::kString) {
    node->is_string = true;
    node->name.push_back(string_or_name(NameRole::kColumn, "a path"));
  } else {
    if (!at_name(tokens_.at("(", 1) ? NameRole::kFunction : NameRole::kColumn)) {
      tokens_.fail("a table, a file in quotes, a function or a subquery");
    }
    node->name = qualified_name("a table");
    if (tokens_.at("(")) return table_function(std::move(node->name), false, begin);
  }
  if (tokens_.at(Keyword::kAt) && tokens_.at("(", 1)) {
    tokens_.take();
    tokens_.take();
    node->at_unit = name(NameRole::kLabel, "VERSION or TIMESTAMP");
    tokens_.expect("=>");
    node->at = expression();
    tokens_.expect(")");
  }
  return node;
}

std::shared_ptr<Relation> Grammar::table_function(QualifiedName function, bool lateral,
                                                  uint32_t begin) {
  auto call_node = std::make_shared<FunctionCall>();
  function.back().text = lower_name(function.back().text);
  call_node->name = std::move(function);
  call_node->arguments = arguments();
  // `header = true` names an argument here; elsewhere it compares.
  for (Argument& given : call_node->arguments) {
    const auto* equal_sign = given.value->get_if<Comparison>();
    if (!given.name.empty() || equal_sign == nullptr ||
        equal_sign->op != ComparisonOperator::kEqual) {
      continue;
    }
    const auto* left = equal_sign->left->get_if<ColumnReference>();
    if (left == nullptr || left->names.size() != 1) continue;
    Argument named{left->names[0], equal_sign->right};
    given = std::move(named);
  }
  auto node = std::make_shared<TableFunction>();
  node->call = finish(std::move(call_node), tokens_.since(begin));
  node->lateral = lateral;
  if (tokens_.at(Keyword::kWith) && tokens_.at_word("ordinality", 1)) {
    tokens_.take();
    tokens_.take();
    node->with_ordinality = true;
  }
  return node;
}

std::shared_ptr<Relation> Grammar::relation_in_parentheses() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect("(");
  auto subquery_node = std::make_shared<SubqueryRelation>();
  if (at_query()) {
    subquery_node->query = query();
    if (subquery_node->query->is<Values>() && !tokens_.at(")")) relation_alias(*subquery_node);
    tokens_.expect(")");
    return subquery_node;
  }
  const uint32_t inner_begin = tokens_.begin();
  RelationRef inner = relation();
  const auto* nested = inner->get_if<SubqueryRelation>();
  if (nested != nullptr && nested->alias.empty() && !nested->lateral && nested->sample == nullptr) {
    // `((SELECT 1) UNION (SELECT 2))`: what looked like a relation was the first input, and nobody
    // else has seen it, so it may still be changed.
    auto body = std::const_pointer_cast<Query>(nested->query);
    subquery_node->query =
        query_rest({}, set_operations(std::move(body), 0, inner_begin), inner_begin);
    tokens_.expect(")");
    return subquery_node;
  }
  tokens_.expect(")");
  // Nobody else has seen it, so it may still be given an alias.
  auto result = std::const_pointer_cast<Relation>(inner);
  if (result->alias.empty()) return result;
  // `(a AS x) AS y`: the inner name is hidden by the outer one.
  auto outer = std::make_shared<SubqueryRelation>();
  outer->query = select_all_from(std::move(inner), tokens_.since(begin));
  return tokens_.at(Keyword::kAs) || at_name(NameRole::kColumn) ? outer : result;
}

void Grammar::relation_alias(Relation& node) {
  const bool with_as = tokens_.accept(Keyword::kAs);
  if (with_as || (node.alias.empty() && at_name(NameRole::kColumn))) {
    if (!with_as) tokens_.note_implicit_name(tokens_.peek());
    node.alias = string_or_name(NameRole::kColumn, "a name behind AS");
  }
  if (!node.alias.empty() && tokens_.at("(")) node.column_aliases = name_list("a column name");
  if (tokens_.accept(Keyword::kTablesample)) node.sample = sample();
}

SampleRef Grammar::sample() {
  auto node = std::make_shared<Sample>();
  const auto amount = [&] {
    node->amount = number_or_parameter();
    if (tokens_.accept(Keyword::kPercent) || tokens_.accept("%")) {
      node->percent = true;
    } else if (tokens_.accept(Keyword::kRows)) {
      node->percent = false;
    } else {
      return false;
    }
    return true;
  };
  if (at_name(NameRole::kFunction)) {
    node->method = name(NameRole::kFunction, "a method of sampling");
    tokens_.expect("(");
    // Of a method without a unit, reservoir counts rows and the others take a share.
    if (!amount()) node->percent = !same_name(node->method.text, "reservoir");
    tokens_.expect(")");
  } else {
    amount();
    if (tokens_.accept("(")) {
      node->method = name(NameRole::kFunction, "a method of sampling");
      if (tokens_.accept(",")) node->seed = number_or_parameter();
      tokens_.expect(")");
    }
  }
  if (tokens_.accept(Keyword::kRepeatable)) {
    tokens_.expect("(");
    node->seed = number_or_parameter();
    tokens_.expect(")");
  }
  return node;
}

ExpressionRef Grammar::number_or_parameter() {
  const TokenKind kind = tokens_.peek().kind;
  if (kind == TokenKind::kParameter) return parameter();
  if (kind == TokenKind::kInteger || kind == TokenKind::kDecimal || kind == TokenKind::kFloat) {
    return number();
  }
  tokens_.fail("a number");
}

}  // namespace doline::sql
