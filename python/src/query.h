#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "arrow_capsule.h"
#include "engine_error.h"
#include "row_reader.h"
#include "session.h"

namespace doline_python {

/// A query of the C ABI, shared by the Python object and the Arrow streams made of it.
class QueryHandle {
 public:
  QueryHandle(std::shared_ptr<SessionHandle> session, doline_query* query);
  /// Cancels it; its tasks are waited for elsewhere.
  ~QueryHandle();
  QueryHandle(const QueryHandle&) = delete;

  /// Both work on the query until its first rows are ready. Precondition: the GIL is held.
  OwnedSchema schema();
  /// Null at the end.
  OwnedArray next();
  /// The same for a reader without the GIL: 0, or 1 with `failure()` set.
  int schema_without_gil(ArrowSchema* out);
  int next_without_gil(ArrowArray* out);
  /// What the query failed with, if it has.
  std::optional<EngineFailure> failure() const;

  /// Takes the Python exception that is set, if one is. Precondition: the GIL is held.
  void keep_raised();
  /// Raises that, or else what the query failed with; nothing when it has not.
  void raise_failure() const;

  void use_text_views();
  nanobind::str profile(const char* format);

  doline_query* get() const { return query_; }

 private:
  template <class Call>
  void call(Call&& call);
  template <class Call>
  int call_without_gil(Call&& call);
  void keep_failure(EngineFailure failure);
  /// Until the first answer a query counts as part of its session.
  BusyLock* session_lock();

  const std::shared_ptr<SessionHandle> session_;
  doline_query* const query_;
  BusyLock busy_;
  bool has_answered_ = false;
  nanobind::ft_mutex profiling_;  // of the text that the engine keeps
  mutable std::mutex failing_;    // of the next two, which whoever reads the rows leaves
  std::optional<EngineFailure> failure_;
  PyObject* raised_ = nullptr;  // by a signal's handler while a stream was read
};

/// `doline._engine.Query`: one run of a statement, and its rows.
class Query {
 public:
  Query(std::shared_ptr<SessionHandle> session, doline_query* query);

  bool returns_rows() const;
  nanobind::object schema();
  /// What is left of the rows, as a capsule of a stream.
  nanobind::object stream(nanobind::handle requested_schema);
  /// Texts come as Arrow's views from here on: before the first rows are taken.
  void use_text_views() const;
  /// (schema capsule, array capsule), or None at the end.
  nanobind::object next_batch();
  /// Up to `limit` rows as tuples; None: all that are left.
  nanobind::list fetch(std::optional<size_t> limit);
  void cancel() const;
  nanobind::dict progress() const;
  nanobind::str profile(const char* format) const;
  /// Raises what the query failed with, in whoever's hands it was.
  void raise_failure() const;

 private:
  /// Rows that were taken, of which some are not fetched yet.
  struct Fetched {
    BusyLock busy;
    std::optional<RowReader> rows;
  };

  std::shared_ptr<QueryHandle> handle_;
  std::unique_ptr<Fetched> fetched_ = std::make_unique<Fetched>();
};

nanobind::dict progress_as_dict(const doline_progress_info& info);
void add_query(nanobind::module_& module);
/// Cancels every query there is, for the end of the interpreter.
void cancel_all_queries();

}  // namespace doline_python
