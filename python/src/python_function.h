#pragma once

#include <nanobind/nanobind.h>

#include <string>
#include <vector>

#include "doline/doline.h"

namespace doline_python {

/// A Python callable as the C ABI's function. The engine's threads take the GIL for a call, which
/// is many rows.
class PythonFunction {
 public:
  /// `parameters` and `results` are lists of (name, SQL type); None for parameters of any types. A
  /// call is function(table, call): the arguments as a doline._engine.Table, and a
  /// doline._engine.Call. It returns an object with __arrow_c_array__; of a table function, one
  /// with
  /// __arrow_c_stream__.
  PythonFunction(const char* name, int kind, unsigned flags, nanobind::handle parameters,
                 nanobind::handle results, nanobind::handle function);

  const doline_function* get() const { return &function_; }

 private:
  std::vector<std::string> texts_;
  std::vector<doline_field> parameters_, results_;
  doline_function function_{};
};

void add_function(nanobind::module_& module);

}  // namespace doline_python
