#pragma once

#include <nanobind/nanobind.h>

namespace doline_python {

/// `doline._engine.LendsMemory`: a base for classes of Python, to which their method `_memory`
/// gives the buffer protocol, as `__buffer__` does since CPython 3.12: what it returns lends its
/// memory.
void add_lends_memory(nanobind::module_& module);

}  // namespace doline_python
