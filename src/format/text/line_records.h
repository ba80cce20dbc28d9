#pragma once

#include <vector>

#include "format/text/log_parser.h"
#include "format/text/log_rows.h"
#include "kernel/string_search.h"

namespace doline {

/// Goes to the next line that is a record: `parse(line)` says what is wrong with it, or null. Lines
/// that are damaged become rejects. False when `rows` is full or the block used up.
template <class Parse>
bool next_line_record(LogBlock& block, const LogRows& rows, std::vector<LogReject>& rejects,
                      Parse&& parse) {
  while (!rows.full() && !block.done()) {
    const LogBlock::Line line = block.take_line();
    if (line.text.empty()) continue;
    const char* damage = parse(line.text);
    if (damage == nullptr && !block.is_ascii && !is_utf8(line.text)) {
      damage = "the text is not UTF-8";
    }
    if (damage == nullptr) return true;
    rejects.push_back({line.number, line.begin, {}, damage, line.text});
  }
  return false;
}

}  // namespace doline
