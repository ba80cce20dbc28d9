#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doline {

enum class JsonKind : uint8_t { kNull, kFalse, kTrue, kInteger, kReal, kString, kArray, kObject };

/// One value of a document. Values lie in document order: an array's elements follow it, an
/// object's members follow it as key, value, key, value …
struct JsonNode {
  uint32_t begin = 0;  // its text is bytes [begin, end), quotes and brackets included
  uint32_t end = 0;
  uint32_t next = 0;   // the node after it and everything in it
  uint32_t count = 0;  // elements or members
  JsonKind kind = JsonKind::kNull;
  bool escaped = false;  // a string with a backslash in it

  bool is_number() const { return kind == JsonKind::kInteger || kind == JsonKind::kReal; }
};

/// The values of one JSON text, as views of it. Strict RFC 8259: UTF-8 is checked, numbers may
/// have any number of digits, nothing may follow the value. Reused for text after text without
/// allocating; owned by one thread. Nesting is limited, so hostile depth costs nothing.
class JsonTree {
 public:
  static constexpr size_t kDeepest = 1'000;

  /// False where the text is not JSON; then error() says why. The text must outlive the tree's use.
  bool parse(std::string_view text);
  /// As above where the text is known to be UTF-8, a VARCHAR or JSON value.
  bool parse_utf8(std::string_view text);

  const JsonNode& root() const { return nodes_[0]; }
  const JsonNode& node(uint32_t index) const { return nodes_[index]; }
  uint32_t index_of(const JsonNode& node) const {
    return static_cast<uint32_t>(&node - nodes_.data());
  }
  std::string_view text() const { return text_; }
  std::string_view text_of(const JsonNode& node) const {
    return text_.substr(node.begin, node.end - node.begin);
  }
  /// Between the quotes, escapes as they are.
  std::string_view raw_string(const JsonNode& node) const {
    return text_.substr(node.begin + 1, node.end - node.begin - 2);
  }
  /// The string that a string node means; `scratch` holds it when there are escapes.
  std::string_view string(const JsonNode& node, std::string& scratch) const;

  /// body(element) for each element of an array node.
  template <class Body>
  void for_each_element(const JsonNode& array, Body&& body) const {
    uint32_t at = index_of(array) + 1;
    for (uint32_t i = 0; i < array.count; ++i, at = nodes_[at].next) body(nodes_[at]);
  }
  /// body(key, value) for each member of an object node.
  template <class Body>
  void for_each_member(const JsonNode& object, Body&& body) const {
    uint32_t at = index_of(object) + 1;
    for (uint32_t i = 0; i < object.count; ++i) {
      const uint32_t value = at + 1;
      body(nodes_[at], nodes_[value]);
      at = nodes_[value].next;
    }
  }
  /// The first member of that name (which wins), or null.
  const JsonNode* member(const JsonNode& object, std::string_view name) const;
  /// Counted from 0; null outside.
  const JsonNode* element(const JsonNode& array, uint64_t index) const;

  /// "unexpected character at byte 3".
  std::string error() const;
  size_t error_position() const { return error_at_; }

 private:
  // Each moves `position` behind what it reads.
  bool scan_string(const char*& position, JsonNode& node);
  bool scan_number(const char*& position, JsonNode& node);
  bool scan_word(const char*& position, std::string_view word);
  bool fail(const char* at, const char* why);

  std::string_view text_;
  std::vector<JsonNode> nodes_;
  std::vector<uint32_t> open_;
  size_t error_at_ = 0;
  const char* error_ = "";
};

}  // namespace doline
