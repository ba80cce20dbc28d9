#include "shell/dot_commands.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include "base/ascii.h"
#include "base/error.h"
#include "engine/named_objects.h"
#include "shell/display.h"
#include "shell/manual.h"
#include "shell/script_runner.h"
#include "shell/terminal.h"
#include "sql/print.h"

namespace doline::shell {

namespace {

/// Words between white space; quotes keep it together.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (size_t at = 0; at < line.size();) {
    if (line[at] == ' ' || line[at] == '\t' || line[at] == '\n' || line[at] == '\r') {
      ++at;
      continue;
    }
    std::string word;
    if (line[at] == '\'' || line[at] == '"') {
      const char quote = line[at++];
      const size_t end = std::min(line.find(quote, at), line.size());
      word = line.substr(at, end - at);
      at = std::min(end + 1, line.size());
    } else {
      const size_t end = std::min(line.find_first_of(" \t\r\n", at), line.size());
      word = line.substr(at, end - at);
      at = end;
    }
    words.push_back(std::move(word));
  }
  // As from a habit of SQL.
  if (words.size() > 1 && words.back().ends_with(';')) words.back().pop_back();
  if (!words.empty() && words.back().empty() && words.size() > 2) words.pop_back();
  return words;
}

/// `%` and `*` for anything, `_` and `?` for one character; without regard to case. A pattern
/// without signs is looked for anywhere.
bool matches(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  const char sign = pattern[0];
  if (sign == '%' || sign == '*') {
    for (size_t skipped = 0; skipped <= name.size(); ++skipped) {
      if (matches(name.substr(skipped), pattern.substr(1))) return true;
    }
    return false;
  }
  if (name.empty()) return false;
  return (sign == '_' || sign == '?' || sign == name[0]) &&
         matches(name.substr(1), pattern.substr(1));
}

bool is_wanted(const std::string& name, std::string pattern) {
  if (pattern.find_first_of("%*?") == std::string::npos) pattern = "%" + pattern + "%";
  return matches(ascii_lower(name), ascii_lower(pattern));
}

bool switch_of(const std::string& word) {
  const std::string value = ascii_lower(word);
  if (value == "on" || value == "true" || value == "1" || value == "yes") return true;
  if (value == "off" || value == "false" || value == "0" || value == "no") return false;
  throw Error(ErrorCode::kInvalidArgument, "\"{}\" is neither on nor off", word);
}

std::string counted(uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

/// As wide as the terminal; without one lines are as long as they are.
size_t columns_of_output() {
  const size_t columns = terminal_columns(STDOUT_FILENO);
  return columns > 0 ? columns : size_t{1} << 20;
}

void show_tables(ScriptRunner& runner, const std::string& pattern) {
  Session& session = runner.session();
  std::vector<std::pair<std::string, std::string>> lines;
  size_t width = 0;
  for (const std::string& name : session.table_names()) {
    if (!pattern.empty() && !is_wanted(name, pattern)) continue;
    std::string about = "view";
    if (const TableRef table = session.find_table({name})) {
      about = counted(table->schema().size(), "column");
      if (const auto rows = table->statistics().row_count) about += ", " + counted(*rows, "row");
    }
    width = std::max(width, display_width(name));
    lines.emplace_back(name, std::move(about));
  }
  const size_t columns = columns_of_output();
  width = std::min(width, columns / 2);
  for (const auto& [name, about] : lines) {
    const bool fits = display_width(name) <= width && width + 2 + display_width(about) <= columns;
    const std::string gap = fits ? "" : "\n" + std::string(4, ' ');
    runner.out().write(padded(name, fits ? width + 2 : 0, Alignment::kLeft) + gap +
                       runner.palette().paint(Style::kFaint, about) + "\n");
  }
}

void show_schema(ScriptRunner& runner, const std::string& wanted) {
  Session& session = runner.session();
  bool found = wanted.empty();
  for (const NamedObject& object : named_objects(session)) {
    if (!wanted.empty() && !equal_ignoring_case(object.name, wanted)) continue;
    found = true;
    runner.out().write(object.statement + "\n");
  }
  if (found) return;
  const std::string near = nearest_name(wanted, session.table_names());
  throw Error(ErrorCode::kTableNotFound, "no table or view \"{}\"", wanted)
      .hint(near.empty() ? ".tables shows those there are" : "did you mean \"" + near + "\"?");
}

void set_mode(ScriptRunner& runner, const std::string& name) {
  const auto mode = output_mode_named(ascii_lower(name));
  if (!mode) {
    const std::string near = nearest_name(name, output_mode_names());
    throw Error(ErrorCode::kInvalidArgument, "no mode \"{}\"", name)
        .hint(near.empty() ? fmt::format("the modes are {}", fmt::join(output_mode_names(), ", "))
                           : "did you mean \"" + near + "\"?");
  }
  runner.options().mode = *mode;
}

void show_manual(ScriptRunner& runner, std::string name) {
  if (name.ends_with("()")) name.resize(name.size() - 2);
  const std::string page = manual_page(name, runner.palette(), columns_of_output());
  if (!page.empty()) return runner.out().write(page);
  std::vector<std::string> known = function_names();
  for (std::string& more : table_function_names()) known.push_back(std::move(more));
  std::vector<std::string> parts;
  for (const std::string& one : known) {
    if (one.find(ascii_lower(name)) != std::string::npos && parts.size() < 8) parts.push_back(one);
  }
  const std::string near = nearest_name(name, known);
  throw Error(ErrorCode::kFunctionNotFound, "no function \"{}\"", name)
      .hint(!near.empty()    ? "did you mean " + near + "?"
            : !parts.empty() ? fmt::format("its name is part of {}", fmt::join(parts, ", "))
                             : "FROM doline_functions() lists all");
}

void list_functions(ScriptRunner& runner) {
  const size_t columns = terminal_columns(STDOUT_FILENO) > 0 ? terminal_columns(STDOUT_FILENO) : 80;
  std::string line;
  for (const std::string& name : function_names()) {
    if (name.empty() || !((name[0] >= 'a' && name[0] <= 'z') || name[0] == '_')) continue;
    if (!line.empty() && line.size() + name.size() + 1 > columns) {
      runner.out().write(line + "\n");
      line.clear();
    }
    line += (line.empty() ? "" : " ") + name;
  }
  runner.out().write(line + "\n");
}

[[noreturn]] void no_such_command(const std::string& name) {
  // What DuckDB's and SQLite's shells have besides, and what does it here.
  constexpr std::pair<std::string_view, const char*> kElsewhere[] = {
      {".cd", "paths count from where the program was started: .shell pwd"},
      {".databases", "there are no database files yet; .tables shows what there is"},
      {".dump", ".schema shows the statements; COPY trips TO 'trips.parquet' writes the rows"},
      {".excel", "COPY (SELECT …) TO 'rows.csv' writes a file that spreadsheets open"},
      {".import", "CREATE TABLE trips AS FROM 'trips.csv'"},
      {".once", "COPY (SELECT …) TO 'rows.csv' writes rows to a file"},
      {".open", "there are no database files yet; FROM 'data.parquet' reads a file"},
      {".output", "COPY (SELECT …) TO 'rows.csv' writes rows to a file"},
      {".save", "COPY trips TO 'trips.parquet' writes a table to a file"},
      {".system", "it is .shell here"}};
  Error error(ErrorCode::kSyntax, "no command {}", name);
  for (const auto& [elsewhere, instead] : kElsewhere) {
    if (equal_ignoring_case(elsewhere, name)) throw std::move(error).hint(instead);
  }
  std::vector<std::string> names;
  for (const DotCommand& known : dot_commands()) names.push_back(known.name);
  std::string near = nearest_name(name, names);
  for (const std::string& known : names) {
    if (near.empty() && name.size() > 1 && known.starts_with(ascii_lower(name))) near = known;
  }
  throw std::move(error).hint(near.empty() ? ".help lists them" : "did you mean " + near + "?");
}

/// Of one command, with or without its dot; of all where none is named.
void show_help(ScriptRunner& runner, const std::string& wanted) {
  const DotCommand* only = nullptr;
  if (!wanted.empty()) {
    const std::string name = (wanted.starts_with('.') ? "" : ".") + wanted;
    only = find_dot_command(name);
    if (only == nullptr) no_such_command(name);
  }
  constexpr size_t kUsageColumns = 25;
  const size_t terminal = terminal_columns(STDOUT_FILENO);
  const size_t columns = terminal == 0 ? 80 : terminal;
  // Where there is no room beside it, the summary stands below.
  const bool is_narrow = columns < 2 * kUsageColumns;
  const size_t indent = is_narrow ? 2 : kUsageColumns;
  for (const DotCommand& command : dot_commands()) {
    if (only != nullptr && only != &command) continue;
    const std::string usage =
        command.name + (command.arguments.empty() ? "" : " " + command.arguments);
    const std::string summary = wrapped(command.summary, columns - std::min(columns, indent), 0);
    std::string below = (is_narrow ? "\n" + std::string(indent, ' ') : "");
    for (char c : summary) {
      below += c;
      if (c == '\n') below += std::string(indent, ' ');
    }
    runner.out().write(runner.palette().paint(Style::kKeyword, padded(usage, is_narrow ? 0 : indent,
                                                                      Alignment::kLeft)) +
                       below + "\n");
  }
  if (only != nullptr) return;
  runner.out().write(
      "\n" +
      wrapped(
          "Statements end with a semicolon. Tab completes, Ctrl-R searches what was given before, "
          "Alt-Enter begins a line, Ctrl-C stops a query, Ctrl-D leaves.",
          std::min<size_t>(columns, 90), 0) +
      "\n");
}

void set_most_rows(ScriptRunner& runner, const std::string& word) {
  size_t rows = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), rows);
  if (error != std::errc() || end != word.data() + word.size()) {
    throw Error(ErrorCode::kInvalidArgument, "\"{}\" is no number of rows", word)
        .hint("0 shows all");
  }
  runner.options().most_rows = rows;
}

void run_in_shell(ScriptRunner& runner, std::string_view line) {
  if (!runner.session().database().policy().is_open()) {
    throw Error(ErrorCode::kPermission, "commands of the system are not run in safe mode");
  }
  const size_t name = line.find_first_not_of(" \t\r\n");
  const std::string command(line.substr(line.find_first_of(" \t", name)));
  runner.out().flush();
  const int status = std::system(command.c_str());
  if (status != 0) {
    throw Error(ErrorCode::kIo, "the command ended with {}",
                WIFEXITED(status) ? fmt::format("code {}", WEXITSTATUS(status))
                                  : fmt::format("signal {}", WTERMSIG(status)));
  }
}

}  // namespace

std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    switch (text[++i]) {
      case 't':
        out += '\t';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case '\\':
        out += '\\';
        break;
      default:
        out += {'\\', text[i]};
        break;
    }
  }
  return out;
}

const std::vector<DotCommand>& dot_commands() {
  using Takes = DotCommand::Takes;
  static const std::vector<DotCommand> commands = {
      {".exit", "", "Leave, as .quit and Ctrl-D do", Takes::kNothing, 0, 0},
      {".headers", "on|off", "Names of columns above results", Takes::kSwitch, 1, 1},
      {".help", "[COMMAND]", "This list, or a line of it", Takes::kText, 0, 1},
      {".manual", "[FUNCTION]", "What a function does, its forms, an example; all names",
       Takes::kFunction, 0, 1},
      {".maxrows", "COUNT", "How many rows a box shows; 0 for all", Takes::kText, 1, 1},
      {".mode", "MODE", "box, csv, json, jsonlines, line, list or markdown", Takes::kMode, 0, 1},
      {".nullvalue", "TEXT", "What stands for NULL", Takes::kText, 1, 1},
      {".quit", "", "Leave", Takes::kNothing, 0, 0},
      {".read", "FILE", "Run the statements in a file", Takes::kFile, 1, 1},
      {".schema", "[TABLE]", "The statements that make the tables and views", Takes::kTable, 0, 1},
      {".separator", "COLUMN [ROW]", "What stands between values and behind rows in csv and list",
       Takes::kText, 1, 2},
      {".shell", "COMMAND", "Run a command of the system's shell; not with --safe", Takes::kText, 1,
       1000},
      {".tables", "[PATTERN]", "Tables and views; * or % for any text", Takes::kTable, 0, 1},
      {".timer", "on|off", "How long each statement takes", Takes::kSwitch, 1, 1},
  };
  return commands;
}

const DotCommand* find_dot_command(std::string_view name) {
  const std::string wanted = ascii_lower(name);
  for (const DotCommand& command : dot_commands()) {
    if (command.name == wanted) return &command;
  }
  if (wanted == ".header") return find_dot_command(".headers");
  return nullptr;
}

std::vector<std::string> output_mode_names() {
  std::vector<std::string> names;
  for (const OutputMode mode :
       {OutputMode::kBox, OutputMode::kCsv, OutputMode::kJson, OutputMode::kJsonLines,
        OutputMode::kLine, OutputMode::kList, OutputMode::kMarkdown}) {
    names.emplace_back(name_of(mode));
  }
  return names;
}

std::string dot_command_meant(std::string_view text) {
  constexpr std::pair<std::string_view, const char*> kSigns[] = {
      {"?", ".help"}, {"\\?", ".help"}, {"\\h", ".help"}, {"\\q", ".quit"}, {"\\d", ".tables"}};
  const std::vector<std::string> words = words_of(text);
  constexpr size_t kMostWords = 3;
  if (words.empty() || words.size() > kMostWords) return "";
  std::string first = words[0];
  if (words.size() == 1 && first.ends_with(';')) first.pop_back();
  for (const auto& [sign, command] : kSigns) {
    if (first == sign) return command;
  }
  const DotCommand* command = find_dot_command("." + first);
  return command && words.size() - 1 <= command->most ? command->name : "";
}

bool is_dot_command(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text[first] == '.';
}

DotOutcome run_dot_command(std::string_view line, ScriptRunner& runner) {
  const std::vector<std::string> words = words_of(line);
  const DotCommand* command = find_dot_command(words[0]);
  if (command == nullptr) no_such_command(words[0]);
  const size_t given = words.size() - 1;
  if (given < command->fewest || given > command->most) {
    throw Error(ErrorCode::kSyntax, "it is {}{}{}", command->name,
                command->arguments.empty() ? "" : " ", command->arguments);
  }
  const std::string argument = given > 0 ? words[1] : "";
  if (command->name == ".exit" || command->name == ".quit") return DotOutcome::kQuit;
  if (command->name == ".headers") runner.options().header = switch_of(argument);
  if (command->name == ".help") show_help(runner, argument);
  if (command->name == ".manual")
    given > 0 ? show_manual(runner, argument) : list_functions(runner);
  if (command->name == ".maxrows") set_most_rows(runner, argument);
  if (command->name == ".mode") {
    if (given > 0)
      set_mode(runner, argument);
    else
      runner.out().write(std::string(name_of(runner.options().mode)) + "\n");
  }
  if (command->name == ".nullvalue") runner.options().null_text = argument;
  if (command->name == ".schema") show_schema(runner, argument);
  if (command->name == ".separator") {
    runner.options().separator = unescaped(argument);
    if (given > 1) runner.options().row_separator = unescaped(words[2]);
  }
  if (command->name == ".shell") run_in_shell(runner, line);
  if (command->name == ".tables") show_tables(runner, argument);
  if (command->name == ".timer") runner.shows_times() = switch_of(argument);
  if (command->name == ".read") {
    switch (runner.run_file(argument, runner.session().database().policy())) {
      case ScriptRunner::Outcome::kDone:
        return DotOutcome::kDone;
      case ScriptRunner::Outcome::kQuit:
        return DotOutcome::kQuit;
      case ScriptRunner::Outcome::kFailed:
      case ScriptRunner::Outcome::kInterrupted:
      case ScriptRunner::Outcome::kOutputClosed:
        return DotOutcome::kFailed;
    }
  }
  return DotOutcome::kDone;
}

}  // namespace doline::shell
