#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/thread_safety.h"
#include "doline/doline.h"
#include "engine/session.h"
#include "format/arrow/arrow_export.h"

// What stands behind the handles of doline.h, and the boundary that no exception crosses.

namespace doline {

/// Tells a session's statements that they are to stop: because it was asked to, from any thread, or
/// because the poll of whoever waits says so. And remembers for any thread how far they are, as
/// those whose effect counts have no query yet that could be asked.
class Interrupt final : public StatementWatcher {
 public:
  using Poll = int (*)(void* context);

  bool is_unwanted(const Query& running) override {
    const QueryProgress now = running.progress();
    {
      const MutexLock lock(mutex_);
      progress_ = now;
    }
    return is_asked();
  }
  bool is_unwanted_unbound() override { return is_asked(); }
  void ended(const Query&) override {}
  /// What the poll says holds for what runs on this thread alone, so it is not remembered.
  bool is_asked() {
    return asked_.load(std::memory_order_relaxed) || (poll_ != nullptr && poll_(context_) != 0);
  }
  void ask() { asked_.store(true, std::memory_order_relaxed); }
  /// A statement begins.
  void clear() {
    asked_.store(false, std::memory_order_relaxed);
    const MutexLock lock(mutex_);
    progress_ = {};
  }
  /// Of the statement that ran last, as of the last time it was asked whether it is wanted.
  QueryProgress progress() const {
    const MutexLock lock(mutex_);
    return progress_;
  }
  void set_poll(Poll poll, void* context) {
    poll_ = poll;
    context_ = context;
  }

 private:
  Poll poll_ = nullptr;
  void* context_ = nullptr;
  std::atomic<bool> asked_{false};
  mutable Mutex mutex_;
  QueryProgress progress_ GUARDED_BY(mutex_);
};

}  // namespace doline

/// Shared with its queries: they may bind again when a file turns out to be other than it seemed.
struct doline_session_state {
  explicit doline_session_state(std::shared_ptr<doline::Database> its_database);
  const std::shared_ptr<doline::Database> database;  // every session of it is an owner
  doline::Interrupt interrupt;
  doline::Session session;
  const uint64_t born;  // fork generation
};

struct doline_session {
  std::shared_ptr<doline_session_state> state;
};

/// Names that a function hands out: they stay until it is called again with the same handle.
class doline_names {
 public:
  void clear() { texts_.clear(); }
  void add(std::string name) { texts_.push_back(std::move(name)); }
  void give_out(const char* const** names, size_t* count);

 private:
  std::vector<std::string> texts_;
  std::vector<const char*> pointers_;
};

struct doline_prepared {
  std::shared_ptr<doline_session_state> state;
  doline::Prepared statement;
  doline::Parameters parameters;
  std::vector<std::byte> bytes;  // what doline_prepared_bytes last returned
  doline_names missing;          // and doline_missing_tables
  doline_names parameter_names;  // and doline_parameters
};

struct doline_query {
  std::shared_ptr<doline_session_state> state;
  std::unique_ptr<doline::Query> query;
  std::string text;                  // for carets
  std::string time_zone;             // what zoned timestamps are labelled with
  std::string profile;               // what doline_profile last returned
  std::vector<doline::Chunk> ready;  // taken from the query, not handed out yet
  bool ended = false;
  doline::ArrowTexts texts = doline::ArrowTexts::kOffsets;
  std::optional<doline::Chunk> next = std::nullopt;  // as `ready`, but the begin of another batch
};

namespace doline {

/// Keeps an error for doline_error_ of this thread. `source`: the statement's text.
void keep_error(const Error& error, std::string_view source) noexcept;
/// The exception being handled, whatever it is.
void keep_current_exception(std::string_view source) noexcept;

/// 0, or 1 with the error kept: `body` may throw anything.
template <class Body>
int guarded(std::string_view source, Body&& body) noexcept {
  try {
    body();
    return 0;
  } catch (...) {
    keep_current_exception(source);
    return 1;
  }
}

/// Error(kInvalidArgument) for what must not be null.
void require(const void* given, const char* what);

/// The next batch; false at the end.
bool next_batch(doline_query& query, ArrowArray* out);

}  // namespace doline
