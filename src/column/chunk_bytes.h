#pragma once

#include <span>
#include <vector>

#include "column/chunk.h"

namespace doline {

/// A dense chunk as bytes, to be read back by this process: what spills. Not a file format.
/// Appends to `out`.
void write_chunk(const Chunk& chunk, std::vector<std::byte>& out);
/// Reads one chunk of the given column types from the front of `bytes`, which moves on. Throws
/// Error(kCorrupt) when they do not fit.
Chunk read_chunk(const std::vector<TypeRef>& types, std::span<const std::byte>& bytes);

}  // namespace doline
