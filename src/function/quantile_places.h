#pragma once

#include <algorithm>
#include <cmath>
#include <map>

#include "function/aggregate_runs.h"
#include "kernel/calendar.h"
#include "kernel/compare.h"

namespace doline {

// Where quantiles lie among values, in memory or in sorted runs, and what lies there. Only included
// by aggregate_quantiles.cpp.

/// What interpolation between two values means.
enum class Blend : uint8_t {
  kNone,      // discrete: the value itself
  kNearest,   // discrete: of the two the nearer one, the upper one halfway between them
  kLower,     // discrete: the lower one
  kHigher,    // discrete: the upper one
  kExact,     // floats
  kTruncate,  // decimals
  kRound,     // instants
};

struct QuantileRequest {
  std::vector<double> quantiles;  // negative (and -0.0): counted from the greatest
  bool as_list = false;
  Blend pick = Blend::kNone;  // of discrete ones
};

/// A total order: NaN last, intervals by length.
template <class T>
int compare_values(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    return compare_floats(a, b);
  } else if constexpr (std::is_same_v<T, Interval>) {
    return compare_values(normalized_micros(a), normalized_micros(b));
  } else {
    return int{a > b} - int{a < b};
  }
}
template <class T>
bool is_less(const T& a, const T& b) {
  return compare_values(a, b) < 0;
}

/// low + distance * part, the fraction dropped or rounded; exact where a double could not be.
template <class T>
T between_integers(Blend blend, T low, T high, double part) {
  const double step = static_cast<double>(high - low) * part;
  const double whole = std::floor(step);
  const double fraction = step - whole;
  const T value = low + static_cast<T>(whole);  // value + fraction is meant, 0 <= fraction < 1
  const bool up = blend == Blend::kRound ? (value >= 0 ? fraction >= 0.5 : fraction > 0.5)
                                         : value < 0 && fraction > 0;
  return value + up;
}

template <class T>
T blended(Blend blend, T low, T high, double part) {
  if constexpr (std::is_floating_point_v<T>) {
    // Weighted, so that an infinite neighbour gives an infinity rather than the difference of two.
    return static_cast<T>(static_cast<double>(low) * (1 - part) + static_cast<double>(high) * part);
  } else if constexpr (std::is_same_v<T, int64_t>) {
    return static_cast<int64_t>(between_integers<int128_t>(blend, low, high, part));
  } else if constexpr (std::is_same_v<T, int128_t>) {
    return between_integers<int128_t>(blend, low, high, part);
  } else {
    return low;
  }
}

/// Where a quantile lies among n sorted values: between `low` and `low + 1`, at `part`.
struct QuantilePlace {
  size_t low;
  double part;
};
inline QuantilePlace place_of(double quantile, size_t n, Blend blend) {
  const double at = static_cast<double>(n - 1) * quantile;
  switch (blend) {
    case Blend::kNone: {
      const auto count = static_cast<double>(n);
      const double upper = std::floor(count - quantile * count);
      return {static_cast<size_t>(std::max(1.0, count - upper)) - 1, 0};
    }
    case Blend::kNearest:
      return {static_cast<size_t>(std::round(at)), 0};
    case Blend::kLower:
      return {static_cast<size_t>(std::floor(at)), 0};
    case Blend::kHigher:
      return {static_cast<size_t>(std::ceil(at)), 0};
    case Blend::kExact:
    case Blend::kTruncate:
    case Blend::kRound:
      break;
  }
  return {static_cast<size_t>(at), at - std::floor(at)};
}

/// The value at one quantile; reorders `values`.
template <class T>
T quantile_of(std::span<T> values, double quantile, Blend blend) {
  const bool descending = std::signbit(quantile);
  const auto order = [&](const T& a, const T& b) {
    return descending ? is_less(b, a) : is_less(a, b);
  };
  const QuantilePlace place = place_of(std::fabs(quantile), values.size(), blend);
  const auto low = values.begin() + static_cast<ptrdiff_t>(place.low);
  std::nth_element(values.begin(), low, values.end(), order);
  if (place.part == 0 || low + 1 == values.end()) return *low;
  const T high = *std::min_element(low + 1, values.end(), order);
  return blended(blend, *low, high, place.part);
}

/// A place counted from the least of n sorted values, and its neighbour.
struct SortedPlace {
  uint64_t low;
  uint64_t high;
  double part;
};
inline SortedPlace sorted_place_of(double quantile, uint64_t n, Blend blend) {
  const QuantilePlace place = place_of(std::fabs(quantile), n, blend);
  const uint64_t next = std::min<uint64_t>(place.low + 1, n - 1);
  if (!std::signbit(quantile)) return {place.low, next, place.part};
  return {n - 1 - place.low, n - 1 - next, place.part};
}

/// The value at one quantile of values that have their order.
template <class T>
T ranked_quantile(const RankedValues& ranked, double quantile, Blend blend) {
  const T* values = ranked.values.values<T>();
  const SortedPlace place = sorted_place_of(quantile, ranked.count(), blend);
  const T low = values[ranked.at(place.low)];
  if (place.part == 0 || place.low == place.high) return low;
  return blended(blend, low, values[ranked.at(place.high)], place.part);
}

/// How far ordered values are from one in their midst, in order, without any being moved: those
/// below it and those from it on are in the order of their distances as they lie.
template <class T>
class RankedDistances {
 public:
  RankedDistances(const RankedValues& ranked, T middle) : ranked_(ranked), middle_(middle) {
    uint64_t high = ranked.count();
    while (below_ < high) {
      const uint64_t at = below_ + (high - below_) / 2;
      if (is_less(value(at), middle)) {
        below_ = at + 1;
      } else {
        high = at;
      }
    }
  }
  /// The k-th smallest distance, from 0 on.
  T at(uint64_t k) const {
    const uint64_t above = ranked_.count() - below_;
    // How many of the k + 1 smallest are of values below.
    uint64_t least = k + 1 - std::min(k + 1, above);
    uint64_t most = std::min(k + 1, below_);
    while (least < most) {
      const uint64_t taken = least + (most - least) / 2;
      if (taken <= k && is_less(down(taken), up(k - taken))) {
        least = taken + 1;
      } else {
        most = taken;
      }
    }
    if (least == 0) return up(k);
    if (least == k + 1) return down(k);
    return std::max(down(least - 1), up(k - least), is_less<T>);
  }

 private:
  T value(uint64_t place) const { return ranked_.values.values<T>()[ranked_.at(place)]; }
  T down(uint64_t i) const { return static_cast<T>(middle_ - value(below_ - 1 - i)); }
  T up(uint64_t i) const { return static_cast<T>(value(below_ + i) - middle_); }

  const RankedValues& ranked_;
  const T middle_;
  uint64_t below_ = 0;  // how many are less
};

/// The records at some places of runs: take(place, record).
template <class Take>
void pick_records(const StateRuns& runs, const RecordOrder& order, std::vector<uint64_t> places,
                  Take&& take) {
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  RunMerge merge = runs.merge(order);
  uint64_t at = 0;
  for (const uint64_t place : places) {
    for (; at < place; ++at) merge.advance();
    take(place, merge.record());
  }
}

/// Values at quantiles of runs, each as quantile_of() gives it.
template <class T>
std::vector<T> quantiles_of(const StateRuns& runs, const RecordOrder& order,
                            std::span<const double> quantiles, Blend blend) {
  const uint64_t count = runs.record_count();
  std::vector<uint64_t> places;
  for (const double quantile : quantiles) {
    const SortedPlace place = sorted_place_of(quantile, count, blend);
    places.insert(places.end(), {place.low, place.high});
  }
  std::map<uint64_t, T> at;
  pick_records(runs, order, std::move(places), [&](uint64_t place, const std::byte* record) {
    at.emplace(place, load_unaligned<T>(record));
  });
  std::vector<T> found;
  for (const double quantile : quantiles) {
    const SortedPlace place = sorted_place_of(quantile, count, blend);
    found.push_back(place.part == 0 || place.low == place.high
                        ? at.at(place.low)
                        : blended(blend, at.at(place.low), at.at(place.high), place.part));
  }
  return found;
}

}  // namespace doline
