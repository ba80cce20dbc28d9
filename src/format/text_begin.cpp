#include "format/text_begin.h"

#include "base/error.h"
#include "format/byte_order_mark.h"

namespace doline {

void refuse_what_is_no_text(std::string_view begin, const std::string& path) {
  refuse_utf16(begin, path);
  // Its mark, and the number with which each of its headers begins.
  if (!begin.starts_with("PAR1\x15")) return;
  throw Error(ErrorCode::kFormat, "{} is a Parquet file, not one of text", path)
      .hint("FROM read_parquet('" + path + "')");
}

}  // namespace doline
