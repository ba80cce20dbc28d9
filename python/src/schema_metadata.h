#pragma once

#include <nanobind/nanobind.h>

#include <string>
#include <string_view>

#include "doline/arrow_c_data.h"

namespace doline_python {

/// The value of one key of a field's metadata; empty when there is none. For schemas of the engine.
std::string_view metadata_value(const ArrowSchema& schema, std::string_view key);

/// A schema in Python: (name, format, nullable, metadata, children, dictionary), where metadata is
/// a dict of texts (bytes where they are none), children a tuple of such tuples, and dictionary
/// another or None.
nanobind::tuple field_of(const ArrowSchema& schema);

}  // namespace doline_python
