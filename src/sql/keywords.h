#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doline::sql {

/// What a keyword may be besides itself, as DuckDB has it.
enum class KeywordCategory : uint8_t {
  kUnreserved,  // any name
  kColumnName,  // a column or table, not a function or type (those have a grammar of their own)
  kFunction,    // a function or type, not a column or table
  kReserved,    // nothing, unless quoted
};

enum class Keyword : uint16_t {
  kNoKeyword,  // a word that is none
#define KEYWORD(enumerator, word, category) enumerator,
#include "sql/keywords.def"
#undef KEYWORD
};

/// Without regard to case; kNoKeyword if it is none.
Keyword find_keyword(std::string_view word);
/// Lower case. Precondition: not kNoKeyword.
std::string_view word_of(Keyword keyword);
/// Precondition: not kNoKeyword.
KeywordCategory category_of(Keyword keyword);

/// All keywords, upper case, sorted: for completion.
const std::vector<std::string>& keywords();

/// Whether a name that is no column calls a function without parentheses: current_date,
/// current_timestamp, user …
bool is_value_function(std::string_view name);

}  // namespace doline::sql
