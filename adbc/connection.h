#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "adbc.h"
#include "doline/doline.hpp"

namespace doline_adbc {

class RowStream;

/// What AdbcDatabase stands for: it is opened by Init, and lives as long as its connections.
struct Database {
  std::map<std::string, std::string> options;
  std::unique_ptr<doline::Session> root;  // runs nothing; keeps the database open
};

/// What AdbcConnection stands for; shared with its statements and their rows. One thread works with
/// it at a time (`working`), any may cancel.
class Connection {
 public:
  /// What was set before Init.
  void set_option(const std::string& key, const std::string& value);
  std::string option(const std::string& key);
  void open(const Database& database);

  /// The session, for a call of its owner's. Fails where Init was not called.
  doline::Session& session();
  /// As session(), in a transaction unless each statement is one of its own.
  doline::Session& session_for_statement();

  void commit() { end("COMMIT"); }
  void rollback() { end("ROLLBACK"); }
  bool is_autocommit() const { return is_autocommit_; }

  /// Any thread: ends what runs, statements and rows that are being read.
  void cancel();
  /// Rows that cancel() reaches.
  void add(const std::shared_ptr<RowStream>& rows);

  /// Nobody else uses the session meanwhile.
  std::mutex working;

 private:
  void set_autocommit(bool wanted);
  void end(const char* how);

  std::unique_ptr<doline::Session> session_;
  bool is_autocommit_ = true;
  std::mutex mutex_;  // over rows_
  std::vector<std::weak_ptr<RowStream>> rows_;
};

/// `"a""b"`: a name as SQL takes it.
std::string quoted_name(std::string_view name);
/// `'a''b'`, or NULL.
std::string quoted_text(const char* text);

/// A name that no other table of the process has, listed nowhere.
std::string unused_table();

/// The one value of a query as a text.
std::string text_of(doline::Session& session, std::string_view query);

}  // namespace doline_adbc
