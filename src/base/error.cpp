#include "base/error.h"

#include <algorithm>
#include <cstdlib>
#include <numeric>

#include "base/ascii.h"
#include "base/assert.h"
#include "base/spelled_out.h"

namespace doline {

namespace {

struct CodeEntry {
  std::string_view name;
  std::string_view meaning;
};

constexpr CodeEntry kCodes[] = {
#define ERROR_CODE(enumerator, name, meaning) {name, meaning},
#include "base/error_codes.def"
#undef ERROR_CODE
};

/// Edits from one name to the other without regard to case; two neighbours swapped are one.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), size_t{0});
  const auto same = [&](size_t i, size_t j) { return ascii_lower(a[i]) == ascii_lower(b[j]); };
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + !same(i - 1, j - 1)});
      if (i > 1 && j > 1 && same(i - 1, j - 2) && same(i - 2, j - 1))
        row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

bool begins(std::string_view name, std::string_view with) {
  return name.size() >= with.size() && equal_ignoring_case(name.substr(0, with.size()), with);
}

/// Columns a terminal needs for `text`: UTF-8 continuation bytes take none.
size_t display_width(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

/// A line longer than this is shown around the place that is meant.
constexpr size_t kMostLineBytes = 120;
constexpr size_t kBytesBefore = 50;

struct Window {
  size_t begin;
  size_t end;
};

Window window_around(std::string_view source, size_t line_begin, size_t line_end, size_t place) {
  if (line_end - line_begin <= kMostLineBytes) return {line_begin, line_end};
  const auto is_inside = [&](size_t at) {
    return (static_cast<unsigned char>(source[at]) & 0xC0) == 0x80;
  };
  Window window{std::max(line_begin, place - std::min(place, kBytesBefore)), 0};
  window.end = std::min(line_end, window.begin + kMostLineBytes);
  window.begin = std::max(line_begin, window.end - std::min(window.end, kMostLineBytes));
  while (window.begin < place && is_inside(window.begin)) ++window.begin;
  while (window.end < line_end && window.end > place + 1 && is_inside(window.end)) --window.end;
  return window;
}

}  // namespace

std::string_view name_of(ErrorCode code) { return kCodes[static_cast<size_t>(code)].name; }
std::string_view meaning_of(ErrorCode code) { return kCodes[static_cast<size_t>(code)].meaning; }

Error&& Error::note(std::string text) && {
  notes_.push_back(std::move(text));
  return std::move(*this);
}

Error&& Error::hint(std::string text) && {
  hint_ = spelled_out(text);  // handed out by itself too, as render() does the rest
  return std::move(*this);
}

Error&& Error::at(SourceSpan span) && {
  set_span_if_empty(span);
  return std::move(*this);
}

Error&& Error::caused_by(uint64_t cause) && {
  cause_ = cause;
  return std::move(*this);
}

void Error::set_span_if_empty(SourceSpan span) {
  if (span_.empty()) span_ = span;
}

std::string Error::render(std::string_view source) const {
  // Texts quote what files and statements hold, which may be anything.
  std::string out = fmt::format("error[{}]: {}", name_of(code_), spelled_out(message_));
  if (!span_.empty() && span_.begin < source.size()) {
    const size_t begin = span_.begin;
    const size_t line_begin = source.rfind('\n', begin == 0 ? 0 : begin - 1);
    const size_t first =
        line_begin == std::string_view::npos || line_begin >= begin ? 0 : line_begin + 1;
    const size_t line_end = std::min(source.find('\n', begin), source.size());
    const Window window = window_around(source, first, line_end, begin);
    const size_t number =
        1 + static_cast<size_t>(
                std::count(source.begin(), source.begin() + static_cast<ptrdiff_t>(first), '\n'));
    const auto shown = [&](size_t from, size_t to) {
      std::string text(source.substr(from, to - from));
      std::replace(text.begin(), text.end(), '\t', ' ');
      return spelled_out(text);
    };
    const std::string_view cut = window.begin > first ? "…" : "";
    const std::string line = fmt::format("{}{}{}", cut, shown(window.begin, window.end),
                                         window.end < line_end ? "…" : "");
    const size_t end = std::min<size_t>(std::max<size_t>(span_.end, begin + 1), window.end);
    const size_t carets = std::max<size_t>(1, display_width(shown(begin, end)));
    out += fmt::format(
        "\n {} | {}\n {:{}} | {:{}}{}", number, line, "", std::to_string(number).size(), "",
        display_width(cut) + display_width(shown(window.begin, begin)), std::string(carets, '^'));
  }
  for (const auto& note : notes_) out += "\n note: " + spelled_out(note);
  if (!hint_.empty()) out += "\n hint: " + hint_;
  return out;
}

std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  const std::string* best = nullptr;
  // A name that would have to change by half is another name.
  size_t best_distance = std::min(std::max<size_t>(2, name.size() / 3), name.size() / 2) + 1;
  for (const auto& candidate : candidates) {
    if (candidate.size() > name.size() + best_distance ||
        name.size() > candidate.size() + best_distance)
      continue;
    const size_t distance = edit_distance(name, candidate);
    // A letter too many at the end is likelier than a wrong one: INTT is INT, not INT1.
    const bool wins_tie =
        best && distance == best_distance && !begins(name, *best) && begins(name, candidate);
    if (distance < best_distance || wins_tie) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best ? *best : std::string();
}

void assertion_failed(std::string_view condition, const char* file, int line) {
  if (std::getenv("DOLINE_ABORT_ON_ASSERT") != nullptr) {
    fmt::print(stderr, "assertion failed: {} at {}:{}\n", condition, file, line);
    std::abort();
  }
  const std::string_view path(file);
  throw Error(ErrorCode::kInternal, "assertion failed: {} at {}:{}", condition,
              path.substr(path.find("src/") == std::string_view::npos ? 0 : path.find("src/")),
              line)
      .hint("this is a fault in Doline: please report the statement that caused it");
}

}  // namespace doline
