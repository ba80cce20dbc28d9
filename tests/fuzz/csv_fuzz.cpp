// links: format
//
// Bytes as a CSV file: sniffing, indexing and parsing never crash or over-read, and the vector
// kernel finds the same values as the state machine.
// Input: one byte that picks the dialect, the file.

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>

#include "base/error.h"
#include "format/csv/parser.h"
#include "format/csv/sniffer.h"

namespace doline {
namespace {

void run(std::string_view input) {
  if (input.empty()) return;
  const auto pick = static_cast<uint8_t>(input[0]);
  CsvOptions options;
  if (pick & 1) options.dialect.escape = '\\', options.escape_given = true;
  if (pick & 2) options.dialect.comment = '#';
  options.null_padding = pick & 4;
  options.ignore_errors = pick & 8;
  // A block of the file's own size, so that the sanitizer sees an over-read.
  const auto block = std::make_unique<char[]>(input.size() - 1);
  input.substr(1).copy(block.get(), input.size() - 1);
  const std::string_view text(block.get(), input.size() - 1);

  const CsvSniffed sniffed = sniff_csv(options, text, !(pick & 16));
  CsvScanner by_words(sniffed.options.dialect), by_bytes(sniffed.options.dialect);
  CsvPositions wide, narrow, wide_rows, narrow_rows;
  by_words.scan(text, 0, text.size(), wide, wide_rows);
  for (size_t at = 0; at < text.size();) {
    at = by_bytes.scan(text, at, std::min(text.size(), at + 37), narrow, narrow_rows);
  }
  const auto same = [](const CsvPositions& a, const CsvPositions& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end());
  };
  if (!same(wide, narrow) || !same(wide_rows, narrow_rows)) std::abort();
  // Skimmed for where rows end: the first and the last of them.
  const CsvDialect& dialect = sniffed.options.dialect;
  CsvScanner skimming(dialect);
  skimming.begin(CsvState::kFieldStart);
  const CsvRowEnds ends = skimming.skim(text);
  if (skimming.state() != by_words.state()) std::abort();
  size_t first = CsvRowEnds::kNowhere, last = CsvRowEnds::kNowhere;
  for (const uint32_t row : wide_rows) {
    if (text[wide[row]] != dialect.newline()) continue;  // a comment begins there
    if (first == CsvRowEnds::kNowhere) first = wide[row];
    last = wide[row];
  }
  if (ends.first != first || ends.last != last) std::abort();

  CsvParser parser(sniffed.options, static_cast<uint32_t>(sniffed.schema.size()), nullptr);
  // Values are read sixteen bytes at a time: behind its texts the parser wants a buffer's padding.
  const BufferRef padded = Buffer::copy_of(std::as_bytes(std::span(text)));
  parser.begin({padded->as<char>(), text.size()}, padded, true);
  for (uint32_t rows; parser.next(100, rows);) {
    for (uint32_t i = 0; i < sniffed.schema.size() && i < 50; ++i) {
      parser.column(i, sniffed.schema[i].type, Selection::all(rows));
    }
  }
}

}  // namespace
}  // namespace doline

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    doline::run({reinterpret_cast<const char*>(data), size});
  } catch (const doline::Error& error) {
    if (error.code() != doline::ErrorCode::kFormat &&
        error.code() != doline::ErrorCode::kInvalidArgument)
      throw;
  }
  return 0;
}
