#pragma once

#include <optional>

#include "sql/build.h"
#include "sql/token_stream.h"

namespace doline::sql {

/// How tightly an operator binds, loosest first, as in DuckDB 2.0.
enum class Level : uint8_t {
  kArrow,  // x -> body
  kOr,
  kAnd,
  kNot,
  kIs,          // IS NULL, IS TRUE, ISNULL
  kDistinct,    // IS DISTINCT FROM
  kComparison,  // = < …
  kRange,       // BETWEEN, IN, LIKE
  kOther,       // || ->> @> …
  kBit,         // & | << >>
  kAdd,
  kMultiply,
  kPower,
  kCollate,
  kTimeZone,
  kPrefix,  // -x
};

/// Where a name stands decides which keywords it may be.
enum class NameRole : uint8_t {
  kColumn,    // also tables, aliases of tables
  kFunction,  // also types
  kImplicit,  // an alias without AS
  kLabel,     // behind AS or a dot: any word
};

/// The grammar, by recursive descent; operators by precedence climbing. One file for each part of
/// it: grammar_*.cpp. Owned by one call of parser.h.
/// Invariant: nesting_ counts the recursions that text controls, and never passes kMaxHeight.
class Grammar {
 public:
  explicit Grammar(std::string_view text) : tokens_(text) {}

  std::vector<StatementRef> script();
  StatementRef only_statement();
  ExpressionRef only_expression();
  TypeNameRef only_type();

 private:
  using OpenQuery = std::shared_ptr<Query>;  // a query only this parse knows of, still mutable

  /// Held while the grammar recurses.
  class Nesting {
   public:
    explicit Nesting(Grammar& grammar) : grammar_(grammar) {
      if (++grammar_.nesting_ > kMaxHeight) grammar_.nested_too_deeply();
    }
    ~Nesting() { --grammar_.nesting_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    Grammar& grammar_;
  };
  [[noreturn]] void nested_too_deeply();

  // Names: grammar_name.cpp
  bool at_name(NameRole role, size_t ahead = 0) const;
  Identifier name(NameRole role, std::string_view wanted);
  /// `a.b.c`, of which the first part must be no keyword of another role.
  QualifiedName qualified_name(std::string_view wanted);
  /// `(a, b)`.
  std::vector<Identifier> name_list(std::string_view wanted);
  /// `AS name` or, where it cannot be anything else, `name`; else empty.
  Identifier optional_alias();
  Identifier string_or_name(NameRole role, std::string_view wanted);
  std::string string_text(std::string_view wanted);
  /// Parses items between commas, one of which may trail, until a token in front of which
  /// `at_close` holds.
  template <class Item, class AtClose>
  void list(Item item, AtClose at_close);
  /// The same, and the closing mark itself.
  template <class Item>
  void list_until(std::string_view close, Item item);

  // Operators: grammar_operator.cpp
  ExpressionRef expression() { return binary(Level::kArrow); }
  ExpressionRef binary(Level loosest);
  ExpressionRef binary_rest(ExpressionRef left, Level loosest, uint32_t begin);
  ExpressionRef operand();
  ExpressionRef signed_operand();
  struct Infix;
  std::optional<Infix> infix() const;
  ExpressionRef infix_rest(const Infix& op, ExpressionRef left, uint32_t begin);
  ExpressionRef arrow(ExpressionRef left, uint32_t begin);
  ExpressionRef conjunction(ConjunctionOperator op, ExpressionRef left, uint32_t begin);
  ExpressionRef is_test(ExpressionRef left, uint32_t begin);
  ExpressionRef compared(ExpressionRef left, uint32_t begin);
  ExpressionRef quantified(ComparisonOperator op, ExpressionRef left, uint32_t begin);
  ExpressionRef range_test(ExpressionRef left, uint32_t begin);
  ExpressionRef in_list(ExpressionRef left, uint32_t begin);
  ExpressionRef pattern_match(ExpressionRef left, uint32_t begin, bool negated);
  ExpressionRef symbolic(const Infix& op, ExpressionRef left, uint32_t begin);

  // Operands: grammar_operand.cpp
  ExpressionRef postfixed();
  ExpressionRef primary();
  ExpressionRef keyword_primary();
  ExpressionRef number();
  ExpressionRef blob();
  ExpressionRef parameter();
  ExpressionRef position_reference();
  ExpressionRef parenthesised();
  ExpressionRef names_or_call();
  ExpressionRef star(std::vector<Identifier> qualifier, uint32_t begin);
  void star_changes(Star& node);
  ExpressionRef columns(std::vector<Identifier> qualifier, uint32_t begin, bool unpack);
  ExpressionRef bracketed();
  ExpressionRef comprehension(ExpressionRef result, uint32_t begin);
  ExpressionRef struct_literal();
  ExpressionRef map_literal();
  ExpressionRef subscript(ExpressionRef input, uint32_t begin);
  ExpressionRef member(ExpressionRef input, uint32_t begin);
  bool at_query(size_t ahead = 0) const;
  ExpressionRef subquery(SubqueryKind kind, uint32_t begin);

  // Calls: grammar_call.cpp
  /// Behind the name of the function, at its parenthesis; `receiver` is x of x.f().
  ExpressionRef call_rest(QualifiedName function, ExpressionRef receiver, uint32_t begin);
  Argument argument();
  std::vector<Argument> arguments();
  void call_modifiers(FunctionCall& node);
  std::vector<OrderItem> order_items();
  WindowRef window_specification();
  void window_frame(WindowSpecification& window);
  FrameBound frame_bound();

  // Expressions with a syntax of their own: grammar_special.cpp
  ExpressionRef case_expression();
  ExpressionRef cast_call(bool is_try);
  bool at_negative_interval() const;
  ExpressionRef interval();
  ExpressionRef extract();
  ExpressionRef substring();
  ExpressionRef position();
  ExpressionRef overlay();
  ExpressionRef trim();
  ExpressionRef lambda();
  ExpressionRef array();
  bool at_typed_literal() const;
  ExpressionRef typed_literal();

  // Types: grammar_type.cpp
  TypeNameRef type();
  std::shared_ptr<TypeName> plain_type();
  void type_modifiers(TypeName& node);
  void type_members(TypeName& node);
  bool with_time_zone();

  // Queries: grammar_query.cpp
  OpenQuery query();
  /// ORDER BY, LIMIT and OFFSET behind `body`, and `with` before it.
  OpenQuery query_rest(With with, OpenQuery body, uint32_t begin);
  With with_clause();
  CommonTable common_table();
  OpenQuery set_operations(OpenQuery left, int loosest, uint32_t begin);
  OpenQuery query_primary();
  OpenQuery select();
  void select_list(Select& node);
  void select_clauses(Select& node);
  GroupingElement grouping_element();
  OpenQuery values();
  OpenQuery describe();
  OpenQuery show();
  OpenQuery select_all_from(RelationRef relation, SourceSpan span);
  NamedExpression named_expression();
  std::vector<NamedExpression> named_expressions();
  bool at_list_end() const;
  /// Whether ROWS, RANGE or GROUPS opens a window's frame here.
  bool at_frame() const;

  // Relations: grammar_relation.cpp
  RelationRef from_list();
  RelationRef joined(RelationRef left, uint32_t begin);
  bool at_join() const;
  RelationRef relation();
  std::shared_ptr<Relation> relation_primary();
  std::shared_ptr<Relation> relation_in_parentheses();
  std::shared_ptr<Relation> table_function(QualifiedName function, bool lateral, uint32_t begin);
  std::shared_ptr<Relation> named_table();
  void relation_alias(Relation& node);
  RelationRef close_relation(std::shared_ptr<Relation> node, uint32_t begin);
  SampleRef sample();
  ExpressionRef number_or_parameter();

  // Pivot: grammar_pivot.cpp
  OpenQuery pivot_statement();
  OpenQuery unpivot_statement();
  RelationRef pivot_clause(RelationRef source, uint32_t begin);
  RelationRef unpivot_clause(RelationRef source, uint32_t begin);
  PivotColumn pivot_column();

  // Statements: grammar_statement.cpp, grammar_create.cpp, grammar_modify.cpp
  StatementRef statement();
  StatementRef query_statement();
  StatementRef explain();
  StatementRef prepare();
  StatementRef execute();
  StatementRef deallocate();
  StatementRef set();
  StatementRef reset();
  SettingScope setting_scope();
  StatementRef pragma();
  StatementRef transaction();
  StatementRef use();
  StatementRef attach();
  StatementRef detach();
  StatementRef call_statement();
  StatementRef maintain();
  [[noreturn]] void unknown_statement();
  [[noreturn]] void not_supported(std::string_view what);

  StatementRef create();
  StatementRef create_table(IfTaken if_taken, bool temporary, uint32_t begin);
  StatementRef create_view(IfTaken if_taken, bool temporary, uint32_t begin);
  StatementRef create_type(IfTaken if_taken, bool temporary, uint32_t begin);
  StatementRef create_macro(IfTaken if_taken, bool temporary, uint32_t begin);
  StatementRef create_schema(IfTaken if_taken, uint32_t begin);
  MacroOverload macro_overload();
  ColumnDefinition column_definition();
  std::optional<Constraint> column_constraint();
  std::optional<Constraint> table_constraint();
  void foreign_key(Constraint& constraint);
  IfTaken if_not_exists(IfTaken otherwise);
  bool if_exists();
  StatementRef drop();
  std::optional<ObjectKind> object_kind();
  StatementRef alter();
  void alter_action(Alter& node);

  StatementRef insert(With with, uint32_t begin);
  OnConflict on_conflict();
  StatementRef update(With with, uint32_t begin);
  StatementRef remove(With with, uint32_t begin);
  StatementRef truncate();
  std::vector<Assignment> assignments();
  std::vector<NamedExpression> returning();
  RelationRef modified_table(Keyword next);
  StatementRef copy();
  std::vector<Option> options_in_parentheses();
  std::vector<Option> legacy_options();
  std::vector<ExpressionRef> option_values();
  ExpressionRef option_value();

  TokenStream tokens_;
  uint32_t nesting_ = 0;
  uint32_t parameters_ = 0;  // how many `?` this statement has had
};

template <class Item, class AtClose>
void Grammar::list(Item item, AtClose at_close) {
  do {
    item();
  } while (tokens_.accept(",") && !at_close());
}

template <class Item>
void Grammar::list_until(std::string_view close, Item item) {
  list(item, [&] { return tokens_.at(close); });
  if (!tokens_.accept(close)) tokens_.fail(fmt::format("\",\" or \"{}\"", close));
}

}  // namespace doline::sql
