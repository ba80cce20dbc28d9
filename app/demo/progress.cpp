#include "progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace doline::demo {

namespace {

using Clock = std::chrono::steady_clock;

/// How wide a step's number and title are where there is room.
constexpr size_t kLabel = 40;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

bool is_terminal() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDOUT_FILENO) && !(term && std::strcmp(term, "dumb") == 0);
}

size_t columns() {
  winsize size{};
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 100;
}

std::string bar(double share, size_t cells) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  const auto eighths = static_cast<size_t>(share * static_cast<double>(cells * 8));
  std::string text;
  for (size_t i = 0; i < eighths / 8; ++i) text += "█";
  text += kEighths[eighths % 8];
  for (size_t i = eighths / 8 + (eighths % 8 != 0); i < cells; ++i) text += " ";
  return text;
}

/// Signs as a terminal counts them; all of ours are one column wide.
size_t width_of(const std::string& text) {
  size_t width = 0;
  for (char c : text) width += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return width;
}

/// At most `width` columns, an ellipsis for what was cut.
std::string shortened(const std::string& text, size_t width) {
  if (width_of(text) <= width) return text;
  std::string out;
  size_t signs = 0;
  for (char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80 && ++signs >= width) break;
    out.push_back(c);
  }
  return width == 0 ? "" : out + "…";
}

std::string padded(std::string text, size_t width) {
  const size_t has = width_of(text);
  if (has < width) text.append(width - has, ' ');
  return text;
}

}  // namespace

std::string with_commas(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3;) text.insert(at -= 3, ",");
  return text;
}

std::string decimal_bytes(double bytes) {
  static constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  size_t unit = 0;
  while (bytes >= 999.5 && unit < 4) {
    bytes /= 1000;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", bytes, unit > 0 && bytes < 9.95 ? 1 : 0, kUnits[unit]);
}

MemorySampler::MemorySampler() {
  sample();
  thread_ = std::thread([this] {
    while (!stop_.load()) {
      sample();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  });
}

MemorySampler::~MemorySampler() {
  stop_.store(true);
  thread_.join();
}

void MemorySampler::sample() {
#ifdef DOLINE_SANITIZED
  const uint64_t now =
      Budget::process().used_bytes();  // a sanitizer's own memory is not ours to count
#else
  const uint64_t now = resident_anonymous_bytes();
#endif
  now_.store(now, std::memory_order_relaxed);
  if (now > peak_.load(std::memory_order_relaxed)) peak_.store(now, std::memory_order_relaxed);
}

StepDisplay::StepDisplay(const MemorySampler& memory, uint64_t budget_bytes,
                         bool (*is_interrupted)())
    : memory_(memory),
      budget_bytes_(budget_bytes),
      is_interrupted_(is_interrupted),
      on_terminal_(is_terminal()) {}

std::string StepDisplay::label() const { return fmt::format("[{}/3] {}", number_, title_); }

void StepDisplay::begin_step(uint32_t number, std::string title, double weight) {
  number_ = number;
  title_ = std::move(title);
  weight_ = weight;
  done_weight_ = statement_weight_ = 0;
  began_ = shown_ = statement_began_ = Clock::now();
  if (on_terminal_) show(nullptr);
}

void StepDisplay::set_title(std::string title) { title_ = std::move(title); }

void StepDisplay::begin_statement(double weight) {
  statement_weight_ = weight;
  statement_began_ = Clock::now();
}

void StepDisplay::end_statement() {
  done_weight_ += statement_weight_;
  statement_weight_ = 0;
}

void StepDisplay::clear() {
  if (on_terminal_) fmt::print("\r\033[K");
}

void StepDisplay::end_step(const std::string& outcome) {
  clear();
  // In columns where there is room for them; a narrow terminal gets the words closer together.
  constexpr size_t kOutcome = 56, kTime = 8;
  const size_t room =
      (on_terminal_ ? std::max<size_t>(columns(), 40) - 1 : kLabel + kOutcome + kTime + 1) - kTime;
  const size_t wanted = width_of(outcome) + 1;
  const std::string title =
      padded(label(), std::min(kLabel, room > wanted ? room - wanted : 0)) + " ";
  const size_t rest = room > width_of(title) ? std::min(kOutcome, room - width_of(title)) : 0;
  fmt::print("{}{} {:5.1f} s\n", title, padded(shortened(outcome, rest), rest),
             seconds_since(began_));
  std::fflush(stdout);
  number_ = 0;
}

bool StepDisplay::is_unwanted(const Query& running) {
  if (seconds_since(shown_) >= (on_terminal_ ? 0.1 : 5)) show(&running);
  return is_interrupted_();
}

void StepDisplay::ended(const Query& done) {
  spilled_ += done.progress().spilled_bytes;
  last_profile_ = done.profile();
}

void StepDisplay::show(const Query* running) {
  if (number_ == 0) return;  // between steps
  shown_ = Clock::now();
  const double elapsed = seconds_since(began_);
  double share = weight_ > 0 ? done_weight_ / weight_ : 0;
  double rows_per_second = 0;
  uint64_t spilled = spilled_;
  if (running) {
    const QueryProgress progress = running->progress();
    share += weight_ > 0 ? progress.share * statement_weight_ / weight_ : 0;
    spilled += progress.spilled_bytes;
    rows_per_second =
        static_cast<double>(progress.rows_read) / std::max(0.05, seconds_since(statement_began_));
  }
  share = std::min(share, 1.0);
  const std::string percent = fmt::format("{:3.0f} %", share * 100);
  std::string speed, spill, left;
  if (rows_per_second >= 1e5) {
    speed = fmt::format("  {:.1f} M rows/s", rows_per_second / 1e6);
  } else if (rows_per_second >= 1e3) {
    speed = fmt::format("  {:.0f} k rows/s", rows_per_second / 1e3);
  }
  std::string memory = fmt::format("  {}/{} MiB", memory_.now_bytes() >> 20, budget_bytes_ >> 20);
  if (spilled > 0)
    spill = fmt::format("  spill {:.1f} GiB", static_cast<double>(spilled) / double{1 << 30});
  if (share > 0.02) left = fmt::format("  {:.0f} s left", std::ceil(elapsed / share - elapsed));
  const auto text = [&] { return percent + speed + memory + spill + left; };
  if (!on_terminal_) {
    fmt::print("{} {}\n", padded(label(), kLabel), text());
  } else {
    // The title stays; of the notes those go first that matter least.
    const size_t width = columns() - 1;
    const size_t title = width_of(label()) + 1;
    for (std::string* note : {&speed, &spill, &memory, &left}) {
      if (title + width_of(text()) > width) note->clear();
    }
    std::string line = padded(label(), kLabel + 1 + width_of(text()) <= width ? kLabel : 0) + " ";
    if (width_of(line) + width_of(text()) + 11 <= width) line += bar(share, 10) + " ";
    fmt::print("\r\033[K{}", shortened(line + text(), width));
  }
  std::fflush(stdout);
}

}  // namespace doline::demo
