#include "table/learned_source.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace doline {

std::string learned_source(std::string_view kind, const std::vector<ListedFile>& files) {
  std::string all;
  for (const ListedFile& file : files) {
    const FileVersion& version = file.version;
    all += fmt::format("{}\n{} {} {} {}\n", file.path, version.device, version.inode,
                       version.size_bytes, version.modified_ns);
  }
  return fmt::format("{} {} {:016x} {}", kind, files.size(), hash_string(all), files.front().path);
}

}  // namespace doline
