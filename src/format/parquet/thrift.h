#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace doline::parquet {

/// Wire types of Thrift's compact protocol.
enum class ThriftType : uint8_t {
  kStop = 0,
  kTrue = 1,
  kFalse = 2,
  kI8 = 3,
  kI16 = 4,
  kI32 = 5,
  kI64 = 6,
  kDouble = 7,
  kBinary = 8,
  kList = 9,
  kSet = 10,
  kMap = 11,
  kStruct = 12,
  kUuid = 13,
};

struct ThriftField {
  int16_t id = 0;
  ThriftType type = ThriftType::kStop;
};

struct ThriftList {
  ThriftType type = ThriftType::kStop;
  uint32_t size = 0;
};

/// Reads one compact-protocol value from bytes nobody vouches for. Never reads outside the span,
/// never recurses deeper than kMaxDepth, and takes no memory: binaries are views of the input,
/// list sizes are checked against the bytes that are left. Damage is Error(kCorrupt).
class ThriftReader {
 public:
  static constexpr int kMaxDepth = 64;

  explicit ThriftReader(std::span<const std::byte> bytes)
      : begin_(cast(bytes.data())), at_(begin_), end_(begin_ + bytes.size()) {}

  size_t consumed() const { return static_cast<size_t>(at_ - begin_); }

  /// Calls `on_field(field)` for each field; it must read or skip() the value.
  template <class OnField>
  void read_struct(OnField&& on_field) {
    enter();
    int16_t last = 0;
    for (ThriftField field; next_field(field, last);) on_field(field);
    --depth_;
  }
  /// Calls `on_element()` for each element of a list or set whose elements have type `element`.
  template <class OnElement>
  void read_list(ThriftField field, ThriftType element, OnElement&& on_element) {
    const ThriftList list = list_header(field);
    expect_element(list, element);
    for (uint32_t i = 0; i < list.size; ++i) on_element();
  }

  /// read_list() into `out`, whose memory is taken at once: `charge(bytes)` is asked before.
  template <class T, class OnElement, class Charge>
  void read_list_into(ThriftField field, ThriftType element, std::vector<T>& out, Charge&& charge,
                      OnElement&& on_element) {
    const ThriftList list = list_header(field);
    expect_element(list, element);
    charge(size_t{list.size} * sizeof(T));
    out.reserve(list.size);
    for (uint32_t i = 0; i < list.size; ++i) out.push_back(on_element());
  }

  ThriftList list_header(ThriftField field);
  bool boolean(ThriftField field);
  int8_t i8(ThriftField field);
  int16_t i16(ThriftField field);
  int32_t i32(ThriftField field);
  int64_t i64(ThriftField field);
  std::string_view binary(ThriftField field);
  void expect(ThriftField field, ThriftType type) const;

  // Elements of lists have no field header.
  bool element_boolean();
  int32_t element_i32();
  int64_t element_i64();
  std::string_view element_binary();

  void skip(ThriftField field) { skip(field.type, false); }

 private:
  static const uint8_t* cast(const std::byte* bytes) {
    return reinterpret_cast<const uint8_t*>(bytes);
  }
  void enter();
  bool next_field(ThriftField& field, int16_t& last);
  void expect_element(ThriftList list, ThriftType element) const;
  void skip(ThriftType type, bool in_list);
  uint8_t byte();
  uint64_t varint();
  int64_t zigzag();

  const uint8_t* begin_;
  const uint8_t* at_;
  const uint8_t* end_;
  int depth_ = 0;
};

/// Appends compact-protocol values to a string. Fields of a struct are written in rising order.
class ThriftWriter {
 public:
  explicit ThriftWriter(std::string& out) : out_(out) {}

  /// Calls `body()` between the start and the stop byte of a struct. For field `id`, or id 0 for
  /// the outermost struct and for list elements.
  template <class Body>
  void write_struct(int16_t id, Body&& body) {
    if (id != 0) header(id, ThriftType::kStruct);
    const int16_t outer = last_;
    last_ = 0;
    body();
    out_.push_back('\0');
    last_ = outer;
  }
  void list(int16_t id, ThriftType element, size_t size);
  void boolean(int16_t id, bool value);
  void i8(int16_t id, int8_t value);
  void i16(int16_t id, int16_t value);
  void i32(int16_t id, int32_t value);
  void i64(int16_t id, int64_t value);
  void binary(int16_t id, std::string_view value);
  /// A field that is a struct without fields (the arms of most unions).
  void empty_struct(int16_t id) {
    write_struct(id, [] {});
  }

  void element_boolean(bool value) { out_.push_back(value ? 1 : 2); }
  void element_i32(int32_t value) { zigzag(value); }
  void element_i64(int64_t value) { zigzag(value); }
  void element_binary(std::string_view value);

 private:
  void header(int16_t id, ThriftType type);
  void varint(uint64_t value);
  void zigzag(int64_t value) {
    varint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63));
  }

  std::string& out_;
  int16_t last_ = 0;
};

}  // namespace doline::parquet
