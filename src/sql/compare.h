#pragma once

#include "sql/statement.h"

namespace doline::sql {

/// Whether two trees say the same: spans and the ASCII case of identifiers are ignored, everything
/// else counts. GROUP BY finds its expressions again in the SELECT list by this.
bool equal(const Statement& left, const Statement& right);
bool equal(const Query& left, const Query& right);
bool equal(const Relation& left, const Relation& right);
bool equal(const Expression& left, const Expression& right);
bool equal(const TypeName& left, const TypeName& right);

/// Equal trees have equal hashes.
uint64_t hash(const Expression& expression);

/// Equality without regard to ASCII case: of identifiers, functions, types, settings.
bool same_name(std::string_view left, std::string_view right);
/// ASCII letters in lower case, all else as it is.
std::string lower_name(std::string_view name);

}  // namespace doline::sql
