#include "memory/pinned_part.h"

namespace doline {

std::span<const std::byte> block_of(const Pin* pin) {
  if (const auto* part = dynamic_cast<const PinnedPart*>(pin)) return part->block();
  if (const auto* buffer = dynamic_cast<const Buffer*>(pin))
    return {buffer->data(), buffer->size_bytes()};
  return {};
}

}  // namespace doline
