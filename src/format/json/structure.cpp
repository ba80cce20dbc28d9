#include "format/json/structure.h"

#include <algorithm>
#include <iterator>

#include "kernel/json/json_text.h"
#include "kernel/parse_number.h"
#include "kernel/temporal_text.h"
#include "kernel/time_format.h"

namespace doline {

namespace {

enum : uint32_t {
  kTimeOfDay = 1,
  kIsoDate = 2,
  kIsoTimestamp = 4,
  kZonedTimestamp = 8,
  kInteger = 16,
  kUuid = 32,
  kFirstDateFormat = 64,  // one bit each of kDateFormats, then one each of kTimestampFormats
};

// The most likely first.
constexpr const char* kDateFormats[] = {"%y-%m-%d", "%d-%m-%y", "%d-%m-%Y", "%m-%d-%y", "%m-%d-%Y"};
constexpr const char* kTimestampFormats[] = {"%y-%m-%d %H:%M:%S", "%d-%m-%y %H:%M:%S",
                                             "%d-%m-%Y %H:%M:%S", "%m-%d-%y %I:%M:%S %p",
                                             "%m-%d-%Y %I:%M:%S %p"};
constexpr uint32_t kFirstTimestampFormat = kFirstDateFormat << std::size(kDateFormats);

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

bool fits_format(const TimeFormat& format, std::string_view text) {
  TimeFormat::Parsed parsed;
  return format.parse(text, parsed) && parsed.special == 0;
}

/// "25-02-2020", "02-25-20 10:00:00 PM".
uint32_t classify_local(std::string_view text) {
  static const std::vector<TimeFormat> dates = [] {
    std::vector<TimeFormat> made;
    for (const char* format : kDateFormats) made.push_back(TimeFormat::compile(format));
    return made;
  }();
  static const std::vector<TimeFormat> timestamps = [] {
    std::vector<TimeFormat> made;
    for (const char* format : kTimestampFormats) made.push_back(TimeFormat::compile(format));
    return made;
  }();
  uint32_t fitting = 0;
  for (size_t i = 0; i < dates.size(); ++i)
    fitting |= fits_format(dates[i], text) ? kFirstDateFormat << i : 0;
  for (size_t i = 0; i < timestamps.size(); ++i) {
    fitting |= fits_format(timestamps[i], text) ? kFirstTimestampFormat << i : 0;
  }
  return fitting;
}

/// Whether `text` begins with a year of four digits, a month and a day, hyphens between them.
size_t iso_date_size(std::string_view text) {
  size_t at = 0;
  for (int part = 0;; ++part) {
    const size_t begin = at;
    const size_t most = part == 0 ? 4 : 2;
    while (at < text.size() && at - begin < most && is_digit(text[at])) ++at;
    if (at == begin || (part == 0 && at != 4)) return 0;
    if (part == 2) return at;
    if (at == text.size() || text[at] != '-') return 0;
    ++at;
  }
}

uint32_t classify_clock(std::string_view text) {
  int32_t days, nanos;
  int64_t seconds, micros;
  if (scan_time(text, seconds, nanos) == text.size()) return kTimeOfDay;
  const size_t date = iso_date_size(text);
  if (date == 0) return classify_local(text);
  if (date == text.size()) return scan_date(text, days) == date ? kIsoDate | kIsoTimestamp : 0;
  bool has_offset = false;
  if (!parse_timestamp(text, micros, has_offset)) return 0;
  // Neither zones that are named nor hours alone; nanoseconds would be cut.
  const std::string_view clock = text.substr(date + 1);
  const size_t end = std::min(clock.find_first_not_of("0123456789:."), clock.size());
  if (end == 0 || clock.starts_with("24") ||
      clock.find_first_not_of("0123456789:.+-Z") != clock.npos)
    return 0;
  const size_t point = clock.substr(0, end).find('.');
  if (point != clock.npos && end - point > 7) return 0;
  if (has_offset) return kZonedTimestamp;
  if (std::count(clock.begin(), clock.end(), ':') != 2) return 0;
  return text[date] == 'T' && point != clock.npos ? 0 : uint32_t{kIsoTimestamp};
}

uint32_t classify(std::string_view text, const JsonOptions& options) {
  if (text.empty() || text.size() > 64) return 0;
  uint32_t fitting = 0;
  int64_t integer;
  if (options.strings_to_integers && parse_integer(text, integer)) fitting |= kInteger;
  if (is_digit(text[0]) && text.size() <= 40) fitting |= classify_clock(text);
  int128_t uuid;
  if (text.size() == 36 && text[8] == '-' && parse_uuid(text, uuid)) fitting |= kUuid;
  return fitting;
}

constexpr double kEnoughAlike = 0.8;

/// How much of `type` is in `merged`, 0 to 1; less than 0 where they contradict each other.
double likeness(TypeRef merged, TypeRef type) {
  if (merged->is(TypeKind::kNull) || type->is(TypeKind::kNull)) return 1;
  if (merged->is(TypeKind::kJson)) return -1;
  if (type->is(TypeKind::kJson) || merged == type) return 1;
  const auto average = [](TypeRef map, const std::vector<Field>& fields, bool swapped) {
    double sum = 0;
    for (const Field& field : fields) {
      const TypeRef value = map->fields()[1].type;
      const double alike = swapped ? likeness(field.type, value) : likeness(value, field.type);
      if (alike < 0) return alike;
      sum += alike;
    }
    return sum / static_cast<double>(fields.size());
  };
  if (merged->is(TypeKind::kStruct)) {
    if (type->is(TypeKind::kMap)) return average(type, merged->fields(), true);
    if (!type->is(TypeKind::kStruct)) return -1;
    double sum = 0;
    for (const Field& field : type->fields()) {
      const auto same = std::find_if(merged->fields().begin(), merged->fields().end(),
                                     [&](const Field& other) { return other.name == field.name; });
      if (same == merged->fields().end()) return -1;
      const double alike = likeness(same->type, field.type);
      if (alike < 0) return alike;
      sum += alike;
    }
    return sum / static_cast<double>(merged->fields().size());
  }
  if (merged->is(TypeKind::kMap)) {
    if (type->is(TypeKind::kMap)) return likeness(merged->fields()[1].type, type->fields()[1].type);
    return type->is(TypeKind::kStruct) ? average(merged, type->fields(), false) : -1;
  }
  if (merged->is(TypeKind::kList)) {
    return type->is(TypeKind::kList) ? likeness(merged->element(), type->element()) : -1;
  }
  return 1;
}

}  // namespace

JsonStructure::JsonStructure(const JsonOptions& options) : options_(&options) {}
JsonStructure::JsonStructure(JsonStructure&&) noexcept = default;
JsonStructure::~JsonStructure() = default;

JsonStructure& JsonStructure::member(std::string_view name, uint32_t& expected) {
  if (expected < members_.size() && members_[expected].name == name)
    return members_[expected++].structure;
  const auto [place, is_new] =
      places_.try_emplace(std::string(name), static_cast<uint32_t>(members_.size()));
  if (is_new) {
    members_.push_back({std::string(name), JsonStructure(*options_)});
    members_.back().structure.is_alone_ = is_alone_;
  }
  expected = place->second + 1;
  return members_[place->second].structure;
}

void JsonStructure::add_string(std::string_view text) {
  kinds_ |= kString;
  if (candidates_ == 0) return;
  const bool has_own_formats =
      !options_->date_format.empty() || !options_->timestamp_format.empty();
  if (!has_own_formats) {
    candidates_ &= classify(text, *options_);
    return;
  }
  // What the options name stands in for all other ways to write it.
  uint32_t fitting = classify(text, *options_);
  if (!options_->date_format.empty()) {
    if (fitting & kIsoDate) fitting &= ~kIsoTimestamp;
    fitting &= ~(kIsoDate | (kFirstTimestampFormat - kFirstDateFormat));
    if (fits_format(TimeFormat::compile(options_->date_format), text)) fitting |= kIsoDate;
  }
  if (!options_->timestamp_format.empty()) {
    fitting &= ~(kIsoTimestamp | kZonedTimestamp) & (kFirstTimestampFormat - 1);
    if (fits_format(TimeFormat::compile(options_->timestamp_format), text))
      fitting |= kIsoTimestamp;
  }
  candidates_ &= fitting;
}

bool JsonStructure::add(JsonCursor& cursor, uint32_t depth) {
  ++count_;
  std::string_view text;
  switch (cursor.sign()) {
    case '{': {
      if (depth >= JsonOptions::kDeepestType) break;
      kinds_ |= kObject;
      cursor.advance();
      if (cursor.take('}')) return true;
      uint32_t expected = 0;
      std::string scratch;
      do {
        bool escaped;
        if (cursor.sign() != '"' || !cursor.take_string(text, escaped) || !cursor.take(':'))
          return false;
        if (escaped) {
          scratch.clear();
          append_unescaped(scratch, text);
          text = scratch;
        }
        if (!member(text, expected).add(cursor, depth + 1)) return false;
      } while (cursor.take(','));
      return cursor.take('}');
    }
    case '[':
      if (depth >= JsonOptions::kDeepestType) break;
      kinds_ |= kList;
      if (!element_) {
        element_ = std::make_unique<JsonStructure>(*options_);
        element_->is_alone_ = is_alone_;
      }
      cursor.advance();
      if (cursor.take(']')) return true;
      do {
        if (!element_->add(cursor, depth + 1)) return false;
      } while (cursor.take(','));
      return cursor.take(']');
    case '"': {
      bool escaped;
      if (!cursor.take_string(text, escaped)) return false;
      // None of the candidates is written with escapes.
      add_string(escaped ? std::string_view() : text);
      return true;
    }
    case 't':
    case 'f':
      kinds_ |= kBool;
      return cursor.skip(text);
    case 'n':
      if (cursor.take_word("null")) {
        ++null_count_;
        return true;
      }
      [[fallthrough]];
    case 'N':
    case 'I':
      kinds_ |= kNumber;
      number_ = Number::kReal;
      return cursor.skip(text);
    default: {
      JsonNumber number;
      if (!cursor.take_number(number)) {
        if (!cursor.skip(text)) return false;
        number.is_real = true;  // -Infinity
      }
      kinds_ |= kNumber;
      if (number.is_real) {
        number_ = Number::kReal;
      } else if (!number.is_exact || number.mantissa > uint64_t{INT64_MAX}) {
        int64_t narrow;
        uint64_t wide;
        if (parse_integer(number.text, narrow)) return true;
        number_ =
            std::max(number_, parse_integer(number.text, wide) ? Number::kHugeint : Number::kReal);
      }
      return true;
    }
  }
  // Too deep: as if objects and lists had been seen here.
  kinds_ |= kObject | kList;
  return cursor.skip(text);
}

void JsonStructure::merge(const JsonStructure& other) {
  count_ += other.count_;
  null_count_ += other.null_count_;
  kinds_ |= other.kinds_;
  number_ = std::max(number_, other.number_);
  if (other.kinds_ & kString) candidates_ &= other.candidates_;
  if (other.element_) {
    if (!element_) element_ = std::make_unique<JsonStructure>(*options_);
    element_->merge(*other.element_);
  }
  uint32_t expected = 0;
  for (const Member& theirs : other.members_) member(theirs.name, expected).merge(theirs.structure);
}

TypeRef JsonStructure::number_type() const {
  switch (number_) {
    case Number::kBigint:
      return Type::int64();
    case Number::kHugeint:
      return Type::hugeint();
    case Number::kReal:
      return Type::float64();
  }
  UNREACHABLE();
}

TypeRef JsonStructure::string_type(JsonTimeFormats& formats) const {
  if (candidates_ & kTimeOfDay) return Type::time();
  if (candidates_ & kIsoDate) return Type::date();
  if (candidates_ & kIsoTimestamp) return Type::timestamp();
  if (candidates_ & kZonedTimestamp) return Type::timestamp_tz();
  if (candidates_ & kInteger) return Type::int64();
  if (candidates_ & kUuid) return Type::uuid();
  if (is_alone_)
    return Type::varchar();  // formats are the same for all values, and so these are not dates
  const auto pick = [&](auto& known, uint32_t first, std::string& format) {
    for (uint32_t i = 0; i < std::size(known); ++i) {
      if ((candidates_ & (first << i)) == 0 || (!format.empty() && format != known[i])) continue;
      format = known[i];
      return true;
    }
    return false;
  };
  if (pick(kDateFormats, kFirstDateFormat, formats.date)) return Type::date();
  if (pick(kTimestampFormats, kFirstTimestampFormat, formats.timestamp)) return Type::timestamp();
  return Type::varchar();
}

TypeRef JsonStructure::merged_member_type(JsonTimeFormats& formats, int64_t depth) const {
  JsonStructure merged(*options_);
  for (const Member& one : members_) merged.merge(one.structure);
  return merged.type(formats, depth);
}

TypeRef JsonStructure::object_type(JsonTimeFormats& formats, int64_t depth) const {
  if (members_.empty()) return is_alone_ ? Type::null() : Type::map(Type::varchar(), Type::json());
  // SQL has no way to say an empty name.
  const bool is_nameless =
      std::any_of(members_.begin(), members_.end(), [](const Member& m) { return m.name.empty(); });
  // Objects that seldom have a member in common are maps, whose names are data.
  double appearances = 0;
  for (const Member& one : members_) {
    appearances +=
        static_cast<double>(one.structure.count_) / static_cast<double>(count_ - null_count_);
  }
  if (is_nameless ||
      appearances / static_cast<double>(members_.size()) < options_->field_appearance_threshold) {
    return Type::map(Type::varchar(), merged_member_type(formats, depth + 1));
  }
  std::vector<Field> fields;
  for (const Member& one : members_)
    fields.push_back({one.name, one.structure.type(formats, depth + 1)});
  if (!is_alone_ && options_->map_inference_threshold >= 0 &&
      members_.size() >= static_cast<uint64_t>(options_->map_inference_threshold)) {
    const TypeRef value = merged_member_type(formats, depth + 1);
    double sum = 0;
    for (const Field& field : fields) {
      const double alike = likeness(value, field.type);
      if (alike < 0) {
        sum = alike;
        break;
      }
      sum += alike;
    }
    if (sum / static_cast<double>(fields.size()) >= kEnoughAlike)
      return Type::map(Type::varchar(), value);
  }
  return Type::structure(std::move(fields));
}

TypeRef JsonStructure::type(JsonTimeFormats& formats, int64_t depth) const {
  if (options_->most_depth >= 0 && depth >= options_->most_depth) return Type::json();
  if (count_ == 0) return is_alone_ ? Type::null() : Type::json();
  switch (kinds_) {
    case 0:
      return Type::null();
    case kBool:
      return Type::boolean();
    case kNumber:
      return number_type();
    case kString:
      return string_type(formats);
    case kList:
      return Type::list(element_->type(formats, depth + 1));
    case kObject:
      return object_type(formats, depth);
    default:
      return Type::json();
  }
}

namespace {

bool is_written_as_string(TypeRef type) {
  return type->is_temporal() || type->is(TypeKind::kVarchar) || type->is(TypeKind::kUuid);
}

TypeRef wider_struct(TypeRef a, TypeRef b) {
  std::vector<Field> fields = a->fields();
  for (const Field& field : b->fields()) {
    const auto same = std::find_if(fields.begin(), fields.end(),
                                   [&](const Field& f) { return f.name == field.name; });
    if (same == fields.end()) {
      fields.push_back(field);
    } else {
      same->type = wider_json_type(same->type, field.type);
    }
  }
  return Type::structure(std::move(fields));
}

TypeRef wider_map(TypeRef map, TypeRef other) {
  TypeRef value = map->fields()[1].type;
  for (size_t i = other->is(TypeKind::kMap) ? 1 : 0; i < other->fields().size(); ++i) {
    value = wider_json_type(value, other->fields()[i].type);
  }
  return Type::map(map->fields()[0].type, value);
}

}  // namespace

TypeRef type_of_json_value(std::string_view value, const JsonOptions& options) {
  JsonStructure structure(options);
  structure.is_alone_ = true;
  JsonCursor cursor;
  if (!cursor.index(value) || !structure.add(cursor)) return nullptr;
  JsonTimeFormats formats{options.date_format, options.timestamp_format};
  return structure.type(formats);
}

TypeRef wider_json_type(TypeRef a, TypeRef b) {
  if (a == b || b->is(TypeKind::kNull)) return a;
  if (a->is(TypeKind::kNull)) return b;
  if (a->is_numeric() || a->is(TypeKind::kHugeInt)) {
    if (!b->is_numeric() && !b->is(TypeKind::kHugeInt)) return Type::json();
    return a->is_floating() || b->is_floating() ? Type::float64() : Type::hugeint();
  }
  if (is_written_as_string(a) && is_written_as_string(b)) {
    const bool are_days = (a->is(TypeKind::kDate) || a->is(TypeKind::kTimestamp)) &&
                          (b->is(TypeKind::kDate) || b->is(TypeKind::kTimestamp));
    return are_days ? Type::timestamp() : Type::varchar();
  }
  if (a->is(TypeKind::kList) && b->is(TypeKind::kList))
    return Type::list(wider_json_type(a->element(), b->element()));
  if (a->is(TypeKind::kStruct) && b->is(TypeKind::kStruct)) return wider_struct(a, b);
  if (a->is(TypeKind::kMap) && (b->is(TypeKind::kMap) || b->is(TypeKind::kStruct)))
    return wider_map(a, b);
  if (b->is(TypeKind::kMap) && a->is(TypeKind::kStruct)) return wider_map(b, a);
  return Type::json();
}

}  // namespace doline
