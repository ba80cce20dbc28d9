#pragma once

#include <memory>
#include <string_view>

#include "format/text/log_parser.h"

namespace doline {

/// The parsers behind create_log_parser, one a file.

/// Columns host, ident, user, time, method, path, protocol, status, bytes and, in kCombined,
/// referer and agent. "-" is NULL. Quoted fields stand as written, escapes included.
std::unique_ptr<const LogParser> create_web_log_parser(LogFormat format);

/// Columns time, host, program, pid, message, facility, severity. A line that does not look like
/// the begin of a record continues the message before it.
std::unique_ptr<const LogParser> create_syslog_parser(const LogOptions& options);

/// Whether most lines of `sample` that begin records have what only syslog has: behind the time,
/// which is RFC 3164's or has a "T" in it, a host and a tag such as "sshd[42]:".
bool looks_like_syslog(const LogOptions& options, std::string_view sample);

/// Columns time, host, program, pid, message_id, structured_data, message, facility, severity.
std::unique_ptr<const LogParser> create_rfc5424_parser();

/// Columns time, action, state, package, architecture, version, new_version, file.
std::unique_ptr<const LogParser> create_dpkg_log_parser();

/// A column for each key of the sample, in order of first appearance, and `extra` for pairs of
/// other keys and for text that is no pair. Lines that do not begin with `key=` continue the
/// record.
std::unique_ptr<const LogParser> create_logfmt_parser(const LogOptions& options,
                                                      std::string_view sample);

/// A column for each field of the sample, in lower case with underscores; those of a package list
/// come first and are always there if it is one. `extra` holds the lines of other fields.
std::unique_ptr<const LogParser> create_deb822_parser(const LogOptions& options,
                                                      std::string_view sample);

/// A column for each named group, or for each group (group1, …) when none has a name.
std::unique_ptr<const LogParser> create_regex_log_parser(const LogOptions& options,
                                                         std::string_view sample);

}  // namespace doline
