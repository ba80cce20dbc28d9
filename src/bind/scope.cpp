#include "bind/scope.h"

#include <algorithm>

#include "base/ascii.h"

namespace doline {

std::string folded(std::string_view name) { return ascii_lower(name); }

bool same_name(std::string_view a, std::string_view b) { return equal_ignoring_case(a, b); }

Scope Scope::of(const Schema& schema, const std::string& table, const std::string& schema_name) {
  Scope scope;
  for (uint32_t i = 0; i < schema.size(); ++i) {
    scope.columns.push_back({table, schema_name, schema[i].name, schema[i].type, i, true, false});
  }
  return scope;
}

Scope&& Scope::hiding(uint32_t count) && {
  for (size_t i = columns.size() - count; i < columns.size(); ++i) {
    columns[i].is_hidden = true;
    columns[i].in_star = false;
  }
  return std::move(*this);
}

Scope Scope::joined(const Scope& left, const Scope& right, uint32_t left_width) {
  Scope scope = left;
  for (ScopeColumn column : right.columns) {
    column.index += left_width;
    scope.columns.push_back(std::move(column));
  }
  return scope;
}

const ScopeColumn* Scope::find(const sql::QualifiedName& parts, size_t& used) const {
  // Longer readings first: s.t.c, then t.c, then c with fields behind.
  for (size_t length = std::min<size_t>(parts.size(), 3); length >= 1; --length) {
    const std::string& name = parts[length - 1].text;
    const ScopeColumn* found = nullptr;
    const ScopeColumn* other = nullptr;
    for (const ScopeColumn& column : columns) {
      if (!same_name(column.name, name)) continue;
      if (length >= 2 && !same_name(column.table, parts[length - 2].text)) continue;
      if (length == 3 && !column.schema.empty() && !same_name(column.schema, parts[0].text))
        continue;
      if (length == 1 && column.is_joined) {
        used = 1;
        return &column;
      }
      if (length == 1 && !column.in_star && !column.is_hidden) continue;
      if (found && column.is_hidden && !found->is_hidden) continue;
      if (found && found->is_hidden && !column.is_hidden) found = other = nullptr;
      if (found) other = other ? other : &column;
      if (!found) found = &column;
    }
    if (other) {
      const bool is_told_apart = !found->table.empty() && !same_name(found->table, other->table);
      throw Error(ErrorCode::kAmbiguous, parts[length - 1].span, "column \"{}\" is in {} and in {}",
                  name, found->table.empty() ? "one table" : found->table,
                  other->table.empty() ? "another" : other->table)
          .hint(is_told_apart
                    ? fmt::format("name the table: {}.{}", found->table, name)
                    : fmt::format("give them names in FROM: … AS a, … AS b, and write a.{}", name));
    }
    if (found) {
      used = length;
      return found;
    }
  }
  return nullptr;
}

bool Scope::has_table(std::string_view table) const {
  return std::any_of(columns.begin(), columns.end(),
                     [&](const ScopeColumn& column) { return same_name(column.table, table); });
}

std::vector<std::string> Scope::table_names() const {
  std::vector<std::string> names;
  for (const ScopeColumn& column : columns) {
    if (!column.table.empty() &&
        std::find(names.begin(), names.end(), column.table) == names.end()) {
      names.push_back(column.table);
    }
  }
  return names;
}

std::vector<std::string> Scope::column_names() const {
  std::vector<std::string> names;
  for (const ScopeColumn& column : columns) {
    if (!column.is_hidden && std::find(names.begin(), names.end(), column.name) == names.end())
      names.push_back(column.name);
  }
  return names;
}

}  // namespace doline
