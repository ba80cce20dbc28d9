#pragma once

#include <string>

#include "adbc.h"
#include "failure.h"

namespace doline_adbc {

/// Options that are true or false, as ADBC writes them.
inline bool flag_of(const std::string& key, const std::string& value) {
  if (value == ADBC_OPTION_VALUE_ENABLED) return true;
  if (value == ADBC_OPTION_VALUE_DISABLED) return false;
  throw invalid_argument(key + " takes \"true\" and \"false\", not \"" + value + "\"");
}
inline const char* text_of_flag(bool flag) {
  return flag ? ADBC_OPTION_VALUE_ENABLED : ADBC_OPTION_VALUE_DISABLED;
}

}  // namespace doline_adbc
