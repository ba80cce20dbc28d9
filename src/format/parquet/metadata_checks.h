#pragma once

#include <cstdint>

#include "base/error.h"

namespace doline::parquet {

/// `value` itself; Error(kCorrupt) where it is negative.
inline int64_t not_negative(int64_t value, const char* what) {
  if (value < 0) {
    throw Error(ErrorCode::kCorrupt, "the {} in the Parquet metadata is negative ({})", what,
                value);
  }
  return value;
}
inline int32_t not_negative(int32_t value, const char* what) {
  return static_cast<int32_t>(not_negative(int64_t{value}, what));
}

}  // namespace doline::parquet
