#pragma once

#include <cstdint>

#include "column/column.h"
#include "rows/row_layout.h"

namespace doline {

// Equality of keys as GROUP BY means it: NULL equals NULL, NaN equals NaN, -0.0 equals 0.0.

/// Compares key `key` of the column's rows source[i] with rows[i], for i in same[0 .. count). The
/// equal ones stay in `same` (their number is returned); the others are appended to `different`,
/// whose length is `different_count`.
uint32_t split_by_key(const RowLayout& layout, size_t key, const Column& column,
                      const uint32_t* source, std::byte* const* rows, uint32_t* same,
                      uint32_t count, uint32_t* different, uint32_t& different_count);

/// Whether two rows of one layout have the same keys. Their stored hashes are compared first.
bool same_keys(const RowLayout& layout, const std::byte* a, const std::byte* b);

}  // namespace doline
