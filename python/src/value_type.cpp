#include "value_type.h"

#include <Python.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "datetime_api.h"
#include "engine_error.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

using Kind = ValueType::Kind;

[[noreturn]] void no_common_type(const std::string& one, const std::string& other) {
  raise_error("conversion", "values of types " + one + " and " + other + " in one column",
              "give all values of a column the same type");
}

bool is_integer(Kind kind) {
  return kind == Kind::kInt64 || kind == Kind::kUInt64 || kind == Kind::kHugeInt;
}

/// The digits an integer of that kind may have.
int digits_of(Kind kind) { return kind == Kind::kHugeInt ? 38 : 20; }

ValueType decimal_of(nb::handle value) {
  const nb::object parts = value.attr("as_tuple")();
  if (!nb::isinstance<nb::int_>(parts[2])) {
    raise_error("conversion", "a Decimal that is NaN or infinite is no DECIMAL",
                "give it as a float");
  }
  const int digits = static_cast<int>(nb::len(nb::handle(parts[1])));
  // Beyond what any DECIMAL has, how far does not matter.
  const int exponent =
      static_cast<int>(std::clamp<int64_t>(nb::cast<int64_t>(parts[2]), -10'000, 10'000));
  ValueType type{Kind::kDecimal};
  type.scale = std::max(0, -exponent);
  type.digits = std::max(0, digits + exponent);
  return type;
}

Kind timestamp_kind(nb::handle value) {
  need_datetime();
  const bool is_zoned = PyDateTime_DATE_GET_TZINFO(value.ptr()) != Py_None;
  // pandas' Timestamp keeps nanoseconds beside datetime's fields.
  const bool has_nanoseconds = !PyDateTime_CheckExact(value.ptr()) &&
                               nb::hasattr(value, "nanosecond") &&
                               nb::cast<int>(value.attr("nanosecond")) != 0;
  if (is_zoned && has_nanoseconds) {
    raise_error("conversion", "a zoned time with nanoseconds does not fit TIMESTAMP WITH TIME ZONE",
                "round it to microseconds, or take its zone off");
  }
  return is_zoned ? Kind::kTimestampTz : has_nanoseconds ? Kind::kTimestampNs : Kind::kTimestamp;
}

/// What the zone is called where it is one of the time zone database's; "UTC" for any other, as the
/// instant is what counts.
std::string zone_name_of(nb::handle value) {
  const nb::object zone = nb::borrow(PyDateTime_DATE_GET_TZINFO(value.ptr()));
  if (zone.ptr() == PyDateTimeAPI->TimeZone_UTC) return "UTC";
  for (const char* attribute : {"key", "zone"}) {  // of zoneinfo's, of pytz's
    const nb::object name = nb::getattr(zone, attribute, nb::none());
    if (nb::isinstance<nb::str>(name) && nb::len(name) > 0) return nb::cast<std::string>(name);
  }
  return "UTC";
}

/// Lists may stand in themselves; Python's own limit ends that.
class RecursionScope {
 public:
  RecursionScope() {
    if (Py_EnterRecursiveCall(" while nested values are read") != 0) throw nb::python_error();
  }
  ~RecursionScope() { Py_LeaveRecursiveCall(); }
  RecursionScope(const RecursionScope&) = delete;
};

bool are_texts(const nb::dict& dictionary) {
  for (const auto& [key, item] : dictionary) {
    if (!nb::isinstance<nb::str>(key)) return false;
  }
  return true;
}

}  // namespace

void ValueType::take_integer(nb::handle value) {
  const nb::object number = nb::steal(PyNumber_Index(value.ptr()));
  if (!number.is_valid()) throw nb::python_error();
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(number.ptr(), &overflow);
  if (overflow == 0) {
    if (kind != Kind::kInt64) widen({Kind::kInt64});
    has_negative |= small < 0;
    if (has_negative && kind == Kind::kUInt64) kind = Kind::kHugeInt;
    return;
  }
  has_negative |= overflow < 0;
  if (overflow > 0) {
    PyLong_AsUnsignedLongLong(number.ptr());
    if (!PyErr_Occurred()) return widen({Kind::kUInt64});
    PyErr_Clear();
  }
  widen({Kind::kHugeInt});
}

void ValueType::take(nb::handle value, bool nan_is_null) {
  const PythonClass its_class = python_class_of(value);
  switch (its_class) {
    case PythonClass::kNull:
      return;
    case PythonClass::kBool:
      return kind == Kind::kBool ? void() : widen({Kind::kBool});
    case PythonClass::kInteger:
      return take_integer(value);
    case PythonClass::kReal:
      if (nan_is_null && std::isnan(PyFloat_AS_DOUBLE(value.ptr()))) return;
      return kind == Kind::kDouble ? void() : widen({Kind::kDouble});
    case PythonClass::kText:
      return kind == Kind::kText ? void() : widen({Kind::kText});
    case PythonClass::kBytes:
      return widen({Kind::kBytes});
    case PythonClass::kDate:
      return widen({Kind::kDate});
    case PythonClass::kTime:
      return widen({Kind::kTime});
    case PythonClass::kTimestamp: {
      ValueType type{timestamp_kind(value)};
      if (type.kind == Kind::kTimestampTz && kind == Kind::kNull) type.zone = zone_name_of(value);
      return widen(std::move(type));
    }
    case PythonClass::kInterval:
      has_months = true;
      [[fallthrough]];
    case PythonClass::kDelta:
      return widen({Kind::kInterval});
    case PythonClass::kDecimal:
      return widen(decimal_of(value));
    case PythonClass::kUuid:
      return widen({Kind::kUuid});
    case PythonClass::kList: {
      const RecursionScope deeper;
      ValueType list{Kind::kList};
      ValueType& element = list.children.emplace_back();
      for (const nb::handle one : value) element.take(one, nan_is_null);
      return widen(std::move(list));
    }
    case PythonClass::kDict: {
      const RecursionScope deeper;
      const nb::dict dictionary = nb::borrow<nb::dict>(value);
      const bool is_struct = are_texts(dictionary) && dictionary.size() > 0;
      ValueType made{is_struct ? Kind::kStruct : Kind::kMap};
      if (!is_struct) made.children.resize(2);
      for (const auto& [borrowed_key, borrowed_item] : dictionary) {
        const nb::object key = nb::borrow(borrowed_key), item = nb::borrow(borrowed_item);
        if (is_struct) {
          made.names.emplace_back(nb::cast<const char*>(key));
          made.children.emplace_back().take(item, nan_is_null);
        } else {
          made.children[0].take(key, nan_is_null);
          made.children[1].take(item, nan_is_null);
        }
      }
      return widen(std::move(made));
    }
    case PythonClass::kArray:
    case PythonClass::kNumpyScalar:
      return take(plain_of(value, its_class), nan_is_null);
    case PythonClass::kUnknown:
      raise_error(
          "conversion",
          "an object of type " + std::string(Py_TYPE(value.ptr())->tp_name) + " is no SQL value",
          "numbers, texts, bytes, dates and times, Decimal, UUID, lists and dicts are");
  }
}

void ValueType::widen(ValueType other) {
  if (other.kind == Kind::kNull) return;
  has_negative |= other.has_negative;
  has_months |= other.has_months;
  if (kind == Kind::kNull) {
    const bool negative = has_negative, months = has_months;
    *this = std::move(other);
    has_negative = negative;
    has_months = months;
    return;
  }
  if (kind == other.kind) {
    if (kind == Kind::kDecimal) {
      digits = std::max(digits, other.digits);
      scale = std::max(scale, other.scale);
    } else if (kind == Kind::kStruct) {
      for (size_t field = 0; field < other.names.size(); ++field) {
        const auto at = std::find(names.begin(), names.end(), other.names[field]);
        if (at == names.end()) {
          names.push_back(other.names[field]);
          children.push_back(std::move(other.children[field]));
        } else {
          children[static_cast<size_t>(at - names.begin())].widen(std::move(other.children[field]));
        }
      }
    } else {
      for (size_t child = 0; child < children.size(); ++child)
        children[child].widen(std::move(other.children[child]));
    }
    return;
  }
  const auto either = [&](Kind one, Kind two) {
    return (kind == one && other.kind == two) || (kind == two && other.kind == one);
  };
  if (is_integer(kind) && is_integer(other.kind)) {
    kind = either(Kind::kInt64, Kind::kUInt64) && !has_negative ? Kind::kUInt64 : Kind::kHugeInt;
  } else if ((is_integer(kind) && other.kind == Kind::kDouble) ||
             (kind == Kind::kDouble && is_integer(other.kind))) {
    kind = Kind::kDouble;  // the builder refuses what a double does not hold
  } else if (is_integer(kind) && other.kind == Kind::kDecimal) {
    const int before = std::max(other.digits, std::min(digits_of(kind), 38 - other.scale));
    *this = other;
    digits = before;
  } else if (kind == Kind::kDecimal && is_integer(other.kind)) {
    digits = std::max(digits, std::min(digits_of(other.kind), 38 - scale));
  } else if (either(Kind::kDate, Kind::kTimestamp)) {
    kind = Kind::kTimestamp;
  } else if (either(Kind::kTimestampNs, Kind::kTimestamp) ||
             either(Kind::kTimestampNs, Kind::kDate)) {
    kind = Kind::kTimestampNs;
  } else if (either(Kind::kStruct, Kind::kMap) &&
             (kind == Kind::kMap ? children[0].kind : other.children[0].kind) == Kind::kNull) {
    if (kind == Kind::kMap) *this = std::move(other);  // an empty dict among structs
  } else {
    no_common_type(name(), other.name());
  }
}

void ValueType::prefer_durations() {
  if (kind == Kind::kInterval && !has_months) kind = Kind::kDuration;
  for (ValueType& child : children) child.prefer_durations();
}

bool ValueType::takes(PythonClass its_class) const {
  switch (kind) {
    case Kind::kNull:
      return false;
    case Kind::kBool:
      return its_class == PythonClass::kBool;
    case Kind::kInt64:
    case Kind::kUInt64:
    case Kind::kHugeInt:
      return its_class == PythonClass::kInteger;
    case Kind::kDouble:
      return its_class == PythonClass::kReal || its_class == PythonClass::kInteger;
    case Kind::kDecimal:
      return its_class == PythonClass::kDecimal || its_class == PythonClass::kInteger;
    case Kind::kText:
      return its_class == PythonClass::kText;
    case Kind::kBytes:
      return its_class == PythonClass::kBytes;
    case Kind::kDate:
      return its_class == PythonClass::kDate;
    case Kind::kTime:
      return its_class == PythonClass::kTime;
    case Kind::kTimestamp:
    case Kind::kTimestampNs:
      return its_class == PythonClass::kTimestamp || its_class == PythonClass::kDate;
    case Kind::kTimestampTz:
      return its_class == PythonClass::kTimestamp;
    case Kind::kInterval:
      return its_class == PythonClass::kDelta || its_class == PythonClass::kInterval;
    case Kind::kDuration:
      return its_class == PythonClass::kDelta;
    case Kind::kUuid:
      return its_class == PythonClass::kUuid;
    case Kind::kList:
      return its_class == PythonClass::kList;
    case Kind::kStruct:
    case Kind::kMap:
      return its_class == PythonClass::kDict;
  }
  return false;
}

std::string ValueType::name() const {
  switch (kind) {
    case Kind::kNull:
      return "NULL";
    case Kind::kBool:
      return "BOOLEAN";
    case Kind::kInt64:
      return "BIGINT";
    case Kind::kUInt64:
      return "UBIGINT";
    case Kind::kHugeInt:
      return "HUGEINT";
    case Kind::kDouble:
      return "DOUBLE";
    case Kind::kDecimal:
      return "DECIMAL";
    case Kind::kText:
      return "VARCHAR";
    case Kind::kBytes:
      return "BLOB";
    case Kind::kDate:
      return "DATE";
    case Kind::kTime:
      return "TIME";
    case Kind::kTimestamp:
      return "TIMESTAMP";
    case Kind::kTimestampNs:
      return "TIMESTAMP_NS";
    case Kind::kTimestampTz:
      return "TIMESTAMP WITH TIME ZONE";
    case Kind::kInterval:
      return "INTERVAL";
    case Kind::kDuration:
      return "DURATION";
    case Kind::kUuid:
      return "UUID";
    case Kind::kList:
      return children[0].name() + "[]";
    case Kind::kStruct:
      return "STRUCT";
    case Kind::kMap:
      return "MAP";
  }
  return "";
}

}  // namespace doline_python
