#include "io/compression.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/ascii.h"
#include "base/error.h"

namespace doline {

namespace {

struct Name {
  std::string_view name;
  Compression compression;
};
constexpr Name kNames[] = {
    {"auto", Compression::kAuto}, {"auto_detect", Compression::kAuto},
    {"none", Compression::kNone}, {"uncompressed", Compression::kNone},
    {"gzip", Compression::kGzip}, {"gz", Compression::kGzip},
    {"zstd", Compression::kZstd}, {"zst", Compression::kZstd},
    {"lz4", Compression::kLz4},
};

constexpr Name kEndings[] = {
    {".gz", Compression::kGzip},   {".gzip", Compression::kGzip}, {".zst", Compression::kZstd},
    {".zstd", Compression::kZstd}, {".lz4", Compression::kLz4},
};

const Name* ending_of(std::string_view path) {
  for (const auto& ending : kEndings) {
    if (path.size() > ending.name.size() &&
        equal_ignoring_case(path.substr(path.size() - ending.name.size()), ending.name)) {
      return &ending;
    }
  }
  return nullptr;
}

using namespace std::string_view_literals;

struct Magic {
  std::string_view bytes;
  Compression compression;
};
constexpr Magic kMagics[] = {
    {"\x1f\x8b\x08"sv, Compression::kGzip},
    {"\x28\xb5\x2f\xfd"sv, Compression::kZstd},
    {"\x04\x22\x4d\x18"sv, Compression::kLz4},
};

struct ForeignMagic {
  std::string_view bytes;
  size_t wild;  // this byte is '1' to '9'; past the end when none is
  std::string_view name;
};
constexpr ForeignMagic kForeign[] = {
    {"\xfd"
     "7zXZ\0"sv,
     99, "xz"},
    {"BZh?1AY&SY"sv, 3, "bzip2"},
    {"PK\x03\x04"sv, 99, "zip"},
};

}  // namespace

std::string_view name_of(Compression compression) {
  switch (compression) {
    case Compression::kAuto:
      return "auto";
    case Compression::kNone:
      return "none";
    case Compression::kGzip:
      return "gzip";
    case Compression::kZstd:
      return "zstd";
    case Compression::kLz4:
      return "lz4";
  }
  return "?";
}

std::optional<Compression> compression_from_name(std::string_view name) {
  for (const auto& entry : kNames) {
    if (equal_ignoring_case(entry.name, name)) return entry.compression;
  }
  return std::nullopt;
}

Compression compression_from_path(std::string_view path) {
  const Name* const ending = ending_of(path);
  return ending == nullptr ? Compression::kNone : ending->compression;
}

std::string_view without_compression_ending(std::string_view path) {
  const Name* const ending = ending_of(path);
  return ending == nullptr ? path : path.substr(0, path.size() - ending->name.size());
}

Compression detect_compression(std::span<const std::byte> first, std::string_view path) {
  const std::string_view text(reinterpret_cast<const char*>(first.data()), first.size());
  for (const auto& magic : kMagics) {
    if (text.starts_with(magic.bytes)) return magic.compression;
  }
  // Both zstd and lz4 may begin with a skippable frame: the name decides.
  if (text.size() >= 4 && (text[0] & '\xf0') == '\x50' && text.substr(1, 3) == "\x2a\x4d\x18"sv) {
    return compression_from_path(path) == Compression::kLz4 ? Compression::kLz4
                                                            : Compression::kZstd;
  }
  for (const auto& foreign : kForeign) {
    if (text.size() < foreign.bytes.size()) continue;
    bool fits = true;
    for (size_t i = 0; i < foreign.bytes.size(); ++i) {
      fits &= i == foreign.wild ? text[i] >= '1' && text[i] <= '9' : text[i] == foreign.bytes[i];
    }
    if (fits) {
      throw Error(ErrorCode::kNotSupported, "{} is compressed with {}, which is not supported",
                  path, foreign.name)
          .hint("decompress it first; gzip, zstd and lz4 are read as they are");
    }
  }
  // Cut off within its first bytes: its name still says what it was to be.
  const Compression named = compression_from_path(path);
  for (const auto& magic : kMagics) {
    if (magic.compression == named && !text.empty() && magic.bytes.starts_with(text)) return named;
  }
  return Compression::kNone;
}

}  // namespace doline
