#pragma once

#include "shell/script_runner.h"

namespace doline::shell {

/// The conversation with a person at a terminal: reads statements and dot commands until they
/// leave. Returns the exit code.
int run_shell(ScriptRunner& runner);

}  // namespace doline::shell
