#include "table/listed_input.h"

namespace doline {

std::unique_ptr<ByteStream> open_listed(const ListedFile& listed, FileSystem& files,
                                        const AccessPolicy& policy, Compression compression) {
  if (!listed.is_regular) return open_pipe(files, listed.path, policy, compression);
  OpenOptions open;
  open.expected = listed.version;
  return files.open_stream(listed.path, policy, compression, open);
}

}  // namespace doline
