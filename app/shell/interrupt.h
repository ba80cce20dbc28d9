#pragma once

#include <signal.h>

namespace doline::shell {

/// While one lives, Ctrl-C asks the running query to stop instead of ending the program; only when
/// it is pressed for seconds and nothing stops does the program end.
class InterruptWatch {
 public:
  InterruptWatch();
  ~InterruptWatch();
  InterruptWatch(const InterruptWatch&) = delete;

 private:
  struct sigaction before_{};
};

bool was_interrupted();
void forget_interrupts();

}  // namespace doline::shell
