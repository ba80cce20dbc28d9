#pragma once

#include "doline/arrow_c_data.h"
#include "memory/buffer.h"

namespace doline {

/// Bits [begin, begin + count) from bit 0 on; reads only the bytes they lie in.
BufferRef arrow_bits(const void* buffer, int64_t begin, uint32_t count);
/// The bitmap of rows [begin, begin + count) of an array, from its offset on; null when none of
/// them is NULL.
BufferRef arrow_validity(const ArrowArray& array, int64_t begin, uint32_t count);

}  // namespace doline
