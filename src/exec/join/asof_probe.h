#pragma once

#include <optional>

#include "exec/join/asof_index.h"

namespace doline {

/// One left chunk against the right rows of an ASOF join, or a segment of them. Used by one thread.
class AsofProbe {
 public:
  AsofProbe(const JoinShape& shape, QueryContext& context) : shape_(shape), context_(context) {}

  /// `left` is dense and stays alive until the walk ends. `index` (null: there are no rows) is over
  /// the table's only segment.
  void begin(const Chunk& left, const LoopTable& table, const AsofIndex* index);
  bool is_open() const { return table_ != nullptr; }
  /// The next output rows, perhaps none; false once there are no more.
  bool next(Chunk& out, uint32_t most_rows);

  // For SegmentPasses; see LoopProbe. As the last segment comes first, the first match is the
  // nearest.
  void open_segment(const LoopTable& table, LoopTable::SegmentRef segment);
  void close_segment();
  void begin_pass(const Chunk& left, std::vector<uint64_t>& matched, bool is_last);

 private:
  void begin(const Chunk& left);
  bool test_some();
  void give(Chunk& out);
  std::vector<uint64_t>& matched() { return pass_matched_ ? *pass_matched_ : own_matched_; }

  const JoinShape& shape_;
  QueryContext& context_;
  const LoopTable* table_ = nullptr;
  const AsofIndex* index_ = nullptr;
  LoopTable::SegmentRef segment_;
  Chunk left_;
  std::vector<uint64_t> own_matched_;  // bits by left row
  std::vector<uint32_t> partners_;     // by left row: its right row, or AsofIndex::kNone
  /// Left rows whose nearest candidate is still to be tested, and their candidates.
  std::vector<uint32_t> untested_;
  std::vector<AsofIndex::Run> runs_;
  bool is_given_ = false;
  Program::Scratch key_scratch_, value_scratch_, left_scratch_, scratch_;
  // Of a pass:
  const LoopTable* pass_table_ = nullptr;
  std::optional<AsofIndex> own_index_;
  std::vector<uint64_t>* pass_matched_ = nullptr;
  bool is_last_pass_ = true;
};

}  // namespace doline
