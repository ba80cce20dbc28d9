#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace doline::demo {

/// How the values of a measure are written for people.
enum class Unit : uint8_t { kText, kCount, kBytes, kMilliseconds, kMinutes, kPercent };

struct Measure {
  std::string name;  // of the column
  Unit unit = Unit::kCount;
};

enum class Chart : uint8_t {
  kTiles,        // one number a tile
  kBars,         // the first measure as bars that lie, the others as figures beside
  kColumns,      // the first measure as bars that stand
  kTimeArea,     // labels are instants; the first measure as an area, a second one in front of it
  kPercentiles,  // labels are instants; every measure a line over a logarithmic scale
  kTable,
};

/// One part of the report: what a SELECT says whose first column labels the rows, followed by the
/// measures.
struct Part {
  uint32_t step = 0;
  std::string title;
  std::string about;
  Chart chart = Chart::kTable;
  std::vector<Measure> measures;
  std::string sql;
};

struct Statement {
  uint32_t step = 0;
  double weight = 1;  // share of the step's time, by experience
  std::string what;   // what a person calls it
  std::string sql;
};

/// The statements of demo.sql, in order. The demo runs nothing else, so that the file alone gives
/// the same numbers: each part is one INSERT into the table `report`.
class Script {
 public:
  /// What stands above the statement, line by line.
  void heading(const std::string& text);
  void statement(Statement statement);
  /// A command of the shell that only the file has, as the demo does the same by itself.
  void command(const std::string& line) { text_ += line + "\n"; }
  void part(double weight, Part part);

  std::string text() const { return text_; }
  const std::vector<Statement>& statements() const { return statements_; }
  const std::vector<Part>& parts() const { return parts_; }

 private:
  std::string text_;
  std::vector<Statement> statements_;
  std::vector<Part> parts_;
};

/// The table that parts go into, and the settings.
void add_beginning(Script& script, const std::string& folder, const std::string& memory_limit);
/// report.csv from the table.
void add_end(Script& script, const std::string& folder);

/// `text` with each "@name@" replaced by its value.
std::string filled(std::string text,
                   const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace doline::demo
