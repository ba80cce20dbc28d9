#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/random.h"
#include "io/byte_stream.h"
#include "io/writable_file.h"

namespace doline {

/// A directory of the machine, removed with all in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    const char* const parent = std::getenv("TMPDIR");
    std::string pattern = std::string(parent != nullptr ? parent : "/tmp") + "/doline-test-XXXXXX";
    path_ = mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { EXPECT_EQ(std::system(("rm -rf '" + path_ + "'").c_str()), 0); }
  const std::string& path() const { return path_; }
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

inline void expect_error(ErrorCode code, std::string_view part, const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(name_of(error.code()), name_of(code)) << error.render();
    EXPECT_NE(error.render().find(part), std::string::npos) << error.render();
    return;
  }
  ADD_FAILURE() << "no error";
}

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text));
}

/// All that is left, read in pieces of different sizes.
inline std::string drain(ByteStream& stream, uint64_t seed = 1) {
  Random random(seed);
  std::string out;
  std::string buffer(70'000, 0);
  for (;;) {
    const size_t wanted = 1 + random.below(random.below(4) == 0 ? 7 : buffer.size());
    const size_t got = stream.read(std::as_writable_bytes(std::span(buffer.data(), wanted)));
    if (got == 0) return out;
    out.append(buffer, 0, got);
  }
}

/// Text that compresses about as logs do.
inline std::string log_text(size_t size, uint64_t seed = 7) {
  Random random(seed);
  std::string out;
  while (out.size() < size) {
    out += "10.0.0." + std::to_string(random.below(256)) + " GET /item/" +
           std::to_string(random.next() % 100'000) + " 200\n";
  }
  out.resize(size);
  return out;
}

}  // namespace doline
