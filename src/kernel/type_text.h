#pragma once

#include <string_view>

#include "column/type.h"

namespace doline {

/// The type that a text names, as Type::name() writes it or as SQL may: "DECIMAL(9, 2)[]",
/// "STRUCT(a INTEGER, \"b c\" MAP(VARCHAR, DATE))", "ENUM('x', 'y')", "TIMESTAMPTZ('UTC')". Throws
/// Error(kInvalidArgument) that says where it stops making sense.
TypeRef type_from_text(std::string_view text);

}  // namespace doline
