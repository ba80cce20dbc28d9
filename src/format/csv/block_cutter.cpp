#include "format/csv/block_cutter.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"
#include "format/byte_order_mark.h"
#include "format/text_begin.h"

namespace doline {

CsvBlockCutter::CsvBlockCutter(std::unique_ptr<ReadAhead> blocks, const CsvOptions& options,
                               std::string path)
    : blocks_(std::move(blocks)),
      options_(options),
      path_(std::move(path)),
      signs_(options.dialect.signs()),
      scanner_(options.dialect),
      lines_to_skip_(options.skip) {}

void CsvBlockCutter::too_long() const {
  throw Error(ErrorCode::kFormat, "{}: the row that begins in line {} is longer than {} bytes",
              path_, place_.line, options_.max_line_bytes)
      .note("a quote that is never closed makes the rest of a file one row")
      .hint("quote => '' if quotes mean nothing here, or a larger max_line_size");
}

bool CsvBlockCutter::begin_file(std::string_view& text) {
  if (!seen_begin_) {
    seen_begin_ = true;
    refuse_what_is_no_text(text, path_);
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

CsvPiece CsvBlockCutter::straddling(std::string_view rest, uint64_t lines) {
  BufferRef buffer = Buffer::allocate(carry_.size() + rest.size());
  if (!carry_.empty()) std::memcpy(buffer->data(), carry_.data(), carry_.size());
  if (!rest.empty()) std::memcpy(buffer->data() + carry_.size(), rest.data(), rest.size());
  CsvPiece piece;
  piece.text = {buffer->as<char>(), buffer->size_bytes()};
  piece.pin = buffer;
  piece.place = place_;
  place_.byte += piece.text.size();
  place_.line += carry_newlines_ + lines;
  carry_.clear();
  carry_newlines_ = 0;
  return piece;
}

void CsvBlockCutter::cut(std::string_view text, const PinRef& pin, std::vector<CsvPiece>& out) {
  const CsvRowEnds ends = scanner_.skim(text);
  if (ends.first == CsvRowEnds::kNowhere) {
    carry_.append(text);
    carry_newlines_ += ends.newlines;
    if (carry_.size() > options_.max_line_bytes) too_long();
    return;
  }
  size_t begin = 0;
  uint64_t lines = ends.newlines_to_last;
  if (!carry_.empty()) {
    if (carry_.size() + ends.first > options_.max_line_bytes) too_long();
    begin = ends.first + 1;
    const std::string_view rest = text.substr(0, begin);
    const auto in_rest =
        static_cast<uint64_t>(std::count(rest.begin(), rest.end(), signs_.newline));
    lines -= in_rest;
    out.push_back(straddling(rest, in_rest));
  }
  const size_t size = ends.last + 1 - begin;
  if (size > 0) {
    CsvPiece piece;
    piece.text = text.substr(begin, size);
    piece.pin = pin;
    piece.place = place_;
    place_.byte += size;
    place_.line += lines;
    out.push_back(std::move(piece));
  }
  carry_.assign(text.substr(ends.last + 1));
  carry_newlines_ = ends.newlines - ends.newlines_to_last;
  if (carry_.size() > options_.max_line_bytes) too_long();
}

void CsvBlockCutter::finish(std::vector<CsvPiece>& out) {
  is_done_ = true;
  if (!carry_.empty()) out.push_back(straddling({}, 0));
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
