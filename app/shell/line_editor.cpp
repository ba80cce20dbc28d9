#include "shell/line_editor.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "shell/display.h"

namespace doline::shell {

namespace {

/// How long an escape byte may stand alone before it is the Escape key.
constexpr int kEscapeMs = 50;

}  // namespace

LineEditor::Read LineEditor::read() {
  std::optional<Terminal::RawMode> raw(std::in_place, terminal_);
  buffer_.clear();
  history_at_ = history_.size();
  unfinished_.clear();
  search_.reset();
  below_.clear();
  last_was_tab_ = false;
  draw();
  while (true) {
    const std::optional<Key> key = next_key();
    if (!key) {
      draw(true);
      screen_.finish();
      return {Outcome::kEnd, {}};
    }
    below_.clear();
    if (key->code == KeyCode::kControl && key->text == "z") {
      screen_.finish();
      raw.reset();
      ::kill(0, SIGTSTP);  // goes on here when the shell that started this one brings it back
      raw.emplace(terminal_);
      draw();
      continue;
    }
    const bool is_tab = key->code == KeyCode::kTab;
    if (search_ && press_in_search(*key)) {
      draw();
      continue;
    }
    const std::optional<Outcome> outcome = press(*key);
    last_was_tab_ = is_tab;
    // A paste of many lines is drawn once.
    if (!outcome) {
      if (!keys_.has_pending()) draw();
      continue;
    }
    buffer_.end();
    draw(true);
    if (*outcome == Outcome::kAbandoned) terminal_.write("^C");
    screen_.finish();
    return {*outcome, buffer_.text()};
  }
}

std::optional<Key> LineEditor::next_key() {
  std::string bytes;
  bool is_all = false;
  while (true) {
    if (auto key = keys_.next(is_all)) return key;
    bytes.clear();
    switch (terminal_.read(bytes, keys_.has_pending() ? kEscapeMs : -1)) {
      case Terminal::Input::kBytes:
        keys_.feed(bytes);
        is_all = false;
        break;
      case Terminal::Input::kNothing:
        is_all = keys_.has_pending();
        break;
      case Terminal::Input::kResized:
        screen_.resized();
        draw();
        break;
      case Terminal::Input::kEnd:
        return std::nullopt;
    }
  }
}

std::optional<LineEditor::Outcome> LineEditor::press(const Key& key) {
  switch (key.code) {
    case KeyCode::kText:
    case KeyCode::kPaste:
      buffer_.insert(key.text);
      break;
    case KeyCode::kControl:
      return control(key.text[0]);
    case KeyCode::kMeta:
      meta(key.text[0]);
      break;
    case KeyCode::kEnter:
      return enter();
    case KeyCode::kMetaEnter:
      buffer_.insert("\n");
      break;
    case KeyCode::kTab:
      complete_word(last_was_tab_);
      break;
    case KeyCode::kBackspace:
      buffer_.erase_left();
      break;
    case KeyCode::kMetaBackspace:
      buffer_.cut_word_left();
      break;
    case KeyCode::kDelete:
      buffer_.erase_right();
      break;
    case KeyCode::kLeft:
      buffer_.left();
      break;
    case KeyCode::kRight:
      buffer_.right();
      break;
    case KeyCode::kWordLeft:
      buffer_.word_left();
      break;
    case KeyCode::kWordRight:
      buffer_.word_right();
      break;
    case KeyCode::kHome:
      buffer_.line_begin();
      break;
    case KeyCode::kEnd:
      buffer_.line_end();
      break;
    case KeyCode::kUp:
      if (!buffer_.up()) look_older();
      break;
    case KeyCode::kDown:
      if (!buffer_.down()) look_newer();
      break;
    case KeyCode::kPageUp:
      look_older();
      break;
    case KeyCode::kPageDown:
      look_newer();
      break;
    case KeyCode::kEscape:
    case KeyCode::kBackTab:
    case KeyCode::kUnknown:
      break;
  }
  return std::nullopt;
}

std::optional<LineEditor::Outcome> LineEditor::control(char letter) {
  switch (letter) {
    case 'a':
      buffer_.line_begin();
      break;
    case 'b':
      buffer_.left();
      break;
    case 'c':
      return Outcome::kAbandoned;
    case 'd':
      if (buffer_.empty()) return Outcome::kEnd;
      buffer_.erase_right();
      break;
    case 'e':
      buffer_.line_end();
      break;
    case 'f':
      buffer_.right();
      break;
    case 'k':
      buffer_.cut_to_line_end();
      break;
    case 'l':
      screen_.clear();
      break;
    case 'n':
      look_newer();
      break;
    case 'p':
      look_older();
      break;
    case 'r':
      start_search();
      break;
    case 't':
      buffer_.transpose();
      break;
    case 'u':
      buffer_.cut_to_line_begin();
      break;
    case 'w':
      buffer_.cut_argument_left();
      break;
    case 'y':
      buffer_.paste();
      break;
    case '_' - 'A' + 'a':
      buffer_.undo();
      break;  // Ctrl-_
    default:
      break;
  }
  return std::nullopt;
}

void LineEditor::meta(char letter) {
  switch (letter) {
    case 'b':
      buffer_.word_left();
      break;
    case 'f':
      buffer_.word_right();
      break;
    case 'd':
      buffer_.cut_word_right();
      break;
    case 'u':
      buffer_.change_word_case(LineBuffer::Case::kUpper);
      break;
    case 'l':
      buffer_.change_word_case(LineBuffer::Case::kLower);
      break;
    case 'c':
      buffer_.change_word_case(LineBuffer::Case::kCapital);
      break;
    case '<':
      if (history_.size() > 0) show_history(0);
      break;
    case '>':
      show_history(history_.size());
      break;
    default:
      break;
  }
}

std::optional<LineEditor::Outcome> LineEditor::enter() {
  const std::string& text = buffer_.text();
  const bool is_blank = text.find_first_not_of(" \t\n") == std::string::npos;
  if (is_blank || settings_.is_complete(text)) return Outcome::kText;
  buffer_.insert("\n");
  return std::nullopt;
}

void LineEditor::show_history(size_t index) {
  if (history_at_ == history_.size()) unfinished_ = buffer_.text();
  history_at_ = index;
  buffer_.set(index == history_.size() ? unfinished_ : history_[index]);
}

void LineEditor::look_older() {
  if (history_at_ > 0) show_history(history_at_ - 1);
}

void LineEditor::look_newer() {
  if (history_at_ < history_.size()) show_history(history_at_ + 1);
}

void LineEditor::start_search() {
  search_.emplace();
  search_->before = buffer_.text();
}

void LineEditor::search_on(bool older, bool from_here) {
  HistorySearch& search = *search_;
  std::optional<size_t> found;
  if (older) {
    const size_t before = search.found ? *search.found + (from_here ? 1 : 0) : history_.size();
    found = history_.find_older(search.wanted, before);
  } else if (search.found) {
    found = history_.find_newer(search.wanted, *search.found);
  }
  search.has_failed = !found;
  if (!found) return;
  search.found = found;
  history_at_ = *found;
  buffer_.set(history_[*found]);
}

bool LineEditor::press_in_search(const Key& key) {
  HistorySearch& search = *search_;
  if (key.code == KeyCode::kText || key.code == KeyCode::kPaste) {
    search.wanted += key.text;
    search_on(true, true);
    return true;
  }
  if (key.code == KeyCode::kBackspace) {
    if (!search.wanted.empty())
      search.wanted.resize(previous_character(search.wanted, search.wanted.size()));
    search.found.reset();
    search_on(true, true);
    return true;
  }
  if (key.code == KeyCode::kControl && (key.text == "r" || key.text == "s")) {
    search_on(key.text == "r", false);
    return true;
  }
  const bool gives_up = key.code == KeyCode::kControl && (key.text == "g" || key.text == "c");
  if (gives_up) {
    buffer_.set(search.before);
    history_at_ = history_.size();
  }
  search_.reset();
  return gives_up || key.code == KeyCode::kEscape;
}

void LineEditor::complete_word(bool lists) {
  const std::string& text = buffer_.text();
  const size_t cursor = buffer_.cursor();
  // At a line's begin a tab indents.
  const size_t line = text.rfind('\n', cursor == 0 ? 0 : cursor - 1);
  const std::string_view before = std::string_view(text).substr(
      line == std::string::npos || line >= cursor ? 0 : line + 1, std::string::npos);
  const std::string_view indent = before.substr(0, before.size() - (text.size() - cursor));
  if (!text.empty() && text.find('\n') != std::string::npos &&
      indent.find_first_not_of(' ') == std::string_view::npos) {
    buffer_.insert("  ");
    return;
  }
  if (settings_.names == nullptr) return;
  const Completions found = complete(text, cursor, *settings_.names);
  if (found.candidates.empty()) return;
  const std::string common = found.common_begin();
  const std::string word = text.substr(found.begin, cursor - found.begin);
  if (found.candidates.size() == 1) {
    const std::string& only = found.candidates.front();
    // What goes on (a directory, a call) is not followed by a space.
    const bool goes_on = only.ends_with('/') || only.ends_with('(') || only.ends_with('\'');
    buffer_.replace_before_cursor(found.begin, goes_on || cursor < text.size() ? only : only + " ");
    return;
  }
  if (common.size() > word.size()) {
    buffer_.replace_before_cursor(found.begin, common);
    return;
  }
  (void)lists;
  below_ = listed(found.candidates);
}

std::vector<std::string> LineEditor::listed(const std::vector<std::string>& candidates) const {
  const size_t columns = terminal_.columns();
  const size_t most_lines = std::max<size_t>(3, terminal_.rows() / 2);
  size_t widest = 0;
  for (const std::string& candidate : candidates)
    widest = std::max(widest, display_width(candidate) + 2);
  widest = std::min(widest, columns);
  const size_t across = std::max<size_t>(1, columns / widest);
  const size_t lines = std::min(most_lines, (candidates.size() + across - 1) / across);
  std::vector<std::string> out(lines);
  for (size_t i = 0; i < candidates.size() && i < lines * across; ++i) {
    out[i % lines] += padded(cut_to_width(candidates[i], widest - std::min<size_t>(widest, 2)),
                             widest, Alignment::kLeft);
  }
  if (candidates.size() > lines * across)
    out.push_back(fmt::format("and {} more", candidates.size() - lines * across));
  return out;
}

void LineEditor::draw(bool is_final) {
  const size_t columns = terminal_.columns();
  Prompts prompts = settings_.prompts;
  if (search_ && !is_final) {
    prompts.first =
        fmt::format("({}search) '{}': ", search_->has_failed ? "no such " : "", search_->wanted);
  }
  Drawing drawing = lay_out(buffer_.text(), buffer_.cursor(), highlight(buffer_.text()), prompts,
                            columns, palette_);
  if (!is_final) {
    for (const std::string& line : below_) {
      const std::string fits = cut_to_width(line, columns);
      drawing.rows.push_back({palette_.paint(Style::kFaint, fits), display_width(fits)});
    }
  }
  screen_.draw(std::move(drawing));
}

}  // namespace doline::shell
