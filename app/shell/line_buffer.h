#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace doline::shell {

/// A text of one or more lines that is being edited, the place in it, what was cut out and what
/// can be undone. Knows nothing of terminals. The cursor stands between characters as people see
/// them, never within one.
class LineBuffer {
 public:
  const std::string& text() const { return text_; }
  size_t cursor() const { return cursor_; }
  bool empty() const { return text_.empty(); }

  /// Another text; the cursor at its end. Can be undone.
  void set(std::string text);
  /// Forgets everything but what was cut out.
  void clear();
  void insert(std::string_view text);
  /// The bytes from `begin` to the cursor become `text`.
  void replace_before_cursor(size_t begin, std::string_view text);

  // Moving. False when there is nowhere to go.
  bool left();
  bool right();
  bool word_left();
  bool word_right();
  void line_begin();
  void line_end();
  void begin() { cursor_ = 0; }
  void end() { cursor_ = text_.size(); }
  /// To the line above or below, keeping the display column.
  bool up();
  bool down();

  // Erasing.
  bool erase_left();
  bool erase_right();

  // Cutting: what is cut can be put back with paste(); cuts in a row gather.
  void cut_to_line_end();
  void cut_to_line_begin();
  void cut_word_left();
  /// Back to white space, as Ctrl-W does.
  void cut_argument_left();
  void cut_word_right();
  void paste();

  /// Exchanges the characters around the cursor.
  void transpose();
  enum class Case : uint8_t { kUpper, kLower, kCapital };
  void change_word_case(Case to);
  bool undo();

 private:
  struct State {
    std::string text;
    size_t cursor;
  };
  enum class Last : uint8_t { kOther, kTyped, kCut };

  void remember(Last kind);
  /// [begin, end) goes to what paste() puts back, in front or behind.
  void cut(size_t begin, size_t end);
  size_t word_left_of(size_t at) const;
  size_t word_right_of(size_t at) const;
  size_t line_begin_of(size_t at) const;
  size_t line_end_of(size_t at) const;
  size_t place_in_line(size_t line_begin, size_t width) const;

  std::string text_;
  size_t cursor_ = 0;
  std::string cut_text_;
  std::vector<State> undo_;
  Last last_ = Last::kOther;
};

}  // namespace doline::shell
