#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "shell/highlighter.h"
#include "shell/terminal.h"

namespace doline::shell {

/// What is being edited, as rows of a screen.
struct Drawing {
  struct Row {
    std::string text;  // with its colours
    size_t width = 0;  // without
  };
  std::vector<Row> rows;
  size_t cursor_row = 0;
  size_t cursor_column = 0;
};

struct Prompts {
  std::string first;         // before the first line
  std::string continuation;  // before the others
};

/// `text` with a prompt before each line, broken where the terminal is too narrow.
Drawing lay_out(std::string_view text, size_t cursor, const std::vector<StyledSpan>& spans,
                const Prompts& prompts, size_t columns, const Palette& palette);

/// The part of the terminal that is drawn again with every key. The terminal's cursor stands
/// where the drawing's does between calls.
class Screen {
 public:
  explicit Screen(Terminal& terminal) : terminal_(terminal) {}

  /// In place of what was drawn before. A drawing taller than the terminal shows the rows around
  /// the cursor.
  void draw(Drawing drawing);
  /// Leaves the drawing where it is and goes on below it.
  void finish();
  /// The terminal has another width now, and has broken the rows anew.
  void resized();
  /// An empty terminal.
  void clear();

 private:
  Terminal& terminal_;
  Drawing drawn_;
};

}  // namespace doline::shell
