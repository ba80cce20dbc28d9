#pragma once

#include "table/copy_target.h"

namespace doline {

/// COPY … TO a directory of files: directory/key=value/…/data_0.ENDING, one or more for each
/// combination of the values of target.partition_by, each with the columns that are left.
/// `context` and `format` outlive it.
std::unique_ptr<Writer> open_partitioned_writer(const std::string& directory, const Schema& schema,
                                                CopyTarget target, CopyOptions options,
                                                QueryContext& context, const FileFormat& format);

}  // namespace doline
