#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "format/parquet/shred.h"

namespace doline::parquet {

/// The distinct values of a leaf.
struct ValueDictionary {
  ChargedVector<uint32_t> codes;   // one a value
  ChargedVector<uint32_t> firsts;  // of each code, the first value that has it
};

/// Nullopt where a dictionary would not make the chunk smaller by a fifth, or would have more than
/// a megabyte.
std::optional<ValueDictionary> build_dictionary(const WriteLeaf& leaf, const LeafData& data);

}  // namespace doline::parquet
