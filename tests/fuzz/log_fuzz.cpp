// links: format
//
// Bytes as a log file of each format: never a crash or an over-read; and a file cut in two where
// record_begin() says must give as many rows as the whole one.
// Input: one byte that picks the format, the file.

#include <cstdlib>
#include <memory>
#include <numeric>
#include <string>

#include "base/error.h"
#include "format/text/log_parser.h"
#include "format/text/log_rows.h"

namespace doline {
namespace {

size_t count_rows(const LogParser& parser, std::string_view text) {
  std::vector<uint32_t> wanted(parser.columns().size());
  std::iota(wanted.begin(), wanted.end(), 0u);
  LogBlock block(text);
  size_t count = 0;
  while (!block.done()) {
    LogRows rows(parser.columns(), wanted, {}, 64);
    std::vector<LogReject> rejects;
    parser.read(block, rows, rejects);
    count += rows.size();
    rows.seal();
  }
  return count;
}

void run(std::string_view input) {
  if (input.empty()) return;
  LogOptions options;
  options.format = static_cast<LogFormat>(static_cast<uint8_t>(input[0]) % 9);
  options.pattern = R"re(^(?P<host>\S+) (?P<number>\d+)(?: "(?P<text>[^"]*)")?)re";
  if (options.format == LogFormat::kAuto) options.pattern.clear();
  options.now_micros = 1'700'000'000'000'000;
  // A block of the file's own size, so that the sanitizer sees an over-read.
  const std::string_view file = input.substr(1);
  const auto block = std::make_unique<char[]>(file.size());
  file.copy(block.get(), file.size());
  const std::string_view text(block.get(), file.size());
  try {
    const auto parser = create_log_parser(options, text.substr(0, text.size() / 2));
    const size_t cut = parser->record_begin(text, text.size() / 3);
    const size_t rows = count_rows(*parser, text);
    if (cut == std::string_view::npos) return;
    const size_t in_parts =
        count_rows(*parser, text.substr(0, cut)) + count_rows(*parser, text.substr(cut));
    if (rows != in_parts) {
      fmt::print(stderr, "{} rows, {} in two parts\n", rows, in_parts);
      std::abort();
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kFormat) throw;
  }
}

}  // namespace
}  // namespace doline

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  doline::run({reinterpret_cast<const char*>(data), size});
  return 0;
}
