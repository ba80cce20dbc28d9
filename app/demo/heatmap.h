#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace doline::demo {

struct Color {
  uint8_t red = 0, green = 0, blue = 0;
};

/// A map from 0 … 1 to colours whose lightness, as eyes see it, rises evenly from a deep blue over
/// violet and orange to a pale yellow: a path through the OKLCH colour space.
Color heat_color(double share);

/// Counts by cell, row 0 at the bottom.
struct Heatmap {
  uint32_t side = 0;
  std::vector<uint64_t> hits;  // side * side

  explicit Heatmap(uint32_t cells) : side(cells), hits(size_t{cells} * cells) {}
  /// Cells outside are left out.
  void set(int64_t x, int64_t y, uint64_t count);
  uint64_t most() const;
  /// A PNG file with 8 bits for red, green and blue.
  std::string png() const;
};

/// A PNG file from rows of pixels, top first.
std::string encode_png(uint32_t width, uint32_t height, const std::vector<Color>& pixels);

std::string base64(const std::string& bytes);

}  // namespace doline::demo
