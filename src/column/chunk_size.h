#pragma once

#include <optional>

#include "column/chunk.h"

namespace doline {

/// What a dense chunk's rows take at most, told without a look at each text: with all the memory
/// that texts keep, also where other chunks keep the same. Nothing where that says too little: it
/// is more than `worth`, or not all columns are flat. For whoever takes chunks until they are
/// enough.
inline std::optional<size_t> quick_bytes(const Chunk& chunk, size_t worth) {
  size_t most = 0;
  for (const Column& column : chunk.columns) {
    if (!column.is_flat() || column.type()->is_nested()) return std::nullopt;
    most += column.physical() == PhysicalType::kBool ? words_for_bits(column.size()) * 8
                                                     : column.size() * width_of(column.physical());
    if (column.type()->is_string()) most += column.pinned_bytes();
  }
  return most <= worth ? std::optional(most) : std::nullopt;
}

}  // namespace doline
