#include "fork.h"

#include <pthread.h>

#include <atomic>

namespace doline_python {

namespace {

struct Held {
  std::mutex& mutex;
  void (*const in_child)();
  Held* next;
};
std::atomic<Held*> all = nullptr;
std::mutex one_fork;           // at a time
Held* held_by_fork = nullptr;  // of `all`, which grows meanwhile

void before_fork() {
  one_fork.lock();
  held_by_fork = all.load();
  for (Held* held = held_by_fork; held; held = held->next) held->mutex.lock();
}

void in_parent() {
  for (Held* held = held_by_fork; held; held = held->next) held->mutex.unlock();
  one_fork.unlock();
}

void in_child() {
  for (Held* held = held_by_fork; held; held = held->next) {
    if (held->in_child) held->in_child();
  }
  in_parent();
}

}  // namespace

void hold_in_forks(std::mutex& mutex, void (*in_child_too)()) {
  static const int registered = pthread_atfork(before_fork, in_parent, in_child);
  static_cast<void>(registered);
  auto* const made = new Held{mutex, in_child_too, all.load()};
  while (!all.compare_exchange_weak(made->next, made)) {
  }
}

}  // namespace doline_python
