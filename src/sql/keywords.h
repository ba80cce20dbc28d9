#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace doline::sql {

/// What a keyword may be besides itself, as DuckDB has it.
enum class KeywordCategory : uint8_t {
  kNone,        // not a keyword
  kUnreserved,  // any name
  kColumnName,  // a column or table, not a function or type (those have a grammar of their own)
  kFunction,    // a function or type, not a column or table
  kReserved,    // nothing, unless quoted
};

/// Without regard to case.
KeywordCategory keyword_category(std::string_view word);

/// All keywords, upper case, sorted: for completion and for "did you mean".
const std::vector<std::string>& keywords();

/// Whether a name that is no column calls a function without parentheses: current_date,
/// current_timestamp, user …
bool is_value_function(std::string_view name);

}  // namespace doline::sql
