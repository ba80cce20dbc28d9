#pragma once

#include <atomic>
#include <memory>
#include <string_view>
#include <vector>

#include "column/physical.h"
#include "column/selection.h"
#include "column/type.h"

namespace doline {

enum class Encoding : uint8_t {
  kFlat,        // one value a row
  kConstant,    // value 0 stands for every row
  kDictionary,  // a uint32_t code a row, into Dictionary::values
};

class Dictionary;
using DictionaryRef = Ref<const Dictionary>;

/// A cheap handle on sealed, shared buffers: `size` rows of one type. Immutable once made, so
/// any thread may read it. Values under NULL, and rows outside the chunk's selection, are
/// readable garbage (list entries and string views among them: check validity first).
///
/// Invariants: (1) bit r of `validity` set = row r is not NULL; no bitmap = no NULLs; a constant
/// column uses bit 0 alone; (2) a dictionary's own values are never NULL, its NULL rows are in
/// `validity`, and their code is 0; (3) `pin` owns every byte the views reach; (4) children have
/// as many rows as the list entries reach, or as the struct has (a constant struct: one).
class Column {
 public:
  Column() = default;

  static Column flat(TypeRef type, uint32_t size, BufferRef values, BufferRef validity = {},
                     PinRef pin = {});
  /// Values in memory that `owner` keeps (imported, mapped, a slice of another buffer).
  static Column view(TypeRef type, uint32_t size, const void* values, const uint64_t* validity,
                     PinRef owner);
  static Column dictionary(TypeRef type, uint32_t size, BufferRef codes, DictionaryRef dictionary,
                           BufferRef validity = {});
  static Column list(TypeRef type, uint32_t size, BufferRef entries, Column child,
                     BufferRef validity = {});
  static Column structure(TypeRef type, uint32_t size, std::vector<Column> children,
                          BufferRef validity = {});
  /// Every row NULL.
  static Column null(TypeRef type, uint32_t size);
  /// Every row as row 0 of the one-row flat column `value`.
  static Column constant(Column value, uint32_t size);

  TypeRef type() const { return type_; }
  PhysicalType physical() const { return type_->physical(); }
  Encoding encoding() const { return encoding_; }
  bool is_flat() const { return encoding_ == Encoding::kFlat; }
  bool is_constant() const { return encoding_ == Encoding::kConstant; }
  bool is_dictionary() const { return encoding_ == Encoding::kDictionary; }
  uint32_t size() const { return size_; }

  /// Flat: `size` values; constant: one. Not for dictionaries, bools (use bits) or structs.
  template <class T>
  const T* values() const {
    return static_cast<const T*>(values_);
  }
  const uint64_t* bits() const { return static_cast<const uint64_t*>(values_); }
  const uint32_t* codes() const { return static_cast<const uint32_t*>(values_); }
  /// Null: no row is NULL.
  const uint64_t* validity() const { return validity_; }
  const DictionaryRef& dictionary() const { return dictionary_; }
  const std::vector<Column>& children() const;
  const Column& child(size_t index = 0) const { return children()[index]; }
  const PinRef& pin() const { return pin_; }

  bool is_null(uint32_t row) const {
    return validity_ && !test_bit(validity_, is_constant() ? 0 : row);
  }
  bool is_null_constant() const { return is_constant() && is_null(0); }
  /// Where row `row` lies in values(): itself, 0, or for dictionaries the code (in the
  /// dictionary's values).
  uint32_t index_of(uint32_t row) const {
    return encoding_ == Encoding::kFlat ? row : encoding_ == Encoding::kConstant ? 0 : codes()[row];
  }
  /// One value, whatever the encoding. For row-at-a-time code; kernels take spans. Bool too.
  template <class T>
  T value(uint32_t row) const;
  std::string_view text(uint32_t row) const { return string_at(row).view(); }

  /// Same rows, flat.
  Column flatten() const;
  /// Same buffers under another type of the same physical type (and children).
  Column with_type(TypeRef type) const;
  /// Row i of the result is row rows[i] of this one. Dictionaries and constants stay what they
  /// are; list children are shared, not copied.
  Column gather(const uint32_t* rows, uint32_t count) const;
  Column gather(const Selection& selection) const;
  /// Rows [begin, begin + count), which are copied unless they are all.
  Column slice(uint32_t begin, uint32_t count) const;
  /// With NULL where a bit of `validity` (of `size` rows) is clear, in addition.
  Column masked(BufferRef validity) const;
  /// With strings and list children that point to nothing but memory of their own.
  Column compact() const;
  /// Bytes its views keep alive outside values and validity.
  size_t pinned_bytes() const { return pin_ ? pin_->held_bytes() : 0; }
  /// About what its rows take where they are copied, each with its own value.
  size_t data_bytes() const;
  /// About what keeping it takes, without the dictionary, which others have too.
  size_t kept_bytes() const;

 private:
  const StringView& string_at(uint32_t row) const;
  size_t long_text_bytes_by_code() const;

  TypeRef type_ = nullptr;
  Encoding encoding_ = Encoding::kFlat;
  uint32_t size_ = 0;
  const void* values_ = nullptr;
  const uint64_t* validity_ = nullptr;
  PinRef values_owner_;
  PinRef validity_owner_;
  PinRef pin_;
  DictionaryRef dictionary_;
  std::shared_ptr<const std::vector<Column>> children_;  // shared: handles are copied often
};

/// The values that codes stand for. Shared by every chunk that uses it; immutable apart from the
/// lazily computed hashes.
class Dictionary final : public RefCounted {
 public:
  /// `unique`: no value occurs twice, so codes may act as keys. `values` is flat, without NULLs.
  Dictionary(Column values, bool unique);

  const Column& values() const { return values_; }
  uint32_t size() const { return values_.size(); }
  bool unique() const { return unique_; }
  /// Differs between any two dictionaries of the process.
  uint64_t id() const { return id_; }
  /// The hash of each value once someone has computed them (kernel/hash_column.h); null before.
  const uint64_t* hashes() const { return hashes_.load(std::memory_order_acquire); }
  /// Any thread; the first one's array is kept. Returns the kept one.
  const uint64_t* keep_hashes(std::unique_ptr<uint64_t[]> hashes) const;
  ~Dictionary() override { delete[] hashes_.load(std::memory_order_relaxed); }

 private:
  const Column values_;
  const bool unique_;
  const uint64_t id_;
  mutable std::atomic<const uint64_t*> hashes_{nullptr};
};

template <class T>
T Column::value(uint32_t row) const {
  const Column& from = encoding_ == Encoding::kDictionary ? dictionary_->values() : *this;
  const uint32_t index = index_of(row);
  if constexpr (std::is_same_v<T, bool>) {
    return test_bit(from.bits(), index);
  } else {
    return from.values<T>()[index];
  }
}

}  // namespace doline
