// links: format
//
// Bytes as a CSV file: sniffing, indexing and parsing never crash or over-read, and the vector
// kernel finds the same values as the state machine.
// Input: one byte that picks the dialect, the file.

#include <cstdlib>
#include <memory>
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
  std::vector<uint32_t> wide, narrow, wide_rows, narrow_rows;
  by_words.scan(text, 0, text.size(), wide, wide_rows);
  for (size_t at = 0; at < text.size();) {
    at = by_bytes.scan(text, at, std::min(text.size(), at + 37), narrow, narrow_rows);
  }
  if (wide != narrow || wide_rows != narrow_rows) std::abort();

  CsvParser parser(sniffed.options, static_cast<uint32_t>(sniffed.schema.size()), nullptr);
  parser.begin(text, {}, true);
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
    if (error.code() != doline::ErrorCode::kFormat && error.code() != doline::ErrorCode::kInvalidArgument) throw;
  }
  return 0;
}
