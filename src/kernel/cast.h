#pragma once

#include <string>
#include <string_view>

#include "column/column.h"
#include "column/text_format.h"

namespace doline {

/// Receives rows whose value does not fit the target.
class CastFailures {
 public:
  virtual ~CastFailures() = default;
  /// `row` has become NULL; `message` says value, target and why.
  virtual void fail(uint32_t row, std::string message) = 0;
  /// False under TRY_CAST: then `fail` is called with an empty message, which is never built, and
  /// an element of a list or struct that fails becomes NULL by itself, without a call.
  virtual bool wants_messages() const = 0;
};

/// `input` (of any encoding) as `target`, at the active rows: a flat or constant column, or the
/// input itself where nothing changes. Failing rows are reported and become NULL. Rounds and
/// truncates nothing silently: a DOUBLE with a fraction rounds to an integer half to even, a
/// DECIMAL or a text such as "1.5" half away from zero, as DuckDB 2.0 does. Any type casts to
/// VARCHAR and back; JSON to and from any type. Clock times become instants, and back, by the zone
/// of the instants' type, or else by `zone`. Pairs without a cast throw Error(kTypeMismatch).
Column cast(const Column& input, TypeRef target, const Selection& active, const ZoneOffsets* zone,
            CastFailures& failures);

/// Whether a value of `from` may be used where `to` is expected without CAST, and how far apart
/// they are: 0 same, higher is worse, negative is never. The rules are DuckDB 2.0's. Widths of
/// decimals do not count.
int implicit_cast_cost(TypeRef from, TypeRef to);
/// Whether values of the two types are the same but for what the types say of them: the zone that
/// shows instants, whether an ENUM's values are meant to be in order.
bool differ_in_looks(TypeRef a, TypeRef b);
/// Whether CAST(from AS to) exists at all.
bool can_cast(TypeRef from, TypeRef to);
/// Whether every value of `from` has one of `to`, so that no row can fail. May be false where that
/// is so.
bool cast_always_fits(TypeRef from, TypeRef to);
/// The type the sides of a UNION, the branches of a CASE or the elements of a list are cast to;
/// null when there is none. VARCHAR wins over anything that is no binary or nested type.
TypeRef common_type(TypeRef a, TypeRef b);
/// The same for two sides that are equal or not, where VARCHAR gives way to the other type.
TypeRef comparison_type(TypeRef a, TypeRef b);
/// The same where one side is to come before the other. Null for a text and a number or a date:
/// whoever writes that may mean either order, and '9' comes behind '10' in one of them. Inside
/// rows and lists VARCHAR gives way.
TypeRef ordering_type(TypeRef a, TypeRef b);
/// How a struct's fields find each other: names compare without case.
bool same_field_name(std::string_view a, std::string_view b);
/// The decimal that holds every value of an integer type, or the decimal type itself.
TypeRef decimal_holding(TypeRef type);

}  // namespace doline
