#pragma once

#include <functional>

#include "plan/plan_node.h"

namespace doline {

/// WITH RECURSIVE: the rows of `base`, then those of `step` over them, then those of `step` over
/// these, round by round until one gives none. WorkingTableNodes with this node's `id`, anywhere in
/// `step` (but not inside another node of the same id there), stand for the rows of the round
/// before.
///
/// Output in order: round after round; with `keys` in the order in which those first came.
class RecursiveNode final : public PlanNode {
 public:
  static PlanRef create(PlanRef base, PlanRef step, int64_t id, std::string name,
                        bool distinct = false, std::vector<uint32_t> keys = {});
  PlanRef base;
  PlanRef step;  // columns of the base's types
  int64_t id = 0;
  std::string name;
  /// UNION: a row that was there before does not come again.
  bool distinct = false;
  /// USING KEY, by column: of rows with equal keys the last one stands, in the place of those
  /// before it; the rows that stand once all rounds are over are the output. With `distinct` only
  /// those that a round changed are its rows, else all it gave.
  std::vector<uint32_t> keys;
  NodeTag tag() const override { return NodeTag::kRecursive; }
  void fields(FieldVisitor& v) override {
    v(1, "base", base);
    v(2, "step", step);
    v(3, "id", id);
    v(4, "name", name);
    v(5, "distinct", distinct);
    v(6, "keys", keys);
  }
  void complete() override;
  std::vector<PlanRef> children() const override { return {base, step}; }
  PlanRef with_children(std::vector<PlanRef> c) const override {
    return create(c[0], c[1], id, name, distinct, keys);
  }
  std::string describe() const override;
};

/// What the step of the RecursiveNode with that id reads: the rows of the round before, or with
/// `is_whole` all rows that stand by now.
class WorkingTableNode final : public PlanNode {
 public:
  static PlanRef create(Schema schema, int64_t id, std::string name, bool is_whole = false);
  int64_t id = 0;
  std::string name;
  bool is_whole = false;
  NodeTag tag() const override { return NodeTag::kWorkingTable; }
  void fields(FieldVisitor& v) override {
    v(1, "schema", schema);
    v(2, "id", id);
    v(3, "name", name);
    v(4, "is_whole", is_whole);
  }
  std::vector<PlanRef> children() const override { return {}; }
  PlanRef with_children(std::vector<PlanRef>) const override { return PlanRef(this); }
  std::string describe() const override;
};

/// Which working tables plans read that they do not themselves bring. Remembers what it saw; the
/// plans outlive it.
class WorkingTables {
 public:
  /// Ids, ascending.
  const std::vector<int64_t>& read_by(const PlanRef& plan);
  bool any(const PlanRef& plan) { return !read_by(plan).empty(); }

 private:
  std::unordered_map<const PlanNode*, std::vector<int64_t>> known_;
};

}  // namespace doline
