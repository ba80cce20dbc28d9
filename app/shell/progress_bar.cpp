#include "shell/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "shell/display.h"
#include "shell/terminal.h"

namespace doline::shell {

namespace {

constexpr double kPatienceSeconds = 0.5;
constexpr auto kRedraw = std::chrono::milliseconds(100);
constexpr size_t kBarColumns = 20;

/// Eighths of a column.
std::string bar(double share) {
  constexpr std::string_view kEighths[] = {" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto filled = static_cast<size_t>(std::clamp(share, 0.0, 1.0) * kBarColumns * 8);
  std::string out;
  for (size_t i = 0; i < filled / 8; ++i) out += "█";
  if (filled / 8 < kBarColumns) out += kEighths[filled % 8];
  return padded(out, kBarColumns, Alignment::kLeft);
}

std::string size_text(uint64_t bytes) {
  constexpr double kMiB = 1 << 20;
  const double mib = static_cast<double>(bytes) / kMiB;
  return mib < 1024 ? fmt::format("{:.0f} MiB", mib) : fmt::format("{:.1f} GiB", mib / 1024);
}

/// "212/256 MiB"
std::string of_limit(uint64_t used, uint64_t limit) {
  const std::string of = size_text(limit);
  const std::string unit = of.substr(of.find(' ') + 1);
  const double scale = unit == "MiB" ? 1 << 20 : 1 << 30;
  const double amount = static_cast<double>(used) / scale;
  return unit == "MiB" ? fmt::format("{:.0f}/{}", amount, of)
                       : fmt::format("{:.1f}/{}", amount, of);
}

std::string duration_text(double seconds) {
  if (seconds < 90) return fmt::format("{:.0f} s", std::ceil(seconds));
  if (seconds < 5400) return fmt::format("{:.0f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

}  // namespace

std::string short_count(double count) {
  if (count >= 1e9) return fmt::format("{:.1f} G", count / 1e9);
  if (count >= 1e6) return fmt::format("{:.1f} M", count / 1e6);
  if (count >= 1e4) return fmt::format("{:.0f} k", count / 1e3);
  return fmt::format("{:.0f}", count);
}

std::string progress_line(const QueryProgress& progress, double shown_share, size_t columns) {
  std::vector<std::string> parts = {bar(shown_share) +
                                    fmt::format(" {:3.0f} %", std::floor(shown_share * 100))};
  if (progress.rows_read > 0 && progress.elapsed_seconds > 0) {
    parts.push_back(
        short_count(static_cast<double>(progress.rows_read) / progress.elapsed_seconds) +
        " rows/s");
  }
  if (progress.memory_limit > 0)
    parts.push_back(of_limit(progress.memory_bytes, progress.memory_limit));
  if (progress.spilled_bytes > 0) parts.push_back("spill " + size_text(progress.spilled_bytes));
  // Early guesses would jump about.
  if (shown_share > 0.02) {
    parts.push_back(duration_text(progress.elapsed_seconds * (1 - shown_share) / shown_share) +
                    " left");
  }
  std::string line;
  for (const std::string& part : parts) {
    const std::string more = (line.empty() ? "" : "  ") + part;
    if (display_width(line) + display_width(more) >= columns) break;
    line += more;
  }
  return line;
}

ProgressBar::ProgressBar(int descriptor)
    : descriptor_(descriptor),
      is_terminal_(::isatty(descriptor) != 0),
      palette_(Palette::of_terminal(descriptor)) {}

void ProgressBar::begin_query() { shown_share_ = 0; }

void ProgressBar::update(const QueryProgress& progress) {
  if (!is_terminal_ || progress.elapsed_seconds < kPatienceSeconds) return;
  const auto now = std::chrono::steady_clock::now();
  if (is_drawn_ && now - drawn_at_ < kRedraw) return;
  drawn_at_ = now;
  shown_share_ = std::max(shown_share_, std::min(progress.share, 0.999));
  const size_t columns = terminal_columns(descriptor_);
  const std::string line =
      "\r\x1b[K" + palette_.paint(Style::kFaint, progress_line(progress, shown_share_, columns));
  is_drawn_ = true;
  (void)!::write(descriptor_, line.data(), line.size());
}

void ProgressBar::erase() {
  if (!is_drawn_) return;
  is_drawn_ = false;
  constexpr std::string_view kErase = "\r\x1b[K";
  (void)!::write(descriptor_, kErase.data(), kErase.size());
}

}  // namespace doline::shell
