#include <array>
#include <span>

#include "base/error.h"
#include "format/text/log_formats.h"
#include "format/text/log_rows.h"
#include "format/text/sniffed_columns.h"
#include "kernel/regex/regex.h"
#include "kernel/string_search.h"

namespace doline {
namespace {

struct Pattern {
  Regex regex;
  std::vector<size_t> groups;  // the group of each column
  std::vector<std::string> names;
};

Pattern compile_pattern(const std::string& text) {
  Pattern pattern{Regex::compile(text), {}, {}};
  const std::vector<std::string>& names = pattern.regex.group_names();
  if (names.empty()) {
    throw Error(ErrorCode::kInvalidArgument, "the pattern {} has no groups, so no columns", text)
        .hint("write a column as a named group: (?P<host>\\S+)");
  }
  for (size_t i = 0; i < names.size(); ++i) {
    if (names[i].empty()) continue;
    pattern.groups.push_back(i + 1);
    pattern.names.push_back(free_name(pattern.names, names[i]));
  }
  if (pattern.groups.empty()) {
    for (size_t i = 0; i < names.size(); ++i) {
      pattern.groups.push_back(i + 1);
      pattern.names.push_back(fmt::format("group{}", i + 1));
    }
  }
  return pattern;
}

SniffedColumns sniff(const Pattern& pattern, const LogOptions& options, std::string_view sample) {
  std::vector<FormSniffer> sniffers(pattern.groups.size());
  std::vector<std::string_view> groups(pattern.regex.group_count() + 1);
  const bool may_be_cut = !options.sample_is_whole_file && !sample.ends_with('\n');
  LogBlock block(sample);
  while (!block.done()) {
    const LogBlock::Line line = block.take_line();
    // The sample's last line may be cut anywhere.
    if (block.done() && may_be_cut && line.number > 1) break;
    if (line.text.empty() || !pattern.regex.match_groups(line.text, groups)) continue;
    for (size_t i = 0; i < sniffers.size(); ++i) sniffers[i].add(groups[pattern.groups[i]]);
  }
  std::vector<SniffedColumns::Found> found;
  for (size_t i = 0; i < sniffers.size(); ++i) {
    found.push_back({pattern.names[i], sniffers[i].form()});
  }
  return SniffedColumns(std::move(found), options.zone);
}

class RegexLogParser final : public LogParser {
 public:
  RegexLogParser(Pattern pattern, SniffedColumns columns)
      : LogParser(LogFormat::kRegex, false, columns.fields()),
        pattern_(std::move(pattern)),
        sniffed_(std::move(columns)) {}

  void read(LogBlock& block, LogRows& rows, std::vector<LogReject>& rejects) const override {
    const char* const readable_end = block.text.data() + block.text.size();
    std::vector<std::string_view> groups(pattern_.groups.back() + 1);
    SniffedColumns::Record record(sniffed_);
    while (!rows.full() && !block.done()) {
      const LogBlock::Line line = block.take_line();
      if (line.text.empty()) continue;
      const auto reject = [&](std::string_view column, std::string reason) {
        rejects.push_back({line.number, line.begin, column, std::move(reason), line.text});
      };
      if (!block.is_ascii && !is_utf8(line.text)) {
        reject({}, "the text is not UTF-8");
        continue;
      }
      if (!pattern_.regex.match_groups(line.text, groups)) {
        reject({}, "the pattern does not match");
        continue;
      }
      for (size_t i = 0; i < pattern_.groups.size(); ++i) {
        record.set(i, groups[pattern_.groups[i]], true);
      }
      size_t column = 0;
      if (auto reason = record.put(rows, readable_end, column)) {
        reject(columns()[column].name, std::move(*reason));
        continue;
      }
      rows.end_row();
    }
  }

 private:
  const Pattern pattern_;
  const SniffedColumns sniffed_;
};

}  // namespace

std::unique_ptr<const LogParser> create_regex_log_parser(const LogOptions& options,
                                                         std::string_view sample) {
  Pattern pattern = compile_pattern(options.pattern);
  SniffedColumns columns = sniff(pattern, options, sample);
  return std::make_unique<RegexLogParser>(std::move(pattern), std::move(columns));
}

}  // namespace doline
