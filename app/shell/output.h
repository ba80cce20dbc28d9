#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/query.h"
#include "shell/output_stream.h"
#include "shell/style.h"

namespace doline::shell {

/// How results are shown.
enum class OutputMode : uint8_t { kBox, kCsv, kJson, kJsonLines, kMarkdown, kLine, kList };

/// "box", "csv" …; nothing when there is no such mode.
std::optional<OutputMode> output_mode_named(std::string_view name);
std::string_view name_of(OutputMode mode);

struct OutputOptions {
  OutputMode mode = OutputMode::kBox;
  bool header = true;
  /// What stands for NULL; unless it is said, an empty field in CSV, so that it reads back as NULL.
  std::optional<std::string> null_text;
  std::string null_shown() const {
    return null_text.value_or(mode == OutputMode::kCsv ? "" : "NULL");
  }
  /// Between values in CSV and lists; unless it is said, a comma and a bar.
  std::optional<std::string> separator;
  std::string separator_shown() const {
    return separator.value_or(mode == OutputMode::kCsv ? "," : "|");
  }
  std::string row_separator = "\n";  // in CSV and lists
  size_t most_rows = 40;             // box: more are cut in the middle; 0: all
  size_t width = 0;                  // box: of the terminal; 0: without end
};

/// Takes the query's rows and prints them; in all modes but kBox and kMarkdown, which need to see
/// widths, as they come. Returns how many there were. Throws what the query throws, and kIo.
uint64_t print_result(Query& query, const OutputOptions& options, OutputStream& out,
                      const ZoneOffsets* zone, const Palette& palette);

}  // namespace doline::shell
