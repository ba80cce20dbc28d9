// log_bench LOGFILE: how fast the file becomes columns on one core, all of them and three of them,
// by its own format, and by the regular expression of the web log suite when it is combined.

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "format/text/log_parser.h"
#include "format/text/log_rows.h"

namespace {

constexpr int kRuns = 7;
constexpr size_t kBlockBytes = 1 << 20;
constexpr size_t kLeastBytes = 64 << 20;  // small files are repeated

/// The thread's own time: what other programs take meanwhile does not count.
double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Outcome {
  double seconds = 1e300;  // the fastest run
  size_t rows = 0;
  size_t rejects = 0;
};

Outcome time_parser(const doline::LogParser& parser, std::string_view text,
                    const std::vector<uint32_t>& wanted) {
  Outcome outcome;
  for (int run = 0; run < kRuns; ++run) {
    outcome.rows = outcome.rejects = 0;
    const double begin = cpu_seconds();
    for (size_t at = 0; at < text.size();) {
      const size_t next = parser.record_begin(text, std::min(at + kBlockBytes, text.size()));
      const size_t end = next == std::string_view::npos ? text.size() : next;
      doline::LogBlock block(text.substr(at, end - at));
      while (!block.done()) {
        doline::LogRows rows(parser.columns(), wanted, {});
        std::vector<doline::LogReject> rejects;
        parser.read(block, rows, rejects);
        outcome.rows += rows.size();
        outcome.rejects += rejects.size();
        rows.seal();
      }
      at = end;
    }
    outcome.seconds = std::min(outcome.seconds, cpu_seconds() - begin);
  }
  return outcome;
}

void report(const char* what, const doline::LogParser& parser, std::string_view text,
            const std::vector<uint32_t>& wanted) {
  const Outcome outcome = time_parser(parser, text, wanted);
  fmt::print("{:<28} {:>6.2f} GB/s {:>7.1f} ns a row {:>9} rows {:>4} rejects\n", what,
             static_cast<double>(text.size()) / outcome.seconds / 1e9,
             outcome.seconds * 1e9 / static_cast<double>(outcome.rows), outcome.rows,
             outcome.rejects);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: log_bench LOGFILE\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string once{std::istreambuf_iterator<char>(file), {}};
  if (once.empty()) {
    fmt::print(stderr, "log_bench: nothing in {}\n", argv[1]);
    return 2;
  }
  std::string text;
  while (text.size() < kLeastBytes) {
    text += once;
    if (!once.ends_with('\n')) text += '\n';
  }
  doline::LogOptions options;
  const auto parser = doline::create_log_parser(options, std::string_view(text).substr(0, 1 << 20));
  std::vector<uint32_t> all(parser->columns().size());
  std::iota(all.begin(), all.end(), 0u);
  fmt::print("{} bytes, format {}\n", text.size(), name_of(parser->format()));
  report("all columns", *parser, text, all);
  report("first three columns", *parser, text, {0, 1, 2});
  if (parser->format() != doline::LogFormat::kCombined) return 0;
  report("path, status, bytes", *parser, text, {5, 7, 8});
  options.format = doline::LogFormat::kRegex;
  options.pattern =
      R"re(^(\S+) \S+ (\S+) \[([^\]]+)\] "(\S+) (\S+) [^"]*" (\d+) (\d+) "([^"]*)" "([^"]*)"$)re";
  const auto by_pattern =
      doline::create_log_parser(options, std::string_view(text).substr(0, 1 << 20));
  report("by pattern, 9 columns", *by_pattern, text, {0, 1, 2, 3, 4, 5, 6, 7, 8});
  report("by pattern, 3 columns", *by_pattern, text, {4, 5, 6});
  return 0;
}
