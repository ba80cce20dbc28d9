#include "function/aggregate_runs.h"

namespace doline {

void StateRuns::add(StateRuns*& runs, SpillWriter& spill, std::span<const RunBlock> blocks,
                    Arena& arena) {
  if (blocks.empty()) return;
  if (!runs) {
    runs = arena.allocate_array<StateRuns>(1);
    *runs = StateRuns{&spill, {}};
  }
  for (const RunBlock& block : blocks) runs->blocks.append_value(block, arena);
}

void StateRuns::add_all(StateRuns*& runs, const StateRuns* other, Arena& arena) {
  if (other) add(runs, *other->spill, other->list(), arena);
}

void StateRuns::save(const StateRuns* runs, StateWriter& out) {
  (runs ? runs->blocks : ByteChain()).save(out);
}

StateRuns* StateRuns::load(StateReader& in, Arena& arena) {
  ByteChain blocks;
  blocks.load(in, arena);
  if (blocks.items == 0) return nullptr;
  if (!in.spill()) throw Error(ErrorCode::kCorrupt, "a saved state whose values are elsewhere");
  auto* runs = arena.allocate_array<StateRuns>(1);
  *runs = StateRuns{in.spill(), blocks};
  return runs;
}

std::vector<RunBlock> StateRuns::list() const {
  std::vector<RunBlock> list(blocks.items);
  auto* to = reinterpret_cast<std::byte*>(list.data());
  blocks.for_each_chunk([&](std::span<const std::byte> bytes) {
    std::memcpy(to, bytes.data(), bytes.size());
    to += bytes.size();
  });
  return list;
}

uint64_t StateRuns::record_count() const {
  uint64_t count = 0;
  for (const RunBlock& block : list()) count += block.records;
  return count;
}

namespace {

/// States of less stay in memory, however little of it there is.
constexpr size_t kLeastUnloadedBytes = size_t{1} << 20;

}  // namespace

FedState::FedState(const AggregateFunction& function)
    : function_(function),
      memory_(Buffer::allocate(function.layout().size_bytes)),
      arena_(make_ref<Arena>()) {}

void FedState::begin(SpillWriter* spill) {
  arena_->clear();
  function_.init(memory_->data());
  spill_ = function_.can_unload() ? spill : nullptr;
}

void FedState::add(std::span<const Column> columns, uint32_t rows) {
  function_.update_one(columns, Selection::all(rows), memory_->data(), *arena_);
  if (!spill_ || arena_->held_bytes() < kLeastUnloadedBytes) return;
  // What grows by doubling may want as much again.
  const size_t wanted = arena_->large_bytes() + kLeastUnloadedBytes;
  if (arena_->budget().available_bytes() < wanted) unload();
}

void FedState::result(ColumnBuilder& out) {
  std::byte* state = memory_->data();
  if (function_.is_unloaded(state)) unload();
  function_.result({&state, 1}, out);
}

void FedState::unload() {
  auto arena = make_ref<Arena>(arena_->budget());
  function_.unload(memory_->data(), *spill_, *arena);
  arena_ = std::move(arena);
}

}  // namespace doline
