#include "kernel/json/json_tree.h"

#include <fmt/format.h>
#include <simdjson.h>

#include "base/bits.h"
#include "kernel/json/json_text.h"

namespace doline {

namespace {

/// Whether one of the eight bytes is a quote, a backslash or a control character.
bool has_special(uint64_t word) {
  constexpr uint64_t kOnes = 0x0101010101010101;
  constexpr uint64_t kHigh = 0x8080808080808080;
  const auto has_zero = [](uint64_t w) { return (w - kOnes) & ~w & kHigh; };
  const uint64_t quotes = has_zero(word ^ (kOnes * '"'));
  const uint64_t escapes = has_zero(word ^ (kOnes * '\\'));
  const uint64_t controls = (word - kOnes * 0x20) & ~word & kHigh;
  return (quotes | escapes | controls) != 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }

}  // namespace

bool JsonTree::fail(size_t at, const char* why) {
  error_at_ = at;
  error_ = why;
  return false;
}

std::string JsonTree::error() const { return fmt::format("{} at byte {}", error_, error_at_); }

void JsonTree::skip_spaces() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return;
    ++at_;
  }
}

bool JsonTree::scan_string(JsonNode& node) {
  const char* const data = text_.data();
  const size_t size = text_.size();
  size_t at = at_ + 1;
  for (;;) {
    while (size - at >= 8 && !has_special(load_unaligned<uint64_t>(data + at))) at += 8;
    while (at < size && data[at] != '"' && data[at] != '\\' && static_cast<uint8_t>(data[at]) >= 0x20) ++at;
    if (at == size) return fail(at_, "a string without an end");
    if (data[at] == '"') break;
    if (data[at] != '\\') return fail(at, "a control character in a string");
    node.escaped = true;
    if (at + 1 == size) return fail(at_, "a string without an end");
    const char escape = data[at + 1];
    if (escape == 'u') {
      if (size - at < 6 || !is_hex(data[at + 2]) || !is_hex(data[at + 3]) || !is_hex(data[at + 4]) ||
          !is_hex(data[at + 5])) {
        return fail(at, "an escape that is no \\uXXXX");
      }
      at += 6;
    } else if (std::string_view("\"\\/bfnrt").find(escape) != std::string_view::npos) {
      at += 2;
    } else {
      return fail(at, "an unknown escape");
    }
  }
  at_ = at + 1;
  return true;
}

bool JsonTree::scan_number(JsonNode& node) {
  const size_t begin = at_;
  const auto peek = [&] { return at_ < text_.size() ? text_[at_] : '\0'; };
  const auto digits = [&] {
    if (!is_digit(peek())) return false;
    while (is_digit(peek())) ++at_;
    return true;
  };
  node.kind = JsonKind::kInteger;
  if (peek() == '-') ++at_;
  if (peek() == '0') {
    ++at_;
  } else if (!digits()) {
    return fail(begin, "unexpected character");
  }
  if (peek() == '.') {
    ++at_;
    node.kind = JsonKind::kReal;
    if (!digits()) return fail(begin, "a number without digits after its point");
  }
  if (peek() == 'e' || peek() == 'E') {
    ++at_;
    node.kind = JsonKind::kReal;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) return fail(begin, "a number without digits in its exponent");
  }
  return true;
}

bool JsonTree::scan_word(std::string_view word) {
  if (text_.substr(at_, word.size()) != word) return fail(at_, "unexpected character");
  at_ += word.size();
  return true;
}

bool JsonTree::parse(std::string_view text) {
  if (!simdjson::validate_utf8(text.data(), text.size())) return fail(0, "text that is not UTF-8, found");
  return parse_utf8(text);
}

bool JsonTree::parse_utf8(std::string_view text) {
  text_ = text;
  at_ = 0;
  nodes_.clear();
  open_.clear();
  if (text.size() >= UINT32_MAX) return fail(0, "a text of more than 4 GiB");
  bool wants_key = false;
  for (;;) {
    // Here a value, or the key of a member, is due.
    skip_spaces();
    if (at_ == text_.size()) return fail(at_, text_.empty() ? "empty text" : "unexpected end");
    const auto index = static_cast<uint32_t>(nodes_.size());
    JsonNode node;
    node.begin = static_cast<uint32_t>(at_);
    const char first = text_[at_];
    bool opened = false;
    if (wants_key && first != '"') return fail(at_, "a member without a name");
    switch (first) {
      case '"':
        node.kind = JsonKind::kString;
        if (!scan_string(node)) return false;
        break;
      case '{':
      case '[':
        if (open_.size() == kDeepest) return fail(at_, "values nested too deeply");
        node.kind = first == '{' ? JsonKind::kObject : JsonKind::kArray;
        ++at_;
        opened = true;
        break;
      case 't':
        node.kind = JsonKind::kTrue;
        if (!scan_word("true")) return false;
        break;
      case 'f':
        node.kind = JsonKind::kFalse;
        if (!scan_word("false")) return false;
        break;
      case 'n':
        if (!scan_word("null")) return false;
        break;
      default:
        if (!scan_number(node)) return false;
    }
    node.end = static_cast<uint32_t>(at_);
    node.next = index + 1;
    nodes_.push_back(node);
    if (wants_key) {
      skip_spaces();
      if (at_ == text_.size() || text_[at_] != ':') return fail(at_, "a member without a colon");
      ++at_;
      wants_key = false;
      continue;
    }
    if (opened) {
      open_.push_back(index);
      skip_spaces();
      const char close = node.kind == JsonKind::kObject ? '}' : ']';
      if (at_ == text_.size() || text_[at_] != close) {
        wants_key = node.kind == JsonKind::kObject;
        continue;
      }
    } else if (!open_.empty()) {
      ++nodes_[open_.back()].count;
    }
    // A value is complete, or an empty one is about to be: close what closes here.
    for (bool empty = opened;; empty = false) {
      skip_spaces();
      if (open_.empty()) {
        return at_ == text_.size() || fail(at_, "more text after the value");
      }
      JsonNode& parent = nodes_[open_.back()];
      if (at_ == text_.size()) return fail(at_, "unexpected end");
      if (text_[at_] == ',' && !empty) {
        ++at_;
        wants_key = parent.kind == JsonKind::kObject;
        break;
      }
      if (text_[at_] != (parent.kind == JsonKind::kObject ? '}' : ']')) return fail(at_, "unexpected character");
      ++at_;
      parent.end = static_cast<uint32_t>(at_);
      parent.next = static_cast<uint32_t>(nodes_.size());
      open_.pop_back();
      if (!open_.empty()) ++nodes_[open_.back()].count;
    }
  }
}

std::string_view JsonTree::string(const JsonNode& node, std::string& scratch) const {
  if (!node.escaped) return raw_string(node);
  scratch.clear();
  append_unescaped(scratch, raw_string(node));
  return scratch;
}

const JsonNode* JsonTree::member(const JsonNode& object, std::string_view name) const {
  const JsonNode* found = nullptr;
  std::string scratch;
  for_each_member(object, [&](const JsonNode& key, const JsonNode& value) {
    if (string(key, scratch) == name) found = &value;
  });
  return found;
}

const JsonNode* JsonTree::element(const JsonNode& array, uint64_t index) const {
  if (index >= array.count) return nullptr;
  uint32_t at = index_of(array) + 1;
  for (uint64_t i = 0; i < index; ++i) at = nodes_[at].next;
  return &nodes_[at];
}

}  // namespace doline
