#pragma once

#include <optional>
#include <vector>

#include "exec/sort/key_words.h"

namespace doline {

/// Rows that lie whole in their entries: one key, whose word gives the value back, and in place of
/// the row's address the values of the other columns, eight bytes at most. Such rows are never
/// written to pages nor gathered from them. NULL, -0.0 and NaN other than the usual one have no
/// place in an entry. Immutable, shared by threads.
class CarriedRows {
 public:
  /// Nothing where rows of these types, sorted by `keys`, do not fit.
  static std::optional<CarriedRows> create(const std::vector<TypeRef>& types, size_t keys,
                                           const std::vector<int>& key_columns);

  /// Entries of rows source[0 .. count) (null: 0 to count); false, with garbage in `to`, where one
  /// of them does not fit.
  bool pack(const KeyWords& words, std::span<const Column> columns, const uint32_t* source,
            uint32_t count, SortEntry* to) const;
  std::vector<Column> unpack(const KeyWords& words, std::span<const SortEntry> entries) const;

 private:
  /// A column other than the key, at its bits of the entry's second word.
  struct Part {
    uint32_t column;
    uint32_t bytes;
    uint32_t shift;
  };
  CarriedRows(std::vector<TypeRef> types, uint32_t key, std::vector<Part> parts)
      : types_(std::move(types)), key_(key), parts_(std::move(parts)) {}

  std::vector<TypeRef> types_;
  uint32_t key_;
  std::vector<Part> parts_;
};

}  // namespace doline
