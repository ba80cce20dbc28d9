#include <gtest/gtest.h>

#include "round_trip.h"

namespace doline::sql {
namespace {

TEST(ParserError, SaysWhereWhatAndHowToGoOn) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"SELECT a FORM t",
       "error[syntax]: expected a clause or the end of the statement, not \"t\"\n"
       " 1 | SELECT a FORM t\n"
       "   |               ^\n"
       " hint: did you mean FROM instead of \"FORM\"?"},
      {"SELECT a FROM t\nWEHRE b = 1",
       "error[syntax]: expected a clause or the end of the statement, not \"b\"\n"
       " 2 | WEHRE b = 1\n"
       "   |       ^\n"
       " hint: did you mean WHERE instead of \"WEHRE\"?"},
      {"selct 1",
       "error[syntax]: expected a statement, not \"selct\"\n"
       " 1 | selct 1\n"
       "   | ^^^^^\n"
       " hint: did you mean SELECT?"},
      {"create tabel t (a int)",
       "error[syntax]: expected TABLE, VIEW, SCHEMA, TYPE or MACRO, not \"tabel\"\n"
       " 1 | create tabel t (a int)\n"
       "   |        ^^^^^\n"
       " hint: did you mean TABLE?"},
      {"select a from t group by a havin b",
       "error[syntax]: expected a clause or the end of the statement, not \"havin\"\n"
       " 1 | select a from t group by a havin b\n"
       "   |                            ^^^^^\n"
       " hint: did you mean HAVING?"},
      {"select sum(x) ovr (order by y)",
       "error[syntax]: expected a clause or the end of the statement, not \"(\"\n"
       " 1 | select sum(x) ovr (order by y)\n"
       "   |                   ^\n"
       " hint: did you mean OVER instead of \"ovr\"?"},
      {"insert into t valus (1)",
       "error[syntax]: expected VALUES, SELECT or another query, not \"valus\"\n"
       " 1 | insert into t valus (1)\n"
       "   |               ^^^^^\n"
       " hint: did you mean VALUES?"},
      {"select * from a left joim b on 1",
       "error[syntax]: expected JOIN, not \"joim\"\n"
       " 1 | select * from a left joim b on 1\n"
       "   |                      ^^^^\n"
       " hint: did you mean JOIN?"},
      {"select a + from t",
       "error[syntax]: expected an expression, not \"from\"\n"
       " 1 | select a + from t\n"
       "   |            ^^^^\n"
       " hint: FROM is a reserved word: write \"from\" in double quotes to use it as a name"},
      {"select * from t where",
       "error[syntax]: expected an expression, but the text ends here\n"
       " 1 | select * from t where\n"
       "   |                     ^"},
      {"select (1 + 2",
       "error[syntax]: expected \")\", but the text ends here\n"
       " 1 | select (1 + 2\n"
       "   |             ^"},
      {"select a < b < c",
       "error[syntax]: comparisons cannot be chained\n"
       " 1 | select a < b < c\n"
       "   |              ^\n"
       " hint: write a < b AND b < c, or put parentheses around one of them"},
      {"select 'ä', 1abc",
       "error[syntax]: \"1abc\" is neither a number nor a name\n"
       " 1 | select 'ä', 1abc\n"
       "   |             ^^^^"},
      {"select a from t where a = 'x",
       "error[syntax]: this string is not closed\n"
       " 1 | select a from t where a = 'x\n"
       "   |                           ^"},
      {"select \"a",
       "error[syntax]: this quoted name is not closed\n"
       " 1 | select \"a\n"
       "   |        ^"},
      {"select 1 /* one",
       "error[syntax]: this comment is not closed\n"
       " 1 | select 1 /* one\n"
       "   |          ^^\n"
       " hint: comments nest: each /* needs a */ of its own"},
      {"select case when a then 1",
       "error[syntax]: expected WHEN, ELSE or END, but the text ends here\n"
       " 1 | select case when a then 1\n"
       "   |                         ^"},
      {"select {a 1}",
       "error[syntax]: expected \":\", not \"1\"\n"
       " 1 | select {a 1}\n"
       "   |           ^"},
      {"select [1 2]",
       "error[syntax]: expected \",\" or \"]\", not \"2\"\n"
       " 1 | select [1 2]\n"
       "   |           ^"},
      {"create index i on t(a)",
       "error[not_supported]: CREATE INDEX is not supported\n"
       " 1 | create index i on t(a)\n"
       "   |        ^^^^^"},
      {"load json",
       "error[not_supported]: there are no extensions to load\n"
       " 1 | load json\n"
       "   | ^^^^\n"
       " hint: everything Doline can do is built in: leave this statement out"},
      {"select interval '1-2' year to month",
       "error[not_supported]: an interval has one unit here, not a range of them\n"
       " 1 | select interval '1-2' year to month\n"
       "   |                            ^^\n"
       " hint: write the parts into the text: INTERVAL '1 year 2 months'"},
      {"update t set (a, b) = (1, 2, 3)",
       "error[syntax]: 2 columns are set, so there must be as many values in parentheses\n"
       " 1 | update t set (a, b) = (1, 2, 3)\n"
       "   |              ^^^^^^^^^^^^^^^^^^"},
      {"select #0",
       "error[syntax]: there is no column number 0\n"
       " 1 | select #0\n"
       "   |        ^^\n"
       " hint: columns are counted from #1"},
  };
  for (const auto& [text, rendered] : cases) EXPECT_EQ(syntax_error(text), rendered);
}

TEST(ParserError, RefusesWhatIsNoStatement) {
  for (const std::string_view bad : {"select",
                                     "select from t",
                                     "select a.",
                                     "select a,, b",
                                     "select 1 2",
                                     "select f(",
                                     "select f(a b)",
                                     "select f(a order)",
                                     "select cast(a int)",
                                     "select a::",
                                     "select x'0",
                                     "select x'0g'",
                                     "select x'abc'",
                                     "select \"\"",
                                     "select a between 1",
                                     "select a is",
                                     "select a not",
                                     "select not",
                                     "select -",
                                     "select a in",
                                     "select a in ()",
                                     "select ()",
                                     "select [1",
                                     "select {a: }",
                                     "select map {1}",
                                     "select a[",
                                     "select a[]",
                                     "select lambda x",
                                     "select lambda : 1",
                                     "select case end",
                                     "select interval 5",
                                     "select extract(year)",
                                     "select position(a)",
                                     "select exists 1",
                                     "select a over (",
                                     "select f() over (rows)",
                                     "select f() over (rows 1)",
                                     "select columns()",
                                     "select * exclude ()",
                                     "select * replace (a)",
                                     "select * from",
                                     "select * from a join b",
                                     "select * from a natural join",
                                     "select * from (a",
                                     "select * from a using (b)",
                                     "select * from t tablesample",
                                     "select * from t at (version 3)",
                                     "select a from t where",
                                     "select a from t group",
                                     "select a from t limit",
                                     "select a from t order by",
                                     "select 1 union",
                                     "select 1 union all by select 2",
                                     "with a select 1",
                                     "with a as select 1 select 2",
                                     "with a as (select 1)",
                                     "values",
                                     "values 1",
                                     "values ()",
                                     "pivot t",
                                     "pivot t on",
                                     "unpivot t",
                                     "select * from t pivot (sum(a))",
                                     "select * from t unpivot (a)",
                                     "create",
                                     "create table",
                                     "create table t",
                                     "create table t ()",
                                     "create table t (a)",
                                     "create table t (a int",
                                     "create view v",
                                     "create type t as",
                                     "create macro f as 1",
                                     "create macro f(a) 1",
                                     "create macro f(a) as a, (a, b) as table select 1",
                                     "create or table t (a int)",
                                     "insert t values (1)",
                                     "insert into t",
                                     "insert into t (a,",
                                     "insert into t values (1) on conflict",
                                     "update t",
                                     "update t set",
                                     "update t set a",
                                     "delete t",
                                     "drop t",
                                     "drop table",
                                     "drop table a, b",
                                     "alter table t",
                                     "alter table t add",
                                     "alter table t alter a",
                                     "alter schema s rename to t",
                                     "copy t",
                                     "copy t to",
                                     "copy (select 1) from 'x'",
                                     "copy t to 'x' (",
                                     "copy t to 'x' nonsense",
                                     "set",
                                     "set a",
                                     "set a =",
                                     "reset",
                                     "pragma",
                                     "explain",
                                     "prepare p select 1",
                                     "execute",
                                     "start",
                                     "use",
                                     "attach",
                                     "detach",
                                     "call f",
                                     "force",
                                     "show",
                                     "truncate",
                                     "begin 1",
                                     ")",
                                     "1",
                                     "a",
                                     "-",
                                     "select * from a asof",
                                     "select a from t fetch first 5",
                                     "select OPERATOR(!) 1",
                                     "select 1 OPERATOR(!) 2",
                                     "select $"}) {
    EXPECT_NE(syntax_error(bad), "") << bad;
  }
}

TEST(ParserError, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(syntax_error("select '\xFF'").substr(0, 48),
            "error[syntax]: the text is not UTF-8 at byte 8\n ");
}

TEST(ParserError, WantsExactlyOneWhereOneIsAskedFor) {
  const auto message = [](auto parse_it, std::string_view text) -> std::string {
    try {
      parse_it(text);
    } catch (const Error& error) {
      return error.message();
    }
    return "parsed";
  };
  EXPECT_EQ(message(parse_statement, ""), "there is no statement in the text");
  EXPECT_EQ(message(parse_statement, ";;"), "there is no statement in the text");
  EXPECT_EQ(message(parse_statement, "select 1; ;"), "parsed");
  EXPECT_EQ(message(parse_statement, "select 1; select 2"),
            "another statement begins here, where only one may stand");
  EXPECT_EQ(message(parse_expression, "a b"), "expected the end of the expression, not \"b\"");
  EXPECT_EQ(message(parse_type, "int 1"), "expected the end of the type, not \"1\"");
}

}  // namespace
}  // namespace doline::sql
