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
  if (!in.spill()) {
    throw Error(ErrorCode::kCorrupt,
                "{} blocks of the values of an aggregate's saved state are in a spill file that is "
                "not here",
                blocks.items)
        .hint("load it in the query that saved it");
  }
  auto* runs = arena.allocate_array<StateRuns>(1);
  *runs = StateRuns{in.spill(), blocks};
  return runs;
}

std::vector<RunBlock> StateRuns::list() const {
  ASSERT(blocks.size_bytes() == blocks.items * sizeof(RunBlock));
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

RunMerge StateRuns::merge(const RecordOrder& order) const {
  return RunMerge(open_runs(list(), *spill, order), order);
}

void SizedOrder::sort(std::span<std::byte> records) const {
  std::vector<const std::byte*> order;
  for (size_t at = 0; at < records.size(); at += size(records.data() + at))
    order.push_back(records.data() + at);
  if (order.size() < 2) return;  // it may be large
  std::sort(order.begin(), order.end(), [&](const std::byte* a, const std::byte* b) {
    const int compared = compare(a, b);
    return compared != 0 ? compared < 0 : a < b;
  });
  std::vector<std::byte> sorted;
  sorted.reserve(records.size());
  for (const std::byte* record : order) sorted.insert(sorted.end(), record, record + size(record));
  std::memcpy(records.data(), sorted.data(), sorted.size());
}

void UnloadingChain::unload(const SortingOrder& order, SpillWriter& spill, Arena& arena) {
  std::vector<RunCursor> sorted;
  for (ByteChain::Chunk* chunk = records.first; chunk; chunk = chunk->next) {
    if (chunk->used == 0) continue;
    poll_cancellation();
    order.sort({chunk->data(), chunk->used});
    sorted.emplace_back(std::span<const std::byte>(chunk->data(), chunk->used));
  }
  RunMerge merge(std::move(sorted), order);
  RunWriter writer(spill);
  for (; merge.record(); merge.advance()) writer.add(merge.bytes());
  StateRuns* moved = nullptr;
  StateRuns::add_all(moved, runs, arena);
  StateRuns::add(moved, spill, writer.finish(), arena);
  runs = moved;
  records = ByteChain();
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
