#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "adbc.h"
#include "call.h"
#include "doline/doline.hpp"

namespace doline_adbc {

class Connection;

/// The rows of a query, or of its runs one after another, as an ArrowArrayStream. One thread reads
/// at a time; a cancel of the call they come of ends them. What failed once fails for good.
class RowStream {
 public:
  /// The next run, or nothing when there is none. Called by the reader, nobody else being at work
  /// with the connection.
  using NextRun = std::function<std::optional<doline::Query>()>;

  /// The first rows of `first` are ready: its schema was asked for.
  static void give_out(std::shared_ptr<Connection> connection, std::shared_ptr<Call> call,
                       doline::Query first, NextRun next_run, ArrowArrayStream* out);
  /// The last failure of a stream that give_out() made; null for another's, or when there was none.
  static const AdbcError* error_of(ArrowArrayStream* stream, AdbcStatusCode* status);

  RowStream(std::shared_ptr<Connection> connection, std::shared_ptr<Call> call, NextRun next_run);
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
  std::shared_ptr<doline::Query> following(const doline::Query& before);

  const std::shared_ptr<Connection> connection_;
  const std::shared_ptr<Call> call_;
  const NextRun next_run_;
  bool is_at_end_ = false;
  std::string shape_;  // of the first run's schema: later ones have the same
  AdbcError error_{};
  AdbcStatusCode status_ = ADBC_STATUS_OK;
};

}  // namespace doline_adbc
