#include <gtest/gtest.h>

#include <functional>

#include "round_trip.h"

namespace doline::sql {
namespace {

std::string repeated(std::string_view text, size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

struct Nest {
  std::string_view open;
  std::string_view core;
  std::string_view close;
};

/// Every way by which a text can make the parser recurse.
constexpr Nest kNests[] = {
    {"(", "1", ")"},
    {"[", "1", "]"},
    {"{a: ", "1", "}"},
    {"map {1: ", "1", "}"},
    {"f(", "1", ")"},
    {"f(a := ", "1", ")"},
    {"- ", "a", ""},
    {"+ ", "1", ""},
    {"~ ", "1", ""},
    {"not ", "a", ""},
    {"not not a = - (", "1", ")"},
    {"a + (", "1", ")"},
    {"a or b and c = d || e & f + g * h ^ (", "1", ")"},
    {"case when a then ", "1", " end"},
    {"case ", "1", " when 1 then 2 end"},
    {"cast(", "1", " as int)"},
    {"try(", "1", ")"},
    {"(select ", "1", ")"},
    {"exists (from (select ", "1", "))"},
    {"a in (", "1", ")"},
    {"a in (select ", "1", ")"},
    {"a = any (select ", "1", ")"},
    {"a between 1 and (", "1", ")"},
    {"(lambda x: ", "1", ")"},
    {"x -> (", "1", ")"},
    {"a[", "1", "]"},
    {"extract(year from ", "1", ")"},
    {"substring(", "a", " from 1)"},
    {"trim(", "a", ")"},
    {"overlay(", "a", " placing 'x' from 1)"},
    {"position(", "a", " in b)"},
    {"interval (", "1", ") day"},
    {"sum(a) over (order by ", "1", ")"},
    {"sum(a) filter (where ", "1", ")"},
    {"columns(", "*", ")"},
    {"* replace (", "1", " as a)"},
    {"[x for x in ", "l", "]"},
    {"1::decimal(", "1", ")"},
};

TEST(Limits, NestingIsBounded) {
  for (const Nest& nest : kNests) {
    SCOPED_TRACE(std::string(nest.open));
    for (const size_t depth : {size_t{40}, size_t{1001}, size_t{20000}}) {
      const std::string text = "select " + repeated(nest.open, depth) + std::string(nest.core) +
                               repeated(nest.close, depth);
      if (depth == 40) {
        round_trip(text);
        continue;
      }
      try {
        parse(text);
        ADD_FAILURE() << "parsed at depth " << depth;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kSyntax);
        EXPECT_NE(error.message().find("nested more than 1000 levels"), std::string::npos)
            << error.message();
      }
    }
  }
}

TEST(Limits, NestingOfQueriesRelationsTypesAndStatementsIsBounded) {
  const Nest nests[] = {
      {"select * from (", "select 1", ")"},
      {"(", "select 1", ")"},
      {"with a as (", "select 1", ") select 1"},
      {"select 1 union (", "select 1", ")"},
      {"select * from ((", "a", "))"},
      {"select * from a join (", "select 1", ") on 1"},
      {"describe ", "select 1", ""},
      {"explain ", "select 1", ""},
      {"prepare p as ", "select 1", ""},
  };
  for (const Nest& nest : nests) {
    SCOPED_TRACE(std::string(nest.open));
    for (const size_t depth : {size_t{1001}, size_t{20000}}) {
      EXPECT_NE(syntax_error(repeated(nest.open, depth) + std::string(nest.core) +
                             repeated(nest.close, depth)),
                "");
    }
  }
  const std::string joins =
      "select * from " + repeated("a join ", 50000) + "a" + repeated(" on 1", 50000);
  EXPECT_NE(syntax_error(joins), "");
  EXPECT_NE(
      syntax_error("select 1::" + repeated("struct(a ", 50000) + "int" + repeated(")", 50000)), "");
  EXPECT_NE(syntax_error("select a from t group by " + repeated("grouping sets (", 50000) + "a" +
                         repeated(")", 50000)),
            "");
}

TEST(Limits, LongChainsAreRefusedOrCheap) {
  // These lean to the left, so their trees are as high as they are long.
  for (const auto& [head, link] : std::initializer_list<std::pair<std::string, std::string>>{
           {"select a", " + a"},
           {"select a", "[1]"},
           {"select a", "::int"},
           {"select (a)", ".b"},
           {"select a", " is null"},
           {"select a", " collate b"},
           {"select a", "!"},
           {"select a", " in (1)"},
           {"select 1", " except select 1"},
           {"select * from a", ", a"},
           {"select * from a", " natural join a"},
           {"select 1::int", "[]"},
       }) {
    SCOPED_TRACE(link);
    round_trip(head + repeated(link, 300));
    EXPECT_NE(syntax_error(head + repeated(link, 100000)).find("nested more than 1000 levels"),
              std::string::npos);
  }
  // These are wide, and cost no more than their length.
  for (const auto& [head, link] : std::initializer_list<std::pair<std::string, std::string>>{
           {"select a", " and a"},
           {"select a", " or (a and b)"},
           {"select 1", " union all select 1"},
           {"select 1", " union select 1"},
           {"select 1", ", 1"},
           {"values (1)", ", (1)"},
           {"select a.b", ".b"},
           {"select a in (1", ", 1"},
       }) {
    SCOPED_TRACE(link);
    std::string text = head + repeated(link, 20000);
    if (head.ends_with("(1")) text += ")";
    round_trip(text);
  }
  EXPECT_EQ(parse(repeated("select 1;", 20000)).size(), 20000u);
  EXPECT_EQ(parse(repeated("/* ", 100000) + repeated("*/ ", 100000) + "select 1").size(), 1u);
}

TEST(Limits, ConjunctionsOfConjunctionsStayLinear) {
  // Flattening a wide one again at each of many levels would be quadratic.
  const std::string wide = "a" + repeated(" and a", 50000);
  round_trip("select " + repeated("(", 400) + wide + repeated(") and b", 400));
  round_trip("select " + repeated("b and (", 400) + wide + repeated(")", 400));
}

}  // namespace
}  // namespace doline::sql
