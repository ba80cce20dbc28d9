#pragma once

#include <nanobind/nanobind.h>

namespace doline_python {

/// The classes that SQL values become beside Python's builtins and those of `datetime`.
enum class PythonType {
  kDecimal,   // decimal.Decimal
  kUuid,      // uuid.UUID
  kZoneInfo,  // zoneinfo.ZoneInfo
  kInterval,  // doline.Interval
};

/// Imported when first wanted, because `import doline` has to take no time; lives for ever.
nanobind::handle python_type(PythonType type);

}  // namespace doline_python
