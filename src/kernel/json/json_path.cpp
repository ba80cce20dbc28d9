#include "kernel/json/json_path.h"

#include <charconv>

#include "base/error.h"

namespace doline {

namespace {

[[noreturn]] void bad_path(std::string_view path, size_t at) {
  throw Error(ErrorCode::kInvalidArgument, "the JSON path '{}' breaks off at '{}'", path,
              path.substr(std::min(at, path.size())))
      .hint("paths look like $.name[0].\"other name\", $[*].name, $[#-1] or /name/0");
}

std::optional<int64_t> number_of(std::string_view text) {
  int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

void JsonPath::add(Step step) {
  has_wildcard_ |= step.kind != StepKind::kMember && step.kind != StepKind::kElement;
  steps_.push_back(std::move(step));
}

JsonPath JsonPath::parse(std::string_view text) {
  JsonPath path;
  if (text.empty()) return path;
  if (text[0] == '$') {
    path.parse_dollar(text);
  } else if (text[0] == '/') {
    path.parse_pointer(text);
  } else {
    path.add({StepKind::kMember, std::string(text)});
  }
  return path;
}

JsonPath JsonPath::element(int64_t index) {
  JsonPath path;
  path.add({StepKind::kElement, {}, index});
  return path;
}

void JsonPath::parse_dollar(std::string_view text) {
  for (size_t at = 1; at < text.size();) {
    if (text[at] == '.') {
      ++at;
      if (at < text.size() && text[at] == '.') {
        add({StepKind::kAnyDepth, {}});
        if (text.substr(at + 1, 1) == "[") {
          ++at;
          continue;
        }
        ++at;
      }
      if (text.substr(at, 2) == "**") {
        add({StepKind::kAnyDepth, {}});
        at += 2;
      } else if (text.substr(at, 1) == "*") {
        add({StepKind::kAnyMember, {}});
        ++at;
      } else if (text.substr(at, 1) == "\"") {
        std::string name;
        const size_t begin = at++;
        while (at < text.size() && text[at] != '"') {
          if (text[at] == '\\' && at + 1 < text.size()) ++at;
          name += text[at++];
        }
        if (at == text.size()) bad_path(text, begin);
        ++at;
        add({StepKind::kMember, std::move(name)});
      } else {
        const size_t end = std::min(text.find_first_of(".[", at), text.size());
        if (end == at) bad_path(text, at - 1);
        add({StepKind::kMember, std::string(text.substr(at, end - at))});
        at = end;
      }
    } else if (text[at] == '[') {
      const size_t end = text.find(']', at);
      if (end == std::string_view::npos) bad_path(text, at);
      std::string_view inner = text.substr(at + 1, end - at - 1);
      if (inner == "*") {
        add({StepKind::kAnyElement, {}});
      } else {
        const bool from_end = inner.starts_with('#');
        if (from_end) inner.remove_prefix(1);
        std::optional<int64_t> index = from_end && inner.empty() ? INT64_MAX : number_of(inner);
        if (!index || (from_end && *index > 0 && !inner.empty())) bad_path(text, at);
        add({StepKind::kElement, {}, *index});
      }
      at = end + 1;
    } else {
      bad_path(text, at);
    }
  }
}

void JsonPath::parse_pointer(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('/', at + 1), text.size());
    std::string name;
    for (size_t i = at + 1; i < end; ++i) {
      if (text[i] == '~' && i + 1 < end && (text[i + 1] == '0' || text[i + 1] == '1')) {
        name += text[++i] == '0' ? '~' : '/';
      } else {
        name += text[i];
      }
    }
    const bool digits = !name.empty() && name.find_first_not_of("0123456789") == std::string::npos;
    const int64_t index = digits ? number_of(name).value_or(INT64_MAX) : INT64_MAX;
    add({StepKind::kMember, std::move(name), index, true});
    at = end;
  }
}

const JsonNode* JsonPath::follow(const JsonTree& tree, const JsonNode& node, const Step& step) {
  if (node.kind == JsonKind::kObject) {
    return step.kind == StepKind::kMember ? tree.member(node, step.name) : nullptr;
  }
  if (node.kind != JsonKind::kArray || (step.kind == StepKind::kMember && !step.is_pointer))
    return nullptr;
  const int64_t index = step.index < 0 ? step.index + int64_t{node.count} : step.index;
  return index < 0 ? nullptr : tree.element(node, static_cast<uint64_t>(index));
}

const JsonNode* JsonPath::find(const JsonTree& tree) const {
  const JsonNode* node = &tree.root();
  for (size_t i = 0; i < steps_.size() && node; ++i) node = follow(tree, *node, steps_[i]);
  return node;
}

void JsonPath::find_all(const JsonTree& tree, std::vector<uint32_t>& nodes) const {
  collect(tree, tree.root(), 0, nodes);
}

void JsonPath::collect(const JsonTree& tree, const JsonNode& node, size_t at,
                       std::vector<uint32_t>& nodes) const {
  if (at == steps_.size()) {
    nodes.push_back(tree.index_of(node));
    return;
  }
  const Step& step = steps_[at];
  const bool object = node.kind == JsonKind::kObject;
  const bool array = node.kind == JsonKind::kArray;
  if (step.kind == StepKind::kMember || step.kind == StepKind::kElement) {
    if (const JsonNode* next = follow(tree, node, step)) collect(tree, *next, at + 1, nodes);
    return;
  }
  // Any depth: from here on, then from everything below. A depth after a depth says nothing new,
  // and would make the work grow with a power of the depth.
  size_t below = at + 1;
  if (step.kind == StepKind::kAnyDepth) {
    if (at + 1 < steps_.size() && steps_[at + 1].kind == StepKind::kAnyDepth)
      return collect(tree, node, at + 1, nodes);
    collect(tree, node, at + 1, nodes);
    below = at;
  }
  if (object && step.kind != StepKind::kAnyElement) {
    tree.for_each_member(
        node, [&](const JsonNode&, const JsonNode& value) { collect(tree, value, below, nodes); });
  } else if (array && step.kind != StepKind::kAnyMember) {
    tree.for_each_element(node,
                          [&](const JsonNode& element) { collect(tree, element, below, nodes); });
  }
}

}  // namespace doline
