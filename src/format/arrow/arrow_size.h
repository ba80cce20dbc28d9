#pragma once

#include "format/arrow/arrow_field.h"

namespace doline {

/// Bytes a batch holds, roughly: what its rows' layouts say. It was checked (check_arrow_array).
size_t arrow_array_bytes(const ArrowField& field, const ArrowArray& array);

}  // namespace doline
