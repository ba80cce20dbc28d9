#include "shell/line_buffer.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "shell/display.h"

namespace doline::shell {

namespace {

constexpr size_t kMostUndo = 200;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         (static_cast<unsigned char>(c) & 0x80) != 0;
}
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n'; }

}  // namespace

void LineBuffer::remember(Last kind) {
  // Typing in a row is undone at once.
  if (!(kind == Last::kTyped && last_ == Last::kTyped)) {
    if (undo_.size() == kMostUndo) undo_.erase(undo_.begin());
    undo_.push_back({text_, cursor_});
  }
  last_ = kind;
}

void LineBuffer::set(std::string text) {
  remember(Last::kOther);
  text_ = std::move(text);
  cursor_ = text_.size();
}

void LineBuffer::clear() {
  text_.clear();
  cursor_ = 0;
  undo_.clear();
  last_ = Last::kOther;
}

void LineBuffer::insert(std::string_view text) {
  if (text.empty()) return;
  remember(text.find('\n') == std::string_view::npos ? Last::kTyped : Last::kOther);
  text_.insert(cursor_, text);
  cursor_ += text.size();
}

void LineBuffer::replace_before_cursor(size_t begin, std::string_view text) {
  remember(Last::kOther);
  text_.replace(begin, cursor_ - begin, text);
  cursor_ = begin + text.size();
}

bool LineBuffer::left() {
  last_ = Last::kOther;
  if (cursor_ == 0) return false;
  cursor_ = previous_character(text_, cursor_);
  return true;
}

bool LineBuffer::right() {
  last_ = Last::kOther;
  if (cursor_ == text_.size()) return false;
  cursor_ = next_character(text_, cursor_);
  return true;
}

size_t LineBuffer::word_left_of(size_t at) const {
  while (at > 0 && !is_word(text_[at - 1])) --at;
  while (at > 0 && is_word(text_[at - 1])) --at;
  return at;
}

size_t LineBuffer::word_right_of(size_t at) const {
  while (at < text_.size() && !is_word(text_[at])) ++at;
  while (at < text_.size() && is_word(text_[at])) ++at;
  return at;
}

bool LineBuffer::word_left() {
  last_ = Last::kOther;
  const size_t to = word_left_of(cursor_);
  return std::exchange(cursor_, to) != to;
}

bool LineBuffer::word_right() {
  last_ = Last::kOther;
  const size_t to = word_right_of(cursor_);
  return std::exchange(cursor_, to) != to;
}

size_t LineBuffer::line_begin_of(size_t at) const {
  while (at > 0 && text_[at - 1] != '\n') --at;
  return at;
}

size_t LineBuffer::line_end_of(size_t at) const {
  const size_t end = text_.find('\n', at);
  return end == std::string::npos ? text_.size() : end;
}

void LineBuffer::line_begin() {
  last_ = Last::kOther;
  cursor_ = line_begin_of(cursor_);
}

void LineBuffer::line_end() {
  last_ = Last::kOther;
  cursor_ = line_end_of(cursor_);
}

size_t LineBuffer::place_in_line(size_t line_begin, size_t width) const {
  const size_t end = line_end_of(line_begin);
  size_t at = line_begin;
  for (size_t used = 0; at < end;) {
    const size_t next = next_character(text_, at);
    used += display_width(std::string_view(text_).substr(at, next - at));
    if (used > width) break;
    at = next;
  }
  return at;
}

bool LineBuffer::up() {
  last_ = Last::kOther;
  const size_t line = line_begin_of(cursor_);
  if (line == 0) return false;
  const size_t width = display_width(std::string_view(text_).substr(line, cursor_ - line));
  cursor_ = place_in_line(line_begin_of(line - 1), width);
  return true;
}

bool LineBuffer::down() {
  last_ = Last::kOther;
  const size_t end = line_end_of(cursor_);
  if (end == text_.size()) return false;
  const size_t line = line_begin_of(cursor_);
  const size_t width = display_width(std::string_view(text_).substr(line, cursor_ - line));
  cursor_ = place_in_line(end + 1, width);
  return true;
}

bool LineBuffer::erase_left() {
  if (cursor_ == 0) return false;
  remember(Last::kTyped);
  const size_t begin = previous_character(text_, cursor_);
  text_.erase(begin, cursor_ - begin);
  cursor_ = begin;
  return true;
}

bool LineBuffer::erase_right() {
  if (cursor_ == text_.size()) return false;
  remember(Last::kTyped);
  text_.erase(cursor_, next_character(text_, cursor_) - cursor_);
  return true;
}

void LineBuffer::cut(size_t begin, size_t end) {
  if (begin == end) return;
  const bool gathers = last_ == Last::kCut;
  remember(Last::kCut);
  const std::string piece = text_.substr(begin, end - begin);
  if (!gathers) {
    cut_text_ = piece;
  } else {
    cut_text_ = begin < cursor_ ? piece + cut_text_ : cut_text_ + piece;
  }
  text_.erase(begin, end - begin);
  cursor_ = begin;
}

void LineBuffer::cut_to_line_end() {
  const size_t end = line_end_of(cursor_);
  // At a line's end, the line end itself.
  cut(cursor_, end == cursor_ && end < text_.size() ? end + 1 : end);
}
void LineBuffer::cut_to_line_begin() { cut(line_begin_of(cursor_), cursor_); }
void LineBuffer::cut_word_left() { cut(word_left_of(cursor_), cursor_); }
void LineBuffer::cut_word_right() { cut(cursor_, word_right_of(cursor_)); }
void LineBuffer::cut_argument_left() {
  size_t at = cursor_;
  while (at > 0 && is_space(text_[at - 1])) --at;
  while (at > 0 && !is_space(text_[at - 1])) --at;
  cut(at, cursor_);
}

void LineBuffer::paste() {
  if (cut_text_.empty()) return;
  remember(Last::kOther);
  text_.insert(cursor_, cut_text_);
  cursor_ += cut_text_.size();
}

void LineBuffer::transpose() {
  if (text_.empty() || cursor_ == 0) return;
  size_t middle = cursor_;
  if (middle == text_.size() || text_[middle] == '\n') middle = previous_character(text_, middle);
  if (middle == 0) return;
  const size_t begin = previous_character(text_, middle);
  const size_t end = next_character(text_, middle);
  if (text_[begin] == '\n') return;
  remember(Last::kOther);
  const std::string first = text_.substr(begin, middle - begin);
  text_.replace(begin, end - begin, text_.substr(middle, end - middle) + first);
  cursor_ = end;
}

void LineBuffer::change_word_case(Case to) {
  const size_t end = word_right_of(cursor_);
  if (end == cursor_) return;
  remember(Last::kOther);
  bool is_first = true;
  for (size_t at = cursor_; at < end; ++at) {
    char& c = text_[at];
    if (!is_word(c)) continue;
    const bool upper = to == Case::kUpper || (to == Case::kCapital && is_first);
    c = upper ? ascii_upper(c) : ascii_lower(c);
    is_first = false;
  }
  cursor_ = end;
}

bool LineBuffer::undo() {
  if (undo_.empty()) return false;
  text_ = std::move(undo_.back().text);
  cursor_ = undo_.back().cursor;
  undo_.pop_back();
  last_ = Last::kOther;
  return true;
}

}  // namespace doline::shell
