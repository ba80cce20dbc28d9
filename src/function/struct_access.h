#pragma once

#include <vector>

#include "function/scalar_function.h"

namespace doline {

/// A field of a struct by name, or of an unnamed struct by position from 1: struct_extract, and
/// what array_extract does with structs.
std::vector<ScalarOverload> struct_access_overloads();

/// The field column of a flat or constant struct argument, as many rows as the call has; NULL
/// where the struct is.
Column struct_field(const Column& structure, size_t field, uint32_t rows);

}  // namespace doline
