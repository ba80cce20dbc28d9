#pragma once

#include <memory>
#include <string>

#include "io/disk.h"
#include "io/file_system.h"
#include "io/writable_file.h"

namespace doline {

/// A file of `disk`: written beside `path` under a hidden name, renamed when published. Pipes and
/// devices that exist are written to directly.
std::unique_ptr<WritableFile> create_file(Disk& disk, const std::string& path,
                                          const CreateOptions& options);

/// Whatever `handle` leads to, in sequence: standard output, a pipe, a device.
std::unique_ptr<WritableFile> write_through(std::string name, DiskHandle handle);

}  // namespace doline
