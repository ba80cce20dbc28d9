#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "engine/query.h"

namespace doline {

/// How results are shown.
enum class OutputMode : uint8_t { kBox, kCsv, kJson, kMarkdown, kLine };

struct OutputOptions {
  OutputMode mode = OutputMode::kBox;
  bool header = true;
  std::string null_text = "NULL";
  size_t most_rows = 40;      // box: more are cut in the middle; 0: all
  size_t width = 0;           // box: of the terminal; 0: without end
};

/// Takes the query's rows and prints them. Returns how many there were. Throws what the query
/// throws.
uint64_t print_result(Query& query, const OutputOptions& options, std::FILE* out, const ZoneOffsets* zone);

/// Terminal columns that `text` takes: wide characters two, combining ones none.
size_t display_width(std::string_view text);

}  // namespace doline
