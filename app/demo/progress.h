#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <thread>

#include "engine/session.h"

namespace doline::demo {

/// The largest sum of this process's RssAnon and RssShmem, looked at every 10 ms by a thread of
/// its own for as long as this lives.
class MemorySampler {
 public:
  MemorySampler();
  ~MemorySampler();
  MemorySampler(const MemorySampler&) = delete;

  uint64_t now_bytes() const { return now_.load(std::memory_order_relaxed); }
  uint64_t peak_bytes() const { return peak_.load(std::memory_order_relaxed); }

 private:
  void sample();
  std::atomic<uint64_t> now_{0};
  std::atomic<uint64_t> peak_{0};
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

/// What a person sees of a step while it runs: on a terminal a bar drawn again in place, elsewhere
/// a plain line every five seconds. One thread.
class StepDisplay final : public StatementWatcher {
 public:
  /// `is_interrupted`: asked often; true stops what runs.
  StepDisplay(const MemorySampler& memory, uint64_t budget_bytes, bool (*is_interrupted)());

  /// `weight`: of all statements of the step together.
  void begin_step(uint32_t number, std::string title, double weight);
  void set_title(std::string title);
  void begin_statement(double weight);
  void end_statement();
  /// The step's last line: what came of it, and the time.
  void end_step(const std::string& outcome);
  /// Clears a half-drawn bar before something else is printed.
  void clear();

  bool is_unwanted(const Query& running) override;
  void ended(const Query& done) override;
  uint64_t spilled_bytes() const { return spilled_; }
  const QueryProfile& last_profile() const { return last_profile_; }

 private:
  std::string label() const;
  void show(const Query* running);

  const MemorySampler& memory_;
  const uint64_t budget_bytes_;
  bool (*const is_interrupted_)();
  const bool on_terminal_;
  uint32_t number_ = 0;
  std::string title_;
  double weight_ = 0, done_weight_ = 0, statement_weight_ = 0;
  uint64_t spilled_ = 0;  // by the whole run
  std::chrono::steady_clock::time_point began_, shown_, statement_began_;
  QueryProfile last_profile_;
};

/// "4,999,500".
std::string with_commas(uint64_t number);
/// "1.2 GB", by thousands, as disks are counted.
std::string decimal_bytes(double bytes);

}  // namespace doline::demo
