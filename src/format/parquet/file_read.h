#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "base/thread_safety.h"
#include "base/waker.h"
#include "column/chunk.h"
#include "expr/filter_order.h"
#include "format/parquet/column_reader.h"
#include "format/parquet/file.h"
#include "format/parquet/prune.h"

namespace doline::parquet {

/// One AND-ed term that rows must satisfy. The reader evaluates it exactly.
struct ReadFilter {
  ProgramRef program;             // a predicate over the request's columns
  std::vector<uint32_t> columns;  // those it reads: positions in ReadRequest::columns
  /// It may fail on a value, or give another answer each time: only rows that passed all other
  /// terms are shown to it, once.
  bool is_delicate = false;
  std::optional<ValueRange> range;
};

/// A filter that becomes known while the query runs. Any thread.
class LateFilter {
 public:
  virtual ~LateFilter() = default;
  virtual uint32_t column() const = 0;  // position in ReadRequest::columns
  virtual bool is_ready() const = 0;
  // Once ready:
  /// Outside which no row is wanted, NULLs included; none: values do not tell.
  virtual std::optional<ValueRange> range() const = 0;
  virtual Selection probe(const Column& values, const Selection& active) const = 0;
};

struct ReadRequest {
  /// In `columns`: the caller fills this column of the chunks; no filter reads it.
  static constexpr uint32_t kAbsent = ~uint32_t{0};
  /// In `columns`: which row of the file it is, from 0, as BIGINT; no filter reads it.
  static constexpr uint32_t kRowNumber = kAbsent - 1;

  std::vector<uint32_t> columns;  // of ParquetFile::schema(), in output order
  std::vector<ReadFilter> filters;
  std::vector<std::shared_ptr<const LateFilter>> late;
  uint32_t chunk_rows = kChunkRows;
  bool adapts_filter_order = true;  // by what filters took so far

  bool is_in_file(size_t position) const { return columns[position] < kRowNumber; }
};

/// What was read and what was spared; summed over threads.
struct ReadCounters {
  std::atomic<uint64_t> row_groups{0}, row_groups_pruned{0};
  std::atomic<uint64_t> rows_pruned{0};  // by page indexes, in row groups that were read
  std::atomic<uint64_t> bytes_read{0};
};

/// Rows [begin, end) of a row group: what one task reads.
struct Piece {
  uint32_t group = 0;
  uint64_t begin = 0;
  uint64_t end = 0;
};

class PieceReader;

/// One query's reading of one file: what is wanted of it, shared by the threads that read its
/// pieces. Immutable but for the counters and the dictionaries that parts of a row group share.
class FileRead : public std::enable_shared_from_this<FileRead> {
 public:
  /// `counters` may be shared by many files.
  static std::shared_ptr<FileRead> create(ParquetFileRef file, ReadRequest request,
                                          std::shared_ptr<ReadCounters> counters);

  /// The pieces in file order, about 128 K rows each, without the row groups that statistics rule
  /// out.
  std::vector<Piece> pieces();
  /// Any thread; the reader is for one.
  std::unique_ptr<PieceReader> open(const Piece& piece);

  const ParquetFile& file() const { return *file_; }
  const ReadRequest& request() const { return request_; }
  ReadCounters& counters() const { return *counters_; }

 private:
  friend class PieceReader;
  FileRead(ParquetFileRef file, ReadRequest request, std::shared_ptr<ReadCounters> counters);
  bool group_may_match(size_t group) const;
  /// Dictionaries of row groups that are read in parts, until the last part was read.
  ColumnDictionary known_dictionary(uint32_t group, uint32_t leaf);
  void keep_dictionary(uint32_t group, uint32_t leaf, const ColumnDictionary& dictionary);
  void part_closed(uint32_t group);

  const ParquetFileRef file_;
  const ReadRequest request_;
  const std::shared_ptr<ReadCounters> counters_;
  /// Filters that are tested on chunks: of several columns, nested ones, or delicate.
  const std::vector<const ReadFilter*> on_chunks_;
  const FilterOrder chunk_order_;
  struct CutGroup {
    uint64_t parts_left = 0;
    std::map<uint32_t, ColumnDictionary> dictionaries;
  };
  Mutex mutex_;
  std::map<uint32_t, CutGroup> cut_groups_ GUARDED_BY(mutex_);
};

}  // namespace doline::parquet
