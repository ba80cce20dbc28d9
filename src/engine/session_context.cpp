#include <optional>

#include "base/simulated_executor.h"
#include "engine/session.h"
#include "exec/query_arbiter.h"

namespace doline {

namespace {

/// A spill file opened when the first block is written.
class LazySpill final : public SpillWriter {
 public:
  explicit LazySpill(Ref<SpillDirectory> directory) : directory_(std::move(directory)) {}
  SpillExtent write(std::span<const std::byte> bytes) override { return file().write(bytes); }
  void read(SpillExtent extent, std::span<std::byte> into) override { file().read(extent, into); }
  uint64_t written_bytes() const noexcept override {
    MutexLock lock(mutex_);
    return file_ ? file_->written_bytes() : 0;
  }

 private:
  SpillFile& file() {
    MutexLock lock(mutex_);
    if (!file_) file_ = directory_->create_file();
    return *file_;
  }
  const Ref<SpillDirectory> directory_;
  mutable Mutex mutex_;
  Ref<SpillFile> file_ GUARDED_BY(mutex_);
};

/// How long a simulated query waits for threads that are not its own: those of disks and streams.
constexpr Duration kPatience = std::chrono::seconds(60);

struct OwnedContext final : QueryContext {
  std::optional<SimulatedExecutor> simulated;
  std::optional<QueryArbiter> own_arbiter;
  std::shared_ptr<const Database> database;  // keeps `access`
};

}  // namespace

std::unique_ptr<QueryContext> Session::make_context() const {
  auto made = std::make_unique<OwnedContext>();
  made->settings = settings_;
  made->session = constants_;
  made->budget = Budget::create("query", Budget::process());
  made->database = database_;
  made->access = &database_->policy();
  made->spill = make_ref<LazySpill>(database_->spill_directory(settings_));
  if (const uint64_t seed = settings_.scheduling_seed)
    made->scheduled_by = &made->simulated.emplace(seed, kPatience);
  made->own_arbiter.emplace(made->budget, made->spill,
                            made->scheduled_by ? &made->scheduled_by->timers() : nullptr);
  made->arbiter = &*made->own_arbiter;
  made->threads = static_cast<uint32_t>(made->settings.threads ? made->settings.threads
                                                               : Executor::available_cores());
  made->chunk_rows = made->settings.chunk_size;
  made->learned = &learned_;
  made->rejects = &rejects_;
  return made;
}

}  // namespace doline
