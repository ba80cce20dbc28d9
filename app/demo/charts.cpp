#include "charts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <ctime>
#include <optional>

#include "progress.h"

namespace doline::demo {

namespace {

constexpr double kWide = 1040;
constexpr double kHalf = 500;
constexpr double kSignWidth = 7.5;  // of a letter at 13 px, about

double number(const std::string& text) { return std::strtod(text.c_str(), nullptr); }

size_t sign_count(const std::string& text) {
  size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

/// At most `most` signs, an ellipsis for what was cut.
std::string cut(const std::string& text, size_t most) {
  if (sign_count(text) <= most) return text;
  std::string out;
  size_t signs = 0;
  for (char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++signs == most) break;
    out.push_back(c);
  }
  return out + "…";
}

std::string milliseconds(double ms) {
  if (ms >= 10'000) return fmt::format("{:.0f} s", ms / 1000);
  const bool is_long = ms >= 1000;
  std::string text = fmt::format("{:.{}f}", is_long ? ms / 1000 : ms, is_long || ms < 9.95 ? 1 : 0);
  if (text.ends_with(".0")) text.resize(text.size() - 2);
  return text + (is_long ? " s" : " ms");
}

/// 1, 2 or 5 times a power of ten: the smallest that is at least `value`.
double round_up(double value) {
  if (value <= 0) return 1;
  const double power = std::pow(10, std::floor(std::log10(value)));
  for (double step : {1.0, 2.0, 2.5, 5.0}) {
    if (step * power >= value * 0.999999) return step * power;
  }
  return 10 * power;
}

/// Seconds since 1970 of "2026-11-02 05:00:00" or "2026-11-02".
std::optional<double> instant(const std::string& text) {
  std::tm fields{};
  const int read = std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%d", &fields.tm_year, &fields.tm_mon,
                               &fields.tm_mday, &fields.tm_hour, &fields.tm_min, &fields.tm_sec);
  if (read < 3) return std::nullopt;
  fields.tm_year -= 1900;
  fields.tm_mon -= 1;
  return static_cast<double>(::timegm(&fields));
}

std::string time_text(double seconds, const char* format) {
  const auto whole = static_cast<time_t>(seconds);
  std::tm fields{};
  ::gmtime_r(&whole, &fields);
  char text[64];
  return {text, std::strftime(text, sizeof text, format, &fields)};
}

std::string svg(double width, double height, const std::string& title, const std::string& content) {
  return fmt::format("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-label=\"{}\">{}</svg>",
                     width, height, escaped(title), content);
}

std::string text_at(double x, double y, const char* style, const std::string& text) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>", x, y, style,
                     escaped(text));
}

bool is_failure(const Part& part, const std::string& label) {
  return part.title.find("status") != std::string::npos && !label.empty() &&
         (label[0] == '4' || label[0] == '5');
}

std::string bars(const Part& part, const PartRows& rows, bool is_wide) {
  const double width = is_wide ? kWide : kHalf;
  const size_t figures = part.measures.size();
  constexpr double kRow = 27;
  const double top = figures > 1 ? 22 : 2;
  size_t longest = 0;
  double most = 0;
  for (const auto& row : rows.rows) {
    longest = std::max(longest, sign_count(row.label));
    most = std::max(most, number(row.values[0]));
  }
  const size_t label_signs = std::min<size_t>(longest, is_wide ? 52 : figures > 1 ? 27 : 30);
  const double label_width = static_cast<double>(label_signs) * kSignWidth + 14;
  const double figure_width = 84;
  const double bar_width = width - label_width - figure_width * static_cast<double>(figures);
  std::string content;
  if (figures > 1) {
    for (size_t i = 0; i < figures; ++i) {
      content += text_at(width - figure_width * static_cast<double>(figures - 1 - i), 12,
                         "end faint", part.measures[i].name);
    }
  }
  double y = top;
  for (const auto& row : rows.rows) {
    const double share = most > 0 ? number(row.values[0]) / most : 0;
    std::string tip = row.label;
    for (size_t i = 0; i < figures; ++i)
      tip += fmt::format("\n{}: {}", part.measures[i].name,
                         shown(row.values[i], part.measures[i].unit));
    content += fmt::format("<g><title>{}</title>", escaped(tip));
    content += fmt::format(
        "<rect x=\"0\" y=\"{:.1f}\" width=\"{:.0f}\" height=\"{:.0f}\" class=\"catch\"/>", y, width,
        kRow);
    content += text_at(label_width - 12, y + 18, "end", cut(row.label, label_signs));
    content += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"17\" rx=\"2.5\" class=\"{}\"/>",
        label_width, y + 5, std::max(1.5, share * bar_width),
        is_failure(part, row.label) ? "bad" : "mark");
    for (size_t i = 0; i < figures; ++i) {
      content +=
          text_at(width - figure_width * static_cast<double>(figures - 1 - i), y + 18,
                  i == 0 ? "end strong" : "end faint", shown(row.values[i], part.measures[i].unit));
    }
    content += "</g>";
    y += kRow;
  }
  return svg(width, y + 2, part.title, content);
}

std::string standing_bars(const Part& part, const PartRows& rows, bool is_wide) {
  const double width = is_wide ? kWide : kHalf;
  constexpr double kHeight = 250, kBottom = 34, kTop = 26;
  double most = 0;
  for (const auto& row : rows.rows) most = std::max(most, number(row.values[0]));
  const double step = width / static_cast<double>(std::max<size_t>(1, rows.rows.size()));
  std::string content;
  double x = 0;
  for (const auto& row : rows.rows) {
    const double height = most > 0 ? number(row.values[0]) / most * (kHeight - kBottom - kTop) : 0;
    std::string tip = row.label;
    for (size_t i = 0; i < part.measures.size(); ++i)
      tip += fmt::format("\n{}: {}", part.measures[i].name,
                         shown(row.values[i], part.measures[i].unit));
    content += fmt::format(
        "<g><title>{}</title><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
        "rx=\"3\" class=\"mark\"/></g>",
        escaped(tip), x + step * 0.12, kHeight - kBottom - height, step * 0.76,
        std::max(1.0, height));
    content += text_at(x + step / 2, kHeight - kBottom - height - 7, "middle strong",
                       shown(row.values[0], part.measures[0].unit));
    content += text_at(x + step / 2, kHeight - kBottom + 17, "middle", row.label);
    if (part.measures.size() > 1) {
      content += text_at(x + step / 2, kHeight - 2, "middle faint small",
                         shown(row.values[1], part.measures[1].unit));
    }
    x += step;
  }
  return svg(width, kHeight, part.title, content);
}

/// The frame that charts over time share.
struct TimeFrame {
  static constexpr double kLeft = 62, kRight = 74, kTop = 12, kBottom = 30, kHeight = 270;
  double from = 0, to = 1;

  explicit TimeFrame(const PartRows& rows) {
    from = instant(rows.rows.front().label).value_or(0);
    to = std::max(from + 1, instant(rows.rows.back().label).value_or(from + 1));
  }
  double x(double seconds) const {
    return kLeft + (seconds - from) / (to - from) * (kWide - kLeft - kRight);
  }
  static double y(double share) { return kHeight - kBottom - share * (kHeight - kTop - kBottom); }

  std::string horizontal(double share, const std::string& text) const {
    return fmt::format("<line x1=\"{}\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\" class=\"grid\"/>",
                       kLeft, kWide - kRight, y(share), y(share)) +
           text_at(kLeft - 8, y(share) + 4, "end faint small", text);
  }
  std::string tick(double at, const char* format) const {
    return fmt::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" class=\"grid\"/>",
                       x(at), kTop, kHeight - kBottom) +
           text_at(x(at) + 4, kHeight - kBottom + 17, "faint small", time_text(at, format));
  }
  /// Firsts of months, about eight of them.
  std::string months() const {
    const double span = (to - from) / (30.44 * 86400);
    int step = 1200;
    for (int candidate : {1, 2, 3, 6, 12, 24, 60, 120, 240, 600}) {
      if (span / candidate > 9) continue;
      step = candidate;
      break;
    }
    const auto first = static_cast<time_t>(from);
    std::tm fields{};
    ::gmtime_r(&first, &fields);
    std::string content;
    for (int month = (fields.tm_year * 12 + fields.tm_mon) / step * step;; month += step) {
      std::tm begin{};
      begin.tm_year = month / 12;
      begin.tm_mon = month % 12;
      begin.tm_mday = 1;
      const auto at = static_cast<double>(::timegm(&begin));
      if (at > to) return content;
      if (at >= from) content += tick(at, step < 12 ? "%b %Y" : "%Y");
    }
  }
  /// Months, days, hours or minutes, about eight of them.
  std::string ticks() const {
    const double span = to - from;
    if (span > 9 * 14 * 86400.0) return months();
    double step = 60;
    for (double candidate : {60.0, 300.0, 900.0, 1800.0, 3600.0, 10800.0, 21600.0, 43200.0, 86400.0,
                             2 * 86400.0, 7 * 86400.0, 14 * 86400.0}) {
      step = candidate;
      if (span / candidate <= 9) break;
    }
    const char* format = step < 86400       ? (span > 86400 ? "%a %H:%M" : "%H:%M")
                         : step < 7 * 86400 ? "%a %-d %b"
                                            : "%-d %b";
    std::string content;
    for (double at = std::ceil(from / step) * step; at <= to; at += step)
      content += tick(at, format);
    return content;
  }
  /// Invisible stripes that tell the numbers of their instant.
  std::string tips(const Part& part, const PartRows& rows) const {
    std::string content;
    for (size_t i = 0; i < rows.rows.size(); ++i) {
      const double here = x(instant(rows.rows[i].label).value_or(from));
      const double next =
          i + 1 < rows.rows.size() ? x(instant(rows.rows[i + 1].label).value_or(to)) : here + 4;
      std::string tip = rows.rows[i].label;
      for (size_t m = 0; m < part.measures.size(); ++m) {
        tip += fmt::format("\n{}: {}", part.measures[m].name,
                           shown(rows.rows[i].values[m], part.measures[m].unit));
      }
      content += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{}\" width=\"{:.1f}\" height=\"{}\" class=\"catch "
          "hover\"><title>{}</title></rect>",
          here, kTop, std::max(1.0, next - here), kHeight - kTop - kBottom, escaped(tip));
    }
    return content;
  }
};

std::string time_area(const Part& part, const PartRows& rows) {
  const TimeFrame frame(rows);
  double most = 0;
  for (const auto& row : rows.rows) most = std::max(most, number(row.values[0]));
  const double step = round_up(most / 4);
  const double top = step * std::ceil(most / step);
  std::string content;
  for (double at = 0; at <= top * 1.0001; at += step)
    content +=
        frame.horizontal(top > 0 ? at / top : 0, shown(fmt::format("{:.0f}", at), Unit::kCount));
  content += frame.ticks();
  // Each bucket is a step as wide as its time.
  for (size_t measure = 0; measure < std::min<size_t>(2, part.measures.size()); ++measure) {
    std::string path = fmt::format("M{:.1f} {:.1f}", frame.x(frame.from), frame.y(0));
    std::string line;
    for (const auto& row : rows.rows) {
      const double x = frame.x(instant(row.label).value_or(frame.from));
      const double y = frame.y(top > 0 ? number(row.values[measure]) / top : 0);
      line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", x, y);
      path += fmt::format("L{:.1f} {:.1f}", x, y);
    }
    path += fmt::format("L{:.1f} {:.1f}Z", frame.x(frame.to), frame.y(0));
    content += fmt::format("<path d=\"{}\" class=\"{}\"/><path d=\"{}\" class=\"line {}\"/>", path,
                           measure == 0 ? "area" : "bad", line, measure == 0 ? "line1" : "linebad");
  }
  content += frame.tips(part, rows);
  return svg(kWide, TimeFrame::kHeight, part.title, content);
}

std::string percentiles(const Part& part, const PartRows& rows) {
  const TimeFrame frame(rows);
  double least = 1e300, most = 0;
  for (const auto& row : rows.rows) {
    for (const auto& value : row.values) {
      if (number(value) <= 0) continue;
      least = std::min(least, number(value));
      most = std::max(most, number(value));
    }
  }
  if (most == 0) return "";
  const double low = std::log10(least / 1.4), high = std::log10(most * 1.4);
  const auto share = [&](double value) {
    return (std::log10(std::max(value, least / 1.4)) - low) / (high - low);
  };
  std::string content;
  for (double decade = std::pow(10, std::floor(low)); decade <= most * 1.4; decade *= 10) {
    for (double factor : {1.0, 2.0, 5.0}) {
      const double at = decade * factor;
      if (std::log10(at) < low || std::log10(at) > high) continue;
      content += frame.horizontal(share(at), milliseconds(at));
    }
  }
  content += frame.ticks();
  for (size_t measure = part.measures.size(); measure-- > 0;) {
    std::string line;
    for (const auto& row : rows.rows) {
      line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L",
                          frame.x(instant(row.label).value_or(frame.from)),
                          frame.y(share(number(row.values[measure]))));
    }
    content += fmt::format("<path d=\"{}\" class=\"line line{}\"/>", line, measure + 1);
    content += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"strong ink{}\">{}</text>",
                           kWide - TimeFrame::kRight + 8,
                           frame.y(share(number(rows.rows.back().values[measure]))) + 4,
                           measure + 1, escaped(part.measures[measure].name));
  }
  content += frame.tips(part, rows);
  return svg(kWide, TimeFrame::kHeight, part.title, content);
}

std::string tiles(const Part& part, const PartRows& rows) {
  std::vector<std::pair<std::string, std::string>> shown_tiles;
  for (const auto& row : rows.rows) {
    Unit unit = part.measures[0].unit;
    std::string label = row.label;
    if (unit == Unit::kCount) {
      if (label.starts_with("bytes")) unit = Unit::kBytes;
      for (const auto& [ending, its_unit] :
           {std::pair{" ms", Unit::kMilliseconds}, {" %", Unit::kPercent}}) {
        if (!label.ends_with(ending)) continue;
        label.resize(label.size() - std::string(ending).size());
        unit = its_unit;
      }
    }
    std::string value = shown(row.values[0], unit);
    if (unit == Unit::kText && !value.empty() &&
        value.find_first_not_of("0123456789") == value.npos)
      value = shown(value, Unit::kCount);
    shown_tiles.emplace_back(value, label);
  }
  return draw_tiles(shown_tiles);
}

std::string table(const Part& part, const PartRows& rows) {
  std::string html = "<div class=\"scroll\"><table><thead><tr><th></th>";
  for (const auto& measure : part.measures)
    html += fmt::format("<th{}>{}</th>", measure.unit == Unit::kText ? " class=\"text\"" : "",
                        escaped(measure.name));
  html += "</tr></thead><tbody>";
  for (const auto& row : rows.rows) {
    html += "<tr><th scope=\"row\">" + escaped(row.label) + "</th>";
    for (size_t i = 0; i < part.measures.size(); ++i) {
      html += fmt::format("<td{}>{}</td>",
                          part.measures[i].unit == Unit::kText ? " class=\"text\"" : "",
                          escaped(shown(row.values[i], part.measures[i].unit)));
    }
    html += "</tr>";
  }
  return html + "</tbody></table></div>";
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string shown(const std::string& value, Unit unit) {
  if (value.empty()) return "–";
  switch (unit) {
    case Unit::kText:
      return value;
    case Unit::kBytes:
      return decimal_bytes(number(value));
    case Unit::kMilliseconds:
      return milliseconds(number(value));
    case Unit::kMinutes:
      return fmt::format("{:.0f} min", number(value));
    case Unit::kPercent: {
      const double share = number(value);
      return fmt::format("{:.{}f} %", share, share >= 9.95 ? 1 : 2);
    }
    case Unit::kCount: {
      const double count = number(value);
      const double size = std::abs(count);
      if (!(size < 1e15)) return fmt::format("{:.3g}", count);
      if (size < 1000 && count != std::floor(count)) return fmt::format("{:.4g}", count);
      return (count < 0 ? "−" : "") + with_commas(static_cast<uint64_t>(std::round(size)));
    }
  }
  return value;
}

std::string draw_tiles(const std::vector<std::pair<std::string, std::string>>& tiles) {
  constexpr size_t kLong = 12, kMostInARow = 7;
  const auto is_long = [](const std::string& value) { return sign_count(value) > kLong; };
  size_t cells = 0;
  for (const auto& tile : tiles) cells += is_long(tile.first) ? 2 : 1;
  // As many rows as it takes, of about equal length; a few stand together on the left.
  const size_t lines = std::max<size_t>(1, (cells + kMostInARow - 1) / kMostInARow);
  std::string html = fmt::format("<div class=\"tiles\" style=\"--cells:{}\">",
                                 std::max<size_t>(4, (cells + lines - 1) / lines));
  for (const auto& [value, label] : tiles) {
    html += fmt::format("<div{}><b>{}</b><span>{}</span></div>",
                        is_long(value) ? " class=\"long\"" : "", escaped(value), escaped(label));
  }
  return html + "</div>";
}

std::string draw(const Part& part, const PartRows& rows, bool is_wide) {
  if (rows.rows.empty()) return "<p class=\"faint\">None.</p>";
  switch (part.chart) {
    case Chart::kTiles:
      return tiles(part, rows);
    case Chart::kBars:
      return bars(part, rows, is_wide);
    case Chart::kColumns:
      return standing_bars(part, rows, is_wide);
    case Chart::kTimeArea:
      return rows.rows.size() > 1 ? time_area(part, rows) : bars(part, rows, is_wide);
    case Chart::kPercentiles:
      return rows.rows.size() > 1 ? percentiles(part, rows) : table(part, rows);
    case Chart::kTable:
      return table(part, rows);
  }
  return "";
}

std::string draw_heatmap(const Heatmap& heatmap, const std::string& png,
                         const HeatmapScale& scale) {
  constexpr double kLeft = 62, kTop = 8, kSide = 512, kWidth = 960, kBottom = 30;
  const double wide = kWidth - kLeft - 16;
  std::string content = fmt::format(
      "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" "
      "href=\"data:image/png;base64,{}\"/>",
      kLeft, kTop, wide, kSide, base64(png));
  for (int decade = static_cast<int>(std::ceil(scale.lowest_decade));
       decade < scale.lowest_decade + scale.decades; ++decade) {
    const double y = kTop + kSide * (1 - (decade - scale.lowest_decade) / scale.decades);
    content +=
        fmt::format("<line x1=\"{0}\" x2=\"{1}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\" class=\"over\"/>",
                    kLeft, kLeft + wide, y);
    content +=
        text_at(kLeft - 8, y + 4, "end faint small", milliseconds(1000 * std::pow(10, decade)));
  }
  for (int day = 0; day < 7; ++day) {
    const double x = kLeft + wide * day / 7;
    if (day > 0)
      content +=
          fmt::format("<line x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1}\" y2=\"{2}\" class=\"over\"/>",
                      x, kTop, kTop + kSide);
    content += text_at(x + 4, kTop + kSide + 18, "faint small",
                       time_text(scale.first_second + day * 86400.0, "%a %-d %b"));
  }
  std::string picture =
      svg(kWidth, kTop + kSide + kBottom, "Heat map of latency over time", content);
  std::string legend =
      "<div class=\"legend\"><span>1 request</span><svg viewBox=\"0 0 200 10\" "
      "preserveAspectRatio=\"none\">";
  for (int i = 0; i < 50; ++i) {
    const Color color = heat_color(0.08 + 0.92 * i / 49);
    legend +=
        fmt::format("<rect x=\"{}\" width=\"4.2\" height=\"10\" fill=\"#{:02x}{:02x}{:02x}\"/>",
                    i * 4, color.red, color.green, color.blue);
  }
  return picture + legend +
         fmt::format("</svg><span>{} in a cell</span></div>", with_commas(heatmap.most()));
}

}  // namespace doline::demo
