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

  /// Throws what the reader says when a file has no format it knows.
  static std::vector<OwnLogs> detect(Session& session, const std::vector<std::string>& files);
  std::string title() const;
};

/// Reads the files into a Parquet file, so that every part of the report parses nothing again.
/// `number`: which of the groups, from 1.
void add_own_logs_data(Script& script, const OwnLogs& logs, const std::string& folder, size_t number);
/// The parts, chosen by what the columns hold. The data must have been read: the session is asked.
void add_own_logs_parts(Script& script, Session& session, const OwnLogs& logs, size_t number);

}  // namespace doline::demo
