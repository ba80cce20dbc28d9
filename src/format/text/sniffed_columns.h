#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "column/type.h"
#include "format/text/log_parser.h"
#include "format/text/log_rows.h"
#include "format/text/log_time.h"

namespace doline {

/// How the text of a column without a declared type is read.
enum class ValueForm : uint8_t {
  kInteger,      // BIGINT; no leading zeros, which belong to names
  kDouble,       // DOUBLE
  kBool,         // true, false
  kDate,         // DATE, ISO 8601
  kTimestamp,    // TIMESTAMP, ISO 8601 without an offset
  kTimestampTz,  // TIMESTAMP WITH TIME ZONE, ISO 8601 with an offset
  kWebTime,      // TIMESTAMP WITH TIME ZONE, 17/May/2015:10:05:03 +0000
  kText,         // VARCHAR
};

TypeRef type_of(ValueForm form);

/// Narrows down the form of a column by the values it is shown. Empty values and "-" say nothing.
class FormSniffer {
 public:
  void add(std::string_view value);
  /// The first form that fits all values; text when there was none.
  ValueForm form() const;

 private:
  uint32_t fitting_ = ~uint32_t{0};
  bool saw_value_ = false;
};

/// Columns found in a sample, and how one record's values go into rows: set() them in any order,
/// then put() checks all and writes one row. Values are views that live until put().
class SniffedColumns {
 public:
  struct Found {
    std::string name;
    ValueForm form = ValueForm::kText;
  };

  SniffedColumns(std::vector<Found> columns, const ZoneOffsets* zone);

  size_t size() const { return columns_.size(); }
  std::vector<Field> fields() const;
  const Found& operator[](size_t column) const { return columns_[column]; }

  /// One record's values. Owned by one thread; reused from record to record.
  class Record {
   public:
    explicit Record(const SniffedColumns& columns) : columns_(columns) { clear(); }

    void clear() { values_.assign(columns_.size(), Value{}); }
    bool has(size_t column) const { return values_[column].text.data() != nullptr; }
    /// `in_block`: the text lies in the block and need not be copied.
    void set(size_t column, std::string_view text, bool in_block) {
      values_[column].text = text;
      values_[column].in_block = in_block;
    }
    /// Writes columns 0 to size() - 1 of the current row; the caller ends it. If a value does not
    /// fit its column nothing is written: the reason, and in `column` which one.
    std::optional<std::string> put(LogRows& rows, const char* readable_end, size_t& column);

   private:
    struct Value {
      std::string_view text;
      bool in_block = true;
      bool is_null = false;
      int64_t integer = 0;  // also times, dates and bools
      double real = 0;
    };
    bool parse(ValueForm form, Value& value);
    void write(size_t column, const Value& value, LogRows& rows, const char* readable_end) const;

    const SniffedColumns& columns_;
    std::vector<Value> values_;
    WebTimeParser web_clock_;
  };

 private:
  const std::vector<Found> columns_;
  const ZoneOffsets* const zone_;
};

/// `wished`, or with a number behind it when `taken` has it, ignoring case.
std::string free_name(const std::vector<std::string>& taken, std::string wished);

}  // namespace doline
