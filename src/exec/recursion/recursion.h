#pragma once

#include <memory>
#include <optional>

#include "exec/chunk_store.h"
#include "exec/ordered_gate.h"
#include "exec/recursion/keyed_rows.h"
#include "exec/recursion/seen_rows.h"
#include "plan/recursive_node.h"

namespace doline {

/// The rows of a recursion, round by round: its base's are the first round's, and what the step
/// makes of a round's rows the next one's. A round of the step without rows is the last.
///
/// The sink takes in what base and step give; a round is over when it is finished. Then the round's
/// rows are read by those who read the recursion and, once these have them all, by the step.
class Recursion final : public Sink {
 public:
  Recursion(const RecursiveNode& node, QueryContext& context);

  std::unique_ptr<LocalState> local(QueryContext&) override {
    return std::make_unique<LocalState>();
  }
  Flow consume(const Chunk& chunk, LocalState&, const Waker& waker) override;
  Flow end_morsel(uint64_t morsel, LocalState&, const Waker&) override;
  void combine(LocalState&) override {}
  TaskSet finish() override;
  void begin_input(uint32_t, bool in_order) override { gate_.begin_input(in_order); }

  /// Before the base's rows come in anew.
  void restart();
  /// For the step, while its round goes on.
  std::unique_ptr<Source> last_rows() const { return make_store_source(last_); }
  std::unique_ptr<Source> all_rows() const;

  /// Blocked where another round has to go before there are rows; for whoever drives the rounds
  /// (Pipeline::drives). Read by one task.
  class Output;
  static std::unique_ptr<Source> output(std::shared_ptr<Recursion> recursion);

 private:
  void take(const Chunk& chunk);

  const bool distinct_;
  const bool keeps_all_;
  std::shared_ptr<ChunkStore> last_;  // sealed: the last round's; shared with its sources
  std::shared_ptr<ChunkStore> next_;
  std::shared_ptr<ChunkStore> all_;
  std::optional<SeenRows> seen_;
  std::optional<KeyedRows> keyed_;
  uint64_t rounds_ = 0;
  OrderedGate gate_;
};

}  // namespace doline
