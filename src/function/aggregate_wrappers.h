#pragma once

#include <vector>

#include "function/aggregate_function.h"

namespace doline {

struct AggregateSortKey {
  TypeRef type;
  bool descending;
  bool nulls_first;
};

/// `inner` over each distinct combination of arguments once; the set is kept in the state's arena.
AggregateFunctionRef make_distinct(AggregateFunctionRef inner, std::vector<TypeRef> argument_types);

/// `inner` over rows sorted by `keys`, which follow the arguments in update(): rows are kept and
/// sorted when the result is asked for.
AggregateFunctionRef make_ordered(AggregateFunctionRef inner, std::vector<TypeRef> argument_types,
                                  std::vector<AggregateSortKey> keys);

}  // namespace doline
