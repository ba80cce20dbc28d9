#pragma once

#include <nanobind/nanobind.h>

#include "busy_lock.h"
#include "doline/doline.h"

namespace doline_python {

/// Binds a Python value as the SQL value it stands for, while it holds the lock: not while Python
/// code tells what the value is. Raises ConversionError for what has none.
void bind_parameter(doline_prepared* prepared, BusyLock* busy, const char* name,
                    nanobind::handle value);

}  // namespace doline_python
