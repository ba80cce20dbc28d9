#include "kernel/json/json_tree.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>

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

bool JsonTree::fail(const char* at, const char* why) {
  error_at_ = static_cast<size_t>(at - text_.data());
  error_ = why;
  return false;
}

std::string JsonTree::error() const { return fmt::format("{} at byte {}", error_, error_at_); }

bool JsonTree::scan_string(const char*& position, JsonNode& node) {
  const char* const begin = position;
  const char* const end = text_.data() + text_.size();
  const char* at = begin + 1;
  for (;;) {
    while (end - at >= 8 && !has_special(load_unaligned<uint64_t>(at))) at += 8;
    while (at != end && *at != '"' && *at != '\\' && static_cast<uint8_t>(*at) >= 0x20) ++at;
    if (at == end) return fail(begin, "a string without an end");
    if (*at == '"') break;
    if (*at != '\\') return fail(at, "a control character in a string");
    node.escaped = true;
    if (end - at < 2) return fail(begin, "a string without an end");
    if (at[1] == 'u') {
      if (end - at < 6 || !is_hex(at[2]) || !is_hex(at[3]) || !is_hex(at[4]) || !is_hex(at[5])) {
        return fail(at, "an escape that is no \\uXXXX");
      }
      at += 6;
    } else if (std::string_view("\"\\/bfnrt").find(at[1]) != std::string_view::npos) {
      at += 2;
    } else {
      return fail(at, "an unknown escape");
    }
  }
  position = at + 1;
  return true;
}

bool JsonTree::scan_number(const char*& position, JsonNode& node) {
  const char* const begin = position;
  const char* const end = text_.data() + text_.size();
  const char* at = begin;
  const auto digits = [&] {
    const char* const first = at;
    while (at != end && is_digit(*at)) ++at;
    return at != first;
  };
  node.kind = JsonKind::kInteger;
  if (*at == '-') ++at;
  if (at != end && *at == '0') {
    ++at;
  } else if (!digits()) {
    return fail(begin, "unexpected character");
  }
  if (at != end && *at == '.') {
    ++at;
    node.kind = JsonKind::kReal;
    if (!digits()) return fail(begin, "a number without digits after its point");
  }
  if (at != end && (*at | 32) == 'e') {
    ++at;
    node.kind = JsonKind::kReal;
    if (at != end && (*at == '+' || *at == '-')) ++at;
    if (!digits()) return fail(begin, "a number without digits in its exponent");
  }
  position = at;
  return true;
}

bool JsonTree::scan_word(const char*& position, std::string_view word) {
  const auto rest = static_cast<size_t>(text_.data() + text_.size() - position);
  if (std::string_view(position, std::min(rest, word.size())) != word)
    return fail(position, "unexpected character");
  position += word.size();
  return true;
}

bool JsonTree::parse(std::string_view text) {
  text_ = text;
  if (!simdjson::validate_utf8(text.data(), text.size()))
    return fail(text.data(), "the text is not UTF-8");
  return parse_utf8(text);
}

bool JsonTree::parse_utf8(std::string_view text) {
  text_ = text;
  nodes_.clear();
  open_.clear();
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const char* at = begin;
  if (text.size() >= UINT32_MAX) return fail(at, "a text of more than 4 GiB");
  const auto offset = [&] { return static_cast<uint32_t>(at - begin); };
  const auto skip_spaces = [&] {
    while (at != end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) ++at;
  };
  bool wants_key = false;
  for (;;) {
    // Here a value, or the key of a member, is due.
    skip_spaces();
    if (at == end) return fail(at, text.empty() ? "empty text" : "unexpected end");
    const auto index = static_cast<uint32_t>(nodes_.size());
    JsonNode node;
    node.begin = offset();
    const char first = *at;
    bool opened = false;
    if (wants_key && first != '"') return fail(at, "a member without a name");
    switch (first) {
      case '"':
        node.kind = JsonKind::kString;
        if (!scan_string(at, node)) return false;
        break;
      case '{':
      case '[':
        if (open_.size() == kDeepest) return fail(at, "values nested too deeply");
        node.kind = first == '{' ? JsonKind::kObject : JsonKind::kArray;
        ++at;
        opened = true;
        break;
      case 't':
        node.kind = JsonKind::kTrue;
        if (!scan_word(at, "true")) return false;
        break;
      case 'f':
        node.kind = JsonKind::kFalse;
        if (!scan_word(at, "false")) return false;
        break;
      case 'n':
        if (!scan_word(at, "null")) return false;
        break;
      default:
        if (!scan_number(at, node)) return false;
    }
    node.end = offset();
    node.next = index + 1;
    nodes_.push_back(node);
    if (wants_key) {
      skip_spaces();
      if (at == end || *at != ':') return fail(at, "a member without a colon");
      ++at;
      wants_key = false;
      continue;
    }
    if (opened) {
      open_.push_back(index);
      skip_spaces();
      const char close = node.kind == JsonKind::kObject ? '}' : ']';
      if (at == end || *at != close) {
        wants_key = node.kind == JsonKind::kObject;
        continue;
      }
    } else if (!open_.empty()) {
      ++nodes_[open_.back()].count;
    }
    // A value is complete, or an empty one is about to be: close what closes here.
    for (bool empty = opened;; empty = false) {
      skip_spaces();
      if (open_.empty()) return at == end || fail(at, "more text after the value");
      JsonNode& parent = nodes_[open_.back()];
      if (at == end) return fail(at, "unexpected end");
      if (*at == ',' && !empty) {
        ++at;
        wants_key = parent.kind == JsonKind::kObject;
        break;
      }
      if (*at != (parent.kind == JsonKind::kObject ? '}' : ']'))
        return fail(at, "unexpected character");
      ++at;
      parent.end = offset();
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
    if (!found && string(key, scratch) == name) found = &value;
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
