#include "format/arrow/arrow_field.h"

#include <charconv>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>

#include "base/error.h"
#include "format/arrow/arrow_pairs.h"
#include "kernel/time_zone.h"
#include "kernel/type_text.h"

namespace doline {

namespace {

constexpr int kDeepest = 64;
constexpr int64_t kMostChildren = 1 << 16;

[[noreturn]] void broken(const std::string& name, std::string_view what) {
  throw Error(ErrorCode::kFormat, "Arrow schema, column \"{}\": {}", name, what);
}

[[noreturn]] void not_supported(const std::string& name, std::string_view format) {
  throw Error(ErrorCode::kNotSupported,
              "Arrow column \"{}\" is of type \"{}\", which has no twin here", name, format)
      .hint(format == "_plu128" ? "Polars' UInt128: cast it to Int128 before"
                                : "cast it before it is registered");
}

std::optional<int64_t> number_in(std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The value of one key of a field's metadata; empty when there is none.
std::string metadata_value(const ArrowSchema& schema, const std::string& name,
                           std::string_view key) {
  const auto pairs = arrow_pairs_in(schema.metadata);
  if (!pairs) broken(name, "metadata of an impossible length");
  for (const auto& [found, value] : *pairs) {
    if (found == key) return std::string(value);
  }
  return {};
}

/// Reads one node. Formats are Arrow's: a letter or two, then parameters after a colon.
class FieldReader {
 public:
  FieldReader(const ArrowSchema& schema, const std::string& name, int depth)
      : schema_(schema), depth_(depth), format_(schema.format) {
    field_.name = name;
  }

  ArrowField read() {
    if (schema_.dictionary) {
      read_dictionary();
    } else if (format_.size() > 1 && format_[0] == '+') {
      read_nested();
    } else if (format_.size() > 1 && format_[0] == 't') {
      read_temporal();
    } else if (format_.size() > 2 && (format_[0] == 'd' || format_[0] == 'w') &&
               format_[1] == ':') {
      format_[0] == 'd' ? read_decimal() : read_fixed_binary();
    } else {
      read_simple();
    }
    read_extension();
    const auto children = static_cast<int64_t>(field_.child_count());
    if (schema_.n_children != children) broken(field_.name, "the wrong number of children");
    return std::move(field_);
  }

 private:
  void set(ArrowLayout layout, TypeRef type, uint64_t width = 0) {
    field_.layout = layout;
    field_.type = type;
    field_.width_bytes = width;
  }

  void read_simple() {
    struct Simple {
      std::string_view format;
      ArrowLayout layout;
      TypeKind kind;
    };
    static constexpr Simple kSimple[] = {
        {"n", ArrowLayout::kNull, TypeKind::kNull},
        {"b", ArrowLayout::kBits, TypeKind::kBool},
        {"c", ArrowLayout::kPlain, TypeKind::kInt8},
        {"C", ArrowLayout::kPlain, TypeKind::kUInt8},
        {"s", ArrowLayout::kPlain, TypeKind::kInt16},
        {"S", ArrowLayout::kPlain, TypeKind::kUInt16},
        {"i", ArrowLayout::kPlain, TypeKind::kInt32},
        {"I", ArrowLayout::kPlain, TypeKind::kUInt32},
        {"l", ArrowLayout::kPlain, TypeKind::kInt64},
        {"L", ArrowLayout::kPlain, TypeKind::kUInt64},
        {"e", ArrowLayout::kHalf, TypeKind::kFloat},
        {"f", ArrowLayout::kPlain, TypeKind::kFloat},
        {"g", ArrowLayout::kPlain, TypeKind::kDouble},
        {"u", ArrowLayout::kText32, TypeKind::kVarchar},
        {"U", ArrowLayout::kText64, TypeKind::kVarchar},
        {"vu", ArrowLayout::kTextViews, TypeKind::kVarchar},
        {"z", ArrowLayout::kText32, TypeKind::kBlob},
        {"Z", ArrowLayout::kText64, TypeKind::kBlob},
        {"vz", ArrowLayout::kTextViews, TypeKind::kBlob},
        {"_pli128", ArrowLayout::kPlain, TypeKind::kHugeInt},  // Polars' own
    };
    for (const Simple& simple : kSimple) {
      if (simple.format != format_) continue;
      set(simple.layout, Type::simple(simple.kind));
      if (simple.layout == ArrowLayout::kPlain)
        field_.width_bytes = width_of(field_.type->physical());
      return;
    }
    not_supported(field_.name, format_);
  }

  void read_decimal() {
    std::string_view rest = format_.substr(2);
    std::vector<int64_t> numbers;
    while (true) {
      const size_t comma = rest.find(',');
      const auto number = number_in(rest.substr(0, comma));
      if (!number || numbers.size() == 3)
        broken(field_.name, "a decimal without precision and scale");
      numbers.push_back(*number);
      if (comma == std::string_view::npos) break;
      rest.remove_prefix(comma + 1);
    }
    if (numbers.size() < 2) broken(field_.name, "a decimal without precision and scale");
    const int64_t bits = numbers.size() == 3 ? numbers[2] : 128;
    if (bits != 32 && bits != 64 && bits != 128 && bits != 256) not_supported(field_.name, format_);
    // Of the widest ones the values count: those of up to 38 digits fit.
    constexpr int64_t kMostDigits = 38;
    const int64_t most = bits == 256 ? 76 : kMostDigits;
    const int64_t width = std::min(numbers[0], kMostDigits);
    if (numbers[0] < 1 || numbers[0] > most || numbers[1] < 0 || numbers[1] > width) {
      throw Error(ErrorCode::kNotSupported,
                  "Arrow column \"{}\" is DECIMAL({},{}); here the width lies between 1 and 38, "
                  "the scale between 0 and the width",
                  field_.name, numbers[0], numbers[1]);
    }
    set(ArrowLayout::kDecimal, Type::decimal(static_cast<int>(width), static_cast<int>(numbers[1])),
        static_cast<uint64_t>(bits / 8));
  }

  void read_fixed_binary() {
    const auto width = number_in(format_.substr(2));
    if (!width || *width < 0 || *width > (int64_t{1} << 30))
      broken(field_.name, "a fixed width that is none");
    set(ArrowLayout::kFixedBinary, Type::blob(), static_cast<uint64_t>(*width));
  }

  void set_scaled(TypeRef type, uint64_t width, int64_t multiplier, int64_t divisor) {
    if (multiplier == 1 && divisor == 1 && width == width_of(type->physical()))
      return set(ArrowLayout::kPlain, type, width);
    set(ArrowLayout::kScaled, type, width);
    field_.multiplier = multiplier;
    field_.divisor = divisor;
  }
  /// Of a unit letter, what makes it microseconds.
  void set_micros(TypeRef type, char unit, uint64_t width) {
    switch (unit) {
      case 's':
        return set_scaled(type, width, 1'000'000, 1);
      case 'm':
        return set_scaled(type, width, 1000, 1);
      case 'u':
        return set_scaled(type, width, 1, 1);
      case 'n':
        return set_scaled(type, width, 1, 1000);
    }
    not_supported(field_.name, format_);
  }

  void read_temporal() {
    if (format_ == "tdD") return set(ArrowLayout::kPlain, Type::date(), 4);
    if (format_ == "tdm") return set_scaled(Type::date(), 8, 1, 86'400'000);
    if (format_ == "tiM") return set(ArrowLayout::kMonths, Type::interval(), 4);
    if (format_ == "tiD") return set(ArrowLayout::kDayTime, Type::interval(), 8);
    if (format_ == "tin") return set(ArrowLayout::kMonthDayNano, Type::interval(), 16);
    const std::string_view family = format_.substr(0, 2);
    const char unit = format_.size() > 2 ? format_[2] : '\0';
    if (family == "tt" && format_.size() == 3) {
      return set_micros(Type::time(), unit, unit == 's' || unit == 'm' ? 4 : 8);
    }
    if (family == "tD" && format_.size() == 3) return set_micros(Type::duration(), unit, 8);
    if (family == "ts" && format_.size() >= 4 && format_[3] == ':') {
      if (format_.size() > 4) return set_micros(zoned(format_.substr(4)), unit, 8);
      switch (unit) {
        case 's':
          return set(ArrowLayout::kPlain, Type::timestamp_s(), 8);
        case 'm':
          return set(ArrowLayout::kPlain, Type::timestamp_ms(), 8);
        case 'u':
          return set(ArrowLayout::kPlain, Type::timestamp(), 8);
        case 'n':
          return set(ArrowLayout::kPlain, Type::timestamp_ns(), 8);
      }
    }
    not_supported(field_.name, format_);
  }

  /// UTC is what the session's zone is unless someone changes it, and a zone that the system does
  /// not know shows nothing: both are none of the type's own, unless our own words say so.
  TypeRef zoned(std::string_view zone) const {
    const std::string ours = metadata_value(schema_, field_.name, "doline.type");
    if (ours == Type::timestamp_tz()->name()) return Type::timestamp_tz();
    const TypeRef type = zone == "UTC" && ours.empty() ? nullptr : zoned_timestamp(zone);
    return type ? type : Type::timestamp_tz();
  }

  void add_child(int64_t index) {
    if (schema_.n_children <= index || schema_.n_children > kMostChildren || !schema_.children ||
        !schema_.children[index]) {
      broken(field_.name, "a child is missing");
    }
    const ArrowSchema& child = *schema_.children[index];
    const std::string name = child.name ? child.name : "";
    field_.children.push_back(
        read_arrow_field(child, depth_ == 0 ? name : field_.name + "." + name, depth_ + 1));
  }

  void read_nested() {
    const std::string_view kind = format_.substr(1);
    if (kind == "s") {
      if (schema_.n_children < 0) broken(field_.name, "a negative number of children");
      for (int64_t i = 0; i < schema_.n_children; ++i) add_child(i);
      std::vector<Field> fields;
      for (int64_t i = 0; i < schema_.n_children; ++i) {
        const char* name = schema_.children[i]->name;
        fields.push_back({name ? name : "", field_.children[static_cast<size_t>(i)].type});
      }
      return set(ArrowLayout::kStruct, Type::structure(std::move(fields)));
    }
    if (kind == "r") {
      add_child(0);
      add_child(1);
      const ArrowField& ends = field_.children[0];
      if (ends.layout != ArrowLayout::kPlain || !ends.type->is_signed_integer() ||
          ends.width_bytes < 2 || ends.width_bytes > 8) {
        broken(field_.name, "run ends that are no integers");
      }
      return set(ArrowLayout::kRunEnds, field_.children[1].type);
    }
    if (kind == "m") {
      add_child(0);
      const ArrowField& entries = field_.children[0];
      if (entries.layout != ArrowLayout::kStruct || entries.children.size() != 2) {
        broken(field_.name, "a map without keys and values");
      }
      const TypeRef type = Type::map(entries.children[0].type, entries.children[1].type);
      field_.children[0].type = type->child();  // its fields are called key and value here
      return set(ArrowLayout::kList32, type);
    }
    if (kind.size() > 2 && kind[0] == 'w' && kind[1] == ':') {
      const auto length = number_in(kind.substr(2));
      if (!length || *length < 0 || *length > (1 << 30))
        broken(field_.name, "a fixed length that is none");
      add_child(0);
      if (*length == 0) not_supported(field_.name, format_);
      return set(ArrowLayout::kFixedList,
                 Type::array(field_.children[0].type, static_cast<uint32_t>(*length)),
                 static_cast<uint64_t>(*length));
    }
    ArrowLayout layout;
    if (kind == "l") {
      layout = ArrowLayout::kList32;
    } else if (kind == "L") {
      layout = ArrowLayout::kList64;
    } else if (kind == "vl") {
      layout = ArrowLayout::kListViews32;
    } else if (kind == "vL") {
      layout = ArrowLayout::kListViews64;
    } else {
      not_supported(field_.name, format_);
    }
    add_child(0);
    set(layout, Type::list(field_.children[0].type));
  }

  void read_dictionary() {
    static constexpr std::string_view kSigned = "csil";
    static constexpr std::string_view kUnsigned = "CSIL";
    const size_t at =
        format_.size() == 1 ? std::min(kSigned.find(format_[0]), kUnsigned.find(format_[0])) : 4;
    if (at >= 4) broken(field_.name, "dictionary codes that are no integers");
    field_.is_signed = kSigned.find(format_[0]) != std::string_view::npos;
    field_.children.push_back(read_arrow_field(*schema_.dictionary, field_.name, depth_ + 1));
    set(ArrowLayout::kDictionary, field_.children[0].type, uint64_t{1} << at);
  }

  void read_extension() {
    if (!schema_.metadata) return;
    const std::string extension = metadata_value(schema_, field_.name, "ARROW:extension:name");
    if (extension == "arrow.json" && field_.type->is(TypeKind::kVarchar))
      field_.type = Type::json();
    if (extension == "arrow.uuid" && field_.layout == ArrowLayout::kFixedBinary &&
        field_.width_bytes == 16) {
      set(ArrowLayout::kUuid, Type::uuid(), 16);
    }
    if (extension == "arrow.bool8" && field_.type->is(TypeKind::kInt8) &&
        field_.layout == ArrowLayout::kPlain) {
      set(ArrowLayout::kByteBool, Type::boolean(), 1);
    }
    if (field_.layout == ArrowLayout::kDecimal && field_.width_bytes == 16 &&
        field_.type == Type::decimal(38, 0) &&
        metadata_value(schema_, field_.name, "doline.type") == "HUGEINT") {
      set(ArrowLayout::kPlain, Type::hugeint(), 16);
    }
    field_.nan_is_null = field_.layout == ArrowLayout::kPlain && field_.type->is_floating() &&
                         metadata_value(schema_, field_.name, "doline.nulls") == "nan";
    if (field_.layout == ArrowLayout::kDictionary && field_.type->is(TypeKind::kVarchar)) {
      if (const TypeRef type = enum_type()) field_.type = type;
    }
  }

  /// The ENUM that the field says it is, in our words or in Polars'; null where its values are
  /// known with each batch alone.
  TypeRef enum_type() const {
    const std::string ours = metadata_value(schema_, field_.name, "doline.type");
    if (ours.starts_with("ENUM(") || ours.starts_with("ENUM ORDERED(")) return type_from_text(ours);
    const std::string polars = metadata_value(schema_, field_.name, "_PL_ENUM_VALUES2");
    std::vector<std::string> values;
    for (std::string_view rest = polars; !rest.empty();) {  // 1;a2;bb
      const size_t end = std::min(rest.find(';'), rest.size());
      const auto size = number_in(rest.substr(0, end));
      if (!size || *size < 0 || static_cast<uint64_t>(*size) >= rest.size() - end)
        broken(field_.name, "metadata of an enum that lists no values");
      rest.remove_prefix(end + 1);
      values.emplace_back(rest.substr(0, static_cast<size_t>(*size)));
      rest.remove_prefix(static_cast<size_t>(*size));
    }
    const std::set<std::string_view> different(values.begin(), values.end());
    return values.empty() || different.size() != values.size() ? nullptr
                                                               : Type::enumeration(values);
  }

  const ArrowSchema& schema_;
  const int depth_;
  const std::string_view format_;
  ArrowField field_;
};

}  // namespace

int64_t ArrowField::buffer_count() const {
  switch (layout) {
    case ArrowLayout::kNull:
    case ArrowLayout::kRunEnds:
      return 0;
    case ArrowLayout::kStruct:
    case ArrowLayout::kFixedList:
      return 1;
    case ArrowLayout::kText32:
    case ArrowLayout::kText64:
    case ArrowLayout::kListViews32:
    case ArrowLayout::kListViews64:
      return 3;
    case ArrowLayout::kTextViews:
      return -1;
    default:
      return 2;
  }
}

ArrowField read_arrow_field(const ArrowSchema& schema, const std::string& name, int depth) {
  if (depth > kDeepest) broken(name, "nested too deep");
  if (!schema.release) broken(name, "released already");
  if (!schema.format) broken(name, "no format");
  return FieldReader(schema, name, depth).read();
}

}  // namespace doline
