#include "base/worker_thread.h"

#include <pthread.h>

#include <csignal>
#include <system_error>
#include <thread>

#include "base/error.h"

namespace doline {

struct WorkerThread::Handle {
  std::thread thread;
};

WorkerThread::WorkerThread() = default;
WorkerThread::~WorkerThread() = default;
WorkerThread::WorkerThread(WorkerThread&&) noexcept = default;
WorkerThread& WorkerThread::operator=(WorkerThread&&) noexcept = default;

void WorkerThread::start(const char* name, std::function<void()> body) {
  auto handle = std::make_unique<Handle>();
  sigset_t most;
  sigset_t before;
  sigfillset(&most);
  // A fault is the thread's own: blocked, it would end the process without asking its handler.
  for (const int fault : {SIGBUS, SIGFPE, SIGILL, SIGSEGV}) sigdelset(&most, fault);
  pthread_sigmask(SIG_SETMASK, &most, &before);  // the new thread inherits the mask
  try {
    handle->thread = std::thread([name, body = std::move(body)] {
      pthread_setname_np(pthread_self(), name);
      body();
    });
  } catch (const std::system_error& error) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw Error(ErrorCode::kIo, "the system grants no more threads: {}", error.what())
        .hint("raise the limit of threads or processes (ulimit -u, pids.max)");
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  thread_ = std::move(handle);
}

void WorkerThread::join() {
  if (!thread_) return;
  thread_->thread.join();
  thread_.reset();
}

void WorkerThread::abandon() noexcept { (void)thread_.release(); }

}  // namespace doline
