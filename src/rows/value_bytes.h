#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "column/column.h"
#include "column/column_builder.h"

namespace doline {

/// Single values of any type as self-delimiting bytes: what nested values are in rows, and what
/// aggregates that keep values keep. Not persisted beyond one process's spill files.
enum class ValueForm : uint8_t {
  kExact,      // reads back bit for bit
  kCanonical,  // values equal in GROUP BY have equal bytes: one zero, one NaN, normal intervals
};

/// NULL is a value like any other.
void append_value_bytes(std::vector<std::byte>& out, const Column& column, uint32_t row,
                        ValueForm form = ValueForm::kExact);

/// Takes one value of out.type() from the front of `in` and appends it. Bytes that end early are
/// Error(kCorrupt).
void read_value_bytes(std::span<const std::byte>& in, ColumnBuilder& out);

/// Takes a value of `type` from both; negative, 0 or positive in the order of compare_rows: NULLs
/// equal and last.
int compare_value_bytes(TypeRef type, std::span<const std::byte>& a, std::span<const std::byte>& b);

/// The equal interval that all equal ones share.
Interval normalized(Interval interval);

}  // namespace doline
