#include <gtest/gtest.h>

#include "round_trip.h"
#include "sql/build.h"
#include "sql/tree_check.h"

namespace doline::sql {
namespace {

/// The part of the text a node came from.
std::string part_of(std::string_view text, SourceSpan span) {
  return std::string(text.substr(span.begin, span.end - span.begin));
}

const Select& select_of(const StatementRef& statement) {
  return statement->as<SelectStatement>().query->as<Select>();
}

TEST(Tree, SpansCoverWhatWasWritten) {
  const std::string_view text =
      "SELECT a.b + 1 AS x, upper( c ), (d), CASE WHEN e THEN 1 END FROM s.t u JOIN v ON p = q "
      "WHERE NOT f AND g[1].h LIKE 'i'";
  const StatementRef statement = parse_statement(text);
  EXPECT_EQ(part_of(text, statement->span), text);
  const Select& select = select_of(statement);
  EXPECT_EQ(part_of(text, select.items[0].expression->span), "a.b + 1");
  EXPECT_EQ(part_of(text, select.items[0].name.span), "x");
  const auto& sum = select.items[0].expression->as<FunctionCall>();
  const auto& column = sum.arguments[0].value->as<ColumnReference>();
  EXPECT_EQ(part_of(text, column.names[1].span), "b");
  EXPECT_EQ(part_of(text, select.items[1].expression->span), "upper( c )");
  EXPECT_EQ(part_of(text, select.items[1].expression->as<FunctionCall>().name[0].span), "upper");
  EXPECT_EQ(part_of(text, select.items[2].expression->span), "d");
  EXPECT_EQ(part_of(text, select.items[3].expression->span), "CASE WHEN e THEN 1 END");
  const auto& join = select.from->as<Join>();
  EXPECT_EQ(part_of(text, join.span), "s.t u JOIN v ON p = q");
  EXPECT_EQ(part_of(text, join.left->span), "s.t u");
  EXPECT_EQ(part_of(text, join.left->alias.span), "u");
  EXPECT_EQ(part_of(text, join.condition->span), "p = q");
  const auto& terms = select.where->as<Conjunction>().terms;
  EXPECT_EQ(part_of(text, terms[0]->span), "NOT f");
  EXPECT_EQ(part_of(text, terms[1]->span), "g[1].h LIKE 'i'");
  EXPECT_EQ(part_of(text, terms[1]->as<FunctionCall>().arguments[0].value->span), "g[1].h");
}

TEST(Tree, HeightIsOneMoreThanTheHighestChilds) {
  EXPECT_EQ(parse_expression("a")->height, 1u);
  EXPECT_EQ(parse_expression("a + 1")->height, 2u);
  EXPECT_EQ(parse_expression("f(a, b * (c + d))")->height, 4u);
  EXPECT_EQ(parse_expression("(SELECT a + 1)")->height, 4u);
  EXPECT_EQ(parse_expression("sum(a) OVER (ORDER BY b + c)")->height, 3u);
  EXPECT_EQ(parse_expression("a::int[]")->height, 3u);
  EXPECT_EQ(parse_type("int[][]")->height, 3u);
  EXPECT_EQ(parse_statement("SELECT a FROM t")->height, 3u);
}

TEST(Tree, NoNodeIsHigherThanTheLimit) {
  ExpressionRef tower = literal(LiteralKind::kInteger, "1", {});
  for (uint32_t i = 1; i < kMaxHeight; ++i) tower = negation(tower, {});
  EXPECT_EQ(tower->height, kMaxHeight);
  EXPECT_THROW(negation(tower, {}), Error);
  EXPECT_EQ(expression_from_bytes(to_bytes(*tower))->height, kMaxHeight);
}

TEST(Tree, EqualityIgnoresSpansAndCaseOfNames) {
  const auto same = [](std::string_view left, std::string_view right) {
    const ExpressionRef a = parse_expression(left);
    const ExpressionRef b = parse_expression(right);
    const bool result = equal(*a, *b);
    EXPECT_EQ(result, equal(*b, *a));
    if (result) {
      EXPECT_EQ(hash(*a), hash(*b)) << left << " and " << right;
    }
    return result;
  };
  EXPECT_TRUE(same("a+1", "  A /* x */ + 1"));
  EXPECT_TRUE(same("T.a", "t.\"A\""));
  EXPECT_TRUE(same("Sum(DISTINCT x)", "SUM(distinct X)"));
  EXPECT_TRUE(same("a != 1", "a <> 1"));
  EXPECT_TRUE(same("a::INT", "cast(a AS integer)"));
  EXPECT_TRUE(same("(SELECT a FROM t)", "(FROM T SELECT A)"));
  for (const auto& [left, right] : std::initializer_list<std::pair<const char*, const char*>>{
           {"a", "b"},
           {"a", "t.a"},
           {"'a'", "'A'"},
           {"1", "1.0"},
           {"1", "'1'"},
           {"NULL", "''"},
           {"a + 1", "1 + a"},
           {"a - 1", "a + 1"},
           {"a + b", "f(a, b)"},
           {"sum(x)", "sum(DISTINCT x)"},
           {"sum(x)", "sum(x) OVER ()"},
           {"sum(x) OVER (ORDER BY a)", "sum(x) OVER (ORDER BY a DESC)"},
           {"sum(x) OVER w", "sum(x) OVER ()"},
           {"a IS NULL", "a IS NOT NULL"},
           {"f(a)", "f(b := a)"},
           {"a[1]", "a[1:]"},
           {"a[1:]", "a[:1]"},
           {"a::int", "a::int[]"},
           {"a::int", "try_cast(a AS int)"},
           {"a AND b", "a OR b"},
           {"a IN (1)", "a IN (1, 2)"},
           {"(SELECT 1)", "EXISTS (SELECT 1)"},
           {"(SELECT 1)", "(SELECT DISTINCT 1)"},
           {"x -> x", "lambda x: x"},
           {"*", "t.*"},
           {"$1", "$2"},
       }) {
    EXPECT_FALSE(same(left, right)) << left << " and " << right;
    EXPECT_NE(hash(*parse_expression(left)), hash(*parse_expression(right))) << left << right;
  }
  EXPECT_FALSE(equal(*parse_statement("SELECT 1"), *parse_statement("SELECT 1 LIMIT 1")));
  EXPECT_FALSE(equal(*parse_statement("SELECT 1"), *parse_statement("BEGIN")));
}

TEST(Tree, NamesCompareWithoutAsciiCaseOnly) {
  EXPECT_TRUE(same_name("Abc_1", "aBC_1"));
  EXPECT_FALSE(same_name("abc", "abcd"));
  EXPECT_FALSE(same_name("ä", "Ä"));
  EXPECT_FALSE(same_name("@", "`"));
  EXPECT_EQ(lower_name("ÄBC[x]Z"), "Äbc[x]z");
}

TEST(Tree, KindsAreToldApart) {
  const ExpressionRef node = parse_expression("NOT a");
  EXPECT_TRUE(node->is<Not>());
  EXPECT_EQ(node->get_if<Literal>(), nullptr);
  ASSERT_NE(node->get_if<Not>(), nullptr);
  EXPECT_TRUE(node->as<Not>().input->is<ColumnReference>());
}

TEST(Tree, ParametersAreCountedWithinAStatement) {
  const auto statements = parse("SELECT ?, $Name; SELECT ?, ?");
  EXPECT_EQ(to_sql(*statements[0]), "SELECT $1, $name");
  EXPECT_EQ(to_sql(*statements[1]), "SELECT $1, $2");
}

TEST(Tree, ParsedTreesHaveNoFlaws) {
  EXPECT_EQ(flaw_of(*parse_expression("a + 1")), "");
  EXPECT_EQ(flaw_of(*parse_expression("* LIKE 'a%'")), "");
  auto lonely = std::make_shared<Conjunction>();
  lonely->terms.push_back(parse_expression("a"));
  EXPECT_NE(flaw_of(*finish(std::move(lonely), {})), "");
  auto digits = std::make_shared<Literal>();
  digits->literal = LiteralKind::kInteger;
  digits->text = "1x";
  EXPECT_NE(flaw_of(*finish(std::move(digits), {})), "");
}

}  // namespace
}  // namespace doline::sql
