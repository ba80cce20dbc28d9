#include "plan/plan_node.h"

#include <unordered_map>

#include "plan/join_method.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

const NodeRegistration<ScanNode> kRegisterScan(NodeTag::kScan);
const NodeRegistration<FilterNode> kRegisterFilter(NodeTag::kFilter);
const NodeRegistration<ProjectNode> kRegisterProject(NodeTag::kProject);
const NodeRegistration<AggregationNode> kRegisterAggregation(NodeTag::kAggregation);
const NodeRegistration<JoinNode> kRegisterJoin(NodeTag::kJoin);
const NodeRegistration<SortNode> kRegisterSort(NodeTag::kSort);
const NodeRegistration<LimitNode> kRegisterLimit(NodeTag::kLimit);
const NodeRegistration<UnionNode> kRegisterUnion(NodeTag::kUnion);
const NodeRegistration<ValuesNode> kRegisterValues(NodeTag::kValues);
const NodeRegistration<UnnestNode> kRegisterUnnest(NodeTag::kUnnest);
const NodeRegistration<WindowingNode> kRegisterWindowing(NodeTag::kWindowing);
const NodeRegistration<SingleRowNode> kRegisterSingleRow(NodeTag::kSingleRow);
const NodeRegistration<SharedInputNode> kRegisterSharedInput(NodeTag::kSharedInput);
const NodeRegistration<WriteNode> kRegisterWrite(NodeTag::kWrite);

/// Nodes read from bytes are checked here; those made by factories hold by construction.
void require(bool holds, const char* what) {
  if (!holds) throw Error(ErrorCode::kCorrupt, "plan bytes: {}", what);
}

void require_columns(const ExprRef& expr, const Schema& schema) {
  require(static_cast<bool>(expr), "an expression left out");
  require(!reads_let_value(expr), "a value that nothing computes");
  visit(expr, [&](const Expr& at) {
    if (const auto* column = dynamic_cast<const ColumnExpr*>(&at)) {
      require(column->index < schema.size() && schema[column->index].type == column->type,
              "a column that its input does not have");
    }
  });
}

template <class T>
T made(T node) {
  node->complete();
  return node;
}

template <class T>
std::string listed(const std::vector<T>& items) {
  std::string text;
  for (size_t i = 0; i < items.size(); ++i) text += (i ? ", " : "") + items[i]->to_string();
  return text;
}

}  // namespace

// --- scan

PlanRef ScanNode::create(TableRef table, std::vector<uint32_t> columns,
                         std::vector<ExprRef> filters, std::optional<uint64_t> limit) {
  auto node = make_ref<ScanNode>();
  node->table = std::move(table);
  node->columns = std::move(columns);
  node->filters = std::move(filters);
  node->limit = limit ? static_cast<int64_t>(*limit) : -1;
  return made(node);
}

PlanRef ScanNode::create(TableRef table) {
  std::vector<uint32_t> columns(table->schema().size());
  for (uint32_t i = 0; i < columns.size(); ++i) columns[i] = i;
  return create(std::move(table), std::move(columns));
}

namespace {

void descriptor_fields(FieldVisitor& v, TableRef& table) {
  TableDescriptor descriptor = table ? table->descriptor() : TableDescriptor{};
  std::vector<std::string> parameters;
  for (const auto& [key, value] : descriptor.parameters) {
    parameters.push_back(key);
    parameters.push_back(value);
  }
  v(100, "kind", descriptor.kind);
  v(101, "parameters", parameters);
  if (table || descriptor.kind.empty()) return;
  require(parameters.size() % 2 == 0, "a table parameter without a value");
  for (size_t i = 0; i < parameters.size(); i += 2)
    descriptor.parameters[parameters[i]] = parameters[i + 1];
  require(v.access() != nullptr, "a table, where none may be opened");
  table = open_table(descriptor, *v.access());
}

}  // namespace

Ref<ScanNode> ScanNode::copy() const {
  auto node = make_ref<ScanNode>();
  node->table = table;
  node->columns = columns;
  node->filters = filters;
  node->limit = limit;
  node->member_columns = member_columns;
  node->member_names = member_names;
  node->runtime_filters = runtime_filters;
  node->runtime_columns = runtime_columns;
  return node;
}

void ScanNode::fields(FieldVisitor& v) {
  descriptor_fields(v, table);
  v(2, "columns", columns);
  v(3, "filters", filters);
  v(4, "limit", limit);
  v(5, "runtime_filters", runtime_filters);
  v(6, "runtime_columns", runtime_columns);
  v(7, "member_columns", member_columns);
  v(8, "member_names", member_names);
}

void ScanNode::complete() {
  require(static_cast<bool>(table), "a scan without a table");
  schema.clear();
  for (uint32_t column : columns) {
    const bool is_row_id = column == table->schema().size() && table->has_row_ids();
    require(is_row_id || column < table->schema().size(), "a column that its table does not have");
    schema.push_back(is_row_id ? Field{"rowid", Type::int64()} : table->schema()[column]);
  }
  for (const ExprRef& filter : filters) require_columns(filter, schema);
  require(runtime_filters.size() == runtime_columns.size(), "runtime filters that do not pair");
  for (uint32_t column : runtime_columns)
    require(column < schema.size(), "a runtime filter on no column");
  require(member_columns.size() == member_names.size(), "members that do not pair with columns");
  for (uint32_t column : member_columns) require(column < schema.size(), "a member of no column");
}

std::string ScanNode::describe() const {
  std::string text = "Scan " + table->describe();
  if (columns.size() < table->schema().size() || !member_columns.empty()) {
    std::vector<std::string> read;
    for (uint32_t i = 0; i < schema.size(); ++i) {
      bool is_whole = true;
      for (size_t j = 0; j < member_columns.size(); ++j) {
        if (member_columns[j] != i) continue;
        is_whole = false;
        read.push_back(fmt::format("{}.{}", schema[i].name, fmt::join(member_names[j], ".")));
      }
      if (is_whole) read.push_back(schema[i].name);
    }
    text += fmt::format(" [{}]", fmt::join(read, ", "));
  }
  if (!filters.empty()) text += " where " + listed(filters);
  if (limit >= 0) text += fmt::format(" limit={}", limit);
  return text;
}

// --- filter, project, aggregation

PlanRef FilterNode::create(PlanRef input, ExprRef predicate) {
  auto node = make_ref<FilterNode>();
  node->input = std::move(input);
  node->predicate = std::move(predicate);
  return made(node);
}

void FilterNode::complete() {
  require_columns(predicate, input->schema);
  require(predicate->type->is(TypeKind::kBool), "a filter that is no boolean");
  schema = input->schema;
}

PlanRef ProjectNode::create(PlanRef input, std::vector<ExprRef> exprs,
                            std::vector<std::string> names) {
  auto node = make_ref<ProjectNode>();
  node->input = std::move(input);
  node->exprs = std::move(exprs);
  node->names = std::move(names);
  return made(node);
}

void ProjectNode::complete() {
  require(input && exprs.size() == names.size(), "a projection whose names do not pair");
  schema.clear();
  for (size_t i = 0; i < exprs.size(); ++i) {
    require_columns(exprs[i], input->schema);
    schema.push_back({names[i], exprs[i]->type});
  }
}

std::string ProjectNode::describe() const { return "Project " + listed(exprs); }

PlanRef AggregationNode::create(PlanRef input, std::vector<ExprRef> keys,
                                std::vector<std::string> key_names,
                                std::vector<AggregateExprRef> aggregates,
                                std::vector<std::string> aggregate_names) {
  auto node = make_ref<AggregationNode>();
  node->input = std::move(input);
  node->keys = std::move(keys);
  node->key_names = std::move(key_names);
  node->aggregates = std::move(aggregates);
  node->aggregate_names = std::move(aggregate_names);
  return made(node);
}

void AggregationNode::complete() {
  require(input && keys.size() == key_names.size() && aggregates.size() == aggregate_names.size(),
          "an aggregation whose names do not pair");
  schema.clear();
  for (size_t i = 0; i < keys.size(); ++i) {
    require_columns(keys[i], input->schema);
    schema.push_back({key_names[i], keys[i]->type});
  }
  for (size_t i = 0; i < aggregates.size(); ++i) {
    require_columns(aggregates[i], input->schema);
    schema.push_back({aggregate_names[i], aggregates[i]->type});
  }
}

std::string AggregationNode::describe() const {
  std::string text = "Aggregate " + listed(aggregates);
  if (!keys.empty()) text += (aggregates.empty() ? "by " : " by ") + listed(keys);
  return text;
}

// --- join

PlanRef JoinNode::create(PlanRef left, PlanRef right, JoinKind kind, std::vector<ExprRef> left_keys,
                         std::vector<ExprRef> right_keys, ExprRef residual, bool null_aware,
                         bool nulls_equal) {
  auto node = make_ref<JoinNode>();
  node->left = std::move(left);
  node->right = std::move(right);
  node->kind = kind;
  node->left_keys = std::move(left_keys);
  node->right_keys = std::move(right_keys);
  node->residual = std::move(residual);
  node->null_aware = null_aware;
  node->nulls_equal = nulls_equal;
  return made(node);
}

void JoinNode::complete() {
  require(left && right && left_keys.size() == right_keys.size(), "a join whose keys do not pair");
  schema = gives_left() ? left->schema : right->schema;
  if (kind == JoinKind::kMark) {
    schema.push_back({"mark", Type::boolean()});
  } else if (gives_left() && gives_right()) {
    schema.insert(schema.end(), right->schema.begin(), right->schema.end());
  }
  for (size_t i = 0; i < left_keys.size(); ++i) {
    require_columns(left_keys[i], left->schema);
    require_columns(right_keys[i], right->schema);
    require(left_keys[i]->type == right_keys[i]->type, "join keys of different types");
  }
  if (residual) {
    Schema both = left->schema;
    both.insert(both.end(), right->schema.begin(), right->schema.end());
    require_columns(residual, both);
    require(residual->type->is(TypeKind::kBool), "a join condition that is no boolean");
  }
  require(kind != JoinKind::kPositional || (left_keys.empty() && !residual && !is_asof()),
          "a positional join with a condition");
  require(gives_left() || (!left_keys.empty() && !is_asof()), "a right semi join without keys");
  require(is_asof() == static_cast<bool>(asof_left) && is_asof() == static_cast<bool>(asof_right),
          "an ASOF join whose sides do not pair");
  if (!is_asof()) return;
  require(kind != JoinKind::kMark && kind != JoinKind::kCross, "an ASOF join of no such kind");
  require_columns(asof_left, left->schema);
  require_columns(asof_right, right->schema);
  require(asof_left->type == asof_right->type, "an ASOF join that compares different types");
}

Ref<JoinNode> JoinNode::copy() const {
  auto node = make_ref<JoinNode>();
  node->left = left;
  node->right = right;
  node->kind = kind;
  node->left_keys = left_keys;
  node->right_keys = right_keys;
  node->residual = residual;
  node->null_aware = null_aware;
  node->nulls_equal = nulls_equal;
  node->runtime_filters = runtime_filters;
  node->asof = asof;
  node->asof_left = asof_left;
  node->asof_right = asof_right;
  return node;
}

PlanRef JoinNode::with_children(std::vector<PlanRef> c) const {
  Ref<JoinNode> node = copy();
  node->left = std::move(c[0]);
  node->right = std::move(c[1]);
  return made(node);
}

std::string JoinNode::describe() const {
  static constexpr const char* kNames[] = {"Inner",      "Left",       "Right",     "Full",
                                           "Semi",       "Anti",       "Mark",      "Cross",
                                           "Positional", "Right semi", "Right anti"};
  static constexpr const char* kOrders[] = {"", " >= ", " > ", " <= ", " < "};
  std::string text = std::string(kNames[static_cast<size_t>(kind)]) + " join";
  if (is_asof()) text = "Asof " + text;
  for (size_t i = 0; i < left_keys.size(); ++i) {
    text += (i ? " and " : " on ") + left_keys[i]->to_string() + " = " + right_keys[i]->to_string();
  }
  if (is_asof()) {
    text += (left_keys.empty() ? " on " : " and ") + asof_left->to_string() +
            kOrders[static_cast<size_t>(asof)] + asof_right->to_string();
  }
  if (residual) text += " where " + residual->to_string();
  switch (method_of(*this)) {
    case JoinMethod::kRange:
      return text + " by ranges";
    case JoinMethod::kNestedLoop:
      return residual ? text + " by nested loop" : text;
    case JoinMethod::kHash:
    case JoinMethod::kAsof:
    case JoinMethod::kPositional:
      return text;
  }
  UNREACHABLE();
}

// --- sort, limit, union, values

PlanRef SortNode::create(PlanRef input, std::vector<SortKeyRef> keys, int64_t skip, int64_t take,
                         int64_t runtime_filter) {
  auto node = make_ref<SortNode>();
  node->input = std::move(input);
  node->keys = std::move(keys);
  node->skip = skip;
  node->take = take;
  node->runtime_filter = runtime_filter;
  return made(node);
}

void SortNode::complete() {
  require(skip >= 0, "a sort that skips less than nothing");
  for (const SortKeyRef& key : keys) require_columns(key->expr, input->schema);
  require(runtime_filter < 0 ||
              (take >= 0 && !keys.empty() && keys[0]->expr->tag() == NodeTag::kColumn &&
               !keys[0]->expr->type->is_nested()),
          "a filter of a sort whose first key is no column");
  schema = input->schema;
}

std::string SortNode::describe() const {
  std::string text = (take >= 0 ? "Top " : "Sort ") + listed(keys);
  if (take >= 0) text += fmt::format(" skip={} take={}", skip, take);
  return text;
}

PlanRef LimitNode::create(PlanRef input, int64_t skip, int64_t take, double percent) {
  auto node = make_ref<LimitNode>();
  node->input = std::move(input);
  node->skip = skip;
  node->take = take;
  node->percent = percent;
  return made(node);
}

void LimitNode::complete() {
  require(skip >= 0 && !(percent > 100), "a limit of a negative or too large share");
  schema = input->schema;
}

std::string LimitNode::describe() const {
  if (percent >= 0) return fmt::format("Limit skip={} percent={}", skip, percent);
  return fmt::format("Limit skip={} take={}", skip, take);
}

PlanRef UnionNode::create(std::vector<PlanRef> inputs) {
  auto node = make_ref<UnionNode>();
  node->inputs = std::move(inputs);
  return made(node);
}

void UnionNode::complete() {
  require(!inputs.empty() && inputs[0], "a union of nothing");
  schema = inputs[0]->schema;
  for (const PlanRef& input : inputs) {
    require(input && input->schema.size() == schema.size(), "a union of different widths");
    for (size_t i = 0; i < schema.size(); ++i) {
      require(input->schema[i].type == schema[i].type, "a union of different types");
    }
  }
}

PlanRef ValuesNode::create(Schema schema, std::vector<Value> values, int64_t row_count) {
  auto node = make_ref<ValuesNode>();
  node->schema = std::move(schema);
  node->values = std::move(values);
  node->row_count = row_count;
  return made(node);
}

PlanRef ValuesNode::single_row() { return create({}, {}, 1); }

void ValuesNode::complete() {
  require(row_count >= 0 && static_cast<uint64_t>(row_count) <= (uint64_t{1} << 32) &&
              values.size() == static_cast<uint64_t>(row_count) * schema.size(),
          "rows of different widths");
  for (size_t i = 0; i < values.size(); ++i) {
    require(values[i].type() == schema[i % schema.size()].type,
            "a value of another type than its column");
  }
}

std::string ValuesNode::describe() const {
  return schema.empty() ? "One row" : fmt::format("Values {} rows", row_count);
}

// --- unnest, windows, the rest

PlanRef UnnestNode::create(PlanRef input, std::vector<ExprRef> lists,
                           std::vector<std::string> names, bool keep_empty) {
  auto node = make_ref<UnnestNode>();
  node->input = std::move(input);
  node->lists = std::move(lists);
  node->names = std::move(names);
  node->keep_empty = keep_empty;
  return made(node);
}

void UnnestNode::complete() {
  require(input && lists.size() == names.size(), "an unnest whose names do not pair");
  schema = input->schema;
  for (size_t i = 0; i < lists.size(); ++i) {
    require_columns(lists[i], input->schema);
    require(lists[i]->type->physical() == PhysicalType::kList, "an unnest of no list");
    schema.push_back({names[i], lists[i]->type->child()});
  }
}

std::string UnnestNode::describe() const { return "Unnest " + listed(lists); }

PlanRef WindowingNode::create(PlanRef input, std::vector<WindowExprRef> windows,
                              std::vector<std::string> names, uint32_t ranking, int64_t most) {
  auto node = make_ref<WindowingNode>();
  node->input = std::move(input);
  node->windows = std::move(windows);
  node->names = std::move(names);
  node->ranking = ranking;
  node->most = most;
  return made(node);
}

const std::vector<SortKeyRef>& WindowingNode::order_by() const {
  const auto longest = std::max_element(windows.begin(), windows.end(),
                                        [](const WindowExprRef& a, const WindowExprRef& b) {
                                          return a->order_by.size() < b->order_by.size();
                                        });
  return (*longest)->order_by;
}

void WindowingNode::complete() {
  require(input && windows.size() == names.size() && !windows.empty(),
          "a windowing whose names do not pair");
  schema = input->schema;
  const auto begins = [](const auto& a, const auto& b) {
    return a.size() <= b.size() &&
           std::equal(a.begin(), a.end(), b.begin(),
                      [](const auto& x, const auto& y) { return equal(*x, *y); });
  };
  for (size_t i = 0; i < windows.size(); ++i) {
    require_columns(windows[i], input->schema);
    require(windows[i]->type != nullptr, "a window call without a type");
    require(windows[i]->partition_by.size() == windows[0]->partition_by.size() &&
                begins(windows[i]->partition_by, windows[0]->partition_by) &&
                begins(windows[i]->order_by, order_by()),
            "window calls that want rows in different orders");
    schema.push_back({names[i], windows[i]->type});
  }
  require(ranking < windows.size() && (most < 0 || windows[ranking]->is_ranking()),
          "a windowing of first rows without a call that ranks");
}

std::string WindowingNode::describe() const {
  return (most < 0 ? "Window " : fmt::format("Window first={} ", most)) + listed(windows);
}

PlanRef SingleRowNode::create(PlanRef input, SourceSpan span) {
  auto node = make_ref<SingleRowNode>();
  node->input = std::move(input);
  node->span = span;
  return made(node);
}

PlanRef SharedInputNode::create(PlanRef input, std::string name) {
  auto node = make_ref<SharedInputNode>();
  node->input = std::move(input);
  node->name = std::move(name);
  return made(node);
}

PlanRef WriteNode::to_table(PlanRef input, TableRef table, WriteAction action,
                            std::vector<uint32_t> columns, uint32_t returned) {
  auto node = make_ref<WriteNode>();
  node->input = std::move(input);
  node->table = std::move(table);
  node->action = action;
  node->columns = std::move(columns);
  node->returned = returned;
  return made(node);
}

PlanRef WriteNode::to_file(PlanRef input, std::string path, std::string format,
                           std::map<std::string, Value> options) {
  auto node = make_ref<WriteNode>();
  node->input = std::move(input);
  node->path = std::move(path);
  node->format = std::move(format);
  node->options = std::move(options);
  return made(node);
}

void WriteNode::fields(FieldVisitor& v) {
  v(1, "input", input);
  descriptor_fields(v, table);
  v(2, "path", path);
  v(3, "format", format);
  std::vector<std::string> names;
  std::vector<Value> values;
  for (const auto& [name, value] : options) {
    names.push_back(name);
    values.push_back(value);
  }
  v(4, "option_names", names);
  v(5, "option_values", values);
  require(names.size() == values.size(), "options that do not pair");
  for (size_t i = 0; i < names.size(); ++i) options[names[i]] = values[i];
  v(6, "action", action);
  v(7, "columns", columns);
  v(8, "returned", returned);
}

void WriteNode::complete() {
  require(input && (table || !path.empty()), "a write to nowhere");
  require(returned <= input->schema.size() && (table || returned == 0), "nothing to return");
  schema = {{"Count", Type::int64()}};
  if (returned > 0) {
    schema.assign(input->schema.begin() + static_cast<ptrdiff_t>(written_columns()),
                  input->schema.end());
  }
  const auto has = [&](size_t column, TypeRef type) {
    return column < written_columns() && input->schema[column].type == type;
  };
  if (action == WriteAction::kInsert) {
    if (!table) return;
    require(written_columns() == table->schema().size(), "rows of another table");
    for (size_t i = 0; i < table->schema().size(); ++i)
      require(has(i, table->schema()[i].type), "a column of another type");
    return;
  }
  require(table && table->has_row_ids() && has(0, Type::int64()), "a change to no rows");
  require(written_columns() == 1 + columns.size(), "a change without its values");
  for (size_t i = 0; i < columns.size(); ++i) {
    require(columns[i] < table->schema().size() && has(i + 1, table->schema()[columns[i]].type),
            "a value for no column");
  }
}

PlanRef WriteNode::with_children(std::vector<PlanRef> c) const {
  return table ? to_table(std::move(c[0]), table, action, columns, returned)
               : to_file(std::move(c[0]), path, format, options);
}

std::string WriteNode::describe() const {
  if (!table) return "Copy to " + path + " (" + format + ")";
  std::string text = "Insert into " + table->name();
  if (action == WriteAction::kDelete) text = "Delete from " + table->name();
  if (action == WriteAction::kUpdate) {
    std::vector<std::string> names;
    for (uint32_t column : columns) names.push_back(table->schema()[column].name);
    text = fmt::format("Update {} ({})", table->name(), fmt::join(names, ", "));
  }
  if (returned > 0) text += fmt::format(" returning {}", fmt::join(names_of(schema), ", "));
  return text;
}

}  // namespace doline
