#pragma once

#include <cstddef>

namespace doline {

/// Search loops over bytes. Texts are [begin, end); none reads outside it.
struct StringKernels {
  /// First place of `needle` (needle_size >= 1) in the text, or null. `probe_first` <
  /// `probe_second` < needle_size are the two needle bytes compared at every place (equal only for
  /// a needle of one byte): rare ones make it fast. Linear in the text for every input.
  const char* (*find)(const char* begin, const char* end, const char* needle, size_t needle_size,
                      size_t probe_first, size_t probe_second);
  /// Places of `byte` in the text, as distances from begin, into `places` (room for `capacity`).
  /// Returns how many; stops when full. The text is at most 4 GiB - 1 long.
  size_t (*find_all)(const char* begin, const char* end, char byte, unsigned* places,
                     size_t capacity);
  /// First place of either byte, or end.
  const char* (*find_either)(const char* begin, const char* end, char a, char b);
  /// First byte that is not ASCII, or end.
  const char* (*find_non_ascii)(const char* begin, const char* end);
  /// Copies with A-Z lowered, other bytes as they are. `to` has room for end - begin bytes.
  void (*lower_ascii)(const char* begin, const char* end, char* to);
};

namespace scalar {
extern const StringKernels kStringKernels;
}
namespace avx2 {
extern const StringKernels kStringKernels;
}
namespace avx512 {
extern const StringKernels kStringKernels;
}

}  // namespace doline
