#pragma once

#include <string_view>
#include <vector>

#include "format/arrow/arrow_reader.h"
#include "format/ipc/body_codec.h"
#include "format/ipc/schema.h"

namespace doline::ipc {

/// Goes through what a batch's message says of its columns, and believes nothing that could not be
/// so: a node for each field, and the ranges of the body where its buffers are. Column by column, a
/// field before its children.
class BatchParts {
 public:
  BatchParts(const Message& message, uint64_t body_bytes);

  int64_t rows() const { return rows_; }
  BodyCodec codec() const { return codec_; }
  /// Where only the number of rows is wanted, it should at least be that of the first column.
  void check_rows_of_first() const;

  /// Its node must be of as many rows as the batch.
  void go_to(const BatchColumn& column);
  struct Node {
    int64_t length, null_count;
  };
  Node next_node(const ArrowField& field);
  /// How many ranges the node's field has.
  size_t next_range_count(const ArrowField& field);
  struct Range {
    uint64_t offset, size;
  };
  Range next_range(const ArrowField& field);
  /// What stands for the values of a field that stores codes, which are none without values.
  ArrowArray* values_of(const ArrowField& field, Node node, const IpcSchema& schema,
                        const ArrowDictionaries& dictionaries) const;

  [[noreturn]] void broken(const ArrowField& field, std::string_view why) const;
  [[noreturn]] void too_short(const ArrowField& field, uint64_t bytes, int64_t rows) const;

 private:
  size_t range_count() const;
  size_t variadic_before(size_t view) const;

  const Place& place_;
  const wire::RecordBatch& wire_;
  const uint64_t body_bytes_;
  const int64_t rows_;
  const bool ranges_before_runs_;
  const BodyCodec codec_;
  std::vector<size_t> variadic_ends_;        // of each column of views, among their ranges
  size_t node_ = 0, range_ = 0, views_ = 0;  // the next ones
  size_t column_node_ = ~size_t{0};          // where the column begins that was gone to
};

/// Of a row, where all take the same; else 0.
uint64_t value_bytes(const ArrowField& field);

/// More rows than any machine holds; sums of lengths stay far from overflowing.
inline constexpr int64_t kMostRows = int64_t{1} << 44;
/// What an array without bytes points to, so that it points somewhere.
inline constexpr uint64_t kNothing = 0;

}  // namespace doline::ipc
