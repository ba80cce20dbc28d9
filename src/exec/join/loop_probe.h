#pragma once

#include <optional>

#include "exec/join/loop_table.h"

namespace doline {

/// One left chunk against the rows of a LoopTable, every one of them or those that an index finds,
/// giving a chunk of output at a time. Used by one thread.
class LoopProbe {
 public:
  LoopProbe(const JoinShape& shape, QueryContext& context) : shape_(shape), context_(context) {}

  /// `left` is dense and stays alive until the walk ends. `index`, over the table's only segment:
  /// null to test every pair.
  void begin(const Chunk& left, const LoopTable& table, const RangeIndex* index);
  bool is_open() const { return table_ != nullptr; }
  /// The next output rows, at most `most_rows`, perhaps none; false once there are no more.
  bool next(Chunk& out, uint32_t most_rows);

  // For SegmentPasses:
  /// From now on chunks meet one segment, of which an index is made.
  void open_segment(const LoopTable& table, LoopTable::SegmentRef segment);
  void close_segment();
  /// `matched`: bits of the left rows matched in earlier passes. Left rows come out on their own in
  /// the last one.
  void begin_pass(const Chunk& left, std::vector<uint64_t>& matched, bool is_last);

 private:
  void begin(const Chunk& left);
  void beside_only_row(Chunk& out);
  void pairs(Chunk& out, uint32_t most_rows);
  uint32_t next_pairs(uint32_t* left_rows, uint32_t* positions, uint32_t most);
  uint32_t next_found(uint32_t* left_rows, uint32_t* positions, uint32_t most);
  void settle_by_index();
  void note(const Selection& pairs, const uint32_t* left_rows, const uint32_t* positions);
  bool next_segment();
  void find_bounds();
  std::vector<uint64_t>& matched() { return pass_matched_ ? *pass_matched_ : own_matched_; }

  const JoinShape& shape_;
  QueryContext& context_;
  const LoopTable* table_ = nullptr;
  const RangeIndex* index_ = nullptr;
  Chunk left_;
  Selection candidates_;               // left rows that may have partners
  std::vector<uint64_t> own_matched_;  // bits by left row
  size_t next_segment_ = 0;
  LoopTable::SegmentRef segment_;
  uint32_t candidate_ = 0;
  uint32_t position_ = 0;  // within the segment, or what the index finds
  std::vector<RangeIndex::Bounds> bounds_;
  Program::Scratch scratch_;
  Program::Scratch left_scratch_;
  Program::Scratch range_scratch_;
  // Of a pass:
  const LoopTable* pass_table_ = nullptr;
  std::unique_ptr<RangeIndex> own_index_;
  std::vector<uint64_t>* pass_matched_ = nullptr;
  bool is_last_pass_ = true;
};

/// Keys of all rows of a segment; the values by which they are found, prepared.
std::vector<Column> right_keys(const JoinShape& shape, const LoopTable::Segment& segment,
                               QueryContext& context);
std::vector<Column> range_keys(const JoinShape& shape, const LoopTable::Segment& segment,
                               QueryContext& context);

}  // namespace doline
