#pragma once

#include <optional>

#include "exec/join/join_table.h"

namespace doline {

/// What every probe of one join shares.
struct JoinShape {
  JoinShape(const JoinNode& node, const QueryContext& context);

  const JoinKind kind;
  const bool null_aware;
  std::vector<TypeRef> left_types;
  std::vector<TypeRef> right_types;
  ProgramRef left_keys;   // null: no keys, every pair is a candidate
  ProgramRef right_keys;
  ProgramRef residual;    // predicate over both sides; null: none
};

/// One left chunk's way through a build table, giving a chunk of output at a time. Used by one
/// thread.
class JoinProbe {
 public:
  explicit JoinProbe(const JoinShape& shape) : shape_(shape) {}

  /// `left` is dense and stays alive until the walk ends.
  void begin(const Chunk& left, const JoinTable& table);
  bool is_open() const { return table_ != nullptr; }
  /// The next output rows, at most `most_rows`; false once there are no more (then `out` is empty).
  bool next(Chunk& out, uint32_t most_rows);

 private:
  bool pairs(Chunk& out, uint32_t most_rows);
  bool leftovers(Chunk& out);
  Column mark_column() const;

  const JoinShape& shape_;
  const JoinTable* table_ = nullptr;
  Chunk left_;
  std::vector<Column> keys_;
  std::vector<uint64_t> hashes_;
  std::vector<uint32_t> positions_;  // by left row: where its chain goes on
  std::vector<uint64_t> matched_;    // bits by left row
  uint32_t row_ = 0;
  bool pairs_done_ = false;
  Program::Scratch key_scratch_;
  Program::Scratch residual_scratch_;
};

/// Build rows that no left row matched, with NULLs on the left: the end of right and full joins.
/// Positions [begin, end) of the table.
Chunk unmatched_rows(const JoinShape& shape, const JoinTable& table, uint64_t begin, uint64_t end);

}  // namespace doline
