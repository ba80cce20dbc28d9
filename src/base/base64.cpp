#include "base/base64.h"

#include <array>
#include <cstdint>

namespace doline {

namespace {

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<int8_t, 256> kBase64Values = [] {
  std::array<int8_t, 256> values{};
  for (auto& value : values) value = -1;
  for (int i = 0; i < 64; ++i)
    values[static_cast<unsigned char>(kBase64[i])] = static_cast<int8_t>(i);
  return values;
}();

}  // namespace

void encode_base64(std::string_view bytes, char* out) {
  for (size_t at = 0; at < bytes.size(); at += 3) {
    const size_t left = bytes.size() - at;
    const auto byte = [&](size_t i) {
      return i < left ? uint32_t{static_cast<unsigned char>(bytes[at + i])} : 0;
    };
    const uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    *out++ = kBase64[group >> 18];
    *out++ = kBase64[(group >> 12) & 63];
    *out++ = left > 1 ? kBase64[(group >> 6) & 63] : '=';
    *out++ = left > 2 ? kBase64[group & 63] : '=';
  }
}

const char* decode_base64(std::string_view text, std::string& bytes) {
  if (text.size() % 4 != 0) return "its length is no multiple of four";
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  for (size_t at = 0; at < text.size(); at += 4) {
    uint32_t group = 0;
    const bool last = at + 4 == text.size();
    for (size_t i = 0; i < 4; ++i) {
      const bool padded = last && i >= 4 - padding;
      const int value = padded ? 0 : kBase64Values[static_cast<unsigned char>(text[at + i])];
      if (value < 0) return "it has a character outside base64's alphabet";
      group = group << 6 | static_cast<uint32_t>(value);
    }
    const size_t count = last ? 3 - padding : 3;
    for (size_t i = 0; i < count; ++i) bytes += static_cast<char>(group >> (16 - 8 * i));
  }
  return nullptr;
}

}  // namespace doline
