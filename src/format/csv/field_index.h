#pragma once

#include <memory>
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

/// Positions in a text; grows without touching the memory it does not need yet. Owned by one
/// thread.
class CsvPositions {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  uint32_t operator[](size_t i) const { return values_[i]; }
  uint32_t back() const { return values_[size_ - 1]; }
  const uint32_t* data() const { return values_.get(); }
  const uint32_t* begin() const { return values_.get(); }
  const uint32_t* end() const { return values_.get() + size_; }
  void clear() { size_ = 0; }
  void push_back(uint32_t value) {
    *room(1) = value;
    ++size_;
  }
  /// Where `count` more may be written, followed by grow() with those that were.
  uint32_t* room(size_t count) {
    if (size_ + count > capacity_) reserve(size_ + count);
    return values_.get() + size_;
  }
  void grow(size_t count) { size_ += count; }
  /// Forgets the first `count` and takes `shift` off the others.
  void drop_front(size_t count, uint32_t shift);

 private:
  void reserve(size_t capacity);

  std::unique_ptr<uint32_t[]> values_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

/// What lies between two row ends of a block: see CsvScanner::skim.
struct CsvRowEnds {
  static constexpr size_t kNowhere = ~size_t{0};
  size_t first = kNowhere;  // newlines that end rows
  size_t last = kNowhere;
  uint64_t newlines_to_last = 0;  // all of them, within quotes too
  uint64_t newlines = 0;
};

/// Finds where values and rows end; takes up where it left off. The words of 64 bytes that are
/// clear go through the vector kernel, the others through the state machine: both mean the same.
/// Owned by one thread.
class CsvScanner {
 public:
  explicit CsvScanner(const CsvDialect& dialect);

  /// Scans text[at, to) of `text`, of which `at` is where the last call ended (0 after begin()).
  /// Appends to both lists. `to` may be cut down to whole words; returns where it stopped.
  size_t scan(std::string_view text, size_t at, size_t to, CsvPositions& positions,
              CsvPositions& row_ends);
  /// Goes through all of `text` only for where its first and last rows end.
  CsvRowEnds skim(std::string_view text);
  /// The state at the end of the text scanned.
  CsvState state() const { return state_; }
  /// The next text begins in this state: it follows the one before, or is a file's begin.
  void begin(CsvState state) { state_ = begin_state_ = state; }

 private:
  CsvState state_at(std::string_view text, size_t at, const CsvCarry& carry) const;
  void step(std::string_view text, size_t at, size_t to, CsvPositions& positions,
            CsvPositions& row_ends);
  CsvCarry carry() const;

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
  CsvPositions positions_;
  CsvPositions row_ends_;  // indexes into positions_
  uint32_t count_ = 0;
  std::vector<uint32_t> bases_;   // of each row's first position, and one more
  std::vector<uint32_t> begins_;  // of each row's text
  uint32_t next_begin_ = 0;
};

}  // namespace doline
