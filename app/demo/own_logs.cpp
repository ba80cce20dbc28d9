#include "own_logs.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "sql/print.h"

namespace doline::demo {

namespace {

namespace fs = std::filesystem;

constexpr uint32_t kStep = 1;
constexpr size_t kMostTopLists = 7;
constexpr size_t kMostNamed = 5;

/// The files among the paths, and those anywhere below the directories among them.
std::vector<std::string> files_below(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!fs::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> found;
    const auto options = fs::directory_options::skip_permission_denied;
    for (fs::recursive_directory_iterator at(path, options, error), end; !error && at != end;
         at.increment(error)) {
      std::error_code ignored;
      if (at->is_regular_file(ignored)) found.push_back(at->path());
    }
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
  }
  return files;
}

std::string table_of(size_t number) { return fmt::format("logs_{}", number); }

/// The one row of a statement as texts.
std::vector<std::string> ask(Session& session, const std::string& sql) {
  auto query = session.run(sql);
  std::vector<std::string> values;
  while (auto chunk = query->next()) {
    for (const Column& column : chunk->columns) {
      std::string text;
      if (values.size() < query->schema().size() && chunk->size() > 0)
        append_text(text, column, chunk->active[0]);
      values.push_back(std::move(text));
    }
  }
  return values;
}

const Field* first_time(const Schema& columns) {
  for (const Field& field : columns) {
    if (field.type->is(TypeKind::kTimestamp) || field.type->is(TypeKind::kTimestampTz))
      return &field;
  }
  return nullptr;
}

bool is_measure(const Field& field) {
  if (!field.type->is_numeric()) return false;
  // Numbers that are names.
  for (const char* name : {"status", "pid", "port", "code", "severity", "facility", "line", "uid",
                           "level", "group1"}) {
    if (field.name == name) return false;
  }
  return !field.name.ends_with("_id") && field.name != "id";
}

/// Columns worth a list of their most frequent values: few enough of them that counting says
/// something, more than one.
std::vector<std::string> frequent_columns(Session& session, const OwnLogs& logs, size_t number) {
  std::string counts;
  std::vector<std::string> candidates;
  for (const Field& field : logs.columns) {
    if (field.type->is_nested() || is_measure(field) || field.type->is_temporal()) continue;
    counts += (counts.empty() ? "" : ", ") +
              fmt::format("approx_count_distinct({})", sql::quote_identifier(field.name));
    candidates.push_back(field.name);
  }
  if (candidates.empty()) return {};
  const std::vector<std::string> distinct =
      ask(session, fmt::format("SELECT count(*), {} FROM {}", counts, table_of(number)));
  if (distinct.size() <= candidates.size()) return {};
  const double rows = std::strtod(distinct[0].c_str(), nullptr);
  std::vector<std::string> chosen;
  for (size_t i = 0; i < candidates.size() && chosen.size() < kMostTopLists; ++i) {
    const double values = std::strtod(distinct[i + 1].c_str(), nullptr);
    if (values >= 1 && (values <= 30 || values < rows / 3) &&
        (values >= 2 || candidates[i] == "status")) {
      chosen.push_back(candidates[i]);
    }
  }
  return chosen;
}

}  // namespace

std::vector<OwnLogs> OwnLogs::detect(Session& session, const std::vector<std::string>& paths,
                                     std::vector<std::string>& left_out) {
  std::vector<OwnLogs> groups;
  for (const std::string& file : files_below(paths)) {
    std::error_code no_size;  // of a pipe
    const uint64_t size = fs::file_size(file, no_size);
    if (!no_size && size == 0) {
      left_out.push_back(fmt::format("Passed over, as it is empty: {}.", file));
      continue;
    }
    TableFunctionCall call;
    call.name = "read_log";
    call.arguments = {Value::text(file)};
    TableRef table;
    try {
      table = session.call(call, nullptr);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kCancelled) throw;
      left_out.push_back(fmt::format("Passed over: {}: {}.", file, error.message()));
      continue;
    }
    const std::string described = table->describe();  // "combined log, /path"
    Schema columns = table->schema();
    columns.resize(columns.size() - table->hidden_columns());  // not kept with the rows
    OwnLogs logs{described.substr(0, described.find(" log,")), {file}, std::move(columns)};
    const auto same = [&](const OwnLogs& other) {
      return other.format == logs.format &&
             std::equal(other.columns.begin(), other.columns.end(), logs.columns.begin(),
                        logs.columns.end(), [](const Field& a, const Field& b) {
                          return a.name == b.name && a.type == b.type;
                        });
    };
    const auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) {
      groups.push_back(std::move(logs));
    } else {
      group->files.push_back(file);
    }
  }
  if (groups.empty()) {
    Error none(ErrorCode::kFormat, "there is no log to report on");
    for (size_t i = 0; i < left_out.size() && i < kMostNamed; ++i) none.add_note(left_out[i]);
    throw std::move(none).hint("read_log('FILE', pattern => '…') reads any text, line by line");
  }
  return groups;
}

std::string OwnLogs::title() const {
  std::string name = files[0].substr(files[0].find_last_of('/') + 1);
  if (files.size() > 1) name += fmt::format(" and {} more", files.size() - 1);
  return name;
}

void add_own_logs_data(Script& script, const OwnLogs& logs, const std::string& folder,
                       size_t number) {
  std::string paths;
  for (const std::string& file : logs.files)
    paths += (paths.empty() ? "" : ", ") + sql::quote_string(file);
  const std::string parquet =
      sql::quote_string(fmt::format("{}/{}.parquet", folder, table_of(number)));
  script.heading(fmt::format("{}: read as {}, kept as Parquet.", logs.title(), logs.format));
  script.statement({kStep, 5, "read " + logs.title(),
                    fmt::format("COPY (FROM read_log([{}], format => '{}')) TO {} (FORMAT parquet)",
                                paths, logs.format, parquet)});
  script.statement({kStep, 0, "damaged lines",
                    fmt::format("CREATE OR REPLACE TABLE damaged_{} AS FROM rejects()", number)});
  script.statement(
      {kStep, 0, "rows",
       fmt::format("CREATE OR REPLACE VIEW {} AS FROM {}", table_of(number), parquet)});
}

void add_own_logs_parts(Script& script, Session& session, const OwnLogs& logs, size_t number) {
  const std::string table = table_of(number);
  const std::string where = logs.title();
  const auto add = [&](Chart chart, const std::string& title, const std::string& about,
                       std::vector<Measure> measures, const std::string& text) {
    script.part(1, {kStep, title + " · " + where, about, chart, std::move(measures), text});
  };
  const Field* time = first_time(logs.columns);
  std::string facts = "'rows', 'damaged lines'",
              values = fmt::format(
                  "CAST(count(*) AS VARCHAR), CAST((SELECT count(*) FROM damaged_{}) AS VARCHAR)",
                  number);
  if (time) {
    facts += ", 'first', 'last'";
    values += fmt::format(", CAST(min({0}) AS VARCHAR), CAST(max({0}) AS VARCHAR)",
                          sql::quote_identifier(time->name));
  }
  add(Chart::kTiles, "What it holds",
      fmt::format("Detected as {}; {} file{}.", logs.format, logs.files.size(),
                  logs.files.size() == 1 ? "" : "s"),
      {{"value", Unit::kText}},
      fmt::format("  SELECT unnest([{}]) AS label, unnest([{}]) AS value FROM {}", facts, values,
                  table));
  if (time) {
    const std::string column = sql::quote_identifier(time->name);
    const std::vector<std::string> span = ask(
        session, fmt::format("SELECT epoch(max({0})) - epoch(min({0})) FROM {1}", column, table));
    const double seconds = span.empty() ? 0 : std::strtod(span[0].c_str(), nullptr);
    const char* unit = seconds < 4 * 3600          ? "minute"
                       : seconds < 12 * 86400.0    ? "hour"
                       : seconds < 1200 * 86400.0  ? "day"
                       : seconds < 36500 * 86400.0 ? "month"
                                                   : "year";
    const bool has_status = std::any_of(
        logs.columns.begin(), logs.columns.end(),
        [](const Field& field) { return field.name == "status" && field.type->is_integer(); });
    std::vector<Measure> measures = {{"rows", Unit::kCount}};
    if (has_status) measures.push_back({"failed", Unit::kCount});
    add(Chart::kTimeArea, fmt::format("Lines by {}", unit),
        has_status ? "All, and in front of them those with a status of 400 or more." : "", measures,
        // A time without lines counts as zero, so that the chart draws no slope across it.
        fmt::format(
            "  WITH counted AS (\n"
            "    SELECT date_trunc('{0}', CAST({1} AS TIMESTAMP)) AS bucket, count(*) AS rows{2}\n"
            "    FROM {3} WHERE {1} IS NOT NULL GROUP BY bucket),\n"
            "  buckets AS (SELECT unnest(generate_series(min(bucket), max(bucket), INTERVAL 1 "
            "{0})) AS label FROM counted)\n"
            "  SELECT label, coalesce(rows, 0) AS rows{4}\n"
            "  FROM buckets LEFT JOIN counted ON bucket = label ORDER BY label",
            unit, column, has_status ? ", count(*) FILTER (WHERE status >= 400) AS failed" : "",
            table, has_status ? ", coalesce(failed, 0) AS failed" : ""));
  }
  for (const std::string& name : frequent_columns(session, logs, number)) {
    add(Chart::kBars, name, "The most frequent values.", {{"rows", Unit::kCount}},
        fmt::format("  SELECT coalesce(left(CAST({0} AS VARCHAR), 80), '(none)') AS label, "
                    "count(*) AS rows FROM {1}\n"
                    "  GROUP BY label ORDER BY rows DESC, label LIMIT 12",
                    sql::quote_identifier(name), table));
  }
  std::string rows;
  for (const Field& field : logs.columns) {
    if (!is_measure(field)) continue;
    rows += (rows.empty() ? "  " : "\n  UNION ALL ") +
            fmt::format(
                "SELECT {0} AS label, count({1}) AS values, min({1}) AS least, quantile_cont({1}, "
                "0.5) AS median,\n"
                "    quantile_cont({1}, 0.99) AS p99, max({1}) AS most FROM {2}",
                sql::quote_string(field.name), sql::quote_identifier(field.name), table);
  }
  if (!rows.empty()) {
    add(Chart::kTable, "Numbers", "",
        {{"values", Unit::kCount},
         {"least", Unit::kCount},
         {"median", Unit::kCount},
         {"p99", Unit::kCount},
         {"most", Unit::kCount}},
        rows);
  }
  add(Chart::kTable, "Damaged lines", "The first of those that were put aside.",
      {{"line", Unit::kCount}, {"reason", Unit::kText}, {"text", Unit::kText}},
      fmt::format(
          "  SELECT regexp_extract(file, '[^/]*$') AS label, line, reason, left(text, 80) AS text\n"
          "  FROM damaged_{} ORDER BY file, line LIMIT 10",
          number));
}

}  // namespace doline::demo
