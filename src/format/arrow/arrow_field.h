#pragma once

#include <string>
#include <vector>

#include "column/type.h"
#include "doline/arrow_c_data.h"

namespace doline {

/// How one foreign field's values lie, and what they become.
enum class ArrowLayout : uint8_t {
  kNull,
  kBits,      // one bit a row
  kByteBool,  // arrow.bool8
  kPlain,     // as ours, of the type's width
  kHalf,      // 16-bit floats
  kScaled,    // int32 or int64 times `multiplier`, divided by `divisor`
  kDecimal,   // 32, 64, 128 or 256 bits (`width_bytes`)
  kUuid,      // 16 bytes, as printed
  kMonths,    // interval of int32 months
  kDayTime,   // interval of int32 days and milliseconds
  kMonthDayNano,
  kFixedBinary,  // `width_bytes` a row
  kText32,       // offsets of 32 bits
  kText64,
  kTextViews,
  kList32,
  kList64,
  kListViews32,
  kListViews64,
  kFixedList,  // `width_bytes` child rows a row
  kStruct,
  kRunEnds,     // children: run ends, values
  kDictionary,  // codes of `width_bytes`, signed or not
};

/// One node of a foreign schema, understood.
struct ArrowField {
  std::string name;  // for messages: "tags.item"
  ArrowLayout layout = ArrowLayout::kPlain;
  TypeRef type = nullptr;
  uint64_t width_bytes = 0;
  bool is_signed = true;     // dictionary codes
  bool nan_is_null = false;  // kPlain, of floats: "doline.nulls" in its metadata is "nan"
  int64_t multiplier = 1;    // kScaled
  int64_t divisor = 1;
  size_t dictionary = 0;             // kDictionary of a file: its place among the fields that are
  std::vector<ArrowField> children;  // a dictionary's values are children[0]

  int64_t buffer_count() const;  // -1: at least three (views)
  size_t child_count() const { return layout == ArrowLayout::kDictionary ? 0 : children.size(); }
};

/// Error(kNotSupported) for types without a twin, Error(kFormat) for what is no schema.
ArrowField read_arrow_field(const ArrowSchema& schema, const std::string& name, int depth = 0);

}  // namespace doline
