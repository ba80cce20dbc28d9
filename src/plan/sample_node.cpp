#include "plan/sample_node.h"

namespace doline {

namespace {
const NodeRegistration<SampleNode> kRegisterSample(NodeTag::kSample);
}  // namespace

PlanRef SampleNode::create(PlanRef input, SampleKind kind, double share, int64_t seed,
                           int64_t place) {
  auto node = make_ref<SampleNode>();
  node->input = std::move(input);
  node->kind = kind;
  node->share = share;
  node->seed = seed;
  node->place = place;
  node->complete();
  return node;
}

void SampleNode::complete() {
  if (!input || !(share >= 0 && share <= 1))
    throw Error(ErrorCode::kCorrupt, "plan bytes: a sample of no share of rows");
  const auto width = static_cast<int64_t>(input->schema.size());
  if (place >= width ||
      (place >= 0 && input->schema[static_cast<size_t>(place)].type != Type::int64()))
    throw Error(ErrorCode::kCorrupt, "plan bytes: a sample by no column of places");
  schema = input->schema;
  if (kind != SampleKind::kNumbers) return;
  schema.push_back({"drawn", Type::uint64()});
  schema.push_back({"place", Type::uint64()});
}

std::string SampleNode::describe() const {
  switch (kind) {
    case SampleKind::kRows:
      return fmt::format("Sample {}% of rows", share * 100);
    case SampleKind::kChunks:
      return fmt::format("Sample {}% of chunks", share * 100);
    case SampleKind::kNumbers:
      return "Draw a number a row";
  }
  UNREACHABLE();
}

}  // namespace doline
