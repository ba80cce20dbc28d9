#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "column/chunk.h"
#include "column/value.h"
#include "doline/arrow_c_data.h"

namespace doline {

/// Turns foreign record batches into chunks. Numbers, decimals, dates and times, and the bytes of
/// texts, are shared with the batch where they are aligned; offsets become views; what Arrow keeps
/// in other units is converted, and a value that does not fit is Error(kConversion), never
/// rounded. Dictionaries of texts stay dictionaries.
///
/// Buffers are foreign: every length, offset, index and view is checked before it is followed,
/// texts must be UTF-8, and no byte past a buffer's last value is read. What breaks the format is
/// Error(kFormat) naming the column. (How long a buffer is, the interface cannot say: that it
/// holds what length and offsets claim is the producer's word.)
///
/// Made once a schema. import() may be called by several threads.
class ArrowImporter {
 public:
  /// The schema stays the caller's. Error(kNotSupported) names types that have no twin here.
  explicit ArrowImporter(const ArrowSchema& schema);
  ~ArrowImporter();

  /// Names are unique: later ones of a kind get _1, _2, ….
  const Schema& schema() const { return schema_; }
  struct Batch {
    std::vector<Chunk> chunks;
    bool fits = true;  // within the budget: else the chunks should move to disk
  };
  /// What becomes of a batch for which there is no room.
  enum class Charge : uint8_t {
    kIfItFits,  // it is not charged
    kAlways,    // Budget::grow: others make room, or Error(kMemoryLimit)
  };
  /// Takes the batch over: it is released (by whichever thread) when the last chunk that shares
  /// its memory is gone, or at once when this throws. Until then its bytes are charged to
  /// `budget`.
  Batch import(ArrowArray* batch, Budget& budget, Charge charge = Charge::kIfItFits) const;

  /// Whether rows of the schema can be read in parts, by read().
  bool can_lend() const;
  /// A batch that stays as it is: a column is checked when it is first read.
  struct Lent {
    explicit Lent(size_t columns);
    bool fits = true;  // within the budget, to which it is charged then
    const ArrowArray* array = nullptr;
    PinRef owner;
    const std::unique_ptr<std::once_flag[]> checked;  // a column each
  };
  /// Takes the batch over, as import() does. Precondition: can_lend().
  std::shared_ptr<const Lent> lend(ArrowArray* batch, Budget& budget) const;
  /// Rows [begin, begin + count) of a column, of which those in `wanted` count; the others may hold
  /// anything of their type. Several threads at once.
  Column read(const Lent& lent, uint32_t column, int64_t begin, uint32_t count,
              const Selection& wanted) const;

 private:
  struct Fields;
  const std::unique_ptr<Fields> fields_;
  Schema schema_;
};

/// Rows of one foreign array in parts, as many in each as `counts` says, which add up to its
/// length. Takes the array over; its memory is shared as import() does, and always charged. Checks
/// all of it first.
std::vector<Column> columns_of_arrow(const ArrowSchema& schema, ArrowArray* array,
                                     std::span<const uint32_t> counts, Budget& budget);

/// The only row of an array, as a value. Takes the array over; Error(kInvalidArgument) when it has
/// another number of rows.
Value value_of_arrow(const ArrowSchema& schema, ArrowArray* array);

}  // namespace doline
