// A join with its sides exchanged.
#include "base/assert.h"
#include "plan/plan_node.h"

namespace doline {

namespace {

std::optional<JoinKind> kind_of_turned(JoinKind kind) {
  switch (kind) {
    case JoinKind::kInner:
    case JoinKind::kCross:
    case JoinKind::kFull:
      return kind;
    case JoinKind::kLeft:
      return JoinKind::kRight;
    case JoinKind::kRight:
      return JoinKind::kLeft;
    case JoinKind::kSemi:
      return JoinKind::kRightSemi;
    case JoinKind::kAnti:
      return JoinKind::kRightAnti;
    case JoinKind::kRightSemi:
      return JoinKind::kSemi;
    case JoinKind::kRightAnti:
      return JoinKind::kAnti;
    case JoinKind::kMark:
    case JoinKind::kPositional:
      return std::nullopt;
  }
  UNREACHABLE();
}

}  // namespace

bool JoinNode::can_turn() const {
  const bool needs_keys = kind == JoinKind::kSemi || kind == JoinKind::kAnti;
  return kind_of_turned(kind) && !is_asof() && (!needs_keys || !left_keys.empty());
}

Ref<JoinNode> JoinNode::turned() const {
  ASSERT(can_turn());
  Ref<JoinNode> node = copy();
  node->kind = *kind_of_turned(kind);
  std::swap(node->left, node->right);
  std::swap(node->left_keys, node->right_keys);
  node->runtime_filters.clear();
  if (!residual) return node;
  const auto left_width = static_cast<uint32_t>(left->schema.size());
  const auto right_width = static_cast<uint32_t>(right->schema.size());
  std::vector<uint32_t> map(left_width + right_width);
  for (uint32_t i = 0; i < map.size(); ++i)
    map[i] = i < left_width ? right_width + i : i - left_width;
  node->residual = remap_columns(residual, map);
  return node;
}

}  // namespace doline
