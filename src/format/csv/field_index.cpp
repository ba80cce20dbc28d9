#include "format/csv/field_index.h"

#include <algorithm>
#include <cstring>

#include "base/assert.h"
#include "kernel/simd.h"

namespace doline {

namespace {

/// Enough rows for a chunk from most files, and both lists still in the first caches.
constexpr size_t kWindowBytes = size_t{32} << 10;

const CsvKernels& kernels() {
  static const CsvKernels& picked =
      pick_variant(simd_level(), scalar::kCsvKernels, avx2::kCsvKernels, avx512::kCsvKernels);
  return picked;
}

}  // namespace

void CsvPositions::reserve(size_t capacity) {
  capacity = std::max(capacity, capacity_ * 2);
  auto larger = std::make_unique_for_overwrite<uint32_t[]>(capacity);
  if (size_ > 0) std::memcpy(larger.get(), values_.get(), size_ * sizeof(uint32_t));
  values_ = std::move(larger);
  capacity_ = capacity;
}

void CsvPositions::drop_front(size_t count, uint32_t shift) {
  size_ -= count;
  for (size_t i = 0; i < size_; ++i) values_[i] = values_[i + count] - shift;
}

CsvScanner::CsvScanner(const CsvDialect& dialect)
    : dialect_(dialect), signs_(dialect.signs()), kernels_(kernels()) {}

CsvState CsvScanner::state_at(std::string_view text, size_t at, const CsvCarry& carry) const {
  if (carry.inside != 0) return CsvState::kInside;
  size_t before = at;
  while (before > 0 && text[before - 1] == ' ' && dialect_.delimiter != ' ') --before;
  if (before == 0) {
    if (begin_state_ == CsvState::kFieldStart || at == 0) return begin_state_;
    return CsvState::kUnquoted;
  }
  const char last = text[before - 1];
  if (last == dialect_.delimiter || last == signs_.newline) return CsvState::kFieldStart;
  if (before == at && carry.may_open != 0 && last == dialect_.quote) return CsvState::kClosed;
  return CsvState::kUnquoted;
}

CsvCarry CsvScanner::carry() const {
  return {state_ == CsvState::kInside ? ~uint64_t{0} : 0,
          state_ == CsvState::kFieldStart || state_ == CsvState::kClosed};
}

void CsvScanner::step(std::string_view text, size_t at, size_t to, CsvPositions& positions,
                      CsvPositions& row_ends) {
  const bool has_escape = dialect_.has_escape();
  CsvState state = state_;
  const auto end_value = [&](size_t position, bool ends_row) {
    if (ends_row) row_ends.push_back(static_cast<uint32_t>(positions.size()));
    positions.push_back(static_cast<uint32_t>(position));
    state = CsvState::kFieldStart;
  };
  for (; at < to; ++at) {
    const char c = text[at];
    switch (state) {
      case CsvState::kInside:
        if (has_escape && c == dialect_.escape) {
          state = CsvState::kEscaped;
        } else if (c == dialect_.quote) {
          state = CsvState::kClosed;
        }
        break;
      case CsvState::kEscaped:
        state = CsvState::kInside;
        break;
      case CsvState::kComment:
        if (c == signs_.newline) end_value(at, true);
        break;
      case CsvState::kFieldStart:
      case CsvState::kClosed:
      case CsvState::kUnquoted:
        if (c == dialect_.delimiter) {
          end_value(at, false);
        } else if (c == signs_.newline) {
          end_value(at, true);
        } else if (dialect_.quote != 0 && c == dialect_.quote && state != CsvState::kUnquoted) {
          state = CsvState::kInside;
        } else if (dialect_.comment != 0 && c == dialect_.comment) {
          end_value(at, true);
          state = CsvState::kComment;
        } else if (c != ' ' || state != CsvState::kFieldStart) {
          state = CsvState::kUnquoted;
        }
        break;
    }
  }
  state_ = state;
}

size_t CsvScanner::scan(std::string_view text, size_t at, size_t to, CsvPositions& positions,
                        CsvPositions& row_ends) {
  while (at < to) {
    const size_t words = (to - at) / 64;
    const bool is_plain = state_ != CsvState::kEscaped && state_ != CsvState::kComment;
    if (words > 0 && is_plain) {
      CsvCarry carry = this->carry();
      const CsvMarked done =
          kernels_.mark(text.data() + at, words, &signs_, &carry, static_cast<uint32_t>(at),
                        static_cast<uint32_t>(positions.size()), positions.room(words * 64 + 16),
                        row_ends.room(words * 64));
      positions.grow(done.positions);
      row_ends.grow(done.row_ends);
      if (done.words > 0) {
        at += done.words * 64;
        state_ = state_at(text, at, carry);
      }
      if (done.words == words) continue;
    }
    const size_t part = std::min<size_t>(64, to - at);
    step(text, at, at + part, positions, row_ends);
    at += part;
  }
  return at;
}

CsvRowEnds CsvScanner::skim(std::string_view text) {
  CsvRowEnds ends;
  CsvPositions positions, rows;
  begin_state_ = state_;
  for (size_t at = 0; at < text.size();) {
    const size_t words = (text.size() - at) / 64;
    if (words > 0 && state_ != CsvState::kEscaped && state_ != CsvState::kComment) {
      CsvCarry carry = this->carry();
      const CsvSkimmed found = kernels_.skim(text.data() + at, words, &signs_, &carry);
      if (found.first_end != CsvRowEnds::kNowhere) {
        if (ends.first == CsvRowEnds::kNowhere) ends.first = at + found.first_end;
        ends.last = at + found.last_end;
        ends.newlines_to_last = ends.newlines + found.newlines_last;
      }
      ends.newlines += found.newlines;
      if (found.words > 0) {
        at += found.words * 64;
        state_ = state_at(text, at, carry);
      }
      if (found.words == words) continue;
    }
    const size_t to = std::min(text.size(), at + 64);
    positions.clear();
    rows.clear();
    step(text, at, to, positions, rows);
    for (const uint32_t row : rows) {
      const size_t position = positions[row];
      if (text[position] != signs_.newline) continue;  // a comment begins there
      if (ends.first == CsvRowEnds::kNowhere) ends.first = position;
      ends.last = position;
    }
    for (; at < to; ++at) {
      ends.newlines += text[at] == signs_.newline;
      if (at == ends.last) ends.newlines_to_last = ends.newlines;
    }
  }
  return ends;
}

void CsvRows::begin(std::string_view text) {
  ASSERT(text.size() < (size_t{1} << 31));
  text_ = text;
  scanner_.begin(CsvState::kFieldStart);
  scanned_ = 0;
  is_ended_ = is_unclosed_ = false;
  positions_.clear();
  row_ends_.clear();
  bases_.clear();
  begins_.clear();
  count_ = 0;
  next_begin_ = 0;
}

uint32_t CsvRows::next(uint32_t wanted) {
  // Forget the rows handed out; what the last window found beyond them moves to the front.
  const uint32_t used = count_ == 0 ? 0 : bases_[count_];
  positions_.drop_front(used, 0);
  row_ends_.drop_front(count_, used);

  while (row_ends_.size() < wanted && scanned_ < text_.size()) {
    scanned_ = scanner_.scan(text_, scanned_, std::min(text_.size(), scanned_ + kWindowBytes),
                             positions_, row_ends_);
  }
  if (scanned_ == text_.size() && !is_ended_) {
    is_ended_ = true;
    const size_t last =
        row_ends_.empty() ? size_t{next_begin_} : positions_[row_ends_.back()] + size_t{1};
    if (last < text_.size()) {  // a last row without a newline
      is_unclosed_ =
          scanner_.state() == CsvState::kInside || scanner_.state() == CsvState::kEscaped;
      row_ends_.push_back(static_cast<uint32_t>(positions_.size()));
      positions_.push_back(static_cast<uint32_t>(text_.size()));
    }
  }
  count_ = static_cast<uint32_t>(std::min<size_t>(wanted, row_ends_.size()));
  bases_.resize(count_ + size_t{1});
  begins_.resize(count_);
  bases_[0] = 0;
  for (uint32_t row = 0; row < count_; ++row) {
    begins_[row] = next_begin_;
    bases_[row + 1] = row_ends_[row] + 1;
    next_begin_ = positions_[row_ends_[row]] + 1;
  }
  return count_;
}

bool CsvRows::is_comment(uint32_t row) const {
  if (dialect_.comment == 0) return false;
  const uint32_t begin = begins_[row];
  if (begin > 0 && text_[begin - 1] == dialect_.comment) return true;
  const uint32_t end = ends_of(row)[0];
  if (end >= text_.size() || text_[end] != dialect_.comment || fields_of(row) != 1) return false;
  return text_.substr(begin, end - begin).find_first_not_of(' ') == text_.npos;
}

}  // namespace doline
