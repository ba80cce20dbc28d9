#include "python_types.h"

#include <array>
#include <atomic>
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
  static std::array<std::atomic<PyObject*>, kNames.size()> known{};
  const auto index = static_cast<size_t>(type);
  if (PyObject* const found = known[index].load()) return found;
  const auto& [module, name] = kNames[index];
  const nb::object imported = nb::module_::import_(module).attr(name);
  PyObject* none = nullptr;
  if (known[index].compare_exchange_strong(none, imported.ptr())) imported.inc_ref();
  return known[index].load();
}

}  // namespace doline_python
