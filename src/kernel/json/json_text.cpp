#include "kernel/json/json_text.h"

#include <algorithm>

namespace doline {

namespace {

uint32_t hex_value(std::string_view digits) {
  uint32_t value = 0;
  for (const char c : digits)
    value = value * 16 + static_cast<uint32_t>(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  return value;
}

void append_code_point(std::string& out, uint32_t point) {
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | (point >> 6));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | (point >> 12));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (point >> 18));
    out += static_cast<char>(0x80 | ((point >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((point >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (point & 0x3F));
  }
}

/// Behind the string that begins at `at`; `escaped` rises when there is a backslash in it.
size_t string_end(std::string_view json, size_t at, bool& escaped) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] != '\\') continue;
    escaped = true;
    ++at;
  }
  return std::min(at + 1, json.size());
}

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  size_t begin = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (static_cast<uint8_t>(c) >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, begin, at - begin);
    begin = at + 1;
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += "\\u00";
        out += kHex[static_cast<uint8_t>(c) >> 4];
        out += kHex[static_cast<uint8_t>(c) & 15];
    }
  }
  out.append(text, begin, text.size() - begin);
  out += '"';
}

void append_unescaped(std::string& out, std::string_view raw) {
  constexpr uint32_t kReplacement = 0xFFFD;
  for (size_t at = 0; at < raw.size();) {
    const size_t escape = raw.find('\\', at);
    if (escape == std::string_view::npos) {
      out.append(raw, at);
      return;
    }
    out.append(raw, at, escape - at);
    const char c = raw[escape + 1];
    at = escape + 2;
    switch (c) {
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        uint32_t point = hex_value(raw.substr(at, 4));
        at += 4;
        if (point >= 0xD800 && point < 0xDC00 && raw.size() - at >= 6 && raw[at] == '\\' &&
            raw[at + 1] == 'u') {
          const uint32_t low = hex_value(raw.substr(at + 2, 4));
          if (low >= 0xDC00 && low < 0xE000) {
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
            at += 6;
          }
        }
        append_code_point(out, point >= 0xD800 && point < 0xE000 ? kReplacement : point);
        break;
      }
      default:
        out += c;  // quote, backslash, slash
    }
  }
}

bool is_minified(std::string_view json) {
  for (size_t at = 0; at < json.size();) {
    bool escaped = false;
    if (is_space(json[at])) return false;
    at = json[at] == '"' ? string_end(json, at, escaped) : at + 1;
    if (escaped) return false;  // perhaps with more escapes than needed
  }
  return true;
}

void append_minified(std::string& out, std::string_view json) {
  std::string meaning;
  size_t begin = 0;  // of what has not been copied yet
  for (size_t at = 0; at < json.size();) {
    if (is_space(json[at])) {
      out.append(json, begin, at - begin);
      begin = ++at;
    } else if (json[at] == '"') {
      bool escaped = false;
      const size_t end = string_end(json, at, escaped);
      if (escaped) {
        out.append(json, begin, at - begin);
        meaning.clear();
        append_unescaped(meaning, json.substr(at + 1, end - at - 2));
        append_json_string(out, meaning);
        begin = end;
      }
      at = end;
    } else {
      ++at;
    }
  }
  out.append(json, begin);
}

void append_pretty(std::string& out, const JsonTree& tree, const JsonNode& node, int level) {
  const auto new_line = [&](int depth) {
    out += '\n';
    out.append(static_cast<size_t>(depth) * 4, ' ');
  };
  const bool object = node.kind == JsonKind::kObject;
  if ((!object && node.kind != JsonKind::kArray) || node.count == 0)
    return append_minified(out, tree.text_of(node));
  out += object ? '{' : '[';
  bool first = true;
  const auto next = [&] {
    if (!first) out += ',';
    first = false;
    new_line(level + 1);
  };
  if (object) {
    tree.for_each_member(node, [&](const JsonNode& key, const JsonNode& value) {
      next();
      out += tree.text_of(key);
      out += ": ";
      append_pretty(out, tree, value, level + 1);
    });
  } else {
    tree.for_each_element(node, [&](const JsonNode& element) {
      next();
      append_pretty(out, tree, element, level + 1);
    });
  }
  new_line(level);
  out += object ? '}' : ']';
}

}  // namespace doline
