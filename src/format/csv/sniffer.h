#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/csv/dialect.h"

namespace doline {

/// What the begin of a file says of all of it.
struct CsvSniffed {
  CsvOptions options;  // what was given, and the rest found: dialect, header, skip, date_format
  Schema schema;
  Schema file_columns;  // names as the file has them, before `names`; as many as rows have values
  std::vector<bool> is_guessed;  // one a column of the schema: nobody said its type
  std::vector<bool> has_values;  // one a column of the file: its type was seen in values
  uint64_t rows_seen = 0;
  uint64_t bytes_seen = 0;
};

/// Finds dialect, header and types as DuckDB does, where `given` leaves them open. `sample` is the
/// file's begin; `is_whole`: all of it. Never fails: a text that is no table is one of one column.
CsvSniffed sniff_csv(const CsvOptions& given, std::string_view sample, bool is_whole);

/// Names of a file's columns, by the rules of sniff_csv. `text` begins where the header does, and
/// `options` are those of a file with `usual_width` columns, which is kept where a delimiter at the
/// header's end, or null_padding, makes up the difference. Empty where there is no row.
std::vector<std::string> csv_header(const CsvOptions& options, std::string_view text,
                                    uint32_t usual_width);

}  // namespace doline
