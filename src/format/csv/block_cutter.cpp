#include "format/csv/block_cutter.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "kernel/simd.h"

namespace doline {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr size_t kScanWindowBytes = size_t{32} << 10;
constexpr size_t kNowhere = ~size_t{0};

CsvSurvey survey(std::string_view text, const CsvSigns& signs) {
  static const CsvKernels& kernels =
      pick_variant(simd_level(), scalar::kCsvKernels, avx2::kCsvKernels, avx512::kCsvKernels);
  return kernels.survey(text.data(), text.size(), &signs);
}

}  // namespace

CsvBlockCutter::CsvBlockCutter(std::unique_ptr<ReadAhead> blocks, const CsvOptions& options, std::string path)
    : blocks_(std::move(blocks)), options_(options), path_(std::move(path)), signs_(options.dialect.signs()),
      scanner_(options.dialect), lines_to_skip_(options.skip) {}

void CsvBlockCutter::too_long() const {
  throw Error(ErrorCode::kFormat, "{}: the row that begins in line {} is longer than {} bytes", path_,
              place_.line, options_.max_line_bytes)
      .note("a quote that is never closed makes the rest of a file one row")
      .hint("quote => '' if quotes mean nothing here, or a larger max_line_size");
}

bool CsvBlockCutter::begin_file(std::string_view& text) {
  if (!seen_begin_) {
    seen_begin_ = true;
    if (text.starts_with(kByteOrderMark)) {
      text.remove_prefix(kByteOrderMark.size());
      place_.byte += kByteOrderMark.size();
    }
  }
  while (lines_to_skip_ > 0) {
    const size_t end = text.find(signs_.newline);
    const size_t skipped = end == text.npos ? text.size() : end + 1;
    place_.byte += skipped;
    text.remove_prefix(skipped);
    if (end == text.npos) return false;
    ++place_.line;
    --lines_to_skip_;
  }
  return true;
}

void CsvBlockCutter::find_ends(std::string_view text, size_t& first, size_t& last) {
  first = last = kNowhere;
  const CsvState state = scanner_.state();
  const bool outside = state == CsvState::kFieldStart || state == CsvState::kUnquoted || state == CsvState::kClosed;
  if (outside && survey(text, signs_).is_plain) {
    const size_t found = text.find(signs_.newline);
    if (found != text.npos) {
      first = found;
      last = text.rfind(signs_.newline);
      scanner_.begin(CsvState::kFieldStart);
    }
    // A value may be open at the end: the few bytes behind the last row end tell.
    const size_t from = first == kNowhere ? 0 : last + 1;
    positions_.clear();
    row_ends_.clear();
    const std::string_view rest = text.substr(from);
    scanner_.begin(scanner_.state());
    scanner_.scan(rest, 0, rest.size(), positions_, row_ends_);
    return;
  }
  scanner_.begin(state);
  for (size_t at = 0; at < text.size();) {
    positions_.clear();
    row_ends_.clear();
    at = scanner_.scan(text, at, std::min(text.size(), at + kScanWindowBytes), positions_, row_ends_);
    for (size_t i = 0; i < row_ends_.size(); ++i) {
      const size_t position = positions_[row_ends_[i]];
      if (text[position] != signs_.newline) continue;  // a comment begins there
      if (first == kNowhere) first = position;
      last = position;
    }
  }
}

CsvPiece CsvBlockCutter::straddling(std::string_view rest) {
  BufferRef buffer = Buffer::allocate(carry_.size() + rest.size());
  if (!carry_.empty()) std::memcpy(buffer->data(), carry_.data(), carry_.size());
  if (!rest.empty()) std::memcpy(buffer->data() + carry_.size(), rest.data(), rest.size());
  CsvPiece piece;
  piece.text = {buffer->as<char>(), buffer->size_bytes()};
  piece.pin = buffer;
  piece.place = place_;
  place_.byte += piece.text.size();
  place_.line += survey(piece.text, signs_).newlines;
  carry_.clear();
  return piece;
}

void CsvBlockCutter::cut(std::string_view text, const PinRef& pin, std::vector<CsvPiece>& out) {
  size_t first, last;
  find_ends(text, first, last);
  if (first == kNowhere) {
    carry_.append(text);
    if (carry_.size() > options_.max_line_bytes) too_long();
    return;
  }
  if (!carry_.empty()) {
    if (carry_.size() + first > options_.max_line_bytes) too_long();
    out.push_back(straddling(text.substr(0, first + 1)));
  } else {
    first = kNowhere;  // nothing to put before the first row
  }
  const size_t begin = first + 1;
  const size_t size = last + 1 - begin;
  if (size > 0) {
    CsvPiece piece;
    piece.text = text.substr(begin, size);
    piece.pin = pin;
    piece.place = place_;
    place_.byte += size;
    place_.line += survey(piece.text, signs_).newlines;
    out.push_back(std::move(piece));
  }
  carry_.assign(text.substr(last + 1));
  if (carry_.size() > options_.max_line_bytes) too_long();
}

void CsvBlockCutter::finish(std::vector<CsvPiece>& out) {
  is_done_ = true;
  if (!carry_.empty()) out.push_back(straddling({}));
}

Poll CsvBlockCutter::next(std::vector<CsvPiece>& out, const Waker& waker) {
  out.clear();
  while (out.empty() && !is_done_) {
    BufferRef block;
    switch (blocks_->next(block, waker)) {
      case Poll::kBlocked:
        return Poll::kBlocked;
      case Poll::kDone:
        finish(out);
        break;
      case Poll::kReady: {
        std::string_view text(block->as<char>(), block->size_bytes());
        if (begin_file(text) && !text.empty()) cut(text, block, out);
        break;
      }
    }
  }
  if (out.empty()) return Poll::kDone;
  out.front().begins_file = !gave_piece_;
  gave_piece_ = true;
  return Poll::kReady;
}

}  // namespace doline
