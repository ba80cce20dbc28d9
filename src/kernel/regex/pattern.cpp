#include "kernel/regex/pattern.h"

#include <algorithm>
#include <utility>

namespace doline {
namespace {

using Kind = PatternNode::Kind;
using ByteMask = std::bitset<256>;

constexpr size_t kMaxPatternBytes = 4096;
constexpr uint32_t kMaxDepth = 50;

ByteMask range_of(unsigned first, unsigned last) {
  ByteMask mask;
  for (unsigned byte = first; byte <= last; ++byte) mask.set(byte);
  return mask;
}

ByteMask bytes_of(std::string_view bytes) {
  ByteMask mask;
  for (const char byte : bytes) mask.set(static_cast<unsigned char>(byte));
  return mask;
}

const ByteMask& digits() {
  static const ByteMask mask = range_of('0', '9');
  return mask;
}

const ByteMask& letters() {
  static const ByteMask mask = range_of('a', 'z') | range_of('A', 'Z');
  return mask;
}

/// \d, \s, \w and their negations.
std::optional<ByteMask> perl_class(char name) {
  switch (name) {
    case 'd':
      return digits();
    case 'D':
      return ~digits();
    case 's':
      return bytes_of("\t\n\f\r ");
    case 'S':
      return ~bytes_of("\t\n\f\r ");
    case 'w':
      return digits() | letters() | bytes_of("_");
    case 'W':
      return ~(digits() | letters() | bytes_of("_"));
    default:
      return std::nullopt;
  }
}

std::optional<ByteMask> posix_class(std::string_view name) {
  const ByteMask punctuation =
      range_of('!', '/') | range_of(':', '@') | range_of('[', '`') | range_of('{', '~');
  const std::pair<std::string_view, ByteMask> classes[] = {
      {"alnum", digits() | letters()},
      {"alpha", letters()},
      {"ascii", range_of(0, 0x7F)},
      {"blank", bytes_of("\t ")},
      {"cntrl", range_of(0, 0x1F) | range_of(0x7F, 0x7F)},
      {"digit", digits()},
      {"graph", range_of('!', '~')},
      {"lower", range_of('a', 'z')},
      {"print", range_of(' ', '~')},
      {"punct", punctuation},
      {"space", bytes_of("\t\n\v\f\r ")},
      {"upper", range_of('A', 'Z')},
      {"word", digits() | letters() | bytes_of("_")},
      {"xdigit", digits() | range_of('a', 'f') | range_of('A', 'F')},
  };
  for (const auto& [known, mask] : classes) {
    if (known == name) return mask;
  }
  return std::nullopt;
}

PatternNode literal_node(std::string bytes) {
  PatternNode node;
  node.kind = Kind::kLiteral;
  node.literal = std::move(bytes);
  return node;
}

PatternNode set_node(const ByteMask& set) {
  PatternNode node;
  node.kind = Kind::kSet;
  node.set = set;
  return node;
}

/// Recursive descent. A method that returns nullopt has met something it does not know.
class Parser {
 public:
  Parser(std::string_view pattern, const RegexOptions& options)
      : pattern_(pattern), options_(options) {}

  std::optional<ParsedPattern> parse() {
    ParsedPattern parsed;
    if (take("^") || take("\\A")) parsed.anchored_begin = true;
    auto root = alternation(0);
    if (!root) return std::nullopt;
    if (take("$") || take("\\z")) parsed.anchored_end = true;
    if (!rest().empty()) return std::nullopt;
    // In ^a|b the anchors belong to one branch only.
    const bool anchored = parsed.anchored_begin || parsed.anchored_end;
    if (anchored && root->kind == Kind::kAlternate) return std::nullopt;
    parsed.root = std::move(*root);
    parsed.group_count = group_count_;
    return parsed;
  }

 private:
  std::string_view rest() const { return pattern_.substr(at_); }
  bool done() const { return at_ == pattern_.size(); }
  char peek() const { return pattern_[at_]; }
  bool take(std::string_view word) {
    if (!rest().starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  std::optional<PatternNode> alternation(uint32_t depth) {
    if (depth > kMaxDepth) return std::nullopt;
    PatternNode node;
    node.kind = Kind::kAlternate;
    do {
      auto branch = concatenation(depth);
      if (!branch) return std::nullopt;
      node.children.push_back(std::move(*branch));
    } while (take("|"));
    return node.children.size() == 1 ? std::move(node.children[0]) : std::move(node);
  }

  std::optional<PatternNode> concatenation(uint32_t depth) {
    PatternNode node;
    node.kind = Kind::kConcat;
    while (!done() && peek() != '|' && peek() != ')' && peek() != '$' && rest() != "\\z") {
      auto piece = atom(depth);
      if (!piece) return std::nullopt;
      bool repeated = false;
      if (!quantifier(*piece, repeated)) return std::nullopt;
      const bool joins = !repeated && piece->kind == Kind::kLiteral && !node.children.empty() &&
                         node.children.back().kind == Kind::kLiteral;
      if (joins) {
        node.children.back().literal += piece->literal;
      } else {
        node.children.push_back(std::move(*piece));
      }
    }
    if (node.children.empty()) return PatternNode{};
    return node.children.size() == 1 ? std::move(node.children[0]) : std::move(node);
  }

  /// Wraps `piece` if a quantifier follows. False for one that is not understood.
  bool quantifier(PatternNode& piece, bool& repeated) {
    PatternNode repeat;
    repeat.kind = Kind::kRepeat;
    if (take("*")) {
      repeat.max = kRegexUnlimited;
    } else if (take("+")) {
      repeat.min = 1;
      repeat.max = kRegexUnlimited;
    } else if (take("?")) {
      repeat.max = 1;
    } else if (take("{")) {
      if (!counts(repeat)) return false;
    } else {
      return true;
    }
    repeated = true;
    repeat.greedy = !take("?");
    if (!done() && (peek() == '*' || peek() == '+' || peek() == '?' || peek() == '{')) return false;
    repeat.children.push_back(std::move(piece));
    piece = std::move(repeat);
    return true;
  }

  /// The rest of {m}, {m,} or {m,n}. RE2 takes any other brace as text; we leave that to it.
  bool counts(PatternNode& repeat) {
    if (!number(repeat.min)) return false;
    repeat.max = repeat.min;
    if (take(",")) {
      repeat.max = kRegexUnlimited;
      if (!done() && peek() != '}' && !number(repeat.max)) return false;
    }
    return take("}") && repeat.min <= repeat.max;
  }

  bool number(uint32_t& value) {
    const size_t begin = at_;
    value = 0;
    while (!done() && peek() >= '0' && peek() <= '9' && at_ - begin < 4) {
      value = value * 10 + static_cast<uint32_t>(pattern_[at_++] - '0');
    }
    // RE2 takes {02} as text.
    const bool padded = at_ - begin > 1 && pattern_[begin] == '0';
    return at_ > begin && value <= 1000 && !padded;
  }

  std::optional<PatternNode> atom(uint32_t depth) {
    const char first = peek();
    switch (first) {
      case '(':
        return group(depth);
      case '[':
        return bracket();
      case '.': {
        ++at_;
        ByteMask all;
        all.set();
        if (!options_.dot_matches_newline) all.reset('\n');
        return set_node(all);
      }
      case '\\':
        return escape();
      case '*':
      case '+':
      case '?':
      case '{':
      case '^':
        return std::nullopt;
      default:
        break;
    }
    // One code point; RE2 has checked that the pattern is UTF-8.
    size_t size = 1;
    while (at_ + size < pattern_.size() && (pattern_[at_ + size] & 0xC0) == 0x80) ++size;
    if (size > 1 && options_.encoding != TextEncoding::kUtf8) return std::nullopt;
    if (static_cast<unsigned char>(first) >= 0x80 && size == 1) return std::nullopt;
    std::string bytes(pattern_.substr(at_, size));
    at_ += size;
    return literal_node(std::move(bytes));
  }

  std::optional<PatternNode> group(uint32_t depth) {
    bool captures = true;
    if (take("(?:")) {
      captures = false;
    } else if (take("(?P<")) {
      const size_t close = rest().find('>');
      if (close == std::string_view::npos) return std::nullopt;
      at_ += close + 1;
    } else if (rest().starts_with("(?")) {
      return std::nullopt;
    } else {
      ++at_;
    }
    const uint32_t number = captures ? ++group_count_ : 0;
    auto inner = alternation(depth + 1);
    if (!inner || !take(")")) return std::nullopt;
    PatternNode node;
    if (!captures) {
      // A node of its own keeps (?:ab)* from being read as ab*, and ^(?:a|b) as ^a|b.
      if (inner->kind != Kind::kLiteral && inner->kind != Kind::kAlternate) return inner;
      node.kind = Kind::kConcat;
    } else {
      node.kind = Kind::kGroup;
      node.group = number;
    }
    node.children.push_back(std::move(*inner));
    return node;
  }

  std::optional<PatternNode> escape() {
    if (at_ + 1 >= pattern_.size()) return std::nullopt;
    if (const auto mask = perl_class(pattern_[at_ + 1])) {
      at_ += 2;
      return set_node(*mask);
    }
    const auto byte = escaped_byte();
    if (!byte) return std::nullopt;
    return literal_node(std::string(1, *byte));
  }

  /// An escape that stands for one ASCII byte; at_ is at the backslash.
  std::optional<char> escaped_byte() {
    ++at_;
    if (done()) return std::nullopt;
    const char name = pattern_[at_++];
    switch (name) {
      case 'a':
        return '\a';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'v':
        return '\v';
      case 'x': {
        const auto hex = [](char digit) {
          if (digit >= '0' && digit <= '9') return digit - '0';
          if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
          if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
          return -1;
        };
        if (rest().size() < 2) return std::nullopt;
        const int high = hex(pattern_[at_]);
        const int low = hex(pattern_[at_ + 1]);
        if (high < 0 || high > 7 || low < 0) return std::nullopt;
        at_ += 2;
        return static_cast<char>(high * 16 + low);
      }
      default:
        break;
    }
    const bool mark = static_cast<unsigned char>(name) < 0x80 && !(name >= 'a' && name <= 'z') &&
                      !(name >= 'A' && name <= 'Z') && !(name >= '0' && name <= '9');
    if (!mark) return std::nullopt;
    return name;
  }

  std::optional<PatternNode> bracket() {
    ++at_;
    const bool negated = take("^");
    ByteMask mask;
    for (bool first = true; first || (!done() && peek() != ']'); first = false) {
      if (done()) return std::nullopt;
      if (rest().starts_with("[:")) {
        const size_t close = rest().find(":]");
        if (close == std::string_view::npos) return std::nullopt;
        std::string_view name = rest().substr(2, close - 2);
        const bool inverse = name.starts_with('^');
        const auto known = posix_class(inverse ? name.substr(1) : name);
        if (!known) return std::nullopt;
        mask |= inverse ? ~*known : *known;
        at_ += close + 2;
        continue;
      }
      if (peek() == '\\' && at_ + 1 < pattern_.size()) {
        if (const auto known = perl_class(pattern_[at_ + 1])) {
          mask |= *known;
          at_ += 2;
          continue;
        }
      }
      const auto low = bracket_byte();
      if (!low) return std::nullopt;
      auto high = low;
      if (rest().size() >= 2 && peek() == '-' && pattern_[at_ + 1] != ']') {
        ++at_;
        high = bracket_byte();
        if (!high || *high < *low) return std::nullopt;
      }
      mask |= range_of(static_cast<unsigned char>(*low), static_cast<unsigned char>(*high));
    }
    if (!take("]")) return std::nullopt;
    if (negated) mask = ~mask;
    if (mask.none()) return std::nullopt;
    return set_node(mask);
  }

  std::optional<char> bracket_byte() {
    if (done()) return std::nullopt;
    if (peek() == '\\') return escaped_byte();
    if (static_cast<unsigned char>(peek()) >= 0x80) return std::nullopt;
    return pattern_[at_++];
  }

  std::string_view pattern_;
  const RegexOptions& options_;
  size_t at_ = 0;
  uint32_t group_count_ = 0;
};

/// Literals every match has, in order; `run` is the one that still grows at its end.
void collect_literals(const PatternNode& node, std::string& run, std::string& best) {
  const auto close = [&] {
    if (run.size() > best.size()) best = run;
    run.clear();
  };
  switch (node.kind) {
    case Kind::kEmpty:
      return;
    case Kind::kLiteral:
      run += node.literal;
      return;
    case Kind::kConcat:
    case Kind::kGroup:
      for (const PatternNode& child : node.children) collect_literals(child, run, best);
      return;
    case Kind::kRepeat:
      if (node.min == 0) {
        close();
        return;
      }
      // The first copy continues what stands before; what comes after the last is unknown here.
      collect_literals(node.children[0], run, best);
      if (node.max > 1) close();
      return;
    case Kind::kSet:
    case Kind::kAlternate:
      close();
      return;
  }
}

}  // namespace

bool PatternNode::matches_empty() const {
  switch (kind) {
    case Kind::kEmpty:
      return true;
    case Kind::kLiteral:
    case Kind::kSet:
      return false;
    case Kind::kConcat:
    case Kind::kGroup:
      return std::all_of(children.begin(), children.end(),
                         [](const PatternNode& child) { return child.matches_empty(); });
    case Kind::kAlternate:
      return std::any_of(children.begin(), children.end(),
                         [](const PatternNode& child) { return child.matches_empty(); });
    case Kind::kRepeat:
      return min == 0 || children[0].matches_empty();
  }
  return true;
}

bool PatternNode::is_single() const {
  return kind == Kind::kSet || (kind == Kind::kLiteral && literal.size() == 1);
}

std::string ParsedPattern::required_literal() const {
  std::string run;
  std::string best;
  collect_literals(root, run, best);
  return run.size() > best.size() ? run : best;
}

std::optional<ParsedPattern> parse_pattern(std::string_view pattern, const RegexOptions& options) {
  if (!options.case_sensitive || pattern.size() > kMaxPatternBytes) return std::nullopt;
  if (options.literal) {
    const bool ascii = std::all_of(pattern.begin(), pattern.end(), [](char byte) {
      return static_cast<unsigned char>(byte) < 0x80;
    });
    if (!ascii && options.encoding != TextEncoding::kUtf8) return std::nullopt;
    ParsedPattern parsed;
    if (!pattern.empty()) parsed.root = literal_node(std::string(pattern));
    return parsed;
  }
  return Parser(pattern, options).parse();
}

}  // namespace doline
