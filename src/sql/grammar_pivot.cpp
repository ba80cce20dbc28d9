#include "sql/grammar.h"

namespace doline::sql {

namespace {

/// Names of the two columns of UNPIVOT where the statement does not say.
constexpr const char* kDefaultNameColumn = "name";
constexpr const char* kDefaultValueColumn = "value";

}  // namespace

Grammar::OpenQuery Grammar::pivot_statement() {
  const uint32_t begin = tokens_.begin();
  tokens_.take();
  auto node = std::make_shared<Pivot>();
  node->source = relation();
  if (tokens_.accept(Keyword::kOn)) {
    list([&] { node->columns.push_back(pivot_column()); }, [&] { return at_list_end(); });
  } else if (!tokens_.at(Keyword::kUsing) && !tokens_.at(Keyword::kGroup)) {
    tokens_.fail("ON, USING or GROUP BY");
  }
  if (tokens_.accept(Keyword::kUsing)) node->aggregates = named_expressions();
  if (tokens_.accept(Keyword::kGroup)) {
    tokens_.expect(Keyword::kBy);
    list([&] { node->group_by.push_back(expression()); }, [&] { return at_list_end(); });
  }
  const SourceSpan span = tokens_.since(begin);
  return select_all_from(finish(std::move(node), span), span);
}

PivotColumn Grammar::pivot_column() {
  PivotColumn result;
  const uint32_t begin = tokens_.begin();
  // IN is the clause here, not the operator.
  ExpressionRef key = binary(Level::kOther);
  if (!tokens_.at(Keyword::kIn)) key = binary_rest(std::move(key), Level::kOr, begin);
  const auto* row = key->get_if<FunctionCall>();
  if (row != nullptr && row->name.size() == 1 && row->name[0].text == "row" &&
      tokens_.text()[begin] == '(') {
    for (const auto& part : row->arguments) result.keys.push_back(part.value);
  } else {
    result.keys.push_back(std::move(key));
  }
  if (!tokens_.accept(Keyword::kIn)) return result;
  if (tokens_.at("(")) {
    tokens_.take();
    if (at_query()) {
      result.query = query();
      tokens_.expect(")");
    } else {
      list_until(")", [&] { result.values.push_back(named_expression()); });
    }
  } else {
    result.enum_type = name(NameRole::kColumn, "\"(\" or an enum type");
  }
  return result;
}

RelationRef Grammar::pivot_clause(RelationRef source, uint32_t begin) {
  tokens_.expect(Keyword::kPivot);
  tokens_.expect("(");
  auto node = std::make_shared<Pivot>();
  node->source = std::move(source);
  if (!tokens_.at(Keyword::kFor) && !tokens_.at(Keyword::kGroup))
    node->aggregates = named_expressions();
  if (!tokens_.at(Keyword::kGroup)) {
    tokens_.expect(Keyword::kFor);
    do {
      node->columns.push_back(pivot_column());
      tokens_.accept(",");
    } while (!tokens_.at(")") && !tokens_.at(Keyword::kGroup));
  }
  if (tokens_.accept(Keyword::kGroup)) {
    tokens_.expect(Keyword::kBy);
    list([&] { node->group_by.push_back(expression()); }, [&] { return tokens_.at(")"); });
  }
  tokens_.expect(")");
  relation_alias(*node);
  return close_relation(std::move(node), begin);
}

Grammar::OpenQuery Grammar::unpivot_statement() {
  const uint32_t begin = tokens_.begin();
  tokens_.take();
  auto node = std::make_shared<Unpivot>();
  node->source = relation();
  tokens_.expect(Keyword::kOn);
  node->entries = named_expressions();
  node->name_column.text = kDefaultNameColumn;
  if (tokens_.accept(Keyword::kInto)) {
    tokens_.expect(Keyword::kName);
    node->name_column = name(NameRole::kColumn, "a name for the column of names");
    if (!tokens_.accept(Keyword::kValue) && !tokens_.accept(Keyword::kValues)) {
      tokens_.fail("VALUE");
    }
    list([&] { node->value_columns.push_back(name(NameRole::kColumn, "a name for the values")); },
         [&] { return at_list_end(); });
  } else {
    node->value_columns.push_back({kDefaultValueColumn, {}});
  }
  const SourceSpan span = tokens_.since(begin);
  return select_all_from(finish(std::move(node), span), span);
}

RelationRef Grammar::unpivot_clause(RelationRef source, uint32_t begin) {
  tokens_.expect(Keyword::kUnpivot);
  auto node = std::make_shared<Unpivot>();
  node->source = std::move(source);
  node->include_nulls = tokens_.accept(Keyword::kInclude, Keyword::kNulls);
  if (!node->include_nulls) tokens_.accept(Keyword::kExclude, Keyword::kNulls);
  tokens_.expect("(");
  if (tokens_.at("(")) {
    node->value_columns = name_list("a name for the values");
  } else {
    node->value_columns.push_back(name(NameRole::kColumn, "a name for the values"));
  }
  tokens_.expect(Keyword::kFor);
  node->name_column = name(NameRole::kColumn, "a name for the column of names");
  tokens_.expect(Keyword::kIn);
  tokens_.expect("(");
  list_until(")", [&] { node->entries.push_back(named_expression()); });
  tokens_.expect(")");
  relation_alias(*node);
  return close_relation(std::move(node), begin);
}

}  // namespace doline::sql
