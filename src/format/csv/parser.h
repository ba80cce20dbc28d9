#pragma once

#include <optional>
#include <string>
#include <vector>

#include "column/column_writer.h"
#include "format/csv/field_index.h"
#include "kernel/time_format.h"

namespace doline {

/// A value, or a whole row, that could not be taken.
struct CsvFailure {
  static constexpr uint32_t kWholeRow = ~uint32_t{0};
  uint32_t row;     // of the chunk; for whole rows: the one it would have been
  uint32_t column;  // of the file
  uint64_t byte;    // of the row's begin in the text
  std::string text;
  std::string reason;
  /// kType: `text` is no value of the column's type. Else the file is damaged there.
  enum class Kind : uint8_t { kType, kQuotes, kEncoding, kTooFewValues, kTooManyValues } kind;
};

/// CSV's second phase: rows of a text to typed columns, one column at a time, so that filters can
/// spare the others. Owned by one thread.
class CsvParser {
 public:
  /// `options` outlives it. Rows must have `width` values.
  CsvParser(const CsvOptions& options, uint32_t width, const ZoneOffsets* zone);

  /// `text` is whole rows, kept alive by `pin`, which also has 64 readable bytes behind them.
  void begin(std::string_view text, PinRef pin, bool skip_header);
  /// Moves on to the next rows: `count` of them, at most `wanted`. Blank lines and comments are
  /// passed over; rows of another width become failures. False at the end.
  bool next(uint32_t wanted, uint32_t& count);
  /// One value of each row as `type`; only `active` rows are looked at, the others are garbage.
  /// Values that are not of the type are NULL, and failures.
  Column column(uint32_t field, TypeRef type, const Selection& active);

  /// Of the current rows, in the order found.
  std::vector<CsvFailure>& failures() { return failures_; }
  std::string_view text() const { return rows_.text(); }

 private:
  struct Line {
    uint32_t begin;
    uint32_t width;
    const uint32_t* ends;
    uint32_t index;  // in rows_
  };
  struct GenericFailures;

  std::string_view raw(const Line& line, uint32_t field) const;
  void fail(uint32_t row, uint32_t field, std::string_view text, std::string reason,
            CsvFailure::Kind kind);
  bool accept(uint32_t index, uint32_t& width);
  /// body(row, text) of one value of each active row: with no data where the row is too short.
  template <class Body>
  void for_each_text(uint32_t field, const Selection& active, Body&& body) const;
  /// The text behind quotes; false, after a failure, where quotes are wrong. `is_null` tells NULL.
  bool open_value(uint32_t row, uint32_t field, std::string_view raw, std::string_view& value,
                  bool& is_null);
  template <class Parse>
  bool parse_without_thousands(std::string_view text, Parse parse);
  template <class T, class Parse, class Quick>
  Column fixed(uint32_t field, TypeRef type, const Selection& active, Parse parse, Quick quick);
  template <class T, class Parse>
  Column fixed(uint32_t field, TypeRef type, const Selection& active, Parse parse);
  Column booleans(uint32_t field, const Selection& active);
  Column texts(uint32_t field, TypeRef type, const Selection& active);
  Column generic(uint32_t field, TypeRef type, const Selection& active);
  bool is_valid_text();

  const CsvOptions& options_;
  const uint32_t width_;
  const ZoneOffsets* const zone_;
  const bool empty_is_null_;
  const bool only_empty_is_null_;
  std::optional<TimeFormat> date_format_;
  std::optional<TimeFormat> timestamp_format_;
  CsvRows rows_;
  PinRef pin_;
  bool skip_header_ = false;
  std::optional<bool> is_valid_;
  std::vector<Line> lines_;
  bool is_even_ = false;  // each row found was taken and has `width_` values: their ends lie evenly
  std::vector<CsvFailure> failures_;
  std::string scratch_;
};

/// Fast ways for the usual spellings, the rules of CAST for the others. `text` is not empty.
bool parse_csv_integer(std::string_view text, int64_t& value);
template <class T>  // uint64_t, int128_t
bool parse_csv_wide_integer(std::string_view text, T& value);
bool parse_csv_double(std::string_view text, char decimal_separator, double& value);
bool parse_csv_date(std::string_view text, int32_t& days);
bool parse_csv_timestamp(std::string_view text, int64_t& micros);

}  // namespace doline
