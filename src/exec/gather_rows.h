#pragma once

#include <vector>

#include "column/chunk.h"

namespace doline {

/// Rows of several chunks, picked in any order: rows[i] is chunk << 11 | row.
Chunk gather_rows(const std::vector<TypeRef>& types, const std::vector<const Chunk*>& chunks,
                  const uint32_t* rows, uint32_t count);

}  // namespace doline
