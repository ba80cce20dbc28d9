#include "shell/interrupt.h"

#include <time.h>
#include <unistd.h>

namespace doline::shell {

namespace {

constexpr int kEnoughPresses = 3;
constexpr time_t kPatienceSeconds = 3;
constexpr int kStatusOfInterrupted = 130;

volatile sig_atomic_t presses = 0;
volatile time_t first_press = 0;

}  // namespace

InterruptWatch::InterruptWatch() {
  struct sigaction action{};
  action.sa_handler = [](int) {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    if (presses == 0) first_press = now.tv_sec;
    presses = presses + 1;
    if (presses >= kEnoughPresses && now.tv_sec - first_press >= kPatienceSeconds)
      ::_exit(kStatusOfInterrupted);
  };
  ::sigaction(SIGINT, &action, &before_);
}

InterruptWatch::~InterruptWatch() { ::sigaction(SIGINT, &before_, nullptr); }

bool was_interrupted() { return presses != 0; }
void forget_interrupts() { presses = 0; }

}  // namespace doline::shell
