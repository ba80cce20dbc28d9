// The `doline` program: statements given with -c or -f, results on standard output.
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iostream>
#include <iterator>

#include "demo.h"
#include "doline/version.h"
#include "engine/session.h"
#include "kernel/time_zone.h"
#include "output.h"

namespace doline {

namespace {

volatile sig_atomic_t interrupted = 0;

/// Ctrl-C ends the statement that runs, whichever kind it is.
class InterruptWatcher final : public StatementWatcher {
 public:
  bool is_unwanted(const Query&) override { return interrupted != 0; }
  void ended(const Query&) override {}
};

size_t terminal_width() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 0;
}

std::string read_script(const std::string& path) {
  if (path == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorCode::kFileNotFound, "cannot read the script {}", path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Runs every statement of a text; stops at the first error.
void run_script(Session& session, const std::string& text, const OutputOptions& options) {
  std::string source = text;
  try {
    for (const Prepared& prepared : session.parse(text)) {
      source = prepared.text;
      auto query = session.run(prepared);
      if (!query->returns_rows()) continue;
      print_result(*query, options, stdout, find_zone(session.settings().time_zone));
      std::fflush(stdout);
    }
  } catch (const Error& error) {
    std::fflush(stdout);
    fmt::print(stderr, "{}\n", error.render(source));
    throw;
  }
}

/// DuckDB's single-dash spellings of long options.
std::vector<std::string> spelled_out(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  for (std::string& argument : arguments) {
    for (const char* name : {"csv", "json", "box", "markdown", "line", "noheader", "safe", "version", "help"}) {
      if (argument == std::string("-") + name) argument = "-" + argument;
    }
  }
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  return arguments;
}

int run(int argc, char** argv) {
  CLI::App app("doline: SQL over files, tables and streams", "doline");
  app.set_version_flag("--version", std::string("doline ") + kVersion);
  std::string memory;
  uint64_t threads = 0;
  bool safe = false;
  std::vector<std::string> commands, scripts, demo_files;
  std::string demo_folder;
  OutputOptions options;
  bool box = false, csv = false, json = false, markdown = false, line = false, no_header = false;
  app.add_option("--memory", memory, "How much memory to use, such as 256MiB");
  app.add_option("--threads", threads, "How many cores to use");
  app.add_flag("--safe", safe, "Open no files");
  app.add_option("-c", commands, "Statements to run")->take_all()->allow_extra_args(false);
  app.add_option("-f", scripts, "Script to run")->take_all()->allow_extra_args(false);
  app.add_flag("--box", box, "Results in boxes (on a terminal the default)");
  app.add_flag("--csv", csv, "Results as CSV");
  app.add_flag("--json", json, "Results as JSON");
  app.add_flag("--markdown", markdown, "Results as Markdown tables");
  app.add_flag("--line", line, "Results a value a line");
  app.add_flag("--noheader", no_header, "Results without column names");
  app.add_option("--demo", demo_folder, "Turn this machine's logs, or the given ones, into a report in this folder");
  app.add_option("FILE", demo_files, "Log files for --demo");
  try {
    app.parse(spelled_out(argc, argv));
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  options.mode = csv ? OutputMode::kCsv : json ? OutputMode::kJson : markdown ? OutputMode::kMarkdown
                 : line ? OutputMode::kLine : OutputMode::kBox;
  options.header = !no_header;
  options.width = terminal_width();
  if (!::isatty(STDOUT_FILENO)) options.most_rows = 0;

  ::signal(SIGPIPE, SIG_IGN);
  struct sigaction action {};
  action.sa_handler = [](int) { interrupted = 1; };
  ::sigaction(SIGINT, &action, nullptr);

  InterruptWatcher watcher;
  Session session(std::make_shared<Database>(safe ? AccessPolicy::safe() : AccessPolicy::open()));
  session.set_watcher(&watcher);
  try {
    if (!memory.empty()) run_script(session, "SET memory_limit = '" + memory + "'", options);
    if (threads > 0) run_script(session, fmt::format("SET threads = {}", threads), options);
    if (!demo_folder.empty()) {
      if (memory.empty()) run_script(session, "SET memory_limit = '256MiB'", options);
      return run_demo(session, demo_folder, demo_files);
    }
    for (const std::string& path : scripts) run_script(session, read_script(path), options);
    for (const std::string& text : commands) run_script(session, text, options);
    if (scripts.empty() && commands.empty()) run_script(session, read_script("-"), options);
  } catch (const Error& error) {
    if (!demo_folder.empty()) fmt::print(stderr, "{}\n", error.render());
    return error.code() == ErrorCode::kCancelled ? 130 : 1;
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace

}  // namespace doline

int main(int argc, char** argv) {
  try {
    return doline::run(argc, argv);
  } catch (const doline::Error& error) {
    fmt::print(stderr, "{}\n", error.render());
  } catch (const std::exception& error) {
    fmt::print(stderr, "error[internal]: {}\n", error.what());
  }
  return 1;
}
