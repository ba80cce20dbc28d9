#pragma once

#include <string>
#include <vector>

#include "script.h"

namespace doline::demo {

/// What this machine's package manager left: its log, rotated parts included, and the package
/// lists, in whatever compression they are.
struct MachineLogs {
  std::vector<std::string> package_logs;
  std::vector<std::string> package_lists;
  std::vector<std::string> skipped;  // in a compression that is not read

  static MachineLogs find();
};

/// The first step from what was found; nothing of what was not.
void add_machine_logs(Script& script, const MachineLogs& logs);

}  // namespace doline::demo
