#pragma once

#include <atomic>
#include <span>
#include <vector>

#include "base/clock.h"
#include "expr/program.h"

namespace doline {

/// What testing a predicate has cost, and what it has left.
struct FilterFigures {
  uint64_t rows = 0, kept = 0;
  Duration time{};

  /// Enough was seen to tell.
  bool is_known() const { return rows >= kChunkRows / 2; }
  /// Predicates that all must hold take least time when they are tested by rising ranks: the time
  /// for a row over the share of rows that is dropped (Hellerstein, Stonebraker: Predicate
  /// Migration. SIGMOD 1993).
  double rank() const;
};

/// Predicates that all must hold, tested one after the other on the rows that are left, in the
/// order that takes least time by what they took so far. Those that may fail, or answer anew each
/// time, come behind the others in the order given: which rows they see hangs on no clock.
/// Shared by threads.
class FilterOrder {
 public:
  struct Filter {
    ProgramRef program;
    bool is_delicate = false;  // may fail, or answers anew each time
  };
  /// `adapts`: else those that are not delicate keep the order given, too.
  FilterOrder(std::vector<Filter> filters, bool adapts);

  size_t size() const { return filters_.size(); }

  /// What one thread tests chunks with.
  class Run {
   public:
    explicit Run(const FilterOrder& filters);
    /// Positions of the filters in the order in which the next chunk is to be tested.
    std::span<const uint32_t> order();
    /// The active rows of the chunk that pass one filter.
    Selection test(uint32_t filter, const Chunk& chunk);
    /// Leaves the chunk's rows that pass all of them.
    void narrow(Chunk& chunk);

   private:
    const FilterOrder& filters_;
    std::vector<Program::Scratch> scratch_;
    std::vector<uint32_t> order_;
    uint32_t chunks_ = 0;
    bool has_unknown_ = true;
  };

 private:
  /// Sums over all threads, as they come: an order that is a little late is good enough.
  struct Sums {
    std::atomic<uint64_t> rows{0}, kept{0};
    std::atomic<int64_t> nanoseconds{0};
  };
  FilterFigures figures(uint32_t filter) const;

  const std::vector<Filter> filters_;
  mutable std::vector<Sums> sums_;
  uint32_t movable_ = 0;  // filters whose order is free
};

}  // namespace doline
