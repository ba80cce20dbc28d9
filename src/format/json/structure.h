#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "format/json/json_options.h"
#include "format/json/token_cursor.h"

namespace doline {

/// How dates and timestamps that are not ISO 8601 are written, of all columns of a file alike.
struct JsonTimeFormats {
  std::string date, timestamp;  // empty: ISO 8601
};

/// What the values seen in one place have in common, and in everything below it. One thread.
class JsonStructure {
 public:
  explicit JsonStructure(const JsonOptions& options);
  JsonStructure(JsonStructure&&) noexcept;
  ~JsonStructure();

  /// Takes the value the cursor is at. False where it is no JSON; part of it may then be counted.
  bool add(JsonCursor& cursor, uint32_t depth = 0);
  void merge(const JsonStructure& other);

  uint64_t count() const { return count_; }
  bool has_only_objects() const { return count_ > 0 && kinds_ == kObject && null_count_ == 0; }
  /// The narrowest type that holds all values; JSON where they contradict each other. `formats`
  /// is filled in where it is needed, and holds for what is asked later.
  TypeRef type(JsonTimeFormats& formats, int64_t depth = 0) const;

 private:
  friend TypeRef type_of_json_value(std::string_view value, const JsonOptions& options);

  enum : uint8_t { kBool = 1, kNumber = 2, kString = 4, kList = 8, kObject = 16 };
  enum class Number : uint8_t { kBigint, kHugeint, kReal };
  struct Member;

  void add_string(std::string_view text);
  JsonStructure& member(std::string_view name, uint32_t& expected);
  TypeRef number_type() const;
  TypeRef string_type(JsonTimeFormats& formats) const;
  TypeRef object_type(JsonTimeFormats& formats, int64_t depth) const;
  TypeRef merged_member_type(JsonTimeFormats& formats, int64_t depth) const;

  const JsonOptions* options_;
  bool is_alone_ = false;  // says nothing of what it has not seen
  uint64_t count_ = 0;
  uint64_t null_count_ = 0;
  uint8_t kinds_ = 0;
  Number number_ = Number::kBigint;
  uint32_t candidates_ = ~uint32_t{0};  // types that all strings fit
  std::unique_ptr<JsonStructure> element_;
  std::vector<Member> members_;
  std::unordered_map<std::string, uint32_t> places_;
};

struct JsonStructure::Member {
  std::string name;
  JsonStructure structure;
};

/// What `value` alone says of its type: nothing where it has no members or elements. `options` as
/// they were when the others' types were found. Null where it is no JSON.
TypeRef type_of_json_value(std::string_view value, const JsonOptions& options);

/// The type that holds both types' values as they were sniffed.
TypeRef wider_json_type(TypeRef a, TypeRef b);

}  // namespace doline
