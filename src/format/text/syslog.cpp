#include <algorithm>
#include <charconv>

#include "column/civil_time.h"
#include "format/text/log_formats.h"
#include "format/text/log_rows.h"
#include "format/text/log_time.h"
#include "format/text/syslog_priority.h"
#include "kernel/string_search.h"
#include "kernel/temporal_text.h"
#include "kernel/time_zone.h"

namespace doline {
namespace {

enum Column : size_t { kTime, kHost, kProgram, kPid, kMessage, kFacility, kSeverity };

std::vector<Field> syslog_columns() {
  return {{"time", Type::timestamp_tz()}, {"host", Type::varchar()},
          {"program", Type::varchar()},   {"pid", Type::int64()},
          {"message", Type::varchar()},   {"facility", Type::varchar()},
          {"severity", Type::varchar()}};
}

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

/// What precedes the message, and where the message begins.
struct Header {
  int64_t time = 0;
  int32_t priority = -1;  // -1: none written
  std::string_view host;
  std::string_view program;  // data() null: none
  int64_t pid = -1;
  size_t message_at = 0;
  bool has_spaced_date = false;  // "2024-05-17 10:05:03"
};

enum class HeaderKind : uint8_t {
  kGood,
  kDamaged,  // looks like the begin of a record and is none
  kNone,     // a continuation
};

/// "2024-05-17T" or "2024-05-17 ".
bool begins_with_date(std::string_view text) {
  constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.size() <= kShape.size()) return false;
  for (size_t i = 0; i < kShape.size(); ++i) {
    if (kShape[i] == 'd' ? !is_digit(text[i]) : text[i] != '-') return false;
  }
  return text[10] == 'T' || text[10] == ' ';
}

/// "May 17" or "May  7".
bool begins_with_month(std::string_view text) {
  return text.size() > 6 && month_of(text.data()) != 0 && text[3] == ' ' &&
         (text[4] == ' ' || is_digit(text[4])) && is_digit(text[5]);
}

/// "sshd[1234]:" or "kernel:"; anything else belongs to the message.
void split_tag(std::string_view line, Header& header) {
  const std::string_view rest = line.substr(header.message_at);
  const size_t end = rest.find(' ');
  std::string_view tag = rest.substr(0, end);
  if (tag.size() < 2 || tag.back() != ':') return;
  tag.remove_suffix(1);
  const size_t open = tag.find('[');
  if (open != std::string_view::npos && open > 0 && tag.back() == ']') {
    const std::string_view digits = tag.substr(open + 1, tag.size() - open - 2);
    int64_t pid = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), pid);
    if (error == std::errc{} && stop == digits.data() + digits.size() && pid >= 0) {
      header.pid = pid;
      tag = tag.substr(0, open);
    }
  }
  header.program = tag;
  header.message_at = end == std::string_view::npos ? line.size() : header.message_at + end + 1;
}

/// Logs of programs often have the severity where syslog has the host.
bool may_be_host(std::string_view word) {
  constexpr std::string_view kSeverities[] = {"TRACE",   "DEBUG", "INFO",   "NOTICE",   "WARN",
                                              "WARNING", "ERROR", "SEVERE", "CRITICAL", "FATAL"};
  return word.find_first_of("[](){}<>\"'=,;|") == word.npos && !word.ends_with(':') &&
         std::find(std::begin(kSeverities), std::end(kSeverities), word) == std::end(kSeverities);
}

class SyslogParser final : public LogParser {
 public:
  explicit SyslogParser(const LogOptions& options)
      : LogParser(LogFormat::kSyslog, true, syslog_columns()),
        zone_(options.zone),
        latest_local_(utc_to_local(options.zone, options.now_micros) + kMicrosPerDay) {}

  void read(LogBlock& block, LogRows& rows, std::vector<LogReject>& rejects) const override {
    const char* const readable_end = block.text.data() + block.text.size();
    while (!rows.full() && !block.done()) {
      const LogBlock::Line line = block.take_line();
      if (line.text.empty()) continue;
      Header header;
      const HeaderKind kind = parse_header(line.text, header);
      if (kind == HeaderKind::kNone) {
        rejects.push_back({line.number, line.begin, {}, "no record begins before it", line.text});
        continue;
      }
      const std::string_view record = take_continuation(block, line);
      const char* damage = nullptr;
      if (kind == HeaderKind::kDamaged) damage = "the time or host cannot be read";
      if (damage == nullptr && !block.is_ascii && !is_utf8(record)) {
        damage = "the text is not UTF-8";
      }
      if (damage != nullptr) {
        rejects.push_back({line.number, line.begin, {}, damage, record});
        continue;
      }
      put(header, record.substr(header.message_at), rows, readable_end);
    }
  }

  bool looks_like_syslog(std::string_view sample) const {
    size_t records = 0;
    size_t typical = 0;
    LogBlock block(sample);
    while (!block.done()) {
      const std::string_view line = block.take_line().text;
      Header header;
      const HeaderKind kind = parse_header(line, header);
      if (kind == HeaderKind::kNone) continue;
      ++records;
      typical += kind == HeaderKind::kGood && !header.has_spaced_date &&
                 header.program.data() != nullptr && may_be_host(header.host);
    }
    return typical * 2 > records;
  }

 protected:
  bool begins_record(std::string_view text, size_t at) const override {
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    Header header;
    return parse_header(line, header) != HeaderKind::kNone;
  }

 private:
  HeaderKind parse_header(std::string_view line, Header& header) const {
    size_t at = scan_syslog_priority(line, header.priority);
    const std::string_view text = line.substr(at);
    if (begins_with_month(text)) {
      int64_t local = 0;
      const size_t size = scan_bsd_time(text, latest_local_, local);
      if (size == 0) return HeaderKind::kDamaged;
      header.time = local_to_utc(zone_, local);
      at += size;
    } else if (begins_with_date(text)) {
      // A date and a clock with a space between are two words.
      const size_t end = std::min(text.find(' ', 11), text.size());
      if (!parse_timestamp_tz(text.substr(0, end), zone_, header.time)) return HeaderKind::kDamaged;
      at += end;
      header.has_spaced_date = text[10] == ' ';
    } else {
      return at == 0 ? HeaderKind::kNone : HeaderKind::kDamaged;
    }
    if (at + 1 >= line.size() || line[at] != ' ') return HeaderKind::kDamaged;
    const size_t host_end = std::min(line.find(' ', at + 1), line.size());
    header.host = line.substr(at + 1, host_end - at - 1);
    if (header.host.empty()) return HeaderKind::kDamaged;
    header.message_at = std::min(host_end + 1, line.size());
    split_tag(line, header);
    return HeaderKind::kGood;
  }

  static void put(const Header& header, std::string_view message, LogRows& rows,
                  const char* readable_end) {
    rows.set<int64_t>(kTime, header.time);
    rows.set_text(kHost, header.host, readable_end);
    if (header.program.data() == nullptr) {
      rows.set_null(kProgram);
    } else {
      rows.set_text(kProgram, header.program, readable_end);
    }
    rows.set<int64_t>(kPid, header.pid);
    if (header.pid < 0) rows.set_null(kPid);
    rows.set_text(kMessage, message, readable_end);
    put_syslog_priority(header.priority, kFacility, kSeverity, rows);
    rows.end_row();
  }

  const ZoneOffsets* const zone_;
  const int64_t latest_local_;
};

}  // namespace

std::unique_ptr<const LogParser> create_syslog_parser(const LogOptions& options) {
  return std::make_unique<SyslogParser>(options);
}

bool looks_like_syslog(const LogOptions& options, std::string_view sample) {
  return SyslogParser(options).looks_like_syslog(sample);
}

}  // namespace doline
