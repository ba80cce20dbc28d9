#pragma once

namespace doline {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace doline
