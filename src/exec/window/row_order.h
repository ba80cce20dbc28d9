#pragma once

#include <span>

#include "column/column.h"
#include "memory/charged_vector.h"

namespace doline {

/// One key that a partition's rows are put in order by.
struct OrderKey {
  Column values;  // flat
  bool descending = false;
  bool nulls_first = false;
};

/// Puts row numbers, which rise, into the order of the keys; rows that agree keep theirs. Asks for
/// cancellation now and then.
void order_rows(std::span<const OrderKey> keys, ChargedVector<uint32_t>& rows);

/// Whether two rows agree in all keys.
bool keys_agree(std::span<const OrderKey> keys, uint32_t a, uint32_t b);

}  // namespace doline
