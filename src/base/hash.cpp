#include "base/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace doline {

uint64_t hash_bytes(const void* bytes, size_t size) { return XXH3_64bits(bytes, size); }

}  // namespace doline
