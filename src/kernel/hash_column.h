#pragma once

#include "column/column.h"

namespace doline {

/// hashes[i] = hash of the i-th active row (not of row i), for every type and encoding. With
/// `combine` it is folded into what hashes[i] holds, in that order.
///
/// Equal values have equal hashes, whatever their encoding: -0.0 is 0.0, every NaN is one value,
/// intervals are normalised, integers of different widths up to BIGINT that are equal hash alike
/// (so do FLOAT and DOUBLE), NULL is kNullHash. The hashes are free of seeds and may be persisted.
void hash_column(const Column& column, const Selection& active, uint64_t* hashes, bool combine);

/// The same for one row.
uint64_t hash_row(const Column& column, uint32_t row);

}  // namespace doline
