#pragma once

#include <cstring>
#include <span>
#include <utility>
#include <vector>

#include "base/cancellation.h"
#include "memory/buffer.h"
#include "memory/spill.h"

namespace doline {

// Records in sorted runs on disk, and their merge: where what an operator keeps of its input is
// not rows. A record is bytes that say their own size and hold no pointers.

/// What records of one kind are, to whoever merges them.
class RecordOrder {
 public:
  virtual ~RecordOrder() = default;
  /// Of all of it, in bytes.
  virtual size_t size(const std::byte* record) const = 0;
  /// As memcmp.
  virtual int compare(const std::byte* a, const std::byte* b) const = 0;
};

/// Whole records of a run. Saved as it lies.
struct RunBlock {
  SpillExtent extent;
  uint32_t records = 0;
  uint32_t begins_run = 0;  // 0 or 1; a bool would leave bytes of padding, of any content, to save
};

/// Writes one run; its records come in order. Used by one thread.
class RunWriter {
 public:
  explicit RunWriter(SpillWriter& spill) : spill_(spill) {}

  /// Room for one more record, to be filled before the next call.
  std::byte* add(size_t size_bytes) {
    if (!buffer_ || buffer_->size_bytes() - used_ < size_bytes) begin_block(size_bytes);
    std::byte* at = buffer_->data() + used_;
    used_ += size_bytes;
    ++records_;
    return at;
  }
  void add(std::span<const std::byte> record) {
    std::memcpy(add(record.size()), record.data(), record.size());
  }
  std::vector<RunBlock> finish();

 private:
  void begin_block(size_t least_bytes);
  void write_block();

  SpillWriter& spill_;
  BufferRef buffer_;
  size_t used_ = 0;
  uint32_t records_ = 0;
  std::vector<RunBlock> blocks_;
};

/// Goes through records that lie in order: in memory, or in a run, of which a block at a time is.
class RunCursor {
 public:
  explicit RunCursor(std::span<const std::byte> records) : rest_(records) {}
  RunCursor(std::vector<RunBlock> run, SpillWriter& spill);

  /// Null at the end; stays where it is until the cursor moves.
  const std::byte* record() const { return rest_.empty() ? nullptr : rest_.data(); }
  /// Steps over the record, of `size_bytes`.
  void advance(size_t size_bytes) {
    rest_ = rest_.subspan(size_bytes);
    if (rest_.empty() && next_ < run_.size()) [[unlikely]]
      read_block();
  }

 private:
  void read_block();

  std::span<const std::byte> rest_;
  std::vector<RunBlock> run_;
  SpillWriter* spill_ = nullptr;
  size_t next_ = 0;
  BufferRef buffer_;
};

/// The records of several cursors as one sequence in order; of equal ones those of earlier cursors
/// come first. A tree of losers: each step plays the matches on the way from one leaf to the root.
class RunMerge {
 public:
  /// `order` outlives it.
  RunMerge(std::vector<RunCursor> cursors, const RecordOrder& order);

  /// The least that is left; null: none is.
  const std::byte* record() const {
    return cursors_.empty() ? nullptr : cursors_[winner_].record();
  }
  std::span<const std::byte> bytes() const { return {record(), order_.size(record())}; }
  void advance();

 private:
  bool beats(size_t a, size_t b) const;

  std::vector<RunCursor> cursors_;
  const RecordOrder& order_;
  std::vector<size_t> losers_;  // by node; the leaves are those from cursors_.size() on
  size_t winner_ = 0;
  CancellationPoll poll_;
};

/// Cursors of the runs whose blocks follow one another; where they are many, neighbours are merged
/// on disk before.
std::vector<RunCursor> open_runs(std::span<const RunBlock> blocks, SpillWriter& spill,
                                 const RecordOrder& order);

}  // namespace doline
