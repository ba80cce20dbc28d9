#pragma once

#include <string>
#include <vector>

#include "engine/session.h"
#include "script.h"

namespace doline::demo {

/// Log files a person named: those of one format and the same columns are read as one.
struct OwnLogs {
  std::string format;  // "combined"
  std::vector<std::string> files;
  Schema columns;

  /// Each file by its own content, those of a directory too. A file that is empty or in no known
  /// format is passed over with a line in `left_out`; throws when none is left.
  static std::vector<OwnLogs> detect(Session& session, const std::vector<std::string>& paths,
                                     std::vector<std::string>& left_out);
  std::string title() const;
};

/// Reads the files into a Parquet file, so that every part of the report parses nothing again.
/// `number`: which of the groups, from 1.
void add_own_logs_data(Script& script, const OwnLogs& logs, const std::string& folder,
                       size_t number);
/// The parts, chosen by what the columns hold. The data must have been read: the session is asked.
void add_own_logs_parts(Script& script, Session& session, const OwnLogs& logs, size_t number);

}  // namespace doline::demo
