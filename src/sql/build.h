#pragma once

#include <string_view>

#include "sql/statement.h"

namespace doline::sql {

/// Gives a node that is still being built its span and its height. Throws kSyntax at the span when
/// the tree would be higher than kMaxHeight.
template <class T>
void close(T& node, SourceSpan span);

/// The end of a node's building: closes it and makes it immutable.
///
///   auto node = std::make_shared<Not>();
///   node->input = condition;
///   ExpressionRef done = finish(std::move(node), span);
template <class T>
std::shared_ptr<const T> finish(std::shared_ptr<T> node, SourceSpan span) {
  close(*node, span);
  return node;
}

// The shapes the grammar and the binder make again and again.

ExpressionRef literal(LiteralKind kind, std::string text, SourceSpan span);
ExpressionRef call(std::string_view function, std::vector<ExpressionRef> arguments,
                   SourceSpan span);
ExpressionRef operation(std::string_view symbol, std::vector<ExpressionRef> arguments,
                        SourceSpan span);
ExpressionRef negation(ExpressionRef input, SourceSpan span);
ExpressionRef comparison(ComparisonOperator op, ExpressionRef left, ExpressionRef right,
                         SourceSpan span);
ExpressionRef column(Identifier name);
ExpressionRef cast(ExpressionRef input, TypeNameRef type, bool is_try, SourceSpan span);
/// A type that has neither modifiers nor members.
TypeNameRef type_name(std::string_view name, SourceSpan span);

}  // namespace doline::sql
