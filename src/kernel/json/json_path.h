#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/json/json_tree.h"

namespace doline {

/// Where in a document to look: "$.a[0].b", "$.\"a b\"", "$[#-1]" (from the end), "/a/0" (a JSON
/// pointer), "a" (a member of that name), 3 (an element). "*" stands for any member or element,
/// ".." for any depth. Immutable, shared by threads.
class JsonPath {
 public:
  /// Throws Error(kInvalidArgument) that points at what it cannot read.
  static JsonPath parse(std::string_view text);
  /// A place counted from 0, from the end where negative.
  static JsonPath element(int64_t index);

  /// It may lead to any number of places.
  bool has_wildcard() const { return has_wildcard_; }
  /// Where a path without wildcards leads; null when there is no such place.
  const JsonNode* find(const JsonTree& tree) const;
  /// Every place, in document order, a value before what is in it.
  void find_all(const JsonTree& tree, std::vector<uint32_t>& nodes) const;

 private:
  enum class StepKind : uint8_t { kMember, kElement, kAnyMember, kAnyElement, kAnyDepth };
  struct Step {
    StepKind kind;
    std::string name;
    int64_t index = 0;
    bool is_pointer = false;  // an array index where it meets an array, else a name
  };

  void parse_dollar(std::string_view text);
  void parse_pointer(std::string_view text);
  void add(Step step);
  static const JsonNode* follow(const JsonTree& tree, const JsonNode& node, const Step& step);
  void collect(const JsonTree& tree, const JsonNode& node, size_t step,
               std::vector<uint32_t>& nodes) const;

  std::vector<Step> steps_;
  bool has_wildcard_ = false;
};

}  // namespace doline
