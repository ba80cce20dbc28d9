#pragma once

#include "doline/arrow_c_data.h"
#include "engine/session.h"

namespace doline {

/// Reads an Arrow stream to its end into a table: its memory is shared where it can be, and what
/// does not fit the memory budget goes to disk. Takes the stream over and releases it, in the end
/// or when this throws. `stop` is asked between batches.
TableRef table_of_arrow_stream(const std::string& name, ArrowArrayStream* stream,
                               const Session& session, const std::function<bool()>& stop);

/// The same, but batches stay as they are, to be read where they lie (table/lent_table.h), unless
/// they have columns of dictionaries or runs, or are more than the memory budget.
TableRef lent_table_of_arrow_stream(const std::string& name, ArrowArrayStream* stream,
                                    const Session& session, const std::function<bool()>& stop);

}  // namespace doline
