// The `doline` program: statements given with -c or -f or on standard input, results on standard
// output; without any of them, and at a terminal, the shell.
#include <malloc.h>
#include <signal.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <utility>

#include "base/version.h"
#include "demo/demo.h"
#include "engine/session.h"
#include "io/file_system.h"
#include "shell/dot_commands.h"
#include "shell/interrupt.h"
#include "shell/script_runner.h"
#include "shell/shell.h"
#include "sql/print.h"

namespace doline {

namespace {

using shell::OutputMode;
using shell::ScriptRunner;

constexpr int kStatusOfWrongOptions = 2;
constexpr int kStatusOfInterrupted = 130;
/// What a shell reports of a program that a closed pipe ended.
constexpr int kStatusOfClosedPipe = 141;

/// DuckDB's single-dash spellings of long options.
std::vector<std::string> with_double_dashes(int argc, char** argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  bool is_value = false;  // of an option: whatever it looks like
  for (std::string& argument : arguments) {
    const bool was_value = std::exchange(is_value, false);
    if (was_value) continue;
    if (argument == "-s") argument = "-c";
    for (const char* name :
         {"csv", "json", "jsonlines", "box", "markdown", "line", "list", "noheader", "header",
          "nullvalue", "separator", "newline", "init", "bail", "safe", "version", "help"}) {
      const std::string written = std::string("-") + name;
      if (argument == written || argument.starts_with(written + "=")) argument = "-" + argument;
    }
    for (const char* name : {"-c", "-f", "--init", "--separator", "--newline", "--nullvalue"})
      is_value |= argument == name;
  }
  std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
  return arguments;
}

/// An error of ours for options that are none, with the nearest that is one.
Error explain(const CLI::App& app, const CLI::ParseError& error) {
  const std::string help = "doline --help lists the options";
  const std::vector<std::string> unknown = app.remaining();
  if (unknown.empty()) return Error(ErrorCode::kInvalidArgument, "{}", error.what()).hint(help);
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  // DuckDB's spelling with one dash is meant as the one with two.
  std::string name = unknown[0].substr(0, unknown[0].find('='));
  if (name.starts_with('-') && !name.starts_with("--")) name.insert(name.begin(), '-');
  const std::string near = nearest_name(name, names);
  return Error(ErrorCode::kInvalidArgument, "no option {}", unknown[0])
      .hint(near.empty() ? help : "did you mean " + near + "?");
}

int exit_code(ScriptRunner::Outcome outcome) {
  switch (outcome) {
    case ScriptRunner::Outcome::kDone:
    case ScriptRunner::Outcome::kQuit:
      return 0;
    case ScriptRunner::Outcome::kFailed:
      return 1;
    case ScriptRunner::Outcome::kInterrupted:
      return kStatusOfInterrupted;
    case ScriptRunner::Outcome::kOutputClosed:
      return kStatusOfClosedPipe;
  }
  return 1;
}

/// What to write instead of an argument that stands behind no option.
std::string meant_by(const std::string& argument) {
  if (argument.ends_with(".sql")) return "a script goes behind -f: doline -f " + argument;
  if (FileSystem::local().exists(argument, AccessPolicy::open()))
    return fmt::format("statements go behind -c: doline -c \"FROM '{}'\"", argument);
  if (argument.find(' ') != std::string::npos)
    return fmt::format("statements go behind -c: doline -c \"{}\"", argument);
  return "statements go behind -c: doline -c \"FROM 'data.csv'\"";
}

int run(int argc, char** argv) {
  CLI::App app("doline: SQL over files, tables and streams", "doline");
  app.set_version_flag("--version", std::string("doline ") + kVersion);
  app.footer(
      "Without -c and -f: statements on standard input; at a terminal, a shell (.help there).");
  std::string memory, null_text, separator, row_separator, first_script;
  uint64_t threads = 0;
  size_t most_rows = 40;
  std::vector<std::string> commands, scripts, files;
  DemoOptions demo;
  demo.folder.clear();
  app.add_option("--memory", memory, "How much memory to use, such as 256MiB");
  const auto* cores = app.add_option("--threads", threads, "How many cores to use");
  const auto flag = [&](const char* name, const std::string& about) {
    return app.add_flag(name, about);
  };
  const auto* safe = flag("--safe", "Statements reach no files");
  const auto* command = app.add_option("-c", commands, "Statements to run; may be repeated")
                            ->take_all()
                            ->allow_extra_args(false);
  const auto* script = app.add_option("-f", scripts, "Script to run; - is standard input")
                           ->take_all()
                           ->allow_extra_args(false);
  const std::pair<const CLI::Option*, OutputMode> modes[] = {
      {flag("--box", "Results in boxes (the default)"), OutputMode::kBox},
      {flag("--csv", "Results as CSV"), OutputMode::kCsv},
      {flag("--json", "Results as a JSON array"), OutputMode::kJson},
      {flag("--jsonlines", "Results as JSON, a row a line"), OutputMode::kJsonLines},
      {flag("--markdown", "Results as Markdown tables"), OutputMode::kMarkdown},
      {flag("--line", "Results a value a line"), OutputMode::kLine},
      {flag("--list", "Results as values between bars"), OutputMode::kList}};
  const auto* no_header = flag("--noheader", "Results without column names");
  flag("--header", "Results with column names (the default)");
  const auto* null_value = app.add_option(
      "--nullvalue", null_text, "What stands for NULL in results (NULL; in CSV an empty field)");
  const auto* separated = app.add_option(
      "--separator", separator, "What stands between values in CSV (a comma) and lists (a bar)");
  const auto* row_separated =
      app.add_option("--newline", row_separator, "What stands behind rows in CSV and lists");
  app.add_option("--init", first_script, "Script to run before anything else");
  flag("--bail", "Stop at the first error (the default)");
  app.add_option("--maxrows", most_rows, "How many rows a box shows; 0 for all");
  app.add_option("--demo", demo.folder,
                 "Turn this machine's logs, or the given ones, into a report in this folder");
  app.add_option("--demo-rows", demo.rows, "How many requests --demo generates")->group("");
  app.add_option("FILE", files, "Log files for --demo");
  try {
    app.parse(with_double_dashes(argc, argv));
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "{}\n", explain(app, error).render());
    return kStatusOfWrongOptions;
  }
  if (cores->count() > 0 && threads == 0) {
    fmt::print(
        stderr, "{}\n",
        Error(ErrorCode::kInvalidArgument, "--threads 0: at least one core is needed").render());
    return kStatusOfWrongOptions;
  }
  // What DuckDB calls a database that no file keeps; it is the only one there is.
  if (demo.folder.empty()) std::erase(files, ":memory:");
  if (!files.empty() && demo.folder.empty()) {
    throw Error(ErrorCode::kNotSupported, "there are no database files yet, and {} is not opened",
                files.front())
        .hint(meant_by(files.front()));
  }

  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGXFSZ, SIG_IGN);  // ulimit -f: whoever writes a file is told, and tells
  // Large pieces go back to the system when they are freed: what malloc keeps counts against the
  // memory limit.
  ::mallopt(M_MMAP_THRESHOLD, 256 << 10);
  ::mallopt(M_TRIM_THRESHOLD, 1 << 20);
  Session session(
      std::make_shared<Database>(safe->count() > 0 ? AccessPolicy::safe() : AccessPolicy::open()));
  ScriptRunner runner(session);
  for (const auto& [chosen, mode] : modes) {
    if (chosen->count() > 0) runner.options().mode = mode;
  }
  runner.options().header = no_header->count() == 0;
  if (null_value->count() > 0) runner.options().null_text = null_text;
  if (separated->count() > 0) runner.options().separator = shell::unescaped(separator);
  if (row_separated->count() > 0) runner.options().row_separator = shell::unescaped(row_separator);
  runner.options().most_rows = most_rows;

  if (memory.empty() && !demo.folder.empty()) memory = "256MiB";
  auto outcome = ScriptRunner::Outcome::kDone;
  if (!memory.empty()) outcome = runner.run("SET memory_limit = " + sql::quote_string(memory));
  if (outcome == ScriptRunner::Outcome::kDone && cores->count() > 0)
    outcome = runner.run(fmt::format("SET threads = {}", threads));
  if (outcome != ScriptRunner::Outcome::kDone) return exit_code(outcome);
  if (!demo.folder.empty()) {
    const shell::InterruptWatch interrupts;
    demo.files = std::move(files);
    demo.is_interrupted = &shell::was_interrupted;
    struct sigaction action{};
    ::sigaction(SIGINT, nullptr, &action);
    for (const int signal : {SIGTERM, SIGHUP}) ::sigaction(signal, &action, nullptr);
    return run_demo(session, demo);
  }

  // Whoever starts the program names its scripts, also in safe mode; what stands in them is bound
  // by it.
  const AccessPolicy named = AccessPolicy::open();
  if (!first_script.empty()) {
    outcome = runner.run_file(first_script, named);
    if (outcome != ScriptRunner::Outcome::kDone) return exit_code(outcome);
  }
  if (commands.empty() && scripts.empty()) {
    if (::isatty(STDIN_FILENO) && ::isatty(STDERR_FILENO)) return shell::run_shell(runner);
    return exit_code(runner.run_file("-", named));
  }
  size_t next_command = 0, next_script = 0;
  for (const CLI::Option* option : app.parse_order()) {
    if (outcome != ScriptRunner::Outcome::kDone) break;
    if (option == command) outcome = runner.run(commands[next_command++]);
    if (option == script) outcome = runner.run_file(scripts[next_script++], named);
  }
  return exit_code(outcome);
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
