#pragma once

#include <vector>

#include "function/aggregate_function.h"

namespace doline {

/// `inner` over each distinct combination of arguments once, as GROUP BY tells values apart. The
/// set of values met lies in the arena.
AggregateFunctionRef make_distinct(AggregateFunctionRef inner, std::vector<TypeRef> argument_types);

struct AggregateSortKey {
  TypeRef type;
  bool descending = false;
  bool nulls_first = false;
};

/// `inner` over the rows in the order of `keys`, which stand behind the arguments; stable. Rows
/// are kept and sorted when the result is asked for.
AggregateFunctionRef make_ordered(AggregateFunctionRef inner, std::vector<TypeRef> argument_types,
                                  std::vector<AggregateSortKey> keys);

/// `inner`, an order-sensitive aggregate, over rows that come in any order: a BIGINT behind the
/// arguments numbers them. Whoever runs tasks in parallel uses this to keep first, list and
/// string_agg what they are in source order.
AggregateFunctionRef make_sequenced(AggregateFunctionRef inner,
                                    std::vector<TypeRef> argument_types);

/// arg_min and arg_max themselves, for make_sequenced.
AggregateFunctionRef make_argument_extreme(bool minimum, bool keep_nulls, TypeRef type,
                                           TypeRef by_type);

}  // namespace doline
