#pragma once

#include <memory>
#include <string>
#include <vector>

#include "format/csv/field_index.h"
#include "io/read_ahead.h"

namespace doline {

/// Whole rows that one parser takes: bytes of one buffer.
struct CsvPiece {
  std::string_view text;
  PinRef pin;
  CsvPlace place;
  bool begins_file = false;  // its first row may be the header
};

/// Cuts a stream's blocks where rows end, which within quotes no newline does, so that they can be
/// parsed apart. Goes through each block once at memory speed, with the scanner that parsing uses
/// too, so that both agree. One thread at a time.
class CsvBlockCutter {
 public:
  CsvBlockCutter(std::unique_ptr<ReadAhead> blocks, const CsvOptions& options, std::string path);

  /// One or two pieces: the row that lies across the begin of a block is copied out. Throws
  /// Error(kFormat) where a row is longer than the options allow.
  Poll next(std::vector<CsvPiece>& out, const Waker& waker);
  const ReadAhead& blocks() const { return *blocks_; }

 private:
  bool begin_file(std::string_view& text);
  void cut(std::string_view text, const PinRef& pin, std::vector<CsvPiece>& out);
  void finish(std::vector<CsvPiece>& out);
  CsvPiece straddling(std::string_view rest, uint64_t lines);
  [[noreturn]] void too_long() const;

  const std::unique_ptr<ReadAhead> blocks_;
  const CsvOptions& options_;
  const std::string path_;
  const CsvSigns signs_;
  CsvScanner scanner_;
  uint64_t lines_to_skip_;
  bool seen_begin_ = false;
  bool gave_piece_ = false;
  bool is_done_ = false;
  std::string carry_;            // the begin of a row
  uint64_t carry_newlines_ = 0;  // in it, within quotes
  CsvPlace place_;               // of carry_, or of the next byte
};

}  // namespace doline
