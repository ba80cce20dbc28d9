#pragma once

#include <memory>
#include <vector>

#include "exec/chunk_store.h"
#include "plan/plan_node.h"

namespace doline {

/// Gives chunks that are there already, one a morsel.
std::unique_ptr<Source> make_chunk_source(std::vector<Chunk> chunks);
/// The rows of VALUES.
std::vector<Chunk> chunks_of(const ValuesNode& node, uint32_t chunk_rows);
/// One row of one BIGINT.
std::unique_ptr<Source> one_number(uint64_t number);
/// What a scalar subquery reads: the one row of a sealed store, NULLs where it has none;
/// Error(kConstraint) where it has more.
std::unique_ptr<Source> only_row(std::shared_ptr<const ChunkStore> store, SourceSpan span);

}  // namespace doline
