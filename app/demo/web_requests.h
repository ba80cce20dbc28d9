#pragma once

#include <string>

#include "script.h"

namespace doline::demo {

/// The second step's data: a week of requests to a web shop that does not exist, its latency
/// written at the end of each line of the combined format.
struct WebRequests {
  static constexpr uint64_t kDamaged = 500;
  static constexpr uint64_t kUsualRows = 5'000'000;

  std::string folder;
  uint64_t rows = kUsualRows;  // lines, the damaged ones among them; a multiple of kDamaged

  std::string text_path() const { return folder + "/requests.log"; }
  std::string parquet_path() const { return folder + "/requests"; }
};

/// Generating, parsing, sessions, the parts of the report.
void add_web_requests(Script& script, const WebRequests& requests);
/// The third step: table `heat` (x, y, hits).
void add_heatmap(Script& script);
/// Removes the generated text, so that demo.sql alone leaves no gigabyte behind.
void add_text_removal(Script& script, const WebRequests& requests);

inline constexpr uint32_t kHeatmapSide = 512;
/// The heat map's vertical scale: decades of seconds, from 10^kLowestDecade upward.
inline constexpr double kLowestDecade = -3.6;
inline constexpr double kDecades = 4.8;

}  // namespace doline::demo
