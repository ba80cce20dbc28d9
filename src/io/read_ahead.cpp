#include "io/read_ahead.h"

#include <algorithm>
#include <atomic>
#include <deque>
#include <new>

#include "base/assert.h"
#include "base/cancellation.h"
#include "base/executor.h"
#include "base/fork.h"
#include "base/thread_safety.h"
#include "base/worker_thread.h"

namespace doline {

struct ReadAhead::State {
  State(std::unique_ptr<ByteStream> its_stream, size_t its_block_bytes, size_t its_depth,
        Budget& its_budget)
      : stream(std::move(its_stream)),
        block_bytes(its_block_bytes),
        depth(its_depth),
        budget(&its_budget) {}

  void run() {
    std::optional<Error> failed;
    try {
      while (wait_for_room() && read_block()) {
      }
    } catch (const Error& caught) {
      failed = caught;
    } catch (const std::bad_alloc&) {
      failed = Error(ErrorCode::kMemoryLimit, "no memory to read {}", stream->name());
    }
    Waker due;
    {
      MutexLock lock(mutex);
      error = std::move(failed);
      ended = true;
      due = std::exchange(waiting, {});
      arrived.notify_one();
    }
    due.wake();
  }

  /// False when nobody wants more.
  bool wait_for_room() {
    MutexLock lock(mutex);
    while (blocks.size() >= depth && !stopping) room.wait(mutex);
    return !stopping;
  }

  bool read_block() {
    BufferRef block = Buffer::allocate(block_bytes, *budget);
    const size_t size = stream->read_fully({block->data(), block_bytes});
    source_position.store(stream->source_position(), std::memory_order_relaxed);
    if (size == 0) return false;
    block->resize(size);
    Waker due;
    {
      MutexLock lock(mutex);
      blocks.push_back(std::move(block));
      due = std::exchange(waiting, {});
      arrived.notify_one();
    }
    due.wake();
    return size == block_bytes;
  }

  const std::unique_ptr<ByteStream> stream;
  const size_t block_bytes;
  const size_t depth;
  const BudgetRef budget;
  std::atomic<uint64_t> source_position{0};
  const uint64_t born = fork_generation();
  Mutex mutex;
  ConditionVariable room;
  ConditionVariable arrived;
  std::deque<BufferRef> blocks GUARDED_BY(mutex);
  Waker waiting GUARDED_BY(mutex);
  std::optional<Error> error GUARDED_BY(mutex);
  bool ended GUARDED_BY(mutex) = false;
  bool stopping GUARDED_BY(mutex) = false;
  WorkerThread thread;
};

ReadAhead::ReadAhead(std::unique_ptr<ByteStream> stream, size_t block_bytes, size_t depth,
                     Budget& budget)
    : source_size_bytes_(stream->source_size_bytes()),
      state_(std::make_unique<State>(std::move(stream), block_bytes, depth, budget)) {
  ASSERT(block_bytes > 0 && depth > 0);
  state_->thread.start("doline-reader", [state = state_.get()] { state->run(); });
}

ReadAhead::~ReadAhead() {
  if (state_->born != fork_generation()) {
    (void)state_.release();  // its thread is not in this process
    return;
  }
  {
    MutexLock lock(state_->mutex);
    state_->stopping = true;
    state_->room.notify_one();
  }
  state_->stream->interrupt();
  state_->thread.join();
}

Poll ReadAhead::next(BufferRef& out, const Waker& waker) {
  MutexLock lock(state_->mutex);
  if (may_wait_in_step()) {
    while (state_->blocks.empty() && !state_->ended) {
      state_->arrived.wait_for(state_->mutex,
                               std::chrono::milliseconds(CancellationScope::kAskEveryMs));
      poll_cancellation();
    }
  }
  if (!state_->blocks.empty()) {
    out = std::move(state_->blocks.front());
    state_->blocks.pop_front();
    state_->room.notify_one();
    return Poll::kReady;
  }
  if (state_->error) throw Error(*state_->error);
  if (state_->ended) return Poll::kDone;
  state_->waiting = waker;
  return Poll::kBlocked;
}

uint64_t ReadAhead::source_position() const {
  return state_->source_position.load(std::memory_order_relaxed);
}

}  // namespace doline
