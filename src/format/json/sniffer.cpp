#include "format/json/sniffer.h"

#include "format/byte_order_mark.h"

namespace doline {

namespace {

std::string_view without_spaces(std::string_view text) {
  while (!text.empty() && is_json_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_json_space(text.back())) text.remove_suffix(1);
  return text;
}

/// Whether the text is just one value.
bool is_one_value(JsonCursor& cursor, std::string_view text) {
  std::string_view value;
  return cursor.index(text) && !cursor.at_end() && cursor.skip(value) && cursor.at_end();
}

}  // namespace

JsonFormat detect_json_format(std::string_view begin, bool is_whole) {
  begin = without_byte_order_mark(begin);
  while (!begin.empty() && is_json_space(begin.front())) begin.remove_prefix(1);
  if (begin.empty()) return JsonFormat::kLines;
  const size_t newline = begin.find('\n');
  JsonCursor cursor;
  const bool is_array = begin[0] == '[';
  if (newline != begin.npos) {
    const bool is_only_line = is_whole && without_spaces(begin.substr(newline)).empty();
    if (is_one_value(cursor, begin.substr(0, newline))) {
      return is_array && is_only_line ? JsonFormat::kArray : JsonFormat::kLines;
    }
  }
  if (!is_array) return JsonFormat::kUnstructured;
  if (cursor.index(begin)) {
    // One array and something behind it?
    std::string_view value;
    if (cursor.skip(value) && !cursor.at_end()) return JsonFormat::kUnstructured;
  }
  return JsonFormat::kArray;
}

}  // namespace doline
