#pragma once

#include "sql/print.h"

namespace doline::sql {

/// Writes a tree as SQL into a string. Owned by one call of print.h.
/// Invariant: an expression is written so that it may stand as an operand of any operator without
/// further parentheses; only what follows directly (`[`, `::`) needs them, see `subscripted`.
class Printer {
 public:
  std::string take() { return std::move(out_); }

  void expression(const Expression& node);
  void type(const TypeName& node);
  void query(const Query& node);
  void relation(const Relation& node);
  void statement(const Statement& node);

 private:
  void put(std::string_view text) { out_ += text; }
  void put_name(const Identifier& name) { out_ += quote_identifier(name.text); }
  void put_names(const std::vector<Identifier>& parts);
  void put_name_list(const std::vector<Identifier>& names);
  /// Calls `item` for each element with `separator` between them.
  template <class List, class Item>
  void join(const List& list, std::string_view separator, Item item) {
    bool first = true;
    for (const auto& element : list) {
      if (!first) put(separator);
      first = false;
      item(element);
    }
  }
  void put_expressions(const std::vector<ExpressionRef>& list);
  void put_named(const NamedExpression& item);
  void put_named_list(const std::vector<NamedExpression>& items);
  void put_arguments(const std::vector<Argument>& arguments);
  void put_order(const std::vector<OrderItem>& items);
  void put_window(const WindowSpecification& window);
  void put_bound(const FrameBound& bound);
  void put_sample(const Sample& sample);
  void put_with(const With& with);

  void write(const Literal& node);
  void write(const ColumnReference& node);
  void write(const PositionalReference& node);
  void write(const Parameter& node);
  void write(const Default& node);
  void write(const Star& node);
  void write(const Columns& node);
  void write(const FunctionCall& node);
  void write(const Comparison& node);
  void write(const Conjunction& node);
  void write(const Not& node);
  void write(const IsNull& node);
  void write(const Between& node);
  void write(const In& node);
  void write(const Case& node);
  void write(const Cast& node);
  void write(const Try& node);
  void write(const Subquery& node);
  void write(const Quantified& node);
  void write(const Lambda& node);
  void write(const Subscript& node);
  void write(const Slice& node);
  void write(const FieldAccess& node);
  void write(const Collate& node);
  void write_operator(const FunctionCall& node);
  void write_star_filter(const Expression& filter);
  void subscripted(const Expression& input);

  void write(const Select& node);
  void write(const SetOperation& node);
  void write(const Values& node);
  void write(const Describe& node);
  void put_grouping(const GroupingElement& element);

  void write(const TableName& node);
  void write(const TableFunction& node);
  void write(const SubqueryRelation& node);
  void write(const Join& node);
  void write(const Pivot& node);
  void write(const Unpivot& node);

  void write(const SelectStatement& node);
  void write(const CreateTable& node);
  void write(const CreateView& node);
  void write(const CreateType& node);
  void write(const CreateMacro& node);
  void write(const CreateSchema& node);
  void write(const Insert& node);
  void write(const Update& node);
  void write(const Delete& node);
  void write(const Drop& node);
  void write(const Alter& node);
  void write(const Copy& node);
  void write(const Set& node);
  void write(const Pragma& node);
  void write(const Explain& node);
  void write(const Prepare& node);
  void write(const Execute& node);
  void write(const Deallocate& node);
  void write(const Transaction& node);
  void write(const Use& node);
  void write(const Attach& node);
  void write(const Detach& node);
  void write(const Maintain& node);
  void put_create(IfTaken if_taken, bool temporary, std::string_view what,
                  const QualifiedName& name);
  void put_column(const ColumnDefinition& column);
  void put_constraint(const Constraint& constraint);
  void put_assignments(const std::vector<Assignment>& assignments);
  void put_returning(const std::vector<NamedExpression>& items);
  void put_options(const std::vector<Option>& options);

  std::string out_;
};

}  // namespace doline::sql
