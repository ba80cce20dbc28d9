#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "exec/query_run.h"

namespace doline {

/// One operator of a node: a join's build, its probe. Times are sums over threads.
struct ProfiledOperator {
  std::string name;
  size_t pipeline = 0;
  double milliseconds = 0;
  double processor_milliseconds = 0;
  uint64_t rows_in = 0;
  uint64_t rows_out = 0;  // 0 of a sink, whose rows another operator gives
};

/// What one node of a plan did, all its operators together.
struct ProfiledNode {
  std::string text;  // as EXPLAIN has it
  uint32_t depth = 0;
  double milliseconds = 0;  // of all threads
  double processor_milliseconds = 0;
  uint64_t rows_in = 0;
  uint64_t rows = 0;          // that it gave
  double estimated_rows = 0;  // that the optimizer expected it to give
  uint64_t memory_peak_bytes = 0;
  uint64_t spilled_bytes = 0;
  uint64_t read_back_bytes = 0;
  /// What a scan read and was spared: {"row groups pruned", 3} …
  std::vector<std::pair<std::string, uint64_t>> counters;
  std::vector<std::string> notes;  // why it did it that way
  std::vector<ProfiledOperator> operators;
  bool is_shown_above = false;  // a shared input's further readers: no figures here

  /// `text` in two: "Inner join", and "on a = b".
  std::string_view name() const;
  std::string_view detail() const;
};

struct ProfiledPipeline {
  std::string text;  // "Scan → Filter → Aggregate"
  uint32_t tasks = 0;
  double begun_milliseconds = -1;  // since the run began; -1: it has not
  double ended_milliseconds = -1;
  double busy_milliseconds = 0;  // of all its tasks
  double driving_milliseconds = 0;
  double making_room_milliseconds = 0;
  double waiting_milliseconds = 0;
  double queued_milliseconds = 0;
};

/// Times of a statement before it runs, in nanoseconds.
struct PhaseTimes {
  uint64_t parse = 0;
  uint64_t bind = 0;
  uint64_t optimize = 0;
  uint64_t lower = 0;
  uint64_t given_up = 0;  // runs that were started over
};

/// What became of a statement: EXPLAIN ANALYZE. A copy, which does not change any more.
///
/// 1. The phases and `rest` add up to `total_milliseconds`: from the text to the last row.
/// 2. The nodes' times, giving out, driving, making room and idle add up to
///    threads × (run + hand_out).
struct QueryProfile {
  std::string statement;            // empty: not known
  std::vector<ProfiledNode> nodes;  // each before its inputs
  std::vector<ProfiledPipeline> pipelines;
  std::vector<std::string> notes;  // on the whole: why it was started over
  bool was_run = false;            // false: a plan, with estimates alone
  uint32_t threads = 0;

  struct Phase {
    const char* name;
    double milliseconds;
  };
  std::vector<Phase> phases;
  std::vector<Phase> thread_times;  // what threads did beside the nodes' operators
  double milliseconds = 0;          // of the run: from start to end
  double total_milliseconds = 0;    // of the statement
  uint64_t memory_peak_bytes = 0;
  uint64_t spilled_bytes = 0;
};

/// A plan that does not run, with what the optimizer expects of it.
QueryProfile profile_of(const PlanRef& plan, const RowEstimates& estimates);
/// A run, at any time: nodes and pipelines. Times of the statement are the caller's to add.
QueryProfile profile_of(const QueryRun& run, const RowEstimates& estimates, uint64_t begun_at_ns);

/// Fits 100 columns: the tree with its figures.
std::string profile_text(const QueryProfile& profile);
std::string profile_json(const QueryProfile& profile);
/// One page that needs nothing but itself.
std::string profile_html(const QueryProfile& profile);

enum class ProfileFormat : uint8_t { kText, kJson, kHtml };
std::optional<ProfileFormat> profile_format_named(std::string_view name);
std::string profile_as(ProfileFormat format, const QueryProfile& profile);

}  // namespace doline
