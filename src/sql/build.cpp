#include "sql/build.h"

#include <algorithm>

#include "base/error.h"
#include "sql/visit.h"

namespace doline::sql {

namespace {

/// The height of the highest reference among the fields.
struct HeightWalker : EachField<HeightWalker> {
  uint32_t highest = 0;

  template <class T>
  void take(const T& value) {
    if constexpr (ReferenceField<T>) {
      if (value == nullptr) return;
      using Target = typename ReferenceTrait<T>::Target;
      if constexpr (requires { value->height; }) {
        highest = std::max(highest, value->height);
      } else {
        Target::fields(*value, *this);
      }
    } else if constexpr (ListField<T>) {
      for (const auto& element : value) take(element);
    } else if constexpr (std::same_as<T, GroupingElement>) {
      // The only struct that holds itself, so it counts as a storey.
      HeightWalker inner;
      GroupingElement::fields(value, inner);
      highest = std::max(highest, inner.highest + 1);
    } else if constexpr (StructField<T>) {
      T::fields(value, *this);
    }
  }
};

}  // namespace

template <class T>
void close(T& node, SourceSpan span) {
  HeightWalker walker;
  T::fields(node, walker);
  if (walker.highest >= kMaxHeight) {
    throw Error(ErrorCode::kSyntax, span, "this is nested more than {} levels deep", kMaxHeight)
        .hint("take parts of it out into WITH clauses or views");
  }
  node.span = span;
  node.height = walker.highest + 1;
}

#define X(tag, name) template void close<name>(name&, SourceSpan);
DOLINE_SQL_EXPRESSIONS(X)
DOLINE_SQL_RELATIONS(X)
DOLINE_SQL_QUERIES(X)
DOLINE_SQL_STATEMENTS(X)
#undef X
template void close<TypeName>(TypeName&, SourceSpan);

ExpressionRef literal(LiteralKind kind, std::string text, SourceSpan span) {
  auto node = std::make_shared<Literal>();
  node->literal = kind;
  node->text = std::move(text);
  return finish(std::move(node), span);
}

namespace {

ExpressionRef make_call(std::string_view name, std::vector<ExpressionRef> arguments,
                        SourceSpan span, bool is_operator) {
  auto node = std::make_shared<FunctionCall>();
  node->name.push_back({std::string(name), span});
  node->arguments.reserve(arguments.size());
  for (auto& argument : arguments) node->arguments.push_back({{}, std::move(argument)});
  node->is_operator = is_operator;
  return finish(std::move(node), span);
}

}  // namespace

ExpressionRef call(std::string_view function, std::vector<ExpressionRef> arguments,
                   SourceSpan span) {
  return make_call(function, std::move(arguments), span, false);
}

ExpressionRef operation(std::string_view symbol, std::vector<ExpressionRef> arguments,
                        SourceSpan span) {
  return make_call(symbol, std::move(arguments), span, true);
}

ExpressionRef negation(ExpressionRef input, SourceSpan span) {
  auto node = std::make_shared<Not>();
  node->input = std::move(input);
  return finish(std::move(node), span);
}

ExpressionRef comparison(ComparisonOperator op, ExpressionRef left, ExpressionRef right,
                         SourceSpan span) {
  auto node = std::make_shared<Comparison>();
  node->op = op;
  node->left = std::move(left);
  node->right = std::move(right);
  return finish(std::move(node), span);
}

ExpressionRef column(Identifier name) {
  auto node = std::make_shared<ColumnReference>();
  const SourceSpan span = name.span;
  node->names.push_back(std::move(name));
  return finish(std::move(node), span);
}

ExpressionRef cast(ExpressionRef input, TypeNameRef type, bool is_try, SourceSpan span) {
  auto node = std::make_shared<Cast>();
  node->input = std::move(input);
  node->type = std::move(type);
  node->is_try = is_try;
  return finish(std::move(node), span);
}

TypeNameRef type_name(std::string_view name, SourceSpan span) {
  auto node = std::make_shared<TypeName>();
  node->name.push_back({std::string(name), span});
  return finish(std::move(node), span);
}

}  // namespace doline::sql
