#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace doline::shell {

/// What a piece of text is; how that looks is decided in one place.
enum class Style : uint8_t {
  kPlain,
  kKeyword,
  kFunction,
  kString,
  kNumber,
  kComment,
  kError,
  kFaint,   // borders, types, NULL
  kStrong,  // names of columns, headings
  kPrompt,
};

/// Colours, or none: when NO_COLOR is set, the terminal is dumb, or the output is no terminal.
/// Of the sixteen colours only those that read on a light and on a dark ground, since which one
/// the terminal has cannot be known.
class Palette {
 public:
  explicit Palette(bool is_coloured) : is_coloured_(is_coloured) {}
  /// For what is written to this descriptor.
  static Palette of_terminal(int descriptor);

  bool is_coloured() const { return is_coloured_; }
  /// The text with what switches the style on and off around it.
  std::string paint(Style style, std::string_view text) const;

 private:
  bool is_coloured_;
};

}  // namespace doline::shell
