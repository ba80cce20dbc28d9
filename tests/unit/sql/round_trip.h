#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/error.h"
#include "sql/compare.h"
#include "sql/parser.h"
#include "sql/print.h"
#include "sql/tree_bytes.h"

namespace doline::sql {

/// Parses, prints, parses what was printed, and goes through bytes; expects the same tree each
/// time. Returns what was printed.
inline std::string round_trip(std::string_view text) {
  SCOPED_TRACE(std::string(text));
  std::string printed;
  try {
    const StatementRef tree = parse_statement(text);
    printed = to_sql(*tree);
    const StatementRef again = parse_statement(printed);
    EXPECT_TRUE(equal(*tree, *again)) << printed;
    EXPECT_EQ(to_sql(*again), printed);
    const Bytes bytes = to_bytes(*tree);
    const StatementRef read = statement_from_bytes(bytes);
    EXPECT_TRUE(equal(*tree, *read)) << printed;
    EXPECT_EQ(to_bytes(*read), bytes) << printed;
    EXPECT_EQ(to_sql(*read), printed);
  } catch (const Error& error) {
    ADD_FAILURE() << error.render(printed.empty() ? text : printed);
  }
  return printed;
}

/// The rendered error of a text that must not parse; empty, and a failure, if it does.
inline std::string syntax_error(std::string_view text) {
  try {
    parse(text);
  } catch (const Error& error) {
    return error.render(text);
  }
  ADD_FAILURE() << "parsed: " << text;
  return {};
}

struct Printed {
  std::string_view text;
  std::string_view sql;
};

}  // namespace doline::sql
