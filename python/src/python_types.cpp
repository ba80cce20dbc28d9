#include "python_types.h"

#include <array>
#include <utility>

namespace nb = nanobind;

namespace doline_python {

nb::handle python_type(PythonType type) {
  static constexpr std::array<std::pair<const char*, const char*>, 4> kNames{{
      {"decimal", "Decimal"},
      {"uuid", "UUID"},
      {"zoneinfo", "ZoneInfo"},
      {"doline.interval", "Interval"},
  }};
  static std::array<PyObject*, kNames.size()> known{};
  const auto index = static_cast<size_t>(type);
  if (!known[index]) {
    const auto& [module, name] = kNames[index];
    known[index] = nb::object(nb::module_::import_(module).attr(name)).release().ptr();
  }
  return known[index];
}

}  // namespace doline_python
