#pragma once

#include <algorithm>
#include <memory>

#include "plan/table.h"
#include "table/learned_source.h"
#include "table/sniffed_pipe.h"

namespace doline {

/// From its first byte, decompressed. A regular file must still be the one that was listed.
std::unique_ptr<ByteStream> open_listed(const ListedFile& listed, FileSystem& files,
                                        const AccessPolicy& policy, Compression compression);

/// Of the regular ones among files that have been listed, each a struct with a member `listed`.
template <class Files>
uint64_t listed_bytes(const Files& files) {
  uint64_t size = 0;
  for (const auto& file : files)
    size += file.listed.is_regular ? file.listed.version.size_bytes : 0;
  return size;
}

/// Table::version() of files that can be read again.
template <class Files>
std::string listed_version(std::string_view kind, const Files& files) {
  std::vector<ListedFile> listed;
  for (const auto& file : files) {
    if (!file.listed.is_regular) return {};
    listed.push_back(file.listed);
  }
  return learned_source(kind, listed);
}

/// From the size of a row, where that and all sizes are known. Files that look compressed are
/// taken to hold `usual_compression` times their bytes.
template <class Files>
TableStatistics estimated_statistics(const Files& files, double bytes_per_row,
                                     double usual_compression) {
  TableStatistics statistics;
  double bytes = 0;
  for (const auto& file : files) {
    if (!file.listed.is_regular) return statistics;
    const bool compressed = compression_from_path(file.listed.path) != Compression::kNone;
    bytes +=
        static_cast<double>(file.listed.version.size_bytes) * (compressed ? usual_compression : 1);
  }
  if (bytes_per_row > 0) statistics.row_count = static_cast<uint64_t>(bytes / bytes_per_row);
  return statistics;
}

/// How much of a file one task takes: small enough that each thread has work.
inline uint64_t task_bytes(uint64_t file_bytes, unsigned threads, uint64_t least, uint64_t most) {
  return std::clamp<uint64_t>(file_bytes / (uint64_t{std::max(threads, 1u)} * 4) + 1, least, most);
}

}  // namespace doline
