#include <gtest/gtest.h>

#include "expr/expr.h"
#include "expr/program.h"

namespace doline {
namespace {

ExprRef column(uint32_t index) { return ColumnExpr::create(index, Type::float64(), "c"); }
ExprRef it() { return LetValueExpr::create(Type::float64()); }
ExprRef equality(const ExprRef& a, const ExprRef& b) { return CallExpr::create("=", {a, b}); }
ExprRef drawn() { return CallExpr::create("random", {}); }

TEST(LetExpr, StandsForVolatileValuesAlone) {
  EXPECT_TRUE(
      equal(*LetExpr::create(column(0), equality(it(), it())), *equality(column(0), column(0))));
  const ExprRef let = LetExpr::create(drawn(), equality(it(), column(1)));
  ASSERT_EQ(let->tag(), NodeTag::kLet);
  EXPECT_TRUE(is_volatile(let));
  EXPECT_FALSE(is_constant(let));
  EXPECT_EQ(columns_of(let), std::vector<uint32_t>{1});
  // What the value becomes once it is a column.
  EXPECT_TRUE(equal(*let->with_inputs({column(0), equality(it(), column(1))}),
                    *equality(column(0), column(1))));
}

TEST(LetExpr, BodiesWithinReadTheirOwnValue) {
  const ExprRef inner = LetExpr::create(drawn(), equality(it(), it()));
  const ExprRef outer =
      LetExpr::create(column(0), ConjunctionExpr::create(false, {inner, equality(it(), it())}));
  const auto& terms = static_cast<const ConjunctionExpr&>(*outer).terms;
  EXPECT_TRUE(equal(*terms[0], *inner));
  EXPECT_TRUE(equal(*terms[1], *equality(column(0), column(0))));
}

TEST(LetExpr, ComputesItsValueOnceForEach) {
  // Equal bodies over different values are no common part.
  const ExprRef same = LetExpr::create(drawn(), equality(it(), it()));
  const ExprRef kept = LetExpr::create(drawn(), it());
  const ExprRef all = ConjunctionExpr::create(true, {same, same, equality(kept, kept)});
  Program::Scratch scratch;
  std::vector<Column> out;
  const Chunk chunk({}, kChunkRows);
  Program::compile(all, {})->evaluate(chunk, scratch, out);
  EXPECT_FALSE(Value::of(out[0], 0).as_bool());  // two draws of `kept`
  Program::compile(same, {})->evaluate(chunk, scratch, out);
  for (uint32_t row = 0; row < kChunkRows; ++row) ASSERT_TRUE(Value::of(out[0], row).as_bool());
}

TEST(LetExpr, IsReadFromBytesOnlyWhereItFits) {
  const ExprRef let = LetExpr::create(drawn(), equality(it(), column(0)));
  EXPECT_TRUE(equal(*node_from_bytes(to_bytes(*let)), *let));
  const ExprRef other =
      LetExpr::create(drawn(), IsNullExpr::create(LetValueExpr::create(Type::varchar()), false));
  EXPECT_THROW(node_from_bytes(to_bytes(*other)), Error);
  EXPECT_TRUE(reads_let_value(it()));
  EXPECT_FALSE(reads_let_value(let));
}

}  // namespace
}  // namespace doline
