#pragma once

#include <cstddef>
#include <cstdint>

namespace doline {

/// The bytes that mean something in a CSV text. A sign that the dialect lacks has its mask 0.
struct CsvSigns {
  char delimiter;
  char newline;
  char quote;
  char escape;  // only where it is not the quote itself
  char comment;
  uint64_t quote_mask;  // 0 or all ones
  uint64_t escape_mask;
  uint64_t comment_mask;
};

/// What the next word of 64 bytes needs to know of those before it.
struct CsvCarry {
  uint64_t inside;    // all ones within quotes, else 0
  uint64_t may_open;  // 1: a quote at the next byte opens a value or doubles one before it
};

struct CsvMarked {
  size_t words;      // done; fewer than asked where a word needs the state machine
  size_t positions;  // written: ends of values
  size_t row_ends;   // written: which of the positions end a row
};

/// Where rows end, without the values: what cutting a block needs.
struct CsvSkimmed {
  size_t words;            // done; fewer than asked where a word needs the state machine
  uint64_t newlines;       // in them, within quotes too
  uint64_t newlines_last;  // of those, up to last_end and with it
  size_t first_end;        // newlines outside quotes, from the text's begin; ~0: there is none
  size_t last_end;
};

struct CsvKernels {
  /// Writes the position (from `base`) of each delimiter and newline outside quotes, and for each
  /// newline its index among the positions, counting from `first_index`. Stops before a word with
  /// an escape or comment sign, or with a quote in the middle of a value that does not begin with
  /// one. There must be room for 64 positions and row ends a word,
  /// and for 16 positions more.
  CsvMarked (*mark)(const char* text, size_t words, const CsvSigns* signs, CsvCarry* carry,
                    uint32_t base, uint32_t first_index, uint32_t* positions, uint32_t* row_ends);
  /// The same way through the text as mark's.
  CsvSkimmed (*skim)(const char* text, size_t words, const CsvSigns* signs, CsvCarry* carry);
};

namespace scalar {
extern const CsvKernels kCsvKernels;
}
namespace avx2 {
extern const CsvKernels kCsvKernels;
}
namespace avx512 {
extern const CsvKernels kCsvKernels;
}

}  // namespace doline
