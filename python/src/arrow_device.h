#pragma once

#include <nanobind/nanobind.h>

#include "arrow_capsule.h"

// The Arrow C device data interface, as far as memory of the CPU goes: an array, and where it lies.
namespace doline_python {

/// What __arrow_c_device_stream__ and __arrow_c_device_array__ give, as a plain stream, which fails
/// for memory of another device. An invalid one where the object has neither method.
OwnedStream stream_of_device(nanobind::handle object);

void add_device(nanobind::module_& module);

}  // namespace doline_python
