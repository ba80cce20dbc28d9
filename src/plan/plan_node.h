#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "expr/expr.h"
#include "plan/table.h"

namespace doline {

class PlanNode;
using PlanRef = Ref<const PlanNode>;

/// A resolved relational operation. Immutable and shared; a node that is reached twice (by
/// pointer) is a common input. Expressions refer to the input's columns by position; a join's to
/// left columns followed by right columns.
class PlanNode : public Node {
 public:
  /// Output columns; derived when the node is made.
  Schema schema;

  virtual std::vector<PlanRef> children() const = 0;
  virtual PlanRef with_children(std::vector<PlanRef> children) const = 0;
  /// "Limit skip=5 take=10": one line of EXPLAIN.
  virtual std::string describe() const = 0;
};

/// The whole tree, indented by box-drawing lines; `annotate` may add to a node's line.
std::string print_plan(const PlanRef& plan,
                       const std::function<std::string(const PlanNode&)>& annotate = {});
/// The plan over its own wire form; what verify_plans runs. Its tables are opened anew.
PlanRef through_wire(const PlanRef& plan, const AccessPolicy& access);
/// Bottom-up; null keeps a node. Shared nodes are changed once and stay shared.
PlanRef rewrite_plan(const PlanRef& plan, const std::function<PlanRef(const PlanRef&)>& change);
/// Whether all of the plan's nodes are so; each is asked about once.
bool every_node(const PlanRef& plan, const std::function<bool(const PlanRef&)>& is_so);

/// Reads `columns` of a table. Filters are over the output columns.
class ScanNode final : public PlanNode {
 public:
  static PlanRef create(TableRef table, std::vector<uint32_t> columns,
                        std::vector<ExprRef> filters = {}, std::optional<uint64_t> limit = {});
  /// All columns.
  static PlanRef create(TableRef table);
  TableRef table;
  std::vector<uint32_t> columns;
  std::vector<ExprRef> filters;
  int64_t limit = -1;
  /// Members of struct columns that are all that is read of those columns: ScanRequest::members.
  std::vector<uint32_t> member_columns;
  std::vector<std::vector<std::string>> member_names;
  /// Runtime filters a join or a top-N will publish: the filter's id and the output column.
  std::vector<int64_t> runtime_filters;
  std::vector<uint32_t> runtime_columns;

  NodeTag tag() const override { return NodeTag::kScan; }
  void fields(FieldVisitor& v) override;
  void complete() override;
  std::vector<PlanRef> children() const override { return {}; }
  PlanRef with_children(std::vector<PlanRef>) const override { return PlanRef(this); }
  /// To be changed, and then completed, before anybody sees it.
  Ref<ScanNode> copy() const;
  std::string describe() const override;
};

class FilterNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef input, ExprRef predicate);
  PlanRef input;
  ExprRef predicate;
  NodeTag tag() const override { return NodeTag::kFilter; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "predicate", predicate);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override { return create(c[0], predicate); }
  std::string describe() const override { return "Filter " + predicate->to_string(); }
};

class ProjectNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef input, std::vector<ExprRef> exprs, std::vector<std::string> names);
  PlanRef input;
  std::vector<ExprRef> exprs;
  std::vector<std::string> names;
  NodeTag tag() const override { return NodeTag::kProject; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "exprs", exprs);
    v(3, "names", names);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override {
    return create(c[0], exprs, names);
  }
  std::string describe() const override;
};

/// Output: one column a key, then one an aggregate. Without keys exactly one row.
class AggregationNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef input, std::vector<ExprRef> keys,
                        std::vector<std::string> key_names,
                        std::vector<AggregateExprRef> aggregates,
                        std::vector<std::string> aggregate_names);
  PlanRef input;
  std::vector<ExprRef> keys;
  std::vector<std::string> key_names;
  std::vector<AggregateExprRef> aggregates;
  std::vector<std::string> aggregate_names;
  NodeTag tag() const override { return NodeTag::kAggregation; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "keys", keys);
    v(3, "key_names", key_names);
    v(4, "aggregates", aggregates);
    v(5, "aggregate_names", aggregate_names);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override {
    return create(c[0], keys, key_names, aggregates, aggregate_names);
  }
  std::string describe() const override;
};

enum class JoinKind : uint8_t {
  kInner,
  kLeft,
  kRight,
  kFull,
  kSemi,  // left rows with a match
  kAnti,  // left rows without one
  kMark,  // left rows, and a boolean: matched. With null_aware NULL where SQL's IN gives NULL
  kCross,
  kPositional,  // the i-th left row beside the i-th right one, NULLs beside what is over; no keys
  kRightSemi,   // right rows with a match: a semi join that builds the rows it keeps
  kRightAnti,   // right rows without one
};
constexpr JoinKind last_of(JoinKind) { return JoinKind::kRightAnti; }

/// How an ASOF join compares: `left >= right` and so on.
enum class AsofOrder : uint8_t { kNone, kGreaterEqual, kGreater, kLessEqual, kLess };
constexpr AsofOrder last_of(AsofOrder) { return AsofOrder::kLess; }

/// Output: left columns, then right ones (semi, anti: left alone; mark: left and "mark"; right
/// semi, right anti: right alone). Keys are equalities, left_keys over the left input and
/// right_keys over the right; `residual` (null: none) is over both.
///
/// An ASOF join (`asof`; inner, left, right, full, semi or anti) asks besides that asof_left and
/// asof_right compare so, and of all right rows that a left row may have for its partner takes
/// only the one whose asof_right is nearest; of several equally near, the last.
class JoinNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef left, PlanRef right, JoinKind kind, std::vector<ExprRef> left_keys,
                        std::vector<ExprRef> right_keys, ExprRef residual = {},
                        bool null_aware = false, bool nulls_equal = false);
  PlanRef left;
  PlanRef right;  // the build side
  JoinKind kind = JoinKind::kInner;
  std::vector<ExprRef> left_keys;
  std::vector<ExprRef> right_keys;
  ExprRef residual;
  bool null_aware = false;
  bool nulls_equal = false;              // IS NOT DISTINCT FROM keys
  std::vector<int64_t> runtime_filters;  // ids published for left_keys[i]; -1: none
  AsofOrder asof = AsofOrder::kNone;
  ExprRef asof_left, asof_right;  // null: no ASOF join
  NodeTag tag() const override { return NodeTag::kJoin; }
  void fields(FieldVisitor& v) override {
    v(1, "left", left);
    v(2, "right", right);
    v(3, "kind", kind);
    v(4, "left_keys", left_keys);
    v(5, "right_keys", right_keys);
    v.optional(6, "residual", residual);
    v(7, "null_aware", null_aware);
    v(8, "nulls_equal", nulls_equal);
    v(9, "runtime_filters", runtime_filters);
    v(10, "asof", asof);
    v.optional(11, "asof_left", asof_left);
    v.optional(12, "asof_right", asof_right);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {left, right}; }
  PlanRef with_children(std::vector<PlanRef> c) const override;
  bool is_asof() const { return asof != AsofOrder::kNone; }
  /// A pair of rows comes out wherever the condition holds, and nothing else does.
  bool is_inner() const {
    return (kind == JoinKind::kInner || kind == JoinKind::kCross) && !is_asof();
  }
  /// What holds of left rows can be asked before the join as well as behind it: a left row's
  /// partners do not depend on the other left rows, and none comes out that is not one.
  bool keeps_left() const {
    return kind != JoinKind::kRight && kind != JoinKind::kFull && kind != JoinKind::kPositional &&
           gives_left();
  }
  /// The left side's columns are among the output's.
  bool gives_left() const { return kind != JoinKind::kRightSemi && kind != JoinKind::kRightAnti; }
  /// The right side's columns are among the output's.
  bool gives_right() const {
    return kind != JoinKind::kSemi && kind != JoinKind::kAnti && kind != JoinKind::kMark;
  }
  /// Right rows come out by whether they have a partner, once every left row was seen.
  bool gives_rest() const {
    return kind == JoinKind::kRight || kind == JoinKind::kFull || !gives_left();
  }
  /// To be changed, and then completed, before anybody sees it.
  Ref<JoinNode> copy() const;
  /// There is a kind for the same join with its sides exchanged.
  bool can_turn() const;
  /// That join, to be completed; its columns are exchanged, too. Without runtime filters.
  Ref<JoinNode> turned() const;
  std::string describe() const override;
};

/// Stable. With `take` >= 0 only rows [skip, skip + take) of the result (top-N).
class SortNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef input, std::vector<SortKeyRef> keys, int64_t skip = 0,
                        int64_t take = -1, int64_t runtime_filter = -1);
  PlanRef input;
  std::vector<SortKeyRef> keys;
  int64_t skip = 0;
  int64_t take = -1;
  int64_t runtime_filter = -1;  // id published for keys[0] of a top-N; -1: none
  NodeTag tag() const override { return NodeTag::kSort; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "keys", keys);
    v(3, "skip", skip);
    v(4, "take", take);
    v(5, "runtime_filter", runtime_filter);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override {
    return create(c[0], keys, skip, take, runtime_filter);
  }
  std::string describe() const override;
};

/// Keeps `take` rows (all when negative) after skipping `skip`. With `percent` >= 0, that share
/// of the input instead of `take`.
class LimitNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef input, int64_t skip, int64_t take, double percent = -1);
  PlanRef input;
  int64_t skip = 0;
  int64_t take = -1;
  double percent = -1;
  NodeTag tag() const override { return NodeTag::kLimit; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "skip", skip);
    v(3, "take", take);
    v(4, "percent", percent);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override {
    return create(c[0], skip, take, percent);
  }
  std::string describe() const override;
};

/// UNION ALL: the inputs' rows one after another. Same types in each.
class UnionNode final : public PlanNode {
 public:
  static PlanRef create(std::vector<PlanRef> inputs);
  std::vector<PlanRef> inputs;
  NodeTag tag() const override { return NodeTag::kUnion; }
  void fields(FieldVisitor& v) override { v(1, "inputs", inputs); }
  void complete() override;
  std::vector<PlanRef> children() const override { return inputs; }
  PlanRef with_children(std::vector<PlanRef> c) const override { return create(std::move(c)); }
  std::string describe() const override { return "Union all"; }
};

/// Constant rows, row after row in `values`. May have rows without columns: `row_count` counts.
class ValuesNode final : public PlanNode {
 public:
  static PlanRef create(Schema schema, std::vector<Value> values, int64_t row_count);
  /// One row, no columns: what SELECT without FROM reads.
  static PlanRef single_row();
  std::vector<Value> values;
  int64_t row_count = 0;
  NodeTag tag() const override { return NodeTag::kValues; }
  void fields(FieldVisitor& v) override {
    v(1, "schema", schema);
    v(2, "values", values);
    v(3, "row_count", row_count);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {}; }
  PlanRef with_children(std::vector<PlanRef>) const override { return PlanRef(this); }
  std::string describe() const override;
};

/// Each row once for each element of its lists (the longest; shorter ones give NULL). Output:
/// the input's columns, then one a list. Rows whose lists are all empty or NULL vanish, unless
/// `keep_empty`.
class UnnestNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef input, std::vector<ExprRef> lists, std::vector<std::string> names,
                        bool keep_empty = false);
  PlanRef input;
  std::vector<ExprRef> lists;
  std::vector<std::string> names;
  bool keep_empty = false;
  NodeTag tag() const override { return NodeTag::kUnnest; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "lists", lists);
    v(3, "names", names);
    v(4, "keep_empty", keep_empty);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override {
    return create(c[0], lists, names, keep_empty);
  }
  std::string describe() const override;
};

/// Appends one column a window call. All calls share partition_by, and each one's order_by is how
/// the longest begins.
class WindowingNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef input, std::vector<WindowExprRef> windows,
                        std::vector<std::string> names, uint32_t ranking = 0, int64_t most = -1);
  PlanRef input;
  std::vector<WindowExprRef> windows;
  std::vector<std::string> names;
  /// Where `most` is not negative: rows in which the call `ranking`, a row_number, rank or
  /// dense_rank, exceeds it may be left out.
  uint32_t ranking = 0;
  int64_t most = -1;
  /// The longest of the calls' order_by.
  const std::vector<SortKeyRef>& order_by() const;
  NodeTag tag() const override { return NodeTag::kWindowing; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "windows", windows);
    v(3, "names", names);
    v(4, "ranking", ranking);
    v(5, "most", most);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override {
    return create(c[0], windows, names, ranking, most);
  }
  std::string describe() const override;
};

/// Exactly one row: the input's, or NULLs when it has none; Error(kConstraint) when it has more.
/// What a scalar subquery reads.
class SingleRowNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef input, SourceSpan span = {});
  PlanRef input;
  SourceSpan span;
  NodeTag tag() const override { return NodeTag::kSingleRow; }
  void fields(FieldVisitor& v) override { v(1, "input", input); }
  void complete() override { schema = input->schema; }
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override { return create(c[0], span); }
  std::string describe() const override { return "Single row"; }
};

/// A relation that several others read (a CTE): computed once, kept, read by each.
class SharedInputNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef input, std::string name);
  PlanRef input;
  std::string name;
  NodeTag tag() const override { return NodeTag::kSharedInput; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "name", name);
  }
  void complete() override { schema = input->schema; }
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override { return create(c[0], name); }
  std::string describe() const override { return "Shared " + name; }
};

/// What a WriteNode does with its input's columns.
enum class WriteAction : uint8_t {
  kInsert,  // a row of the table, or of a file
  kUpdate,  // a row's id, then new values for `columns` of it
  kDelete,  // a row's id
};
constexpr WriteAction last_of(WriteAction) { return WriteAction::kDelete; }

/// Writes the input to a table (INSERT, CREATE TABLE AS, UPDATE, DELETE) or to a file (COPY). Rows
/// that are changed come by rising ids, each once. Out comes, once all is written, one row: the
/// number of rows, column "Count"; or, with RETURNING, what stands in the input behind the columns
/// that are written, `returned` columns.
class WriteNode final : public PlanNode {
 public:
  static PlanRef to_table(PlanRef input, TableRef table, WriteAction action = WriteAction::kInsert,
                          std::vector<uint32_t> columns = {}, uint32_t returned = 0);
  static PlanRef to_file(PlanRef input, std::string path, std::string format,
                         std::map<std::string, Value> options);
  PlanRef input;
  TableRef table;  // null: a file
  std::string path;
  std::string format;
  std::map<std::string, Value> options;
  WriteAction action = WriteAction::kInsert;
  std::vector<uint32_t> columns;  // of the table: those that an update sets
  uint32_t returned = 0;
  /// How many of the input's columns are written.
  size_t written_columns() const { return input->schema.size() - returned; }
  NodeTag tag() const override { return NodeTag::kWrite; }
  void fields(FieldVisitor& v) override;
  void complete() override;
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override;
  std::string describe() const override;
};

}  // namespace doline
