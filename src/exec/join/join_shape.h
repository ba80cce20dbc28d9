#pragma once

#include <span>
#include <vector>

#include "exec/join/range_index.h"
#include "exec/pipeline.h"
#include "expr/program.h"
#include "plan/join_method.h"
#include "plan/plan_node.h"
#include "rows/row_layout.h"

namespace doline {

/// What everything that works on one join shares: programs, types, which columns anybody reads and
/// how build rows are laid out. Immutable once made.
struct JoinShape {
  /// `outputs`: which of the join's columns are read above it; empty: all.
  JoinShape(const JoinNode& node, const QueryContext& context, std::vector<bool> outputs);

  const JoinKind kind;
  const JoinMethod method;
  const bool null_aware;
  const bool nulls_equal;
  std::vector<TypeRef> left_types;
  std::vector<TypeRef> right_types;
  ProgramRef left_keys;  // null: no keys, every pair is a candidate
  ProgramRef right_keys;
  ProgramRef residual;  // predicate over both sides; null: none
  /// What range joins and ASOF joins find right rows by, in the order of the programs' outputs; and
  /// the residual that is left to be tested of the rows found.
  std::vector<RangeOrder> ranges;
  ProgramRef left_ranges;
  ProgramRef right_ranges;
  /// Of right_keys and right_ranges: which right column an output is, where all are columns.
  std::vector<uint32_t> key_columns, range_columns;
  ProgramRef beside_ranges;
  /// Without a hash table, what the residual asks of left rows alone: those that fail it have no
  /// partner. Null: nothing.
  ProgramRef left_test;
  /// Of the left columns followed by the right ones.
  std::vector<bool> is_output;
  std::vector<bool> is_tested;  // the residual reads it

  /// Build rows: hash, keys, then the other right columns that are kept; one state word whose
  /// first byte tells that the row was matched, where that is asked for.
  RowLayoutRef layout;
  std::vector<uint32_t> kept;   // right columns behind the keys
  std::vector<int32_t> places;  // of each right column in the layout; -1: nobody reads it

  /// Left rows come out, or are marked, by whether they have a partner: one is enough.
  bool asks_for_partner() const {
    return kind == JoinKind::kSemi || kind == JoinKind::kAnti || kind == JoinKind::kMark;
  }
  /// Build rows come out in the end by whether they have a partner, and nothing before that.
  bool keeps_build() const { return kind == JoinKind::kRightSemi || kind == JoinKind::kRightAnti; }
  /// Pairs of rows come out.
  bool gives_pairs() const { return !asks_for_partner() && !keeps_build(); }
  /// Of build rows it matters which keys there are, not how often or with what beside them.
  bool asks_only_for_keys() const { return asks_for_partner() && !residual && kept.empty(); }
  /// Build rows without a partner come out in the end.
  bool gives_unmatched() const {
    return kind == JoinKind::kRight || kind == JoinKind::kFull || kind == JoinKind::kRightAnti;
  }
  /// It is kept which build rows were matched.
  bool marks_build() const { return gives_unmatched() || keeps_build(); }
  /// Left rows come out, or are marked, once it is known whether they have a partner.
  bool gives_leftovers() const {
    return kind == JoinKind::kLeft || kind == JoinKind::kFull || asks_for_partner();
  }
  /// Over no build rows there is nothing to give.
  bool needs_build_rows() const {
    return kind == JoinKind::kInner || kind == JoinKind::kSemi || kind == JoinKind::kRight ||
           kind == JoinKind::kCross || keeps_build();
  }

  /// `pairs` pairs of rows, given by the rows of both sides, with the columns that `wanted` says;
  /// the others are NULLs.
  Chunk pairs(const Chunk& left, const uint32_t* left_rows, const std::vector<Column>& right,
              const uint32_t* right_rows, uint32_t pairs, const std::vector<bool>& wanted) const;

 private:
  ProgramRef compile_residual(const std::vector<ExprRef>& terms, const QueryContext& context);
  void compile_ranges(const std::vector<RangeTerm>& terms, const QueryContext& context);
  void lay_out(const JoinNode& node);
};

/// What is known of the whole build side, which IN asks about.
struct BuildFacts {
  bool has_rows = false;
  bool has_null_key = false;
};

/// What comes of a left chunk once `matched` (bits by row) is complete; false when nothing does.
/// `keys` are the left keys; only mark joins look at them.
bool leftover_rows(const JoinShape& shape, const Chunk& left, std::span<const uint64_t> matched,
                   const std::vector<Column>& keys, BuildFacts facts, Chunk& out);

/// Right columns of build rows, with NULLs on the left.
Chunk with_null_left(const JoinShape& shape, Chunk right);

}  // namespace doline
