// links: sql
//
// The SQL parser: any text is a statement or a syntax error; what it parses to survives its own
// bytes and its own printing. Any bytes are a tree or corrupt.
#include <cstdint>
#include <span>
#include <string_view>

#include "base/assert.h"
#include "base/error.h"
#include "sql/compare.h"
#include "sql/lexer.h"
#include "sql/parser.h"
#include "sql/print.h"
#include "sql/tree_bytes.h"

namespace {

using namespace doline;
using namespace doline::sql;

void check_statement(const Statement& tree) {
  const Bytes bytes = to_bytes(tree);
  const StatementRef read = statement_from_bytes(bytes);
  ASSERT(equal(*read, tree));
  ASSERT(to_bytes(*read) == bytes);
  const std::string printed = to_sql(tree);
  StatementRef again;
  try {
    again = parse_statement(printed);
  } catch (const Error& error) {
    // What is printed has more parentheses than what was written, so it may be nested too deeply.
    ASSERT(error.message().find("nested more than") != std::string::npos);
    return;
  }
  ASSERT(equal(*again, tree));
}

void check_text(std::string_view text) {
  is_unfinished(text);
  for (const SourceSpan span : split_statements(text)) ASSERT(span.end <= text.size());
  std::vector<StatementRef> statements;
  try {
    statements = parse(text);
  } catch (const Error& error) {
    ASSERT(error.code() == ErrorCode::kSyntax || error.code() == ErrorCode::kNotSupported);
    ASSERT(error.span().end <= text.size());
    error.render(text);
    return;
  }
  for (const auto& statement : statements) check_statement(*statement);
}

void check_bytes(std::span<const std::byte> bytes) {
  try {
    const StatementRef tree = statement_from_bytes(bytes);
    ASSERT(equal(*statement_from_bytes(to_bytes(*tree)), *tree));
    to_sql(*tree);
  } catch (const Error& error) {
    ASSERT(error.code() == ErrorCode::kCorrupt);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  check_text({reinterpret_cast<const char*>(data), size});
  check_bytes({reinterpret_cast<const std::byte*>(data), size});
  return 0;
}
