#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "function/program_function.h"
#include "plan/table.h"

namespace doline {

/// A call such as read_csv('…', header => true) in FROM.
struct TableFunctionCall {
  std::string name;
  std::vector<Value> arguments;
  std::map<std::string, Value> options;  // named, lower case
  std::map<std::string, SourceSpan> option_spans = {};
  std::vector<TableRef> inputs;  // subquery arguments
  SourceSpan span;

  /// Where an option stands; the whole call where that is not known.
  SourceSpan span_of(const std::string& option) const {
    const auto found = option_spans.find(option);
    return found == option_spans.end() ? span : found->second;
  }
};

class PlanNode;

/// What binding looks names up in: the session's tables, views, files and table functions. The
/// engine implements it. Used by one thread.
class Catalog {
 public:
  virtual ~Catalog() = default;
  /// `name`: one to three parts as written. Null when there is none.
  virtual TableRef find_table(const std::vector<std::string>& name) = 0;
  /// The text of a view's query. Empty: no such view.
  virtual std::optional<std::string> find_view(const std::vector<std::string>& name) = 0;
  virtual std::vector<std::string> table_names() = 0;  // for candidates
  /// 'data/*.csv' in FROM: opens by path, glob or directory. Null when the text names no file.
  virtual TableRef open_file(const std::string& path, SourceSpan span) = 0;
  /// Null when no table function has the name.
  virtual TableRef call(const TableFunctionCall& call, QueryContext* context) = 0;
  virtual std::vector<std::string> table_function_names() = 0;
  /// A function that the program brought, by its name in lower case; Doline's own come first. Null
  /// when there is none.
  virtual ProgramFunctionRef find_function(const std::string& name) = 0;
  virtual std::vector<std::string> function_names() = 0;
  /// Runs a plan to its end, here and now: what a query is may depend on data, as the columns that
  /// PIVOT makes. Row after row.
  virtual std::vector<std::vector<Value>> rows_of(Ref<const PlanNode> plan) = 0;
  virtual const Settings& settings() const = 0;
  virtual const SessionConstants& session() const = 0;
};

}  // namespace doline
