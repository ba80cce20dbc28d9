#pragma once

#include <nanobind/nanobind.h>

#include <string>

#include "arrow_column.h"

namespace doline_python {

/// Which values over foreign memory are NULL beside those a mask says.
enum class NullRule {
  kNone,
  kNan,       // pandas' floats
  kNat,       // NumPy's NaT: the least int64
  kNegative,  // pandas' codes of categories
};

/// A column over the memory of an object with the buffer protocol, one-dimensional and contiguous,
/// which is kept, or copied where `copy` says so, because its owner may change it (booleans become
/// bits). `format`: Arrow's, of the same width.
/// `mask`: None, or another such object with a byte a row that is not 0 where the value is NULL.
/// Throws a Python exception for buffers of other shapes.
ArrowColumnRef column_of_buffer(nanobind::handle values, const std::string& format, NullRule rule,
                                nanobind::handle mask, bool copy);

/// Codes (of column_of_buffer, 8 to 64 bits) into distinct texts. `type`: "ENUM('a', 'b')", or
/// empty for texts that are no type of their own.
ArrowColumnRef column_of_codes(const ArrowColumnRef& codes, const ArrowColumnRef& dictionary,
                               const std::string& type);

}  // namespace doline_python
