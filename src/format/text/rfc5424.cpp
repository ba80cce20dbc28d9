#include "format/byte_order_mark.h"
#include "format/text/line_records.h"
#include "format/text/log_formats.h"
#include "format/text/syslog_priority.h"
#include "kernel/temporal_text.h"

namespace doline {
namespace {

enum Column : size_t {
  kTime,
  kHost,
  kProgram,
  kPid,
  kMessageId,
  kStructuredData,
  kMessage,
  kFacility,
  kSeverity,
};

std::vector<Field> rfc5424_columns() {
  return {{"time", Type::timestamp_tz()},  {"host", Type::varchar()},
          {"program", Type::varchar()},    {"pid", Type::varchar()},
          {"message_id", Type::varchar()}, {"structured_data", Type::varchar()},
          {"message", Type::varchar()},    {"facility", Type::varchar()},
          {"severity", Type::varchar()}};
}

struct Record {
  int32_t priority = -1;
  bool has_time = false;
  int64_t time = 0;
  std::string_view host, program, pid, message_id, structured_data;
  std::string_view message;  // data() null: none
};

/// Behind "[id name=\"value\" …][…]" or "-" at the begin of `text`, where \" \\ and \] are escaped
/// in values; 0 if it is neither.
size_t scan_structured_data(std::string_view text) {
  if (text.starts_with('-')) return 1;
  size_t at = 0;
  while (at < text.size() && text[at] == '[') {
    bool quoted = false;
    for (++at; at < text.size() && (quoted || text[at] != ']'); ++at) {
      if (quoted && text[at] == '\\' && at + 1 < text.size()) {
        ++at;
      } else if (text[at] == '"') {
        quoted = !quoted;
      }
    }
    if (at == text.size()) return 0;
    ++at;
  }
  return at;
}

/// What is wrong with the line, or null.
const char* parse(std::string_view line, Record& record) {
  const size_t priority_size = scan_syslog_priority(line, record.priority);
  if (priority_size == 0) return "no priority like <34>";
  std::string_view rest = line.substr(priority_size);
  if (!rest.starts_with("1 ")) return "the version is not 1";
  rest.remove_prefix(2);
  std::string_view time;
  for (std::string_view* word :
       {&time, &record.host, &record.program, &record.pid, &record.message_id}) {
    const size_t end = rest.find(' ');
    if (end == std::string_view::npos || end == 0) return "fewer words than the header has";
    *word = rest.substr(0, end);
    rest.remove_prefix(end + 1);
  }
  record.has_time = time != "-";
  if (record.has_time && !parse_timestamp_tz(time, nullptr, record.time)) {
    return "the time cannot be read";
  }
  const size_t data_size = scan_structured_data(rest);
  if (data_size == 0) return "no structured data";
  record.structured_data = rest.substr(0, data_size);
  rest.remove_prefix(data_size);
  record.message = {};
  if (rest.empty()) return nullptr;
  if (rest[0] != ' ') return "text right behind the structured data";
  rest.remove_prefix(1);
  record.message = without_byte_order_mark(rest);
  return nullptr;
}

class Rfc5424Parser final : public LogParser {
 public:
  Rfc5424Parser() : LogParser(LogFormat::kRfc5424, false, rfc5424_columns()) {}

  void read(LogBlock& block, LogRows& rows, std::vector<LogReject>& rejects) const override {
    const char* const readable_end = block.text.data() + block.text.size();
    const auto put_text = [&](Column column, std::string_view text) {
      if (text.data() == nullptr || text == "-") {
        rows.set_null(column);
      } else {
        rows.set_text(column, text, readable_end);
      }
    };
    Record record;
    const auto parse_line = [&](std::string_view line) { return parse(line, record); };
    while (next_line_record(block, rows, rejects, parse_line)) {
      rows.set<int64_t>(kTime, record.time);
      if (!record.has_time) rows.set_null(kTime);
      put_text(kHost, record.host);
      put_text(kProgram, record.program);
      put_text(kPid, record.pid);
      put_text(kMessageId, record.message_id);
      put_text(kStructuredData, record.structured_data);
      if (record.message.data() == nullptr) {
        rows.set_null(kMessage);
      } else {
        rows.set_text(kMessage, record.message, readable_end);
      }
      put_syslog_priority(record.priority, kFacility, kSeverity, rows);
      rows.end_row();
    }
  }
};

}  // namespace

std::unique_ptr<const LogParser> create_rfc5424_parser() {
  return std::make_unique<Rfc5424Parser>();
}

}  // namespace doline
