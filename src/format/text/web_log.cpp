#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/bits.h"
#include "format/text/log_formats.h"
#include "format/text/log_rows.h"
#include "format/text/log_time.h"
#include "kernel/string_search.h"

namespace doline {
namespace {

enum Column : size_t {
  kHost,
  kIdent,
  kUser,
  kTime,
  kMethod,
  kPath,
  kProtocol,
  kStatus,
  kBytes,
  kReferer,
  kAgent,
};

std::vector<Field> columns_of(LogFormat format) {
  std::vector<Field> columns = {
      {"host", Type::varchar()},      {"ident", Type::varchar()},  {"user", Type::varchar()},
      {"time", Type::timestamp_tz()}, {"method", Type::varchar()}, {"path", Type::varchar()},
      {"protocol", Type::varchar()},  {"status", Type::int32()},   {"bytes", Type::int64()}};
  if (format == LogFormat::kCombined) {
    columns.push_back({"referer", Type::varchar()});
    columns.push_back({"agent", Type::varchar()});
  }
  return columns;
}

/// A text field; null data: NULL.
struct Span {
  const char* begin = nullptr;
  const char* end = nullptr;

  bool empty() const { return begin == end; }
  std::string_view view() const { return {begin, static_cast<size_t>(end - begin)}; }
  Span or_null() const { return end - begin == 1 && *begin == '-' ? Span{} : *this; }
};

struct Record {
  Span host, ident, user, method, path, protocol, referer, agent;
  int64_t time = 0;
  int64_t bytes = -1;   // -1: NULL
  int32_t status = -1;  // -1: NULL
};

/// Walks the fields of a line whose end is not known yet. Each take_… moves behind what it took, or
/// says no and the line is damaged; none passes a line's end.
class LineCursor {
 public:
  LineCursor(const char* at, const char* block_end, const StringKernels& kernels)
      : at_(at), end_(block_end), kernels_(kernels) {}

  const char* at() const { return at_; }
  bool at_line_end() const {
    return at_ == end_ || *at_ == '\n' || (*at_ == '\r' && (at_ + 1 == end_ || at_[1] == '\n'));
  }
  bool take(char byte) {
    if (at_ == end_ || *at_ != byte) return false;
    ++at_;
    return true;
  }
  /// Up to a space, which is passed over. At least one byte; no control bytes.
  bool take_word(Span& span) {
    const char* begin = at_;
    // Eight bytes at a time: the top bit of each byte that is a space or below (Bit Twiddling
    // Hacks, "hasless"); the lowest one is exact.
    constexpr uint64_t kOnes = 0x0101010101010101;
    constexpr uint64_t kTops = 0x8080808080808080;
    while (end_ - at_ >= 8) {
      const uint64_t word = load_unaligned<uint64_t>(at_);
      const uint64_t stops = (word - kOnes * (' ' + 1)) & ~word & kTops;
      if (stops != 0) {
        at_ += std::countr_zero(stops) / 8;
        span = {begin, at_};
        return take(' ') && !span.empty();
      }
      at_ += 8;
    }
    while (at_ < end_ && static_cast<uint8_t>(*at_) > ' ') ++at_;
    span = {begin, at_};
    return take(' ') && !span.empty();
  }
  bool take_bytes(size_t size, Span& span) {
    if (static_cast<size_t>(end_ - at_) < size) return false;
    span = {at_, at_ + size};
    at_ += size;
    return true;
  }
  /// What stands between quotes; a backslash takes the next byte's meaning.
  bool take_quoted(Span& span) {
    if (!take('"')) return false;
    const char* begin = at_;
    for (const char* from = at_;;) {
      const char* stop = kernels_.find_either(from, end_, '"', '\n');
      if (stop == end_ || *stop == '\n') return false;
      const char* escapes = stop;
      while (escapes > begin && escapes[-1] == '\\') --escapes;
      if ((stop - escapes) % 2 == 0) {
        span = {begin, stop};
        at_ = stop + 1;
        return true;
      }
      from = stop + 1;
    }
  }
  /// Digits, or "-" as -1.
  bool take_number(int64_t& number) {
    if (at_ < end_ && *at_ == '-') {
      ++at_;
      number = -1;
      return true;
    }
    const char* begin = at_;
    uint64_t value = 0;
    for (; at_ < end_ && static_cast<uint8_t>(*at_ - '0') <= 9 && at_ - begin < 18; ++at_) {
      value = value * 10 + static_cast<uint8_t>(*at_ - '0');
    }
    number = static_cast<int64_t>(value);
    return at_ > begin;
  }
  /// A user's name may have spaces: it goes on to the bracket of the time.
  bool take_user(Span& span) {
    const char* begin = at_;
    if (take_word(span) && at_ < end_ && *at_ == '[') return true;
    const char* line_end = std::find(at_, end_, '\n');
    const size_t bracket = find_text({begin, static_cast<size_t>(line_end - begin)}, " [");
    if (bracket == std::string_view::npos || bracket == 0) return false;
    span = {begin, begin + bracket};
    at_ = begin + bracket + 1;
    return true;
  }

 private:
  const char* at_;
  const char* const end_;
  const StringKernels& kernels_;
};

/// "GET /path HTTP/1.1". One word is a path, as attackers and HTTP/0.9 send it; "-" is no request.
void split_request(Span request, Record& record) {
  record.method = record.path = record.protocol = Span{};
  if (request.or_null().begin == nullptr) return;
  const char* at = request.begin;
  while (at < request.end && *at != ' ') ++at;
  if (at == request.end) {
    record.path = request;
    return;
  }
  record.method = {request.begin, at};
  Span rest = {at + 1, request.end};
  constexpr ptrdiff_t kUsualBytes = 8;  // "HTTP/1.1"
  const char* word = request.end;
  if (request.end - at > kUsualBytes && word[-1 - kUsualBytes] == ' ') {
    word -= kUsualBytes;
  } else {
    while (word > rest.begin && word[-1] != ' ') --word;
  }
  const bool has_protocol =
      word > rest.begin && request.end - word > 5 && std::memcmp(word, "HTTP/", 5) == 0;
  if (has_protocol) {
    record.protocol = {word, request.end};
    rest.end = word - 1;
  }
  record.path = rest;
}

class WebLogParser final : public LogParser {
 public:
  explicit WebLogParser(LogFormat format)
      : LogParser(format, false, columns_of(format)), combined_(format == LogFormat::kCombined) {}

  void read(LogBlock& block, LogRows& rows, std::vector<LogReject>& rejects) const override {
    const char* const readable_end = block.text.data() + block.text.size();
    WebTimeParser clock;
    Record record;
    const StringKernels& kernels = string_kernels();
    while (!rows.full() && !block.done()) {
      // The fields find the line's end: it is looked for only in damaged lines.
      const char* const begin = block.text.data() + block.at;
      LineCursor cursor(begin, readable_end, kernels);
      if (cursor.at_line_end()) {
        block.take_line();
        continue;
      }
      const char* damage = parse(cursor, clock, record);
      const size_t size = static_cast<size_t>(cursor.at() - begin);
      if (damage == nullptr && !block.is_ascii && !is_utf8({begin, size})) {
        damage = "the text is not UTF-8";
      }
      if (damage != nullptr) {
        const LogBlock::Line line = block.take_line();
        rejects.push_back({line.number, line.begin, {}, damage, line.text});
        continue;
      }
      block.at += size;
      block.take_line();  // what is left: its end
      put(record, rows, readable_end);
    }
  }

 private:
  /// What is wrong with the line, or null.
  const char* parse(LineCursor& line, WebTimeParser& clock, Record& record) const {
    Span time;
    Span request;
    int64_t status = 0;
    if (!line.take_word(record.host)) return "no host";
    if (!line.take_word(record.ident)) return "no identity";
    if (!line.take_user(record.user)) return "no user before the time in brackets";
    if (!line.take('[') || !line.take_bytes(WebTimeParser::kBytes, time) || !line.take(']') ||
        !clock.parse(time.view(), record.time)) {
      return "no time like [17/May/2015:10:05:03 +0000]";
    }
    if (!line.take(' ') || !line.take_quoted(request)) return "no request in quotes";
    if (!line.take(' ') || !line.take_number(status) || status > 999) return "no status";
    if (!line.take(' ') || !line.take_number(record.bytes)) return "no number of bytes";
    record.status = static_cast<int32_t>(status);
    if (combined_) {
      if (!line.take(' ') || !line.take_quoted(record.referer)) return "no referer in quotes";
      if (!line.take(' ') || !line.take_quoted(record.agent)) return "no agent in quotes";
    }
    if (!line.at_line_end()) return "text after the last field";
    split_request(request, record);
    return nullptr;
  }

  void put(const Record& record, LogRows& rows, const char* readable_end) const {
    const auto put_text = [&](Column column, Span span) {
      if (span.begin == nullptr) {
        rows.set_null(column);
      } else {
        rows.set_text(column, span.view(), readable_end);
      }
    };
    put_text(kHost, record.host);
    put_text(kIdent, record.ident.or_null());
    put_text(kUser, record.user.or_null());
    rows.set<int64_t>(kTime, record.time);
    put_text(kMethod, record.method);
    put_text(kPath, record.path);
    put_text(kProtocol, record.protocol);
    if (record.status < 0) rows.set_null(kStatus);
    rows.set<int32_t>(kStatus, record.status);
    if (record.bytes < 0) rows.set_null(kBytes);
    rows.set<int64_t>(kBytes, record.bytes);
    if (combined_) {
      put_text(kReferer, record.referer.or_null());
      put_text(kAgent, record.agent.or_null());
    }
    rows.end_row();
  }

  const bool combined_;
};

}  // namespace

std::unique_ptr<const LogParser> create_web_log_parser(LogFormat format) {
  return std::make_unique<WebLogParser>(format);
}

}  // namespace doline
