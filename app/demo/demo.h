#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/session.h"

namespace doline {

struct DemoOptions {
  std::string folder = "demo-out";
  std::vector<std::string> files;  // a person's own logs; empty: the machine's
  uint64_t rows = 5'000'000;       // generated requests
  bool (*is_interrupted)() = nullptr;
};

/// `./dev demo`: real logs, five million generated requests and a picture, as report.html,
/// report.csv, heatmap.png and demo.sql in a folder. Prints its progress and checks itself.
/// Returns the exit code: 1 when a check or a statement failed, 130 when it was interrupted;
/// nothing temporary is left behind then either.
int run_demo(Session& session, const DemoOptions& options);

}  // namespace doline
