#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "adbc.h"
#include "call.h"
#include "doline/doline.hpp"

namespace doline_adbc {

/// What AdbcDatabase stands for: it is opened by Init, and lives as long as its connections.
struct Database {
  std::map<std::string, std::string> options;
  std::unique_ptr<doline::Session> root;  // runs nothing; keeps the database open
};

/// What AdbcConnection stands for; shared with its statements and their rows. One thread works with
/// it at a time (`work`), any may cancel.
class Connection {
 public:
  /// What was set before Init.
  void set_option(const std::string& key, const std::string& value);
  std::string option(const std::string& key);
  void open(const Database& database);
  /// Rolls back what was not committed. Rows that are being read are read on.
  void close();

  /// Has `body()` use the session, which nobody else does meanwhile, as part of `call`. Of a call
  /// that was cancelled that is what it throws, whatever became of it.
  template <class Body>
  auto work(const std::shared_ptr<Call>& call, Body&& body) {
    add(call);
    const Call::Scope scope(*call);
    const std::lock_guard lock(working_);
    try {
      call->require_wanted();
      return body();
    } catch (...) {
      call->require_wanted();
      throw;
    }
  }

  // Within work():
  /// The session, for a call of its owner's. Fails where Init was not called.
  doline::Session& session();
  /// As session(), in a transaction unless each statement is one of its own.
  doline::Session& session_for_statement();
  void commit() { end("COMMIT"); }
  void rollback() { end("ROLLBACK"); }

  /// Any thread: ends what runs, calls at work and rows that are being read.
  void cancel();

 private:
  void add(const std::shared_ptr<Call>& call);
  void set_autocommit(bool wanted);
  void end(const char* how);

  // Recursive: a statement's bound rows may be those of another of the same connection, whose next
  // run then begins on the same thread while the statement is at work.
  std::recursive_mutex working_;
  std::unique_ptr<doline::Session> session_;
  bool is_autocommit_ = true;
  std::mutex mutex_;  // over calls_
  std::vector<std::weak_ptr<Call>> calls_;
};

/// `"a""b"`: a name as SQL takes it.
std::string quoted_name(std::string_view name);
/// A table's name as SQL takes it. What is not said is empty.
std::string qualified_name(std::string_view catalog, std::string_view schema,
                           std::string_view table);
/// `'a''b'`.
std::string quoted_text(std::string_view text);

/// A name that no other table of the process has, listed nowhere.
std::string unused_table();

/// The one value of a query as a text.
std::string text_of(doline::Session& session, std::string_view query);

}  // namespace doline_adbc
