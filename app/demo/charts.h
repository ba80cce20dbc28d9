#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report.h"

namespace doline::demo {

/// A part as HTML: inline SVG with text as text, colours from the page's style, and a tip for
/// every mark. `is_wide`: has the whole width of the page.
std::string draw(const Part& part, const PartRows& rows, bool is_wide);
/// Numbers with what each counts.
std::string draw_tiles(const std::vector<std::pair<std::string, std::string>>& tiles);

/// What the heat map's edges mean.
struct HeatmapScale {
  double first_second = 0;   // of the left edge, since 1970; a week is as wide as the picture
  double lowest_decade = 0;  // of the lower edge, in powers of ten of a second
  double decades = 1;
};
std::string draw_heatmap(const Heatmap& heatmap, const std::string& png, const HeatmapScale& scale);

std::string escaped(const std::string& text);
/// "4,999,500", "1.2 GB", "35 ms": a value as people read it.
std::string shown(const std::string& value, Unit unit);

}  // namespace doline::demo
