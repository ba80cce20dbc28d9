#include "bind/value_expression.h"

#include "sql/build.h"
#include "sql/parser.h"

namespace doline {

namespace {

std::string hex_of(const std::string& bytes) {
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02X}", static_cast<unsigned char>(byte));
  return hex;
}

sql::ExpressionRef untyped(const Value& value, SourceSpan span) {
  const TypeRef type = value.type();
  if (value.is_null()) return sql::literal(sql::LiteralKind::kNull, "", span);
  if (type->is(TypeKind::kBlob))
    return sql::literal(sql::LiteralKind::kBlob, hex_of(value.as_text()), span);
  if (!type->is_nested()) return sql::literal(sql::LiteralKind::kString, value.to_string(), span);
  std::vector<sql::ExpressionRef> members;
  if (type->is(TypeKind::kMap)) {
    std::vector<sql::ExpressionRef> keys, values;
    for (const Value& pair : value.as_nested()) {
      keys.push_back(expression_of(pair.as_nested()[0], span));
      values.push_back(expression_of(pair.as_nested()[1], span));
    }
    members = {sql::call("list_value", std::move(keys), span),
               sql::call("list_value", std::move(values), span)};
    return sql::call("map", std::move(members), span);
  }
  for (const Value& member : value.as_nested()) members.push_back(expression_of(member, span));
  return sql::call(type->is(TypeKind::kStruct) ? "row" : "list_value", std::move(members), span);
}

}  // namespace

sql::ExpressionRef expression_of(const Value& value, SourceSpan span) {
  sql::ExpressionRef written = untyped(value, span);
  if (value.type()->is(TypeKind::kNull)) return written;
  return sql::cast(std::move(written), sql::parse_type(value.type()->name()), false, span);
}

}  // namespace doline
