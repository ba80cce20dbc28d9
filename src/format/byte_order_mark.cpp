#include "format/byte_order_mark.h"

#include "base/error.h"

namespace doline {

void refuse_utf16(std::string_view begin, const std::string& path) {
  // Neither byte is part of any UTF-8.
  if (!begin.starts_with("\xFF\xFE") && !begin.starts_with("\xFE\xFF")) return;
  throw Error(ErrorCode::kFormat,
              "{}: the file is UTF-16, as its byte order mark says; files are read as UTF-8", path)
      .hint(
          "iconv -f UTF-16 -t UTF-8 turns it into one that can be read, also in a pipe: FROM '-'");
}

}  // namespace doline
