#include <array>

#include "format/text/line_records.h"
#include "format/text/log_formats.h"
#include "kernel/temporal_text.h"

namespace doline {
namespace {

enum Column : size_t {
  kTime,
  kAction,
  kState,
  kPackage,
  kArchitecture,
  kVersion,
  kNewVersion,
  kFile,
};

std::vector<Field> dpkg_columns() {
  return {{"time", Type::timestamp()},       {"action", Type::varchar()},
          {"state", Type::varchar()},        {"package", Type::varchar()},
          {"architecture", Type::varchar()}, {"version", Type::varchar()},
          {"new_version", Type::varchar()},  {"file", Type::varchar()}};
}

/// Fields whose data() is null are NULL.
struct Record {
  int64_t time = 0;
  std::string_view action, state, package, architecture, version, new_version, file;
};

/// What is wrong with the line, or null. Forms, from dpkg(1):
///   DATE CLOCK startup TYPE COMMAND
///   DATE CLOCK status STATE PACKAGE INSTALLED-VERSION
///   DATE CLOCK ACTION PACKAGE INSTALLED-VERSION AVAILABLE-VERSION
///   DATE CLOCK conffile FILE DECISION
const char* parse(std::string_view line, Record& record) {
  constexpr size_t kTimeBytes = 19;
  bool has_offset = false;
  if (line.size() < kTimeBytes + 2 || line[kTimeBytes] != ' ' ||
      !parse_timestamp(line.substr(0, kTimeBytes), record.time, has_offset)) {
    return "no time like 2024-05-17 10:05:03";
  }
  std::string_view rest = line.substr(kTimeBytes + 1);
  std::array<std::string_view, 4> words;
  size_t count = 0;
  while (!rest.empty()) {
    if (count == words.size()) return "more words than its action has";
    const size_t end = std::min(rest.find(' '), rest.size());
    if (end == 0) return "two spaces side by side";
    words[count++] = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  const auto known = [](std::string_view version) {
    return version == "<none>" ? std::string_view{} : version;
  };
  const auto set_package = [&](std::string_view word) {
    const size_t colon = word.find(':');
    record.package = word.substr(0, colon);
    if (colon != std::string_view::npos) record.architecture = word.substr(colon + 1);
  };
  record = {record.time, words[0], {}, {}, {}, {}, {}, {}};
  if (words[0] == "startup") {
    if (count != 3) return "startup wants a type and a command";
    record.state = {words[1].data(), static_cast<size_t>(words[2].end() - words[1].begin())};
  } else if (words[0] == "status") {
    if (count != 4) return "status wants a state, a package and a version";
    record.state = words[1];
    set_package(words[2]);
    record.version = known(words[3]);
  } else if (words[0] == "conffile") {
    if (count != 3) return "conffile wants a file and a decision";
    record.file = words[1];
    record.state = words[2];
  } else {
    constexpr std::string_view kActions[] = {"install",   "upgrade", "configure", "trigproc",
                                             "disappear", "remove",  "purge"};
    bool is_action = false;
    for (const std::string_view action : kActions) is_action |= words[0] == action;
    if (!is_action) return "no action of dpkg's";
    if (count != 4) return "the action wants a package and two versions";
    set_package(words[1]);
    record.version = known(words[2]);
    record.new_version = known(words[3]);
  }
  return nullptr;
}

class DpkgLogParser final : public LogParser {
 public:
  DpkgLogParser() : LogParser(LogFormat::kDpkg, false, dpkg_columns()) {}

  void read(LogBlock& block, LogRows& rows, std::vector<LogReject>& rejects) const override {
    const char* const readable_end = block.text.data() + block.text.size();
    Record record;
    const auto parse_line = [&](std::string_view line) { return parse(line, record); };
    while (next_line_record(block, rows, rejects, parse_line)) {
      rows.set<int64_t>(kTime, record.time);
      const std::pair<Column, std::string_view> texts[] = {
          {kAction, record.action},   {kState, record.state},
          {kPackage, record.package}, {kArchitecture, record.architecture},
          {kVersion, record.version}, {kNewVersion, record.new_version},
          {kFile, record.file}};
      for (const auto& [column, text] : texts) {
        if (text.data() == nullptr) {
          rows.set_null(column);
        } else {
          rows.set_text(column, text, readable_end);
        }
      }
      rows.end_row();
    }
  }
};

}  // namespace

std::unique_ptr<const LogParser> create_dpkg_log_parser() {
  return std::make_unique<DpkgLogParser>();
}

}  // namespace doline
