#pragma once

#include <string_view>

#include "sql/statement.h"

namespace doline::sql {

// What the fields of a node promise beyond being there, such as that an operator has one or two
// operands. The grammar keeps these promises by construction; trees from bytes are held to them.
// Each returns what is wrong with the node itself, not with its children; empty if nothing is.
std::string_view flaw_of(const Expression& node);
std::string_view flaw_of(const Relation& node);
std::string_view flaw_of(const Query& node);
std::string_view flaw_of(const Statement& node);
std::string_view flaw_of(const TypeName& node);
std::string_view flaw_of(const WindowSpecification& node);
std::string_view flaw_of(const Sample& node);

}  // namespace doline::sql
