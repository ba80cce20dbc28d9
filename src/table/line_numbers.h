#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/thread_safety.h"
#include "io/byte_stream.h"
#include "plan/query_context.h"

namespace doline {

/// The number of the line at a place of a file. Only damaged records ask for it, so that line ends
/// are counted then, and once where places ascend. A plain file is counted on from the nearest
/// place whose number is known; what must be decompressed, from its begin when a place lies before
/// the last. Shared by readers; opens the file when it is first asked. Counting a long way stops
/// when the query is cancelled.
class LineNumbers {
 public:
  /// `context` outlives it.
  LineNumbers(std::function<FileRef()> open_plain, const QueryContext& context);
  LineNumbers(std::function<std::unique_ptr<ByteStream>()> open, const QueryContext& context);

  /// The number of the line that begins at `byte`, or that it lies in.
  uint64_t line_at(uint64_t byte);

 private:
  void go_back(uint64_t byte) REQUIRES(mutex_);
  size_t read(size_t wanted) REQUIRES(mutex_);

  const std::function<FileRef()> open_plain_;  // or null
  const std::function<std::unique_ptr<ByteStream>()> open_;
  const QueryContext& context_;
  Mutex mutex_;
  FileRef plain_ GUARDED_BY(mutex_);
  std::unique_ptr<ByteStream> stream_ GUARDED_BY(mutex_);
  uint64_t at_ GUARDED_BY(mutex_) = 0;
  uint64_t line_ GUARDED_BY(mutex_) = 1;                  // at at_
  std::vector<uint64_t> known_ GUARDED_BY(mutex_) = {1};  // at each stride's begin
  std::vector<std::byte> block_ GUARDED_BY(mutex_);
};

}  // namespace doline
