// links: format
//
// The input is an Arrow IPC file, or a stream that lies in a file or comes in blocks: all its
// columns are read, under a budget of 256 MiB. Typed errors are fine; anything else is a finding.

#include <cstdint>
#include <string>

#include "../unit/format/ipc_bytes.h"
#include "base/error.h"
#include "memory/budget.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace doline;
  // A few bytes may honestly hold a billion NULLs: rows enough to meet every branch will do.
  constexpr uint64_t kMostRows = 200'000;
  const BudgetRef budget = Budget::create("fuzz", Budget::process(), size_t{256} << 20);
  const BudgetScope scope(*budget);
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const size_t block_bytes : {size_t{0}, 1 + size / 3}) {
    uint64_t rows = 0;
    try {
      read_ipc(bytes, block_bytes, [&](const Chunk& chunk) {
        for (const Column& column : chunk.columns) {
          if (column.size() != chunk.row_count) __builtin_trap();
          // Touches every byte that views lead to.
          Chunk({column}, chunk.row_count).retain().data_bytes();
        }
        rows += chunk.row_count;
        return rows < kMostRows;
      });
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kInternal) __builtin_trap();
    }
  }
  return 0;
}
