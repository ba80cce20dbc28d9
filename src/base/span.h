#pragma once

#include <algorithm>
#include <cstdint>

namespace doline {

/// Bytes [begin, end) of a query's text. An empty span at 0 means "nowhere in the text".
struct SourceSpan {
  uint32_t begin = 0;
  uint32_t end = 0;

  bool empty() const { return begin == end; }
  SourceSpan to(SourceSpan last) const {
    if (empty()) return last;
    if (last.empty()) return *this;
    return {std::min(begin, last.begin), std::max(end, last.end)};
  }
  bool operator==(const SourceSpan&) const = default;
};

}  // namespace doline
