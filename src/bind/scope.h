#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/plan_node.h"
#include "sql/statement.h"

namespace doline {

/// "Price" for a name as it compares.
std::string folded(std::string_view name);
bool same_name(std::string_view a, std::string_view b);

/// A column that names may mean: where it stands in the plan's output, and under which table.
struct ScopeColumn {
  std::string table;   // alias; may be empty
  std::string schema;  // of a table named with its schema
  std::string name;
  TypeRef type = nullptr;
  uint32_t index = 0;
  bool in_star = true;     // false for the second copy of a USING column
  bool is_joined = false;  // a USING column: an unqualified name means this one
  /// No star means it, and its name means it only where nothing else has that name.
  bool is_hidden = false;
};

/// What FROM brings into view, in the order that `*` has. Belongs to one Select.
class Scope {
 public:
  std::vector<ScopeColumn> columns;

  /// The columns of a relation under `table`.
  static Scope of(const Schema& schema, const std::string& table,
                  const std::string& schema_name = "");
  /// The last `count` columns are hidden.
  Scope&& hiding(uint32_t count) &&;
  /// Both sides of a join: right columns stand behind `left_width` others.
  static Scope joined(const Scope& left, const Scope& right, uint32_t left_width);

  /// `parts` from the front: column, table.column, schema.table.column, the rest being struct
  /// fields. Null when nothing fits; Error(kAmbiguous) when several do. `used` tells how many
  /// parts the column took.
  const ScopeColumn* find(const sql::QualifiedName& parts, size_t& used) const;
  bool has_table(std::string_view table) const;
  /// Of those that are not hidden.
  std::vector<std::string> column_names() const;
  std::vector<std::string> table_names() const;
};

/// A WITH entry in view. Bound at first use, then shared.
struct CommonTableEntry;
using CommonTables = std::map<std::string, std::shared_ptr<CommonTableEntry>>;

struct CommonTableEntry {
  struct OuterQuery* outer_query = nullptr;  // whose columns the definition may read
  const sql::CommonTable* definition = nullptr;
  CommonTables outer;  // what the definition itself may see
  PlanRef plan;        // a SharedInputNode once bound
  bool is_binding = false;
  /// Of a recursive one, while its step is bound: the rows of the round before, and whether the
  /// step reads any.
  PlanRef last_rows, all_rows;
  bool is_read = false;
  bool is_recursive = false;  // of WITH RECURSIVE
};

}  // namespace doline
