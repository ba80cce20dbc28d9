#include "web_requests.h"

#include <fmt/format.h>

#include "sql/print.h"

namespace doline::demo {

namespace {

constexpr uint32_t kStep = 2;

// The hash of a request's number is all the chance there is: the same text every time.
constexpr const char* kGenerate = R"(COPY (
  WITH dice AS (
    SELECT i, i / @rows@ AS share, hash(i + 20261102) AS r1, hash(i + 10020261102) AS r2, hash(i + 20020261102) AS r3,
           14 * pi() * (i / @rows@) - pi() / 3 AS day_angle
    FROM range(@rows@) t(i)),
  visits AS (  -- busy by day and quiet by night; a visitor keeps a seat for some requests
    SELECT *,
           TIMESTAMP '2026-11-02' + to_microseconds(CAST(604799e6 * (share + 0.01 * (sin(day_angle) + 0.8660255)) AS BIGINT)) AS time,
           1 - 0.45 * cos(day_angle) AS load,
           CAST(r1 % @seats@ AS BIGINT) AS seat,
           hash(seat * 1000003 + (i + seat * 7919) // (@seats@ * (6 + seat % 23))) AS visitor,
           hash(CAST(0.03 * @rows@ * pow((visitor >> 40) / 16777216, 2) AS BIGINT)) AS host,
           CAST(r2 % 1000 AS BIGINT) AS kind,
           (r2 >> 16) % 65536 / 65536 AS d1,
           ((r2 >> 32) % 65536 + 0.5) / 65536 AS d2,
           (r3 % 65536) / 65536 AS d3
    FROM dice),
  pages AS (
    SELECT *,
      CASE WHEN kind < 120 THEN '/'
           WHEN kind < 400 THEN concat('/products/', CAST(4000 * d1 * d1 * d1 AS BIGINT))
           WHEN kind < 520 THEN concat('/search?q=',
             ['lamp','desk','chair','oak','wool','linen','brass','clay','rug','shelf','mirror','clock'][1 + CAST(floor(12 * d1 * d1) AS BIGINT)], '+',
             ['red','blue','small','large','round','old','new','soft'][1 + CAST(r3 % 8 AS BIGINT)])
           WHEN kind < 600 THEN concat('/categories/',
             ['lighting','tables','seating','textiles','kitchen','garden','office'][1 + CAST(floor(7 * d1) AS BIGINT)])
           WHEN kind < 680 THEN '/cart'
           WHEN kind < 720 THEN '/checkout'
           WHEN kind < 900 THEN concat('/api/v1/products/', CAST(4000 * d1 * d1 * d1 AS BIGINT))
           WHEN kind < 950 THEN '/static/app.5f3c9a.js'
           ELSE concat('/images/', CAST(4000 * d1 * d1 AS BIGINT), '.webp') END AS path,
      CASE WHEN kind < 120 THEN 0.019
           WHEN kind < 400 THEN 0.042
           WHEN kind < 520 THEN if(share < 0.22, 0.25, 0.09)  -- a faster search is put in place
           WHEN kind < 600 THEN 0.03
           WHEN kind < 680 THEN 0.055
           WHEN kind < 720 THEN 0.7
           WHEN kind < 900 THEN 0.009
           ELSE 0.0011 END AS usual,
      kind < 900 AND time BETWEEN TIMESTAMP '2026-11-05 14:05' AND TIMESTAMP '2026-11-05 16:20' AS outage,
      kind < 400 AND hour(time) = 3 AND minute(time) < 40 AS backup
    FROM visits),
  requests AS (
    SELECT *,
      usual * pow(d2 / (1 - d2), 0.17) * (0.65 + 0.35 * load) * if(outage, 9, 1) * if(backup, 3, 1) AS seconds,
      CASE WHEN outage AND d3 < 0.21 THEN 503 WHEN kind >= 900 AND d3 < 0.4 THEN 304 WHEN d3 < 0.0012 THEN 500
           WHEN d3 BETWEEN 0.5 AND 0.512 THEN 404 WHEN d3 BETWEEN 0.6 AND 0.6008 THEN 403 WHEN d3 > 0.985 THEN 301
           ELSE 200 END AS status
    FROM pages),
  lines AS (
    SELECT i, concat(
      16 + host % 200, '.', (host >> 8) % 256, '.', (host >> 16) % 256, '.', (host >> 24) % 256, ' - - [',
      strftime(time, '%d/%b/%Y:%H:%M:%S +0000'), '] "', if(path = '/checkout', 'POST ', 'GET '), path, ' HTTP/2.0" ', status, ' ',
      if(status = 304, 0, 300 + (r3 >> 24) % 48000), ' "',
      ['-', 'https://shop.example/', 'https://www.search.example/', 'https://shop.example/products/today'][1 + CAST((r3 >> 50) % 4 AS BIGINT)], '" "',
      ['Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
       'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15',
       'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0',
       'Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1',
       'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
       'Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1',
       'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
       'Mozilla/5.0 (compatible; ExampleBot/2.1; +https://bot.example/about)'][1 + CAST((host >> 32) % 8 AS BIGINT)], '" ',
      printf('%.6f', seconds)) AS line
    FROM requests)
  SELECT CASE
    WHEN i % @stripe@ <> CAST(hash(i // @stripe@ + 7) % @stripe@ AS BIGINT) THEN line
    WHEN i // @stripe@ % 5 = 0 THEN left(line, length(line) // 2)
    WHEN i // @stripe@ % 5 = 1 THEN replace(line, '"', '')
    WHEN i // @stripe@ % 5 = 2 THEN concat(line, line)
    WHEN i // @stripe@ % 5 = 3 THEN replace(line, '[', '')
    ELSE replace(line, ' HTTP/2.0" ', ' HTTP/2.0" -') END AS line
  FROM lines
) TO @text@ (FORMAT csv, HEADER false, QUOTE '', DELIMITER E'\x01'))";

/// A word as the shell takes it.
std::string in_shell(const std::string& text) {
  std::string out = "'";
  for (char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

constexpr const char* kParse = R"sql(COPY (
  SELECT host, CAST(time AS TIMESTAMP) AS time, method, path, status, bytes, referer, agent, seconds, CAST(time AS DATE) AS day
  FROM read_log(@text@, pattern =>
    '^(?P<host>\S+) \S+ \S+ \[(?P<time>[^\]]+)\] "(?P<method>\S+) (?P<path>\S+) [^"]*" (?P<status>\d+) (?P<bytes>\d+) "(?P<referer>[^"]*)" "(?P<agent>[^"]*)" (?P<seconds>\d+\.\d+)$')
) TO @parquet@ (FORMAT parquet, PARTITION_BY (day), OVERWRITE))sql";

constexpr const char* kSessions = R"(CREATE OR REPLACE TABLE sessions AS
WITH marked AS (
    SELECT host, time, bytes, coalesce(time - lag(time) OVER (PARTITION BY host ORDER BY time) > INTERVAL 30 MINUTE, true) AS begins
    FROM requests),
  numbered AS (
    SELECT host, time, bytes, sum(CAST(begins AS INTEGER)) OVER (PARTITION BY host ORDER BY time ROWS UNBOUNDED PRECEDING) AS session
    FROM marked)
SELECT host, session, min(time) AS began, max(time) AS ended, count(*) AS requests, sum(bytes) AS bytes
FROM numbered GROUP BY host, session)";

void add_data(Script& script, const std::vector<std::pair<std::string, std::string>>& values) {
  const auto add = [&](double weight, const char* what, const char* sql) {
    script.statement({kStep, weight, what, filled(sql, values)});
  };
  script.heading(
      "A week of requests to a web shop that does not exist, in the combined format with the time\n"
      "each took at the end. Every line comes from the hash of its number; 500 lines are damaged.");
  add(6, "generate the text", kGenerate);
  script.heading(
      "Parsed with a pattern, damaged lines put aside, written as a directory of Parquet files by "
      "day.");
  add(11, "parse, write Parquet by day", kParse);
  add(0.1, "damaged lines", "CREATE OR REPLACE TABLE damaged AS FROM rejects()");
  script.heading("What was written, read back.");
  add(0, "requests", "CREATE OR REPLACE VIEW requests AS FROM read_parquet(@files@)");
  script.heading("Sessions: requests of one host with no pause longer than half an hour.");
  add(12, "sessions by windows", kSessions);
}

void add_parts(Script& script, const std::vector<std::pair<std::string, std::string>>& values) {
  const auto part = [&](double weight, Chart chart, const char* title, const char* about,
                        std::vector<Measure> measures, const char* sql) {
    script.part(weight, {kStep, title, about, chart, std::move(measures), filled(sql, values)});
  };
  part(1.2, Chart::kTiles, "The week in numbers", "", {{"value", Unit::kCount}},
       R"(  WITH facts AS (
    SELECT count(*) AS rows, count(DISTINCT host) AS hosts, sum(bytes) AS bytes, sum(CAST(status >= 500 AS INTEGER)) AS failed,
           quantile_cont(seconds, [0.5, 0.99]) AS q
    FROM requests)
  SELECT unnest(['requests', 'damaged lines', 'visitors', 'sessions', 'bytes sent', 'failed %', 'median ms', '99th percentile ms']) AS label,
         unnest([CAST(rows AS VARCHAR), CAST((SELECT count(*) FROM damaged) AS VARCHAR), CAST(hosts AS VARCHAR),
                 CAST((SELECT count(*) FROM sessions) AS VARCHAR), CAST(bytes AS VARCHAR), CAST(round(100 * failed / rows, 2) AS VARCHAR),
                 CAST(round(1000 * q[1], 1) AS VARCHAR), CAST(round(1000 * q[2], 1) AS VARCHAR)]) AS value
  FROM facts)");
  part(
      1, Chart::kTimeArea, "Requests by hour",
      "All requests, and in front of them those that failed with a 5xx status.",
      {{"requests", Unit::kCount}, {"failed", Unit::kCount}},
      R"(  SELECT date_trunc('hour', time) AS label, count(*) AS requests, count(*) FILTER (WHERE status >= 500) AS failed
  FROM requests GROUP BY label ORDER BY label)");
  part(
      1.5, Chart::kPercentiles, "Latency by hour",
      "Half of the requests, nine in ten, and 99 in a hundred were faster than this.",
      {{"p50", Unit::kMilliseconds}, {"p90", Unit::kMilliseconds}, {"p99", Unit::kMilliseconds}},
      R"(  SELECT label, round(1000 * q[1], 2) AS p50, round(1000 * q[2], 2) AS p90, round(1000 * q[3], 2) AS p99
  FROM (SELECT date_trunc('hour', time) AS label, quantile_cont(seconds, [0.5, 0.9, 0.99]) AS q FROM requests GROUP BY label)
  ORDER BY label)");
  part(
      1, Chart::kBars, "Answers by status", "",
      {{"requests", Unit::kCount}, {"share", Unit::kPercent}, {"median", Unit::kMilliseconds}},
      R"(  SELECT status AS label, count(*) AS requests, round(100 * count(*) / (SELECT count(*) FROM requests), 3) AS share,
         round(1000 * median(seconds), 1) AS median
  FROM requests GROUP BY status ORDER BY requests DESC, label)");
  part(
      1, Chart::kTable, "Errors by status",
      "Every status from 400 on: when it was seen, and where most.",
      {{"requests", Unit::kCount},
       {"hosts", Unit::kCount},
       {"first", Unit::kText},
       {"last", Unit::kText},
       {"busiest hour", Unit::kText}},
      R"(  SELECT status AS label, count(*) AS requests, count(DISTINCT host) AS hosts, min(time) AS first, max(time) AS last,
         mode(date_trunc('hour', time)) AS "busiest hour"
  FROM requests WHERE status >= 400 GROUP BY status ORDER BY label)");
  part(
      1.5, Chart::kBars, "Top URLs", "Without what follows the question mark.",
      {{"requests", Unit::kCount},
       {"bytes", Unit::kBytes},
       {"p50", Unit::kMilliseconds},
       {"p99", Unit::kMilliseconds}},
      R"(  SELECT label, requests, bytes, round(1000 * q[1], 1) AS p50, round(1000 * q[2], 1) AS p99
  FROM (SELECT split_part(path, '?', 1) AS label, count(*) AS requests, sum(bytes) AS bytes, quantile_cont(seconds, [0.5, 0.99]) AS q
        FROM requests GROUP BY label)
  ORDER BY requests DESC, label LIMIT 15)");
  part(
      0.3, Chart::kColumns, "Sessions by length", "How many requests a visit had.",
      {{"sessions", Unit::kCount}, {"median minutes", Unit::kMinutes}},
      R"(  SELECT ['1', '2–4', '5–8', '9–16', '17–32', '33 and more'][bucket] AS label, count(*) AS sessions,
         round(median(epoch(ended - began)) / 60, 1) AS "median minutes"
  FROM (SELECT *, CASE WHEN requests = 1 THEN 1 WHEN requests < 5 THEN 2 WHEN requests < 9 THEN 3 WHEN requests < 17 THEN 4
                       WHEN requests < 33 THEN 5 ELSE 6 END AS bucket FROM sessions)
  GROUP BY bucket ORDER BY bucket)");
  part(
      0.7, Chart::kBars, "What they came with", "",
      {{"requests", Unit::kCount}, {"visitors", Unit::kCount}},
      R"(  SELECT CASE WHEN agent LIKE '%Bot%' THEN 'a robot' WHEN agent LIKE '%Firefox%' THEN 'Firefox'
              WHEN agent LIKE '%iPhone%' THEN 'Safari on a phone' WHEN agent LIKE '%Android%' THEN 'Chrome on a phone'
              WHEN agent LIKE '%Chrome%' THEN 'Chrome' ELSE 'Safari' END AS label,
         count(*) AS requests, count(DISTINCT host) AS visitors
  FROM requests GROUP BY label ORDER BY requests DESC, label)");
  part(
      0.1, Chart::kTable, "Damaged lines", "What the reader put aside, and why.",
      {{"lines", Unit::kCount}, {"first line", Unit::kCount}, {"its text", Unit::kText}},
      R"(  SELECT CASE WHEN text NOT LIKE '%[%' THEN 'no bracket before the time' WHEN text NOT LIKE '%"%' THEN 'no quotes'
              WHEN text LIKE '%HTTP/2.0" -%' THEN 'a status below zero' WHEN text LIKE '% - - [% - - [%' THEN 'two lines in one'
              ELSE 'cut off' END AS label,
         count(*) AS lines, min(line) AS "first line", left(arg_min(text, line), 60) AS "its text"
  FROM damaged GROUP BY label ORDER BY lines DESC, label)");
  part(0.1, Chart::kTable, "As Parquet, by day",
       "A directory for each day, read back as one table.",
       {{"rows", Unit::kCount}, {"compressed", Unit::kBytes}, {"uncompressed", Unit::kBytes}},
       R"(  SELECT regexp_extract(file_name, 'day=([0-9-]+)', 1) AS label,
         sum(row_group_num_rows) FILTER (WHERE column_id = 0) AS rows, sum(total_compressed_size) AS compressed,
         sum(total_uncompressed_size) AS uncompressed
  FROM parquet_metadata(@files@) GROUP BY label ORDER BY label)");
}

}  // namespace

void add_web_requests(Script& script, const WebRequests& requests) {
  const std::vector<std::pair<std::string, std::string>> values = {
      {"rows", std::to_string(requests.rows)},
      {"seats", std::to_string(std::max<uint64_t>(1, requests.rows / 12'500))},
      {"stripe", std::to_string(requests.rows / WebRequests::kDamaged)},
      {"text", sql::quote_string(requests.text_path())},
      {"parquet", sql::quote_string(requests.parquet_path())},
      {"files", sql::quote_string(requests.parquet_path() + "/*/*.parquet")}};
  add_data(script, values);
  add_parts(script, values);
}

void add_text_removal(Script& script, const WebRequests& requests) {
  script.heading("The generated text has served.");
  script.command(".shell rm -f " + in_shell(requests.text_path()));
}

void add_heatmap(Script& script) {
  script.heading(
      "The picture: time across, what a request took upward, how many there were as colour.");
  script.statement({3, 1, "heat map",
                    fmt::format("CREATE OR REPLACE TABLE heat AS\n"
                                "SELECT CAST(floor(epoch(time - TIMESTAMP '2026-11-02') / 604800 * "
                                "{0}) AS INTEGER) AS x,\n"
                                "       CAST(floor((log10(seconds) - {1}) / {2} * {0}) AS INTEGER) "
                                "AS y, count(*) AS hits\n"
                                "FROM requests GROUP BY x, y",
                                kHeatmapSide, kLowestDecade, kDecades)});
}

}  // namespace doline::demo
