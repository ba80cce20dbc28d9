#include "demo.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "base/executor.h"
#include "charts.h"
#include "demo_folder.h"
#include "heatmap.h"
#include "machine_logs.h"
#include "own_logs.h"
#include "progress.h"
#include "report.h"
#include "script.h"
#include "web_requests.h"

namespace doline {

namespace {

using namespace demo;
namespace fs = std::filesystem;

constexpr size_t kShownLeftOut = 5;

/// Upward, so that one number says both what was used and that it is within a limit.
std::string mebibytes(uint64_t bytes) {
  return fmt::format("{} MiB", (bytes + (1 << 20) - 1) >> 20);
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary);
  file << content;
  file.close();
  if (!file) throw Error(ErrorCode::kIo, "cannot write {}: {}", path, std::strerror(errno));
}

class Demo {
 public:
  Demo(Session& session, const DemoOptions& options)
      : session_(session),
        options_(options),
        folder_(options.folder),
        budget_bytes_(session.settings().memory_limit_bytes),
        requests_{options.folder, std::max<uint64_t>(10, options.rows / WebRequests::kDamaged) *
                                      WebRequests::kDamaged},
        display_(memory_, budget_bytes_, options.is_interrupted) {}

  int run();
  /// Says on standard error why it ended.
  void explain(const Error& error);

 private:
  void write_script() const;
  /// Runs the statements from `from` on that belong to `step`.
  void run_step(uint32_t step, const std::string& title, size_t from);
  std::vector<std::vector<std::string>> query(const std::string& sql);
  uint64_t count(const std::string& sql);

  std::string run_first_step();
  std::string run_second_step();
  std::string run_third_step();
  void check();
  void write_report();
  /// A note of the report that is also printed under the running step's line.
  void say(std::string note) { report_.notes.push_back(note), said_.push_back(std::move(note)); }

  Session& session_;
  const DemoOptions options_;
  const DemoFolder folder_;
  const uint64_t budget_bytes_;
  const WebRequests requests_;
  MemorySampler memory_;
  StepDisplay display_;
  Script script_;
  Heatmap heatmap_{kHeatmapSide};
  Report report_;
  std::vector<OwnLogs> own_logs_;
  std::vector<std::string> left_out_, said_;
  std::string running_sql_;
  uint64_t text_bytes_ = 0;
  uint64_t written_rows_ = 0;
  uint64_t rejected_ = 0;
  uint64_t read_back_ = 0;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

std::vector<std::vector<std::string>> Demo::query(const std::string& sql) {
  auto running = session_.run(sql);
  std::vector<std::vector<std::string>> rows;
  while (auto chunk = running->next()) {
    for (uint32_t i = 0; i < chunk->size(); ++i) {
      std::vector<std::string>& row = rows.emplace_back();
      for (const Column& column : chunk->columns) {
        row.emplace_back();
        if (!column.is_null(chunk->active[i])) append_text(row.back(), column, chunk->active[i]);
      }
    }
  }
  return rows;
}

uint64_t Demo::count(const std::string& sql) {
  return std::strtoull(query(sql).at(0).at(0).c_str(), nullptr, 10);
}

void Demo::write_script() const {
  write_file(options_.folder + "/demo.sql", script_.text().substr(1));
}

void Demo::run_step(uint32_t step, const std::string& title, size_t from) {
  const std::vector<Statement>& statements = script_.statements();
  double weight = 0;
  for (size_t i = from; i < statements.size(); ++i)
    weight += statements[i].step == step ? statements[i].weight : 0;
  display_.begin_step(step, title, weight);
  for (size_t i = from; i < statements.size(); ++i) {
    const Statement& statement = statements[i];
    if (statement.step != step) continue;
    display_.begin_statement(statement.weight);
    const auto begin = std::chrono::steady_clock::now();
    uint64_t rows = 0;
    running_sql_ = statement.sql;
    auto done = session_.run(statement.sql);
    while (auto chunk = done->next()) {
      if (chunk->size() == 1 && chunk->columns.size() == 1) {
        std::string text;
        append_text(text, chunk->columns[0], chunk->active[0]);
        rows = std::strtoull(text.c_str(), nullptr, 10);
      }
    }
    running_sql_.clear();
    display_.end_statement();
    if (statement.what.starts_with("generate")) {
      std::error_code ignored;
      text_bytes_ = fs::file_size(requests_.text_path(), ignored);
    }
    if (statement.what.starts_with("parse")) written_rows_ = rows;
    report_.timings.push_back(
        {step, statement.what,
         std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
         display_.last_profile()});
  }
}

std::string Demo::run_first_step() {
  size_t from = script_.statements().size();
  if (!options_.files.empty()) {
    const std::vector<OwnLogs>& groups = own_logs_;
    size_t files = 0;
    std::string formats;
    for (size_t i = 0; i < groups.size(); ++i) {
      add_own_logs_data(script_, groups[i], options_.folder, i + 1);
      if (std::none_of(groups.begin(), groups.begin() + static_cast<ptrdiff_t>(i),
                       [&](const OwnLogs& other) { return other.format == groups[i].format; })) {
        formats += (i ? ", " : "") + groups[i].format;
      }
      files += groups[i].files.size();
    }
    write_script();
    run_step(1, "your logs → report", from);
    uint64_t rows = 0, rejected = 0;
    from = script_.statements().size();
    for (size_t i = 0; i < groups.size(); ++i) {
      rows += count(fmt::format("SELECT count(*) FROM logs_{}", i + 1));
      rejected += count(fmt::format("SELECT count(*) FROM damaged_{}", i + 1));
      add_own_logs_parts(script_, session_, groups[i], i + 1);
    }
    run_step(1, "your logs → report", from);
    report_.first_step_title = "Your logs";
    report_.tiles.emplace_back(with_commas(rows), "rows of your logs");
    report_.notes.push_back(
        fmt::format("{} file{}, detected as {}.", files, files == 1 ? "" : "s", formats));
    for (size_t i = 0; i < left_out_.size() && i < kShownLeftOut; ++i) say(left_out_[i]);
    if (left_out_.size() > kShownLeftOut)
      say(fmt::format("And {} more files were passed over.", left_out_.size() - kShownLeftOut));
    return fmt::format("{} rows, {} rejected, {}", with_commas(rows), with_commas(rejected),
                       formats);
  }
  report_.first_step_title = "This machine";
  const MachineLogs logs = MachineLogs::find();
  add_machine_logs(script_, logs);
  write_script();
  run_step(1, "real logs → report", from);
  std::vector<std::string> found;
  uint64_t rejected = 0;
  if (logs.package_lists.empty()) {
    say("There are no package lists here (apt-get update brings them).");
  } else {
    const uint64_t packages = count("SELECT count(*) FROM package_index");
    rejected += count("SELECT count(*) FROM index_rejects");
    found.push_back(with_commas(packages) + " packages");
    report_.tiles.emplace_back(with_commas(packages), "packages in the index");
  }
  if (logs.package_logs.empty()) {
    say("There is no log of the package manager here.");
  } else {
    const uint64_t lines = count("SELECT count(*) FROM package_log");
    rejected += count("SELECT count(*) FROM log_rejects");
    found.push_back(with_commas(lines) + " lines");
    report_.tiles.emplace_back(with_commas(lines), "lines of its package log");
  }
  for (const std::string& path : logs.skipped)
    say("Skipped, as its compression is not read: " + path + ".");
  if (found.empty()) return "no package log and no package lists here";
  found.push_back(with_commas(rejected) + " rejected");
  return fmt::format("{}", fmt::join(found, ", "));
}

std::string Demo::run_second_step() {
  const size_t from = script_.statements().size();
  add_web_requests(script_, requests_);
  add_text_removal(script_, requests_);
  write_script();
  const std::string rows = requests_.rows >= 1'000'000
                               ? fmt::format("{:.3g} M", static_cast<double>(requests_.rows) / 1e6)
                               : with_commas(requests_.rows);
  run_step(2,
           fmt::format("{} requests, {} (generated)", rows,
                       decimal_bytes(239.0 * static_cast<double>(requests_.rows))),
           from);
  display_.set_title(fmt::format("{} requests, {} (generated)", rows,
                                 decimal_bytes(static_cast<double>(text_bytes_))));
  rejected_ = count("SELECT count(*) FROM damaged");
  read_back_ = count("SELECT count(*) FROM requests");
  folder_.remove_temporary();
  const uint64_t sessions = count("SELECT count(*) FROM sessions");
  report_.tiles.emplace_back(with_commas(read_back_), "requests, generated");
  report_.tiles.emplace_back(with_commas(sessions), "sessions");
  return fmt::format("{} rejected, {} sessions", with_commas(rejected_), with_commas(sessions));
}

std::string Demo::run_third_step() {
  const size_t from = script_.statements().size();
  add_heatmap(script_);
  add_end(script_, options_.folder);
  write_script();
  run_step(3, fmt::format("heatmap {0}×{0}", kHeatmapSide), from);
  uint64_t points = 0;
  auto cells =
      session_.run("SELECT CAST(x AS BIGINT), CAST(y AS BIGINT), CAST(hits AS BIGINT) FROM heat");
  while (auto chunk = cells->next()) {
    for (uint32_t i = 0; i < chunk->size(); ++i) {
      const uint32_t row = chunk->active[i];
      const auto at = [&](size_t column) {
        return Value::of(chunk->columns[column], row).as_integer();
      };
      points += static_cast<uint64_t>(at(2));
      heatmap_.set(static_cast<int64_t>(at(0)), static_cast<int64_t>(at(1)),
                   static_cast<uint64_t>(at(2)));
    }
  }
  report_.heatmap = &heatmap_;
  report_.heatmap_png = heatmap_.png();
  write_file(options_.folder + "/heatmap.png", report_.heatmap_png);
  return with_commas(points) + " points";
}

void Demo::check() {
  const auto equal = [&](const char* what, uint64_t left, uint64_t right) {
    report_.checks.push_back({left == right, what,
                              left == right && left > 9999
                                  ? with_commas(left)
                                  : fmt::format("{} {} {}", with_commas(left),
                                                left == right ? "=" : "≠", with_commas(right))});
  };
  equal("rejected = damaged lines planted", rejected_, WebRequests::kDamaged);
  equal("rows written = rows read back", written_rows_, read_back_);
  const uint64_t peak = memory_.peak_bytes();
  const bool within = peak <= budget_bytes_;
  report_.checks.push_back({within,
                            fmt::format("peak memory {} {} {}", mebibytes(peak), within ? "≤" : ">",
                                        mebibytes(budget_bytes_)),
                            ""});
  report_.tiles.emplace_back(mebibytes(peak), fmt::format("peak, of {}", mebibytes(budget_bytes_)));
}

void Demo::write_report() {
  report_.title = "What the logs say";
  report_.parts = script_.parts();
  report_.rows.resize(report_.parts.size());
  std::map<std::pair<std::string, std::string>, std::string> values;
  for (const auto& row :
       query("SELECT part, item, place, label, value FROM report ORDER BY part, item, place")) {
    const size_t part = std::strtoull(row[0].c_str(), nullptr, 10) - 1;
    const size_t item = std::strtoull(row[1].c_str(), nullptr, 10);
    auto& rows = report_.rows.at(part).rows;
    if (rows.size() < item) rows.push_back({row[3], {}});
    rows.back().values.push_back(row[4]);
  }
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began_).count();
  if (display_.spilled_bytes() > 0)
    report_.tiles.emplace_back(decimal_bytes(static_cast<double>(display_.spilled_bytes())),
                               "spilled to disk");
  report_.tiles.emplace_back(fmt::format("{:.1f} s", seconds), "all in all");
  report_.subtitle = fmt::format(
      "{}, {} web requests that the engine wrote down and read again, and a picture of them: one "
      "process, {} threads, {} of memory.",
      options_.files.empty() ? "The package log and the package lists of this machine"
                             : "Your log files",
      with_commas(requests_.rows),
      session_.settings().threads ? session_.settings().threads : Executor::available_cores(),
      mebibytes(budget_bytes_));
  write_file(options_.folder + "/report.html", render_html(report_));
}

int Demo::run() {
  const uint64_t cores =
      session_.settings().threads ? session_.settings().threads : Executor::available_cores();
  fmt::print("doline demo · {} core{} · budget {} · writes only {}\n", cores, cores == 1 ? "" : "s",
             mebibytes(budget_bytes_), options_.folder);
  std::fflush(stdout);
  // A wrong name ends it here, before an earlier report is touched.
  if (!options_.files.empty()) own_logs_ = OwnLogs::detect(session_, options_.files, left_out_);
  folder_.prepare();
  session_.set_watcher(&display_);
  struct Unwatch {
    Session& session;
    ~Unwatch() { session.set_watcher(nullptr); }
  } unwatch{session_};
  add_beginning(script_, options_.folder, mebibytes(budget_bytes_));
  run_step(0, "", 0);

  display_.end_step(run_first_step());
  for (const std::string& note : said_) fmt::print("      {}\n", note);
  display_.end_step(run_second_step());
  display_.end_step(run_third_step());
  check();
  write_report();
  bool all_hold = true;
  for (const Check& check : report_.checks) {
    all_hold = all_hold && check.holds;
    fmt::print("{}  {}{}\n", check.holds ? "ok" : "FAILED",
               check.numbers.empty() ? check.what : fmt::format("{:<36} ", check.what),
               check.numbers);
  }
  fmt::print("open {0}/report.html · rerun: ./doline -f {0}/demo.sql\n", options_.folder);
  return all_hold ? 0 : 1;
}

void Demo::explain(const Error& error) {
  display_.clear();
  std::fflush(stdout);
  folder_.remove_temporary();
  if (error.code() == ErrorCode::kCancelled) {
    folder_.remove_all();
    fmt::print(stderr, "stopped; nothing of this run is left in {}\n", options_.folder);
  } else {
    fmt::print(stderr, "{}\n", error.render(running_sql_));
  }
}

}  // namespace

int run_demo(Session& session, const DemoOptions& options) {
  Demo demo(session, options);
  try {
    return demo.run();
  } catch (const Error& error) {
    demo.explain(error);
    return error.code() == ErrorCode::kCancelled ? 130 : 1;
  }
}

}  // namespace doline
