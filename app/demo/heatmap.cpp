#include "heatmap.h"

#include <zlib.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace doline::demo {

namespace {

double to_srgb(double linear) {
  const double clamped = std::clamp(linear, 0.0, 1.0);
  return clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * std::pow(clamped, 1 / 2.4) - 0.055;
}

uint8_t channel(double linear) { return static_cast<uint8_t>(std::lround(255 * to_srgb(linear))); }

/// OKLab's definition: lightness and two opponent axes to linear sRGB.
Color from_oklab(double lightness, double a, double b) {
  const auto cubed = [](double x) { return x * x * x; };
  const double l = cubed(lightness + 0.3963377774 * a + 0.2158037573 * b);
  const double m = cubed(lightness - 0.1055613458 * a - 0.0638541728 * b);
  const double s = cubed(lightness - 0.0894841775 * a - 1.2914855480 * b);
  return {channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
          channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
          channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

void append_big_endian(std::string& out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift & 0xFF));
}

void append_block(std::string& png, const char* kind, const std::string& content) {
  append_big_endian(png, static_cast<uint32_t>(content.size()));
  const std::string checked = kind + content;
  png += checked;
  append_big_endian(png,
                    static_cast<uint32_t>(::crc32(0, reinterpret_cast<const Bytef*>(checked.data()),
                                                  static_cast<uInt>(checked.size()))));
}

}  // namespace

Color heat_color(double share) {
  const double t = std::clamp(share, 0.0, 1.0);
  const double lightness = 0.20 + 0.76 * t;
  // The hue goes the short way from blue (270°) over magenta to yellow (460° = 100°); chroma is
  // largest in the middle, where sRGB has most of it.
  const double hue = (272 + 190 * std::pow(t, 0.85)) * M_PI / 180;
  const double chroma = 0.055 + 0.13 * std::sin(M_PI * std::pow(t, 0.8));
  return from_oklab(lightness, chroma * std::cos(hue), chroma * std::sin(hue));
}

void Heatmap::set(int64_t x, int64_t y, uint64_t count) {
  if (x < 0 || y < 0 || x >= side || y >= side) return;
  hits[static_cast<size_t>(y) * side + static_cast<size_t>(x)] = count;
}

uint64_t Heatmap::most() const { return *std::max_element(hits.begin(), hits.end()); }

std::string Heatmap::png() const {
  const double scale = 0.92 / std::log1p(static_cast<double>(std::max<uint64_t>(1, most())));
  std::vector<Color> pixels;
  pixels.reserve(hits.size());
  for (uint32_t row = side; row-- > 0;) {
    for (uint32_t x = 0; x < side; ++x) {
      const uint64_t count = hits[size_t{row} * side + x];
      pixels.push_back(
          heat_color(count == 0 ? 0 : 0.08 + scale * std::log1p(static_cast<double>(count))));
    }
  }
  return encode_png(side, side, pixels);
}

std::string encode_png(uint32_t width, uint32_t height, const std::vector<Color>& pixels) {
  std::string rows;
  rows.reserve(size_t{height} * (3 * width + 1));
  for (uint32_t y = 0; y < height; ++y) {
    rows.push_back(0);  // no prediction
    for (uint32_t x = 0; x < width; ++x) {
      const Color& color = pixels[size_t{y} * width + x];
      for (uint8_t value : {color.red, color.green, color.blue})
        rows.push_back(static_cast<char>(value));
    }
  }
  uLongf size = ::compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  if (::compress2(reinterpret_cast<Bytef*>(packed.data()), &size,
                  reinterpret_cast<const Bytef*>(rows.data()), static_cast<uLong>(rows.size()),
                  9) != Z_OK) {
    throw Error(ErrorCode::kIo, "the picture could not be compressed");
  }
  packed.resize(size);
  std::string header;
  append_big_endian(header, width);
  append_big_endian(header, height);
  header += std::string("\x08\x02\x00\x00\x00", 5);  // 8 bits, true colour, nothing special
  std::string png("\x89PNG\r\n\x1A\n", 8);
  append_block(png, "IHDR", header);
  append_block(png, "IDAT", packed);
  append_block(png, "IEND", "");
  return png;
}

std::string base64(const std::string& bytes) {
  static constexpr char kSigns[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t at = 0; at < bytes.size(); at += 3) {
    uint32_t group = 0;
    for (size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    }
    for (size_t i = 0; i < 4; ++i)
      out.push_back(at + i > bytes.size() ? '=' : kSigns[group >> (18 - 6 * i) & 63]);
  }
  return out;
}

}  // namespace doline::demo
