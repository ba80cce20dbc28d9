#pragma once

#include <span>

#include "exec/window/window_rows.h"

namespace doline {

/// In place of a row that a value is taken from: none, which gives NULL, and the batch's own row
/// of another column.
inline constexpr uint64_t kNoRow = ~uint64_t{0};
inline constexpr uint64_t kOwnRow = kNoRow - 1;

/// The values of `column` in rows that may lie anywhere in `rows`. `own`: for kOwnRow, a row for
/// each; may be null where none is.
Column picked_values(WindowRows& rows, uint32_t column, std::span<const uint64_t> picks,
                     const Column* own);

}  // namespace doline
