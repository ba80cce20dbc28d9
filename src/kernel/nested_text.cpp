#include "kernel/nested_text.h"

namespace doline {

namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_null_word(std::string_view text) {
  return text.size() == 4 && (text[0] | 32) == 'n' && (text[1] | 32) == 'u' &&
         (text[2] | 32) == 'l' && (text[3] | 32) == 'l';
}

char closing(char open) { return open == '[' ? ']' : open == '{' ? '}' : ')'; }

}  // namespace

void NestedText::skip_spaces() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

bool NestedText::take(char bracket) {
  if (at_ == text_.size() || text_[at_] != bracket) return false;
  ++at_;
  skip_spaces();
  return true;
}

bool NestedText::at_end() {
  skip_spaces();
  return at_ == text_.size();
}

bool NestedText::quoted(std::string& value, bool raw) {
  const char quote = text_[at_++];
  if (raw) value += quote;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (c == '\\' && at_ + 1 < text_.size()) {
      if (raw) value += c;
      value += text_[++at_];
      continue;
    }
    if (c == quote) {
      if (raw) value += c;
      ++at_;
      return true;
    }
    value += c;
  }
  return false;
}

bool NestedText::item(char stop, char other_stop, std::string& value, bool& is_null) {
  skip_spaces();
  value.clear();
  std::string open;  // closing brackets still to come
  bool any_quotes = false;
  size_t kept = 0;  // bytes that trailing spaces may not shorten
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (open.empty() && (c == stop || c == other_stop)) break;
    if (c == '"' || c == '\'') {
      any_quotes |= open.empty();
      if (!quoted(value, !open.empty())) return false;
      kept = value.size();
      continue;
    }
    if (c == '[' || c == '{' || c == '(') {
      open += closing(c);
    } else if (!open.empty() && c == open.back()) {
      open.pop_back();
    }
    value += c;
    ++at_;
  }
  if (at_ == text_.size() || !open.empty()) return false;
  while (value.size() > kept && is_space(value.back())) value.pop_back();
  is_null = !any_quotes && is_null_word(value);
  return true;
}

}  // namespace doline
