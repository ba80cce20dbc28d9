#pragma once

#include <atomic>
#include <deque>
#include <vector>

#include "format/arrow/arrow_reader.h"
#include "format/ipc/body.h"
#include "format/ipc/schema.h"

namespace doline::ipc {

/// Columns of a record batch in memory, checked: any of their rows may be read. Immutable, shared;
/// lives as long as a column made of it.
class LoadedBatch final : public Pin {
 public:
  /// Reads the ranges that these columns need, and no others; decompresses them; checks that they
  /// hold what the message says, and that nothing they say leads outside of them. Codes need
  /// values: of those without any in `dictionaries` is Error(kFormat).
  static Ref<const LoadedBatch> load(const IpcSchema& schema,
                                     const std::vector<BatchColumn>& columns,
                                     const Message& message, BodyRef body,
                                     const ArrowDictionaries& dictionaries);

  /// Whether some rows can be loaded without the others: nothing is compressed, and where a row is
  /// follows from its number.
  static bool can_load_rows(const std::vector<BatchColumn>& columns, const Message& message);
  /// As load(), of rows [begin, end) alone.
  static Ref<const LoadedBatch> load_rows(const IpcSchema& schema,
                                          const std::vector<BatchColumn>& columns,
                                          const Message& message, BodyRef body,
                                          const ArrowDictionaries& dictionaries, int64_t begin,
                                          int64_t end);

  int64_t rows() const { return rows_; }
  uint64_t read_bytes() const { return read_bytes_; }
  /// Rows [begin, begin + count) of the batch, loaded ones, in the columns' order.
  std::vector<Column> read(int64_t begin, uint32_t count, ArrowDictionaries& dictionaries) const;
  size_t held_bytes() const noexcept override { return held_bytes_; }

 private:
  friend class BatchLoader;
  friend class RowsLoader;
  struct Node {
    const ArrowField* field;
    ArrowArray array{};
    std::vector<const void*> buffers;
    std::vector<ArrowArray*> children;
    std::vector<int64_t> view_sizes;
    /// The array gets what was gathered.
    void close();
  };
  void keep(PinRef owner);
  void finish_load();
  LoadedBatch(const Message& message, BodyRef body, int64_t first_row)
      : place_(message.place()),
        rows_(message.rows()),
        first_row_(first_row),
        body_(std::move(body)) {}

  /// Errors of `work` tell which batch it was.
  template <class Work>
  void in_place(Work&& work) const {
    try {
      work();
    } catch (Error& error) {
      if (!error.message().starts_with(place_.path)) error.add_note("in " + place_.text());
      if (error.code() != ErrorCode::kConversion) throw;
      throw std::move(error).hint(
          "have the column written in another type; one that is not asked for is not read");
    }
  }

  const Place place_;
  const int64_t rows_;
  const int64_t first_row_;
  BodyRef body_;  // null once loaded, but where it may change
  uint64_t read_bytes_ = 0;
  size_t held_bytes_ = 0;
  std::deque<Node> nodes_;
  std::vector<std::pair<const ArrowField*, const ArrowArray*>> columns_;
  std::vector<PinRef> memory_;
};
using LoadedBatchRef = Ref<const LoadedBatch>;

}  // namespace doline::ipc
