#pragma once

#include <string_view>
#include <vector>

#include "memory/buffer.h"

namespace doline {

/// Whole values that one decoder takes: bytes of one buffer, readable for 64 bytes past them.
struct JsonPiece {
  struct Span {
    uint32_t begin;
    uint32_t end;
  };

  std::string_view text;
  PinRef pin;
  uint64_t byte = 0;  // where it begins in the file, decompressed
  bool by_lines = true;
  std::vector<Span> values;  // unless by lines
};

}  // namespace doline
