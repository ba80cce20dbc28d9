#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "column/column.h"

namespace doline {

/// One value of any type: literals, settings, statistics, parameters. Not for data paths.
class Value {
 public:
  /// Integers, decimals (unscaled), temporals, uuids and enum positions are all int128_t here.
  using Storage = std::variant<std::monostate, bool, int128_t, double, Interval, std::string,
                               std::vector<Value>>;

  Value() : type_(Type::null()) {}
  Value(TypeRef type, Storage storage) : type_(type), storage_(std::move(storage)) {}
  static Value null(TypeRef type = Type::null()) { return Value(type, std::monostate{}); }
  static Value boolean(bool value) { return Value(Type::boolean(), value); }
  static Value integer(int64_t value) { return Value(Type::int64(), int128_t{value}); }
  static Value integer(TypeRef type, int128_t value) { return Value(type, value); }
  static Value real(double value) { return Value(Type::float64(), value); }
  static Value text(std::string value) { return Value(Type::varchar(), std::move(value)); }
  /// Of a list, array, struct (one per field) or map (pairs as structs).
  static Value nested(TypeRef type, std::vector<Value> values) {
    return Value(type, std::move(values));
  }
  /// Row `row` of a column.
  static Value of(const Column& column, uint32_t row);

  TypeRef type() const { return type_; }
  bool is_null() const { return std::holds_alternative<std::monostate>(storage_); }
  bool as_bool() const { return std::get<bool>(storage_); }
  int128_t as_integer() const { return std::get<int128_t>(storage_); }
  double as_real() const { return std::get<double>(storage_); }
  const Interval& as_interval() const { return std::get<Interval>(storage_); }
  const std::string& as_text() const { return std::get<std::string>(storage_); }
  const std::vector<Value>& as_nested() const { return std::get<std::vector<Value>>(storage_); }
  const Storage& storage() const { return storage_; }

  /// A constant column of `size` rows.
  Column to_column(uint32_t size) const;
  /// As a result shows it ("NULL" for NULL).
  std::string to_string() const;
  /// As plans print it: strings quoted.
  std::string to_literal() const;
  bool operator==(const Value&) const = default;

 private:
  TypeRef type_;
  Storage storage_;
};

}  // namespace doline
