#include "format/text_begin.h"

#include "base/error.h"
#include "format/byte_order_mark.h"

namespace doline {

void refuse_what_is_no_text(std::string_view begin, const std::string& path) {
  refuse_utf16(begin, path);
  struct Kind {
    std::string_view signs;
    const char* name;
    const char* function;
  };
  static constexpr Kind kKinds[] = {
      // Its mark, and the number with which each of its headers begins.
      {"PAR1\x15", "a Parquet file", "read_parquet"},
      {std::string_view("ARROW1\0\0", 8), "an Arrow file", "read_arrow"},
      {"\xff\xff\xff\xff", "an Arrow stream", "read_arrow"}};
  for (const Kind& kind : kKinds) {
    if (!begin.starts_with(kind.signs)) continue;
    throw Error(ErrorCode::kFormat, "{} is {}, not one of text", path, kind.name)
        .hint(fmt::format("FROM {}('{}')", kind.function, path));
  }
}

}  // namespace doline
