#pragma once

#include "column/column.h"
#include "format/arrow/arrow_field.h"

namespace doline {

/// Rows [begin, begin + count) of an array of texts or bytes, whichever way they lie: views on the
/// foreign memory, which `owner` keeps. Those in `wanted` are checked and read, the others are
/// empty. Error(kFormat) naming the column for texts outside their buffers and such that are not
/// UTF-8.
Column read_arrow_texts(const ArrowField& field, const ArrowArray& array, int64_t begin,
                        uint32_t count, const Selection& wanted, const PinRef& owner);

}  // namespace doline
