#pragma once

#include <cstdint>
#include <vector>

#include "format/parquet/column_reader.h"
#include "format/parquet/value_decoder.h"

namespace doline::parquet {

/// Memory that grows, charged to the thread's budget.
class GrowingBuffer {
 public:
  /// Room for `bytes` more, which become part of it.
  std::byte* extend(size_t bytes);
  void clear() { size_ = 0; }
  void release() { buffer_ = {}, size_ = 0; }
  const std::byte* data() const { return buffer_ ? buffer_->data() : nullptr; }
  size_t size_bytes() const { return size_; }
  const BufferRef& buffer() const { return buffer_; }

 private:
  BufferRef buffer_;
  size_t size_ = 0;
};

/// Levels and values of one leaf under lists or optional groups, gathered for the rows that are
/// asked for. Owned by one thread.
class LevelStream {
 public:
  LevelStream(const SchemaNode& leaf, const LeafPlace& place);

  /// Forgets what was gathered; the memory of values is given away with it.
  void clear();
  size_t row() const { return row_; }
  /// Goes on to a row not before the current one, without gathering.
  void go_to(size_t row);
  /// Gathers the next `rows` rows.
  void append(size_t rows) { consume(rows, true); }

  // What was gathered:
  size_t entries() const { return definition_.size_bytes(); }
  /// One a level entry; for leaves without lists around them repetition() is null, for those
  /// without anything optional definition() is.
  const uint8_t* definition() const { return reinterpret_cast<const uint8_t*>(definition_.data()); }
  const uint8_t* repetition() const { return reinterpret_cast<const uint8_t*>(repetition_.data()); }
  /// Stored values, those that are there alone.
  const GrowingBuffer& values() const { return values_; }
  size_t value_count() const { return value_count_; }
  std::vector<PinRef>& pins() { return pins_; }
  const SchemaNode& leaf() const { return leaf_; }

 private:
  void consume(size_t rows, bool keep);
  void take(size_t count, bool keep);
  bool next_page();
  bool refill();
  void load_page();
  size_t skip_whole_pages(size_t rows);

  const SchemaNode& leaf_;
  const LeafPlace place_;
  PageStream stream_;
  const unsigned greatest_definition_;
  const unsigned greatest_repetition_;
  PageDictionaryRef dictionary_;
  size_t row_ = 0;
  uint64_t
      entries_left_;  // of the chunk, in pages not yet loaded or skipped; not counted after a seek
  bool sought_ = false;

  Page page_;
  PageValues page_values_;
  size_t page_left_ = 0;  // entries of the page not yet in the batch below
  HybridDecoder definition_levels_, repetition_levels_;
  bool legacy_definition_ = false, legacy_repetition_ = false;
  size_t legacy_at_ = 0;
  std::vector<uint8_t> legacy_definitions_, legacy_repetitions_;

  // Entries decoded and not yet consumed.
  std::vector<uint8_t> batch_definition_, batch_repetition_;
  std::vector<uint32_t> scratch_;
  size_t batch_at_ = 0;
  size_t batch_size_ = 0;

  GrowingBuffer definition_, repetition_, values_;
  size_t value_count_ = 0;
  std::vector<PinRef> pins_;
};

}  // namespace doline::parquet
