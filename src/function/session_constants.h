#pragma once

#include <cstdint>
#include <string>

#include "base/ref.h"
#include "column/text_format.h"

namespace doline {

/// What a plan fixes when it is made, so that it means the same wherever and whenever it runs.
struct SessionConstants {
  std::string time_zone = "UTC";
  const ZoneOffsets* zone = nullptr;  // of time_zone; lives as long as the process; null: UTC
  int64_t now_micros = 0;             // since 1970-01-01 UTC
  uint64_t seed = 0;                  // of random()
  bool integer_division = false;      // `/` on integers, as the setting of that name
  std::string user = "doline";
  std::string database = "memory";
  std::string schema = "main";
};

}  // namespace doline
