#include "io/path.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "base/error.h"

namespace doline {

namespace {

/// "s3" of "s3://bucket/key"; empty for what is not a URL.
std::string_view scheme_of(std::string_view path) {
  const size_t end = path.find("://");
  if (end == std::string_view::npos || end < 2) return {};
  const std::string_view scheme = path.substr(0, end);
  const bool fits = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '-' || c == '.';
  });
  return fits ? scheme : std::string_view();
}

/// %41 as A. What is no code stays as it is.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() &&
        std::isxdigit(static_cast<unsigned char>(text[i + 1])) &&
        std::isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      const std::string digits(text.substr(i + 1, 2));
      out += static_cast<char>(std::strtol(digits.c_str(), nullptr, 16));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string local_path(std::string_view path) {
  if (path.empty()) throw Error(ErrorCode::kFileNotFound, "the path is empty");
  std::string local;
  if (const std::string_view scheme = scheme_of(path); scheme == "file") {
    local = percent_decoded(path.substr(scheme.size() + 3));
    if (local.starts_with("localhost/")) local.erase(0, 9);
  } else if (!scheme.empty()) {
    throw Error(ErrorCode::kNotSupported, "cannot open {}: this version reads no {}:// URLs", path,
                scheme)
        .hint("download the file first and pass its path");
  } else if (const char* const home = std::getenv("HOME");
             path.starts_with("~/") && home != nullptr) {
    local = home + std::string(path.substr(1));
  } else {
    local = path;
  }
  if (local.empty() || local.find('\0') != std::string::npos) {
    throw Error(ErrorCode::kInvalidArgument, "the path {} is empty or has a zero byte in it",
                local.c_str());
  }
  return local;
}

int standard_stream(std::string_view path, int dash) {
  if (path == "-") return dash;
  static constexpr std::string_view kNames[] = {"/dev/stdin", "/dev/stdout", "/dev/stderr"};
  for (int i = 0; i < 3; ++i) {
    if (path == kNames[i]) return i;
  }
  for (const std::string_view prefix : {"/dev/fd/", "/proc/self/fd/"}) {
    if (path.starts_with(prefix) && path.size() == prefix.size() + 1 && path.back() >= '0' &&
        path.back() <= '2') {
      return path.back() - '0';
    }
  }
  return -1;
}

std::string_view parent_path(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string_view file_name(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string out(directory);
  if (!out.empty() && !out.ends_with('/')) out += '/';
  out += name;
  return out;
}

}  // namespace doline
