#include <gtest/gtest.h>

#include "round_trip.h"

namespace doline::sql {
namespace {

TEST(ParserDialect, ReadsWhatPeopleWrite) {
  const Printed cases[] = {
      {R"(select left(s,1), right(s,2), replace(s, 'a', 'b'), glob(s), year(d), "end", first(a), map_keys(m))",
       R"(SELECT "left"(s, 1), "right"(s, 2), "replace"(s, 'a', 'b'), "glob"(s), "year"(d), "end", "first"(a), map_keys(m))"},
      {"select sum(a) over (partition by a order by b range between interval 3 days preceding and "
       "current row)",
       "SELECT sum(a) OVER (PARTITION BY a ORDER BY b RANGE BETWEEN to_days(CAST(trunc(CAST(3 AS "
       "DOUBLE)) AS INTEGER)) PRECEDING AND CURRENT ROW)"},
      {"select case when x then y else z end::int",
       "SELECT CAST(CASE  WHEN (x) THEN (y) ELSE z END AS INTEGER)"},
      {"from read_csv(['a.csv', 'b.csv'], columns = {'a': 'INT'}, header = false)",
       R"(SELECT * FROM read_csv(list_value('a.csv', 'b.csv'), "columns" := struct_pack(a := 'INT'), "header" := false))"},
      {"copy t to 'x' (format parquet, partition_by (a, b), compression 'zstd', "
       "overwrite_or_ignore)",
       R"(COPY t TO 'x' (format parquet, partition_by (a, b), "compression" 'zstd', overwrite_or_ignore))"},
      {"with p as (pivot t on a using sum(b)) from p",
       "WITH p AS (SELECT * FROM t PIVOT (sum(b) FOR a)) SELECT * FROM p"},
      {"from (pivot t on a in (1,2))", "SELECT * FROM (SELECT * FROM t PIVOT (FOR a IN (1, 2)))"},
      {"select t.a.b[1].c.d(1)[2] from t", "SELECT d((t.a.b[1]).c, 1)[2] FROM t"},
      {"select a from t where (a, b) = any (select 1, 2)",
       R"(SELECT a FROM t WHERE ("row"(a, b) = ANY(SELECT 1, 2)))"},
      {"select * from glob('*.csv')", R"(SELECT * FROM "glob"('*.csv'))"},
      {"select values, position, coalesce from t",
       R"(SELECT "values", "position", "coalesce" FROM t)"},
      {"select row(1, 2), struct_pack(1)", R"(SELECT "row"(1, 2), struct_pack(1))"},
      {"select sum(a) filter (where b) over (partition by c) from t",
       "SELECT sum(a) FILTER (WHERE b) OVER (PARTITION BY c) FROM t"},
      {"select x.y.z.w.* from t", "SELECT x.y.z.w.* FROM t"},
      {"select 'a'.upper(), [1,2].list_sum(), (1).x()",
       "SELECT upper('a'), list_sum(list_value(1, 2)), x(1)"},
      {R"(select count(*) as "filter" from t group by all having count(*) > 1 order by all limit 5)",
       R"(SELECT count_star() AS "filter" FROM t GROUP BY ALL HAVING (count_star() > 1) ORDER BY * LIMIT 5)"},
      {"select interval '1' day * 3",
       "SELECT (to_days(CAST(trunc(CAST('1' AS DOUBLE)) AS INTEGER)) * 3)"},
      {"select date_trunc('month', ts)::date from t",
       "SELECT CAST(date_trunc('month', ts) AS date) FROM t"},
      {"select strftime(ts, '%Y'), epoch(ts) from t",
       "SELECT strftime(ts, '%Y'), epoch(ts) FROM t"},
      {"insert into t by name select 1 as a on conflict do nothing returning a",
       "INSERT INTO t BY NAME SELECT 1 AS a ON CONFLICT DO NOTHING RETURNING a"},
      {"create table t as from 'x.csv'", "CREATE TABLE t AS SELECT * FROM 'x.csv'"},
      {"create or replace table t (a int, b as (a + 1), c int generated always as (a * 2) stored)",
       "CREATE OR REPLACE TABLE t(a INTEGER, b GENERATED ALWAYS AS ((a + 1)), c INTEGER GENERATED "
       "ALWAYS AS ((a * 2)))"},
      {"select unnest(l) as x, unnest(st, max_depth := 2) from t",
       "SELECT unnest(l) AS x, unnest(st, max_depth := 2) FROM t"},
      {"select * from t1 join t2 using (id) where a",
       "SELECT * FROM (t1 INNER JOIN t2 USING (id)) WHERE a"},
      {"select a from t1 full join t2 on t1.a = t2.a and t1.b = t2.b",
       "SELECT a FROM (t1 FULL JOIN t2 ON (((t1.a = t2.a) AND (t1.b = t2.b))))"},
      {"select try_cast('a' as int), try(1/0)", "SELECT TRY_CAST('a' AS INTEGER), TRY((1 / 0))"},
      {"select 1 as a, a + 1 as b where b > 1", "SELECT 1 AS a, (a + 1) AS b WHERE (b > 1)"},
      {"select row_number() over w as rn from t window w as (order by a) qualify rn = 1",
       "SELECT row_number() OVER w AS rn FROM t WINDOW w AS (ORDER BY a) QUALIFY (rn = 1)"},
      {"select distinct on (a) a, b from t order by a, b desc",
       "SELECT DISTINCT ON (a) a, b FROM t ORDER BY a, b DESC"},
      {"select a, sum(b) from t group by grouping sets ((a), ())",
       "SELECT a, sum(b) FROM t GROUP BY GROUPING SETS (a, ())"},
      {"set memory_limit = '256MB';", "SET memory_limit = '256MB'"},
      {"set TimeZone = 'Europe/Berlin'", "SET TimeZone = 'Europe/Berlin'"},
      {"select '2024-01-01'::timestamptz at time zone 'UTC'",
       "SELECT timezone('UTC', CAST('2024-01-01' AS timestamptz))"},
      {"select a[1:], a[:-1], a[-3:], a[2:4:2] from t",
       "SELECT a[1:], a[:-1], a[-3:], a[2:4:2] FROM t"},
      {"select array_agg(a order by b) filter (where a > 1) from t",
       "SELECT array_agg(a ORDER BY b) FILTER (WHERE (a > 1)) FROM t"},
      {"select {'x': 1}.x, {'x': {'y': 2}}['x']['y']",
       "SELECT (struct_pack(x := 1)).x, struct_pack(x := struct_pack(y := 2))['x']['y']"},
      {"from t: 'x.csv' select t.a", "SELECT t.a FROM 'x.csv' AS t"},
      {"select columns('^a') + columns('^b') from t",
       "SELECT (COLUMNS('^a') + COLUMNS('^b')) FROM t"},
      {"select * exclude (a) replace (b::int as b) from t where columns(*) is not null",
       "SELECT * EXCLUDE (a) REPLACE (CAST(b AS INTEGER) AS b) FROM t WHERE (COLUMNS(*) IS NOT "
       "NULL)"},
      {"select list_transform([1,2], x -> list_filter([3], y -> y > x))",
       "SELECT list_transform(list_value(1, 2), (x -> list_filter(list_value(3), (y -> (y > "
       "x)))))"},
      {"select a.b from a left join lateral (select 1) x on true",
       "SELECT a.b FROM (a LEFT JOIN LATERAL (SELECT 1) AS x ON (true))"},
      {"select cast(row(1,2) as struct(a int, b int))",
       R"(SELECT CAST("row"(1, 2) AS STRUCT(a INTEGER, b INTEGER)))"},
      {"select exists(select 1) and not exists(select 2)",
       "SELECT (EXISTS(SELECT 1) AND (NOT EXISTS(SELECT 2)))"},
      {"with recursive t(n) as (values (1) union all select n + 1 from t where n < 10) select "
       "sum(n) from t",
       "WITH RECURSIVE t (n) AS ((VALUES (1)) UNION ALL (SELECT (n + 1) FROM t WHERE (n < 10))) "
       "SELECT sum(n) FROM t"},
      {"select extract(epoch from ts), extract(dow from ts), extract(isodow from ts)",
       "SELECT date_part('epoch', ts), date_part('dow', ts), date_part('isodow', ts)"},
      {"execute p('a', 1)", "EXECUTE p('a', 1)"},
      {"prepare p as insert into t values (?, $2, $x)",
       "PREPARE p AS INSERT INTO t VALUES ($1, $2, $x)"},
      {"explain analyze (format json) select 1", R"(EXPLAIN ANALYZE (format "json") SELECT 1)"},
      {"explain (analyze, foo bar) select 1", "EXPLAIN ANALYZE (foo bar) SELECT 1"},
      {"select * from a, b pivot (sum(x) for y in (1)) p",
       "SELECT * FROM (a CROSS JOIN (b PIVOT (sum(x) FOR y IN (1)) AS p))"},
      {"select * from a join b on c pivot (sum(x) for y in (1)) p",
       "SELECT * FROM (a INNER JOIN b ON (c)) PIVOT (sum(x) FOR y IN (1)) AS p"},
  };
  for (const auto& [text, sql] : cases) EXPECT_EQ(round_trip(text), sql);
}

}  // namespace
}  // namespace doline::sql
