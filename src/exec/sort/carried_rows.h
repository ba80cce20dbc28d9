#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "base/thread_safety.h"
#include "exec/sort/key_words.h"

namespace doline {

/// Rows that lie whole in their entries: the keys in the entry's word, whose order is the sort's,
/// and the other columns in place of the row's address. Such rows are never written to pages nor
/// gathered from them, and one word decides all keys.
///
/// A column has bits for the values and the NULL that its first rows let one expect, and its share
/// of those that are left over: later rows fit, or all go to pages. In a key, -0.0 and NaN other
/// than the usual one have no place.
///
/// Shared by threads. Invariant: parts_ change only under mutex_ while state_ is kOpen, and are
/// read once it is kLaidOut.
class CarriedRows {
 public:
  /// Null where rows of these types never fit. `key_columns[i]`: which of `types` the i-th key is;
  /// -1 for one that is computed.
  static std::unique_ptr<CarriedRows> create(const std::vector<TypeRef>& types,
                                             const std::vector<SortOrder>& orders,
                                             const std::vector<int>& key_columns);

  /// Entries of rows source[0 .. count) (null: 0 to count); false, with garbage in `to`, where one
  /// of them does not fit. The first call decides how all rows lie. Any thread.
  bool pack(std::span<const Column> columns, const uint32_t* source, uint32_t count, SortEntry* to);
  /// What pack() was given.
  std::vector<Column> unpack(std::span<const SortEntry> entries) const;
  /// The least word of rows that agree with this one in the first `keys` keys, at least one.
  uint64_t begin_of_group(uint64_t word, size_t keys) const;

 private:
  /// A column's bits of the entry's word or, where it is no key, of what stands for the address.
  /// A code is a value's distance from `least`; NULL has the one before or behind all others.
  struct Part {
    uint32_t column;
    PhysicalType physical;  // of the words; others' floats are bits
    bool is_key;
    bool nulls_first;
    uint64_t flip;  // all ones where the order is descending
    uint32_t bits = 0;
    uint32_t shift = 0;
    uint64_t least = 0;  // a word

    uint64_t mask() const { return ~uint64_t{0} >> (64 - bits); }
    uint64_t null_code() const { return nulls_first ? 0 : mask(); }
    uint64_t most() const { return mask() - 1; }  // a value's distance
  };
  struct Need;
  enum class State : uint8_t { kOpen, kLaidOut, kUnfit };

  explicit CarriedRows(std::vector<TypeRef> types) : types_(std::move(types)) {}
  State lay_out(std::span<const Column> columns, const uint32_t* source, uint32_t count);
  static bool share_out(std::span<Part> parts, std::span<const Column> columns,
                        const uint32_t* source, uint32_t count);
  static bool put(const Part& part, const Column& column, const uint32_t* source, uint32_t count,
                  uint64_t* out);

  const std::vector<TypeRef> types_;
  std::vector<Part> parts_;           // keys first; fixed once laid out
  std::vector<size_t> parts_by_key_;  // how many are of the first keys
  size_t key_parts_ = 0;
  Mutex mutex_;  // one lays out
  std::atomic<State> state_{State::kOpen};
};

}  // namespace doline
