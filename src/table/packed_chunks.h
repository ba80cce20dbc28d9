#pragma once

#include <vector>

#include "column/chunk.h"

namespace doline {

/// The active rows of chunks as chunks of kChunkRows each but the last. Their memory is their own.
/// Numbers and texts of all of them lie one behind another, so that who wants many rows at once, as
/// other libraries do, need not copy them together.
std::vector<Chunk> packed_chunks(const std::vector<Chunk>& chunks, const Schema& schema);

}  // namespace doline
