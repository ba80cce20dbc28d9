#pragma once

#include <flatbuffers/flatbuffers.h>

#include "base/bits.h"

namespace doline::ipc {

/// A number or struct in a vector that was verified. That vectors of eight-byte values begin at a
/// multiple of four is all that is certain of them.
template <class T, class Stored>
T value_at(const flatbuffers::Vector<Stored>& vector, size_t index) {
  return load_unaligned<T>(vector.Data() + index * sizeof(T));
}

}  // namespace doline::ipc
