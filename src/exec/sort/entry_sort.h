#pragma once

#include <span>

#include "exec/sort/key_words.h"
#include "plan/query_context.h"

namespace doline {

/// Sorts entries, whose words are those of `level`, by the first `columns` keys from there on.
/// `scratch` has as many. Words decide by radix; rows that agree in them get their next word and
/// are sorted again among themselves. Asks for cancellation now and then.
void sort_entries(const KeyWords& words, std::span<SortEntry> entries, std::span<SortEntry> scratch,
                  KeyLevel level, size_t columns, const QueryContext& context);

/// By their words alone; entries of equal words keep their order.
void sort_by_word(std::span<SortEntry> entries, std::span<SortEntry> scratch);

}  // namespace doline
