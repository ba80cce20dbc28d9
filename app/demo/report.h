#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/query.h"
#include "heatmap.h"
#include "script.h"

namespace doline::demo {

/// The rows of one part as the table `report` has them.
struct PartRows {
  struct Row {
    std::string label;
    std::vector<std::string> values;  // as many as the part has measures; empty: NULL
  };
  std::vector<Row> rows;
};

struct Check {
  bool holds = false;
  std::string what;
  std::string numbers;  // "500 = 500"
};

struct TimedStatement {
  uint32_t step = 0;
  std::string what;
  double seconds = 0;
  QueryProfile profile;
};

/// All that report.html shows.
struct Report {
  std::string title, subtitle;
  std::vector<std::pair<std::string, std::string>> tiles;  // number, what it counts
  std::vector<Part> parts;
  std::vector<PartRows> rows;  // of each part
  std::string first_step_title;
  const Heatmap* heatmap = nullptr;
  std::string heatmap_png;
  std::vector<TimedStatement> timings;
  std::vector<Check> checks;
  std::vector<std::string> notes;
};

/// A page that needs nothing else: charts are inline SVG, the picture is in it, light and dark
/// follow the reader's setting.
std::string render_html(const Report& report);

}  // namespace doline::demo
