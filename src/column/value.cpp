#include "column/value.h"

#include "column/column_builder.h"
#include "column/text_format.h"

namespace doline {

Value Value::of(const Column& column, uint32_t row) {
  if (column.is_null(row)) return null(column.type());
  if (column.is_dictionary()) {
    Value value = of(column.dictionary()->values(), column.codes()[row]);
    return Value(column.type(), value.storage_);
  }
  const uint32_t at = column.index_of(row);
  const TypeRef type = column.type();
  switch (type->physical()) {
    case PhysicalType::kBool:
      return Value(type, test_bit(column.bits(), at));
    case PhysicalType::kInt8:
      return Value(type, int128_t{column.values<int8_t>()[at]});
    case PhysicalType::kInt16:
      return Value(type, int128_t{column.values<int16_t>()[at]});
    case PhysicalType::kInt32:
      return Value(type, int128_t{column.values<int32_t>()[at]});
    case PhysicalType::kInt64:
      return Value(type, int128_t{column.values<int64_t>()[at]});
    case PhysicalType::kInt128:
      return Value(type, column.values<int128_t>()[at]);
    case PhysicalType::kUInt8:
      return Value(type, int128_t{column.values<uint8_t>()[at]});
    case PhysicalType::kUInt16:
      return Value(type, int128_t{column.values<uint16_t>()[at]});
    case PhysicalType::kUInt32:
      return Value(type, int128_t{column.values<uint32_t>()[at]});
    case PhysicalType::kUInt64:
      return Value(type, int128_t{column.values<uint64_t>()[at]});
    case PhysicalType::kFloat:
      return Value(type, double{column.values<float>()[at]});
    case PhysicalType::kDouble:
      return Value(type, column.values<double>()[at]);
    case PhysicalType::kString:
      return Value(type, std::string(column.values<StringView>()[at].view()));
    case PhysicalType::kInterval:
      return Value(type, column.values<Interval>()[at]);
    case PhysicalType::kList: {
      const ListEntry entry = column.values<ListEntry>()[at];
      std::vector<Value> elements;
      for (uint32_t i = 0; i < entry.size; ++i)
        elements.push_back(of(column.child(), entry.begin + i));
      return Value(type, std::move(elements));
    }
    case PhysicalType::kStruct: {
      std::vector<Value> fields;
      for (const Column& child : column.children()) fields.push_back(of(child, at));
      return Value(type, std::move(fields));
    }
  }
  UNREACHABLE();
}

Column Value::to_column(uint32_t size) const {
  ColumnBuilder builder(type_, 1);
  builder.append_value(*this);
  return Column::constant(builder.seal(), size);
}

std::string Value::to_string() const {
  std::string out;
  append_text(out, to_column(1), 0);
  return out;
}

std::string Value::to_literal() const {
  if (is_null()) return "NULL";
  if (type_->is_numeric() || type_->is(TypeKind::kBool) || type_->is_nested()) return to_string();
  std::string quoted = "'";
  for (char c : to_string()) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

}  // namespace doline
