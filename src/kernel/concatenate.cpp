#include "kernel/concatenate.h"

#include <cstring>

#include "base/error.h"
#include "column/column_writer.h"

namespace doline {

namespace {

BufferRef joined_validity(std::span<const Column> parts, uint32_t rows) {
  BufferRef bitmap;
  uint32_t begin = 0;
  for (const Column& part : parts) {
    if (part.validity()) {
      if (!bitmap) bitmap = make_full_bitmap(rows);
      for (uint32_t row = 0; row < part.size(); ++row) {
        if (!test_bit(part.validity(), row)) clear_bit(bitmap->as<uint64_t>(), begin + row);
      }
    }
    begin += part.size();
  }
  return bitmap;
}

}  // namespace

Column concatenate(TypeRef type, std::span<const Column> given) {
  std::vector<Column> parts;
  uint64_t rows = 0;
  for (const Column& part : given) {
    if (part.size() == 0) continue;
    parts.push_back(part.flatten());
    rows += part.size();
  }
  if (rows > UINT32_MAX)
    throw Error(ErrorCode::kMemoryLimit, "lists of more than {} elements in one chunk", UINT32_MAX);
  if (parts.size() == 1) return parts[0];
  const auto count = static_cast<uint32_t>(rows);
  BufferRef validity = joined_validity(parts, count);
  const PhysicalType physical = type->physical();
  if (physical == PhysicalType::kStruct) {
    std::vector<Column> children;
    for (size_t field = 0; field < type->fields().size(); ++field) {
      std::vector<Column> of_field;
      for (const Column& part : parts) of_field.push_back(part.child(field));
      children.push_back(concatenate(type->fields()[field].type, of_field));
    }
    return Column::structure(type, count, std::move(children), std::move(validity));
  }
  if (physical == PhysicalType::kBool) {
    BufferRef values = Buffer::allocate_zeroed(words_for_bits(count) * 8);
    uint32_t begin = 0;
    for (const Column& part : parts) {
      for (uint32_t row = 0; row < part.size(); ++row) {
        if (test_bit(part.bits(), row)) set_bit(values->as<uint64_t>(), begin + row);
      }
      begin += part.size();
    }
    return Column::flat(type, count, std::move(values), std::move(validity));
  }
  const size_t width = width_of(physical);
  BufferRef values = Buffer::allocate(width * count);
  std::byte* to = values->data();
  std::vector<PinRef> pins;
  for (const Column& part : parts) {
    std::memcpy(to, part.values<std::byte>(), width * part.size());
    to += width * part.size();
    if (part.pin()) pins.push_back(part.pin());
  }
  if (physical == PhysicalType::kList) {
    auto* const entries = values->as<ListEntry>();
    std::vector<Column> children;
    uint32_t begin = 0;
    uint64_t base = 0;
    for (const Column& part : parts) {
      for (uint32_t row = begin; row < begin + part.size(); ++row) {
        // Entries under NULL are garbage and stay so.
        entries[row].begin += static_cast<uint32_t>(base);
      }
      begin += part.size();
      base += part.child().size();
      children.push_back(part.child());
    }
    return Column::list(type, count, std::move(values), concatenate(type->child(), children),
                        std::move(validity));
  }
  return Column::flat(type, count, std::move(values), std::move(validity),
                      combine_pins(std::move(pins)));
}

}  // namespace doline
