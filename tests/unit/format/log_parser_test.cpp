#include "format/text/log_parser.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <numeric>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "column/civil_time.h"
#include "column/text_format.h"
#include "format/text/log_rows.h"
#include "kernel/time_zone.h"

namespace doline {
namespace {

struct Result {
  std::vector<std::string> rows;     // fields joined by '|'
  std::vector<std::string> rejects;  // "line: [column: ]reason"
};

std::vector<uint32_t> all_columns(const LogParser& parser) {
  std::vector<uint32_t> wanted(parser.columns().size());
  std::iota(wanted.begin(), wanted.end(), 0u);
  return wanted;
}

/// Reads the block, chunk after chunk of `capacity` rows.
void read_block(const LogParser& parser, LogBlock& block, uint32_t capacity, Result& result) {
  while (!block.done()) {
    LogRows rows(parser.columns(), all_columns(parser), {}, capacity);
    std::vector<LogReject> rejects;
    parser.read(block, rows, rejects);
    const uint32_t count = rows.size();
    const std::vector<Column> columns = rows.seal();
    for (uint32_t row = 0; row < count; ++row) {
      std::string text;
      for (const Column& column : columns) {
        if (!text.empty() || &column != &columns.front()) text += '|';
        append_text(text, column, row);
      }
      result.rows.push_back(text);
    }
    for (const LogReject& reject : rejects) {
      const std::string column = reject.column.empty() ? "" : std::string(reject.column) + ": ";
      result.rejects.push_back(fmt::format("{}: {}{}", reject.line, column, reject.reason));
      EXPECT_EQ(reject.text.data(), block.text.data() + reject.byte);
    }
  }
}

Result read_all(const LogParser& parser, std::string_view text, uint32_t capacity = 2048) {
  Result result;
  LogBlock block(text);
  read_block(parser, block, capacity, result);
  return result;
}

std::string names_of(const LogParser& parser) {
  std::string names;
  for (const Field& field : parser.columns()) {
    names += (names.empty() ? "" : " ") + field.name;
    if (!field.type->is(TypeKind::kVarchar)) names += ":" + field.type->name();
  }
  return names;
}

int64_t instant(int year, int month, int day) {
  return days_from_civil(year, month, day) * kMicrosPerDay;
}

struct Case {
  const char* what;
  LogFormat format;
  const char* text;
  std::vector<std::string> rows;
  std::vector<std::string> rejects;
};

TEST(LogParser, ReadsEachFormat) {
  const Case cases[] = {
      {"combined",
       LogFormat::kCombined,
       "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a?b HTTP/1.1\" 200 17 \"-\" \"Mo (X11)\"\n"
       "::1 id bob smith [01/Jan/2020:00:00:00 -0130] \"-\" 408 - \"http://x/\" \"-\"\r\n"
       "\n"
       "h - - [29/Feb/2024:23:59:60 +0200] \"GET /no protocol\" - 0 \"\" \"a \\\"q\\\" \\\\\"\n"
       "h - - [29/Feb/2024:23:59:59 +0200] \"\\x16\\x03\" 400 0 \"r\" \"é\"",
       {"1.2.3.4|NULL|NULL|2015-05-17 10:05:03+00|GET|/a?b|HTTP/1.1|200|17|NULL|Mo (X11)",
        "::1|id|bob smith|2020-01-01 01:30:00+00|NULL|NULL|NULL|408|NULL|http://x/|NULL",
        "h|NULL|NULL|2024-02-29 22:00:00+00|GET|/no protocol|NULL|NULL|0||a \\\"q\\\" \\\\",
        "h|NULL|NULL|2024-02-29 21:59:59+00|NULL|\\x16\\x03|NULL|400|0|r|é"},
       {}},
      {"combined, damaged",
       LogFormat::kCombined,
       "x\n"
       "h - - [31/Feb/2024:10:05:03 +0000] \"G / H\" 200 1 \"-\" \"-\"\n"
       "h - - [17/May/2015:10:05:03 +0000] \"G / H\" 200 1 \"-\" \"open\n"
       "h - - [17/May/2015:10:05:03 +0000] \"G / H\" 200 1 \"-\" \"-\" \"more\"\n"
       "h - - [17/May/2015:10:05:03 +0000] \"G / H\" 200 1\n"
       "h - - [17/May/2015:10:05:03 +0000] \"G / H\" abc 1 \"-\" \"-\"\n"
       "h - - [17/May/2015:10:05:03 +0000] \"G / H\" 200 1 \"-\" \"\xff\"\n"
       "h - - [17/May/2015:25:05:03 +0000] \"G / H\" 200 1 \"-\" \"-\"\n",
       {},
       {"1: no host", "2: no time like [17/May/2015:10:05:03 +0000]", "3: no agent in quotes",
        "4: text after the last field", "5: no referer in quotes", "6: no status",
        "7: the text is not UTF-8", "8: no time like [17/May/2015:10:05:03 +0000]"}},
      {"common",
       LogFormat::kCommon,
       "h - u [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.0\" 200 17\n"
       "h - u [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.0\" 200 17 \"-\" \"-\"\n",
       {"h|NULL|u|2015-05-17 10:05:03+00|GET|/|HTTP/1.0|200|17"},
       {"2: text after the last field"}},
      {"syslog",
       LogFormat::kSyslog,
       "lost line\n"
       "\n"
       "  and another\n"
       "May  7 10:05:03 web1 sshd[42]: Failed password\n"
       "\tat line 2\n"
       "java.lang.Error\n"
       "<165>Dec 31 23:00:00 web1 kernel: [1.5] up\r\n"
       "2024-05-17T10:05:03.25+02:00 web1 CRON[7]: (root) CMD (x)\n"
       "Feb 29 00:00:00 web1 last message repeated 2 times\n"
       "May 40 10:05:03 web1 a: b\n"
       " its continuation\n"
       "<34>nothing\n"
       "Jun  1 00:00:00 web1 a[x]:",
       {"2024-05-07 10:05:03+00|web1|sshd|42|Failed password\n\tat line "
        "2\njava.lang.Error|NULL|NULL",
        "2023-12-31 23:00:00+00|web1|kernel|NULL|[1.5] up|local4|notice",
        "2024-05-17 08:05:03.25+00|web1|CRON|7|(root) CMD (x)|NULL|NULL",
        "2024-02-29 00:00:00+00|web1|NULL|NULL|last message repeated 2 times|NULL|NULL",
        "2024-06-01 00:00:00+00|web1|a[x]|NULL||NULL|NULL"},
       {"1: no record begins before it", "3: no record begins before it",
        "10: the time or host cannot be read", "12: the time or host cannot be read"}},
      {"rfc5424",
       LogFormat::kRfc5424,
       "<34>1 2003-10-11T22:14:15.003Z host su - ID47 - \xEF\xBB\xBF'su root' failed\n"
       "<165>1 2003-08-24T05:14:15.000003-07:00 - app 8710 - [a@1 k=\"v \\\"]\\\" ]\"][b] hi\n"
       "<0>1 - - - - - -\n"
       "<192>1 - - - - - -\n"
       "<34>2 - - - - - -\n"
       "<34>1 yesterday h a p m - x\n"
       "<34>1 - h a p m [open x\n",
       {"2003-10-11 22:14:15.003+00|host|su|NULL|ID47|NULL|'su root' failed|auth|crit",
        "2003-08-24 12:14:15.000003+00|NULL|app|8710|NULL|[a@1 k=\"v \\\"]\\\" ]\"][b]|hi|local4|"
        "notice",
        "NULL|NULL|NULL|NULL|NULL|NULL|NULL|kern|emerg"},
       {"4: no priority like <34>", "5: the version is not 1", "6: the time cannot be read",
        "7: no structured data"}},
      {"dpkg",
       LogFormat::kDpkg,
       "2025-06-24 14:36:25 startup archives unpack\n"
       "2025-06-24 14:36:26 upgrade libc6:amd64 2.36-9 2.36-10\n"
       "2025-06-24 14:36:27 install adduser:all <none> 3.134\n"
       "2025-06-24 14:36:28 status half-configured libc6:amd64 2.36-10\n"
       "2025-06-24 14:36:29 conffile /etc/x.conf keep\n"
       "2025-06-24 14:36:30 dance libc6:amd64 1 2\n"
       "2025-06-24 14:36:31 status installed\n"
       "2025-06-31 14:36:31 startup archives unpack\n",
       {"2025-06-24 14:36:25|startup|archives unpack|NULL|NULL|NULL|NULL|NULL",
        "2025-06-24 14:36:26|upgrade|NULL|libc6|amd64|2.36-9|2.36-10|NULL",
        "2025-06-24 14:36:27|install|NULL|adduser|all|NULL|3.134|NULL",
        "2025-06-24 14:36:28|status|half-configured|libc6|amd64|2.36-10|NULL|NULL",
        "2025-06-24 14:36:29|conffile|keep|NULL|NULL|NULL|NULL|/etc/x.conf"},
       {"6: no action of dpkg's", "7: status wants a state, a package and a version",
        "8: no time like 2024-05-17 10:05:03"}},
      {"logfmt",
       LogFormat::kLogfmt,
       "lost line\n"
       "another\n"
       "ts=2024-05-17T10:05:03Z level=info n=1 ok=true msg=\"hello \\\"you\\\"\\n\\u00e9\"\n"
       "  goroutine 1\n"
       "level=warn n=2 took=1.5 msg=plain alone\n"
       "n=3 msg=\"two\nlines\" n=4\n"
       "no pairs here\n"
       "msg=\"open\n"
       "msg=\n",
       {"2024-05-17 10:05:03+00|info|1|true|hello \"you\"\né|NULL|goroutine 1",
        "NULL|warn|2|NULL|plain|1.5|alone", "NULL|NULL|3|NULL|two\nlines|NULL|n=4 no pairs here",
        "NULL|NULL|NULL|NULL||NULL|NULL"},
       {"1: does not begin with key=", "2: does not begin with key=", "9: a quote is not closed"}},
      {"deb822",
       LogFormat::kDeb822,
       "\n"
       "Name: a\n"
       "Size: 12\n"
       "Description: short\n"
       " long\n"
       " .\n"
       "  indented\n"
       "\n"
       "\n"
       "# a comment\n"
       "\n"
       "Name: b\r\n"
       "Name: again\r\n"
       "\r\n"
       "Name: c\n"
       "damaged\n"
       "\n"
       "Name: d\n"
       "Size: big\n"
       "\n"
       "Tags:\n"
       " x,\n"
       " y\n",
       {"a|12|short\nlong\n\n indented|NULL|NULL", "b|NULL|NULL|NULL|Name: again",
        "NULL|NULL|NULL|x,\ny|NULL"},
       {"15: a line is neither \"Field: value\" nor a continuation",
        "18: size: \"big\" is no BIGINT"}},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.what);
    LogOptions options;
    options.format = each.format;
    options.now_micros = instant(2024, 6, 15);
    options.sample_is_whole_file = true;
    const auto parser = create_log_parser(options, each.text);
    // Chunks of one row must give what one chunk gives.
    for (const uint32_t capacity : {2048u, 1u}) {
      const Result result = read_all(*parser, each.text, capacity);
      EXPECT_EQ(result.rows, each.rows);
      EXPECT_EQ(result.rejects, each.rejects);
    }
  }
}

TEST(LogParser, NamesAndTypesOfColumns) {
  const auto names = [](LogFormat format, std::string_view sample) {
    LogOptions options;
    options.format = format;
    return names_of(*create_log_parser(options, sample));
  };
  EXPECT_EQ(names(LogFormat::kCombined, ""),
            "host ident user time:TIMESTAMP WITH TIME ZONE method path protocol status:INTEGER "
            "bytes:BIGINT referer agent");
  EXPECT_EQ(
      names(LogFormat::kLogfmt,
            "a=1 b=1.5 c=true d=2024-01-01 e=\"2024-01-01 10:00\" f=2024-01-01T10:00Z g=x h=007 "
            "i=- extra=1\na=2 b=3 A=x\n"),
      "a:BIGINT b:DOUBLE c:BOOLEAN d:DATE e:TIMESTAMP f:TIMESTAMP WITH TIME ZONE g h i "
      "extra:BIGINT A_1 extra_1");
  EXPECT_EQ(names(LogFormat::kDeb822, "Package: a\nVersion: 1\nX-Y: 2\n"),
            "package version architecture section priority installed_size:BIGINT size:BIGINT "
            "source maintainer depends filename description homepage x_y extra");
}

TEST(LogParser, RegexColumns) {
  LogOptions options;
  options.format = LogFormat::kRegex;
  options.pattern = R"(^(?P<host>\S+) (\d+) (?P<size>\d+|-) \[(?<time>[^\]]+)\](?P<rest> .*)?$)";
  const std::string text =
      "a 1 17 [17/May/2015:10:05:03 +0000] x\n"
      "b 2 - [17/May/2015:10:05:04 +0000]\n"
      "c 3\n"
      "d 4 99999999999999999999 [17/May/2015:10:05:04 +0000]\n"
      "\xffx 4 9 [17/May/2015:10:05:04 +0000]\n";
  const auto parser = create_log_parser(options, text.substr(0, text.find("c 3")));
  EXPECT_EQ(names_of(*parser), "host size:BIGINT time:TIMESTAMP WITH TIME ZONE rest");
  const Result result = read_all(*parser, text);
  EXPECT_EQ(result.rows, (std::vector<std::string>{"a|17|2015-05-17 10:05:03+00| x",
                                                   "b|NULL|2015-05-17 10:05:04+00|NULL"}));
  EXPECT_EQ(result.rejects,
            (std::vector<std::string>{"3: the pattern does not match",
                                      "4: size: \"99999999999999999999\" is no BIGINT",
                                      "5: the text is not UTF-8"}));
  options.pattern = R"((\w+)=(\d+))";
  EXPECT_EQ(names_of(*create_log_parser(options, "a=1\n")), "group1 group2:BIGINT");
  options.pattern = "abc";
  EXPECT_THROW(create_log_parser(options, ""), Error);
}

TEST(LogParser, LocalTimesAreInTheZoneGiven) {
  LogOptions options;
  options.format = LogFormat::kSyslog;
  options.now_micros = instant(2024, 6, 15);
  options.zone = fixed_zone(2 * 3600);
  const Result result = read_all(*create_log_parser(options, ""), "May  7 10:05:03 h a: b\n");
  EXPECT_EQ(result.rows, std::vector<std::string>{"2024-05-07 08:05:03+00|h|a|NULL|b|NULL|NULL"});
}

const std::pair<LogFormat, const char*> kSamples[] = {
    {LogFormat::kCombined,
     "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 17 \"-\" \"M\"\nbad\n"},
    {LogFormat::kCommon, "1.2.3.4 - - [17/May/2015:10:05:03 +0000] \"GET /a HTTP/1.1\" 200 17\n"},
    {LogFormat::kSyslog, "May  7 10:05:03 web1 sshd[42]: Failed password\n  more\n"},
    {LogFormat::kRfc5424, "<34>1 2003-10-11T22:14:15.003Z host su - ID47 - x\n"},
    {LogFormat::kDpkg, "2025-06-24 14:36:28 status half-configured libc6:amd64 2.36-10\n"},
    {LogFormat::kLogfmt, "ts=2024-05-17T10:05:03Z level=info msg=\"a\nb\"\nlevel=b\n"},
    {LogFormat::kDeb822,
     "Package: a\nVersion: 1\nDescription: x\n y\n\nPackage: b\nVersion: 2\n\n"},
};

TEST(LogParser, DetectsTheFormat) {
  for (const auto& [format, sample] : kSamples) {
    EXPECT_EQ(create_log_parser({}, sample)->format(), format) << name_of(format);
  }
  for (const char* nothing :
       {"\n\n", "hello\nworld\n", "a,b,c\n1,2,3\n", "{\"ts\":\"2024\",\"level\":\"info\"}\n",
        "[\n { \"a\": 1 },\n", "begin\n{\"ts\":\"2024\"}\n{\"ts\":\"2025\"}\n",
        "2024-01-01 10:00:00 ERROR boom\n", "2024-01-01 10:00:00 ERROR main: boom\n",
        "2024-01-01T10:00:00Z ERROR boom\n", "2024-01-01T10:00:00Z [main] server: boom\n",
        "2024-01-01T10:00:00Z INFO server: boom\n", "Jan  1 10:00:00 WARN boom\n"}) {
    EXPECT_THROW(create_log_parser({}, nothing), Error) << nothing;
  }
  for (const char* syslog :
       {"<13>Jan  1 10:00:00 web1 kernel: up\n",
        "2024-01-01T10:00:00.123456+02:00 web1 sshd[42]: a\n",
        "Jan  1 10:00:00 10.0.0.1 a: b\nJan  1 10:00:01 10.0.0.1 last message repeated 2 times\n"
        "Jan  1 10:00:02 10.0.0.1 a: b\n"}) {
    EXPECT_EQ(create_log_parser({}, syslog)->format(), LogFormat::kSyslog) << syslog;
  }
  EXPECT_EQ(read_all(*create_log_parser({}, ""), "").rows, std::vector<std::string>());
}

// What a strict format takes for damage, a lenient one may take for a record or for the rest of
// one.
TEST(LogParser, ALenientFormatIsOnlyTakenWhereNoStrictOneFits) {
  const std::string good = "2024-01-01 10:00:00 startup archives unpack\n";
  EXPECT_EQ(create_log_parser({}, good + " broken\n")->format(), LogFormat::kDpkg);
  EXPECT_EQ(create_log_parser({}, good + good + "2024-01-01 10:00:00 sideways a b\n")->format(),
            LogFormat::kDpkg);
  EXPECT_EQ(create_log_parser({}, "2024-01-01 10:00:00 web1 sshd: a\n" + good)->format(),
            LogFormat::kDpkg);
  EXPECT_EQ(create_log_parser({}, "2024-01-01T10:00:00Z web1 sshd: a\n goes on\n")->format(),
            LogFormat::kSyslog);
  // The first colon stands in a value.
  for (const char* pairs : {"time=2026-11-29T02:00:00Z level=info msg=a dur=1\n",
                            "time=\"2026-11-29T02:00:00Z\" level=info\n"}) {
    EXPECT_EQ(create_log_parser({}, std::string(pairs) + pairs)->format(), LogFormat::kLogfmt)
        << pairs;
  }
}

// A file split anywhere, each record read where it begins, gives the rows of the whole file.
TEST(LogParser, SplitsBetweenRecords) {
  for (const auto& [format, sample] : kSamples) {
    std::string text;
    for (int i = 0; i < 4; ++i) text += sample;
    LogOptions options;
    options.format = format;
    options.now_micros = instant(2024, 6, 15);
    const auto parser = create_log_parser(options, text);
    const Result expected = read_all(*parser, text);
    ASSERT_FALSE(expected.rows.empty());
    for (size_t cut = 1; cut < text.size(); ++cut) {
      Result parts;
      const size_t begin = parser->record_begin(text, cut);
      const size_t middle = begin == std::string_view::npos ? text.size() : begin;
      for (const std::string_view part :
           {std::string_view(text).substr(0, middle), std::string_view(text).substr(middle)}) {
        LogBlock block(part);
        read_block(*parser, block, 2048, parts);
      }
      ASSERT_EQ(parts.rows, expected.rows) << name_of(format) << " cut at " << cut;

      // The same as a stream that has arrived up to `cut`.
      Result streamed;
      const size_t whole = parser->whole_records(std::string_view(text).substr(0, cut));
      ASSERT_LE(whole, cut);
      for (const std::string_view part :
           {std::string_view(text).substr(0, whole), std::string_view(text).substr(whole)}) {
        LogBlock block(part);
        read_block(*parser, block, 2048, streamed);
      }
      ASSERT_EQ(streamed.rows, expected.rows) << name_of(format) << " arrived up to " << cut;
    }
  }
}

TEST(LogParser, ReadsOnlyWhatIsWanted) {
  LogOptions options;
  options.format = LogFormat::kCombined;
  const auto parser = create_log_parser(options, "");
  LogBlock block(kSamples[0].second);
  const uint32_t wanted[] = {7, 0};
  LogRows rows(parser->columns(), wanted, {});
  std::vector<LogReject> rejects;
  parser->read(block, rows, rejects);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rejects.size(), 1u);
  const std::vector<Column> columns = rows.seal();
  ASSERT_EQ(columns.size(), 2u);
  EXPECT_EQ(columns[0].value<int32_t>(0), 200);
  EXPECT_EQ(columns[1].text(0), "1.2.3.4");
}

// Damage in every place: never a crash, and every line is a row, part of one, or rejected.
TEST(LogParser, SurvivesDamage) {
  Random random(3);
  for (const auto& [format, sample] : kSamples) {
    LogOptions options;
    options.format = format;
    for (int i = 0; i < 3000; ++i) {
      std::string text = std::string(sample) + sample;
      for (uint64_t damages = random.below(6); damages > 0; --damages) {
        const size_t at = random.below(text.size());
        const uint64_t kind = random.below(4);
        if (kind == 0) text.erase(at, 1 + random.below(10));
        if (kind == 1) text.insert(at, 1, "\"[]-: \n\\=<>\xff\0"[random.below(13)]);
        if (kind == 2) text[at] = static_cast<char>(random.next());
        if (kind == 3) text.resize(at);
        if (text.empty()) text = "x";
      }
      // A block of the exact size, so that the sanitizer sees an over-read.
      const std::vector<char> block(text.begin(), text.end());
      const auto parser = create_log_parser(options, {block.data(), block.size()});
      read_all(*parser, {block.data(), block.size()}, 3);
    }
  }
}

TEST(LogParser, RealAccessLog) {
  const char* const corpora = std::getenv("DOLINE_CORPORA");
  if (corpora == nullptr) GTEST_SKIP() << "DOLINE_CORPORA is not set";
  std::ifstream file(std::string(corpora) + "/real/apache_access.log", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto parser = create_log_parser({}, text.substr(0, 1 << 20));
  EXPECT_EQ(parser->format(), LogFormat::kCombined);
  const Result result = read_all(*parser, text);
  EXPECT_EQ(result.rows.size(), 9999u);
  EXPECT_EQ(result.rejects, std::vector<std::string>{"8899: no agent in quotes"});
}

}  // namespace
}  // namespace doline
