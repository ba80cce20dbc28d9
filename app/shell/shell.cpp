#include "shell/shell.h"

#include <unistd.h>

#include <algorithm>

#include "base/version.h"
#include "shell/display.h"
#include "shell/dot_commands.h"
#include "shell/interrupt.h"
#include "shell/line_editor.h"
#include "shell/session_names.h"
#include "sql/lexer.h"

namespace doline::shell {

namespace {

bool is_complete(std::string_view text) {
  // `help` and `exit` would wait for a semicolon.
  return is_dot_command(text) || !dot_command_meant(text).empty() || !sql::is_unfinished(text);
}

}  // namespace

int run_shell(ScriptRunner& runner) {
  const InterruptWatch interrupts;
  Terminal terminal(STDIN_FILENO, STDERR_FILENO);
  History history(History::default_path());
  const SessionNames names(runner.session());
  const Palette palette = Palette::of_terminal(STDERR_FILENO);
  LineEditor editor(terminal, history, palette, {{"doline> ", "   ...> "}, is_complete, &names});
  const std::string name = std::string("doline ") + kVersion;
  const std::string hint =
      cut_to_width("  .help for commands, Tab completes, Ctrl-D leaves",
                   terminal.columns() - std::min(terminal.columns(), name.size()));
  terminal.write(palette.paint(Style::kStrong, name) + palette.paint(Style::kFaint, hint) + "\n");
  while (true) {
    const LineEditor::Read read = editor.read();
    if (read.outcome == LineEditor::Outcome::kEnd) return 0;
    if (read.outcome == LineEditor::Outcome::kAbandoned) continue;
    history.add(read.text);
    forget_interrupts();
    const Terminal::Silence silence(terminal);
    switch (runner.run(read.text)) {
      case ScriptRunner::Outcome::kQuit:
        return 0;
      case ScriptRunner::Outcome::kOutputClosed:
        return 1;
      case ScriptRunner::Outcome::kInterrupted:
      case ScriptRunner::Outcome::kDone:
      case ScriptRunner::Outcome::kFailed:
        break;
    }
    forget_interrupts();
  }
}

}  // namespace doline::shell
