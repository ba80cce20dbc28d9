#pragma once

// The version, here alone: CMakeLists.txt and pyproject.toml read this very line.

namespace doline {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace doline
