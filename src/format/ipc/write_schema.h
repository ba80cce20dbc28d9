#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doline/arrow_c_data.h"

namespace doline::ipc {

using KeyValues = std::vector<std::pair<std::string, std::string>>;

/// Where a message was written.
struct WrittenBlock {
  uint64_t offset = 0;
  uint32_t metadata_bytes = 0;
  uint64_t body_bytes = 0;
};

/// The message that says what columns follow: those of a struct that we exported. Fields that store
/// codes get the ids 0, 1, … in depth-first order. With its prefix and padding; it will stand at
/// byte `begin`.
std::string schema_message(const ArrowSchema& rows, const KeyValues& key_values, size_t begin);

/// What stands at the end of a file, from the last message to the magic.
std::string file_end(const ArrowSchema& rows, const KeyValues& key_values,
                     const std::vector<WrittenBlock>& dictionaries,
                     const std::vector<WrittenBlock>& batches);

/// What ends a stream.
inline constexpr std::string_view kStreamEnd{"\xff\xff\xff\xff\0\0\0\0", 8};

}  // namespace doline::ipc
