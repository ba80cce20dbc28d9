#include "kernel/json/json_cast.h"

#include <fmt/format.h>

#include <cmath>

#include "column/column_writer.h"
#include "column/number_format.h"
#include "column/temporal_format.h"
#include "column/text_format.h"
#include "column/value.h"
#include "kernel/json/json_text.h"
#include "kernel/parse_number.h"
#include "kernel/temporal_text.h"

namespace doline {

namespace {

/// Casts of single texts for types without a parser of their own (blobs, enums).
class OneFailure final : public CastFailures {
 public:
  void fail(uint32_t, std::string) override { failed = true; }
  bool wants_messages() const override { return false; }
  bool failed = false;
};

template <class T>
bool append_integer(std::string_view text, ColumnBuilder& out) {
  T value{};
  if (!parse_integer(text, value)) return false;
  out.append(value);
  return true;
}

bool append_timestamp(TypeKind kind, std::string_view text, const ZoneOffsets* zone,
                      ColumnBuilder& out) {
  int64_t value = 0;
  bool has_offset = false;
  if (kind == TypeKind::kTimestampNs) {
    if (!parse_timestamp_ns(text, value, has_offset)) return false;
  } else if (kind == TypeKind::kTimestampTz) {
    if (!parse_timestamp_tz(text, zone, value)) return false;
  } else if (!parse_timestamp(text, value, has_offset)) {
    return false;
  }
  if (kind == TypeKind::kTimestampS || kind == TypeKind::kTimestampMs) {
    const int64_t divisor = kind == TypeKind::kTimestampS ? 1'000'000 : 1'000;
    const bool finite = value != INT64_MAX && value != -INT64_MAX;
    if (finite) value = (value + (value < 0 ? -divisor / 2 : divisor / 2)) / divisor;
  }
  out.append(value);
  return true;
}

bool is_scalar(const JsonNode& node) {
  return node.kind != JsonKind::kArray && node.kind != JsonKind::kObject;
}

}  // namespace

bool JsonReader::mismatch(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out) {
  out.append_null();
  if (strictness_ == JsonStrictness::kLenient) return true;
  constexpr size_t kShown = 80;
  const std::string_view text = tree.text_of(node);
  why_ = fmt::format("{}{} is not {}", text.substr(0, kShown), text.size() > kShown ? "…" : "",
                     out.type()->name());
  return false;
}

bool JsonReader::append(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out) {
  const TypeKind kind = out.type()->kind();
  if (kind == TypeKind::kJson) {
    scratch_.clear();
    append_minified(scratch_, tree.text_of(node));
    out.append_text(scratch_);
    return true;
  }
  if (node.kind == JsonKind::kNull) {
    out.append_null();
    return true;
  }
  if (kind == TypeKind::kVarchar) return append_text(tree, node, out);
  if (kind == TypeKind::kList || kind == TypeKind::kArray) return append_list(tree, node, out);
  if (kind == TypeKind::kStruct) return append_struct(tree, node, out);
  if (kind == TypeKind::kMap) return append_map(tree, node, out);
  return append_scalar(tree, node, out);
}

bool JsonReader::append_text(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out) {
  if (node.kind == JsonKind::kString) {
    out.append_text(tree.string(node, scratch_));
  } else {
    scratch_.clear();
    append_minified(scratch_, tree.text_of(node));
    out.append_text(scratch_);
  }
  return true;
}

bool JsonReader::append_scalar(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out) {
  if (!is_scalar(node)) return mismatch(tree, node, out);
  const TypeRef type = out.type();
  const std::string_view text =
      node.kind == JsonKind::kString ? tree.string(node, scratch_) : tree.text_of(node);
  const auto fits = [&]() -> bool {
    switch (type->kind()) {
      case TypeKind::kNull:
        return false;
      case TypeKind::kBool: {
        bool value = node.kind == JsonKind::kTrue;
        if (node.is_number()) {
          double number = 0;
          if (!parse_double(text, number)) return false;
          value = number != 0;
        } else if (node.kind == JsonKind::kString && !parse_bool(text, value)) {
          return false;
        }
        out.append_bool(value);
        return true;
      }
      case TypeKind::kInt8:
        return append_integer<int8_t>(text, out);
      case TypeKind::kInt16:
        return append_integer<int16_t>(text, out);
      case TypeKind::kInt32:
        return append_integer<int32_t>(text, out);
      case TypeKind::kInt64:
        return append_integer<int64_t>(text, out);
      case TypeKind::kHugeInt:
        return append_integer<int128_t>(text, out);
      case TypeKind::kUInt8:
        return append_integer<uint8_t>(text, out);
      case TypeKind::kUInt16:
        return append_integer<uint16_t>(text, out);
      case TypeKind::kUInt32:
        return append_integer<uint32_t>(text, out);
      case TypeKind::kUInt64:
        return append_integer<uint64_t>(text, out);
      case TypeKind::kFloat: {
        float value = 0;
        if (!parse_float(text, value)) return false;
        out.append(value);
        return true;
      }
      case TypeKind::kDouble: {
        double value = 0;
        if (!parse_double(text, value)) return false;
        out.append(value);
        return true;
      }
      case TypeKind::kDecimal: {
        int128_t value = 0;
        if (!parse_decimal(text, type->width(), type->scale(), value)) return false;
        if (type->physical() == PhysicalType::kInt64) {
          out.append(static_cast<int64_t>(value));
        } else {
          out.append(value);
        }
        return true;
      }
      case TypeKind::kUuid: {
        int128_t value = 0;
        if (!parse_uuid(text, value)) return false;
        out.append(value);
        return true;
      }
      case TypeKind::kDate: {
        int32_t days = 0;
        if (!parse_date(text, days)) return false;
        out.append(days);
        return true;
      }
      case TypeKind::kTime:
      case TypeKind::kDuration: {
        int64_t micros = 0;
        if (!(type->is(TypeKind::kTime) ? parse_time(text, micros) : parse_duration(text, micros)))
          return false;
        out.append(micros);
        return true;
      }
      case TypeKind::kTimestampS:
      case TypeKind::kTimestampMs:
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNs:
      case TypeKind::kTimestampTz:
        return append_timestamp(type->kind(), text, type->zone_or(zone_), out);
      case TypeKind::kInterval: {
        Interval interval;
        if (!parse_interval(text, interval)) return false;
        out.append(interval);
        return true;
      }
      case TypeKind::kBlob:
      case TypeKind::kEnum: {
        ColumnWriter one(Type::varchar(), 1);
        one.set_text(0, text);
        OneFailure failure;
        const Column value = cast(one.seal(1), type, Selection::all(1), zone_, failure);
        if (failure.failed) return false;
        out.append_from(value, 0);
        return true;
      }
      case TypeKind::kVarchar:
      case TypeKind::kJson:
      case TypeKind::kList:
      case TypeKind::kArray:
      case TypeKind::kStruct:
      case TypeKind::kMap:
        break;  // not scalars
    }
    UNREACHABLE();
  };
  // true and false are no numbers, though parse_bool would take the opposite.
  const bool word = node.kind == JsonKind::kTrue || node.kind == JsonKind::kFalse;
  if (word && type->is_numeric()) {
    const Column one = Value::boolean(node.kind == JsonKind::kTrue).to_column(1).flatten();
    OneFailure failure;
    const Column value = cast(one, type, Selection::all(1), zone_, failure);
    if (failure.failed) return mismatch(tree, node, out);
    out.append_from(value, 0);
    return true;
  }
  return fits() || mismatch(tree, node, out);
}

bool JsonReader::append_list(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out) {
  if (node.kind != JsonKind::kArray) return mismatch(tree, node, out);
  if (out.type()->is(TypeKind::kArray) && node.count != out.type()->array_length())
    return mismatch(tree, node, out);
  bool fits = true;
  tree.for_each_element(
      node, [&](const JsonNode& element) { fits = append(tree, element, out.child()) && fits; });
  out.finish_list();
  return fits;
}

bool JsonReader::append_struct(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out) {
  if (node.kind != JsonKind::kObject) {
    if (strictness_ == JsonStrictness::kExact) return mismatch(tree, node, out);
    for (size_t i = 0; i < out.type()->fields().size(); ++i) out.child(i).append_null();
    out.finish_struct();
    return true;
  }
  const auto& fields = out.type()->fields();
  constexpr uint32_t kMissing = UINT32_MAX;
  std::vector<uint32_t> found(fields.size(), kMissing);
  bool fits = true;
  // Members mostly come in the order of the fields: start looking behind the last one found.
  size_t expected = 0;
  tree.for_each_member(node, [&](const JsonNode& key, const JsonNode& value) {
    const std::string_view name = tree.string(key, scratch_);
    for (size_t i = 0; i < fields.size(); ++i) {
      const size_t at = (expected + i) % fields.size();
      if (fields[at].name != name) continue;
      if (found[at] != kMissing && strictness_ == JsonStrictness::kExact) {
        why_ = fmt::format("the member \"{}\" is there twice", name);
        fits = false;
      }
      if (found[at] == kMissing) found[at] = tree.index_of(value);
      expected = at + 1;
      return;
    }
    if (strictness_ == JsonStrictness::kExact) {
      why_ = fmt::format("the member \"{}\" is not in {}", name, out.type()->name());
      fits = false;
    }
  });
  for (size_t i = 0; i < fields.size(); ++i) {
    if (found[i] != kMissing) {
      fits = append(tree, tree.node(found[i]), out.child(i)) && fits;
      continue;
    }
    out.child(i).append_null();
    if (strictness_ == JsonStrictness::kExact) {
      why_ = fmt::format("the member \"{}\" of {} is missing", fields[i].name, out.type()->name());
      fits = false;
    }
  }
  out.finish_struct();
  return fits;
}

bool JsonReader::append_map(const JsonTree& tree, const JsonNode& node, ColumnBuilder& out) {
  if (node.kind != JsonKind::kObject) return mismatch(tree, node, out);
  ColumnBuilder& entries = out.child();
  bool fits = true;
  tree.for_each_member(node, [&](const JsonNode& key, const JsonNode& value) {
    // Of a name that occurs twice the first value counts, as in a struct.
    std::string name_scratch;
    const std::string_view name = tree.string(key, name_scratch);
    if (tree.member(node, name) != &value) return;
    fits = append(tree, key, entries.child(0)) && fits;
    fits = append(tree, value, entries.child(1)) && fits;
    entries.finish_struct();
  });
  out.finish_list();
  return fits;
}

Column json_to_column(const Column& input, TypeRef target, const Selection& active,
                      const ZoneOffsets* zone, CastFailures& failures, JsonStrictness strictness) {
  ColumnBuilder builder(target, input.size());
  JsonReader reader(strictness, zone);
  JsonTree tree;
  uint32_t row = 0;
  const auto fill_to = [&](uint32_t end) {
    for (; row < end; ++row) builder.append_null();
  };
  active.for_each([&](uint32_t at) {
    fill_to(at);
    if (input.is_null(at)) return;
    if (!tree.parse_utf8(input.text(at))) {
      failures.fail(
          at, failures.wants_messages() ? "this is not JSON: " + tree.error() : std::string());
      return;
    }
    if (!reader.append(tree, tree.root(), builder)) {
      builder.truncate(at);
      builder.append_null();
      failures.fail(at, failures.wants_messages() ? reader.why() : std::string());
    }
    row = at + 1;
  });
  fill_to(input.size());
  return builder.seal();
}

void append_json(std::string& out, const Column& column, uint32_t row, const ZoneOffsets* zone) {
  if (column.is_null(row)) {
    out += "null";
    return;
  }
  if (column.is_dictionary())
    return append_json(out, column.dictionary()->values(), column.codes()[row], zone);
  const uint32_t at = column.index_of(row);
  const TypeRef type = column.type();
  char digits[kNumberTextBytes];
  switch (type->kind()) {
    case TypeKind::kBool:
      out += test_bit(column.bits(), at) ? "true" : "false";
      return;
    case TypeKind::kFloat:
    case TypeKind::kDouble: {
      const bool wide = type->is(TypeKind::kDouble);
      const double value = wide ? column.values<double>()[at] : double{column.values<float>()[at]};
      const size_t size =
          wide ? format_double(digits, value) : format_float(digits, static_cast<float>(value));
      if (std::isfinite(value)) {
        out.append(digits, size);
      } else {
        append_json_string(out, {digits, size});
      }
      return;
    }
    case TypeKind::kInt8:
    case TypeKind::kInt16:
    case TypeKind::kInt32:
    case TypeKind::kInt64:
    case TypeKind::kHugeInt:
    case TypeKind::kUInt8:
    case TypeKind::kUInt16:
    case TypeKind::kUInt32:
    case TypeKind::kUInt64:
      return append_text(out, column, row, zone);
    case TypeKind::kDecimal: {
      // ".05" would be no JSON number.
      const int128_t unscaled = type->physical() == PhysicalType::kInt64
                                    ? int128_t{column.values<int64_t>()[at]}
                                    : column.values<int128_t>()[at];
      out.append(digits, format_decimal(digits, unscaled,
                                        std::max(type->width(), type->scale() + 1), type->scale()));
      return;
    }
    case TypeKind::kVarchar:
      return append_json_string(out, column.values<StringView>()[at].view());
    case TypeKind::kJson:
      return append_minified(out, column.values<StringView>()[at].view());
    case TypeKind::kList:
    case TypeKind::kArray: {
      const ListEntry entry = column.values<ListEntry>()[at];
      out += '[';
      for (uint32_t i = 0; i < entry.size; ++i) {
        if (i != 0) out += ',';
        append_json(out, column.child(), entry.begin + i, zone);
      }
      out += ']';
      return;
    }
    case TypeKind::kStruct: {
      const auto& fields = type->fields();
      const bool named = !fields.empty() && !fields[0].name.empty();
      out += named ? '{' : '[';
      for (size_t i = 0; i < fields.size(); ++i) {
        if (i != 0) out += ',';
        if (named) {
          append_json_string(out, fields[i].name);
          out += ':';
        }
        append_json(out, column.child(i), at, zone);
      }
      out += named ? '}' : ']';
      return;
    }
    case TypeKind::kMap: {
      const ListEntry entry = column.values<ListEntry>()[at];
      out += '{';
      std::string key;
      for (uint32_t i = 0; i < entry.size; ++i) {
        if (i != 0) out += ',';
        key.clear();
        append_text(key, column.child().child(0), entry.begin + i, zone);
        append_json_string(out, key);
        out += ':';
        append_json(out, column.child().child(1), entry.begin + i, zone);
      }
      out += '}';
      return;
    }
    case TypeKind::kNull:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kTimestampS:
    case TypeKind::kTimestampMs:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNs:
    case TypeKind::kTimestampTz:
    case TypeKind::kInterval:
    case TypeKind::kDuration:
    case TypeKind::kBlob:
    case TypeKind::kUuid:
    case TypeKind::kEnum: {
      std::string text;
      append_text(text, column, row, zone);
      append_json_string(out, text);
      return;
    }
  }
  UNREACHABLE();
}

Column column_to_json(const Column& input, const Selection& active, const ZoneOffsets* zone) {
  ColumnWriter writer(Type::json(), input.size());
  std::string text;
  active.for_each([&](uint32_t row) {
    if (input.is_null(row)) return writer.set_null(row);
    text.clear();
    append_json(text, input, row, zone);
    writer.set_text(row, text);
  });
  return writer.seal(input.size());
}

Column text_to_json(const Column& input, const Selection& active, CastFailures& failures) {
  JsonTree tree;
  BufferRef validity;
  active.for_each([&](uint32_t row) {
    if (input.is_null(row) || tree.parse_utf8(input.text(row))) return;
    failures.fail(row,
                  failures.wants_messages() ? "this is not JSON: " + tree.error() : std::string());
    if (!validity) validity = make_full_bitmap(input.size());
    clear_bit(validity->as<uint64_t>(), row);
  });
  const Column column = input.with_type(Type::json());
  return validity ? column.masked(std::move(validity)) : column;
}

}  // namespace doline
