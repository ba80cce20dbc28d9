#include "demo.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "sql/print.h"

namespace doline {

namespace {

/// One table of the report: a statement of demo.sql and how it is shown.
struct Section {
  std::string title;
  std::string sql;
  bool is_chart;  // first column labels, last column bars
};

struct Result {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;
};

bool exists(const std::string& path) { return ::access(path.c_str(), R_OK) == 0; }

Result run(Session& session, const std::string& sql) {
  auto query = session.run(sql);
  Result result;
  query->await_rows();
  for (const Field& field : query->schema()) result.names.push_back(field.name);
  while (auto chunk = query->next()) {
    for (uint32_t i = 0; i < chunk->size(); ++i) {
      std::vector<std::string> row;
      for (const Column& column : chunk->columns) {
        std::string text;
        append_text(text, column, chunk->active[i]);
        row.push_back(std::move(text));
      }
      result.rows.push_back(std::move(row));
    }
  }
  return result;
}

std::vector<Section> sections_for_machine() {
  std::vector<Section> sections;
  if (exists("/var/log/dpkg.log")) {
    sections.push_back({"Packages installed by hour",
                        "SELECT strftime(date_trunc('hour', time), '%Y-%m-%d %H:00') AS hour, count(*) AS installed\n"
                        "FROM read_log('/var/log/dpkg.log', format => 'dpkg') WHERE action = 'install' GROUP BY hour ORDER BY hour",
                        true});
    sections.push_back({"What the package manager did",
                        "SELECT action, count(*) AS lines FROM read_log('/var/log/dpkg.log', format => 'dpkg')\n"
                        "WHERE action IS NOT NULL GROUP BY action ORDER BY lines DESC, action",
                        true});
  }
  const char* lists = "/var/lib/apt/lists/*_Packages*";
  sections.push_back({"Packages of the index by section",
                      fmt::format("SELECT section, count(*) AS packages FROM read_log('{}', format => 'deb822')\n"
                                  "GROUP BY section ORDER BY packages DESC, section LIMIT 15",
                                  lists),
                      true});
  sections.push_back({"Largest packages of the index, MB",
                      fmt::format("SELECT package, max(CAST(size AS BIGINT)) // 1000000 AS megabytes FROM read_log('{}', format => 'deb822')\n"
                                  "GROUP BY package ORDER BY megabytes DESC, package LIMIT 10",
                                  lists),
                      true});
  if (exists("/var/log/dpkg.log")) {
    sections.push_back({"Installed here, by section of the index",
                        fmt::format("WITH installed AS (SELECT DISTINCT package FROM read_log('/var/log/dpkg.log', format => 'dpkg') WHERE action = 'install'),\n"
                                    "     listed AS (SELECT package, any_value(section) AS section FROM read_log('{}', format => 'deb822') GROUP BY package)\n"
                                    "SELECT section, count(*) AS installed FROM installed JOIN listed USING (package)\n"
                                    "GROUP BY section ORDER BY installed DESC, section LIMIT 15",
                                    lists),
                        true});
  }
  return sections;
}

std::vector<Section> sections_for_files(Session& session, const std::vector<std::string>& files) {
  std::vector<Section> sections;
  for (const std::string& file : files) {
    const std::string source = "read_log(" + sql::quote_string(file) + ")";
    sections.push_back({"First rows of " + file, "SELECT * FROM " + source + " LIMIT 10", false});
    sections.push_back({"Rows in " + file, "SELECT count(*) AS rows FROM " + source, false});
    auto query = session.run("SELECT * FROM " + source + " LIMIT 0");
    for (const Field& field : query->schema()) {
      if (field.name != "status" && field.name != "action" && field.name != "program" && field.name != "level") continue;
      sections.push_back({field.name + " in " + file,
                          fmt::format("SELECT {0}, count(*) AS lines FROM {1} GROUP BY {0} ORDER BY lines DESC, {0} LIMIT 15",
                                      field.name, source),
                          true});
    }
  }
  return sections;
}

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '&') out += "&amp;";
    else out += c;
  }
  return out;
}

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + "\"";
}

std::string chart(const Result& result) {
  double most = 1;
  for (const auto& row : result.rows) most = std::max(most, std::strtod(row.back().c_str(), nullptr));
  std::string html = "<div class=chart>";
  for (const auto& row : result.rows) {
    const double share = std::strtod(row.back().c_str(), nullptr) / most;
    html += fmt::format("<span>{}</span><div class=bar style=\"width:{:.1f}%\"></div><b>{}</b>", escaped(row.front()),
                        std::max(0.5, share * 100), escaped(row.back()));
  }
  return html + "</div>";
}

std::string table(const Result& result) {
  std::string html = "<table><tr>";
  for (const auto& name : result.names) html += "<th>" + escaped(name) + "</th>";
  html += "</tr>";
  for (const auto& row : result.rows) {
    html += "<tr>";
    for (const auto& cell : row) html += "<td>" + escaped(cell) + "</td>";
    html += "</tr>";
  }
  return html + "</table>";
}

constexpr const char* kStyle = R"(<!doctype html><meta charset=utf-8><title>Doline report</title><style>
:root{color-scheme:light dark;--ink:#1c2733;--paper:#fbfaf7;--bar:#2a7f8e;--faint:#8a949e}
@media(prefers-color-scheme:dark){:root{--ink:#e6e8ea;--paper:#14191f;--bar:#4fb3c2;--faint:#7d8894}}
body{font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:60rem;margin:3rem auto;padding:0 1rem}
h1{font-weight:600}h2{font-size:1.1rem;margin-top:2.5rem}p,pre{color:var(--faint)}pre{font-size:.8rem;overflow-x:auto}
.chart{display:grid;grid-template-columns:minmax(8rem,auto) 1fr auto;gap:.3rem .8rem;align-items:center;font-size:.9rem}
.chart span{text-align:right}.chart b{font-variant-numeric:tabular-nums;font-weight:500}
.bar{height:1.1rem;background:var(--bar);border-radius:2px}table{border-collapse:collapse;font-size:.85rem;display:block;overflow-x:auto}
td,th{padding:.2rem .7rem;text-align:left;border-bottom:1px solid #8884}</style>)";

}  // namespace

int run_demo(Session& session, const std::string& folder, const std::vector<std::string>& files) {
  const auto begin = std::chrono::steady_clock::now();
  if (::mkdir(folder.c_str(), 0755) != 0 && !exists(folder)) throw Error(ErrorCode::kIo, "cannot make the folder {}", folder);
  fmt::print("doline demo · budget {} · writes only {}\n", format_byte_size(session.settings().memory_limit_bytes), folder);
  const std::vector<Section> sections = files.empty() ? sections_for_machine() : sections_for_files(session, files);
  std::string html = std::string(kStyle) + "<h1>What this machine's logs say</h1>";
  std::string csv, script = "-- Every number of report.html; reruns with: ./doline -f " + folder + "/demo.sql\n";
  uint64_t rows = 0;
  for (const Section& section : sections) {
    const Result result = run(session, section.sql);
    rows += result.rows.size();
    html += "<h2>" + escaped(section.title) + "</h2>" + (section.is_chart ? chart(result) : table(result)) + "<pre>" +
            escaped(section.sql) + "</pre>";
    for (const auto& row : result.rows) {
      csv += csv_field(section.title);
      for (const auto& cell : row) csv += "," + csv_field(cell);
      csv += "\n";
    }
    script += "\n-- " + section.title + "\n" + section.sql + ";\n";
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  html += fmt::format("<p>{} statements, {} rows, {:.2f} s.</p>", sections.size(), rows, seconds);
  std::ofstream(folder + "/report.html") << html;
  std::ofstream(folder + "/report.csv") << csv;
  std::ofstream(folder + "/demo.sql") << script;
  fmt::print("[1/1] real logs → report        {} statements, {} rows        {:.1f} s\n", sections.size(), rows, seconds);
  const uint64_t peak = Budget::process().peak_bytes();
  const bool within = peak <= Budget::process().limit_bytes();
  fmt::print("{}  peak memory {} ≤ {}\n", within ? "ok" : "FAILED", format_byte_size(peak),
             format_byte_size(session.settings().memory_limit_bytes));
  fmt::print("open {0}/report.html · rerun: ./doline -f {0}/demo.sql\n", folder);
  return within && rows > 0 ? 0 : 1;
}

}  // namespace doline
