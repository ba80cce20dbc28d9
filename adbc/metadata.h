#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "adbc.h"
#include "kept_rows.h"

namespace doline_adbc {

/// Which tables are asked for: null is all, patterns have % and _.
struct ObjectFilter {
  int depth = ADBC_OBJECT_DEPTH_ALL;
  const char* catalog = nullptr;
  const char* schema = nullptr;
  const char* table = nullptr;
  const char** table_types = nullptr;  // until a null
  const char* column = nullptr;
};

/// The query whose rows are what ConnectionGetObjects gives.
std::string objects_query(const ObjectFilter& filter);
/// The query whose rows are the kinds of tables there are.
extern const char* const kTableTypesQuery;

/// What ConnectionGetInfo gives: rows of a code and a value, of those asked for. `codes` null: all.
KeptRows info_rows(const uint32_t* codes, size_t count);

}  // namespace doline_adbc
