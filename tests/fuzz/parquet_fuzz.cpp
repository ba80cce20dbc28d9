// links: format
//
// The input is a Parquet file: it is opened and all its columns are read, under a budget of 256
// MiB. Typed errors are fine; anything else is a finding.

#include <algorithm>
#include <cstdint>

#include "../unit/format/parquet_memory_file.h"
#include "base/error.h"
#include "format/parquet/describe.h"
#include "memory/budget.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace doline;
  // A few bytes may honestly hold a billion NULLs: rows enough to meet every branch will do.
  constexpr uint64_t kMostRows = 200'000;
  const BudgetRef budget = Budget::create("fuzz", Budget::process(), size_t{256} << 20);
  const BudgetScope scope(*budget);
  try {
    const auto file = parquet::ParquetFile::open(
        make_ref<const MemoryFile>(std::string(reinterpret_cast<const char*>(data), size)));
    parquet::schema_listing(*file);
    parquet::chunk_listing(*file);
    parquet::ReadRequest request;
    for (uint32_t column = 0; column < std::min<size_t>(file->schema().size(), 64); ++column)
      request.columns.push_back(column);
    const auto read = parquet::FileRead::create(file, std::move(request),
                                                std::make_shared<parquet::ReadCounters>());
    uint64_t rows = 0;
    for (const parquet::Piece& piece : read->pieces()) {
      const auto reader = read->open(piece);
      Chunk chunk;
      while (rows < kMostRows && reader->read(chunk, Waker()) != Poll::kDone) {
        for (const Column& column : chunk.columns) {
          if (column.size() != chunk.row_count) __builtin_trap();
          // Touches every byte that views lead to.
          Chunk({column}, chunk.row_count).retain().data_bytes();
        }
        rows += chunk.row_count;
      }
      if (rows >= kMostRows) break;
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kInternal) __builtin_trap();
  }
  return 0;
}
