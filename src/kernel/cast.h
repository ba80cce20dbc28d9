#pragma once

#include "column/column.h"
#include "column/text_format.h"

namespace doline {

/// Receives rows whose value does not fit the target.
class CastFailures {
 public:
  virtual ~CastFailures() = default;
  /// `value` is the source as text.
  virtual void fail(uint32_t row, std::string message) = 0;
  /// False under TRY_CAST: then `fail` is called with an empty message, which is never built.
  virtual bool wants_messages() const = 0;
};

/// `input` (flat or constant) as `target`, at the active rows. Failing rows are reported and
/// become NULL. Rounds and truncates nothing silently: a DOUBLE with a fraction rounds to an
/// integer as SQL says (half to even), but text "1.5" does so only where DuckDB 2.0 does.
/// Any type casts to VARCHAR and back; JSON to and from any type.
Column cast(const Column& input, TypeRef target, const Selection& active, const ZoneOffsets* zone,
            CastFailures& failures);

/// Whether a value of `from` may be used where `to` is expected without CAST, and how far apart
/// they are: 0 same, higher is worse, negative is never. The rules are DuckDB 2.0's.
int implicit_cast_cost(TypeRef from, TypeRef to);
/// Whether CAST(from AS to) exists at all.
bool can_cast(TypeRef from, TypeRef to);
/// The type both sides of a comparison, CASE or UNION are cast to; null when there is none.
TypeRef common_type(TypeRef a, TypeRef b);

}  // namespace doline
