#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "adbc.h"
#include "doline/doline.hpp"
#include "failure.h"

namespace doline_adbc {

class Connection;

/// The rows of a statement, or of its runs one after another, as an ArrowArrayStream. One thread
/// reads at a time, any may cancel.
class RowStream {
 public:
  /// The next run, or nothing when there is none. Called by the reader, nobody else being at work
  /// with the connection.
  using NextRun = std::function<std::optional<doline::Query>()>;

  /// The first rows of `first` are ready: its schema was asked for.
  RowStream(std::shared_ptr<Connection> connection, doline::Query first, NextRun next_run);

  /// What reads it: the stream keeps it.
  static void give_out(std::shared_ptr<RowStream> rows, ArrowArrayStream* out);
  /// Any thread.
  void cancel();
  /// Any thread: the share that is done.
  double progress();
  /// The last failure of a stream that give_out() made; null for another's, or when there was none.
  static const AdbcError* error_of(ArrowArrayStream* stream, AdbcStatusCode* status);

  ~RowStream();
  RowStream(const RowStream&) = delete;

 private:
  static RowStream& of(ArrowArrayStream* stream);
  static int get_schema(ArrowArrayStream* stream, ArrowSchema* out);
  static int get_next(ArrowArrayStream* stream, ArrowArray* out);
  static const char* get_last_error(ArrowArrayStream* stream);
  static void release(ArrowArrayStream* stream);

  template <class Body>
  int told(Body&& body);
  void next(ArrowArray* out);
  std::shared_ptr<doline::Query> current();

  const std::shared_ptr<Connection> connection_;
  NextRun next_run_;
  bool is_at_end_ = false;
  std::mutex mutex_;  // over query_
  std::shared_ptr<doline::Query> query_;
  std::atomic<bool> is_cancelled_{false};
  std::string shape_;  // of the first run's schema: later ones have the same
  AdbcError error_{};
  AdbcStatusCode status_ = ADBC_STATUS_OK;
};

}  // namespace doline_adbc
