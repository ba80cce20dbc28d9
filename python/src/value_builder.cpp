#include "value_builder.h"

#include <Python.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "calendar.h"
#include "datetime_api.h"
#include "engine_error.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

using Kind = ValueType::Kind;

constexpr int64_t kMicrosPerDay = int64_t{86'400'000'000};

nb::object checked(PyObject* made) {
  if (!made) throw nb::python_error();
  return nb::steal(made);
}

int64_t int64_of(nb::handle value) {
  const nb::object number = checked(PyNumber_Index(value.ptr()));
  const long long small = PyLong_AsLongLong(number.ptr());
  if (small == -1 && PyErr_Occurred()) throw nb::python_error();
  return small;
}

uint64_t uint64_of(nb::handle value) {
  const nb::object number = checked(PyNumber_Index(value.ptr()));
  const unsigned long long small = PyLong_AsUnsignedLongLong(number.ptr());
  if (PyErr_Occurred()) throw nb::python_error();
  return small;
}

struct Bits128 {
  uint64_t low;
  int64_t high;
};

/// `number` is a Python int. A DECIMAL and a HUGEINT reach 38 digits here: Arrow has no more.
Bits128 bits128_of(const nb::object& number, const char* type) {
  static constexpr const char* kLimit = "99999999999999999999999999999999999999";
  const nb::object limit = checked(PyLong_FromString(kLimit, nullptr, 10));
  if (nb::cast<bool>(nb::object(number.attr("__abs__")()).attr("__gt__")(limit))) {
    raise_error("conversion", "a number of more than 38 digits does not fit " + std::string(type),
                "give it as a text, and CAST it");
  }
  const nb::object word = checked(PyLong_FromUnsignedLongLong(~0ULL));
  const nb::object low = checked(PyNumber_And(number.ptr(), word.ptr()));
  const nb::object high = checked(PyNumber_Rshift(number.ptr(), nb::int_(64).ptr()));
  return {uint64_of(low), int64_of(high)};
}

double double_of(nb::handle value, PythonClass its_class) {
  if (its_class == PythonClass::kReal) return PyFloat_AS_DOUBLE(value.ptr());
  const nb::object number = checked(PyNumber_Index(value.ptr()));
  const double real = PyLong_AsDouble(number.ptr());
  if (real == -1 && PyErr_Occurred()) PyErr_Clear();
  const nb::object back = std::isfinite(real) ? checked(PyLong_FromDouble(real)) : nb::object();
  if (!back.is_valid() || !back.equal(number)) {
    raise_error("conversion", "an integer among floats would have to be rounded",
                "make the floats Decimal, or round it yourself");
  }
  return real;
}

int64_t days_of_date(nb::handle value) {
  return days_of(PyDateTime_GET_YEAR(value.ptr()), PyDateTime_GET_MONTH(value.ptr()),
                 PyDateTime_GET_DAY(value.ptr()));
}

int64_t micros_of_timestamp(nb::handle value, PythonClass its_class) {
  PyObject* const it = value.ptr();
  const int64_t days = days_of_date(value);
  if (its_class == PythonClass::kDate) return days * kMicrosPerDay;
  const int64_t seconds = PyDateTime_DATE_GET_HOUR(it) * 3600 +
                          PyDateTime_DATE_GET_MINUTE(it) * 60 + PyDateTime_DATE_GET_SECOND(it);
  int64_t micros = days * kMicrosPerDay + seconds * 1'000'000 + PyDateTime_DATE_GET_MICROSECOND(it);
  if (PyDateTime_DATE_GET_TZINFO(it) != Py_None) {
    const nb::object offset = value.attr("utcoffset")();
    if (!offset.is_none()) {
      micros -= PyDateTime_DELTA_GET_DAYS(offset.ptr()) * kMicrosPerDay +
                PyDateTime_DELTA_GET_SECONDS(offset.ptr()) * int64_t{1'000'000} +
                PyDateTime_DELTA_GET_MICROSECONDS(offset.ptr());
    }
  }
  return micros;
}

int64_t nanos_of_timestamp(nb::handle value, PythonClass its_class) {
  const int64_t micros = micros_of_timestamp(value, its_class);
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max() / 1000 - 1;
  if (micros > kMost || micros < -kMost) {
    raise_error("conversion", "a time far from 1970 among times with nanoseconds",
                "round the others to microseconds");
  }
  const bool has_more = its_class == PythonClass::kTimestamp && nb::hasattr(value, "nanosecond");
  return micros * 1000 + (has_more ? nb::cast<int64_t>(value.attr("nanosecond")) : 0);
}

int64_t micros_of_time(nb::handle value) {
  PyObject* const it = value.ptr();
  if (PyDateTime_TIME_GET_TZINFO(it) != Py_None)
    raise_error("conversion", "a time with a zone has no SQL type here", "give a datetime");
  return (PyDateTime_TIME_GET_HOUR(it) * 3600 + PyDateTime_TIME_GET_MINUTE(it) * 60 +
          PyDateTime_TIME_GET_SECOND(it)) *
             int64_t{1'000'000} +
         PyDateTime_TIME_GET_MICROSECOND(it);
}

struct MonthDayNano {
  int32_t months, days;
  int64_t nanoseconds;
};

/// pandas' Timedelta keeps nanoseconds beside timedelta's fields.
int64_t nanos_beside(nb::handle delta) {
  return PyDelta_CheckExact(delta.ptr()) || !nb::hasattr(delta, "nanoseconds")
             ? 0
             : nb::cast<int64_t>(delta.attr("nanoseconds"));
}

int64_t micros_of_delta(nb::handle value) {
  int64_t micros = 0;
  if (__builtin_mul_overflow(int64_t{PyDateTime_DELTA_GET_DAYS(value.ptr())}, kMicrosPerDay,
                             &micros) ||
      __builtin_add_overflow(micros,
                             PyDateTime_DELTA_GET_SECONDS(value.ptr()) * int64_t{1'000'000} +
                                 PyDateTime_DELTA_GET_MICROSECONDS(value.ptr()),
                             &micros)) {
    raise_error("conversion", "a span of more than 292,000 years fits no DURATION",
                "give days as a number");
  }
  if (nanos_beside(value) != 0) {
    raise_error("conversion", "a span with nanoseconds does not fit DURATION",
                "round it to microseconds");
  }
  return micros;
}

MonthDayNano interval_of(nb::handle value, PythonClass its_class) {
  if (its_class == PythonClass::kInterval) {
    return {nb::cast<int32_t>(value.attr("months")), nb::cast<int32_t>(value.attr("days")),
            nb::cast<int64_t>(value.attr("microseconds")) * 1000};
  }
  return {0, PyDateTime_DELTA_GET_DAYS(value.ptr()),
          (PyDateTime_DELTA_GET_SECONDS(value.ptr()) * int64_t{1'000'000} +
           PyDateTime_DELTA_GET_MICROSECONDS(value.ptr())) *
                  1000 +
              nanos_beside(value)};
}

/// Values of one width.
template <class T, class Convert>
class FixedBuilder final : public ValueBuilder {
 public:
  FixedBuilder(const ValueType& type, bool nan_is_null, std::string format, std::string metadata,
               Convert convert)
      : ValueBuilder(type, nan_is_null),
        format_(std::move(format)),
        metadata_(std::move(metadata)),
        convert_(std::move(convert)) {}

 private:
  void append_value(nb::handle value, PythonClass its_class) override {
    values_.push_back(convert_(value, its_class));
  }
  void append_null() override { values_.push_back(T{}); }
  void finish_values(ArrowColumn& column) override {
    column.format = format_;
    column.metadata = metadata_;
    column.buffers.push_back(ArrowBuffer::of(std::move(values_)));
  }

  const std::string format_, metadata_;
  const Convert convert_;
  std::vector<T> values_;
};

class NullBuilder final : public ValueBuilder {
 public:
  explicit NullBuilder(const ValueType& type) : ValueBuilder(type, false) {}

 private:
  void append_value(nb::handle, PythonClass) override {}
  void append_null() override {}
  void finish_values(ArrowColumn& column) override {
    column.format = "n";
    column.buffers.clear();
  }
};

class BoolBuilder final : public ValueBuilder {
 public:
  BoolBuilder(const ValueType& type, bool nan_is_null) : ValueBuilder(type, nan_is_null) {}

 private:
  void append_value(nb::handle value, PythonClass) override { put(value.ptr() == Py_True); }
  void append_null() override { put(false); }
  void put(bool value) {
    if (count_ % 8 == 0) bits_.push_back(0);
    bits_.back() |= static_cast<uint8_t>(value << (count_ % 8));
    ++count_;
  }
  void finish_values(ArrowColumn& column) override {
    column.format = "b";
    column.buffers.push_back(ArrowBuffer::of(std::move(bits_)));
  }

  std::vector<uint8_t> bits_;
  size_t count_ = 0;
};

class BytesBuilder final : public ValueBuilder {
 public:
  BytesBuilder(const ValueType& type, bool nan_is_null)
      : ValueBuilder(type, nan_is_null), is_text_(type.kind == Kind::kText) {}

 private:
  void append_value(nb::handle value, PythonClass) override {
    if (is_text_) {
      Py_ssize_t size = 0;
      const char* text = PyUnicode_AsUTF8AndSize(value.ptr(), &size);
      if (!text) throw nb::python_error();
      bytes_.insert(bytes_.end(), text, text + size);
    } else {
      Py_buffer view;
      if (PyObject_GetBuffer(value.ptr(), &view, PyBUF_C_CONTIGUOUS) != 0) throw nb::python_error();
      const char* begin = static_cast<const char*>(view.buf);
      bytes_.insert(bytes_.end(), begin, begin + view.len);
      PyBuffer_Release(&view);
    }
    append_null();
  }
  void append_null() override { offsets_.push_back(static_cast<int64_t>(bytes_.size())); }
  void finish_values(ArrowColumn& column) override {
    column.format = is_text_ ? "U" : "Z";
    column.buffers.push_back(ArrowBuffer::of(std::move(offsets_)));
    column.buffers.push_back(ArrowBuffer::of(std::move(bytes_)));
  }

  const bool is_text_;
  std::vector<int64_t> offsets_{0};
  std::vector<char> bytes_;
};

class ListBuilder final : public ValueBuilder {
 public:
  ListBuilder(const ValueType& type, bool nan_is_null)
      : ValueBuilder(type, nan_is_null),
        element_(make_value_builder(type.children[0], nan_is_null)) {}

 private:
  void append_value(nb::handle value, PythonClass) override {
    for (const nb::handle one : value) {
      element_->append(one);
      ++count_;
    }
    append_null();
  }
  void append_null() override { offsets_.push_back(count_); }
  void finish_values(ArrowColumn& column) override {
    column.format = "+L";
    column.buffers.push_back(ArrowBuffer::of(std::move(offsets_)));
    column.children.emplace_back("item", element_->finish());
  }

  const std::unique_ptr<ValueBuilder> element_;
  int64_t count_ = 0;
  std::vector<int64_t> offsets_{0};
};

class StructBuilder final : public ValueBuilder {
 public:
  StructBuilder(const ValueType& type, bool nan_is_null) : ValueBuilder(type, nan_is_null) {
    for (size_t field = 0; field < type.names.size(); ++field) {
      names_.push_back(nb::str(type.names[field].c_str()));
      fields_.push_back(make_value_builder(type.children[field], nan_is_null));
    }
  }

 private:
  void append_value(nb::handle value, PythonClass) override {
    for (size_t field = 0; field < fields_.size(); ++field) {
      // Held: a value's own methods may take it out of the dict.
      const nb::object found = nb::borrow<nb::dict>(value).get(names_[field], nb::none());
      fields_[field]->append(found);
    }
  }
  void append_null() override {
    for (const auto& field : fields_) field->append(Py_None);
  }
  void finish_values(ArrowColumn& column) override {
    column.format = "+s";
    for (size_t field = 0; field < fields_.size(); ++field)
      column.children.emplace_back(names_[field].c_str(), fields_[field]->finish());
  }

  std::vector<nb::str> names_;
  std::vector<std::unique_ptr<ValueBuilder>> fields_;
};

class MapBuilder final : public ValueBuilder {
 public:
  MapBuilder(const ValueType& type, bool nan_is_null)
      : ValueBuilder(type, nan_is_null),
        key_(make_value_builder(type.children[0], nan_is_null)),
        item_(make_value_builder(type.children[1], nan_is_null)) {}

 private:
  void append_value(nb::handle value, PythonClass) override {
    for (const auto& [borrowed_key, borrowed_item] : nb::borrow<nb::dict>(value)) {
      const nb::object key = nb::borrow(borrowed_key), item = nb::borrow(borrowed_item);
      key_->append(key);
      item_->append(item);
      ++count_;
    }
    append_null();
  }
  void append_null() override { offsets_.push_back(count_); }
  void finish_values(ArrowColumn& column) override {
    auto entries = std::make_shared<ArrowColumn>();
    entries->format = "+s";
    entries->length = count_;
    entries->buffers.emplace_back();
    // Neither the entries nor their keys are ever NULL, and Arrow asks that they say so.
    entries->flags = 0;
    auto keys = std::make_shared<ArrowColumn>(*key_->finish());
    keys->flags = 0;
    entries->children.emplace_back("key", std::move(keys));
    entries->children.emplace_back("value", item_->finish());
    column.format = "+m";
    column.buffers.push_back(ArrowBuffer::of(std::move(offsets_)));
    column.children.emplace_back("entries", std::move(entries));
  }

  const std::unique_ptr<ValueBuilder> key_, item_;
  int32_t count_ = 0;
  std::vector<int32_t> offsets_{0};
};

template <class T, class Convert>
std::unique_ptr<ValueBuilder> fixed(const ValueType& type, bool nan_is_null, std::string format,
                                    Convert convert, std::string metadata = "") {
  return std::make_unique<FixedBuilder<T, Convert>>(type, nan_is_null, std::move(format),
                                                    std::move(metadata), std::move(convert));
}

std::unique_ptr<ValueBuilder> decimals(const ValueType& type, bool nan_is_null) {
  const int width = std::max(type.digits + type.scale, 1);
  if (width > 38) {
    raise_error("conversion", "decimals with " + std::to_string(width) + " digits in one column",
                "a DECIMAL has 38: round them, or give texts");
  }
  const int scale = type.scale;
  const auto convert = [scale](nb::handle value, PythonClass its_class) {
    nb::object number = nb::borrow(value);
    if (its_class == PythonClass::kDecimal) {
      // Exact, whatever precision the decimal module's context has.
      const nb::object parts = value.attr("as_tuple")();
      const int shift = scale + nb::cast<int>(parts[2]);
      std::string digits = nb::cast<int>(parts[0]) != 0 ? "-" : "";
      for (const nb::handle digit : parts[1])
        digits += static_cast<char>('0' + nb::cast<int>(digit));
      digits.append(static_cast<size_t>(std::max(0, shift)), '0');
      number = checked(PyLong_FromString(digits.c_str(), nullptr, 10));
    } else {
      std::string digits = nb::cast<std::string>(nb::str(value));
      digits.append(static_cast<size_t>(scale), '0');
      number = checked(PyLong_FromString(digits.c_str(), nullptr, 10));
    }
    return bits128_of(number, "a DECIMAL");
  };
  return fixed<Bits128>(type, nan_is_null,
                        "d:" + std::to_string(width) + "," + std::to_string(scale), convert);
}

}  // namespace

void ValueBuilder::append(nb::handle value) {
  PythonClass its_class = python_class_of(value);
  nb::object plain;
  if (its_class == PythonClass::kArray || its_class == PythonClass::kNumpyScalar) {
    plain = plain_of(value, its_class);
    value = plain;
    its_class = python_class_of(value);
  }
  const bool is_null =
      its_class == PythonClass::kNull || (nan_is_null_ && its_class == PythonClass::kReal &&
                                          std::isnan(PyFloat_AS_DOUBLE(value.ptr())));
  if (!is_null && !type_.takes(its_class))
    raise_error("invalid_argument", "the values changed while they were read");
  valid_.push_back(is_null ? 0 : 1);
  if (is_null) {
    append_null();
  } else {
    append_value(value, its_class);
  }
}

ArrowColumnRef ValueBuilder::finish() {
  auto column = std::make_shared<ArrowColumn>();
  column->length = static_cast<int64_t>(valid_.size());
  auto [validity, nulls] = validity_of(
      column->length, [&](int64_t row) { return valid_[static_cast<size_t>(row)] != 0; });
  column->buffers.push_back(std::move(validity));
  column->null_count = nulls;
  finish_values(*column);
  return column;
}

std::unique_ptr<ValueBuilder> make_value_builder(const ValueType& type, bool nan_is_null) {
  need_datetime();
  switch (type.kind) {
    case Kind::kNull:
      return std::make_unique<NullBuilder>(type);
    case Kind::kBool:
      return std::make_unique<BoolBuilder>(type, nan_is_null);
    case Kind::kInt64:
      return fixed<int64_t>(type, nan_is_null, "l",
                            [](nb::handle value, PythonClass) { return int64_of(value); });
    case Kind::kUInt64:
      return fixed<uint64_t>(type, nan_is_null, "L",
                             [](nb::handle value, PythonClass) { return uint64_of(value); });
    case Kind::kHugeInt:
      return fixed<Bits128>(
          type, nan_is_null, "d:38,0",
          [](nb::handle value, PythonClass) {
            return bits128_of(checked(PyNumber_Index(value.ptr())), "a HUGEINT parameter");
          },
          packed_metadata("doline.type", "HUGEINT"));
    case Kind::kDouble:
      return fixed<double>(type, nan_is_null, "g", double_of);
    case Kind::kDecimal:
      return decimals(type, nan_is_null);
    case Kind::kText:
      return std::make_unique<BytesBuilder>(type, nan_is_null);
    case Kind::kBytes:
      return std::make_unique<BytesBuilder>(type, nan_is_null);
    case Kind::kDate:
      return fixed<int32_t>(type, nan_is_null, "tdD", [](nb::handle value, PythonClass) {
        return static_cast<int32_t>(days_of_date(value));
      });
    case Kind::kTime:
      return fixed<int64_t>(type, nan_is_null, "ttu",
                            [](nb::handle value, PythonClass) { return micros_of_time(value); });
    case Kind::kTimestamp:
      return fixed<int64_t>(type, nan_is_null, "tsu:", micros_of_timestamp);
    case Kind::kTimestampNs:
      return fixed<int64_t>(type, nan_is_null, "tsn:", nanos_of_timestamp);
    case Kind::kTimestampTz:
      return fixed<int64_t>(type, nan_is_null, "tsu:" + type.zone, micros_of_timestamp);
    case Kind::kInterval:
      return fixed<MonthDayNano>(type, nan_is_null, "tin", interval_of);
    case Kind::kDuration:
      return fixed<int64_t>(type, nan_is_null, "tDu",
                            [](nb::handle value, PythonClass) { return micros_of_delta(value); });
    case Kind::kUuid: {
      struct Uuid {
        char bytes[16];
      };
      return fixed<Uuid>(
          type, nan_is_null, "w:16",
          [](nb::handle value, PythonClass) {
            Uuid uuid;
            const nb::bytes bytes = nb::cast<nb::bytes>(value.attr("bytes"));
            std::memcpy(uuid.bytes, bytes.data(), sizeof uuid.bytes);
            return uuid;
          },
          packed_metadata("ARROW:extension:name", "arrow.uuid"));
    }
    case Kind::kList:
      return std::make_unique<ListBuilder>(type, nan_is_null);
    case Kind::kStruct:
      return std::make_unique<StructBuilder>(type, nan_is_null);
    case Kind::kMap:
      return std::make_unique<MapBuilder>(type, nan_is_null);
  }
  return nullptr;
}

namespace {

/// Without the GIL other threads may change a list while it is read; a copy they do not have.
nb::object steady_sequence(nb::handle values) {
#if defined(NB_FREE_THREADED)
  return checked(PySequence_Tuple(values.ptr()));
#else
  return checked(PySequence_Fast(values.ptr(), "a column's values come as a sequence"));
#endif
}

}  // namespace

ArrowColumnRef column_of_values(nb::handle values, bool nan_is_null, bool exact_spans) {
  // Twice through: what the type is, then what the values are.
  const nb::object sequence = steady_sequence(values);
  const auto each_value = [&](auto&& use) {
    for (Py_ssize_t row = 0; row < PySequence_Fast_GET_SIZE(sequence.ptr()); ++row) {
      // Held: a value's own methods may take it out of the list.
      const nb::object value = nb::borrow(PySequence_Fast_GET_ITEM(sequence.ptr(), row));
      use(value);
    }
  };
  ValueType type;
  each_value([&](const nb::object& value) { type.take(value, nan_is_null); });
  if (exact_spans) type.prefer_durations();
  const auto builder = make_value_builder(type, nan_is_null);
  each_value([&](const nb::object& value) { builder->append(value); });
  return builder->finish();
}

}  // namespace doline_python
