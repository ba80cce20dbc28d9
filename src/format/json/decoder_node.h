#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "format/json/record_decoder.h"

namespace doline {

/// How values of a type are taken.
enum class RecordDecoder::Kind : uint8_t {
  kSkip,
  kObject,
  kList,
  kMap,
  kText,
  kJson,
  kRaw,  // JSON as it stands
  kBool,
  kBigint,
  kInt8,
  kInt16,
  kInt32,
  kHugeInt,
  kUInt8,
  kUInt16,
  kUInt32,
  kUInt64,
  kFloat,
  kDouble,
  kDecimal,
  kMoment,  // dates, times, timestamps, UUIDs: strings with a meaning
  kNull,
  kGeneric,
};

/// One place in the values, and what is made of what is found there.
struct RecordDecoder::Node {
  Kind kind = Kind::kSkip;
  bool is_plain = true;     // its name has no signs that JSON escapes
  bool is_complete = true;  // for objects: members that are no field are contradictions
  std::string name;
  std::string path;
  TypeRef type = nullptr;
  ColumnSlot* slot = nullptr;
  std::vector<Node> fields;
  // For objects: the record in which each field was met last, and where fields are by name.
  std::vector<uint64_t> met;
  uint64_t turn = 0;
  std::unordered_map<std::string_view, uint32_t> places;

  void index_fields() {
    met.assign(fields.size(), 0);
    for (uint32_t i = 0; i < fields.size(); ++i) places.emplace(fields[i].name, i);
  }
};

}  // namespace doline
