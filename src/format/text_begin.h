#pragma once

#include <string>
#include <string_view>

namespace doline {

/// Throws Error(kFormat) where a file that is to be read as text begins as none does, and says what
/// it is: UTF-16, which with its zero bytes would pass for few and odd lines, or Parquet.
void refuse_what_is_no_text(std::string_view begin, const std::string& path);

}  // namespace doline
