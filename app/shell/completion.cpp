#include "shell/completion.h"

#include <algorithm>
#include <optional>

#include "base/ascii.h"
#include "shell/dot_commands.h"
#include "shell/highlighter.h"
#include "sql/lexer.h"
#include "sql/print.h"

namespace doline::shell {

namespace {

using sql::Keyword;
using sql::Token;
using sql::TokenKind;

bool begins_with(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return ascii_lower(a) == ascii_lower(b); });
}

bool is_sign(std::string_view text, const Token& token, std::string_view sign) {
  return token.kind == TokenKind::kPunctuation && token.in(text) == sign;
}
bool is_word(std::string_view text, const Token& token, std::string_view word) {
  return token.kind == TokenKind::kWord && ascii_lower(token.in(text)) == word;
}
bool is_name(const Token& token) {
  return token.kind == TokenKind::kQuotedIdentifier ||
         (token.kind == TokenKind::kWord &&
          (token.keyword == Keyword::kNoKeyword ||
           sql::category_of(token.keyword) != sql::KeywordCategory::kReserved));
}
std::string name_in(std::string_view text, const Token& token) {
  try {
    return sql::identifier_value(text, token);
  } catch (const std::exception&) {
    return {};
  }
}

/// The name as it is written: in quotes only where it must be.
std::string written(const std::string& name) {
  const Keyword keyword = sql::find_keyword(name);
  const bool may_stand_bare = keyword != Keyword::kNoKeyword &&
                              sql::category_of(keyword) == sql::KeywordCategory::kUnreserved;
  return may_stand_bare ? name : sql::quote_identifier(name);
}

/// Something in FROM, and what it is called there.
struct FromItem {
  std::string source;
  std::string alias;
};

/// The FROM items of one statement, whose tokens these are.
std::vector<FromItem> from_items(std::string_view text, const std::vector<Token>& tokens) {
  std::vector<FromItem> items;
  const auto take = [&](size_t at) -> size_t {  // the item that begins at `at`; where it ends
    const size_t begin = at;
    const bool is_file = tokens[at].kind == TokenKind::kString && !tokens[at].unfinished;
    if (!is_file && !is_name(tokens[at])) return at;
    std::string last = is_file ? std::string() : name_in(text, tokens[at]);
    ++at;
    while (!is_file && is_sign(text, tokens[at], ".") && is_name(tokens[at + 1])) {
      last = name_in(text, tokens[at + 1]);
      at += 2;
    }
    if (is_sign(text, tokens[at], "(")) {
      size_t depth = 0;
      do {
        if (is_sign(text, tokens[at], "(")) ++depth;
        if (is_sign(text, tokens[at], ")")) --depth;
        ++at;
      } while (depth > 0 && tokens[at].kind != TokenKind::kEnd);
      if (depth > 0) return at;
    }
    FromItem item{std::string(text.substr(tokens[begin].span.begin,
                                          tokens[at - 1].span.end - tokens[begin].span.begin)),
                  last};
    if (is_word(text, tokens[at], "as")) ++at;
    if (is_name(tokens[at]) && tokens[at].keyword == Keyword::kNoKeyword)
      item.alias = name_in(text, tokens[at++]);
    items.push_back(std::move(item));
    return at;
  };
  for (size_t i = 0; tokens[i].kind != TokenKind::kEnd;) {
    const bool begins = is_word(text, tokens[i], "from") || is_word(text, tokens[i], "join") ||
                        is_word(text, tokens[i], "into") || is_word(text, tokens[i], "update");
    ++i;
    if (!begins) continue;
    i = take(i);
    while (is_sign(text, tokens[i], ",")) {
      const size_t next = take(i + 1);
      if (next == i + 1) break;
      i = next;
    }
  }
  return items;
}

/// Collects candidates; what does not begin like the word is left out, and what is there already.
class Collector {
 public:
  explicit Collector(std::string prefix) : prefix_(std::move(prefix)) {}

  void add(const std::string& name, const std::string& written) {
    if (!begins_with(name, prefix_)) return;
    if (std::find(found_.begin(), found_.end(), written) == found_.end()) found_.push_back(written);
  }
  void names(std::vector<std::string> all) {
    std::sort(all.begin(), all.end());
    for (const std::string& name : all) add(name, written(name));
  }
  void calls(std::vector<std::string> all) {
    std::sort(all.begin(), all.end());
    for (const std::string& name : all) {
      const bool is_spelled =
          !name.empty() && (ascii_lower(name[0]) >= 'a' && ascii_lower(name[0]) <= 'z');
      if (is_spelled) add(name, name + "(");
    }
  }
  void keywords() {
    // As the person writes: lower case to lower case.
    const bool is_lower =
        std::any_of(prefix_.begin(), prefix_.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    for (const std::string& word : sql::keywords()) {
      if (is_usual_keyword(word)) add(word, is_lower ? ascii_lower(word) : word);
    }
  }
  std::vector<std::string> take() { return std::move(found_); }

 private:
  const std::string prefix_;
  std::vector<std::string> found_;
};

/// A path that was begun: its directory is looked into.
Completions complete_path(const std::string& path, size_t begin, const std::string& closing,
                          const Names& names) {
  Completions out{begin, {}};
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  const std::string prefix = path.substr(directory.size());
  std::vector<std::string> files = names.files(directory.empty() ? "." : directory);
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    // Hidden files only when asked for; here capitals count.
    if (!file.starts_with(prefix) || (file.starts_with('.') && prefix.empty())) continue;
    std::string whole = directory + file;
    if (!closing.empty()) {  // within quotes
      for (size_t at = 0; (at = whole.find('\'', at)) != std::string::npos; at += 2)
        whole.insert(at, "'");
    }
    out.candidates.push_back(whole + (file.ends_with('/') ? "" : closing));
  }
  return out;
}

Completions complete_dot_command(std::string_view head, size_t first, const Names& names) {
  const size_t space = head.find_first_of(" \t", first);
  if (space == std::string_view::npos) {
    Collector found{std::string(head.substr(first))};
    for (const DotCommand& command : dot_commands()) found.add(command.name, command.name);
    return {first, found.take()};
  }
  const DotCommand* command = find_dot_command(head.substr(first, space - first));
  if (command == nullptr) return {head.size(), {}};
  const size_t begin = head.find_last_of(" \t") + 1;
  const std::string prefix(head.substr(begin));
  Collector found{prefix};
  switch (command->takes) {
    case DotCommand::Takes::kNothing:
    case DotCommand::Takes::kText:
      break;
    case DotCommand::Takes::kSwitch:
      found.add("on", "on");
      found.add("off", "off");
      break;
    case DotCommand::Takes::kMode:
      for (const std::string& mode : output_mode_names()) found.add(mode, mode);
      break;
    case DotCommand::Takes::kTable:
      for (const std::string& name : names.tables()) found.add(name, name);
      break;
    case DotCommand::Takes::kFunction:
      for (const std::string& name : names.functions()) found.add(name, name);
      for (const std::string& name : names.table_functions()) found.add(name, name);
      break;
    case DotCommand::Takes::kFile:
      return complete_path(prefix, begin, "", names);
  }
  return {begin, found.take()};
}

/// The statement around the cursor: [begin, end) of the text.
std::pair<size_t, size_t> statement_around(std::string_view text, size_t cursor) {
  size_t begin = 0;
  for (const Token& token : sql::tokenize(text)) {
    if (!is_sign(text, token, ";")) continue;
    if (token.span.begin >= cursor) return {begin, token.span.begin};
    begin = token.span.end;
  }
  return {begin, text.size()};
}

std::vector<Token> without_comments(std::string_view text) {
  std::vector<Token> tokens = sql::tokenize(text);
  std::erase_if(tokens, [](const Token& token) {
    return token.kind == TokenKind::kComment && !token.unfinished;
  });
  return tokens;
}

/// Whether names of tables stand where the tokens end.
bool expects_table(std::string_view text, const std::vector<Token>& tokens, size_t count) {
  if (count == 0) return false;
  const Token& last = tokens[count - 1];
  for (const char* word :
       {"from", "join", "into", "table", "update", "describe", "summarize", "view"}) {
    if (is_word(text, last, word)) return true;
  }
  if (!is_sign(text, last, ",")) return false;
  // A comma: in FROM when that is the clause it stands in, at its own depth.
  int depth = 0;
  for (size_t i = count - 1; i-- > 0;) {
    if (is_sign(text, tokens[i], ")")) ++depth;
    if (is_sign(text, tokens[i], "(") && --depth < 0) return false;
    if (depth != 0 || tokens[i].kind != TokenKind::kWord) continue;
    for (const char* word :
         {"select", "where", "group", "order", "having", "on", "using", "limit", "set", "values"}) {
      if (is_word(text, tokens[i], word)) return false;
    }
    if (is_word(text, tokens[i], "from")) return true;
  }
  return false;
}

}  // namespace

std::string Completions::common_begin() const {
  if (candidates.empty()) return {};
  std::string common = candidates.front();
  for (const std::string& candidate : candidates) {
    size_t same = 0;
    while (same < common.size() && same < candidate.size() &&
           ascii_lower(common[same]) == ascii_lower(candidate[same]))
      ++same;
    common.resize(same);
  }
  while (!common.empty() && sql::find_invalid_utf8(common) != std::string_view::npos)
    common.pop_back();
  return common;
}

Completions complete(std::string_view text, size_t cursor, const Names& names) {
  const size_t first = text.find_first_not_of(" \t\n");
  if (first != std::string_view::npos && text[first] == '.' && cursor > first) {
    return complete_dot_command(text.substr(0, cursor), first, names);
  }
  const auto [begin, end] = statement_around(text, cursor);
  const std::string_view head = text.substr(begin, cursor - begin);
  const std::vector<Token> tokens = without_comments(head);
  size_t count = tokens.size() - 1;  // before the end
  const Token* last = count > 0 ? &tokens[count - 1] : nullptr;
  if (last && last->kind == TokenKind::kComment) return {cursor, {}};
  if (last && last->kind == TokenKind::kString && last->unfinished &&
      last->in(head).starts_with('\'')) {
    std::string path(last->in(head).substr(1));
    for (size_t at = 0; (at = path.find("''", at)) != std::string::npos; ++at) path.erase(at, 1);
    return complete_path(path, begin + last->span.begin + 1, "'", names);
  }
  std::string prefix;
  size_t word_begin = cursor;
  const bool is_quoted = last && last->kind == TokenKind::kQuotedIdentifier && last->unfinished;
  if (last && (is_quoted || (last->kind == TokenKind::kWord && last->span.end == head.size()))) {
    prefix = is_quoted ? std::string(last->in(head).substr(1)) : std::string(last->in(head));
    word_begin = begin + last->span.begin;
    --count;
  }
  Collector found(prefix);
  // Without the word, whose open quote would swallow what follows.
  const std::string around = std::string(text.substr(begin, word_begin - begin)) + "_ " +
                             std::string(text.substr(cursor, std::max(end, cursor) - cursor));
  const std::vector<FromItem> items = from_items(around, without_comments(around));
  // alias.column
  if (count > 1 && is_sign(head, tokens[count - 1], ".") && is_name(tokens[count - 2])) {
    const std::string qualifier = ascii_lower(name_in(head, tokens[count - 2]));
    for (const FromItem& item : items) {
      if (ascii_lower(item.alias) == qualifier) found.names(names.columns(item.source));
    }
    return {word_begin, found.take()};
  }
  if (expects_table(head, tokens, count)) {
    found.names(names.tables());
    if (!prefix.empty() && !is_quoted) found.calls(names.table_functions());
    return {word_begin, found.take()};
  }
  if (count > 0 &&
      (is_word(head, tokens[count - 1], "set") || is_word(head, tokens[count - 1], "reset"))) {
    found.names(names.settings());
    return {word_begin, found.take()};
  }
  for (const FromItem& item : items) found.names(names.columns(item.source));
  if (items.empty() && !prefix.empty() && is_word(head, tokens[0], "select")) {
    // FROM is not written yet: a column of any table.
    constexpr size_t kMostTables = 100;
    const std::vector<std::string> tables = names.tables();
    for (size_t i = 0; i < tables.size() && i < kMostTables; ++i)
      found.names(names.columns(written(tables[i])));
  }
  if (prefix.empty()) return {word_begin, found.take()};  // everything there is would help nobody
  for (const FromItem& item : items) found.names({item.alias});
  if (is_quoted) return {word_begin, found.take()};
  found.names(names.tables());
  found.calls(names.functions());
  found.keywords();
  return {word_begin, found.take()};
}

}  // namespace doline::shell
