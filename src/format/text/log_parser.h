#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "column/type.h"

namespace doline {

class LogRows;
class ZoneOffsets;

/// Formats of log files that read_log knows.
enum class LogFormat : uint8_t {
  kAuto,      // by the first lines
  kCombined,  // web servers: common, referer and agent
  kCommon,    // web servers
  kSyslog,    // RFC 3164, and its shape with ISO 8601 times
  kRfc5424,   // syslog's successor
  kDpkg,      // Debian's package manager
  kLogfmt,    // key=value pairs
  kDeb822,    // paragraphs of "Field: value", such as package lists
  kRegex,     // a pattern's groups
};

/// "combined".
std::string_view name_of(LogFormat format);
std::optional<LogFormat> log_format_named(std::string_view name);
std::vector<std::string> log_format_names();

struct LogOptions {
  LogFormat format = LogFormat::kAuto;
  std::string pattern;  // kRegex
  /// Where times without an offset were written; null: UTC.
  const ZoneOffsets* zone = nullptr;
  /// RFC 3164 times have no year: each lies in the year that ends a day after this instant.
  int64_t now_micros = 0;
  /// The sample's last line is whole even without a line end.
  bool sample_is_whole_file = false;
};

/// A damaged record. Views reach into the block.
struct LogReject {
  uint64_t line = 0;        // the block's numbering
  uint64_t byte = 0;        // of the record's begin, in the block
  std::string_view column;  // empty: not of one column
  std::string reason;
  std::string_view text;
};

/// Whole records of one file, one after the other. Memory is the caller's.
struct LogBlock {
  explicit LogBlock(std::string_view records, uint64_t first_line = 1);

  struct Line {
    std::string_view text;  // without its end, "\n" or "\r\n"
    uint64_t number;
    size_t begin;
  };
  bool done() const { return at == text.size(); }
  Line take_line();

  std::string_view text;
  size_t at = 0;
  uint64_t line;  // the number of the line at `at`
  bool is_ascii;
};

/// Turns text into rows. Immutable and shared by threads.
class LogParser {
 public:
  virtual ~LogParser() = default;

  LogFormat format() const { return format_; }
  const std::vector<Field>& columns() const { return columns_; }
  /// Records may have several lines: record_begin() then wants to see the line before `from`.
  bool has_long_records() const { return multi_line_; }

  /// Reads from block.at until `rows` is full or the block is used up. Damaged records become
  /// rejects and no row.
  virtual void read(LogBlock& block, LogRows& rows, std::vector<LogReject>& rejects) const = 0;

  /// The first place >= `from` where a record begins; npos when `text` has none. How a file is
  /// split: a record belongs to the part that it begins in. `text` begins with a line, and holds
  /// all of the line before the one at `from`.
  size_t record_begin(std::string_view text, size_t from) const;
  /// How many bytes of `text`, which begins with a record, are records known to be whole when more
  /// may follow. 0: more bytes are needed.
  size_t whole_records(std::string_view text) const;

 protected:
  LogParser(LogFormat format, bool multi_line, std::vector<Field> columns)
      : format_(format), multi_line_(multi_line), columns_(std::move(columns)) {}

  /// Whether the line that begins at `at` begins a record; only asked where records may have
  /// several lines.
  virtual bool begins_record(std::string_view text, size_t at) const;
  /// The record's lines after the first one, which take_line() gave: moves block.at behind them.
  /// Returns first line and continuation as one view, without the last line's end.
  std::string_view take_continuation(LogBlock& block, const LogBlock::Line& first) const;

 private:
  const LogFormat format_;
  const bool multi_line_;

 protected:
  std::vector<Field> columns_;
};

/// A parser for the file that begins with `sample`: its format is detected if the options say
/// kAuto, and columns that the format leaves open (logfmt, deb822, regex) are found in it. A sample
/// need not end with a record's end; a mebibyte is plenty. An empty sample is taken for logfmt,
/// which has no columns of its own. Throws Error(kFormat) when no format fits,
/// Error(kInvalidArgument) for a bad pattern.
std::unique_ptr<const LogParser> create_log_parser(const LogOptions& options,
                                                   std::string_view sample);

}  // namespace doline
