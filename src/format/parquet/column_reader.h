#pragma once

#include <memory>
#include <vector>

#include "column/column.h"
#include "format/parquet/flat_cursor.h"
#include "format/parquet/schema_tree.h"

namespace doline::parquet {

/// A dictionary page as the engine's columns use it.
struct ColumnDictionary {
  PageDictionaryRef page;
  DictionaryRef values;  // converted to the column's type
};

/// Where one leaf of one row group lies, and how it is read.
struct LeafPlace {
  PageStream::Place pages;
  size_t row_count = 0;
  uint64_t entry_count = 0;  // levels; the chunk ends with the last
  /// Null: none, or not needed.
  std::shared_ptr<const OffsetIndex> index;
};

/// Reads one column of one row group, front to back. Owned by one thread.
class ColumnReader {
 public:
  virtual ~ColumnReader() = default;
  /// Rows `rows[0 … count)` of the row group, ascending, none before the last one read. At most
  /// kChunkRows. The column may be a dictionary column.
  virtual Column read(const uint32_t* rows, uint32_t count) = 0;
};

/// A column without nesting: values, or the codes of a dictionary where the type is a string.
class FlatReader final : public ColumnReader {
 public:
  FlatReader(const SchemaNode& leaf, const LeafPlace& place);

  Column read(const uint32_t* rows, uint32_t count) override;

  // For whoever filters by the column:
  FlatCursor& cursor() { return cursor_; }
  /// Goes on to a row not before the current one.
  void go_to(size_t row);
  /// Of the chunk; both null when it has none.
  const ColumnDictionary& dictionary();
  /// As far as it was read; loads nothing.
  const ColumnDictionary& loaded_dictionary() const {
    return leader_ != nullptr ? leader_->dictionary_ : dictionary_;
  }
  /// Shares the dictionary and pages of another reader of the same column chunk, which goes ahead
  /// of this one and outlives it.
  void follow(FlatReader& leader);
  /// Takes a dictionary known from another part of the row group; before anything is read.
  void set_dictionary(const ColumnDictionary& known);

 private:
  struct Batch;
  ColumnDictionary& known_dictionary();
  void read_stretch(Batch& batch, const uint32_t* rows, uint32_t count);
  void to_values(Batch& batch);

  const SchemaNode& leaf_;
  const LeafPlace place_;
  FlatCursor cursor_;
  ColumnDictionary dictionary_;
  FlatReader* leader_ = nullptr;
  std::vector<uint32_t> codes_;  // scratch
};

/// Converts a dictionary page; proves that no value occurs twice where that is cheap.
DictionaryRef make_dictionary(const SchemaNode& leaf, const PageDictionaryRef& page);

/// The page in which `row` lies; nullopt where the index is damaged.
std::optional<PageLocation> page_of_row(const OffsetIndex& index, size_t row);

/// A reader for any column: flat or nested. `places` has one entry a leaf of `node`, in order.
std::unique_ptr<ColumnReader> make_column_reader(const SchemaNode& node,
                                                 const std::vector<LeafPlace>& places);

}  // namespace doline::parquet
