// ceiling Q DATA_DIR [--runs N] [--threads N] [--chunk ROWS] [--morsel ROWS]
//
// Answers TPC-H query Q (1, 3, 6, 9 or 18) by hand-written code over the engine's Parquet decoder,
// N times in one warm process, and prints the answer, the median time and where the time goes.
// With - for Q the queries come from standard input, a number a line, for ./dev bench (see
// bench/engines/ceiling_engine.py): each is answered by its number of rows and the rows.
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/error.h"
#include "parquet_table.h"

namespace {

using namespace doline;
using namespace doline::ceiling;

constexpr const char* kPhaseNames[kPhases] = {"read",  "decompress", "decode", "filter",
                                              "probe", "aggregate",  "build"};

long minor_faults() {
  struct rusage usage = {};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

struct Query {
  int number;
  Answer (*answer)(const Options&);
};
constexpr Query kQueries[] = {{1, run_q1}, {3, run_q3}, {6, run_q6}, {9, run_q9}, {18, run_q18}};

const Query* find_query(const char* number) {
  for (const Query& query : kQueries) {
    if (query.number == std::atoi(number)) return &query;
  }
  return nullptr;
}

int serve(const Options& options) {
  char line[16];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    const Query* const query = find_query(line);
    if (query == nullptr) return 2;
    const Answer answer = query->answer(options);
    std::printf("%zu\n", answer.rows.size());
    for (const std::string& row : answer.rows) std::printf("%s\n", row.c_str());
    std::fflush(stdout);
  }
  return 0;
}

int run(int argc, char** argv) {
  const bool serves = argc >= 3 && std::strcmp(argv[1], "-") == 0;
  const Query* const query = argc >= 3 && !serves ? find_query(argv[1]) : nullptr;
  if (!serves && query == nullptr) {
    std::fprintf(stderr,
                 "usage: ceiling 1|3|6|9|18|- DATA_DIR [--runs N] [--threads N] [--chunk ROWS] "
                 "[--morsel ROWS]\n");
    return 2;
  }
  Options options;
  options.directory = argv[2];
  size_t runs = 5;
  for (int i = 3; i + 1 < argc; i += 2) {
    const size_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (std::strcmp(argv[i], "--runs") == 0) runs = value;
    if (std::strcmp(argv[i], "--threads") == 0) options.threads = value;
    if (std::strcmp(argv[i], "--chunk") == 0) options.chunk_rows = value;
    if (std::strcmp(argv[i], "--morsel") == 0) options.morsel_rows = value;
  }
  if (serves) return serve(options);

  std::vector<double> times;
  Answer answer;
  double phases[kPhases] = {};
  long first_faults = 0, hot_faults = 0;
  for (size_t i = 0; i <= runs; ++i) {  // the first run warms up
    const long faults = minor_faults();
    const auto start = std::chrono::steady_clock::now();
    answer = query->answer(options);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    (i == 0 ? first_faults : hot_faults) += minor_faults() - faults;
    if (i == 0) {
      std::printf("first run %.1f ms, %ld page faults\n", seconds * 1e3, first_faults);
      continue;
    }
    times.push_back(seconds);
    for (size_t phase = 0; phase < kPhases; ++phase) phases[phase] += answer.phases[phase];
  }
  for (const std::string& row : answer.rows) std::printf("answer %s\n", row.c_str());
  std::sort(times.begin(), times.end());
  std::printf("median %.2f ms of %zu hot runs (%.2f to %.2f)\n", times[times.size() / 2] * 1e3,
              times.size(), times.front() * 1e3, times.back() * 1e3);
  std::printf("page faults a hot run %ld\n", hot_faults / static_cast<long>(runs));
  for (size_t phase = 0; phase < kPhases; ++phase) {
    if (phases[phase] > 0) {
      std::printf("  %-10s %8.2f ms of thread time\n", kPhaseNames[phase],
                  phases[phase] * 1e3 / static_cast<double>(runs));
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const doline::Error& error) {
    std::fprintf(stderr, "%s\n", error.render().c_str());
    return 1;
  }
}
