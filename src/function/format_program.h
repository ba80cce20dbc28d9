#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "column/column.h"
#include "column/text_format.h"

namespace doline {

/// A compiled format string of format() ("{:>5} {1}") or printf() ("%5s"). Numbers may have a
/// thousands separator: "{:,}", "{:_}", "{:t'}", "%,d". Immutable.
class FormatProgram {
 public:
  /// Throws Error(kInvalidArgument) for a malformed one.
  static FormatProgram of_format(std::string_view text);
  static FormatProgram of_printf(std::string_view text);

  /// Appends row `row` of the arguments, formatted. Throws Error(kInvalidArgument) where a
  /// specification does not suit its argument, or there is no such argument.
  void append(std::string& out, std::span<const Column> arguments, uint32_t row,
              const ZoneOffsets* zone) const;

 private:
  struct Piece {
    std::string literal;  // before the field
    bool has_field = false;
    size_t argument = 0;
    std::string specification;  // for fmt: "{:.2f}" or "%.2f", without the separator
    char separator = 0;         // between thousands
    size_t width = 0;           // only with a separator, whose places it counts
  };

  void append_field(std::string& out, const Piece& piece, const Column& column, uint32_t row,
                    const ZoneOffsets* zone) const;

  bool is_printf_ = false;
  std::vector<Piece> pieces_;
};

}  // namespace doline
