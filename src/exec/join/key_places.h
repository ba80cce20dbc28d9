#pragma once

#include <optional>
#include <span>

#include "column/value.h"
#include "rows/row_pages.h"

namespace doline {

/// One integer key whose values lie close together: each of them has a place of its own, by what
/// it is above the least, so that neither hashes nor comparisons are needed. Immutable.
class KeyPlaces {
 public:
  /// For the keys of these rows, unless they need more than `most` places or are no integers.
  static std::optional<KeyPlaces> of(const RowLayout& layout, std::span<const RowPageRef> pages,
                                     uint64_t most);

  /// For integers that lie between these.
  static std::optional<KeyPlaces> between(const Value& least, const Value& greatest, uint64_t most);

  uint64_t count() const { return count_; }
  /// places[i] = that of the i-th active row; count() where no row has the value. Anything up to
  /// count() under NULL.
  void find(const Column& key, const Selection& active, uint64_t* places) const;

 private:
  uint64_t least_ = 0;
  uint64_t count_ = 0;
};

}  // namespace doline
