#include "io/glob.h"

#include "base/error.h"

namespace doline {

namespace {

constexpr size_t kMostPatterns = 4096;

/// Where the brace at `open` closes; npos when it does not. Commas of its own level go to
/// `commas`.
size_t find_close(std::string_view pattern, size_t open, std::vector<size_t>& commas) {
  size_t depth = 0;
  for (size_t i = open; i < pattern.size(); ++i) {
    switch (pattern[i]) {
      case '\\':
        ++i;
        break;
      case '{':
        ++depth;
        break;
      case '}':
        if (--depth == 0) return i;
        break;
      case ',':
        if (depth == 1) commas.push_back(i);
        break;
      default:
        break;
    }
  }
  return std::string_view::npos;
}

/// The end of the class that begins at `pattern[0]` == '['; npos when it never ends, and then
/// '[' means itself. `]` right after the opening is a member.
size_t class_end(std::string_view pattern) {
  size_t i = 1;
  if (i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^')) ++i;
  for (const size_t first = i; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) {
      ++i;
    } else if (pattern[i] == ']' && i > first) {
      return i;
    }
  }
  return std::string_view::npos;
}

/// `members` is what stands between the brackets.
bool class_has(std::string_view members, char c) {
  bool negated = false;
  if (members.starts_with('!') || members.starts_with('^')) {
    negated = true;
    members.remove_prefix(1);
  }
  const auto take = [&members] {
    if (members.starts_with('\\') && members.size() > 1) members.remove_prefix(1);
    const auto taken = static_cast<unsigned char>(members.front());
    members.remove_prefix(1);
    return taken;
  };
  const auto wanted = static_cast<unsigned char>(c);
  bool found = false;
  while (!members.empty()) {
    const unsigned char low = take();
    unsigned char high = low;
    if (members.size() >= 2 && members.front() == '-') {
      members.remove_prefix(1);
      high = take();
    }
    found |= low <= wanted && wanted <= high;
  }
  return found != negated;
}

/// Matches one unit of `pattern` (no star) against the front of `name`. Tells the lengths both
/// sides used.
bool match_one(std::string_view pattern, std::string_view name, size_t& used_pattern,
               size_t& used_name) {
  used_pattern = used_name = 1;
  switch (pattern.front()) {
    case '?':  // one character: a lead byte takes its continuation bytes along
      while (used_name < name.size() && (name[used_name] & '\xc0') == '\x80') ++used_name;
      return true;
    case '[': {
      const size_t end = class_end(pattern);
      if (end == std::string_view::npos) break;
      used_pattern = end + 1;
      return class_has(pattern.substr(1, end - 1), name.front());
    }
    case '\\':
      if (pattern.size() < 2) break;
      used_pattern = 2;
      return pattern[1] == name.front();
    default:
      break;
  }
  return pattern.front() == name.front();
}

}  // namespace

bool has_glob_signs(std::string_view pattern) {
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (std::string_view("*?[{").find(pattern[i]) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

std::vector<std::string> expand_braces(std::string_view pattern) {
  std::vector<std::string> done;
  std::vector<std::string> todo = {std::string(pattern)};
  // Depth first with the first alternative on top, so that results come in writing order. Each
  // turn takes one brace pair away; the count of patterns bounds the rest.
  while (!todo.empty()) {
    const std::string next = std::move(todo.back());
    todo.pop_back();
    size_t open = 0;
    size_t close = std::string::npos;
    std::vector<size_t> cuts;
    for (; open < next.size(); ++open) {
      if (next[open] == '\\') {
        ++open;
        continue;
      }
      if (next[open] != '{') continue;
      cuts.clear();
      close = find_close(next, open, cuts);
      if (close != std::string::npos && !cuts.empty()) break;  // "{a}" has nothing to choose
      close = std::string::npos;
    }
    if (close == std::string::npos) {
      done.push_back(next);
    } else {
      cuts.push_back(close);
      const std::string head = next.substr(0, open);
      const std::string tail = next.substr(close + 1);
      for (size_t i = cuts.size(); i-- > 0;) {
        const size_t begin = i == 0 ? open + 1 : cuts[i - 1] + 1;
        todo.push_back(head + next.substr(begin, cuts[i] - begin) + tail);
      }
    }
    if (done.size() + todo.size() > kMostPatterns) {
      throw Error(ErrorCode::kInvalidArgument, "the braces in \"{}\" stand for more than {} paths",
                  pattern, kMostPatterns)
          .hint("use * or ?, or pass a list of paths");
    }
  }
  return done;
}

bool glob_matches(std::string_view pattern, std::string_view name) {
  if (name.starts_with('.') && !pattern.starts_with('.')) return false;
  // The last star seen is where to go on from when the rest does not fit; going back further
  // could not find anything that this does not.
  size_t p = 0;
  size_t n = 0;
  size_t star = std::string_view::npos;
  size_t star_name = 0;
  while (n < name.size()) {
    size_t used_pattern;
    size_t used_name;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_name = n;
    } else if (p < pattern.size() &&
               match_one(pattern.substr(p), name.substr(n), used_pattern, used_name)) {
      p += used_pattern;
      n += used_name;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++star_name;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string without_escapes(std::string_view pattern) {
  std::string out;
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '\\' && i + 1 < pattern.size()) ++i;
    out += pattern[i];
  }
  return out;
}

}  // namespace doline
