#include "exec/sort/sort.h"

#include <algorithm>

#include "exec/sort/sorted_source.h"

namespace doline {

namespace {

/// A task's run is sorted and a new one begun at this size, so that sorting stays in cache and
/// spilling has something to write.
constexpr size_t kRunBytes = size_t{64} << 20;

struct SortShared {
  SortShared(const SortNode& node, QueryContext& its_context)
      : context(its_context), skip(static_cast<uint64_t>(std::max<int64_t>(0, node.skip))),
        take(node.take < 0 ? ~uint64_t{0} : static_cast<uint64_t>(node.take)) {
    std::vector<ExprRef> exprs;
    for (const SortKeyRef& key : node.keys) {
      exprs.push_back(key->expr);
      orders.push_back({key->expr->type, key->descending, key->nulls_first});
    }
    for (const Field& field : node.input->schema) types.push_back(field.type);
    keys = Program::compile(exprs, context.session);
  }
  /// Rows that can still be among the first; a bounded sort drops the others.
  uint64_t most_rows() const { return take == ~uint64_t{0} ? take : skip + take; }

  QueryContext& context;
  const uint64_t skip;
  const uint64_t take;
  std::vector<SortOrder> orders;
  std::vector<TypeRef> types;
  ProgramRef keys;
  Mutex mutex;
  std::vector<std::shared_ptr<const SortRun>> runs GUARDED_BY(mutex);  // shared with sources
};

class SortSink final : public Sink {
 public:
  explicit SortSink(std::shared_ptr<SortShared> shared) : shared_(std::move(shared)) {}

  struct Local final : LocalState {
    Program::Scratch scratch;
    std::unique_ptr<SortRun> run;
    uint64_t morsel = ~uint64_t{0};
    uint32_t row_in_morsel = 0;
  };
  std::unique_ptr<LocalState> local(QueryContext&) override { return std::make_unique<Local>(); }

  Flow consume(const Chunk& chunk, LocalState& local, const Waker&) override {
    auto& at = local.as<Local>();
    if (!at.run) at.run = std::make_unique<SortRun>(shared_->orders, shared_->types, shared_->context);
    Chunk kept = chunk.retain();
    if (at.morsel != chunk.sequence.morsel) {
      at.morsel = chunk.sequence.morsel;
      at.row_in_morsel = 0;
    }
    // Operators before may have made several chunks of one: rows are counted, not chunks.
    kept.sequence = {(uint64_t{branch_} << 48) | chunk.sequence.morsel, 0};
    std::vector<Column> keys;
    shared_->keys->evaluate(kept, at.scratch, keys);
    const uint32_t rows = kept.row_count;
    at.run->add(std::move(kept), keys, at.row_in_morsel);
    at.row_in_morsel += rows;
    const uint64_t most = shared_->most_rows();
    if (most != ~uint64_t{0} && at.run->row_count() > most * 2 + 4 * kChunkRows) {
      at.run->sort();
      at.run->truncate(most);
    }
    const bool tight = shared_->context.budget->available_bytes() < kRunBytes / 4;
    if (at.run->held_bytes() > kRunBytes || tight || shared_->context.settings.force_spill) close(at, tight);
    return Flow::kNeedInput;
  }

  void combine(LocalState& local) override { close(local.as<Local>(), false); }
  void begin_input(uint32_t branch) override { branch_ = branch; }

 private:
  void close(Local& at, bool tight) {
    if (!at.run || at.run->row_count() == 0) return;
    at.run->sort();
    if (shared_->most_rows() != ~uint64_t{0}) at.run->truncate(shared_->most_rows());
    if ((tight || shared_->context.settings.force_spill) && shared_->context.spill) {
      const uint64_t before = shared_->context.spill->written_bytes();
      at.run->spill();
      metrics.spilled_bytes.fetch_add(shared_->context.spill->written_bytes() - before);
    }
    MutexLock lock(shared_->mutex);
    shared_->runs.emplace_back(std::move(at.run));
  }

  const std::shared_ptr<SortShared> shared_;  // with the source that follows
  uint32_t branch_ = 0;
};

}  // namespace

KeptRows make_sort(const SortNode& node, QueryContext& context) {
  auto shared = std::make_shared<SortShared>(node, context);
  return {std::make_shared<SortSink>(shared), [shared] {
            MutexLock lock(shared->mutex);
            return make_sorted_source(std::move(shared->runs), shared->types, shared->context, shared->skip, shared->take);
          }};
}

}  // namespace doline
