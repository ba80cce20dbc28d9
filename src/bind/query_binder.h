#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bind/binder.h"
#include "bind/placeholder.h"
#include "bind/scope.h"

namespace doline {

struct JoinCondition;

/// What binding an expression may look at. Belongs to one clause.
struct ExprContext {
  const Scope* scope = nullptr;       // null: no columns in view
  const char* clause = "this place";  // for errors
  bool aggregates = false;            // AggregateExpr may be made
  bool windows = false;
  bool unnest = false;
  /// Names of SELECT items that may be used; bound again where they are.
  const std::vector<sql::NamedExpression>* aliases = nullptr;
  bool alias_first = false;  // ORDER BY
  const std::vector<sql::NamedWindow>* named_windows = nullptr;
  /// The column that COLUMNS(…) stands for in this round.
  const ScopeColumn* columns_choice = nullptr;
  /// What a star that stands for a value comes to: the name tested in `* LIKE …`, the names of
  /// its columns inside COLUMNS(…).
  const std::function<Value(const sql::Star&, SourceSpan)>* star_value = nullptr;
};

/// A relation being put together: plan and what may be named of it.
struct BoundRelation {
  PlanRef plan;
  Scope scope;
};

/// The query around the one being bound, whose columns the inner one may read.
struct OuterQuery {
  const ExprContext* context;  // of the place where the inner one stands
  OuterQuery* outer;
  CommonTables tables;           // what is in view there
  std::vector<ExprRef> columns;  // those that were read so far, in this query's terms

  /// `column`, in this query's terms, as the query inside sees it.
  ExprRef seen_inside(const ExprRef& column, SourceSpan span);
};

/// Binds one query and those inside it. One thread, one use.
class QueryBinder {
 public:
  QueryBinder(Catalog& catalog, const Parameters& parameters)
      : catalog_(catalog), parameters_(parameters) {}

  PlanRef bind(const sql::Query& query, const CommonTables& tables);

  // --- expressions (bind_expression.cpp, bind_comparison.cpp, bind_call.cpp, bind_literal.cpp,
  // bind_window.cpp)
  ExprRef expression(const sql::Expression& expression, const ExprContext& context);
  ExprRef condition(const sql::Expression& expression, const ExprContext& context);
  TypeRef type(const sql::TypeName& type);
  /// What the expression comes to without any row; Error(kNotSupported) where it needs one.
  Value constant_value(const ExprRef& expr, const char* clause, SourceSpan span);
  /// What the next VALUES is cast to, column by column: an INSERT's.
  void set_value_types(std::vector<TypeRef> types) { value_types_ = std::move(types); }

 private:
  friend class SelectBinder;
  friend class ChangeBinder;

  struct LambdaFrame {
    const LambdaFrame* outer;
    const std::vector<std::string>* names;
    const std::vector<TypeRef>* types;
    std::vector<ExprRef>* captured;  // in the outer frame's terms
  };

  ExprRef literal(const sql::Literal& literal);
  ExprRef column(const sql::ColumnReference& reference, const ExprContext& context);
  /// `find` looks a name up once no lambda has it.
  using Find = std::function<ExprRef(size_t& used)>;
  ExprRef lookup(const sql::QualifiedName& names, SourceSpan span, const LambdaFrame* frame,
                 size_t& used, const Find& find);
  ExprRef own_column(const sql::QualifiedName& names, const ExprContext& context, SourceSpan span,
                     size_t& used);
  ExprRef outer_column(const sql::QualifiedName& names, SourceSpan span, size_t& used);
  /// What `find` binds where the query being bound stands in the one around it, as this one sees
  /// it; null where it finds nothing. There is a query around it.
  ExprRef bound_outside(SourceSpan span, const std::function<ExprRef(const ExprContext&)>& find);
  /// An aggregate or GROUPING(…) that reads columns of queries further out, and none of this one,
  /// belongs to the innermost of those; `bind` makes it in any query. Error(kBind) where it can be
  /// in none.
  ExprRef where_it_belongs(const std::string& name, SourceSpan span, const ExprContext& context,
                           const std::function<ExprRef(const ExprContext&)>& bind);
  ExprRef fields_of(ExprRef input, const sql::QualifiedName& names, size_t from);
  ExprRef field(ExprRef input, const std::string& name, SourceSpan span);
  ExprRef alias(const sql::QualifiedName& names, const ExprContext& context);
  [[noreturn]] void no_such_column(const sql::QualifiedName& names, const ExprContext& context,
                                   SourceSpan span);
  ExprRef comparison(const sql::Comparison& node, const ExprContext& context);
  ExprRef compare(sql::ComparisonOperator op, ExprRef left, ExprRef right, SourceSpan span);
  ExprRef between(const sql::Between& node, const ExprContext& context);
  ExprRef in_list(const sql::In& node, const ExprContext& context);
  ExprRef case_of(const sql::Case& node, const ExprContext& context);
  /// `operand`: what each WHEN is compared with; null: they are conditions.
  ExprRef case_over(const ExprRef& operand, const sql::Case& node, const ExprContext& context);
  ExprRef nullif(const ExprRef& value, const ExprRef& other, SourceSpan span);
  struct BoundSubquery {
    PlanRef plan;
    std::vector<ExprRef> outers;
  };
  BoundSubquery query_inside(const sql::Query& query, SourceSpan span, const ExprContext& context);
  ExprRef subquery(const sql::Subquery& node, const ExprContext& context);
  ExprRef quantified(const sql::Quantified& node, const ExprContext& context);
  /// key < ANY (S), by the extreme value of S: unknown when only NULLs could still decide.
  ExprRef any_by_extremes(sql::ComparisonOperator op, const ExprRef& key, BoundSubquery inside,
                          SourceSpan span);
  ExprRef subscript(const sql::Subscript& node, const ExprContext& context);
  ExprRef call(const sql::FunctionCall& node, const ExprContext& context);
  ExprRef scalar_call(const std::string& name, const sql::FunctionCall& node,
                      const ExprContext& context);
  /// Of a function that the program brought.
  ExprRef program_call(const ProgramFunctionRef& function, const sql::FunctionCall& node,
                       const ExprContext& context);
  ExprRef aggregate_call(const AggregateDeclaration& declaration, const sql::FunctionCall& node,
                         const ExprContext& context);
  /// The same, whatever may stand inside it.
  AggregateExprRef aggregate_over(const AggregateDeclaration& declaration,
                                  const sql::FunctionCall& node, ExprContext inner);
  ExprRef grouping_call(const sql::FunctionCall& node, const ExprContext& context);
  ExprRef window_call(const std::string& name, const sql::FunctionCall& node,
                      const ExprContext& context);
  /// The frame of `window`, whose order is bound already.
  void window_frame(const sql::WindowSpecification& specification, const ExprContext& context,
                    WindowExpr& window);
  ExprRef lambda(const sql::Lambda& node, const std::vector<TypeRef>& parameters,
                 const ExprContext& context);
  ExprRef value_function(const std::string& name, SourceSpan span);
  std::vector<SortKeyRef> sort_keys(const std::vector<sql::OrderItem>& items,
                                    const ExprContext& context);
  bool sorts_nulls_first(const sql::OrderItem& item) const;
  std::vector<sql::Argument> unpacked(const std::vector<sql::Argument>& arguments,
                                      const ExprContext& context);

  ExprRef current_setting(const sql::FunctionCall& node, const ExprContext& context);

  // --- unnest (bind_unnest.cpp)
  /// How many levels of lists and structs the call takes apart: 1, max_depth, or all.
  int unnest_levels(const std::vector<sql::Argument>& arguments, SourceSpan span);
  /// The list with nested lists taken out, as far as `levels` goes.
  ExprRef flattened_list(ExprRef list, int& levels);
  /// An UnnestExpr, or the struct whose fields are meant. `levels`: what is left for structs.
  ExprRef unnest_call(const sql::FunctionCall& node, const ExprContext& context, int& levels);
  /// The fields of a struct, and of those inside it.
  void struct_columns(const ExprRef& input, int levels,
                      std::vector<std::pair<ExprRef, std::string>>& columns);

  // --- stars (bind_star.cpp)
  std::vector<ScopeColumn> star_columns(const sql::Star& star, const Scope& scope, SourceSpan span);
  std::vector<ScopeColumn> chosen_columns(const sql::Columns& columns, const Scope& scope);

  // --- relations (bind_relation.cpp, bind_table_function.cpp, bind_join.cpp)
  BoundRelation relation(const sql::Relation& relation);
  /// Before TABLESAMPLE.
  BoundRelation whole_relation(const sql::Relation& relation);
  BoundRelation table_name(const sql::TableName& name);
  /// A table of the catalog; its rows' ids, where it has them, are hidden behind its columns.
  static BoundRelation scanned(TableRef table, const std::string& schema);
  /// `keep_empty`: unnest gives a row of NULL where there is nothing to unnest.
  BoundRelation table_function(const sql::TableFunction& function, const BoundRelation* left,
                               bool keep_empty = false);
  BoundRelation named_by_alias(BoundRelation bound, const sql::TableFunction& function,
                               const std::string& name);
  BoundRelation query_function(const sql::TableFunction& function);
  BoundRelation join(const sql::Join& join);
  // --- bind_pivot.cpp
  BoundRelation pivot(const sql::Pivot& pivot);
  BoundRelation unpivot(const sql::Unpivot& unpivot);
  /// A value that PIVOT … ON names or the data has: what of rows is put under it, and its name.
  struct PivotChoice {
    ExprRef condition;
    std::string name;
  };
  /// `source` gets a column for each key that has to be computed once.
  std::vector<PivotChoice> pivot_choices(const sql::PivotColumn& column, BoundRelation& source,
                                         const ExprContext& context);
  /// The distinct values of `keys` without NULLs, and behind them their texts, by which they are
  /// sorted: looked for now, as they say what columns the query has. One more than PIVOT may make
  /// at most.
  std::vector<std::vector<Value>> values_in_data(const BoundRelation& source,
                                                 const std::vector<ExprRef>& keys, SourceSpan span);
  PlanRef sampled(PlanRef plan, const sql::Sample& sample);
  /// A join with unnest(…) of the left side's lists, where it needs no join: each row once for each
  /// element, in order. Nothing for other joins.
  std::optional<BoundRelation> join_unnest(const sql::Join& join, const BoundRelation& left);
  BoundRelation aliased(BoundRelation bound, const sql::Relation& relation,
                        const std::string& default_name);
  /// The right side, which may read the left one's columns: then the plans are made such that
  /// the condition's domain says which of their rows belong together.
  BoundRelation right_side(const sql::Join& join, BoundRelation& left, JoinCondition& condition);
  /// USING and NATURAL: the equalities, and the positions of the columns in the two scopes.
  using ColumnPairs = std::vector<std::pair<size_t, size_t>>;
  ColumnPairs using_columns(const sql::Join& join, const BoundRelation& left,
                            const BoundRelation& right, JoinCondition& condition);
  /// `is_whole`: by the name recurring.t.
  PlanRef common_table(CommonTableEntry& entry, SourceSpan span, bool is_whole = false);
  /// A plan whose OuterColumnExprs are of `definition`'s, for the query being bound, further in.
  PlanRef seen_from_here(const PlanRef& plan, OuterQuery* definition);

  // --- queries (bind_query.cpp)
  PlanRef body(const sql::Query& query);
  PlanRef set_operation(const sql::SetOperation& query);
  /// The operation over its bound inputs.
  PlanRef combined(const sql::SetOperation& query, std::vector<PlanRef> inputs);
  /// The definition of a table in WITH RECURSIVE (bind_recursive.cpp).
  PlanRef recursive(const sql::SetOperation& query, CommonTableEntry& entry);
  std::vector<uint32_t> key_columns(const sql::CommonTable& definition, const Schema& schema);
  PlanRef values(const sql::Values& query);
  PlanRef describe(const sql::Describe& query);
  PlanRef summarize(const PlanRef& input);
  PlanRef ordered(PlanRef plan, const sql::Query& query);
  PlanRef limited(PlanRef plan, const sql::Query& query);
  /// What LIMIT or OFFSET says: neither where all rows are meant.
  struct RowBound {
    std::optional<double> share;  // of the rows, in percent
    std::optional<int64_t> rows;
    ExprRef deferred;  // a subquery says it; checked where it is evaluated
  };
  RowBound row_bound(const sql::ExpressionRef& expression, const char* clause, bool is_percent);
  /// Rows behind the first `skip`, at most `take` (null: all), where subqueries say how many.
  PlanRef limited_by(PlanRef plan, ExprRef skip, ExprRef take, bool is_percent);

  Catalog& catalog_;
  const Parameters& parameters_;
  CommonTables tables_;
  const LambdaFrame* frame_ = nullptr;
  OuterQuery* outer_ = nullptr;  // null: no query around this one
  std::vector<const sql::Expression*> alias_stack_;
  uint64_t alias_uses_ = 0;
  uint64_t columns_choices_read_ = 0;
  uint64_t aggregates_bound_again_ = 0;
  std::vector<TypeRef> value_types_;
  int64_t recursions_ = 0;  // ids given so far
  uint64_t samples_ = 0;    // seeds given so far
  /// The recursive definition that body() comes to next.
  CommonTableEntry* defining_ = nullptr;
  std::vector<std::string> views_;  // being bound, the outermost first
};

/// What values of two types are brought together for.
enum class Meeting : uint8_t {
  kMix,    // one column of both: VARCHAR wins
  kEqual,  // an equality: VARCHAR gives way
  kOrder,  // one before the other: VARCHAR meets no other type without a CAST
};

/// Both sides under one type, literals bending to the other side; Error(kTypeMismatch) otherwise.
TypeRef unify(ExprRef& left, ExprRef& right, SourceSpan span, const char* what,
              Meeting meeting = Meeting::kMix);
TypeRef unify_all(std::vector<ExprRef>& exprs, SourceSpan span, const char* what,
                  Meeting meeting = Meeting::kMix);
/// What `use` makes of a value that it may put into several places: computed once for a row, though
/// it may be volatile.
ExprRef computed_once(const ExprRef& value, SourceSpan span,
                      const std::function<ExprRef(const ExprRef&)>& use);
/// Casts for assignment (INSERT, UNION): any cast that exists.
PlanRef cast_columns(PlanRef plan, const std::vector<TypeRef>& types,
                     const std::vector<std::string>& names);

/// The one choice of columns inside an item, where it has one that is not unpacked into a call.
const sql::Columns* columns_in(const sql::Expression& node);

/// `COLUMNS('a_(.*)') AS '\1'`: what the pattern captured of a column's name, put into the alias;
/// \0 is the whole name.
std::string captured_name(const sql::Columns& columns, const std::string& column,
                          const std::string& alias);

/// Puts what the placeholders stand for into `plan`; the expression then reads plain columns.
ExprRef attach_subqueries(const ExprRef& expr, PlanRef& plan);
/// The rows for which the condition, in which placeholders may stand, holds; behind their columns
/// may be others.
PlanRef filtered_by(PlanRef plan, const ExprRef& condition);

}  // namespace doline
