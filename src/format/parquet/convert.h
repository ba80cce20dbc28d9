#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "format/parquet/schema_tree.h"

namespace doline::parquet {

/// Bytes of one value of the node's type in memory; 0 for booleans, which are bits.
size_t converted_width(const SchemaNode& leaf);

/// Turns `count` stored values into values of the leaf's type. Rows whose bit of `validity` is
/// clear (null: none) hold anything. For kFixedBytes the views point into `in`, which must stay;
/// for kNone `out` may be `in`. Error(kFormat) for text that is not UTF-8 and values outside the
/// type's range.
void convert(const SchemaNode& leaf, const std::byte* in, size_t count, const uint64_t* validity,
             std::byte* out);

/// For kText, in place of convert(): the values stay as they are.
void check_text(const SchemaNode& leaf, const std::byte* in, size_t count,
                const uint64_t* validity);

/// A big-endian two's complement number; nullopt where it needs more than 128 bits.
bool decimal_of_bytes(std::span<const std::byte> bytes, int128_t& out);

}  // namespace doline::parquet
