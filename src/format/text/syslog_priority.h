#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace doline {

class LogRows;

/// "<34>" at the begin of a line, 0 to 191: facility * 8 + severity (RFC 5424, 6.2.1). Bytes taken,
/// 0 if there is none; `priority` is then untouched.
size_t scan_syslog_priority(std::string_view line, int32_t& priority);

/// Names of facility ("auth") and severity ("err"); NULL for a negative priority.
void put_syslog_priority(int32_t priority, size_t facility_column, size_t severity_column,
                         LogRows& rows);

}  // namespace doline
