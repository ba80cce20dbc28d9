#include "format/parquet/thrift.h"

#include <limits>

#include "base/error.h"

namespace doline::parquet {

namespace {

[[noreturn]] void truncated() {
  throw Error(ErrorCode::kCorrupt, "Parquet metadata ends in the middle of a value");
}

}  // namespace

uint8_t ThriftReader::byte() {
  if (at_ == end_) truncated();
  return *at_++;
}

uint64_t ThriftReader::varint() {
  uint64_t value = 0;
  for (int shift = 0; shift < 70; shift += 7) {
    const uint8_t next = byte();
    value |= static_cast<uint64_t>(next & 0x7F) << (shift < 64 ? shift : 63);
    if (next < 0x80) return value;
  }
  throw Error(ErrorCode::kCorrupt, "an integer of the Parquet metadata is longer than 64 bits");
}

int64_t ThriftReader::zigzag() {
  const uint64_t raw = varint();
  return static_cast<int64_t>(raw >> 1) ^ -static_cast<int64_t>(raw & 1);
}

void ThriftReader::enter() {
  if (++depth_ > kMaxDepth)
    throw Error(ErrorCode::kCorrupt, "Parquet metadata nests deeper than {} levels", kMaxDepth);
}

bool ThriftReader::next_field(ThriftField& field, int16_t& last) {
  const uint8_t head = byte();
  if (head == 0) return false;
  const uint8_t type = head & 0x0F;
  if (type == 0 || type > static_cast<uint8_t>(ThriftType::kUuid)) {
    throw Error(ErrorCode::kCorrupt, "Parquet metadata has a field of unknown wire type {}", type);
  }
  const int64_t id = (head >> 4) != 0 ? int64_t{last} + (head >> 4) : zigzag();
  if (id <= 0 || id > std::numeric_limits<int16_t>::max()) {
    throw Error(ErrorCode::kCorrupt, "Parquet metadata has a field number {}", id);
  }
  field.id = static_cast<int16_t>(id);
  field.type = static_cast<ThriftType>(type);
  last = field.id;
  return true;
}

void ThriftReader::expect(ThriftField field, ThriftType type) const {
  if (field.type == type) return;
  throw Error(ErrorCode::kCorrupt, "field {} of the Parquet metadata has wire type {}, not {}",
              field.id, static_cast<int>(field.type), static_cast<int>(type));
}

void ThriftReader::expect_element(ThriftList list, ThriftType element) const {
  const bool both_boolean = (list.type == ThriftType::kTrue || list.type == ThriftType::kFalse) &&
                            (element == ThriftType::kTrue || element == ThriftType::kFalse);
  if (list.size == 0 || list.type == element || both_boolean) return;
  throw Error(ErrorCode::kCorrupt,
              "a list of the Parquet metadata has elements of wire type {}, not {}",
              static_cast<int>(list.type), static_cast<int>(element));
}

ThriftList ThriftReader::list_header(ThriftField field) {
  if (field.type != ThriftType::kSet) expect(field, ThriftType::kList);
  const uint8_t head = byte();
  const uint64_t size = (head >> 4) == 15 ? varint() : head >> 4;
  // Every element takes a byte at least.
  if (size > static_cast<uint64_t>(end_ - at_)) truncated();
  return {static_cast<ThriftType>(head & 0x0F), static_cast<uint32_t>(size)};
}

bool ThriftReader::boolean(ThriftField field) {
  if (field.type != ThriftType::kFalse) expect(field, ThriftType::kTrue);
  return field.type == ThriftType::kTrue;
}

int8_t ThriftReader::i8(ThriftField field) {
  expect(field, ThriftType::kI8);
  return static_cast<int8_t>(byte());
}

int16_t ThriftReader::i16(ThriftField field) {
  expect(field, ThriftType::kI16);
  return static_cast<int16_t>(zigzag());
}

int32_t ThriftReader::i32(ThriftField field) {
  expect(field, ThriftType::kI32);
  return element_i32();
}

int64_t ThriftReader::i64(ThriftField field) {
  expect(field, ThriftType::kI64);
  return zigzag();
}

std::string_view ThriftReader::binary(ThriftField field) {
  expect(field, ThriftType::kBinary);
  return element_binary();
}

bool ThriftReader::element_boolean() { return byte() == 1; }

int32_t ThriftReader::element_i32() {
  const int64_t value = zigzag();
  if (value < std::numeric_limits<int32_t>::min() || value > std::numeric_limits<int32_t>::max()) {
    throw Error(ErrorCode::kCorrupt, "an integer of the Parquet metadata is outside 32 bits");
  }
  return static_cast<int32_t>(value);
}

int64_t ThriftReader::element_i64() { return zigzag(); }

std::string_view ThriftReader::element_binary() {
  const uint64_t size = varint();
  if (size > static_cast<uint64_t>(end_ - at_)) truncated();
  const std::string_view text(reinterpret_cast<const char*>(at_), size);
  at_ += size;
  return text;
}

void ThriftReader::skip(ThriftType type, bool in_list) {
  switch (type) {
    case ThriftType::kTrue:
    case ThriftType::kFalse:
      if (in_list) byte();
      return;
    case ThriftType::kI8:
      byte();
      return;
    case ThriftType::kI16:
    case ThriftType::kI32:
    case ThriftType::kI64:
      varint();
      return;
    case ThriftType::kDouble:
    case ThriftType::kUuid: {
      const ptrdiff_t bytes = type == ThriftType::kDouble ? 8 : 16;
      if (end_ - at_ < bytes) truncated();
      at_ += bytes;
      return;
    }
    case ThriftType::kBinary:
      element_binary();
      return;
    case ThriftType::kList:
    case ThriftType::kSet: {
      enter();
      const ThriftList list = list_header({0, ThriftType::kList});
      for (uint32_t i = 0; i < list.size; ++i) skip(list.type, true);
      --depth_;
      return;
    }
    case ThriftType::kMap: {
      enter();
      const uint64_t size = varint();
      if (size > static_cast<uint64_t>(end_ - at_)) truncated();
      const uint8_t types = size == 0 ? 0 : byte();
      for (uint64_t i = 0; i < size; ++i) {
        skip(static_cast<ThriftType>(types >> 4), true);
        skip(static_cast<ThriftType>(types & 0x0F), true);
      }
      --depth_;
      return;
    }
    case ThriftType::kStruct:
      read_struct([this](ThriftField field) { skip(field); });
      return;
    case ThriftType::kStop:
      break;
  }
  throw Error(ErrorCode::kCorrupt, "Parquet metadata has a value of unknown wire type {}",
              static_cast<int>(type));
}

void ThriftWriter::varint(uint64_t value) {
  while (value >= 0x80) {
    out_.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out_.push_back(static_cast<char>(value));
}

void ThriftWriter::header(int16_t id, ThriftType type) {
  const int delta = id - last_;
  if (delta > 0 && delta <= 15) {
    out_.push_back(static_cast<char>(delta << 4 | static_cast<int>(type)));
  } else {
    out_.push_back(static_cast<char>(type));
    zigzag(id);
  }
  last_ = id;
}

void ThriftWriter::list(int16_t id, ThriftType element, size_t size) {
  header(id, ThriftType::kList);
  if (size < 15) {
    out_.push_back(static_cast<char>(size << 4 | static_cast<size_t>(element)));
  } else {
    out_.push_back(static_cast<char>(0xF0 | static_cast<int>(element)));
    varint(size);
  }
}

void ThriftWriter::boolean(int16_t id, bool value) {
  header(id, value ? ThriftType::kTrue : ThriftType::kFalse);
}

void ThriftWriter::i8(int16_t id, int8_t value) {
  header(id, ThriftType::kI8);
  out_.push_back(static_cast<char>(value));
}

void ThriftWriter::i16(int16_t id, int16_t value) {
  header(id, ThriftType::kI16);
  zigzag(value);
}

void ThriftWriter::i32(int16_t id, int32_t value) {
  header(id, ThriftType::kI32);
  zigzag(value);
}

void ThriftWriter::i64(int16_t id, int64_t value) {
  header(id, ThriftType::kI64);
  zigzag(value);
}

void ThriftWriter::binary(int16_t id, std::string_view value) {
  header(id, ThriftType::kBinary);
  element_binary(value);
}

void ThriftWriter::element_binary(std::string_view value) {
  varint(value.size());
  out_.append(value);
}

}  // namespace doline::parquet
