#pragma once

#include <string_view>
#include <vector>

#include "format/csv/dialect.h"

namespace doline {

/// Where a scan through a text stands between two bytes.
enum class CsvState : uint8_t {
  kFieldStart,  // nothing but spaces of the value seen
  kUnquoted,
  kInside,   // within quotes
  kEscaped,  // within quotes, after the escape sign
  kClosed,   // after a closing quote
  kComment,  // until the end of the line
};

/// Finds where values and rows end; takes up where it left off. The words of 64 bytes that are
/// clear go through the vector kernel, the others through the state machine: both mean the same.
/// Owned by one thread.
class CsvScanner {
 public:
  explicit CsvScanner(const CsvDialect& dialect);

  /// Scans text[at, to) of `text`, of which `at` is where the last call ended (0 after begin()).
  /// Appends to both lists. `to` may be cut down to whole words; returns where it stopped.
  size_t scan(std::string_view text, size_t at, size_t to, std::vector<uint32_t>& positions,
              std::vector<uint32_t>& row_ends);
  /// The state at the end of the text scanned.
  CsvState state() const { return state_; }
  /// The next text begins in this state: it follows the one before, or is a file's begin.
  void begin(CsvState state) { state_ = begin_state_ = state; }

 private:
  CsvState state_at(std::string_view text, size_t at, const CsvCarry& carry) const;
  void step(std::string_view text, size_t at, size_t to, std::vector<uint32_t>& positions,
            std::vector<uint32_t>& row_ends);

  const CsvDialect dialect_;
  const CsvSigns signs_;
  const CsvKernels& kernels_;
  CsvState state_ = CsvState::kFieldStart;
  CsvState begin_state_ = CsvState::kFieldStart;
};

/// The rows of one text, found a window at a time as they are asked for. Positions are 32-bit:
/// texts are shorter than 2 GiB.
class CsvRows {
 public:
  explicit CsvRows(const CsvDialect& dialect) : dialect_(dialect), scanner_(dialect) {}

  /// `text` begins at a row's begin.
  void begin(std::string_view text);
  /// Makes up to `wanted` rows known, in place of those before; how many there are, 0 at the end.
  uint32_t next(uint32_t wanted);

  std::string_view text() const { return text_; }
  uint32_t size() const { return count_; }
  uint32_t begin_of(uint32_t row) const { return begins_[row]; }
  uint32_t fields_of(uint32_t row) const { return bases_[row + 1] - bases_[row]; }
  /// Ends of the row's values: fields_of(row) positions. The next value begins behind each.
  const uint32_t* ends_of(uint32_t row) const { return positions_.data() + bases_[row]; }
  /// Without the \r of a line's end. `field` < fields_of(row).
  std::string_view field(uint32_t row, uint32_t field) const {
    const uint32_t* ends = ends_of(row);
    const uint32_t begin = field == 0 ? begins_[row] : ends[field - 1] + 1;
    uint32_t end = ends[field];
    if (field + 1 == fields_of(row) && end > begin && text_[end - 1] == '\r') --end;
    return text_.substr(begin, end - begin);
  }
  std::string_view row_text(uint32_t row) const {
    uint32_t end = ends_of(row)[fields_of(row) - 1];
    if (end > begins_[row] && text_[end - 1] == '\r') --end;
    return text_.substr(begins_[row], end - begins_[row]);
  }
  /// Whether the row is what stands behind a comment sign, or nothing before one.
  bool is_comment(uint32_t row) const;
  /// The text ended within quotes, in its last row.
  bool is_unclosed() const { return is_unclosed_; }

 private:
  const CsvDialect dialect_;
  CsvScanner scanner_;
  std::string_view text_;
  size_t scanned_ = 0;
  bool is_ended_ = false;
  bool is_unclosed_ = false;
  std::vector<uint32_t> positions_;
  std::vector<uint32_t> row_ends_;  // indexes into positions_
  uint32_t count_ = 0;
  std::vector<uint32_t> bases_;   // of each row's first position, and one more
  std::vector<uint32_t> begins_;  // of each row's text
  uint32_t next_begin_ = 0;
};

}  // namespace doline
