// How far texts are apart. Bytes are compared, as DuckDB does.
#include <algorithm>
#include <array>
#include <vector>

#include "base/cancellation.h"
#include "function/lanes.h"
#include "function/string_functions.h"

namespace doline {

namespace {

/// Insertions, deletions and replacements between two texts. Two rows of the table are kept.
int64_t edit_distance(std::string_view a, std::string_view b) {
  if (a.size() < b.size()) std::swap(a, b);
  std::vector<uint32_t> above(b.size() + 1);
  std::vector<uint32_t> current(b.size() + 1);
  for (uint32_t j = 0; j <= b.size(); ++j) above[j] = j;
  CancellationPoll poll;
  for (size_t i = 1; i <= a.size(); ++i) {
    poll.add(b.size());
    current[0] = static_cast<uint32_t>(i);
    for (size_t j = 1; j <= b.size(); ++j) {
      const uint32_t replaced = above[j - 1] + (a[i - 1] != b[j - 1]);
      current[j] = std::min({above[j] + 1, current[j - 1] + 1, replaced});
    }
    std::swap(above, current);
  }
  return above[b.size()];
}

/// With swaps where what was swapped may be edited further (Damerau, 1964; Lowrance and Wagner,
/// 1975): the last row in which each byte occurred says where a swap may begin.
int64_t damerau_distance(std::string_view a, std::string_view b) {
  const size_t width = b.size() + 2;
  const auto infinite = static_cast<uint32_t>(a.size() + b.size());
  std::vector<uint32_t> table((a.size() + 2) * width);
  const auto at = [&](size_t i, size_t j) -> uint32_t& { return table[i * width + j]; };
  at(0, 0) = infinite;
  for (size_t i = 0; i <= a.size(); ++i) {
    at(i + 1, 0) = infinite;
    at(i + 1, 1) = static_cast<uint32_t>(i);
  }
  for (size_t j = 0; j <= b.size(); ++j) {
    at(0, j + 1) = infinite;
    at(1, j + 1) = static_cast<uint32_t>(j);
  }
  std::array<size_t, 256> last_row{};
  CancellationPoll poll;
  for (size_t i = 1; i <= a.size(); ++i) {
    poll.add(b.size());
    size_t last_column = 0;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t row = last_row[static_cast<unsigned char>(b[j - 1])];
      const size_t column = last_column;
      const bool same = a[i - 1] == b[j - 1];
      if (same) last_column = j;
      at(i + 1, j + 1) =
          std::min({at(i, j) + !same, at(i + 1, j) + 1, at(i, j + 1) + 1,
                    at(row, column) + static_cast<uint32_t>((i - row - 1) + 1 + (j - column - 1))});
    }
    last_row[static_cast<unsigned char>(a[i - 1])] = i;
  }
  return at(a.size() + 1, b.size() + 1);
}

/// Share of the texts' distinct bytes that occur in both.
double jaccard(std::string_view a, std::string_view b) {
  std::array<uint8_t, 256> seen{};
  for (const char c : a) seen[static_cast<unsigned char>(c)] |= 1;
  for (const char c : b) seen[static_cast<unsigned char>(c)] |= 2;
  const auto both = std::count(seen.begin(), seen.end(), 3);
  const auto any = 256 - std::count(seen.begin(), seen.end(), 0);
  return static_cast<double>(both) / static_cast<double>(any);
}

/// Jaro, 1989: equal bytes within half the longer length, and how many of them changed order.
double jaro(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return 0;
  const size_t longer = std::max(a.size(), b.size());
  const size_t reach = longer / 2 > 0 ? longer / 2 - 1 : 0;
  std::vector<bool> a_matched(a.size());
  std::vector<bool> b_matched(b.size());
  size_t matches = 0;
  CancellationPoll poll;
  for (size_t i = 0; i < a.size(); ++i) {
    const size_t end = std::min(b.size(), i + reach + 1);
    poll.add(end - (i > reach ? std::min(end, i - reach) : 0));
    for (size_t j = i > reach ? i - reach : 0; j < end; ++j) {
      if (b_matched[j] || a[i] != b[j]) continue;
      a_matched[i] = b_matched[j] = true;
      ++matches;
      break;
    }
  }
  if (matches == 0) return 0;
  size_t moved = 0;
  for (size_t i = 0, j = 0; i < a.size(); ++i) {
    if (!a_matched[i]) continue;
    while (!b_matched[j]) ++j;
    moved += a[i] != b[j++];
  }
  const auto m = static_cast<double>(matches);
  return (m / static_cast<double>(a.size()) + m / static_cast<double>(b.size()) +
          (m - static_cast<double>(moved / 2)) / m) /
         3;
}

/// Winkler, 1990: a common prefix of up to four bytes counts more.
double jaro_winkler(std::string_view a, std::string_view b) {
  constexpr double kPrefixWeight = 0.1;
  constexpr double kBoostFrom = 0.7;
  const double similarity = jaro(a, b);
  if (similarity <= kBoostFrom) return similarity;
  size_t prefix = 0;
  while (prefix < std::min({a.size(), b.size(), size_t{4}}) && a[prefix] == b[prefix]) ++prefix;
  return similarity + static_cast<double>(prefix) * kPrefixWeight * (1 - similarity);
}

/// The table of two such texts has a quarter of a billion cells.
constexpr uint64_t kMaxCells = uint64_t{1} << 28;

template <int64_t (*kDistance)(std::string_view, std::string_view)>
Column distance_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> a(arguments[0]);
  const Argument<StringView> b(arguments[1]);
  for_each_valid(call.active, arguments[0], arguments[1], [&](uint32_t row) {
    if (uint64_t{a[row].size()} * b[row].size() > kMaxCells) {
      call.errors.fail(row, ErrorCode::kInvalidArgument,
                       [] { return std::string("the texts are too long to be compared"); });
      return;
    }
    writer.values<int64_t>()[row] = kDistance(a[row].view(), b[row].view());
  });
  return writer.seal(call.row_count);
}

template <double (*kSimilarity)(std::string_view, std::string_view)>
Column similarity_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_texts<double>(
      call, arguments[0], arguments[1],
      [](const StringView& a, const StringView& b) { return kSimilarity(a.view(), b.view()); });
}

Column hamming_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> a(arguments[0]);
  const Argument<StringView> b(arguments[1]);
  for_each_valid(call.active, arguments[0], arguments[1], [&](uint32_t row) {
    const std::string_view x = a[row].view();
    const std::string_view y = b[row].view();
    if (x.size() != y.size() || x.empty()) {
      call.errors.fail(row, ErrorCode::kInvalidArgument, [] {
        return std::string("hamming compares texts of one length, which is not 0");
      });
      return;
    }
    int64_t different = 0;
    for (size_t i = 0; i < x.size(); ++i) different += x[i] != y[i];
    writer.values<int64_t>()[row] = different;
  });
  return writer.seal(call.row_count);
}

Column jaccard_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> a(arguments[0]);
  const Argument<StringView> b(arguments[1]);
  for_each_valid(call.active, arguments[0], arguments[1], [&](uint32_t row) {
    if (a[row].size() == 0 || b[row].size() == 0) {
      call.errors.fail(row, ErrorCode::kInvalidArgument,
                       [] { return std::string("jaccard compares texts that are not empty"); });
      return;
    }
    writer.values<double>()[row] = jaccard(a[row].view(), b[row].view());
  });
  return writer.seal(call.row_count);
}

std::vector<ScalarOverload> compare_texts(TypeRef result, ScalarKernel kernel, bool can_fail) {
  return {{.parameters = {Type::varchar(), Type::varchar()},
           .result = result,
           .kernel = kernel,
           .can_fail = can_fail,
           .cost = 50}};
}

}  // namespace

void register_text_distances(FunctionRegistry& registry) {
  const TypeRef integer = Type::int64();
  const TypeRef real = Type::float64();
  registry.add({"levenshtein",
                {"editdist3"},
                "string",
                "How many insertions, deletions and replacements make one text the other.",
                "levenshtein('duck', 'db')",
                "3",
                compare_texts(integer, distance_kernel<edit_distance>, true)});
  registry.add({"damerau_levenshtein",
                {},
                "string",
                "As levenshtein, where swapping two neighbours is one step.",
                "damerau_levenshtein('duckdb', 'udckbd')",
                "2",
                compare_texts(integer, distance_kernel<damerau_distance>, true)});
  registry.add({"hamming",
                {"mismatches"},
                "string",
                "At how many places two texts of one length differ.",
                "hamming('duck', 'luck')",
                "1",
                compare_texts(integer, hamming_kernel, true)});
  registry.add({"jaccard",
                {},
                "string",
                "The share of the two texts' distinct characters that they have in common.",
                "jaccard('duck', 'luck')",
                "0.6",
                compare_texts(real, jaccard_kernel, true)});
  registry.add({"jaro_similarity",
                {},
                "string",
                "Jaro's similarity of two texts, between 0 and 1.",
                "round(jaro_similarity('duck', 'duckdb'), 2)",
                "0.89",
                compare_texts(real, similarity_kernel<jaro>, false)});
  registry.add({"jaro_winkler_similarity",
                {},
                "string",
                "Jaro's similarity with more weight on a common begin.",
                "round(jaro_winkler_similarity('duck', 'duckdb'), 2)",
                "0.93",
                compare_texts(real, similarity_kernel<jaro_winkler>, false)});
}

}  // namespace doline
