#include "format/text/log_parser.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "base/error.h"
#include "format/byte_order_mark.h"
#include "format/text/log_formats.h"
#include "format/text/log_rows.h"
#include "kernel/string_search.h"

namespace doline {
namespace {

constexpr std::pair<LogFormat, std::string_view> kFormats[] = {
    {LogFormat::kAuto, "auto"},       {LogFormat::kCombined, "combined"},
    {LogFormat::kCommon, "common"},   {LogFormat::kSyslog, "syslog"},
    {LogFormat::kRfc5424, "rfc5424"}, {LogFormat::kDpkg, "dpkg"},
    {LogFormat::kLogfmt, "logfmt"},   {LogFormat::kDeb822, "deb822"},
    {LogFormat::kRegex, "regex"},
};

// What auto tries, the strictest first: of formats that fit equally well, the first is taken. The
// strict ones check each line; the others take many lines that are damage to a strict one, or go on
// with the record before, and so are only asked where no strict one fits.
constexpr LogFormat kStrict[] = {LogFormat::kCombined, LogFormat::kCommon, LogFormat::kRfc5424,
                                 LogFormat::kDpkg};
constexpr LogFormat kLenient[] = {LogFormat::kSyslog, LogFormat::kDeb822, LogFormat::kLogfmt};
constexpr size_t kDetectionBytes = 64 << 10;
constexpr double kLeastShare = 0.5;  // of the sample's bytes that must be good records

std::unique_ptr<const LogParser> create_known(const LogOptions& options, LogFormat format,
                                              std::string_view sample) {
  switch (format) {
    case LogFormat::kCombined:
    case LogFormat::kCommon:
      return create_web_log_parser(format);
    case LogFormat::kSyslog:
      return create_syslog_parser(options);
    case LogFormat::kRfc5424:
      return create_rfc5424_parser();
    case LogFormat::kDpkg:
      return create_dpkg_log_parser();
    case LogFormat::kLogfmt:
      return create_logfmt_parser(options, sample);
    case LogFormat::kDeb822:
      return create_deb822_parser(options, sample);
    case LogFormat::kRegex:
      return create_regex_log_parser(options, sample);
    case LogFormat::kAuto:
      break;
  }
  UNREACHABLE();
}

/// The share of the sample's text that lies in records the parser takes.
double share_of_good_records(const LogParser& parser, std::string_view sample) {
  LogBlock block(sample);
  std::vector<LogReject> rejects;
  size_t rows_seen = 0;
  while (!block.done()) {
    LogRows rows(parser.columns(), {}, {});
    parser.read(block, rows, rejects);
    rows_seen += rows.size();
  }
  if (rows_seen == 0) return 0;
  size_t bad = 0;
  for (const LogReject& reject : rejects) bad += reject.text.size();
  return static_cast<double>(sample.size() - std::min(bad, sample.size())) /
         static_cast<double>(sample.size());
}

/// `sample` up to its last line end within the limit; all of it when it has none.
std::string_view whole_lines(std::string_view sample, size_t limit) {
  const std::string_view head = sample.substr(0, limit);
  const size_t end = head.rfind('\n');
  return end == std::string_view::npos ? head : head.substr(0, end + 1);
}

/// Of paragraphs: text of many kinds has a colon behind its first word, such as JSON, pairs and
/// times. Names that a format allows but nobody gives do not count.
bool has_usual_names(const LogParser& parser) {
  const auto is_usual = [](const Field& column) {
    const std::string& name = column.name;
    return name[0] >= 'a' && name[0] <= 'z' &&
           name.find_first_of("={}[]()<>\"',;/\\|") == name.npos;
  };
  return std::all_of(parser.columns().begin(), parser.columns().end(), is_usual);
}

/// Whether the first thing in `text` is an object with members, or an array of such.
bool begins_with_json(std::string_view text) {
  text = without_byte_order_mark(text);
  const auto skip_spaces = [&] {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  };
  skip_spaces();
  if (text.starts_with('[')) {
    text.remove_prefix(1);
    skip_spaces();
  }
  if (!text.starts_with('{')) return false;
  text.remove_prefix(1);
  skip_spaces();
  return text.starts_with('"') || text.starts_with('}');
}

LogFormat detect(const LogOptions& options, std::string_view sample) {
  if (sample.empty()) return LogFormat::kLogfmt;
  const std::string_view lines = whole_lines(sample, kDetectionBytes);
  if (begins_with_json(lines)) {
    throw Error(ErrorCode::kFormat, "the text is JSON, which is none of the log formats")
        .hint("FROM read_json('…') reads it, also where each line has an object of its own");
  }
  for (const std::span<const LogFormat> formats :
       {std::span<const LogFormat>(kStrict), std::span<const LogFormat>(kLenient)}) {
    LogFormat best = LogFormat::kAuto;
    double best_share = 0;
    for (const LogFormat format : formats) {
      const auto parser = create_known(options, format, lines);
      if (format == LogFormat::kDeb822 && !has_usual_names(*parser)) continue;
      if (format == LogFormat::kSyslog && !looks_like_syslog(options, lines)) continue;
      const double share = lines.empty() ? 0 : share_of_good_records(*parser, lines);
      if (share > best_share) {
        best = format;
        best_share = share;
      }
    }
    if (best_share >= kLeastShare) return best;
  }
  Error error(ErrorCode::kFormat, "the text is in none of the log formats that are known");
  std::string names;
  for (const auto& [format, name] : kFormats) {
    if (format == LogFormat::kAuto || format == LogFormat::kRegex) continue;
    names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  }
  error.add_note("tried " + names);
  throw std::move(error).hint("name it with format => …, or give a pattern with named groups");
}

}  // namespace

std::string_view name_of(LogFormat format) {
  for (const auto& [known, name] : kFormats) {
    if (known == format) return name;
  }
  UNREACHABLE();
}

std::optional<LogFormat> log_format_named(std::string_view name) {
  for (const auto& [format, known] : kFormats) {
    if (known == name) return format;
  }
  return std::nullopt;
}

std::vector<std::string> log_format_names() {
  std::vector<std::string> names;
  for (const auto& [format, name] : kFormats) names.emplace_back(name);
  return names;
}

LogBlock::LogBlock(std::string_view records, uint64_t first_line)
    : text(records), line(first_line), is_ascii(doline::is_ascii(records)) {
  ASSERT(records.size() < UINT32_MAX);  // string views have 32-bit sizes
}

LogBlock::Line LogBlock::take_line() {
  const size_t begin = at;
  if (at < text.size() && text[at] == '\n') {
    ++at;
    return {text.substr(begin, 0), line++, begin};
  }
  const auto* newline =
      static_cast<const char*>(std::memchr(text.data() + at, '\n', text.size() - at));
  size_t end = newline == nullptr ? text.size() : static_cast<size_t>(newline - text.data());
  at = newline == nullptr ? end : end + 1;
  if (end > begin && text[end - 1] == '\r') --end;
  return {text.substr(begin, end - begin), line++, begin};
}

bool LogParser::begins_record(std::string_view, size_t) const { return true; }

size_t LogParser::record_begin(std::string_view text, size_t from) const {
  size_t at = from;
  if (from > 0 && text[from - 1] != '\n') {
    const size_t newline = text.find('\n', from);
    if (newline == std::string_view::npos) return std::string_view::npos;
    at = newline + 1;
  }
  while (at < text.size()) {
    if (!multi_line_ || begins_record(text, at)) return at;
    const size_t newline = text.find('\n', at);
    if (newline == std::string_view::npos) break;
    at = newline + 1;
  }
  return std::string_view::npos;
}

size_t LogParser::whole_records(std::string_view text) const {
  size_t end = text.size();
  while (end > 0) {
    const size_t newline = text.rfind('\n', end - 1);
    if (newline == std::string_view::npos) return 0;
    const size_t at = newline + 1;
    if (!multi_line_ || (at < text.size() && begins_record(text, at))) return at;
    end = newline;
  }
  return 0;
}

std::string_view LogParser::take_continuation(LogBlock& block, const LogBlock::Line& first) const {
  size_t end = first.begin + first.text.size();
  while (!block.done() && !begins_record(block.text, block.at)) {
    const LogBlock::Line next = block.take_line();
    end = next.begin + next.text.size();
  }
  return block.text.substr(first.begin, end - first.begin);
}

std::unique_ptr<const LogParser> create_log_parser(const LogOptions& options,
                                                   std::string_view sample) {
  if (options.format != LogFormat::kAuto) return create_known(options, options.format, sample);
  if (!options.pattern.empty()) return create_known(options, LogFormat::kRegex, sample);
  return create_known(options, detect(options, sample), sample);
}

}  // namespace doline
