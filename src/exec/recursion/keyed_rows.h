#pragma once

#include <vector>

#include "exec/chunk_store.h"
#include "rows/group_table.h"

namespace doline {

/// The rows of a recursion with USING KEY: of those with equal keys the last one. Taken in by one
/// thread at a time. Held in memory: every round may change any of them.
class KeyedRows {
 public:
  KeyedRows(const std::vector<TypeRef>& types, const std::vector<uint32_t>& keys,
            QueryContext& context);

  /// `chunk` is lent.
  void add(const Chunk& chunk);
  /// Appends to `changed`, unless it is null, the rows that are not what they were before the
  /// round.
  void end_round(ChunkStore* changed);
  /// Appends all of them, in the order in which their keys first came.
  void give_all(ChunkStore& rows) const;
  void clear();

 private:
  /// Behind the keys, in a row of the table.
  struct State {
    std::byte* row = nullptr;     // the last one
    std::byte* before = nullptr;  // what it was at the end of the last round
    uint64_t is_changing = 0;     // in this round
  };
  State load(const std::byte* entry) const;
  void store(std::byte* entry, const State& state) const;
  void give(const std::vector<std::byte*>& rows, ChunkStore& store) const;
  /// Leaves out rows that others took the place of.
  void compact();

  QueryContext& context_;
  const std::vector<uint32_t> keys_;
  const RowLayoutRef key_layout_, row_layout_;
  GroupTable table_;
  RowPages rows_;
  std::vector<std::byte*> changing_;  // entries of the table
};

}  // namespace doline
