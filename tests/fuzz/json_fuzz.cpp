// links: format
//
// Bytes as a JSON file: cutting, sniffing and decoding never crash or over-read, and what is
// decoded does not depend on where the file's blocks end. Input: one byte that picks layout and
// rules, one that picks the blocks' size, the file.

#include <cstdlib>
#include <cstring>
#include <string>

#include "base/error.h"
#include "column/text_format.h"
#include "format/json/record_decoder.h"
#include "format/json/sniffer.h"
#include "format/json/value_cutter.h"

namespace doline {
namespace {

BufferRef block_of(std::string_view bytes) {
  BufferRef block = Buffer::allocate(bytes.size());
  if (!bytes.empty()) std::memcpy(block->data(), bytes.data(), bytes.size());
  return block;
}

std::vector<JsonPiece> cut(JsonFormat format, const JsonOptions& options, std::string_view file,
                           size_t block_bytes) {
  JsonCutter cutter(format, options, "file");
  std::vector<JsonPiece> pieces;
  for (size_t at = 0; at < file.size(); at += block_bytes)
    cutter.feed(block_of(file.substr(at, block_bytes)), pieces);
  cutter.finish(pieces);
  return pieces;
}

TypeRef sniff(const std::vector<JsonPiece>& pieces, const JsonOptions& options,
              JsonTimeFormats& formats) {
  JsonStructure structure(options);
  JsonCursor cursor;
  for (const JsonPiece& piece : pieces) {
    for (const JsonPiece::Span span : piece.values) {
      if (cursor.index(piece.text.substr(span.begin, span.end - span.begin)) && !cursor.at_end())
        structure.add(cursor);
    }
    if (piece.by_lines && cursor.index(piece.text)) {
      while (!cursor.at_end() && structure.add(cursor)) {
      }
    }
  }
  return structure.type(formats);
}

std::string decoded(const std::vector<JsonPiece>& pieces, const JsonOptions& options,
                    const JsonLayout& layout) {
  RecordDecoder decoder(options, layout, nullptr);
  std::string text, failed;
  for (const JsonPiece& piece : pieces) {
    decoder.begin(piece);
    for (uint32_t rows; decoder.next(7, rows);) {
      std::vector<Column> columns;
      for (size_t i = 0; i < layout.fields.size(); ++i) columns.push_back(decoder.column(i));
      for (uint32_t row = 0; row < rows; ++row) {
        for (const Column& column : columns) {
          if (column.is_null(row)) {
            text += "NULL";
          } else {
            append_text(text, column, row, nullptr);
          }
          text += '\t';
        }
        text += '\n';
      }
      for (const JsonFailure& failure : decoder.failures())
        failed += std::to_string(failure.record) + failure.column + '\n';
    }
  }
  return text + failed;
}

void run(std::string_view input) {
  if (input.size() < 2) return;
  const auto pick = static_cast<uint8_t>(input[0]);
  const size_t block_bytes = 1 + static_cast<uint8_t>(input[1]) % 61;
  const std::string_view file = input.substr(2);
  JsonOptions options;
  options.ignore_errors = pick & 4;
  options.store_rejects = (pick & 12) == 12;
  options.strings_to_integers = pick & 16;
  const JsonFormat formats[] = {detect_json_format(file, true), JsonFormat::kLines,
                                JsonFormat::kArray, JsonFormat::kUnstructured};
  const JsonFormat format = formats[pick & 3];
  const std::vector<JsonPiece> whole = cut(format, options, file, file.size() + 1);
  const std::vector<JsonPiece> parts = cut(format, options, file, block_bytes);

  JsonTimeFormats times;
  const TypeRef type = sniff(whole, options, times);
  options.date_format = times.date;
  options.timestamp_format = times.timestamp;
  JsonLayout layout;
  layout.is_records = type->is(TypeKind::kStruct);
  layout.is_guessed = !(pick & 32);
  layout.is_complete = layout.is_guessed;
  if (layout.is_records) {
    for (const Field& field : type->fields())
      layout.fields.push_back({field.name, field.type, true, {}});
  } else {
    layout.fields.push_back({"json", type, true, {}});
  }
  if (decoded(whole, options, layout) != decoded(parts, options, layout)) std::abort();

  // Types that no value was looked at for.
  JsonLayout given;
  given.is_guessed = false;
  given.fields = {
      {"a", Type::int32(), true, {}},
      {"b",
       Type::structure({{"c", Type::list(Type::decimal(9, 2))}, {"d", Type::timestamp()}}),
       true,
       {{"c"}}},
      {"e", Type::map(Type::varchar(), Type::json()), true, {}},
      {"f", Type::array(Type::float32(), 2), true, {}}};
  decoded(parts, options, given);
}

}  // namespace
}  // namespace doline

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    doline::run({reinterpret_cast<const char*>(data), size});
  } catch (const doline::Error& error) {
    if (error.code() != doline::ErrorCode::kFormat) throw;
  }
  return 0;
}
