#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "adbc.h"
#include "connection.h"
#include "row_stream.h"

namespace doline_adbc {

/// What AdbcStatement stands for: a text, or a table that takes rows in, and what is bound to it.
/// One thread works with it at a time, any may cancel.
class Statement {
 public:
  explicit Statement(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}

  void set_text(const char* text);
  void set_option(const std::string& key, const std::string& value);
  std::string option(const std::string& key) const;
  /// Any thread.
  double progress();
  void bind(doline::Stream rows) { bound_ = std::move(rows); }
  /// Understands the text; execute() does where this was not asked for.
  void prepare();
  doline::Schema parameter_schema();
  /// The columns of a query, which is not run.
  doline::Schema result_schema();
  /// Runs it. `out` may be null. Returns how many rows it changed, -1 where nothing is known of
  /// that.
  int64_t execute(ArrowArrayStream* out);
  /// Any thread.
  void cancel();

 private:
  struct Ingest {
    std::string table, catalog, schema, mode = ADBC_INGEST_OPTION_MODE_CREATE;
    bool is_temporary = false;
  };

  std::shared_ptr<Call> call();
  /// Has `body(call)` work with the connection, as the call that cancel() ends.
  template <class Body>
  auto work(Body&& body);
  void prepare_with(doline::Session& session);
  /// The bound rows as a table of the session, whose columns are named as the parameters.
  std::string lend_parameters(doline::Session& session, const std::vector<std::string>& parameters);
  int64_t run_bound(const std::shared_ptr<Call>& call, ArrowArrayStream* out);
  int64_t ingest(doline::Session& session);
  /// What a run gives: its rows, and those of the runs that follow, or how many it changed.
  int64_t take(const std::shared_ptr<Call>& call, doline::Query query, ArrowArrayStream* out,
               RowStream::NextRun next_run = {});

  const std::shared_ptr<Connection> connection_;
  std::optional<std::string> text_;
  std::shared_ptr<std::vector<doline::Prepared>> script_;  // never empty; nothing is bound to it
  Ingest ingest_;
  bool binds_by_name_ = false;
  std::optional<doline::Stream> bound_;  // used up by execute()
  std::mutex mutex_;                     // over call_
  std::weak_ptr<Call> call_;             // the last one, while it is at work or its rows are read
};

}  // namespace doline_adbc
