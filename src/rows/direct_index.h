#pragma once

#include <span>
#include <vector>

#include "column/column.h"

namespace doline {

/// Leads from small keys to group rows without hashing: an array with one place for each
/// combination of key values (bools, integers within a narrow range, codes of dictionaries). The
/// rows themselves belong to a GroupTable; this only remembers where they are. Keys need no
/// statistics: the range seen so far is the range, and where it outgrows kMostPlaces the index
/// retires. Owned by one thread.
class DirectIndex {
 public:
  static constexpr size_t kMostPlaces = size_t{1} << 15;  // 256 KiB of pointers: half of an L2

  explicit DirectIndex(std::vector<TypeRef> key_types);

  /// False once the index has retired: it is of no use for these keys.
  bool is_active() const { return active_; }

  /// places[i] = the place of the i-th active row's keys; false when this batch cannot be placed
  /// (then nothing is known of it, and the index may have retired).
  bool place(std::span<const Column> keys, const Selection& active, uint32_t* places);

  /// What was set for the place since places last changed their meaning; null: nothing.
  std::byte* row(uint32_t place) const { return rows_[place]; }
  void set(uint32_t place, std::byte* row) { rows_[place] = row; }
  /// The rows are gone.
  void forget();
  void retire() { active_ = false; }

 private:
  /// How one key column becomes a number below `size`; 0 is NULL.
  struct Coder {
    int64_t base = 0;         // integers: value - base + 1
    uint64_t size = 0;        // 0: nothing seen yet
    uint64_t dictionary = 0;  // whose codes these are; 0: values
  };
  bool fit(const Column& column, const Selection& active, Coder& coder);

  bool active_ = true;
  bool has_changed_ = false;  // some coder, since rows_ was laid out
  std::vector<Coder> coders_;
  std::vector<std::byte*> rows_;
  uint64_t rows_placed_ = 0;
  uint64_t places_cleared_ = 0;
};

}  // namespace doline
