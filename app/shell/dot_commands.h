#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doline::shell {

class ScriptRunner;

/// A command to the shell itself. All are in one table, from which .help and completion come.
struct DotCommand {
  enum class Takes : uint8_t { kNothing, kSwitch, kMode, kTable, kFunction, kFile, kText };

  std::string name;       // ".timer"
  std::string arguments;  // "on|off"
  std::string summary;
  Takes takes = Takes::kNothing;
  size_t fewest = 0, most = 0;  // arguments
};

const std::vector<DotCommand>& dot_commands();
/// Without regard to case; null when there is none.
const DotCommand* find_dot_command(std::string_view name);
std::vector<std::string> output_mode_names();
/// What is written \t, \n, \r and \\ as the characters that are meant.
std::string unescaped(std::string_view text);

/// Whether a text is meant as a dot command.
bool is_dot_command(std::string_view text);
/// The command that a text means which lacks only its dot, or has another program's sign for it:
/// ".help" for `help;`, `?` and `\h`. Empty for all else.
std::string dot_command_meant(std::string_view text);
/// Carries one out. Throws Error: with candidates for an unknown one.
enum class DotOutcome : uint8_t { kDone, kFailed, kQuit };
DotOutcome run_dot_command(std::string_view line, ScriptRunner& runner);

}  // namespace doline::shell
