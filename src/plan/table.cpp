#include "plan/table.h"

#include <algorithm>

#include "base/thread_safety.h"

namespace doline {

namespace {

template <class T>
std::map<std::string, T>& registered() {
  static auto* map = new std::map<std::string, T>();  // filled by static initialisers
  return *map;
}

/// The constant side of a comparison, mirrored so that the column stands left.
std::string mirrored(const std::string& op) {
  if (op == "<") return ">";
  if (op == "<=") return ">=";
  if (op == ">") return "<";
  if (op == ">=") return "<=";
  return op;
}

std::optional<Conjunct::Range> range_of(const Expr& expr) {
  if (const auto* is_null = dynamic_cast<const IsNullExpr*>(&expr); is_null && is_null->negated) {
    if (const auto* column = dynamic_cast<const ColumnExpr*>(is_null->input.get())) {
      Conjunct::Range range{column->index, {}, {}, true, true, {}, true};
      return range;
    }
  }
  if (const auto* list = dynamic_cast<const InListExpr*>(&expr)) {
    const auto* column = dynamic_cast<const ColumnExpr*>(list->input.get());
    if (!column || list->values.empty()) return std::nullopt;
    Conjunct::Range range{column->index, {}, {}, true, true, {}, false};
    for (const Value& value : list->values) {
      if (!value.is_null()) range.any_of.push_back(value);
    }
    return range;
  }
  const auto* call = dynamic_cast<const CallExpr*>(&expr);
  if (!call || call->arguments.size() != 2) return std::nullopt;
  const auto* column = dynamic_cast<const ColumnExpr*>(call->arguments[0].get());
  const auto* constant = dynamic_cast<const ConstantExpr*>(call->arguments[1].get());
  std::string op = call->name;
  if (!column) {
    column = dynamic_cast<const ColumnExpr*>(call->arguments[1].get());
    constant = dynamic_cast<const ConstantExpr*>(call->arguments[0].get());
    op = mirrored(op);
  }
  if (!column || !constant || constant->value.is_null()) return std::nullopt;
  Conjunct::Range range{column->index, {}, {}, true, true, {}, false};
  if (op == "=" || op == ">" || op == ">=") range.lower = constant->value;
  if (op == "=" || op == "<" || op == "<=") range.upper = constant->value;
  range.lower_inclusive = op != ">";
  range.upper_inclusive = op != "<";
  if (!range.lower && !range.upper) return std::nullopt;
  return range;
}

}  // namespace

Conjunct Conjunct::create(ExprRef expr, const SessionConstants& session) {
  Conjunct conjunct;
  conjunct.columns = columns_of(expr);
  conjunct.program = Program::compile_predicate(expr, session);
  conjunct.is_delicate = can_fail(expr) || is_volatile(expr);
  conjunct.range = range_of(*expr);
  conjunct.expr = std::move(expr);
  return conjunct;
}

std::unique_ptr<Writer> Table::insert(QueryContext&) const {
  throw Error(ErrorCode::kNotSupported, "{} cannot be written to", describe());
}

std::unique_ptr<Writer> Table::change(TableChange, QueryContext&) const {
  throw Error(ErrorCode::kNotSupported, "rows of {} cannot be changed", name());
}

void register_table_kind(const std::string& kind, TableOpener opener) {
  ASSERT(registered<TableOpener>().emplace(kind, opener).second);
}

TableRef open_table(const TableDescriptor& descriptor, const AccessPolicy& access) {
  const auto found = registered<TableOpener>().find(descriptor.kind);
  if (found == registered<TableOpener>().end()) {
    throw Error(ErrorCode::kCorrupt, "plan bytes: an unknown kind of table, {}", descriptor.kind);
  }
  return found->second(descriptor, access);
}

void register_writer(const std::string& format, WriterOpener opener) {
  ASSERT(registered<WriterOpener>().emplace(format, opener).second);
}

std::unique_ptr<Writer> open_writer(const std::string& format, const std::string& path,
                                    const Schema& schema,
                                    const std::map<std::string, Value>& options,
                                    QueryContext& context) {
  const auto found = registered<WriterOpener>().find(format);
  if (found == registered<WriterOpener>().end()) {
    std::string known;
    for (const auto& [name, opener] : registered<WriterOpener>())
      known += (known.empty() ? "" : ", ") + name;
    throw Error(ErrorCode::kNotSupported, "no format \"{}\" to write", format)
        .hint("COPY writes " + known);
  }
  return found->second(path, schema, options, context);
}

}  // namespace doline
