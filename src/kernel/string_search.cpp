#include "kernel/string_search.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "kernel/simd.h"

namespace doline {
namespace {

/// How common a byte is in usual text: 0 rare. Letters and marks by their rank in English prose and
/// in web logs; control bytes and the rest count as rare.
unsigned frequency_of(char byte) {
  constexpr std::string_view kCommonFirst = " etaonisr/lcd.hmupg0-1f2\"_bwy:3;k5478T9v6(),xAS=";
  const size_t rank = kCommonFirst.find(byte);
  return rank == std::string_view::npos ? 0 : static_cast<unsigned>(kCommonFirst.size() - rank);
}

/// The two rarest of the first 256 bytes, in order of place.
std::pair<size_t, size_t> rarest_two(std::string_view needle) {
  if (needle.size() < 2) return {0, 0};
  size_t rarest = 0;
  size_t second = 1;
  if (frequency_of(needle[1]) < frequency_of(needle[0])) std::swap(rarest, second);
  for (size_t i = 2; i < needle.size() && i < 256; ++i) {
    if (frequency_of(needle[i]) < frequency_of(needle[rarest])) {
      second = std::exchange(rarest, i);
    } else if (frequency_of(needle[i]) < frequency_of(needle[second])) {
      second = i;
    }
  }
  return {std::min(rarest, second), std::max(rarest, second)};
}

}  // namespace

const StringKernels& string_kernels() {
  static const StringKernels& kernels = pick_variant(simd_level(), scalar::kStringKernels,
                                                     avx2::kStringKernels, avx512::kStringKernels);
  return kernels;
}

Needle::Needle(std::string_view needle) : needle_(needle), kernels_(&string_kernels()) {
  std::tie(probe_first_, probe_second_) = rarest_two(needle_);
  if (needle_.empty()) return;
  const char first = needle_[probe_first_];
  const char second = needle_[probe_second_];
  rarest_ = static_cast<unsigned char>(frequency_of(second) < frequency_of(first) ? second : first);
  pattern_ = rarest_ * uint64_t{0x0101010101010101};
}

size_t Needle::find(std::string_view text, size_t from) const {
  if (from > text.size()) return std::string_view::npos;
  if (needle_.empty()) return from;
  const char* found = kernels_->find(text.data() + from, text.data() + text.size(), needle_.data(),
                                     needle_.size(), probe_first_, probe_second_);
  return found == nullptr ? std::string_view::npos : static_cast<size_t>(found - text.data());
}

size_t find_text(std::string_view text, std::string_view needle, size_t from) {
  if (from > text.size()) return std::string_view::npos;
  if (needle.empty()) return from;
  // Ranking bytes would cost more than one short search saves: first and last byte.
  const char* found = string_kernels().find(text.data() + from, text.data() + text.size(),
                                            needle.data(), needle.size(), 0, needle.size() - 1);
  return found == nullptr ? std::string_view::npos : static_cast<size_t>(found - text.data());
}

bool is_utf8(std::string_view text) {
  const StringKernels& kernels = string_kernels();
  const char* at = text.data();
  const char* const end = at + text.size();
  for (;;) {
    at = kernels.find_non_ascii(at, end);
    if (at == end) return true;
    const auto byte = [&](ptrdiff_t i) -> unsigned {
      return i < end - at ? static_cast<unsigned char>(at[i]) : 0;
    };
    const auto continues = [&](ptrdiff_t i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned lead = byte(0);
    const unsigned second = byte(1);
    if (lead >= 0xC2 && lead <= 0xDF && continues(1)) {
      at += 2;
    } else if (lead >= 0xE0 && lead <= 0xEF && continues(1) && continues(2) &&
               !(lead == 0xE0 && second < 0xA0) && !(lead == 0xED && second > 0x9F)) {
      at += 3;
    } else if (lead >= 0xF0 && lead <= 0xF4 && continues(1) && continues(2) && continues(3) &&
               !(lead == 0xF0 && second < 0x90) && !(lead == 0xF4 && second > 0x8F)) {
      at += 4;
    } else {
      return false;
    }
  }
}

}  // namespace doline
