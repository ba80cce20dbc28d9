#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "format/parquet/shred.h"

namespace doline::parquet {

/// Least and greatest of some values, plainly encoded and not truncated. NaN is left out; a zero
/// stands for both zeros, as the format asks.
struct WrittenBounds {
  std::string min, max;
};

/// Of values [begin, end) of the leaf; nullopt where there are none or they have no order.
std::optional<WrittenBounds> bounds_of_values(const WriteLeaf& leaf, const LeafData& data,
                                              size_t begin, size_t end);
/// Order of two plainly encoded values.
int compare_encoded(LeafOrder order, const std::string& a, const std::string& b);

/// A bound as it is written: long texts are cut, `min` to a prefix, `max` to a prefix raised by
/// one, which is then a bound but no value.
struct CutBound {
  std::string bytes;
  bool exact = true;
};
CutBound cut_min(const WriteLeaf& leaf, const std::string& value);
/// Nullopt where no short upper bound exists.
std::optional<CutBound> cut_max(const WriteLeaf& leaf, const std::string& value);

}  // namespace doline::parquet
