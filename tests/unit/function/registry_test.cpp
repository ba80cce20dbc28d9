#include <gtest/gtest.h>

#include "cases.h"

namespace doline {
namespace {

TEST(Registry, EveryFunctionSaysWhatItDoesAndShowsIt) {
  for (const ScalarFunction& function : scalar_registry().scalars()) {
    EXPECT_FALSE(function.summary.empty()) << function.name;
    EXPECT_TRUE(function.summary.ends_with('.')) << function.name << ": a summary is a sentence";
    EXPECT_FALSE(function.category.empty()) << function.name;
    EXPECT_FALSE(function.example.empty()) << function.name;
    EXPECT_FALSE(function.example_result.empty()) << function.name;
    EXPECT_FALSE(function.overloads.empty()) << function.name;
    for (const ScalarOverload& overload : function.overloads) {
      EXPECT_TRUE(overload.kernel || overload.bind)
          << function.name << " has an overload that computes nothing";
      EXPECT_TRUE(overload.result.kind != TypePattern::Kind::kAny || overload.bind)
          << function.name << " has no result type";
    }
    EXPECT_EQ(scalar_registry().scalar(function.name), &function);
    for (const std::string& alias : function.aliases)
      EXPECT_EQ(scalar_registry().scalar(alias), &function) << alias;
  }
}

TEST(Registry, NamesAreFoundInAnyCase) {
  EXPECT_EQ(scalar_registry().scalar("Upper"), scalar_registry().scalar("upper"));
  EXPECT_EQ(scalar_registry().scalar("no_such_function"), nullptr);
}

TEST(Registry, MoreOverloadsComeBeforeTheOneThatTakesAnything) {
  FunctionRegistry registry;
  const auto kernel = [](const KernelCall&, std::span<const Column> arguments) {
    return arguments[0];
  };
  registry.add(
      {"f",
       {},
       "test",
       "Test.",
       "f(1)",
       "1",
       {{.parameters = {Type::varchar()}, .result = Type::varchar(), .kernel = kernel},
        {.parameters = {TypePattern::any()}, .result = Type::varchar(), .kernel = kernel}}});
  registry.extend(
      "f",
      {{.parameters = {TypePattern::list_of('T')}, .result = Type::varchar(), .kernel = kernel}});
  const auto& overloads = registry.scalar("f")->overloads;
  ASSERT_EQ(overloads.size(), 3U);
  EXPECT_EQ(overloads[1].parameters[0].kind, TypePattern::Kind::kListOf);
  EXPECT_EQ(overloads[2].parameters[0].kind, TypePattern::Kind::kAny);
}

TEST(RowErrors, TheLowestRowSpeaksOrAllRowsAreMasked) {
  RowErrors loud(RowErrors::Mode::kThrow);
  loud.fail(7, ErrorCode::kOverflow, [] { return std::string("seven"); });
  loud.fail(3, ErrorCode::kConversion, [] { return std::string("three"); });
  loud.fail(5, ErrorCode::kOverflow, [] { return std::string("five"); });
  try {
    loud.raise(SourceSpan{1, 2});
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "three");
    EXPECT_EQ(error.code(), ErrorCode::kConversion);
    EXPECT_EQ(error.span(), (SourceSpan{1, 2}));
  }
  RowErrors quiet(RowErrors::Mode::kNull);
  EXPECT_FALSE(quiet.take_survivors(10));
  quiet.fail(2, ErrorCode::kOverflow, [] { return std::string("never built"); });
  quiet.raise(SourceSpan{});
  const BufferRef survivors = quiet.take_survivors(10);
  ASSERT_TRUE(survivors);
  EXPECT_FALSE(test_bit(survivors->as<uint64_t>(), 2));
  EXPECT_TRUE(test_bit(survivors->as<uint64_t>(), 3));
  EXPECT_FALSE(quiet.any());
}

}  // namespace
}  // namespace doline
