#include "format/text/syslog_priority.h"

#include "format/text/log_rows.h"

namespace doline {
namespace {

constexpr std::string_view kFacilities[] = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog",   "lpr",     "news",
    "uucp",   "cron",   "authpriv", "ftp",    "ntp",    "security", "console", "solaris-cron",
    "local0", "local1", "local2",   "local3", "local4", "local5",   "local6",  "local7"};
constexpr std::string_view kSeverities[] = {"emerg",   "alert",  "crit", "err",
                                            "warning", "notice", "info", "debug"};
constexpr int32_t kHighest = 191;

}  // namespace

size_t scan_syslog_priority(std::string_view line, int32_t& priority) {
  if (line.size() < 3 || line[0] != '<') return 0;
  int32_t value = 0;
  size_t at = 1;
  for (; at < line.size() && at < 4 && line[at] >= '0' && line[at] <= '9'; ++at) {
    value = value * 10 + (line[at] - '0');
  }
  if (at == 1 || at == line.size() || line[at] != '>' || value > kHighest) return 0;
  priority = value;
  return at + 1;
}

void put_syslog_priority(int32_t priority, size_t facility_column, size_t severity_column,
                         LogRows& rows) {
  if (priority < 0) {
    rows.set_null(facility_column);
    rows.set_null(severity_column);
    return;
  }
  rows.copy_text(facility_column, kFacilities[priority / 8]);
  rows.copy_text(severity_column, kSeverities[priority % 8]);
}

}  // namespace doline
