#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "column/type.h"
#include "io/compression.h"

namespace doline {

/// How values lie in a file.
enum class JsonFormat : uint8_t {
  kAuto,
  kLines,         // one value a line
  kArray,         // one array, whose elements are the values
  kUnstructured,  // one value after the other, spaces or none between them
};

/// Whether the members of a value are columns.
enum class JsonRecords : uint8_t { kAuto, kYes, kNo };

/// What read_json was told and what the sniffer found; then the rules by which files are read.
struct JsonOptions {
  JsonFormat format = JsonFormat::kAuto;
  JsonRecords records = JsonRecords::kAuto;
  bool ignore_errors = false;  // NULL for what cannot be read
  bool store_rejects = false;  // damaged rows are left out, and kept for rejects()
  bool strings_to_integers = false;
  bool keep_text = false;  // read_json_objects: values as they stand
  uint64_t most_value_bytes = uint64_t{16} << 20;
  int64_t sample_rows = 20'480;  // -1: all there are
  int64_t most_depth = -1;       // types below are JSON; -1: kDeepestType
  double field_appearance_threshold = 0.1;
  int64_t map_inference_threshold = 200;  // -1: never
  std::string date_format;                // empty: ISO 8601
  std::string timestamp_format;
  Compression compression = Compression::kAuto;
  Schema columns;  // as given; empty: to be sniffed

  /// Hostile nesting ends here, as JSON.
  static constexpr int64_t kDeepestType = 64;
  static constexpr uint64_t kMostValueBytes = uint64_t{1} << 30;
};

}  // namespace doline
