#pragma once

#include <map>
#include <memory>
#include <string>

#include "plan/table.h"

namespace doline {

/// COPY … TO a directory of files, one or more for each combination of the values of the option
/// partition_by, which must be there: directory/key=value/…/data_0.ENDING, written by what `open`
/// opens with the other options and the columns that are left. `context` outlives it.
std::unique_ptr<Writer> open_partitioned_writer(const std::string& directory, const Schema& schema,
                                                const std::map<std::string, Value>& options,
                                                QueryContext& context, const std::string& ending,
                                                WriterOpener open);

}  // namespace doline
