#pragma once

#include <vector>

#include "exec/join/join_table.h"

namespace doline {

/// Of a text key that comes in codes: the rows that a dictionary's texts lead to, looked up once
/// for each of them instead of for each left row. Belongs to a probe of one table.
class CodeRows {
 public:
  /// Words as of the table's directory, by code: each leads to one row with that key or nowhere.
  /// Null where every left row has to be looked for: while fewer came with the dictionary than it
  /// has texts, or where some text has several build rows. `rows`: of this chunk.
  const uint64_t* of(const JoinTable& table, const std::vector<Column>& keys, uint32_t rows);

 private:
  bool look_up(const JoinTable& table, const Column& values);

  uint64_t dictionary_ = 0;  // its id
  uint64_t rows_ = 0;        // that came with it
  bool is_known_ = false;
  bool has_repeats_ = false;  // some text has several rows: of the next dictionary too, most likely
  std::vector<uint64_t> words_;  // empty when known: of no use
};

}  // namespace doline
