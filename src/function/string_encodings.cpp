// Bytes as text and back: hex, binary digits, base64, UTF-8, URLs.
#include <fmt/format.h>

#include <bit>

#include "base/base64.h"
#include "function/lanes.h"
#include "function/numeric_types.h"
#include "function/string_functions.h"
#include "function/text_rows.h"
#include "kernel/string_search.h"

namespace doline {

namespace {

constexpr char kUpperHex[] = "0123456789ABCDEF";

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 32);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// Bytes as digits of kBits bits each, the highest first.
template <int kBits>
Column digits_of_bytes_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    const std::string_view bytes = texts[row].view();
    put_text(writer, row, bytes.size() * (8 / kBits), [&](char* out) {
      for (const char c : bytes) {
        for (int shift = 8 - kBits; shift >= 0; shift -= kBits) {
          *out++ = kUpperHex[(static_cast<unsigned char>(c) >> shift) & ((1 << kBits) - 1)];
        }
      }
    });
  });
  return writer.seal(call.row_count);
}

/// A number's digits without leading zeros; negative ones as two's complement of 64 or 128 bits.
template <int kBits, class T>
Column digits_of_number_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<T> numbers(arguments[0]);
  call.active.for_each([&](uint32_t row) {
    auto rest = static_cast<std::make_unsigned_t<T>>(numbers[row]);
    char digits[sizeof(T) * 8];
    char* const end = digits + sizeof digits;
    char* at = end;
    do {
      *--at = kUpperHex[static_cast<size_t>(rest) & ((1 << kBits) - 1)];
      rest >>= kBits;
    } while (rest != 0);
    writer.set_text(row, {at, static_cast<size_t>(end - at)});
  });
  return writer.seal(call.row_count);
}

/// Digits of kBits bits back to bytes; an odd one at the begin stands alone.
template <int kBits>
Column bytes_of_digits_kernel(const KernelCall& call, std::span<const Column> arguments) {
  constexpr size_t kPerByte = 8 / kBits;
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  std::string bytes;
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    const std::string_view digits = texts[row].view();
    bytes.clear();
    unsigned byte = 0;
    for (size_t i = 0; i < digits.size(); ++i) {
      const int digit = hex_digit(digits[i]);
      if (digit < 0 || digit >= (1 << kBits)) {
        call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
          return fmt::format("'{}' is no {} digit", digits.substr(i, character_bytes(digits[i])),
                             kBits == 4 ? "hex" : "binary");
        });
        return;
      }
      byte = byte << kBits | static_cast<unsigned>(digit);
      if ((digits.size() - 1 - i) % kPerByte == 0) {
        bytes += static_cast<char>(byte);
        byte = 0;
      }
    }
    writer.set_text(row, bytes);
  });
  return writer.seal(call.row_count);
}

Column to_base64_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> blobs(arguments[0]);
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    const std::string_view bytes = blobs[row].view();
    put_text(writer, row, base64_size(bytes.size()), [&](char* out) { encode_base64(bytes, out); });
  });
  return writer.seal(call.row_count);
}

Column from_base64_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  std::string bytes;
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    bytes.clear();
    if (const char* reason = decode_base64(texts[row].view(), bytes)) {
      call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
        return fmt::format("'{}' is no base64: {}", texts[row].view().substr(0, 60), reason);
      });
      return;
    }
    writer.set_text(row, bytes);
  });
  return writer.seal(call.row_count);
}

Column encode_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return arguments[0].with_type(call.result_type);
}

Column decode_kernel(const KernelCall& call, std::span<const Column> arguments) {
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    if (is_valid_utf8(arguments[0].text(row))) return;
    call.errors.fail(row, ErrorCode::kConversion, [] {
      return std::string("the blob is no valid UTF-8; TRY(…) makes it NULL");
    });
  });
  return arguments[0].with_type(call.result_type);
}

bool stays_in_url(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '~';
}

Column url_encode_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  std::string encoded;
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    encoded.clear();
    for (const char c : texts[row].view()) {
      if (stays_in_url(c)) {
        encoded += c;
      } else {
        const auto byte = static_cast<unsigned char>(c);
        encoded += {'%', kUpperHex[byte >> 4], kUpperHex[byte & 15]};
      }
    }
    writer.set_text(row, encoded);
  });
  return writer.seal(call.row_count);
}

/// What is no %XX stays; where the result is no UTF-8 the text stays whole.
Column url_decode_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  std::string decoded;
  for_each_valid(call.active, arguments[0], [&](uint32_t row) {
    const std::string_view text = texts[row].view();
    decoded.clear();
    for (size_t at = 0; at < text.size(); ++at) {
      const int high = text[at] == '%' && at + 2 < text.size() ? hex_digit(text[at + 1]) : -1;
      const int low = high >= 0 ? hex_digit(text[at + 2]) : -1;
      if (low >= 0) at += 2;
      decoded += low >= 0 ? static_cast<char>(high * 16 + low) : text[at];
    }
    if (!is_valid_utf8(decoded)) {
      call.errors.fail(row, ErrorCode::kInvalidArgument,
                       [] { return std::string("the decoded text is no valid UTF-8"); });
      return;
    }
    writer.set_text(row, decoded);
  });
  return writer.seal(call.row_count);
}

template <int kBits>
std::vector<ScalarOverload> digit_overloads() {
  const TypeRef text = Type::varchar();
  return {
      {.parameters = {text}, .result = text, .kernel = digits_of_bytes_kernel<kBits>, .cost = 3},
      {.parameters = {Type::blob()},
       .result = text,
       .kernel = digits_of_bytes_kernel<kBits>,
       .cost = 3},
      {.parameters = {Type::int64()},
       .result = text,
       .kernel = digits_of_number_kernel<kBits, int64_t>,
       .cost = 3},
      {.parameters = {Type::uint64()},
       .result = text,
       .kernel = digits_of_number_kernel<kBits, uint64_t>,
       .cost = 3},
      {.parameters = {Type::hugeint()},
       .result = text,
       .kernel = digits_of_number_kernel<kBits, int128_t>,
       .cost = 3}};
}

std::vector<ScalarOverload> one(TypeRef from, TypeRef to, ScalarKernel kernel,
                                bool can_fail = false) {
  return {{.parameters = {from}, .result = to, .kernel = kernel, .can_fail = can_fail, .cost = 4}};
}

}  // namespace

void register_text_encodings(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  const TypeRef blob = Type::blob();
  registry.add({"hex",
                {"to_hex"},
                "string",
                "The bytes of a text, or a whole number, in hexadecimal digits.",
                "hex('Hello')",
                "48656C6C6F",
                digit_overloads<4>()});
  registry.add({"unhex",
                {"from_hex"},
                "string",
                "The blob that hexadecimal digits spell.",
                "unhex('2A')",
                "*",
                one(text, blob, bytes_of_digits_kernel<4>, true)});
  registry.add({"bin",
                {"to_binary"},
                "string",
                "The bytes of a text, or a whole number, in binary digits.",
                "bin(42)",
                "101010",
                digit_overloads<1>()});
  registry.add({"unbin",
                {"from_binary"},
                "string",
                "The blob that binary digits spell.",
                "unbin('0110')",
                "\\x06",
                one(text, blob, bytes_of_digits_kernel<1>, true)});
  registry.add({"to_base64",
                {"base64"},
                "string",
                "A blob in base64.",
                "to_base64('A'::BLOB)",
                "QQ==",
                one(blob, text, to_base64_kernel)});
  registry.add({"from_base64",
                {"unbase64"},
                "string",
                "The blob that base64 spells.",
                "from_base64('QQ==')",
                "A",
                one(text, blob, from_base64_kernel, true)});
  registry.add({"encode",
                {},
                "string",
                "The UTF-8 bytes of a text.",
                "encode('my_string')",
                "my_string",
                one(text, blob, encode_kernel)});
  registry.add({"decode",
                {},
                "string",
                "The text that UTF-8 bytes spell.",
                "decode('\\xC3\\xA4'::BLOB)",
                "ä",
                one(blob, text, decode_kernel, true)});
  registry.add({"url_encode",
                {},
                "string",
                "The text as part of a URL: all but letters, digits and -_.~ as %XX.",
                "url_encode('this string has/ special+ characters>')",
                "this%20string%20has%2F%20special%2B%20characters%3E",
                one(text, text, url_encode_kernel)});
  registry.add({"url_decode",
                {},
                "string",
                "The text with every %XX turned back into its byte.",
                "url_decode('https%3A%2F%2Fexample.org')",
                "https://example.org",
                one(text, text, url_decode_kernel, true)});
}

}  // namespace doline
