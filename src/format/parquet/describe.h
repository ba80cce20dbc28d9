#pragma once

#include <vector>

#include "column/chunk.h"
#include "format/parquet/file.h"

namespace doline::parquet {

/// What parquet_schema() gives: a row for each element of a file's schema, groups included, in the
/// footer's order. Column names are DuckDB's.
const Schema& schema_listing_columns();
std::vector<Chunk> schema_listing(const ParquetFile& file);

/// What parquet_kv_metadata() gives: a row for each pair that whoever wrote the file left in its
/// footer.
const Schema& pair_listing_columns();
std::vector<Chunk> pair_listing(const ParquetFile& file);

/// What parquet_file_metadata() gives: a row for the file.
const Schema& file_listing_columns();
std::vector<Chunk> file_listing(const ParquetFile& file);

/// What parquet_metadata() gives: a row for each column chunk.
const Schema& chunk_listing_columns();
std::vector<Chunk> chunk_listing(const ParquetFile& file);

}  // namespace doline::parquet
