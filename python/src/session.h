#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <string_view>
#include <utility>

#include "busy_lock.h"
#include "doline/doline.h"

namespace doline_python {

/// A session of the C ABI with what keeps threads apart. Shared with its statements and queries.
struct SessionHandle {
  doline_session* session = nullptr;
  BusyLock busy;
  int process = 0;  // whose it is

  ~SessionHandle();
};

/// Raises in a child process: the engine's threads, and whoever held the lock, stayed in the
/// parent.
void refuse_after_fork(const SessionHandle& session);

/// `doline._engine.Session`: a conversation with a database in memory.
class Session {
 public:
  /// Of a new database.
  static Session open(const char* path);
  /// Of the same database as another.
  static Session beside(const Session& other);
  Session twin() const;

  void execute(std::string_view text) const;
  void register_stream(const char* name, nanobind::handle object) const;
  /// The same, but the rows stay where they are and are only read.
  void lend_stream(const char* name, nanobind::handle object) const;
  void unregister(const char* name) const;
  /// `parameters`: pairs of name and SQL type, or None for any; `results` alike.
  void create_function(const char* name, int kind, unsigned flags, nanobind::handle parameters,
                       nanobind::handle results, nanobind::handle function) const;
  void drop_function(const char* name) const;
  bool is_in_transaction() const;
  void interrupt() const;
  nanobind::dict progress() const;
  void close();

  /// Raises when it is closed.
  std::shared_ptr<SessionHandle> handle() const;

  Session(Session&& other) noexcept : handle_(std::move(other.handle_)) {}

 private:
  explicit Session(doline_session* session);

  mutable nanobind::ft_mutex closing_;  // of handle_: another thread may close it
  std::shared_ptr<SessionHandle> handle_;
};

void add_session(nanobind::module_& module);

}  // namespace doline_python
