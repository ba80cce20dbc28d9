#include "shell/screen.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/spelled_out.h"
#include "shell/display.h"

namespace doline::shell {

namespace {

constexpr size_t kTabColumns = 4;

/// A character as the terminal is shown it.
std::string shown(std::string_view character) {
  if (character == "\t") return std::string(kTabColumns, ' ');
  return spelled_out(character);
}

}  // namespace

Drawing lay_out(std::string_view text, size_t cursor, const std::vector<StyledSpan>& spans,
                const Prompts& prompts, size_t columns, const Palette& palette) {
  columns = std::max<size_t>(columns, 4);
  Drawing drawing;
  std::string piece;  // of one style, not yet painted
  Style style = Style::kPlain;
  const auto paint = [&] {
    drawing.rows.back().text += palette.paint(style, piece);
    piece.clear();
  };
  const auto begin_line = [&](const std::string& prompt) {
    drawing.rows.emplace_back();
    // Too narrow for prompts: the text matters more.
    if (display_width(prompt) + 8 > columns) return;
    drawing.rows.back() = {palette.paint(Style::kPrompt, prompt), display_width(prompt)};
  };
  begin_line(prompts.first);
  size_t span = 0;
  for (size_t at = 0; at < text.size();) {
    if (at == cursor) {
      drawing.cursor_row = drawing.rows.size() - 1;
      drawing.cursor_column = drawing.rows.back().width;
    }
    if (text[at] == '\n') {
      paint();
      begin_line(prompts.continuation);
      ++at;
      continue;
    }
    while (span < spans.size() && spans[span].end <= at) ++span;
    const Style wanted =
        span < spans.size() && spans[span].begin <= at ? spans[span].style : Style::kPlain;
    const size_t next = next_character(text, at);
    const std::string character = shown(text.substr(at, next - at));
    const size_t wide = display_width(character);
    if (drawing.rows.back().width + wide > columns) {
      paint();
      drawing.rows.emplace_back();
      if (at == cursor) {
        drawing.cursor_row = drawing.rows.size() - 1;
        drawing.cursor_column = 0;
      }
    }
    if (wanted != style) {
      paint();
      style = wanted;
    }
    piece += character;
    drawing.rows.back().width += wide;
    at = next;
  }
  paint();
  if (cursor >= text.size()) {
    if (drawing.rows.back().width >= columns) drawing.rows.emplace_back();
    drawing.cursor_row = drawing.rows.size() - 1;
    drawing.cursor_column = drawing.rows.back().width;
  } else if (drawing.cursor_column >= columns) {
    drawing.cursor_column = columns - 1;
  }
  return drawing;
}

void Screen::draw(Drawing drawing) {
  const size_t height = std::max<size_t>(1, terminal_.rows());
  if (drawing.rows.size() > height) {
    const size_t top =
        std::min(drawing.cursor_row >= height / 2 ? drawing.cursor_row - height / 2 : 0,
                 drawing.rows.size() - height);
    drawing.rows.erase(drawing.rows.begin(), drawing.rows.begin() + static_cast<ptrdiff_t>(top));
    drawing.rows.resize(height);
    drawing.cursor_row -= top;
  }
  std::string out = "\x1b[?25l";
  if (drawn_.cursor_row > 0) out += fmt::format("\x1b[{}A", drawn_.cursor_row);
  out += "\r";
  for (size_t i = 0; i < drawing.rows.size(); ++i) {
    if (i > 0) out += "\r\n";
    // Erased first: behind a row as wide as the terminal, erasing would take its last column.
    out += "\x1b[K" + drawing.rows[i].text;
  }
  if (drawn_.rows.size() > drawing.rows.size()) out += "\r\n\x1b[J\x1b[1A";
  const size_t up = drawing.rows.size() - 1 - drawing.cursor_row;
  if (up > 0) out += fmt::format("\x1b[{}A", up);
  out += "\r";
  if (drawing.cursor_column > 0) out += fmt::format("\x1b[{}C", drawing.cursor_column);
  out += "\x1b[?25h";
  terminal_.write(out);
  drawn_ = std::move(drawing);
}

void Screen::finish() {
  if (drawn_.rows.empty()) return;
  std::string out;
  const size_t down = drawn_.rows.size() - 1 - drawn_.cursor_row;
  if (down > 0) out += fmt::format("\x1b[{}B", down);
  terminal_.write(out + "\r\n");
  drawn_ = {};
}

void Screen::resized() {
  const size_t columns = std::max<size_t>(1, terminal_.columns());
  size_t above = 0;
  for (size_t i = 0; i < drawn_.cursor_row && i < drawn_.rows.size(); ++i) {
    above += std::max<size_t>(1, (drawn_.rows[i].width + columns - 1) / columns);
  }
  drawn_.cursor_row = above + drawn_.cursor_column / columns;
}

void Screen::clear() {
  terminal_.write("\x1b[H\x1b[2J");
  drawn_ = {};
}

}  // namespace doline::shell
