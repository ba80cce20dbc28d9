#include "format/parquet/value_decoder.h"

#include <algorithm>
#include <cstring>

#include "base/bits.h"
#include "base/error.h"
#include "column/string_view.h"
#include "format/parquet/delta.h"
#include "format/parquet/variants/unpack.h"
#include "kernel/simd.h"

namespace doline::parquet {

namespace {

using Bytes = std::span<const std::byte>;

[[noreturn]] void too_few() {
  throw Error(ErrorCode::kCorrupt, "a Parquet page has fewer values than its header says");
}

/// Fixed-width values one after the other.
class PlainFixed final : public ValueDecoder {
 public:
  PlainFixed(Bytes bytes, size_t width)
      : ValueDecoder(width), at_(bytes.data()), left_(bytes.size() / width) {}

  void decode(std::byte* out, size_t count) override {
    require(count);
    if (count > 0) std::memcpy(out, at_, count * width_);
    pass(count);
  }
  void skip(size_t count) override {
    require(count);
    pass(count);
  }
  void decode_at(const uint32_t* at, size_t count, uint32_t base, size_t span,
                 std::byte* out) override {
    require(span);
    switch (width_) {
      case 4:
        gather<uint32_t>(at, count, base, out);
        break;
      case 8:
        gather<uint64_t>(at, count, base, out);
        break;
      default:
        for (size_t i = 0; i < count; ++i)
          std::memcpy(out + i * width_, at_ + (at[i] - base) * width_, width_);
    }
    pass(span);
  }

 private:
  template <class T>
  void gather(const uint32_t* at, size_t count, uint32_t base, std::byte* out) const {
    for (size_t i = 0; i < count; ++i)
      std::memcpy(out + i * sizeof(T), at_ + (at[i] - base) * sizeof(T), sizeof(T));
  }
  void require(size_t count) const {
    if (count > left_) too_few();
  }
  void pass(size_t count) {
    at_ += count * width_;
    left_ -= count;
  }
  const std::byte* at_;
  size_t left_;
};

/// Booleans, one bit each, to one byte each.
class PlainBits final : public ValueDecoder {
 public:
  explicit PlainBits(Bytes bytes) : ValueDecoder(1), bytes_(bytes) {}

  void decode(std::byte* out, size_t count) override {
    if (count > bytes_.size() * 8 - at_) too_few();
    for (size_t i = 0; i < count; ++i, ++at_)
      out[i] = (bytes_[at_ / 8] >> (at_ % 8)) & std::byte{1};
  }
  void skip(size_t count) override {
    if (count > bytes_.size() * 8 - at_) too_few();
    at_ += count;
  }

 private:
  const Bytes bytes_;
  size_t at_ = 0;
};

/// Booleans in runs, behind four bytes of length.
class RleBits final : public ValueDecoder {
 public:
  explicit RleBits(Bytes bytes) : ValueDecoder(1) {
    if (bytes.size() < 4) too_few();
    const auto size = load_unaligned<uint32_t>(bytes.data());
    if (size > bytes.size() - 4) too_few();
    runs_ = HybridDecoder(bytes.subspan(4, size), 1);
  }
  void decode(std::byte* out, size_t count) override {
    uint32_t codes[256];
    while (count > 0) {
      const size_t here = std::min(count, std::size(codes));
      runs_.decode(codes, here);
      for (size_t i = 0; i < here; ++i) out[i] = static_cast<std::byte>(codes[i]);
      out += here;
      count -= here;
    }
  }
  void skip(size_t count) override { runs_.skip(count); }

 private:
  HybridDecoder runs_;
};

/// Byte arrays, each behind four bytes of length.
class PlainStrings final : public ValueDecoder {
 public:
  explicit PlainStrings(Bytes bytes)
      : ValueDecoder(sizeof(StringView)), at_(bytes.data()), end_(at_ + bytes.size()) {}

  void decode(std::byte* out, size_t count) override {
    for (size_t i = 0; i < count; ++i) store(out + i * sizeof(StringView), next());
  }
  void skip(size_t count) override {
    for (size_t i = 0; i < count; ++i) next();
  }
  void decode_at(const uint32_t* at, size_t count, uint32_t base, size_t span,
                 std::byte* out) override {
    size_t passed = 0;
    for (size_t i = 0; i < count; ++i) {
      for (const size_t wanted = at[i] - base; passed < wanted; ++passed) next();
      store(out + i * sizeof(StringView), next());
      ++passed;
    }
    skip(span - passed);
  }

 private:
  static void store(std::byte* out, std::span<const std::byte> text) {
    const StringView view(reinterpret_cast<const char*>(text.data()),
                          static_cast<uint32_t>(text.size()));
    std::memcpy(out, &view, sizeof view);
  }
  std::span<const std::byte> next() {
    if (end_ - at_ < 4) too_few();
    const auto size = load_unaligned<uint32_t>(at_);
    if (size > static_cast<size_t>(end_ - at_ - 4)) {
      throw Error(ErrorCode::kCorrupt, "a byte array of {} bytes does not fit its Parquet page",
                  size);
    }
    const std::span<const std::byte> text(at_ + 4, size);
    at_ += 4 + size_t{size};
    return text;
  }
  const std::byte* at_;
  const std::byte* const end_;
};

/// DELTA_BINARY_PACKED, 32 or 64 bits.
class DeltaIntegers final : public ValueDecoder {
 public:
  DeltaIntegers(Bytes bytes, size_t width) : ValueDecoder(width), deltas_(bytes) {}

  void decode(std::byte* out, size_t count) override {
    if (width_ == 8) return deltas_.decode(reinterpret_cast<int64_t*>(out), count);
    int64_t wide[256];
    while (count > 0) {
      const size_t here = std::min(count, std::size(wide));
      deltas_.decode(wide, here);
      for (size_t i = 0; i < here; ++i)
        store_unaligned(out + i * 4, static_cast<uint32_t>(wide[i]));
      out += here * 4;
      count -= here;
    }
  }
  void skip(size_t count) override { deltas_.skip(count); }

 private:
  DeltaDecoder deltas_;
};

/// Lengths as in DELTA_BINARY_PACKED, decoded at once: the bytes lie behind the last one.
std::vector<uint32_t> read_lengths(DeltaDecoder& deltas, size_t most) {
  if (deltas.total_count() > most)
    throw Error(ErrorCode::kCorrupt, "a Parquet page has more lengths than values");
  std::vector<uint32_t> lengths(static_cast<size_t>(deltas.total_count()));
  int64_t wide[256];
  for (size_t i = 0; i < lengths.size();) {
    const size_t here = std::min(lengths.size() - i, std::size(wide));
    deltas.decode(wide, here);
    for (size_t k = 0; k < here; ++k) {
      const auto length = static_cast<int32_t>(wide[k]);
      if (length < 0)
        throw Error(ErrorCode::kCorrupt, "a Parquet page has a byte array of negative length");
      lengths[i++] = static_cast<uint32_t>(length);
    }
  }
  return lengths;
}

/// DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes.
class DeltaLengthStrings final : public ValueDecoder {
 public:
  DeltaLengthStrings(Bytes bytes, size_t count) : ValueDecoder(sizeof(StringView)) {
    DeltaDecoder deltas(bytes);
    lengths_ = read_lengths(deltas, count);
    const size_t used = deltas.consumed();
    text_ = bytes.subspan(used);
  }
  std::string_view next() {
    if (at_ == lengths_.size()) too_few();
    const uint32_t size = lengths_[at_++];
    if (size > text_.size()) too_few();
    const std::string_view text(reinterpret_cast<const char*>(text_.data()), size);
    text_ = text_.subspan(size);
    return text;
  }
  void decode(std::byte* out, size_t count) override {
    for (size_t i = 0; i < count; ++i)
      store_unaligned(out + i * sizeof(StringView), StringView(next()));
  }
  void skip(size_t count) override {
    for (size_t i = 0; i < count; ++i) next();
  }

 private:
  std::vector<uint32_t> lengths_;
  size_t at_ = 0;
  Bytes text_;
};

/// DELTA_BYTE_ARRAY: a prefix shared with the value before, and a suffix. The values are put
/// together in memory of their own, a batch at a time.
class DeltaStrings final : public ValueDecoder {
 public:
  DeltaStrings(Bytes bytes, size_t count, LeafType type)
      : ValueDecoder(type.width()),
        fixed_(type.physical == Physical::kFixed ? type.type_length : 0) {
    DeltaDecoder deltas(bytes);
    prefixes_ = read_lengths(deltas, count);
    suffixes_ = std::make_unique<DeltaLengthStrings>(bytes.subspan(deltas.consumed()), count);
  }

  void decode(std::byte* out, size_t count) override {
    constexpr size_t kBatch = 1024;
    std::string_view suffixes[kBatch];
    while (count > 0) {
      const size_t here = std::min(count, kBatch);
      if (here > prefixes_.size() - at_) too_few();
      size_t bytes = 0, before = last_.size();
      for (size_t i = 0; i < here; ++i) {
        suffixes[i] = suffixes_->next();
        if (prefixes_[at_ + i] > before) {
          throw Error(ErrorCode::kCorrupt,
                      "a DELTA_BYTE_ARRAY Parquet page repeats more than there was");
        }
        before = prefixes_[at_ + i] + suffixes[i].size();
        bytes += before;
      }
      const BufferRef text = Buffer::allocate(bytes);
      char* to = text->as<char>();
      for (size_t i = 0; i < here; ++i) {
        const size_t prefix = prefixes_[at_ + i], size = prefix + suffixes[i].size();
        if (prefix > 0) std::memcpy(to, last_.data(), prefix);
        if (!suffixes[i].empty()) std::memcpy(to + prefix, suffixes[i].data(), suffixes[i].size());
        last_ = {to, size};
        store(out, last_);
        out += width_;
        to += size;
      }
      at_ += here;
      count -= here;
      held_ = text;  // last_ points into it
      if (fixed_ == 0) pins_.push_back(text);
    }
  }
  void skip(size_t count) override {
    constexpr size_t kBatch = 64;
    std::vector<std::byte> unused(kBatch * width_);
    const size_t kept = pins_.size();
    while (count > 0) {
      const size_t here = std::min(count, kBatch);
      decode(unused.data(), here);
      count -= here;
      pins_.resize(kept);
    }
  }

 private:
  void store(std::byte* out, std::string_view value) const {
    if (fixed_ == 0) return store_unaligned(out, StringView(value));
    if (value.size() != fixed_) {
      throw Error(ErrorCode::kCorrupt, "a value of {} bytes in a Parquet column of {}",
                  value.size(), fixed_);
    }
    std::memcpy(out, value.data(), fixed_);
  }
  const size_t fixed_;
  std::vector<uint32_t> prefixes_;
  size_t at_ = 0;
  std::unique_ptr<DeltaLengthStrings> suffixes_;
  std::string_view last_;
  BufferRef held_;
};

/// BYTE_STREAM_SPLIT: all first bytes, then all second bytes, …
class SplitBytes final : public ValueDecoder {
 public:
  SplitBytes(Bytes bytes, size_t width)
      : ValueDecoder(width), bytes_(bytes), count_(bytes.size() / width) {}

  void decode(std::byte* out, size_t count) override {
    if (count > count_ - at_) too_few();
    for (size_t byte = 0; byte < width_; ++byte) {
      const std::byte* const from = bytes_.data() + byte * count_ + at_;
      for (size_t i = 0; i < count; ++i) out[i * width_ + byte] = from[i];
    }
    at_ += count;
  }
  void skip(size_t count) override {
    if (count > count_ - at_) too_few();
    at_ += count;
  }

 private:
  const Bytes bytes_;
  const size_t count_;
  size_t at_ = 0;
};

[[noreturn]] void unfit(PageEncoding encoding, LeafType type) {
  throw Error(ErrorCode::kNotSupported, "{} values in the Parquet encoding {} cannot be read",
              name_of(type.physical), name_of(encoding));
}

}  // namespace

size_t LeafType::width() const {
  switch (physical) {
    case Physical::kBoolean:
      return 1;
    case Physical::kInt32:
    case Physical::kFloat:
      return 4;
    case Physical::kInt64:
    case Physical::kDouble:
      return 8;
    case Physical::kInt96:
      return 12;
    case Physical::kByteArray:
      return sizeof(StringView);
    case Physical::kFixed:
      return type_length;
  }
  UNREACHABLE();
}

void ValueDecoder::decode_at(const uint32_t* at, size_t count, uint32_t base, size_t span,
                             std::byte* out) {
  size_t passed = 0;
  for (size_t i = 0; i < count;) {
    size_t run = 1;
    while (i + run < count && at[i + run] == at[i] + run) ++run;
    const size_t wanted = at[i] - base;
    if (wanted > passed) skip(wanted - passed);
    decode(out + i * width_, run);
    passed = wanted + run;
    i += run;
  }
  if (span > passed) skip(span - passed);
}

std::unique_ptr<ValueDecoder> make_value_decoder(PageEncoding encoding, LeafType type, Bytes values,
                                                 size_t count) {
  const size_t width = type.width();
  const bool is_string = type.physical == Physical::kByteArray;
  switch (encoding) {
    case PageEncoding::kPlain:
      if (type.physical == Physical::kBoolean) return std::make_unique<PlainBits>(values);
      if (is_string) return std::make_unique<PlainStrings>(values);
      return std::make_unique<PlainFixed>(values, width);
    case PageEncoding::kRle:
      if (type.physical == Physical::kBoolean) return std::make_unique<RleBits>(values);
      break;
    case PageEncoding::kDeltaBinaryPacked:
      if (type.physical == Physical::kInt32 || type.physical == Physical::kInt64) {
        return std::make_unique<DeltaIntegers>(values, width);
      }
      break;
    case PageEncoding::kDeltaLengthByteArray:
      if (is_string) return std::make_unique<DeltaLengthStrings>(values, count);
      break;
    case PageEncoding::kDeltaByteArray:
      if (is_string || type.physical == Physical::kFixed)
        return std::make_unique<DeltaStrings>(values, count, type);
      break;
    case PageEncoding::kByteStreamSplit:
      if (!is_string && type.physical != Physical::kBoolean && type.physical != Physical::kInt96) {
        return std::make_unique<SplitBytes>(values, width);
      }
      break;
    case PageEncoding::kPlainDictionary:
    case PageEncoding::kBitPacked:
    case PageEncoding::kRleDictionary:
      break;
  }
  unfit(encoding, type);
}

PageDictionary::PageDictionary(LeafType type, Bytes values, size_t count, PinRef page)
    : type_(type), size_(static_cast<uint32_t>(count)), page_(std::move(page)) {
  const size_t width = type.width();
  const size_t least = type.physical == Physical::kByteArray ? 4
                       : type.physical == Physical::kBoolean ? 0
                                                             : width;
  if (count * least > values.size() || count > values.size() * 8) {
    throw Error(ErrorCode::kCorrupt, "a Parquet dictionary of {} bytes claims {} values",
                values.size(), count);
  }
  values_ = Buffer::allocate(count * width);
  if (count > 0)
    make_value_decoder(PageEncoding::kPlain, type, values, count)->decode(values_->data(), count);
}

size_t PageDictionary::held_bytes() const noexcept {
  return values_->held_bytes() +
         (page_ && type_.physical == Physical::kByteArray ? page_->held_bytes() : 0);
}

void PageDictionary::gather(const uint32_t* codes, size_t count, std::byte* out) const {
  const auto copy = [&]<class T>() {
    const T* const from = values_->as<T>();
    for (size_t i = 0; i < count; ++i) std::memcpy(out + i * sizeof(T), from + codes[i], sizeof(T));
  };
  struct Sixteen {
    uint64_t half[2];
  };
  const size_t width = type_.width();
  switch (width) {
    case 1:
      return copy.template operator()<uint8_t>();
    case 4:
      return copy.template operator()<uint32_t>();
    case 8:
      return copy.template operator()<uint64_t>();
    case 16:
      return copy.template operator()<Sixteen>();
    default:
      for (size_t i = 0; i < count; ++i)
        std::memcpy(out + i * width, data() + codes[i] * width, width);
  }
}

PageValues::PageValues(PageEncoding encoding, LeafType type, Bytes values, size_t count,
                       PageDictionaryRef dictionary)
    : codes_(is_dictionary_encoding(encoding)), dictionary_(std::move(dictionary)) {
  if (!codes_) {
    plain_ = make_value_decoder(encoding, type, values, count);
    return;
  }
  if (!dictionary_)
    throw Error(ErrorCode::kCorrupt, "a Parquet page needs a dictionary that is not there");
  // A page of NULLs alone may have no bytes at all.
  if (!values.empty()) hybrid_ = HybridDecoder(values.subspan(1), static_cast<unsigned>(values[0]));
}

void PageValues::check(const uint32_t* codes, size_t count) const {
  static const UnpackKernels& kernels = pick_variant(simd_level(), scalar::kUnpackKernels,
                                                     avx2::kUnpackKernels, avx512::kUnpackKernels);
  if (count == 0) return;
  const uint32_t top = kernels.greatest(codes, count);
  if (top >= dictionary_->size()) {
    throw Error(ErrorCode::kCorrupt,
                "a Parquet page has the dictionary code {}; the dictionary has {} values", top,
                dictionary_->size());
  }
}

void PageValues::decode(std::byte* out, size_t count) {
  if (!codes_) return plain_->decode(out, count);
  hybrid_.decode(reinterpret_cast<uint32_t*>(out), count);
  check(reinterpret_cast<uint32_t*>(out), count);
}

void PageValues::decode_at(const uint32_t* at, size_t count, uint32_t base, size_t span,
                           std::byte* out) {
  if (!codes_) return plain_->decode_at(at, count, base, span, out);
  hybrid_.decode_at(at, count, base, span, reinterpret_cast<uint32_t*>(out));
  check(reinterpret_cast<uint32_t*>(out), count);
}

void PageValues::skip(size_t count) { codes_ ? hybrid_.skip(count) : plain_->skip(count); }

void PageValues::decode_values(std::byte* out, size_t count) {
  if (!codes_) return plain_->decode(out, count);
  uint32_t codes[1024];
  const size_t width = dictionary_->type().width();
  while (count > 0) {
    const size_t here = std::min(count, std::size(codes));
    decode(reinterpret_cast<std::byte*>(codes), here);
    dictionary_->gather(codes, here, out);
    out += here * width;
    count -= here;
  }
}

}  // namespace doline::parquet
