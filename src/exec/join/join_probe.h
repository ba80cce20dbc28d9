#pragma once

#include "exec/join/code_rows.h"

namespace doline {

/// One left chunk's way through a build table, giving a chunk of output at a time. Used by one
/// thread.
///
/// A chunk goes through in separate loops, so that cache misses overlap: hash, fetch directory
/// words, test their tags and fetch rows, compare keys column by column, gather.
class JoinProbe {
 public:
  explicit JoinProbe(const JoinShape& shape) : shape_(shape) {}

  /// A build side that is joined in several passes: bits of the left rows matched so far, and
  /// whether this is the last pass, in which left rows come out on their own.
  struct Pass {
    std::vector<uint64_t>* matched = nullptr;
    bool is_last = true;
  };
  void begin(const Chunk& left, const JoinTable& table) { begin(left, table, Pass{}); }
  void begin(const Chunk& left, const JoinTable& table, Pass pass);
  bool is_open() const { return table_ != nullptr; }
  /// The next output rows, at most `most_rows` unless they are the left chunk's own; perhaps none.
  /// False once there are no more (then `out` is empty).
  bool next(Chunk& out, uint32_t most_rows);

 private:
  struct Candidate {
    uint64_t word;      // from the directory
    uint32_t index;     // among the left chunk's active rows
    uint32_t from = 0;  // place in the run
  };
  void find_candidates();
  uint32_t take_candidates(uint32_t most);
  uint32_t keep_equal(uint32_t count);
  bool is_matched(uint32_t row) const { return test_bit(matched().data(), row); }
  std::vector<uint64_t>& matched() { return pass_.matched ? *pass_.matched : own_matched_; }
  const std::vector<uint64_t>& matched() const {
    return pass_.matched ? *pass_.matched : own_matched_;
  }
  void give_pairs(uint32_t count, bool is_all, Chunk& out);
  bool give_aligned(uint32_t count, Chunk& out);
  void give_gathered(uint32_t count, Chunk& out);
  Chunk tested_pairs(uint32_t count, const uint32_t* left_rows) const;

  const JoinShape& shape_;
  const JoinTable* table_ = nullptr;
  Pass pass_;
  Chunk left_;
  std::vector<Column> keys_;
  CodeRows code_rows_;
  std::vector<uint64_t> own_matched_;  // bits by left row
  std::vector<Candidate> candidates_;
  std::vector<Candidate>
      later_;  // whose runs are looked at further once short ones said their word
  size_t next_candidate_ = 0;
  uint32_t first_look_ = 0;  // rows of a run that are looked at before it is put off; 0: all
  bool is_exact_ = false;    // candidates have equal keys
  bool is_single_ = false;   // none of them leads to a run
  bool is_first_batch_ = true;
  bool pairs_done_ = false;
  uint64_t hashes_[kChunkRows];
  // The pairs in work: left index, left row, build row; and which of them have equal keys.
  uint32_t pair_index_[kChunkRows];
  uint32_t pair_left_[kChunkRows];
  std::byte* pair_rows_[kChunkRows];
  uint32_t equal_[kChunkRows];
  Program::Scratch key_scratch_;
  Program::Scratch residual_scratch_;
};

}  // namespace doline
