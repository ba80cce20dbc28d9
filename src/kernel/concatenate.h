#pragma once

#include <span>

#include "column/column.h"

namespace doline {

/// The rows of columns of one type, one after another, as one flat column. Strings are not
/// copied: the result pins what the parts pinned.
Column concatenate(TypeRef type, std::span<const Column> parts);

}  // namespace doline
