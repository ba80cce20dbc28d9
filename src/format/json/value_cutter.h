#pragma once

#include <functional>
#include <string>
#include <vector>

#include "format/json/json_options.h"
#include "format/json/json_piece.h"

namespace doline {

/// Cuts a file's blocks where values end, so that they can be decoded apart: at newlines, or
/// behind closing brackets that no string holds. The values themselves are not looked at.
/// One thread at a time.
class JsonCutter {
 public:
  /// `format` is not kAuto. `line_at` gives the number of the line at a byte, for errors; 0, or no
  /// function: not known.
  JsonCutter(JsonFormat format, const JsonOptions& options, std::string path,
             std::function<uint64_t(uint64_t)> line_at = {})
      : format_(format),
        is_detected_(options.format == JsonFormat::kAuto),
        most_value_bytes_(options.most_value_bytes),
        path_(std::move(path)),
        line_at_(std::move(line_at)) {}

  /// The whole values that have come so far: at most two pieces, as a value that lies across the
  /// begin of the block is copied out. Throws Error(kFormat) where a value is longer than the
  /// options allow, and where an array's commas and brackets are wrong.
  void feed(const BufferRef& block, std::vector<JsonPiece>& out);
  /// What is left at the end of the file. Throws Error(kFormat) for an array that does not end and
  /// gives nothing more: a value that does not end is damage to its decoder.
  void finish(std::vector<JsonPiece>& out);

 private:
  enum class State : uint8_t {
    kBeforeArray,
    kFirstValue,
    kValue,
    kInValue,
    kInScalar,
    kAfterValue,
    kAfterArray
  };

  /// Once it is known whether a byte order mark stands first.
  void begin_text(std::vector<JsonPiece>& out);
  void feed_text(std::string_view text, const BufferRef& block, std::vector<JsonPiece>& out);
  void feed_lines(std::string_view text, const BufferRef& block, std::vector<JsonPiece>& out);
  void feed_values(std::string_view text, const BufferRef& block, std::vector<JsonPiece>& out);
  /// Goes on within a value; true at its end.
  bool scan_value(std::string_view text, size_t& at);
  void keep(std::string_view rest);
  JsonPiece straddling(std::string_view rest);
  [[noreturn]] void unexpected(size_t at, const char* wanted) const;

  const JsonFormat format_;
  const bool is_detected_;
  const uint64_t most_value_bytes_;
  const std::string path_;
  const std::function<uint64_t(uint64_t)> line_at_;
  State state_ = State::kBeforeArray;
  bool seen_begin_ = false;
  size_t mark_bytes_ = 0;  // of the byte order mark met so far: it may lie in several blocks
  bool in_string_ = false;
  bool is_escape_ = false;  // the last sign was a backslash
  uint64_t depth_ = 0;
  std::string carry_;       // the begin of a value
  uint64_t byte_ = 0;       // of carry_, or of the next byte
  uint64_t text_byte_ = 0;  // of the block
};

}  // namespace doline
