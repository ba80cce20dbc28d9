#pragma once

#include <chrono>
#include <string>

#include "engine/query.h"
#include "shell/style.h"

namespace doline::shell {

/// One line about a query that takes its time. Percent never falls.
///
///   ██████▍     64 %  1.9 M rows/s  212/256 MiB  spill 0.4 GiB  1 s left
///
/// What does not fit into `columns` is left out from the end.
std::string progress_line(const QueryProgress& progress, double shown_share, size_t columns);

/// Draws that line on a terminal, over and over in the same place. Used by one thread.
class ProgressBar {
 public:
  /// Draws nothing when the descriptor is no terminal.
  explicit ProgressBar(int descriptor);

  void begin_query();
  void update(const QueryProgress& progress);
  /// Leaves the line as it was before.
  void erase();

 private:
  const int descriptor_;
  const bool is_terminal_;
  Palette palette_;
  double shown_share_ = 0;
  bool is_drawn_ = false;
  std::chrono::steady_clock::time_point drawn_at_{};
};

/// "1.9 M", "12 k", "840".
std::string short_count(double count);

}  // namespace doline::shell
