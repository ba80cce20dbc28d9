#pragma once

#include <ipc_wire_generated.h>

#include <string>

namespace doline::ipc {

/// Bodies and the buffers in them begin at multiples of it: as a mapped file's values should.
inline constexpr size_t kAlignment = 64;

inline size_t aligned(size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

/// A message with its header, as it stands in a stream: prefix, metadata, padding to where
/// its body begins. Ends `builder`. `begin`: where it will stand, as far as that is not aligned.
std::string framed_message(flatbuffers::FlatBufferBuilder& builder, wire::Header kind,
                           flatbuffers::Offset<void> header, size_t body_bytes, size_t begin = 0);

}  // namespace doline::ipc
