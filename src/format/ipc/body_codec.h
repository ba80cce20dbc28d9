#pragma once

#include <span>
#include <string>
#include <string_view>

#include "memory/buffer.h"

namespace doline::ipc {

/// How the buffers of a body are compressed, each on its own.
enum class BodyCodec : uint8_t { kNone, kLz4Frame, kZstd };

/// Whether so many bytes can be made of `in`: what is claimed decides how much memory is taken.
bool plausible_size(BodyCodec codec, std::span<const std::byte> in, uint64_t uncompressed);
/// Fills `out`; false where `in` is damaged, or is not just that many bytes.
bool decompress(BodyCodec codec, std::span<const std::byte> in, std::span<std::byte> out);
/// `level` is the codec's own; 0: its usual one.
void compress(BodyCodec codec, std::span<const std::byte> in, int level, std::string& out);

}  // namespace doline::ipc
