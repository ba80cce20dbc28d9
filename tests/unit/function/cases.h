#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "evaluate.h"

namespace doline {

struct Case {
  const char* name;
  std::vector<std::string> arguments;
  std::string expected;
};

/// The functions under test, without those of other files.
inline const FunctionRegistry& scalar_registry() {
  static const FunctionRegistry registry = [] {
    FunctionRegistry all;
    register_operators(all);
    register_numeric_functions(all);
    register_string_functions(all);
    register_pattern_functions(all);
    register_hash_functions(all);
    return all;
  }();
  return registry;
}

inline void check(const std::vector<Case>& cases) {
  const Evaluator evaluate(scalar_registry());
  for (const Case& c : cases) {
    std::string call = std::string(c.name) + "(";
    for (const auto& argument : c.arguments) call += argument + "; ";
    EXPECT_EQ(evaluate(c.name, c.arguments), c.expected) << call << ")";
  }
}

inline void check_types(const std::vector<Case>& cases) {
  const Evaluator evaluate(scalar_registry());
  for (const Case& c : cases) {
    std::string call = std::string(c.name) + "(";
    for (const auto& argument : c.arguments) call += argument + "; ";
    EXPECT_EQ(evaluate.type_of(c.name, c.arguments), c.expected) << call << ")";
  }
}

}  // namespace doline
