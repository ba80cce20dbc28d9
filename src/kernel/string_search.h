#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bits.h"
#include "column/string_view.h"
#include "kernel/variants/string_kernels.h"

namespace doline {

/// The table of the process's SIMD level.
const StringKernels& string_kernels();

inline bool starts_with(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix);
}
inline bool ends_with(std::string_view text, std::string_view suffix) {
  return text.ends_with(suffix);
}

/// A string to look for in many texts. Immutable, shared by threads. Search compares two bytes of
/// the needle, the ones that are rarest in usual text, at 32 or 64 places at a time; the time is
/// linear in the text whatever the input.
class Needle {
 public:
  explicit Needle(std::string_view needle);

  /// Byte distance of the first place at or after `from`, or std::string_view::npos. The empty
  /// needle is found at `from` when from <= text.size().
  size_t find(std::string_view text, size_t from = 0) const;
  bool in(std::string_view text) const { return find(text) != std::string_view::npos; }
  /// The same of a text as columns keep it: of short ones most are told by two words, whatever
  /// their lengths.
  bool in(const StringView& text) const {
    if (rarest_ != 0 && text.size() <= kShortBytes) {
      // All sixteen bytes of a view can be read; those behind a text in place are zeros.
      const char* const begin = text.data();
      const uint32_t last = text.is_inline() ? 4 : text.size() - 8;
      const bool may_be_in = (rarest_in(load_unaligned<uint64_t>(begin)) |
                              rarest_in(load_unaligned<uint64_t>(begin + last))) != 0;
      if (needle_.size() == 1) return may_be_in;
      if (!may_be_in) return false;
    }
    return in(text.view());
  }
  std::string_view text() const { return needle_; }

 private:
  static constexpr uint32_t kShortBytes = 16;

  /// 0 where none of a word's bytes is the rarest of the needle's.
  uint64_t rarest_in(uint64_t word) const {
    const uint64_t others = word ^ pattern_;
    return (others - 0x0101010101010101) & ~others & 0x8080808080808080;
  }

  std::string needle_;
  unsigned char rarest_ = 0;  // 0: there is none, or it could be padding
  uint64_t pattern_ = 0;      // eight times that
  size_t probe_first_ = 0;
  size_t probe_second_ = 0;
  const StringKernels* kernels_;
};

/// For a needle used once. The same meaning as Needle.
size_t find_text(std::string_view text, std::string_view needle, size_t from = 0);
inline bool contains(std::string_view text, std::string_view needle) {
  return find_text(text, needle) != std::string_view::npos;
}

inline bool is_ascii(std::string_view text) {
  return string_kernels().find_non_ascii(text.data(), text.data() + text.size()) ==
         text.data() + text.size();
}

/// Well-formed UTF-8, as Unicode defines it: no overlong forms, no surrogates.
bool is_utf8(std::string_view text);

}  // namespace doline
