#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "base/waker.h"
#include "format/parquet/file_read.h"
#include "format/parquet/filter_term.h"

namespace doline::parquet {

/// Reads one piece: columns with filters first, in runs, then of the others the rows that are left.
/// Rows without the filtered ones, or, where few were filtered, with a selection. Owned by one
/// thread at a time.
class PieceReader {
 public:
  ~PieceReader();
  /// kReady: `out` holds rows, perhaps none. kBlocked: bytes are being fetched. kDone: no more.
  /// The chunk stays valid after the next call.
  Poll read(Chunk& out, const Waker& waker);

 private:
  friend class FileRead;
  class Source;
  PieceReader(std::shared_ptr<FileRead> read, const Piece& piece);
  bool plan();
  void prune_pages();
  void prune_pages(const ValueRange& range);
  bool late_filters_may_match() const;
  void fetch();
  /// Where the bytes of a column chunk lie that the rows to be looked at are in: begins and sizes.
  std::vector<std::pair<uint64_t, uint64_t>> wanted_bytes(uint32_t leaf);
  bool reads_whole_group() const;
  void open_columns();
  std::vector<LeafPlace> places_of(uint32_t position);
  std::shared_ptr<const OffsetIndex> offset_index(uint32_t leaf);
  void fill_run();
  void emit(Chunk& out);
  struct Rows;
  void take_rows(Rows& rows);
  void narrow(Rows& rows, const Selection& selection);
  void read_column(Rows& rows, uint32_t position);
  template <class Body>
  auto in_column(uint32_t position, Body&& body);

  Column row_numbers(const Rows& rows) const;
  bool is_in_file(uint32_t position) const { return read_->request().is_in_file(position); }
  const SchemaNode& node(uint32_t position) const {
    return read_->file().tree().columns[read_->request().columns[position]];
  }

  const std::shared_ptr<FileRead> read_;
  const Piece piece_;
  enum class State : uint8_t { kNew, kFetching, kReading, kDone };
  State state_ = State::kNew;
  std::shared_ptr<Source> source_;
  std::vector<std::pair<uint64_t, uint64_t>> ranges_;                      // rows that may match
  std::map<uint32_t, std::shared_ptr<const OffsetIndex>> offset_indexes_;  // by leaf
  size_t range_ = 0;
  uint64_t next_row_ = 0;
  std::vector<std::unique_ptr<FilterTerm>>
      terms_;                   // filters on one flat column each, evaluated in runs
  FilterOrder::Run on_chunks_;  // the others
  std::vector<std::unique_ptr<ColumnReader>> readers_;  // one an output column
  size_t runs_ = 0;
  std::vector<uint32_t>
      pending_;  // rows that passed the terms; from pending_begin_ on not handed out
  size_t pending_begin_ = 0;
};

}  // namespace doline::parquet
