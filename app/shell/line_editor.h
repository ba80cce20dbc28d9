#pragma once

#include <functional>
#include <optional>
#include <string>

#include "shell/completion.h"
#include "shell/history.h"
#include "shell/keys.h"
#include "shell/line_buffer.h"
#include "shell/screen.h"
#include "shell/terminal.h"

namespace doline::shell {

/// A search back through the history, as it is typed.
struct HistorySearch {
  std::string wanted;
  std::optional<size_t> found;
  bool has_failed = false;
  std::string before;  // what was being edited
};

/// Lets a person write a text of one or more lines, with the keys that readline has. Enter hands
/// the text over once it is complete and begins another line before that; Alt-Enter always begins
/// a line. Used by one thread.
class LineEditor {
 public:
  struct Settings {
    Prompts prompts;
    std::function<bool(std::string_view)> is_complete;
    const Names* names = nullptr;
  };
  LineEditor(Terminal& terminal, History& history, Palette palette, Settings settings)
      : terminal_(terminal),
        history_(history),
        palette_(palette),
        settings_(std::move(settings)),
        screen_(terminal) {}

  enum class Outcome : uint8_t { kText, kAbandoned, kEnd };
  struct Read {
    Outcome outcome;
    std::string text;
  };
  Read read();

 private:
  std::optional<Key> next_key();
  /// What ends the reading, if the key does.
  std::optional<Outcome> press(const Key& key);
  std::optional<Outcome> control(char letter);
  void meta(char letter);
  bool press_in_search(const Key& key);  // false: the search is over and the key still counts
  void look_older();
  void look_newer();
  void show_history(size_t index);
  void start_search();
  void search_on(bool older, bool from_here);
  void complete_word(bool lists);
  std::optional<Outcome> enter();
  void draw(bool is_final = false);
  std::vector<std::string> listed(const std::vector<std::string>& candidates) const;

  Terminal& terminal_;
  History& history_;
  const Palette palette_;
  const Settings settings_;
  Screen screen_;
  KeyDecoder keys_;
  LineBuffer buffer_;
  size_t history_at_ = 0;   // size(): what is being written
  std::string unfinished_;  // that, while the history is looked at
  std::optional<HistorySearch> search_;
  std::vector<std::string> below_;  // lines under the text, until the next key
  bool last_was_tab_ = false;
};

}  // namespace doline::shell
