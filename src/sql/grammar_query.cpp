#include "base/assert.h"
#include "sql/grammar.h"

namespace doline::sql {

namespace {

/// Closes a query again after its common fields have changed.
void close_query(Query& query, SourceSpan span) {
  switch (query.kind) {
#define X(tag, name)       \
  case QueryKind::k##name: \
    return close(static_cast<name&>(query), span);
    DOLINE_SQL_QUERIES(X)
#undef X
  }
  UNREACHABLE();
}

bool has_modifiers(const Query& query) {
  return !query.order_by.empty() || query.limit != nullptr || query.offset != nullptr;
}

}  // namespace

bool Grammar::at_list_end() const {
  const Token& token = tokens_.peek();
  if (token.kind == TokenKind::kEnd || tokens_.at(")") || tokens_.at(";") || tokens_.at("]")) {
    return true;
  }
  // A clause begins with a reserved word that opens no expression.
  if (token.keyword == Keyword::kNoKeyword ||
      category_of(token.keyword) != KeywordCategory::kReserved) {
    return false;
  }
  constexpr Keyword kOpenExpressions[] = {Keyword::kNot,   Keyword::kCase,   Keyword::kCast,
                                          Keyword::kNull,  Keyword::kTrue,   Keyword::kFalse,
                                          Keyword::kArray, Keyword::kLambda, Keyword::kDefault};
  for (const Keyword word : kOpenExpressions) {
    if (token.keyword == word) return false;
  }
  return true;
}

Grammar::OpenQuery Grammar::query() {
  const Nesting nesting(*this);
  const uint32_t begin = tokens_.begin();
  With with;
  if (tokens_.at(Keyword::kWith)) with = with_clause();
  const uint32_t body_begin = tokens_.begin();
  OpenQuery body = set_operations(query_primary(), 0, body_begin);
  return query_rest(std::move(with), std::move(body), begin);
}

Grammar::OpenQuery Grammar::query_rest(With with, OpenQuery body, uint32_t begin) {
  std::vector<OrderItem> order_by;
  ExpressionRef limit;
  ExpressionRef offset;
  bool percent = false;
  if (tokens_.at(Keyword::kOrder)) order_by = order_items();
  while (true) {
    if (limit == nullptr && tokens_.accept(Keyword::kLimit)) {
      if (tokens_.accept(Keyword::kAll)) {
        limit = literal(LiteralKind::kNull, "", tokens_.last_span());
      } else {
        const uint32_t limit_begin = tokens_.begin();
        limit = operand();
        // `10 %` is a share unless something follows that it can be divided by.
        percent = tokens_.accept(Keyword::kPercent) ||
                  (tokens_.at("%") &&
                   (tokens_.peek(1).kind == TokenKind::kEnd || tokens_.at(")", 1) ||
                    tokens_.at(";", 1) || tokens_.at(Keyword::kOffset, 1)) &&
                   tokens_.accept("%"));
        if (!percent) limit = binary_rest(std::move(limit), Level::kArrow, limit_begin);
      }
    } else if (offset == nullptr && tokens_.accept(Keyword::kOffset)) {
      offset = expression();
      if (!tokens_.accept(Keyword::kRow)) tokens_.accept(Keyword::kRows);
    } else if (limit == nullptr && tokens_.accept(Keyword::kFetch)) {
      if (!tokens_.accept(Keyword::kFirst)) tokens_.expect(Keyword::kNext);
      limit = tokens_.at(Keyword::kRow) || tokens_.at(Keyword::kRows)
                  ? literal(LiteralKind::kInteger, "1", tokens_.last_span())
                  : operand();
      if (!tokens_.accept(Keyword::kRow)) tokens_.expect(Keyword::kRows);
      tokens_.expect(Keyword::kOnly);
    } else {
      break;
    }
  }
  const bool modified = !order_by.empty() || limit != nullptr || offset != nullptr;
  if (!modified && with.tables.empty()) return body;
  // What stood in parentheses with a clause of its own is a query by itself.
  if ((modified && has_modifiers(*body)) || !body->with.tables.empty()) {
    auto inner = std::make_shared<SubqueryRelation>();
    const SourceSpan span = body->span;
    inner->query = std::move(body);
    body = select_all_from(finish(std::move(inner), span), span);
  }
  if (modified) {
    body->order_by = std::move(order_by);
    body->limit = std::move(limit);
    body->limit_is_percent = percent;
    body->offset = std::move(offset);
  }
  body->with = std::move(with);
  close_query(*body, tokens_.since(begin));
  return body;
}

With Grammar::with_clause() {
  With with;
  tokens_.expect(Keyword::kWith);
  with.recursive = tokens_.accept(Keyword::kRecursive);
  list([&] { with.tables.push_back(common_table()); },
       [&] { return tokens_.at(Keyword::kSelect) || tokens_.at(Keyword::kFrom); });
  return with;
}

CommonTable Grammar::common_table() {
  CommonTable table;
  table.name = name(NameRole::kColumn, "a name for the common table");
  if (tokens_.at("(")) table.columns = name_list("a column name");
  if (tokens_.accept(Keyword::kUsing)) {
    if (!tokens_.accept(Keyword::kKey)) tokens_.fail("KEY");
    table.using_key = name_list("a column name");
  }
  tokens_.expect(Keyword::kAs);
  if (tokens_.accept(Keyword::kMaterialized)) {
    table.materialization = Materialization::kAlways;
  } else if (tokens_.accept(Keyword::kNot, Keyword::kMaterialized)) {
    table.materialization = Materialization::kNever;
  }
  tokens_.expect("(");
  if (tokens_.at(Keyword::kInsert) || tokens_.at(Keyword::kUpdate) ||
      tokens_.at(Keyword::kDelete)) {
    not_supported("INSERT, UPDATE or DELETE inside WITH");
  }
  table.query = query();
  tokens_.expect(")");
  return table;
}

Grammar::OpenQuery Grammar::set_operations(OpenQuery left, int loosest, uint32_t begin) {
  // The UNION that further inputs of the same sort are added to. It is closed last, so that a long
  // chain costs linear time.
  std::shared_ptr<SetOperation> open;
  while (true) {
    const bool intersect = tokens_.at(Keyword::kIntersect);
    const bool is_union = tokens_.at(Keyword::kUnion);
    if (!intersect && !is_union && !tokens_.at(Keyword::kExcept)) break;
    const int level = intersect ? 1 : 0;
    if (level < loosest) break;
    tokens_.take();
    auto node = std::make_shared<SetOperation>();
    node->op = intersect  ? SetOperator::kIntersect
               : is_union ? SetOperator::kUnion
                          : SetOperator::kExcept;
    node->all = tokens_.accept(Keyword::kAll);
    if (!node->all) tokens_.accept(Keyword::kDistinct);
    node->by_name = tokens_.accept(Keyword::kBy, Keyword::kName);
    const Nesting nesting(*this);
    const uint32_t right_begin = tokens_.begin();
    OpenQuery right = set_operations(query_primary(), level + 1, right_begin);
    const bool same = open != nullptr && is_union && open->op == SetOperator::kUnion &&
                      open->all == node->all && open->by_name == node->by_name;
    if (same) {
      open->inputs.push_back(std::move(right));
      continue;
    }
    if (open != nullptr) close(*open, {begin, open->inputs.back()->span.end});
    node->inputs.push_back(std::move(left));
    node->inputs.push_back(std::move(right));
    open = node;
    left = std::move(node);
  }
  if (open != nullptr) close(*open, tokens_.since(begin));
  return left;
}

Grammar::OpenQuery Grammar::query_primary() {
  const uint32_t begin = tokens_.begin();
  if (tokens_.at(Keyword::kSelect) || tokens_.at(Keyword::kFrom)) return select();
  if (tokens_.at(Keyword::kValues)) return values();
  if (tokens_.at(Keyword::kDescribe) || tokens_.at(Keyword::kDesc) ||
      tokens_.at(Keyword::kSummarize)) {
    return describe();
  }
  if (tokens_.at(Keyword::kShow)) return show();
  if (tokens_.at(Keyword::kPivot) || tokens_.at(Keyword::kPivotWider)) return pivot_statement();
  if (tokens_.at(Keyword::kUnpivot) || tokens_.at(Keyword::kPivotLonger)) {
    return unpivot_statement();
  }
  if (tokens_.accept(Keyword::kTable)) {
    auto table = std::make_shared<TableName>();
    table->name = qualified_name("a table");
    const SourceSpan span = tokens_.since(begin);
    return select_all_from(finish(std::move(table), tokens_.last_span()), span);
  }
  if (tokens_.accept("(")) {
    OpenQuery inner = query();
    tokens_.expect(")");
    return inner;
  }
  tokens_.accept(Keyword::kSelect);
  tokens_.accept(Keyword::kFrom);
  tokens_.accept(Keyword::kValues);
  tokens_.fail("SELECT, FROM, VALUES or another query");
}

Grammar::OpenQuery Grammar::select() {
  const uint32_t begin = tokens_.begin();
  auto node = std::make_shared<Select>();
  const bool from_first = tokens_.accept(Keyword::kFrom);
  if (from_first) node->from = from_list();
  if (tokens_.accept(Keyword::kSelect)) {
    select_list(*node);
  } else {
    node->items.push_back({finish(std::make_shared<Star>(), SourceSpan{begin, begin}), {}});
  }
  if (!from_first && tokens_.accept(Keyword::kFrom)) node->from = from_list();
  select_clauses(*node);
  close(*node, tokens_.since(begin));
  return node;
}

void Grammar::select_list(Select& node) {
  if (tokens_.accept(Keyword::kDistinct)) {
    node.distinct = SelectDistinct::kDistinct;
    if (tokens_.accept(Keyword::kOn)) {
      node.distinct = SelectDistinct::kDistinctOn;
      tokens_.expect("(");
      list_until(")", [&] { node.distinct_on.push_back(expression()); });
    }
  } else {
    tokens_.accept(Keyword::kAll);
  }
  if (at_list_end()) {
    tokens_.fail("something to select");
  }
  node.items = named_expressions();
}

std::vector<NamedExpression> Grammar::named_expressions() {
  std::vector<NamedExpression> items;
  list([&] { items.push_back(named_expression()); }, [&] { return at_list_end(); });
  return items;
}

NamedExpression Grammar::named_expression() {
  NamedExpression item;
  const TokenKind kind = tokens_.peek().kind;
  const bool may_be_name = kind == TokenKind::kString || at_name(NameRole::kColumn);
  if (may_be_name && tokens_.at(":", 1)) {
    item.name = string_or_name(NameRole::kColumn, "a name");
    tokens_.take();
    item.expression = expression();
    return item;
  }
  item.expression = expression();
  // A string is a name only behind AS.
  item.name = optional_alias();
  return item;
}

void Grammar::select_clauses(Select& node) {
  if (tokens_.accept(Keyword::kWhere)) node.where = expression();
  if (tokens_.accept(Keyword::kGroup)) {
    tokens_.expect(Keyword::kBy);
    const bool star_alone = tokens_.at("*");
    if (tokens_.accept(Keyword::kAll) || star_alone) {
      if (star_alone) tokens_.take();
      node.group_by_all = true;
    } else {
      list([&] { node.group_by.push_back(grouping_element()); }, [&] { return at_list_end(); });
    }
  }
  if (tokens_.accept(Keyword::kHaving)) node.having = expression();
  if (tokens_.accept(Keyword::kWindow)) {
    list(
        [&] {
          NamedWindow window;
          window.name = name(NameRole::kColumn, "a name for the window");
          tokens_.expect(Keyword::kAs);
          window.window = window_specification();
          node.windows.push_back(std::move(window));
        },
        [&] { return at_list_end(); });
  }
  if (tokens_.accept(Keyword::kQualify)) node.qualify = expression();
  if (tokens_.accept(Keyword::kUsing, Keyword::kSample)) node.sample = sample();
}

GroupingElement Grammar::grouping_element() {
  const Nesting nesting(*this);
  GroupingElement element;
  const auto inner_list = [&] {
    tokens_.expect("(");
    list_until(")", [&] { element.elements.push_back(grouping_element()); });
  };
  if (tokens_.at(Keyword::kRollup) && tokens_.at("(", 1)) {
    tokens_.take();
    element.grouping = GroupingKind::kRollup;
    inner_list();
  } else if (tokens_.at(Keyword::kCube) && tokens_.at("(", 1)) {
    tokens_.take();
    element.grouping = GroupingKind::kCube;
    inner_list();
  } else if (tokens_.accept(Keyword::kGrouping, Keyword::kSets)) {
    element.grouping = GroupingKind::kSets;
    inner_list();
  } else if (tokens_.at("(") && tokens_.at(")", 1)) {
    tokens_.take();
    tokens_.take();
  } else {
    ExpressionRef item = expression();
    // `(a, b)` is a row only where it is a value; here it is a grouping by both.
    const auto* row = item->get_if<FunctionCall>();
    if (row != nullptr && row->name.size() == 1 && row->name[0].text == "row" &&
        tokens_.text()[item->span.begin] == '(') {
      for (const auto& argument : row->arguments) element.expressions.push_back(argument.value);
    } else {
      element.expressions.push_back(std::move(item));
    }
  }
  return element;
}

Grammar::OpenQuery Grammar::values() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kValues);
  auto node = std::make_shared<Values>();
  list(
      [&] {
        tokens_.expect("(");
        auto& row = node->rows.emplace_back();
        list_until(")", [&] { row.push_back(expression()); });
      },
      [&] { return !tokens_.at("("); });
  close(*node, tokens_.since(begin));
  return node;
}

Grammar::OpenQuery Grammar::select_all_from(RelationRef relation, SourceSpan span) {
  auto node = std::make_shared<Select>();
  node->items.push_back({finish(std::make_shared<Star>(), SourceSpan{span.begin, span.begin}), {}});
  node->from = std::move(relation);
  close(*node, span);
  return node;
}

Grammar::OpenQuery Grammar::describe() {
  const uint32_t begin = tokens_.begin();
  auto node = std::make_shared<Describe>();
  node->describe = tokens_.take().keyword == Keyword::kSummarize ? DescribeKind::kSummarize
                                                                 : DescribeKind::kDescribe;
  const bool table = tokens_.at(Keyword::kTable) && !tokens_.at(".", 1);
  if (table) tokens_.take();
  if (!table && (at_query() || tokens_.at("("))) {
    node->query = query();  // to its end: UNION and ORDER BY belong to it
  } else if (at_list_end() && node->describe == DescribeKind::kDescribe) {
    node->describe = DescribeKind::kShowAllTables;
  } else {
    auto source = std::make_shared<TableName>();
    const uint32_t name_begin = tokens_.begin();
    source->is_string = tokens_.peek().kind == TokenKind::kString;
    if (source->is_string) {
      source->name.push_back(string_or_name(NameRole::kColumn, "a table"));
    } else {
      source->name = qualified_name("a table or a query");
    }
    const SourceSpan span = tokens_.since(name_begin);
    node->query = select_all_from(finish(std::move(source), span), span);
  }
  close(*node, tokens_.since(begin));
  return node;
}

Grammar::OpenQuery Grammar::show() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kShow);
  auto node = std::make_shared<Describe>();
  if (tokens_.at(Keyword::kAll) && tokens_.at(Keyword::kTables, 1)) {
    tokens_.take();
    tokens_.take();
    node->describe = DescribeKind::kShowAllTables;
  } else if (tokens_.accept(Keyword::kTables)) {
    node->describe = DescribeKind::kShowTables;
    if (tokens_.accept(Keyword::kFrom)) node->name = qualified_name("a schema");
  } else {
    node->describe = DescribeKind::kShow;
    node->name = qualified_name("TABLES or a name");
  }
  close(*node, tokens_.since(begin));
  return node;
}

}  // namespace doline::sql
