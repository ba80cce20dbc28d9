#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "format/parquet/hybrid.h"
#include "format/parquet/metadata.h"
#include "memory/buffer.h"

namespace doline::parquet {

/// What a leaf column stores.
struct LeafType {
  Physical physical = Physical::kInt32;
  uint32_t type_length = 0;  // of kFixed

  /// Bytes of one decoded value: booleans one, INT96 and fixed ones their length, byte arrays a
  /// StringView.
  size_t width() const;
};

/// Decodes the values (not the levels) of one data page, in order. Owned by one thread. Damage is
/// Error(kCorrupt); nothing outside the page is read, whatever the bytes say.
class ValueDecoder {
 public:
  virtual ~ValueDecoder() = default;
  /// The next `count` values, LeafType::width() bytes each.
  virtual void decode(std::byte* out, size_t count) = 0;
  virtual void skip(size_t count) = 0;
  /// Of the next `span` values those at `at[i] - base`, which ascend and lie below `span`; then
  /// goes past all of them. The base class goes by runs of neighbours.
  virtual void decode_at(const uint32_t* at, size_t count, uint32_t base, size_t span,
                         std::byte* out);
  /// Memory made for string views since the last call, beyond the page itself.
  std::vector<PinRef> take_pins() { return std::move(pins_); }

 protected:
  explicit ValueDecoder(size_t width) : width_(width) {}
  const size_t width_;
  std::vector<PinRef> pins_;
};

/// For any encoding but the dictionary's. `values` is the page's value section and must outlive
/// the decoder; string views point into it. `count` is the most values there can be.
/// Error(kNotSupported) for encodings that are unknown or do not fit the type.
std::unique_ptr<ValueDecoder> make_value_decoder(PageEncoding encoding, LeafType type,
                                                 std::span<const std::byte> values, size_t count);

/// The values of a dictionary page, decoded.
class PageDictionary final : public Pin {
 public:
  /// `page` keeps the bytes that `values` views.
  PageDictionary(LeafType type, std::span<const std::byte> values, size_t count, PinRef page);

  uint32_t size() const { return size_; }
  const LeafType& type() const { return type_; }
  const std::byte* data() const { return values_->data(); }
  const BufferRef& values() const { return values_; }
  const PinRef& page() const { return page_; }
  template <class T>
  const T* as() const {
    return values_->as<T>();
  }
  /// out[i] = value codes[i]. The codes were checked.
  void gather(const uint32_t* codes, size_t count, std::byte* out) const;
  size_t held_bytes() const noexcept override;

 private:
  const LeafType type_;
  const uint32_t size_;
  BufferRef values_;
  const PinRef page_;
};
using PageDictionaryRef = Ref<const PageDictionary>;

/// The values of one data page: dictionary codes or values, whichever the page holds.
class PageValues {
 public:
  PageValues() = default;
  /// `dictionary` may be null for pages that need none.
  PageValues(PageEncoding encoding, LeafType type, std::span<const std::byte> values, size_t count,
             PageDictionaryRef dictionary);

  /// True: `out` below takes uint32_t codes, each below the dictionary's size; else values.
  bool codes() const { return codes_; }
  void decode(std::byte* out, size_t count);
  void decode_at(const uint32_t* at, size_t count, uint32_t base, size_t span, std::byte* out);
  void skip(size_t count);
  /// Always values, looked up where the page holds codes.
  void decode_values(std::byte* out, size_t count);
  std::vector<PinRef> take_pins() { return plain_ ? plain_->take_pins() : std::vector<PinRef>{}; }

 private:
  void check(const uint32_t* codes, size_t count) const;

  bool codes_ = false;
  HybridDecoder hybrid_;
  std::unique_ptr<ValueDecoder> plain_;
  PageDictionaryRef dictionary_;
};

inline bool is_dictionary_encoding(PageEncoding encoding) {
  return encoding == PageEncoding::kRleDictionary || encoding == PageEncoding::kPlainDictionary;
}

}  // namespace doline::parquet
