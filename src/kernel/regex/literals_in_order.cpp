#include "kernel/regex/literals_in_order.h"

namespace doline {

namespace {

/// `.*`, also one that takes as little as it can: for whether there is a match it is the same.
bool is_anything(const PatternNode& node) {
  if (node.kind != PatternNode::Kind::kRepeat || node.min != 0 || node.max != kRegexUnlimited)
    return false;
  if (node.children[0].kind != PatternNode::Kind::kSet) return false;
  std::bitset<256> set = node.children[0].set;
  return set.set('\n').all();
}

}  // namespace

std::optional<LiteralsInOrder> LiteralsInOrder::of(const ParsedPattern& pattern) {
  if (pattern.anchored_begin || pattern.anchored_end ||
      pattern.root.kind != PatternNode::Kind::kConcat) {
    return std::nullopt;
  }
  std::vector<std::string> literals(1);
  std::optional<bool> crosses_lines;
  for (const PatternNode& node : pattern.root.children) {
    if (node.kind == PatternNode::Kind::kLiteral) {
      literals.back() += node.literal;
      continue;
    }
    if (!is_anything(node)) return std::nullopt;
    const bool crosses = node.children[0].set.test('\n');
    if (crosses_lines.value_or(crosses) != crosses) return std::nullopt;
    crosses_lines = crosses;
    if (!literals.back().empty()) literals.emplace_back();
  }
  if (literals.back().empty()) literals.pop_back();
  if (literals.size() < 2) return std::nullopt;
  LiteralsInOrder made;
  made.crosses_lines_ = *crosses_lines;
  for (const std::string& literal : literals) {
    if (!made.crosses_lines_ && literal.find('\n') != std::string::npos) return std::nullopt;
    made.literals_.emplace_back(literal);
  }
  return made;
}

RegexOutcome LiteralsInOrder::search(std::string_view text) const {
  for (size_t line = 0;;) {
    const size_t first = literals_[0].find(text, line);
    if (first == std::string_view::npos) return RegexOutcome::kNoMatch;
    size_t end = first + literals_[0].text().size();
    const size_t line_end = crosses_lines_ ? std::string_view::npos : text.find('\n', end);
    size_t found = 1;
    for (; found < literals_.size(); ++found) {
      const size_t at = literals_[found].find(text.substr(0, line_end), end);
      if (at == std::string_view::npos) break;
      end = at + literals_[found].text().size();
    }
    if (found == literals_.size()) {
      const std::string_view match = text.substr(first, end - first);
      const char* const match_end = match.data() + match.size();
      return string_kernels().find_non_ascii(match.data(), match_end) == match_end
                 ? RegexOutcome::kMatch
                 : RegexOutcome::kUnknown;
    }
    if (line_end == std::string_view::npos) return RegexOutcome::kNoMatch;
    line = line_end + 1;
  }
}

}  // namespace doline
