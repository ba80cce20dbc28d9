#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "memory/buffer.h"

namespace doline::parquet {

class ThriftReader;

/// The structures of a Parquet file's footer, pages and indexes, as parquet.thrift has them.
/// Text and bounds are views of the bytes they were parsed from.

enum class Physical : uint8_t {
  kBoolean,
  kInt32,
  kInt64,
  kInt96,
  kFloat,
  kDouble,
  kByteArray,
  kFixed
};
inline constexpr int kPhysicalCount = 8;

enum class Repetition : uint8_t { kRequired, kOptional, kRepeated };

/// Numbers as in the format; files may hold others, which are refused where they matter.
enum class PageEncoding : int32_t {
  kPlain = 0,
  kPlainDictionary = 2,
  kRle = 3,
  kBitPacked = 4,
  kDeltaBinaryPacked = 5,
  kDeltaLengthByteArray = 6,
  kDeltaByteArray = 7,
  kRleDictionary = 8,
  kByteStreamSplit = 9,
};

enum class Codec : int32_t {
  kUncompressed = 0,
  kSnappy = 1,
  kGzip = 2,
  kLzo = 3,
  kBrotli = 4,
  kLz4Hadoop = 5,
  kZstd = 6,
  kLz4Raw = 7,
};

std::string_view name_of(Physical physical);
std::string_view name_of(Repetition repetition);
std::string name_of(PageEncoding encoding);
std::string name_of(Codec codec);

/// The arms of LogicalType, and the ConvertedTypes that say the same.
enum class LogicalKind : uint8_t {
  kNone,
  kString,
  kMap,
  kList,
  kEnum,
  kDecimal,
  kDate,
  kTime,
  kTimestamp,
  kInteger,
  kNull,
  kJson,
  kBson,
  kUuid,
  kFloat16,
  kInterval,  // only as a converted type
  kUnknown,   // newer than this reader: read as the physical type
};

enum class TimeUnit : uint8_t { kMillis, kMicros, kNanos };

struct LogicalType {
  LogicalKind kind = LogicalKind::kNone;
  int32_t precision = 0;
  int32_t scale = 0;
  TimeUnit unit = TimeUnit::kMicros;
  bool utc = false;
  uint8_t bit_width = 0;
  bool is_signed = true;
};
/// As parquet_schema() shows it: "TIMESTAMP(MICROS, UTC)"; empty for kNone.
std::string name_of(const LogicalType& type);

struct SchemaElement {
  std::optional<Physical> physical;  // absent for groups
  int32_t type_length = 0;
  std::optional<Repetition> repetition;  // absent for the root
  std::string_view name;
  int32_t child_count = 0;
  std::optional<int32_t> converted;
  std::optional<int32_t> scale, precision;
  std::optional<int32_t> field_id;
  LogicalType logical;  // from either form
};

struct Statistics {
  // The typed-order bounds; the deprecated pair is taken only where its order is unambiguous.
  std::optional<std::string_view> min_value, max_value;
  std::optional<std::string_view> old_min, old_max;
  std::optional<int64_t> null_count, distinct_count;
  bool min_exact = false, max_exact = false;
};

struct ColumnMetaData {
  Physical physical = Physical::kBoolean;
  Codec codec = Codec::kUncompressed;
  std::vector<PageEncoding> encodings;
  std::string_view path_bytes;  // unparsed
  int64_t value_count = 0;
  int64_t uncompressed_bytes = 0;
  int64_t compressed_bytes = 0;
  int64_t data_page_offset = 0;
  int64_t index_page_offset = 0;
  int64_t dictionary_page_offset = 0;  // 0: none is declared
  int64_t bloom_filter_offset = 0;
  int32_t bloom_filter_bytes = 0;
  Statistics statistics;
  std::vector<std::pair<std::string_view, std::string_view>> key_values;

  /// Where the chunk's first page starts.
  int64_t first_page() const {
    return dictionary_page_offset > 0 && dictionary_page_offset < data_page_offset
               ? dictionary_page_offset
               : data_page_offset;
  }
};

struct ColumnChunk {
  std::string_view file_path;
  int64_t file_offset = 0;
  ColumnMetaData meta;
  int64_t offset_index_offset = 0;
  int32_t offset_index_bytes = 0;
  int64_t column_index_offset = 0;
  int32_t column_index_bytes = 0;
  bool encrypted = false;
};

struct RowGroup {
  std::vector<ColumnChunk> columns;
  int64_t total_bytes = 0;
  int64_t row_count = 0;
};

/// Bytes of parsed metadata, charged to the budget of the thread that parses. A byte of hostile
/// metadata may stand for a hundred of ours: they are charged before they are taken.
class MetadataCharge {
 public:
  MetadataCharge() = default;
  MetadataCharge(MetadataCharge&& other) noexcept
      : budget_(std::move(other.budget_)), bytes_(std::exchange(other.bytes_, 0)) {}
  MetadataCharge& operator=(MetadataCharge&& other) noexcept {
    std::swap(budget_, other.budget_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MetadataCharge() {
    if (bytes_ > 0) budget_->shrink(bytes_);
  }
  /// Error(kMemoryLimit) where they do not fit.
  void grow(size_t bytes) {
    if (!budget_) budget_ = BudgetRef(&current_budget());
    budget_->grow(bytes);
    bytes_ += bytes;
  }

 private:
  BudgetRef budget_;
  size_t bytes_ = 0;
};

struct FileMetaData {
  MetadataCharge charge;  // of the lists below
  int32_t version = 1;
  std::vector<SchemaElement> schema;  // depth first; the first is the root
  int64_t row_count = 0;
  std::vector<RowGroup> row_groups;
  std::vector<std::pair<std::string_view, std::string_view>> key_values;
  std::string_view created_by;
  BufferRef bytes;  // what the views point into
};

struct PageHeader {
  enum class Kind : int32_t { kData = 0, kIndex = 1, kDictionary = 2, kDataV2 = 3 };
  Kind kind = Kind::kData;
  int32_t uncompressed_bytes = 0;
  int32_t compressed_bytes = 0;
  std::optional<uint32_t> crc;
  int32_t value_count = 0;  // levels, for data pages
  PageEncoding encoding = PageEncoding::kPlain;
  PageEncoding definition_encoding = PageEncoding::kRle;
  PageEncoding repetition_encoding = PageEncoding::kRle;
  // Version 2 only.
  int32_t null_count = 0;
  int32_t row_count = 0;
  int32_t definition_bytes = 0;
  int32_t repetition_bytes = 0;
  bool is_compressed = true;
  bool dictionary_sorted = false;

  bool is_data() const { return kind == Kind::kData || kind == Kind::kDataV2; }
};

struct PageLocation {
  int64_t offset = 0;
  int32_t compressed_bytes = 0;  // with the header
  int64_t first_row = 0;
};
struct OffsetIndex {
  MetadataCharge charge;
  std::vector<PageLocation> pages;
};

struct ColumnIndex {
  MetadataCharge charge;
  std::vector<bool> null_pages;
  std::vector<std::string> min_values, max_values;
  std::vector<int64_t> null_counts;  // empty: unknown
};

/// The 8 bytes at the end of a file: length of the footer and the magic.
inline constexpr size_t kTailBytes = 8;
inline constexpr std::string_view kMagic = "PAR1";

/// The footer's length from a file's last 8 bytes. `file_bytes` bounds it. Error(kCorrupt) where
/// it is no Parquet file, Error(kEncrypted) where the footer is encrypted.
size_t footer_bytes(std::span<const std::byte> tail, uint64_t file_bytes);

/// Parses the footer. The views of the result point into `bytes`.
FileMetaData parse_file_metadata(BufferRef bytes);
/// Parses a page header; `consumed` is its length.
PageHeader parse_page_header(std::span<const std::byte> bytes, size_t& consumed);
OffsetIndex parse_offset_index(std::span<const std::byte> bytes);
ColumnIndex parse_column_index(std::span<const std::byte> bytes);

}  // namespace doline::parquet
