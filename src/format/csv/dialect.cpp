#include "format/csv/dialect.h"

namespace doline {

CsvSigns CsvDialect::signs() const {
  CsvSigns signs{};
  signs.delimiter = delimiter;
  signs.newline = newline();
  signs.quote = quote;
  signs.escape = escape;
  signs.comment = comment;
  signs.quote_mask = quote != 0 ? ~uint64_t{0} : 0;
  signs.escape_mask = has_escape() ? ~uint64_t{0} : 0;
  signs.comment_mask = comment != 0 ? ~uint64_t{0} : 0;
  return signs;
}

bool csv_value(const CsvDialect& dialect, std::string_view field, std::string& scratch,
               std::string_view& value) {
  if (dialect.quote == 0) {
    value = field;
    return true;
  }
  size_t begin = 0;
  while (begin < field.size() && field[begin] == ' ') ++begin;
  if (begin == field.size() || field[begin] != dialect.quote) {
    value = field;
    return true;
  }
  size_t end = field.size();
  while (end > begin + 1 && field[end - 1] == ' ') --end;
  if (end < begin + 2 || field[end - 1] != dialect.quote) return false;
  const std::string_view inner = field.substr(begin + 1, end - begin - 2);
  const bool has_escape = dialect.has_escape();
  if (inner.find(dialect.quote) == inner.npos &&
      (!has_escape || inner.find(dialect.escape) == inner.npos)) {
    value = inner;
    return true;
  }
  scratch.clear();
  scratch.reserve(inner.size());
  for (size_t i = 0; i < inner.size(); ++i) {
    const char c = inner[i];
    if (has_escape && c == dialect.escape) {
      if (i + 1 == inner.size()) return false;  // the closing quote was escaped
      scratch.push_back(inner[++i]);
    } else if (c == dialect.quote) {
      if (i + 1 == inner.size() || inner[i + 1] != dialect.quote) return false;
      scratch.push_back(inner[++i]);
    } else {
      scratch.push_back(c);
    }
  }
  value = scratch;
  return true;
}

}  // namespace doline
