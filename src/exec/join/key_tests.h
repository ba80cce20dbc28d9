#pragma once

#include <memory>

#include "exec/join/join_table.h"
#include "exec/runtime_filters.h"

namespace doline {

/// Which values may meet key `key` of the table's rows, whose bounds are these: a bit for each
/// value between them where they are integers not too far apart, else a blocked Bloom filter of
/// hashes; the bounds alone where there are too many keys for either. NULLs may fall out.
std::shared_ptr<const RowTest> test_of_keys(ValueBounds bounds, const JoinTable& table, size_t key,
                                            Budget& budget);

}  // namespace doline
