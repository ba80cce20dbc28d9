#pragma once

#include <algorithm>
#include <cmath>

namespace doline {

/// How many of `distinct` values, each as likely as the others, `rows` rows drawn at random show
/// (Cardenas, CACM 1975).
inline double values_shown(double distinct, double rows) {
  if (distinct <= 1 || rows <= 1) return std::min(distinct, std::max(rows, 1.0));
  return distinct * -std::expm1(rows * std::log1p(-1 / distinct));
}

/// The other way round: of how many values `rows` rows show `shown`, to a hundredth; `most` at
/// most.
inline double values_behind(double shown, double rows, double most) {
  double low = shown, high = std::max(shown, most);
  while (high > low * 1.01) {
    const double middle = (low + high) / 2;
    (values_shown(middle, rows) < shown ? low : high) = middle;
  }
  return high;
}

}  // namespace doline
