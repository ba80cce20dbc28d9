#include "kernel/simd.h"

#include <cstdlib>

#include "base/error.h"

namespace doline {

std::string_view name_of(SimdLevel level) {
  switch (level) {
    case SimdLevel::kScalar:
      return "scalar";
    case SimdLevel::kAvx2:
      return "avx2";
    case SimdLevel::kAvx512:
      return "avx512";
  }
  UNREACHABLE();
}

bool cpu_has(SimdLevel level) {
  switch (level) {
    case SimdLevel::kScalar:
      return true;
    case SimdLevel::kAvx2:
      // The compiler's test includes whether the system saves the wide registers. Every CPU with
      // these has the rest of x86-64-v3.
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
             __builtin_cpu_supports("fma") && __builtin_cpu_supports("pclmul");
    case SimdLevel::kAvx512:
      return cpu_has(SimdLevel::kAvx2) && __builtin_cpu_supports("avx512f") &&
             __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd") &&
             __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2");
  }
  UNREACHABLE();
}

SimdLevel choose_simd_level(const char* request) {
  constexpr SimdLevel kBestFirst[] = {SimdLevel::kAvx512, SimdLevel::kAvx2, SimdLevel::kScalar};
  const std::string_view wanted = request == nullptr ? std::string_view{} : request;
  for (const SimdLevel level : kBestFirst) {
    if (wanted.empty()) {
      if (cpu_has(level)) return level;
      continue;
    }
    if (name_of(level) != wanted) continue;
    if (cpu_has(level)) return level;
    throw Error(ErrorCode::kSetting, "DOLINE_SIMD={}: this CPU does not have it", wanted)
        .hint(fmt::format("the best level here is {}", name_of(choose_simd_level(nullptr))));
  }
  throw Error(ErrorCode::kSetting, "DOLINE_SIMD={}: no such level", wanted)
      .hint("use scalar, avx2 or avx512, or leave it unset");
}

SimdLevel simd_level() {
  static const SimdLevel level = choose_simd_level(std::getenv("DOLINE_SIMD"));
  return level;
}

}  // namespace doline
