#include "format/csv/sniffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/ascii.h"
#include "column/unique_names.h"
#include "format/byte_order_mark.h"
#include "format/csv/field_index.h"
#include "format/csv/sniff_types.h"

namespace doline {

namespace {

/// As much is read for choosing the dialect; types are guessed from the whole sample.
constexpr size_t kDialectBytes = size_t{256} << 10;
constexpr uint32_t kWindowRows = 2048;

struct Candidate {
  CsvDialect dialect;
  uint32_t width = 1;
  uint64_t rows = 0;           // that have the width
  uint64_t preamble_rows = 0;  // before them
  uint32_t preamble_end = 0;   // where those end in the text
  uint64_t quoted = 0;
  bool is_eligible = false;
};

bool begins_quoted(std::string_view field, char quote) {
  const size_t begin = field.find_first_not_of(' ');
  return quote != 0 && begin != field.npos && field[begin] == quote;
}

/// Calls body(rows, row) for each row that is neither blank nor a comment, `most` of them, leaving
/// out the last where the text may have been cut within it.
template <class Body>
void each_row(const CsvDialect& dialect, std::string_view text, bool is_whole, uint64_t most,
              Body&& body) {
  CsvRows rows(dialect);
  rows.begin(text);
  uint64_t seen = 0;
  const auto window = static_cast<uint32_t>(std::min<uint64_t>(most, kWindowRows));
  for (uint32_t count = rows.next(window); count > 0 && seen < most; count = rows.next(window)) {
    for (uint32_t row = 0; row < count && seen < most; ++row) {
      const uint32_t end = rows.ends_of(row)[rows.fields_of(row) - 1];
      if (!is_whole && end >= text.size() && seen > 0) return;
      if (rows.fields_of(row) == 1 && (rows.row_text(row).empty() || rows.is_comment(row)))
        continue;
      ++seen;
      body(rows, row);
    }
  }
}

Candidate evaluate(const CsvDialect& dialect, std::string_view text, bool is_whole,
                   const CsvOptions& given) {
  Candidate candidate;
  candidate.dialect = dialect;
  std::vector<uint32_t> widths, begins;
  std::map<uint32_t, uint64_t> frequencies;
  bool is_broken = false;
  std::string scratch;
  each_row(dialect, text, is_whole, kWindowRows * 4, [&](const CsvRows& rows, uint32_t row) {
    uint32_t width = rows.fields_of(row);
    for (uint32_t field = 0; field < width; ++field) {
      const std::string_view value = rows.field(row, field);
      if (!begins_quoted(value, dialect.quote)) continue;
      std::string_view inner;
      ++candidate.quoted;
      is_broken |= !csv_value(dialect, value, scratch, inner);
    }
    if (!widths.empty() && width == widths.front() + 1 && rows.field(row, width - 1).empty())
      --width;
    widths.push_back(width);
    begins.push_back(rows.begin_of(row));
    ++frequencies[width];
  });
  if (widths.empty()) return candidate;
  for (const auto& [width, count] : frequencies) {
    if (count >= candidate.rows) {
      candidate.width = width;
      candidate.rows = count;
    }
  }
  if (is_broken) return candidate;
  size_t start = 0;
  while (widths[start] != candidate.width) ++start;
  const uint64_t rest = widths.size() - start;
  if (given.null_padding || given.ignore_errors || given.cut_long_rows) {
    if (given.cut_long_rows)
      candidate.width = widths.front();
    else if (given.null_padding)
      candidate.width = *std::max_element(widths.begin(), widths.end());
    candidate.is_eligible = candidate.width > 1;
    return candidate;
  }
  // A few rows of another width are errors with a line, a table has to be recognised all the same.
  const bool is_regular = candidate.rows == rest || (rest >= 10 && candidate.rows * 10 >= rest * 9);
  candidate.is_eligible =
      candidate.width > 1 && is_regular && (start == 0 || candidate.rows > start);
  candidate.preamble_rows = start;
  candidate.preamble_end = begins[start];
  return candidate;
}

std::vector<std::pair<char, char>> quotings(const CsvOptions& given, std::string_view text) {
  if (given.quote_given) {
    return {{given.dialect.quote, given.escape_given ? given.dialect.escape : given.dialect.quote}};
  }
  if (given.escape_given) return {{'"', given.dialect.escape}};
  std::vector<std::pair<char, char>> all;
  if (text.find("\\\"") == text.npos) {
    all = {{'"', '"'}};
  } else {
    all = {{'"', '"'}, {'"', '\\'}};
  }
  if (text.find('\'') != text.npos) all.push_back({'\'', '\''});
  if (text.find('"') != text.npos) all.push_back({0, 0});
  return all;
}

Candidate choose_dialect(const CsvOptions& given, std::string_view text, bool is_whole) {
  CsvDialect base = given.dialect;
  if (!given.newline_given)
    base.ends_with_cr = text.find('\n') == text.npos && text.find('\r') != text.npos;
  if (!given.auto_detect) {
    Candidate only = evaluate(base, text, is_whole, given);
    only.preamble_rows = only.preamble_end = 0;
    return only;
  }
  const std::string_view delimiters = ",|;\t";
  std::optional<Candidate> best, single;
  for (const auto& [quote, escape] : quotings(given, text)) {
    for (const char delimiter :
         given.delimiter_given ? std::string_view(&given.dialect.delimiter, 1) : delimiters) {
      CsvDialect dialect = base;
      dialect.delimiter = delimiter;
      dialect.quote = quote;
      dialect.escape = escape;
      const Candidate candidate = evaluate(dialect, text, is_whole, given);
      if (!single || (candidate.width == 1 && single->width != 1)) single = candidate;
      if (!candidate.is_eligible) continue;
      const bool quotes_mean_something =
          quote == '"' || quote == 0 || given.quote_given || candidate.quoted > 0;
      if (!quotes_mean_something) continue;
      // Quotes that close are no accident; then more rows, then more columns.
      const auto rank = [](const Candidate& c) {
        return std::tuple(c.quoted > 0, c.rows, c.width);
      };
      if (!best || rank(candidate) > rank(*best)) best = candidate;
    }
  }
  if (best) return *best;
  Candidate one = *single;
  if (!given.delimiter_given) {
    one.dialect.delimiter = ',';
    one.width = std::max(one.width, evaluate(one.dialect, text, is_whole, given).width);
  }
  if (one.width > 1 && !given.delimiter_given && !given.quote_given) {
    // Ragged: each line as it is, in one column.
    for (const char delimiter : std::string_view("\x1F\x1E\x1D")) {
      if (text.find(delimiter) != text.npos) continue;
      one.dialect.delimiter = delimiter;
      one.width = 1;
      break;
    }
  }
  if (given.delimiter_given || one.width > 1) one.width = std::max(one.width, uint32_t{1});
  one.preamble_rows = one.preamble_end = 0;
  return one;
}

std::string_view without_spaces(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

/// Letters, digits and underscores, in small letters, not beginning with a digit.
std::string normalized(std::string_view text) {
  std::string out;
  for (const char c : ascii_lower(without_spaces(text))) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
    if (plain) {
      out.push_back(c);
    } else if (!out.empty() && out.back() != '_') {
      out.push_back('_');
    }
  }
  while (out.ends_with('_')) out.pop_back();
  if (!out.empty() && out[0] >= '0' && out[0] <= '9') out.insert(out.begin(), '_');
  return out;
}

/// What a header says, as columns can be called: each has a name, and no two the same.
std::vector<std::string> names_of_columns(std::vector<std::string> names) {
  const size_t digits =
      std::to_string(names.empty() ? 0 : names.size() - 1).size();  // column00 of many
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) names[i] = fmt::format("column{:0{}}", i, digits);
  }
  return unique_names(std::move(names));
}

/// Nothing where it is NULL. `scratch` may hold the text.
std::optional<std::string_view> value_or_null(const CsvOptions& options, std::string_view field,
                                              std::string& scratch) {
  std::string_view value = field;
  csv_value(options.dialect, field, scratch, value);
  const bool is_quoted = value.data() != field.data();
  if (options.is_null_text(value) && (options.allow_quoted_nulls || !is_quoted)) return {};
  return value;
}

std::string name_of_column(const CsvOptions& options, std::string_view text) {
  return options.normalize_names ? normalized(text) : std::string(without_spaces(text));
}

}  // namespace

CsvSniffed sniff_csv(const CsvOptions& given, std::string_view sample, bool is_whole) {
  CsvSniffed sniffed;
  sniffed.options = given;
  CsvOptions& options = sniffed.options;
  sample = without_byte_order_mark(sample);
  const bool only_cr = given.newline_given
                           ? given.dialect.ends_with_cr
                           : sample.find('\n') == sample.npos && sample.find('\r') != sample.npos;
  const char newline = only_cr ? '\r' : '\n';
  for (uint64_t i = 0; i < given.skip && !sample.empty(); ++i) {
    const size_t end = sample.find(newline);
    sample.remove_prefix(end == sample.npos ? sample.size() : end + 1);
  }

  const bool is_whole_head = is_whole && sample.size() <= kDialectBytes;
  const Candidate chosen = choose_dialect(given, sample.substr(0, kDialectBytes), is_whole_head);
  options.dialect = chosen.dialect;
  const std::string_view preamble = sample.substr(0, chosen.preamble_end);
  options.skip += static_cast<uint64_t>(std::count(preamble.begin(), preamble.end(), newline));
  sample.remove_prefix(chosen.preamble_end);
  const auto width =
      static_cast<uint32_t>(given.columns.empty() ? chosen.width : given.columns.size());

  // Types of all rows but the first, which may be names.
  std::vector<CsvTypeGuess> guesses(width, CsvTypeGuess(given));
  std::vector<std::optional<std::string>> first(width);
  const uint64_t most =
      given.sample_rows < 0 ? ~uint64_t{0} : static_cast<uint64_t>(given.sample_rows) + 1;
  std::string scratch;
  each_row(options.dialect, sample, is_whole, most, [&](const CsvRows& rows, uint32_t row) {
    const uint32_t present = std::min(width, rows.fields_of(row));
    for (uint32_t field = 0; field < present; ++field) {
      const auto value = value_or_null(options, rows.field(row, field), scratch);
      if (!value) continue;
      if (sniffed.rows_seen == 0) {
        first[field] = std::string(*value);
      } else {
        guesses[field].add(*value);
      }
    }
    ++sniffed.rows_seen;
    sniffed.bytes_seen = rows.ends_of(row)[rows.fields_of(row) - 1] + uint64_t{1};
  });

  std::vector<TypeRef> types;
  bool all_text = true;
  bool contradicts = false;
  bool first_is_complete = sniffed.rows_seen > 0;
  for (uint32_t i = 0; i < width; ++i) {
    std::string format;
    TypeRef type = guesses[i].type(format);
    if (sniffed.rows_seen <= 1 && first[i]) {
      CsvTypeGuess alone(given);
      alone.add(*first[i]);
      type = alone.type(format);
    }
    all_text &= type->is(TypeKind::kVarchar);
    first_is_complete &= first[i].has_value();
    if (!type->is(TypeKind::kVarchar) && sniffed.rows_seen > 1 && first[i])
      contradicts |= !guesses[i].fits(*first[i]);
    types.push_back(type);
  }
  if (!options.header && !given.auto_detect) options.header = false;
  if (!options.header) {
    bool names_match = !given.columns.empty();
    for (uint32_t i = 0; i < width && names_match; ++i) {
      names_match = first[i] && equal_ignoring_case(*first[i], given.columns[i].name);
    }
    options.header =
        names_match || contradicts || (given.columns.empty() && all_text && first_is_complete);
  }
  // Only now is it known whether the first row counts.
  std::vector<std::string> names(width), formats(width);
  for (uint32_t i = 0; i < width; ++i) {
    if (*options.header) {
      if (first[i]) names[i] = name_of_column(given, *first[i]);
    } else if (first[i]) {
      guesses[i].add(*first[i]);
    }
    types[i] = guesses[i].type(formats[i]);
    sniffed.has_values.push_back(guesses[i].has_seen());
  }
  // One format a file for days, and one for moments: what is written otherwise stays text.
  const auto settle = [&](TypeKind kind, std::string& format) {
    if (!format.empty()) return;
    bool has_iso = false;
    for (uint32_t i = 0; i < width; ++i) has_iso |= types[i]->is(kind) && formats[i].empty();
    for (uint32_t i = 0; i < width; ++i) {
      if (!types[i]->is(kind) || formats[i].empty()) continue;
      if (format.empty() && !has_iso) format = formats[i];
      if (formats[i] != format) types[i] = Type::varchar();
    }
  };
  settle(TypeKind::kDate, options.date_format);
  settle(TypeKind::kTimestamp, options.timestamp_format);
  if (given.all_varchar || !given.auto_detect)
    std::fill(types.begin(), types.end(), Type::varchar());
  if (sniffed.rows_seen == 0) options.header = false;
  names = names_of_columns(std::move(names));
  for (uint32_t i = 0; i < width; ++i) sniffed.file_columns.push_back({names[i], types[i]});
  sniffed.schema = given.columns.empty() ? sniffed.file_columns : given.columns;
  for (size_t i = 0; i < given.names.size() && i < width; ++i)
    sniffed.schema[i].name = given.names[i];
  options.never_null.assign(given.force_not_null.empty() ? 0 : sniffed.schema.size(), false);
  for (const std::string& name : given.force_not_null) {
    const auto named = [&](const Field& field) {
      return ascii_lower(field.name) == ascii_lower(name);
    };
    const auto column = std::find_if(sniffed.schema.begin(), sniffed.schema.end(), named);
    if (column != sniffed.schema.end())
      options.never_null[static_cast<size_t>(column - sniffed.schema.begin())] = true;
  }
  sniffed.is_guessed.assign(sniffed.schema.size(),
                            given.columns.empty() && given.auto_detect && !given.all_varchar);
  const auto set_type = [&](size_t i, TypeRef type) {
    sniffed.schema[i].type = type;
    sniffed.is_guessed[i] = false;
  };
  for (size_t i = 0; i < given.types_by_position.size() && i < width; ++i)
    set_type(i, given.types_by_position[i]);
  for (const auto& [name, type] : given.types) {
    for (size_t i = 0; i < sniffed.schema.size(); ++i) {
      if (equal_ignoring_case(sniffed.schema[i].name, name)) set_type(i, type);
    }
  }
  return sniffed;
}

std::vector<std::string> csv_header(const CsvOptions& options, std::string_view text,
                                    uint32_t usual_width) {
  std::vector<std::string> names;
  std::string scratch;
  each_row(options.dialect, text, true, 1, [&](const CsvRows& rows, uint32_t row) {
    const uint32_t present = rows.fields_of(row);
    uint32_t width = present;
    if (width == usual_width + 1 && rows.field(row, usual_width).empty()) width = usual_width;
    if (options.null_padding) width = std::max(width, usual_width);
    names.resize(width);
    for (uint32_t field = 0; field < std::min(width, present); ++field) {
      if (const auto value = value_or_null(options, rows.field(row, field), scratch))
        names[field] = name_of_column(options, *value);
    }
  });
  names = names_of_columns(std::move(names));
  std::copy_n(options.names.begin(), std::min(options.names.size(), names.size()), names.begin());
  return names;
}

}  // namespace doline
