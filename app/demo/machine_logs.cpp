#include "machine_logs.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "sql/print.h"

namespace doline::demo {

namespace {

namespace fs = std::filesystem;

constexpr uint32_t kStep = 1;

std::string list_of(const std::vector<std::string>& paths) {
  std::string list = "[";
  for (const std::string& path : paths)
    list += (list.size() > 1 ? ",\n   " : "") + sql::quote_string(path);
  return list + "]";
}

/// The readable, non-empty files of a directory whose name `is_wanted`, sorted.
template <class Wanted>
std::vector<std::string> files_of(const char* directory, Wanted is_wanted) {
  std::vector<std::string> paths;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    std::error_code ignored;
    if (!at->is_regular_file(ignored) || at->file_size(ignored) == 0 || ignored) continue;
    if (is_wanted(at->path().filename().string()) && ::access(at->path().c_str(), R_OK) == 0)
      paths.push_back(at->path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

bool is_read(const std::string& path) {
  for (const char* ending : {".xz", ".bz2", ".lzma"}) {
    if (path.ends_with(ending)) return false;
  }
  return true;
}

}  // namespace

MachineLogs MachineLogs::find() {
  MachineLogs found;
  const auto keep = [&](const std::vector<std::string>& paths, std::vector<std::string>& into) {
    for (const std::string& path : paths) (is_read(path) ? into : found.skipped).push_back(path);
  };
  keep(files_of("/var/log", [](const std::string& name) { return name.starts_with("dpkg.log"); }),
       found.package_logs);
  keep(files_of("/var/lib/apt/lists",
                [](const std::string& name) {
                  return name.find("_Packages") != name.npos &&
                         name.find("diff_Index") == name.npos;
                }),
       found.package_lists);
  return found;
}

void add_machine_logs(Script& script, const MachineLogs& logs) {
  const bool has_log = !logs.package_logs.empty();
  const bool has_lists = !logs.package_lists.empty();
  const auto part = [&](double weight, Chart chart, const char* title, const char* about,
                        std::vector<Measure> measures, const char* text) {
    script.part(weight, {kStep, title, about, chart, std::move(measures), text});
  };
  if (has_log) {
    script.heading("What the package manager wrote down.");
    script.statement({kStep, 0.2, "package log",
                      "CREATE OR REPLACE TABLE package_log AS\nFROM read_log(" +
                          list_of(logs.package_logs) + ", format => 'dpkg')"});
    script.statement(
        {kStep, 0, "its damaged lines", "CREATE OR REPLACE TABLE log_rejects AS FROM rejects()"});
  }
  if (has_lists) {
    script.heading(
        "The packages there are: one line of the index a package, the newest lists last.");
    script.statement({kStep, 3, "package lists",
                      "CREATE OR REPLACE TABLE package_index AS\nSELECT package, version, section, "
                      "size, installed_size * 1024 AS installed_bytes\n"
                      "FROM read_log(" +
                          list_of(logs.package_lists) + ", format => 'deb822')"});
    script.statement({kStep, 0, "their damaged paragraphs",
                      "CREATE OR REPLACE TABLE index_rejects AS FROM rejects()"});
  }
  if (has_log) {
    part(
        0.1, Chart::kBars, "Packages installed by hour",
        "From the package manager's log; the last hours it knows.", {{"installed", Unit::kCount}},
        R"(  FROM (SELECT strftime(date_trunc('hour', time), '%Y-%m-%d %H:00') AS label, count(*) AS installed
        FROM package_log WHERE action = 'install' GROUP BY label ORDER BY label DESC LIMIT 16)
  ORDER BY label)");
    part(0.1, Chart::kBars, "What it did", "Lines of the log by action.", {{"lines", Unit::kCount}},
         R"(  SELECT action AS label, count(*) AS lines FROM package_log WHERE action IS NOT NULL
  GROUP BY action ORDER BY lines DESC, label)");
  }
  if (has_lists) {
    part(
        0.2, Chart::kBars, "Packages by section", "The fifteen largest sections of the index.",
        {{"packages", Unit::kCount}, {"download", Unit::kBytes}},
        R"(  SELECT section AS label, count(*) AS packages, sum(size) AS download FROM package_index
  GROUP BY section ORDER BY packages DESC, label LIMIT 15)");
    part(
        0.2, Chart::kBars, "Largest packages",
        "By the size of their download; versions within a name are taken together.",
        {{"download", Unit::kBytes}, {"installed", Unit::kBytes}},
        R"(  SELECT regexp_replace(package, '[0-9]+([.][0-9]+)+[^-]*(-[0-9][^-]*)*', '*') AS label, max(size) AS download, max(installed_bytes) AS installed
  FROM package_index GROUP BY label ORDER BY download DESC, label LIMIT 12)");
  }
  if (has_log && has_lists) {
    part(0.3, Chart::kBars, "Installed here, by section",
         "The log joined with the index: what came onto this machine.",
         {{"packages", Unit::kCount}, {"installed", Unit::kBytes}, {"of section", Unit::kPercent}},
         R"(  WITH installed AS (SELECT DISTINCT package FROM package_log WHERE action = 'install'),
    listed AS (SELECT package, any_value(section ORDER BY version) AS section, max(installed_bytes) AS bytes FROM package_index GROUP BY package),
    sections AS (SELECT section, count(*) AS packages FROM listed GROUP BY section)
  SELECT listed.section AS label, count(*) AS packages, sum(bytes) AS installed, round(100 * count(*) / any_value(sections.packages), 2) AS "of section"
  FROM installed JOIN listed USING (package) JOIN sections USING (section)
  GROUP BY label ORDER BY packages DESC, label LIMIT 15)");
  }
}

}  // namespace doline::demo
