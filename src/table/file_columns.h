#pragma once

#include <string>
#include <vector>

#include "table/hive_partitions.h"

namespace doline {

/// Columns that are one value for all rows of a file, known before it is opened: its path where
/// that was asked for, what its "key=value" directories say, and, hidden from stars, its path and
/// its place among the files.
struct FileColumns {
  enum class Kind : uint8_t { kAskedFor, kPartition, kHidden };
  struct Entry {
    Field field;
    Kind kind;
  };
  std::vector<Entry> entries;
  std::vector<std::vector<Value>> values;  // for each file, one an entry

  static constexpr int32_t kNone = -1;
  /// Puts them behind the columns of the files, hidden ones last. A partition takes the place of
  /// the files' own column of its name, a hidden column gives way to it, and one that was asked for
  /// is Error(kInvalidArgument). For each column of the schema: which entry it is, or kNone.
  std::vector<int32_t> place(Schema& schema) const;
  /// How many of the schema's last columns are hidden, once they were placed.
  uint32_t hidden_in(const std::vector<int32_t>& places) const;
};

/// `filename_column` is empty where no such column was asked for.
FileColumns find_file_columns(const std::vector<ListedFile>& files, const HiveOptions& hive,
                              const std::string& filename_column);

}  // namespace doline
