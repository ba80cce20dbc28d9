#pragma once

#include <optional>
#include <string>
#include <vector>

#include "format/parquet/metadata.h"
#include "format/parquet/shred.h"

namespace doline::parquet {

struct WriteOptions {
  Codec codec = Codec::kSnappy;
  int level = 0;  // 0: the codec's default
  uint64_t row_group_rows = 122'880;
  uint64_t row_group_bytes = uint64_t{64} << 20;
  size_t page_rows = 20'000;
  size_t page_bytes = size_t{1} << 20;
  bool dictionaries = true;
  std::vector<std::pair<std::string, std::string>> key_values;
};

/// A page that was written: its entry in the page indexes. Positions are relative to the column's
/// bytes.
struct WrittenPage {
  uint64_t position = 0;
  uint32_t size_bytes = 0;
  uint64_t first_row = 0;
  uint64_t null_count = 0;
  bool is_null = false;  // no value at all
  std::string min, max;  // may be cut
};

/// One column chunk, encoded.
struct EncodedColumn {
  std::string bytes;
  uint64_t uncompressed_bytes = 0;
  uint64_t value_count = 0;  // level entries
  uint64_t null_count = 0;
  uint64_t data_page_position = 0;
  bool has_dictionary = false;
  std::vector<WrittenPage> pages;
  bool has_bounds = true;  // each page that is not null has min and max
  std::optional<std::string> min, max;
  bool min_exact = true, max_exact = true;
};

/// Encodes a leaf's rows of one row group: a dictionary where that makes the chunk smaller by a
/// fifth, else plain; pages start with rows, carry checksums, and are compressed one by one.
EncodedColumn encode_column(const WriteLeaf& leaf, const LeafData& data,
                            const WriteOptions& options);

}  // namespace doline::parquet
