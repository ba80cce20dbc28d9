#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "column/type.h"
#include "format/csv/variants/mark_fields.h"
#include "io/compression.h"

namespace doline {

/// How a CSV text is written. 0 stands for a sign it does not have; a delimiter it does not have is
/// kNoDelimiter, which is no byte of UTF-8.
struct CsvDialect {
  static constexpr char kNoDelimiter = '\xFF';

  char delimiter = ',';
  char quote = '"';
  char escape = '"';
  char comment = 0;
  bool ends_with_cr = false;  // rows end with a lone \r

  char newline() const { return ends_with_cr ? '\r' : '\n'; }
  bool has_escape() const { return quote != 0 && escape != 0 && escape != quote; }
  CsvSigns signs() const;
  bool operator==(const CsvDialect&) const = default;
};

/// What read_csv was told and what the sniffer found; then the rules by which a file is read.
struct CsvOptions {
  CsvDialect dialect;
  bool delimiter_given = false;
  bool quote_given = false;
  bool escape_given = false;
  bool newline_given = false;
  bool auto_detect = true;
  std::optional<bool> header;
  uint64_t skip = 0;  // lines before the header, counted before anything else is looked at
  std::vector<std::string> null_strings{""};
  bool all_varchar = false;
  std::string date_format;  // empty: ISO 8601
  std::string timestamp_format;
  char decimal_separator = '.';
  char thousands = 0;  // stands between digits of numbers and means nothing
  /// Columns of which no text is NULL, as named and then by their place in the file.
  std::vector<std::string> force_not_null;
  std::vector<bool> never_null;
  bool allow_quoted_nulls = true;
  std::vector<TypeRef> auto_type_candidates;  // empty: all the sniffer knows
  bool ignore_errors = false;
  bool store_rejects = false;
  bool null_padding = false;
  bool cut_long_rows = false;  // values behind the first row's last are left out
  bool normalize_names = false;
  int64_t sample_rows = 20'480;  // -1: the whole file
  uint64_t max_line_bytes = uint64_t{2} << 20;
  Compression compression = Compression::kAuto;
  Schema columns;                                      // all of them, as given
  std::vector<std::pair<std::string, TypeRef>> types;  // by name, over what is sniffed
  std::vector<TypeRef> types_by_position;
  std::vector<std::string> names;

  bool is_never_null(size_t column) const {
    return column < never_null.size() && never_null[column];
  }
  bool is_null_text(std::string_view text) const {
    for (const std::string& null : null_strings) {
      if (null == text) return true;
    }
    return false;
  }
};

/// A part of a file that begins at a row's begin and ends at a row's end.
struct CsvPlace {
  uint64_t byte = 0;  // in the file, after decompression
  uint64_t line = 1;
};

/// The text of a value: without its quotes and escapes. `scratch` holds it where it had to be
/// changed. False where a quoted value is not closed or goes on after its closing quote.
bool csv_value(const CsvDialect& dialect, std::string_view field, std::string& scratch,
               std::string_view& value);

}  // namespace doline
