#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>

namespace doline_python {

/// What sort of SQL value an object stands for, by its class alone.
enum class PythonClass : uint8_t {
  kNull,  // None, pandas' NA and NaT
  kBool,
  kInteger,
  kReal,
  kText,
  kBytes,      // bytes, bytearray, memoryview
  kDate,       // datetime.date
  kTime,       // datetime.time
  kTimestamp,  // datetime.datetime, pandas.Timestamp
  kDelta,      // datetime.timedelta, pandas.Timedelta
  kInterval,   // doline.Interval
  kDecimal,    // decimal.Decimal
  kUuid,       // uuid.UUID
  kList,       // list, tuple
  kDict,
  kArray,        // numpy.ndarray: read as its list
  kNumpyScalar,  // read as its item()
  kUnknown,
};

/// Remembered by class, so that a column of objects costs one look-up each.
PythonClass python_class_of(nanobind::handle object);

/// The object that `object` is read as, where NumPy made it: ndarray.tolist(), scalar.item().
/// Throws ConversionError for a datetime64 that datetime cannot hold exactly.
nanobind::object plain_of(nanobind::handle object, PythonClass its_class);

}  // namespace doline_python
