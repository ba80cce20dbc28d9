#include "script.h"

#include <fmt/format.h>

#include "sql/print.h"

namespace doline::demo {

void Script::heading(const std::string& text) {
  text_ += "\n";
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    text_ += "-- " + text.substr(begin, end - begin) + "\n";
    begin = end + 1;
  }
}

void Script::statement(Statement statement) {
  text_ += statement.sql + ";\n";
  statements_.push_back(std::move(statement));
}

void Script::part(double weight, Part part) {
  std::string places, names, values;
  for (size_t i = 0; i < part.measures.size(); ++i) {
    const char* comma = i ? ", " : "";
    places += fmt::format("{}{}", comma, i + 1);
    names += comma + sql::quote_string(part.measures[i].name);
    values +=
        fmt::format("{}CAST({} AS VARCHAR)", comma, sql::quote_identifier(part.measures[i].name));
  }
  heading(part.title);
  statement({part.step, weight, part.title,
             fmt::format("INSERT INTO report\nSELECT {}, {}, row_number() OVER (), CAST(label AS "
                         "VARCHAR), unnest([{}]),\n"
                         "       unnest([{}]),\n       unnest([{}])\nFROM (\n{}\n)",
                         parts_.size() + 1, sql::quote_string(part.title), places, names, values,
                         part.sql)});
  parts_.push_back(std::move(part));
}

void add_beginning(Script& script, const std::string& folder, const std::string& memory_limit) {
  script.heading(
      "Every number of report.html, from the data to the table. `./dev demo` ran exactly these\n"
      "statements; the file alone gives the same report.csv again. Run it from the same folder:\n"
      "  ./doline -f " +
      folder + "/demo.sql");
  script.statement({0, 0, "memory", "SET memory_limit = " + sql::quote_string(memory_limit)});
  script.statement({0, 0, "spill directory", "SET temp_directory = " + sql::quote_string(folder)});
  script.heading("The report, a row a number.");
  script.statement({0, 0, "report",
                    "CREATE OR REPLACE TABLE report (part INTEGER, title VARCHAR, item BIGINT, "
                    "label VARCHAR, place INTEGER,\n"
                    "                                measure VARCHAR, value VARCHAR)"});
}

void add_end(Script& script, const std::string& folder) {
  script.heading("The report as a file.");
  script.statement({3, 0.05, "report.csv",
                    "COPY (SELECT title AS part, label AS item, measure, value FROM report ORDER "
                    "BY report.part, report.item, place)\n"
                    "TO " +
                        sql::quote_string(folder + "/report.csv") + " (FORMAT csv, HEADER)"});
}

std::string filled(std::string text,
                   const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [name, value] : values) {
    const std::string mark = "@" + name + "@";
    for (size_t at = 0; (at = text.find(mark, at)) != std::string::npos; at += value.size()) {
      text.replace(at, mark.size(), value);
    }
  }
  return text;
}

}  // namespace doline::demo
