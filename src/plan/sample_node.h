#pragma once

#include "plan/plan_node.h"

namespace doline {

enum class SampleKind : uint8_t {
  kRows,     // each row by itself: bernoulli
  kChunks,   // the rows of a chunk together: system
  kNumbers,  // all rows, and behind them two columns: a number drawn for each, and its place
};
constexpr SampleKind last_of(SampleKind) { return SampleKind::kNumbers; }

/// A random share of the input's rows, in order. What is drawn depends on the seed and on where a
/// row stands: in its morsel, or where the column `place` (a BIGINT, -1: there is none) says. By
/// that a seed gives the same rows whatever the morsels are, which may go by the number of threads.
class SampleNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef input, SampleKind kind, double share, int64_t seed,
                        int64_t place = -1);
  PlanRef input;
  SampleKind kind = SampleKind::kRows;
  double share = 1;  // 0 … 1
  int64_t seed = 0;
  int64_t place = -1;
  NodeTag tag() const override { return NodeTag::kSample; }
  void fields(FieldVisitor& v) override {
    v(1, "input", input);
    v(2, "kind", kind);
    v(3, "share", share);
    v(4, "seed", seed);
    v(5, "place", place);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {input}; }
  PlanRef with_children(std::vector<PlanRef> c) const override {
    return create(c[0], kind, share, seed, place);
  }
  std::string describe() const override;
};

}  // namespace doline
