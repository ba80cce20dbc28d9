// regex_bench LOGFILE: nanoseconds a line of several patterns, groups taken, beside RE2 in the same
// run. For a web log in the combined format, such as apache_access.log of the corpora.

#include <fmt/format.h>
#include <re2/re2.h>
#include <time.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "kernel/regex/regex.h"
#include "kernel/simd.h"

namespace {

constexpr int kRuns = 7;

/// The thread's own time: what other programs take meanwhile does not count.
double cpu_nanoseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// The fastest of several passes over all lines, in nanoseconds a line.
template <class Body>
double time_lines(const std::vector<std::string_view>& lines, Body body) {
  double best = 1e300;
  for (int run = 0; run < kRuns; ++run) {
    const double begin = cpu_nanoseconds();
    for (const std::string_view line : lines) body(line);
    best = std::min(best, (cpu_nanoseconds() - begin) / static_cast<double>(lines.size()));
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: regex_bench LOGFILE\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string content{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string_view> lines;
  for (size_t at = 0; at < content.size();) {
    const size_t stop = std::min(content.find('\n', at), content.size());
    lines.push_back(std::string_view(content).substr(at, stop - at));
    at = stop + 1;
  }
  if (lines.empty()) {
    fmt::print(stderr, "regex_bench: no lines in {}\n", argv[1]);
    return 2;
  }
  const char* const patterns[] = {
      R"re(^(\S+) \S+ (\S+) \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d+) (\d+) "([^"]*)" "([^"]*)"$)re",
      R"re(^(.*?) .*? (.*?) \[(.*?)\] "(.*?) (.*?) .*?" (\d+))re",
      R"re("(GET|POST|HEAD) ([^ ]+))re",
      R"re(https?://(?:www\.)?([^/"]+)/)re",
      R"re((\d+)\.(\d+)\.(\d+))re",
      R"re(^.*Googlebot.*$)re",
  };
  fmt::print("{} lines, {:.1f} bytes each, SIMD {}\n", lines.size(),
             static_cast<double>(content.size()) / static_cast<double>(lines.size()),
             doline::name_of(doline::simd_level()));
  fmt::print("{:>9} {:>9} {:>6} {:>8}  pattern\n", "ours ns", "RE2 ns", "ratio", "matches");
  for (const char* pattern : patterns) {
    const doline::Regex ours = doline::Regex::compile(pattern);
    const RE2 theirs(pattern);
    const size_t groups = ours.group_count() + 1;
    std::array<std::string_view, 16> our_groups;
    std::array<re2::StringPiece, 16> their_groups;
    size_t our_matches = 0;
    size_t their_matches = 0;
    const double our_time = time_lines(lines, [&](std::string_view line) {
      our_matches += ours.match_groups(line, std::span(our_groups).first(groups));
    });
    const double their_time = time_lines(lines, [&](std::string_view line) {
      their_matches += theirs.Match({line.data(), line.size()}, 0, line.size(), RE2::UNANCHORED,
                                    their_groups.data(), static_cast<int>(groups));
    });
    fmt::print("{:>9.1f} {:>9.1f} {:>6.3f} {:>8}  {}\n", our_time, their_time,
               our_time / their_time, our_matches / kRuns, pattern);
    if (our_matches != their_matches) {
      fmt::print(stderr, "regex_bench: {} matches of ours, {} of RE2's\n", our_matches,
                 their_matches);
      return 1;
    }
  }
  return 0;
}
