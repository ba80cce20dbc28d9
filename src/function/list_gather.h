#pragma once

#include <span>
#include <vector>

#include "column/column_writer.h"
#include "function/argument.h"
#include "memory/charged_vector.h"

namespace doline {

/// Builds lists whose elements are rows of one existing column: row numbers are collected list
/// by list, and the elements gathered once at the end. Owned by one kernel call.
class ListGather {
 public:
  /// An element that is NULL.
  static constexpr uint32_t kNullElement = UINT32_MAX;

  ListGather(TypeRef type, uint32_t rows);

  void add(uint32_t element) { elements_.push_back(element); }
  void add_run(uint32_t begin, uint32_t count) {
    for (uint32_t i = 0; i < count; ++i) elements_.push_back(begin + i);
  }
  /// What has been added since the last call is list `row`.
  void finish(uint32_t row);
  void set_null(uint32_t row);
  /// Elements of the list under construction.
  uint32_t open_size() const { return static_cast<uint32_t>(elements_.size()) - begin_; }
  uint32_t* open() { return elements_.data() + begin_; }
  void shrink_open(uint32_t size) { elements_.resize(begin_ + size); }

  Column seal(const Column& elements);

 private:
  const TypeRef type_;
  const uint32_t rows_;
  BufferRef entries_;
  BufferRef validity_;
  ChargedVector<uint32_t> elements_;
  uint32_t begin_ = 0;
};

/// Row rows[i] of `column`, or NULL where it is ListGather::kNullElement.
Column gather_or_null(const Column& column, std::span<const uint32_t> rows);

/// The same lists at the active rows, over a child that holds little more than what they reach:
/// chunks of one table may share a child far larger than their own part, which kernels that look
/// at all of it must not pay for.
Column own_elements(const KernelCall& call, const Column& lists);
/// The same for every argument that is a list or map.
std::vector<Column> own_arguments(const KernelCall& call, std::span<const Column> arguments);

/// The elements that a column of lists reaches at the active rows that are not NULL, in order.
struct ReachedElements {
  std::vector<uint32_t> elements;  // rows of the child
  std::vector<uint32_t> parents;   // the row of the list of each
};
ReachedElements reached_elements(const KernelCall& call, const Column& lists);

/// For each row the first row of `elements`, among those that its list in `lists` reaches, which
/// equals the row's value in `wanted`; kNullElement where there is none or a side is NULL.
std::vector<uint32_t> first_equal(const KernelCall& call, const Column& lists,
                                  const Column& elements, const Column& wanted);

/// Rows of one column, told apart as GROUP BY does. Reused for list after list.
class ElementSet {
 public:
  /// `column` outlives the set.
  explicit ElementSet(const Column& column);
  /// Empty again, with room for `count` rows.
  void reset(uint32_t count);
  /// The equal row that is in it, which is `row` itself where there was none.
  uint32_t put(uint32_t row);
  /// False when an equal row is in it.
  bool insert(uint32_t row) { return put(row) == row; }
  /// The row in it that equals a row of another column; ListGather::kNullElement if none does.
  uint32_t find(const Column& column, uint32_t row, uint64_t hash) const;
  bool contains(const Column& column, uint32_t row, uint64_t hash) const {
    return find(column, row, hash) != ListGather::kNullElement;
  }

 private:
  const Column& column_;
  std::vector<uint64_t> hashes_;  // of every row
  std::vector<uint32_t> slots_;   // row + 1, 0 empty
  uint32_t mask_ = 0;
};

}  // namespace doline
