#pragma once

#include "sql/statement.h"

namespace doline::sql {

/// The end of a node's building: gives it its span and height and makes it shared and immutable.
/// Throws kSyntax at the span when the tree would be higher than kMaxHeight.
///
///   auto node = std::make_shared<Not>();
///   node->input = condition;
///   ExpressionRef done = finish(std::move(node), span);
template <class T>
std::shared_ptr<const T> finish(std::shared_ptr<T> node, SourceSpan span);

// The shapes the grammar and the binder make again and again.

ExpressionRef literal(LiteralKind kind, std::string text, SourceSpan span);
ExpressionRef call(std::string_view function, std::vector<ExpressionRef> arguments, SourceSpan span);
ExpressionRef operation(std::string_view symbol, std::vector<ExpressionRef> arguments,
                        SourceSpan span);
ExpressionRef negation(ExpressionRef input, SourceSpan span);
ExpressionRef comparison(ComparisonOperator op, ExpressionRef left, ExpressionRef right,
                         SourceSpan span);
ExpressionRef column(Identifier name);
/// A cast to a type that has neither modifiers nor members.
ExpressionRef cast(ExpressionRef input, std::string_view type, SourceSpan span);

}  // namespace doline::sql
