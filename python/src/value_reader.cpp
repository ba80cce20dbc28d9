// What values of each SQL type are in Python: the readers behind make_value_reader.
#include <Python.h>

#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

#include "calendar.h"
#include "datetime_api.h"
#include "engine_error.h"
#include "python_types.h"
#include "row_reader.h"
#include "schema_metadata.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

constexpr int64_t kSecondsPerDay = 86400;

bool bit(const void* bitmap, int64_t index) {
  return (static_cast<const uint8_t*>(bitmap)[index / 8] >> (index % 8) & 1) != 0;
}

nb::object owned(PyObject* made) {
  if (!made) throw nb::python_error();
  return nb::steal(made);
}

/// NULLs and the offset, which all share.
class NullableReader : public ValueReader {
 public:
  void take(const ArrowArray& array) override {
    array_ = &array;
    // A NULL column has no buffers; a struct's or list's only buffer may be this.
    validity_ = array.n_buffers > 0 && array.null_count != 0 ? array.buffers[0] : nullptr;
    take_values(array);
  }
  nb::object at(int64_t row) const final {
    const int64_t index = array_->offset + row;
    if (validity_ && !bit(validity_, index)) return nb::none();
    return value(index);
  }

 protected:
  virtual void take_values(const ArrowArray&) {}
  /// `index`: the offset is in it.
  virtual nb::object value(int64_t index) const = 0;

  const ArrowArray* array_ = nullptr;

 private:
  const void* validity_ = nullptr;
};

class NullReader final : public ValueReader {
 public:
  void take(const ArrowArray&) override {}
  nb::object at(int64_t) const override { return nb::none(); }
};

class BoolReader final : public NullableReader {
  nb::object value(int64_t index) const override {
    return nb::bool_(bit(array_->buffers[1], index));
  }
};

/// Values of one width that lie in the second buffer.
template <class T, class Convert>
class FixedReader final : public NullableReader {
 public:
  explicit FixedReader(Convert convert) : convert_(std::move(convert)) {}

 private:
  void take_values(const ArrowArray& array) override {
    values_ = static_cast<const T*>(array.buffers[1]);
  }
  nb::object value(int64_t index) const override { return convert_(values_[index]); }

  const Convert convert_;
  const T* values_ = nullptr;
};

template <class T, class Convert>
std::unique_ptr<ValueReader> fixed(Convert convert) {
  return std::make_unique<FixedReader<T, Convert>>(std::move(convert));
}

template <class T>
std::unique_ptr<ValueReader> integers() {
  return fixed<T>([](T value) {
    return owned(std::is_signed_v<T> ? PyLong_FromLongLong(static_cast<int64_t>(value))
                                     : PyLong_FromUnsignedLongLong(static_cast<uint64_t>(value)));
  });
}

template <class T>
std::unique_ptr<ValueReader> reals() {
  return fixed<T>([](T value) { return owned(PyFloat_FromDouble(static_cast<double>(value))); });
}

/// The digits of a 128-bit number, with a point before the last `scale`.
std::string decimal_text(__int128 value, int scale) {
  const bool negative = value < 0;
  auto rest =
      negative ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  std::string digits;
  while (rest != 0 || static_cast<int>(digits.size()) <= scale) {
    digits.insert(digits.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
    rest /= 10;
  }
  if (scale > 0) digits.insert(digits.end() - scale, '.');
  return negative ? "-" + digits : digits;
}

/// Arrow aligns them to 8 bytes only.
struct Int128Bytes {
  char bytes[16];

  __int128 number() const {
    __int128 value;
    std::memcpy(&value, bytes, sizeof value);
    return value;
  }
};

nb::object beyond_datetime(const char* type) {
  raise_error("conversion",
              std::string("a ") + type + " outside the years 1 to 9999 is no Python " + "datetime",
              "CAST it to VARCHAR, or read the result through .arrow(), .pl() or .df()");
}

nb::object date_of(int64_t days) {
  if (days < kFirstDay || days > kLastDay) return beyond_datetime("date");
  const Day day = day_of(days);
  return owned(PyDate_FromDate(static_cast<int>(day.year), day.month, day.day));
}

nb::object time_of(int64_t microseconds) {
  const auto seconds = static_cast<int>(microseconds / 1'000'000);
  if (seconds >= kSecondsPerDay) {
    raise_error("conversion", "the time 24:00:00 is no Python time", "CAST it to VARCHAR");
  }
  return owned(PyTime_FromTime(seconds / 3600, seconds / 60 % 60, seconds % 60,
                               static_cast<int>(microseconds % 1'000'000)));
}

/// `zone`: None, or a tzinfo.
nb::object timestamp_of(int64_t microseconds, nb::handle zone) {
  const int64_t seconds = floor_divide(microseconds, 1'000'000);
  const int64_t days = floor_divide(seconds, kSecondsPerDay);
  if (days < kFirstDay || days > kLastDay) return beyond_datetime("timestamp");
  const Day day = day_of(days);
  const auto of_day = static_cast<int>(seconds - days * kSecondsPerDay);
  return owned(PyDateTimeAPI->DateTime_FromDateAndTime(
      static_cast<int>(day.year), day.month, day.day, of_day / 3600, of_day / 60 % 60, of_day % 60,
      static_cast<int>(microseconds - seconds * 1'000'000), zone.ptr(),
      PyDateTimeAPI->DateTimeType));
}

/// Python's times end at microseconds.
int64_t whole_microseconds(int64_t nanoseconds, const char* type) {
  const int64_t microseconds = floor_divide(nanoseconds, 1000);
  if (microseconds * 1000 != nanoseconds) {
    raise_error("conversion",
                std::string("a ") + type + " with nanoseconds does not fit Python's datetime",
                "CAST it to TIMESTAMP, or read the result through .arrow(), .pl() or .df()");
  }
  return microseconds;
}

nb::object delta_of(int64_t days, int64_t microseconds) {
  constexpr int64_t kDay = kSecondsPerDay * 1'000'000;
  days += floor_divide(microseconds, kDay);
  microseconds -= floor_divide(microseconds, kDay) * kDay;
  constexpr int64_t kMostDays = 999'999'999;
  if (days > kMostDays || days < -kMostDays)
    raise_error("conversion", "an interval that long is no Python timedelta", "CAST it to VARCHAR");
  return owned(PyDelta_FromDSU(static_cast<int>(days), static_cast<int>(microseconds / 1'000'000),
                               static_cast<int>(microseconds % 1'000'000)));
}

struct MonthDayNano {
  int32_t months, days;
  int64_t nanoseconds;
};

/// A month has no length, so an interval with months is no timedelta.
nb::object interval_of(const MonthDayNano& value) {
  const int64_t microseconds = whole_microseconds(value.nanoseconds, "INTERVAL");
  if (value.months == 0) return delta_of(value.days, microseconds);
  return python_type(PythonType::kInterval)(value.months, value.days, microseconds);
}

/// A zoned timestamp is an instant; the zone says how it is shown.
class ZonedReader final : public NullableReader {
 public:
  explicit ZonedReader(std::string_view zone) : zone_(zone_of(zone)), is_utc_(zone == "UTC") {}

 private:
  static nb::object zone_of(std::string_view zone) {
    if (zone == "UTC") return nb::borrow(PyDateTimeAPI->TimeZone_UTC);
    const nb::str name(zone.data(), zone.size());
    if (zone[0] != '+' && zone[0] != '-') return python_type(PythonType::kZoneInfo)(name);
    const nb::handle datetime(reinterpret_cast<PyObject*>(PyDateTimeAPI->DateTimeType));
    return datetime.attr("strptime")(name, "%z").attr("tzinfo");
  }

  nb::object value(int64_t index) const override {
    const int64_t microseconds = static_cast<const int64_t*>(array_->buffers[1])[index];
    const nb::object instant = timestamp_of(microseconds, PyDateTimeAPI->TimeZone_UTC);
    return is_utc_ ? instant : nb::object(instant.attr("astimezone")(zone_));
  }

  const nb::object zone_;
  const bool is_utc_;
};

template <class Offset, bool is_text>
class BytesReader final : public NullableReader {
  nb::object value(int64_t index) const override {
    const auto* offsets = static_cast<const Offset*>(array_->buffers[1]);
    const auto* bytes = static_cast<const char*>(array_->buffers[2]) + offsets[index];
    const auto size = static_cast<Py_ssize_t>(offsets[index + 1] - offsets[index]);
    return owned(is_text ? PyUnicode_FromStringAndSize(bytes, size)
                         : PyBytes_FromStringAndSize(bytes, size));
  }
};

/// Codes into a dictionary whose values are made into Python objects once a batch.
template <class Code>
class DictionaryReader final : public NullableReader {
 public:
  explicit DictionaryReader(std::unique_ptr<ValueReader> values) : values_(std::move(values)) {}

 private:
  void take_values(const ArrowArray& array) override {
    values_->take(*array.dictionary);
    known_.assign(static_cast<size_t>(array.dictionary->length), nb::object());
  }
  nb::object value(int64_t index) const override {
    const auto code = static_cast<int64_t>(static_cast<const Code*>(array_->buffers[1])[index]);
    nb::object& known = known_.at(static_cast<size_t>(code));
    if (!known.is_valid()) known = values_->at(code);
    return known;
  }

  const std::unique_ptr<ValueReader> values_;
  mutable std::vector<nb::object> known_;
};

/// What lies in the child array's rows [begin, end).
nb::object list_of(const ValueReader& element, int64_t begin, int64_t end) {
  nb::object list = owned(PyList_New(static_cast<Py_ssize_t>(end - begin)));
  for (int64_t row = begin; row < end; ++row)
    PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(row - begin),
                    element.at(row).release().ptr());
  return list;
}

template <class Offset>
class ListReader final : public NullableReader {
 public:
  explicit ListReader(std::unique_ptr<ValueReader> element) : element_(std::move(element)) {}

 private:
  void take_values(const ArrowArray& array) override { element_->take(*array.children[0]); }
  nb::object value(int64_t index) const override {
    const auto* offsets = static_cast<const Offset*>(array_->buffers[1]);
    return list_of(*element_, offsets[index], offsets[index + 1]);
  }

  const std::unique_ptr<ValueReader> element_;
};

class FixedListReader final : public NullableReader {
 public:
  FixedListReader(std::unique_ptr<ValueReader> element, int64_t length)
      : element_(std::move(element)), length_(length) {}

 private:
  void take_values(const ArrowArray& array) override { element_->take(*array.children[0]); }
  nb::object value(int64_t index) const override {
    return list_of(*element_, index * length_, (index + 1) * length_);
  }

  const std::unique_ptr<ValueReader> element_;
  const int64_t length_;
};

class StructReader final : public NullableReader {
 public:
  explicit StructReader(const ArrowSchema& schema) {
    for (int64_t field = 0; field < schema.n_children; ++field) {
      names_.push_back(nb::str(schema.children[field]->name));
      fields_.push_back(make_value_reader(*schema.children[field]));
    }
  }

 private:
  void take_values(const ArrowArray& array) override {
    for (size_t field = 0; field < fields_.size(); ++field)
      fields_[field]->take(*array.children[field]);
  }
  nb::object value(int64_t index) const override {
    nb::dict dictionary;
    for (size_t field = 0; field < fields_.size(); ++field)
      dictionary[names_[field]] = fields_[field]->at(index);
    return dictionary;
  }

  std::vector<nb::str> names_;
  std::vector<std::unique_ptr<ValueReader>> fields_;
};

/// A dict; where keys are lists or structs, which cannot be keys in Python, a list of pairs.
class MapReader final : public NullableReader {
 public:
  explicit MapReader(const ArrowSchema& entries)
      : key_(make_value_reader(*entries.children[0])),
        item_(make_value_reader(*entries.children[1])),
        is_hashable_(entries.children[0]->format[0] != '+') {}

 private:
  void take_values(const ArrowArray& array) override {
    // Entries of a map may be a slice; readers of their children count from its begin.
    first_ = array.children[0]->offset;
    key_->take(*array.children[0]->children[0]);
    item_->take(*array.children[0]->children[1]);
  }
  nb::object value(int64_t index) const override {
    const auto* offsets = static_cast<const int32_t*>(array_->buffers[1]);
    nb::dict dictionary;
    nb::list pairs;
    for (int64_t row = offsets[index] + first_; row < offsets[index + 1] + first_; ++row) {
      if (is_hashable_) {
        dictionary[key_->at(row)] = item_->at(row);
      } else {
        pairs.append(nb::make_tuple(key_->at(row), item_->at(row)));
      }
    }
    if (is_hashable_) return dictionary;
    return pairs;
  }

  const std::unique_ptr<ValueReader> key_, item_;
  const bool is_hashable_;
  int64_t first_ = 0;
};

std::unique_ptr<ValueReader> dictionary_reader(const ArrowSchema& schema) {
  auto values = make_value_reader(*schema.dictionary);
  switch (schema.format[0]) {
    case 'c':
      return std::make_unique<DictionaryReader<int8_t>>(std::move(values));
    case 'C':
      return std::make_unique<DictionaryReader<uint8_t>>(std::move(values));
    case 's':
      return std::make_unique<DictionaryReader<int16_t>>(std::move(values));
    case 'S':
      return std::make_unique<DictionaryReader<uint16_t>>(std::move(values));
    case 'i':
      return std::make_unique<DictionaryReader<int32_t>>(std::move(values));
    case 'I':
      return std::make_unique<DictionaryReader<uint32_t>>(std::move(values));
    default:
      return std::make_unique<DictionaryReader<int64_t>>(std::move(values));
  }
}

std::unique_ptr<ValueReader> decimal_reader(const ArrowSchema& schema) {
  const std::string_view format = schema.format;
  int scale = 0;
  const size_t comma = format.find(',');
  std::from_chars(format.data() + comma + 1, format.data() + format.size(), scale);
  if (metadata_value(schema, "doline.type") == "HUGEINT") {
    return fixed<Int128Bytes>([](const Int128Bytes& value) {
      return owned(PyLong_FromString(decimal_text(value.number(), 0).c_str(), nullptr, 10));
    });
  }
  return fixed<Int128Bytes>([scale](const Int128Bytes& value) {
    const std::string text = decimal_text(value.number(), scale);
    return python_type(PythonType::kDecimal)(nb::str(text.data(), text.size()));
  });
}

std::unique_ptr<ValueReader> temporal_reader(std::string_view format) {
  need_datetime();
  if (format == "tdD") return fixed<int32_t>([](int32_t days) { return date_of(days); });
  if (format == "ttu") return fixed<int64_t>([](int64_t value) { return time_of(value); });
  if (format == "tin")
    return fixed<MonthDayNano>([](const MonthDayNano& value) { return interval_of(value); });
  if (format == "tDu") return fixed<int64_t>([](int64_t value) { return delta_of(0, value); });
  if (format == "tss:")
    return fixed<int64_t>([](int64_t seconds) {
      // Days first: the product may not fit.
      const int64_t days = floor_divide(seconds, kSecondsPerDay);
      if (days < kFirstDay || days > kLastDay) return beyond_datetime("timestamp");
      return timestamp_of(seconds * 1'000'000, Py_None);
    });
  if (format == "tsm:")
    return fixed<int64_t>([](int64_t milliseconds) {
      const int64_t days = floor_divide(milliseconds, kSecondsPerDay * 1000);
      if (days < kFirstDay || days > kLastDay) return beyond_datetime("timestamp");
      return timestamp_of(milliseconds * 1000, Py_None);
    });
  if (format == "tsu:")
    return fixed<int64_t>([](int64_t value) { return timestamp_of(value, Py_None); });
  if (format == "tsn:")
    return fixed<int64_t>([](int64_t value) {
      return timestamp_of(whole_microseconds(value, "TIMESTAMP_NS"), Py_None);
    });
  if (format.starts_with("tsu:")) return std::make_unique<ZonedReader>(format.substr(4));
  return nullptr;
}

std::unique_ptr<ValueReader> reader_of_format(const ArrowSchema& schema) {
  const std::string_view format = schema.format;
  if (schema.dictionary) return dictionary_reader(schema);
  if (format == "n") return std::make_unique<NullReader>();
  if (format == "b") return std::make_unique<BoolReader>();
  if (format == "c") return integers<int8_t>();
  if (format == "s") return integers<int16_t>();
  if (format == "i") return integers<int32_t>();
  if (format == "l") return integers<int64_t>();
  if (format == "C") return integers<uint8_t>();
  if (format == "S") return integers<uint16_t>();
  if (format == "I") return integers<uint32_t>();
  if (format == "L") return integers<uint64_t>();
  if (format == "f") return reals<float>();
  if (format == "g") return reals<double>();
  if (format == "u") return std::make_unique<BytesReader<int32_t, true>>();
  if (format == "U") return std::make_unique<BytesReader<int64_t, true>>();
  if (format == "z") return std::make_unique<BytesReader<int32_t, false>>();
  if (format == "Z") return std::make_unique<BytesReader<int64_t, false>>();
  if (format.starts_with("d:")) return decimal_reader(schema);
  if (format.starts_with("t")) return temporal_reader(format);
  if (format == "w:16" && metadata_value(schema, "ARROW:extension:name") == "arrow.uuid") {
    return fixed<Int128Bytes>([](const Int128Bytes& value) {
      return python_type(PythonType::kUuid)(nb::arg("bytes") =
                                                nb::bytes(value.bytes, sizeof value.bytes));
    });
  }
  if (format == "+l")
    return std::make_unique<ListReader<int32_t>>(make_value_reader(*schema.children[0]));
  if (format == "+L")
    return std::make_unique<ListReader<int64_t>>(make_value_reader(*schema.children[0]));
  if (format.starts_with("+w:")) {
    int64_t length = 0;
    std::from_chars(format.data() + 3, format.data() + format.size(), length);
    return std::make_unique<FixedListReader>(make_value_reader(*schema.children[0]), length);
  }
  if (format == "+s") return std::make_unique<StructReader>(schema);
  if (format == "+m") return std::make_unique<MapReader>(*schema.children[0]);
  return nullptr;
}

}  // namespace

std::unique_ptr<ValueReader> make_value_reader(const ArrowSchema& schema) {
  if (auto reader = reader_of_format(schema)) return reader;
  raise_error("not_supported",
              "a column of Arrow type \"" + std::string(schema.format) + "\" has no Python values",
              "read the result through .arrow()");
}

}  // namespace doline_python
