// Runs sqllogictest files against the engine: `slt_runner [--set name=value]… [--corpora DIR]
// FILE…`. Knows statement ok|error|maybe, query with types, labels and sort modes, hashed results
// and <REGEX>: values, skipif and onlyif (also of a loop's value: `onlyif i=3`), loop, foreach and
// endloop, the concurrent spellings of both (run one after the other), require, require-env,
// mode skip, hash-threshold and halt; `statement ok NAME` and `query I NAME` run in another session
// of the same database. An expected error counts only where it begins with our
// code, `[bind]: …`: other engines' words are not ours. __TEST_DIR__ is a directory of
// the file's own, gone when it ends; {CORPORA} the corpora's, after `require corpora`.
#include <openssl/evp.h>
#include <re2/re2.h>
#include <stdlib.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "engine/session.h"
#include "kernel/time_zone.h"

namespace doline {

namespace {

struct Options {
  std::vector<std::pair<std::string, std::string>> settings;
  std::string corpora;
};

struct Counts {
  size_t passed = 0, failed = 0, skipped = 0;
};

std::string md5_of(const std::string& text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest, &size, EVP_md5(), nullptr);
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) hex += fmt::format("{:02x}", digest[i]);
  return hex;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// Made when first asked for.
class TestDirectory {
 public:
  ~TestDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() {
    if (path_.empty()) {
      path_ = (std::filesystem::temp_directory_path() / "doline-slt-XXXXXX").string();
      if (::mkdtemp(path_.data()) == nullptr)
        throw Error(ErrorCode::kIo, "cannot make a directory for tests");
    }
    return path_;
  }

 private:
  std::string path_;
};

class Runner {
 public:
  Runner(std::string path, const Options& options)
      : path_(std::move(path)),
        options_(options),
        database_(std::make_shared<Database>(AccessPolicy::open())) {
    std::ifstream file(path_);
    if (!file) throw Error(ErrorCode::kFileNotFound, "cannot read {}", path_);
    for (std::string line; std::getline(file, line);) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      lines_.push_back(line);
    }
  }

  Counts run() {
    run_lines(0, lines_.size(), {});
    return counts_;
  }

 private:
  using Variables = std::map<std::string, std::string>;

  std::string filled(std::string text, const Variables& variables) {
    const auto replace = [&](const std::string& from, const std::string& to) {
      for (size_t at = text.find(from); at != std::string::npos;
           at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
      }
    };
    for (const auto& [name, value] : variables) replace("${" + name + "}", value);
    for (const auto& [name, value] : environment_) replace("{" + name + "}", value);
    replace("{CORPORA}", options_.corpora);
    if (text.find("__TEST_DIR__") != std::string::npos) replace("__TEST_DIR__", directory_.path());
    return text;
  }

  /// `statement ok NAME` and `query I NAME` are for another session of the same database.
  Session& session(const std::vector<std::string>& words) {
    std::string name = words.size() > 2 ? words[2] : "";
    if (name.starts_with("[") || name.starts_with("error[") || name.ends_with("sort")) name.clear();
    std::unique_ptr<Session>& session = sessions_[name];
    if (session) return *session;
    session = std::make_unique<Session>(database_);
    for (const auto& [setting, value] : options_.settings)
      session->run(fmt::format("SET {} = '{}'", setting, value));
    return *session;
  }

  void fail(size_t line, const std::string& why) {
    ++counts_.failed;
    fmt::print("{}:{}: {}\n", path_, line + 1, why);
  }

  static bool is_loop(const std::string& word) {
    return word == "loop" || word == "foreach" || word == "concurrentloop" ||
           word == "concurrentforeach";
  }

  /// `skipif doline`, `onlyif i=3`, `onlyif sanitized` (memory has other sizes there): whether what
  /// it says holds here.
  static bool holds(const std::string& what, const Variables& variables) {
    if (what == "doline" || what == "duckdb") return true;
#ifdef DOLINE_SANITIZED
    if (what == "sanitized") return true;
#endif
    const size_t equals = what.find('=');
    if (equals == std::string::npos) return false;
    const auto known = variables.find(what.substr(0, equals));
    return known != variables.end() && known->second == what.substr(equals + 1);
  }

  /// What `require` may name and is there: parts that other engines have as extensions.
  bool has(const std::vector<std::string>& words) const {
    const std::string name = words.size() > 1 ? words[1] : "";
    if (name == "corpora") return !options_.corpora.empty();
    if (name == "vector_size") return words.size() > 2 && std::stol(words[2]) <= 2048;
    static const std::set<std::string> kParts = {
        "parquet",     "json",  "icu",        "core_functions", "no_extension_autoloading",
        "skip_reload", "64bit", "notwindows", "notmingw",       "longdouble"};
    return kParts.contains(name);
  }

  static std::vector<std::string> loop_values(const std::vector<std::string>& words) {
    static const std::map<std::string, std::vector<std::string>> kGroups = {
        {"<signed>", {"tinyint", "smallint", "integer", "bigint", "hugeint"}},
        {"<unsigned>", {"utinyint", "usmallint", "uinteger", "ubigint"}},
        {"<integral>",
         {"tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint",
          "uinteger", "ubigint"}},
        {"<numeric>",
         {"tinyint", "smallint", "integer", "bigint", "hugeint", "utinyint", "usmallint",
          "uinteger", "ubigint", "float", "double"}}};
    std::vector<std::string> values;
    for (size_t i = 2; i < words.size(); ++i) {
      const auto group = kGroups.find(words[i]);
      if (group == kGroups.end()) {
        values.push_back(words[i]);
      } else {
        values.insert(values.end(), group->second.begin(), group->second.end());
      }
    }
    return values;
  }

  /// Says what is left out, and where: a file that ends early must not look like one that passed.
  void skip_the_rest(size_t at) {
    size_t left = 0;
    for (size_t line = at; line < lines_.size(); ++line) {
      left += lines_[line].starts_with("statement ") || lines_[line].starts_with("query ");
    }
    if (left > 0)
      fmt::print("{}:{}: skipped from here, {} statements and queries: {}\n", path_, at + 1, left,
                 lines_[at]);
    counts_.skipped += left;
    halted_ = true;
  }

  /// The line behind the endloop that belongs to the loop at `at`.
  size_t loop_end(size_t at) const {
    int depth = 0;
    for (; at < lines_.size(); ++at) {
      const std::vector<std::string> words = words_of(lines_[at]);
      if (words.empty()) continue;
      if (is_loop(words[0])) ++depth;
      if (words[0] == "endloop" && --depth == 0) return at + 1;
    }
    return at;
  }

  void run_lines(size_t at, size_t end, const Variables& variables) {
    bool skip_next = false;
    while (at < end && !halted_) {
      const std::string line = filled(lines_[at], variables);
      if (line.empty() || line[0] == '#') {
        ++at;
        continue;
      }
      const std::vector<std::string> words = words_of(line);
      if (words[0] == "skipif" || words[0] == "onlyif") {
        skip_next |= (words[0] == "skipif") == holds(words.size() > 1 ? words[1] : "", variables);
        ++at;
      } else if (words[0] == "halt") {
        halted_ = !skip_next;
        skip_next = false;
        ++at;
      } else if (words[0] == "require") {
        if (!has(words)) skip_the_rest(at);
        ++at;
      } else if (words[0] == "require-env") {
        const char* value = words.size() > 1 ? std::getenv(words[1].c_str()) : nullptr;
        if (value == nullptr || (words.size() > 2 && words[2] != value)) {
          skip_the_rest(at);
        } else {
          environment_[words[1]] = value;
        }
        ++at;
      } else if (words[0] == "mode") {
        if (words.size() > 1 && (words[1] == "skip" || words[1] == "unskip"))
          skips_ = words[1] == "skip";
        ++at;
      } else if (words[0] == "load" || words[0] == "restart" || words[0] == "unzip") {
        skip_the_rest(at);  // databases in files
      } else if (words[0] == "set" || words[0] == "reset" || words[0] == "sleep" ||
                 words[0] == "tags" || words[0] == "reconnect" || words[0] == "test-env" ||
                 words[0] == "hash-threshold") {
        ++at;
      } else if (is_loop(words[0])) {
        const size_t after = loop_end(at);
        std::vector<std::string> values;
        if (words[0].ends_with("loop")) {
          for (long i = std::stol(words.at(2)); i < std::stol(words.at(3)); ++i)
            values.push_back(std::to_string(i));
        } else {
          values = loop_values(words);
        }
        for (const std::string& value : values) {
          Variables inner = variables;
          inner[words.at(1)] = value;
          run_lines(at + 1, after - 1, inner);
        }
        at = after;
      } else if (words[0] == "statement") {
        at = statement(at, end, words, variables, std::exchange(skip_next, false));
      } else if (words[0] == "query") {
        at = query(at, end, words, variables, std::exchange(skip_next, false));
      } else {
        fail(at, "not a line of sqllogictest: " + line);
        ++at;
      }
    }
  }

  std::string text_until(size_t& at, size_t end, const Variables& variables) {
    std::string sql;
    for (; at < end && !lines_[at].empty() && lines_[at] != "----"; ++at)
      sql += (sql.empty() ? "" : "\n") + filled(lines_[at], variables);
    return sql;
  }

  size_t statement(size_t at, size_t end, const std::vector<std::string>& words,
                   const Variables& variables, bool skip) {
    const size_t begin = at++;
    const std::string sql = text_until(at, end, variables);
    std::string wanted;
    if (at < end && lines_[at] == "----") {
      for (++at; at < end && !lines_[at].empty(); ++at)
        wanted += (wanted.empty() ? "" : "\n") + lines_[at];
    }
    const auto says_error = [](const std::string& text) {
      return text.starts_with("[") || text.starts_with("error[");
    };
    const size_t from = words.size() > 2 && !says_error(words[2]) ? 3 : 2;
    for (size_t i = from; i < words.size(); ++i) wanted += (wanted.empty() ? "" : " ") + words[i];
    if (!says_error(wanted)) wanted.clear();
    if (skip || skips_) return at;
    Session& session = this->session(words);
    const bool may_fail = words.size() > 1 && words[1] == "maybe";
    const bool wants_error = words.size() > 1 && words[1] == "error";
    try {
      for (const Prepared& prepared : session.parse(sql)) {
        auto query = session.run(prepared);
        while (query->next()) {
        }
      }
      if (wants_error) {
        fail(begin, "no error came of: " + sql);
      } else {
        ++counts_.passed;
      }
    } catch (const Error& error) {
      const std::string text = error.render(sql);
      if (error.code() == ErrorCode::kInternal) {
        fail(begin, sql + "\n" + text);  // nobody's expectation
      } else if (may_fail) {
        ++counts_.passed;
      } else if (!wants_error) {
        fail(begin, sql + "\n" + text);
      } else if (!wanted.empty() && text.find(wanted) == std::string::npos) {
        fail(begin, fmt::format("{}\nwanted an error with \"{}\", got\n{}", sql, wanted, text));
      } else {
        ++counts_.passed;
      }
    }
    return at;
  }

  /// `is_inexact`: of each column, whether it is a float or a double.
  std::vector<std::vector<std::string>> rows_of(Query& query, const Session& session,
                                                std::vector<bool>& is_inexact) const {
    std::vector<std::vector<std::string>> rows;
    while (auto chunk = query.next()) {
      is_inexact.clear();
      for (const Column& column : chunk->columns) {
        is_inexact.push_back(column.type()->is(TypeKind::kFloat) ||
                             column.type()->is(TypeKind::kDouble));
      }
      for (uint32_t i = 0; i < chunk->size(); ++i) {
        std::vector<std::string> row;
        for (const Column& column : chunk->columns) {
          std::string text;
          append_text(text, column, chunk->active[i], find_zone(session.settings().time_zone));
          if (text.empty()) text = "(empty)";
          row.push_back(std::move(text));
        }
        rows.push_back(std::move(row));
      }
    }
    return rows;
  }

  /// Digits that differ only in zeros behind the point, or in being there.
  static std::string_view without_zero_fraction(std::string_view number) {
    if (number.find('.') == std::string_view::npos) return number;
    while (number.ends_with('0')) number.remove_suffix(1);
    return number.ends_with('.') ? number.substr(0, number.size() - 1) : number;
  }

  /// `is_inexact`: the value is a float or a double, of which nine digits count.
  static bool same_value(const std::string& wanted, const std::string& got, char type,
                         bool is_inexact) {
    if (wanted == got) return true;
    if (wanted.starts_with("<REGEX>:")) return RE2::FullMatch(got, wanted.substr(8));
    if (wanted.starts_with("<!REGEX>:")) return !RE2::FullMatch(got, wanted.substr(9));
    if (got == "true" || got == "false") return wanted == (got == "true" ? "1" : "0");
    if (type != 'R' && type != 'I') return false;
    char* end = nullptr;
    const double a = std::strtod(wanted.c_str(), &end);
    if (end == wanted.c_str() || *end != 0) return false;
    const double b = std::strtod(got.c_str(), &end);
    if (end == got.c_str() || *end != 0) return false;
    if (!is_inexact) return without_zero_fraction(wanted) == without_zero_fraction(got);
    return a == b || std::abs(a - b) <= 1e-9 * std::max(std::abs(a), std::abs(b));
  }

  static std::string as_sqlite(const std::string& value, char type) {
    char* end = nullptr;
    const double number = std::strtod(value.c_str(), &end);
    if (end == value.c_str() || *end != 0) return value;
    if (type == 'R') return fmt::format("{:.3f}", number);
    return type == 'I' ? std::to_string(static_cast<int64_t>(number)) : value;
  }

  /// Expected rows stand a value a line, or a row a line with tabs between; other dialects put
  /// single spaces there.
  static std::vector<std::string> cells_of(const std::vector<std::string>& expected, size_t width,
                                           size_t values) {
    if (width == 1 || expected.size() == values) return expected;
    std::vector<std::string> cells, by_spaces;
    for (const std::string& line : expected) {
      std::string cell;
      for (std::istringstream row(line); std::getline(row, cell, '\t');) cells.push_back(cell);
      for (std::istringstream row(line); std::getline(row, cell, ' ');) by_spaces.push_back(cell);
    }
    return cells.size() != values && by_spaces.size() == values ? by_spaces : cells;
  }

  size_t query(size_t at, size_t end, const std::vector<std::string>& words,
               const Variables& variables, bool skip) {
    const size_t begin = at++;
    const std::string types = words.size() > 1 ? words[1] : "";
    const std::string sort = words.size() > 2 ? words[2] : "nosort";  // or a session's name
    const std::string label = words.size() > 3 ? words[3] : "";
    const std::string sql = text_until(at, end, variables);
    std::vector<std::string> expected;
    const bool has_expected = at < end && lines_[at] == "----";
    if (has_expected) {
      for (++at; at < end && !lines_[at].empty(); ++at)
        expected.push_back(filled(lines_[at], variables));
    }
    if (skip || skips_) return at;
    std::vector<std::vector<std::string>> rows;
    std::vector<bool> is_inexact;
    try {
      Session& session = this->session(words);
      auto running = session.run(sql);
      rows = rows_of(*running, session, is_inexact);
    } catch (const Error& error) {
      fail(begin, sql + "\n" + error.render(sql));
      return at;
    }
    if (sort == "rowsort") std::sort(rows.begin(), rows.end());
    std::vector<std::string> values;
    for (const auto& row : rows) values.insert(values.end(), row.begin(), row.end());
    if (sort == "valuesort") std::sort(values.begin(), values.end());
    if (!label.empty()) {
      std::string all;
      for (const std::string& value : values) all += value + "\n";
      const auto [known, is_new] = labels_.emplace(label, all);
      if (!is_new && known->second != all) {
        fail(begin, "another result than the query of the same label before: " + sql);
        return at;
      }
    }
    if (has_expected && expected.size() == 1 &&
        expected[0].find(" values hashing to ") != std::string::npos) {
      std::string all;
      for (const std::string& value : values) all += value + "\n";
      const std::string got = fmt::format("{} values hashing to {}", values.size(), md5_of(all));
      // SQLite's files hash reals with three digits behind the point, and integers without any.
      std::string rounded;
      const size_t columns = std::max<size_t>(1, types.size());
      for (size_t i = 0; i < values.size(); ++i)
        rounded += as_sqlite(values[i], types.empty() ? 'T' : types[i % columns]) + "\n";
      const bool same =
          expected[0] == got ||
          (sort != "valuesort" && sort != "rowsort" &&
           expected[0] == fmt::format("{} values hashing to {}", values.size(), md5_of(rounded)));
      if (!same) {
        fail(begin, fmt::format("{}\nwanted {}\ngot    {}", sql, expected[0], got));
      } else {
        ++counts_.passed;
      }
      return at;
    }
    const size_t width = std::max<size_t>(1, types.size());
    std::vector<std::string> wanted = cells_of(expected, width, values.size());
    if (sort == "rowsort" && wanted.size() % width == 0) {
      std::vector<std::vector<std::string>> sorted;
      for (size_t i = 0; i < wanted.size(); i += width)
        sorted.emplace_back(wanted.begin() + static_cast<ptrdiff_t>(i),
                            wanted.begin() + static_cast<ptrdiff_t>(i + width));
      std::sort(sorted.begin(), sorted.end());
      wanted.clear();
      for (const auto& row : sorted) wanted.insert(wanted.end(), row.begin(), row.end());
    }
    bool same = wanted.size() == values.size();
    for (size_t i = 0; same && i < wanted.size(); ++i) {
      const size_t column = i % width;
      const bool inexact =
          sort == "valuesort" || (column < is_inexact.size() && is_inexact[column]);
      same = same_value(wanted[i], values[i], types.empty() ? 'T' : types[column], inexact);
    }
    if (!rows.empty() && !types.empty() && rows[0].size() != types.size()) same = false;
    if (same) {
      ++counts_.passed;
      return at;
    }
    std::string got;
    for (const auto& row : rows) got += fmt::format("{}\n", fmt::join(row, "\t"));
    fail(begin, fmt::format("{}\nwanted\n{}\ngot\n{}", sql, fmt::join(expected, "\n"), got));
    return at;
  }

  const std::string path_;
  const Options& options_;
  TestDirectory directory_;
  const std::shared_ptr<Database> database_;                  // each session is an owner
  std::map<std::string, std::unique_ptr<Session>> sessions_;  // by name; "": the one that counts
  std::vector<std::string> lines_;
  std::map<std::string, std::string> labels_;
  std::map<std::string, std::string> environment_;  // require-env
  bool skips_ = false;                              // mode skip
  bool halted_ = false;
  Counts counts_;
};

int run(int argc, char** argv) {
  Options options;
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--set" && i + 1 < argc) {
      const std::string pair = argv[++i];
      const size_t equals = pair.find('=');
      options.settings.emplace_back(pair.substr(0, equals),
                                    equals == std::string::npos ? "" : pair.substr(equals + 1));
    } else if (argument == "--corpora" && i + 1 < argc) {
      options.corpora = argv[++i];
    } else {
      files.push_back(argument);
    }
  }
  Counts all;
  for (const std::string& file : files) {
    const Counts counts = Runner(file, options).run();
    all.passed += counts.passed;
    all.failed += counts.failed;
    all.skipped += counts.skipped;
  }
  fmt::print("{} passed, {} failed", all.passed, all.failed);
  if (all.skipped > 0) fmt::print(", {} skipped", all.skipped);
  fmt::print("\n");
  return all.failed == 0 ? 0 : 1;
}

}  // namespace

}  // namespace doline

int main(int argc, char** argv) {
  try {
    return doline::run(argc, argv);
  } catch (const doline::Error& error) {
    fmt::print(stderr, "{}\n", error.render());
    return 2;
  }
}
