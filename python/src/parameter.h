#pragma once

#include <nanobind/nanobind.h>

#include "doline/doline.h"

namespace doline_python {

/// Binds a Python value as the SQL value it stands for. Raises ConversionError for what has none.
void bind_parameter(doline_prepared* prepared, const char* name, nanobind::handle value);

}  // namespace doline_python
