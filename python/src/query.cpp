#include "query.h"

#include <nanobind/stl/optional.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <set>
#include <utility>

#include "engine_call.h"
#include "fork.h"
#include "reaper.h"
#include "without_gil.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

/// The queries that are not freed yet. Never destroyed: it is asked while the process ends.
struct Living {
  std::mutex mutex;
  std::set<doline_query*> queries;
};
Living& living() {
  static Living* const all = [] {
    auto* const made = new Living;
    hold_in_forks(made->mutex, [] { living().queries.clear(); });  // which are the parent's
    return made;
  }();
  return *all;
}

}  // namespace

QueryHandle::QueryHandle(std::shared_ptr<SessionHandle> session, doline_query* query)
    : session_(std::move(session)), query_(query) {
  const std::lock_guard lock(living().mutex);
  living().queries.insert(query);
}

QueryHandle::~QueryHandle() {
  {
    const std::lock_guard lock(living().mutex);
    living().queries.erase(query_);
  }
  if (raised_) drop_later(raised_);
  if (session_->process == getpid()) doline_cancel(query_);  // else it is the parent's
  release_later([ending = query_] { doline_query_free(ending); });
}

void cancel_all_queries() {
  const std::lock_guard lock(living().mutex);
  for (doline_query* query : living().queries) doline_cancel(query);
}

BusyLock* QueryHandle::session_lock() { return has_answered_ ? nullptr : &session_->busy; }

template <class Call>
void QueryHandle::call(Call&& call) {
  refuse_after_fork(*session_);
  const BusyScope busy(&busy_, "query");
  const BusyScope session(session_lock(), "session");
  std::optional<EngineFailure> failed;
  {
    const WithoutGil released;
    if (call() != 0) failed = EngineFailure::last();
  }
  if (failed) {
    keep_failure(*failed);
    failed->raise();
  }
  has_answered_ = true;
}

template <class Call>
int QueryHandle::call_without_gil(Call&& call) {
  const auto refused = [&] {
    keep_failure({"invalid_argument",
                  "error[invalid_argument]: the query is at work for this very thread", ""});
    return 1;
  };
  if (busy_.lock_without_gil() != BusyLock::Taken::kYes) return refused();
  BusyLock* const session = session_lock();
  const auto taken = session ? session->lock_without_gil() : BusyLock::Taken::kHeldAlready;
  int status = 1;
  if (taken == BusyLock::Taken::kRefused) {
    refused();
  } else {
    status = call();
    if (status != 0) {
      keep_failure(EngineFailure::last());
    } else {
      has_answered_ = true;
    }
  }
  if (taken == BusyLock::Taken::kYes) session->unlock();
  busy_.unlock();
  return status;
}

void QueryHandle::keep_raised() {
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  if (!type) return;
  PyErr_NormalizeException(&type, &value, &trace);
  Py_XDECREF(type);
  Py_XDECREF(trace);
  const nb::object earlier = nb::steal([&] {
    const std::lock_guard lock(failing_);
    return std::exchange(raised_, value);
  }());
}

void QueryHandle::keep_failure(EngineFailure failure) {
  const std::lock_guard lock(failing_);
  failure_ = std::move(failure);
}

std::optional<EngineFailure> QueryHandle::failure() const {
  const std::lock_guard lock(failing_);
  return failure_;
}

void QueryHandle::raise_failure() const {
  refuse_after_fork(*session_);  // where another thread may have held the lock
  const nb::object raised = [&] {
    const std::lock_guard lock(failing_);
    return nb::borrow(raised_);
  }();
  if (raised.is_valid()) {
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(raised.ptr())), raised.ptr());
    throw nb::python_error();
  }
  if (const auto failed = failure()) failed->raise();
}

void QueryHandle::use_text_views() {
  refuse_after_fork(*session_);
  const BusyScope busy(&busy_, "query");
  call_engine([&] { return doline_text_views(query_); });
}

nb::str QueryHandle::profile(const char* format) {
  // With the GIL or else the lock, which keeps other threads from making another text meanwhile.
  const nb::ft_lock_guard lock(profiling_);
  const char* text = doline_profile(query_, format);
  if (!text) EngineFailure::last().raise();
  return nb::str(text);
}

OwnedSchema QueryHandle::schema() {
  OwnedSchema schema = make_schema();
  call([&] { return doline_schema(query_, schema.get()); });
  return schema;
}

OwnedArray QueryHandle::next() {
  OwnedArray array = make_array();
  call([&] { return doline_next(query_, array.get()); });
  if (!array->release) return nullptr;
  return array;
}

int QueryHandle::schema_without_gil(ArrowSchema* out) {
  return call_without_gil([&] { return doline_schema(query_, out); });
}

int QueryHandle::next_without_gil(ArrowArray* out) {
  return call_without_gil([&] { return doline_next(query_, out); });
}

namespace {

/// A query's rows as an ArrowArrayStream, whose reader may be any thread, with the GIL or without.
struct QueryStream {
  std::shared_ptr<QueryHandle> query;
  std::string error;

  static QueryStream& of(ArrowArrayStream* stream) {
    return *static_cast<QueryStream*>(stream->private_data);
  }

  /// Without the GIL where the reader forgot to let go of it.
  template <class Call>
  int told(Call&& call) {
    std::optional<WithoutGil> released;  // a reader may have kept the GIL
    if (PyGILState_Check()) released.emplace();
    const int status = call();
    released.reset();
    if (status == 0) return 0;
    keep_raised();
    const EngineFailure failed = query->failure().value();
    error = failed.message;
    return failed.code == "cancelled" ? ECANCELED : EIO;
  }

  /// Ctrl-C raised KeyboardInterrupt while the engine worked. A reader written in C would lose it,
  /// so it waits with the query for raise_failure().
  void keep_raised() {
    if (!is_main_thread() || !Py_IsInitialized()) return;
    const PyGILState_STATE state = PyGILState_Ensure();
    query->keep_raised();
    PyGILState_Release(state);
  }

  static int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    const WithoutGilIfHeld released;
    *out = ArrowSchema{};
    QueryStream& self = of(stream);
    return self.told([&] { return self.query->schema_without_gil(out); });
  }
  static int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    const WithoutGilIfHeld released;
    *out = ArrowArray{};
    QueryStream& self = of(stream);
    return self.told([&] { return self.query->next_without_gil(out); });
  }
  static const char* get_last_error(ArrowArrayStream* stream) {
    const std::string& error = of(stream).error;
    return error.empty() ? nullptr : error.c_str();
  }
  static void release(ArrowArrayStream* stream) {
    delete &of(stream);
    stream->release = nullptr;
  }
};

}  // namespace

Query::Query(std::shared_ptr<SessionHandle> session, doline_query* query)
    : handle_(std::make_shared<QueryHandle>(std::move(session), query)) {}

bool Query::returns_rows() const { return doline_returns_rows(handle_->get()) != 0; }

nb::object Query::schema() { return capsule_of(handle_->schema()); }

nb::object Query::stream(nb::handle) {
  // A requested schema is granted before, where the statement can still be another.
  OwnedStream stream = make_stream();
  stream->private_data = new QueryStream{handle_, {}};
  stream->get_schema = QueryStream::get_schema;
  stream->get_next = QueryStream::get_next;
  stream->get_last_error = QueryStream::get_last_error;
  stream->release = QueryStream::release;
  return capsule_of(std::move(stream));
}

void Query::use_text_views() const { handle_->use_text_views(); }

nb::object Query::next_batch() {
  OwnedSchema schema = handle_->schema();
  OwnedArray array = handle_->next();
  if (!array) return nb::none();
  return nb::make_tuple(capsule_of(std::move(schema)), capsule_of(std::move(array)));
}

nb::list Query::fetch(std::optional<size_t> limit) {
  const BusyScope busy(&fetched_->busy, "query");
  std::optional<RowReader>& taken = fetched_->rows;
  if (!taken) taken.emplace(handle_->schema());
  nb::list rows;
  while (!limit || rows.size() < *limit) {
    if (taken->is_at_end()) {
      OwnedArray array = handle_->next();
      if (!array) break;
      taken->take(std::move(array));
    }
    taken->append(rows, limit ? *limit - rows.size() : SIZE_MAX);
  }
  return rows;
}

void Query::cancel() const { doline_cancel(handle_->get()); }

nb::dict progress_as_dict(const doline_progress_info& info) {
  nb::dict told;
  told["share"] = info.share;
  told["rows_read"] = info.rows_read;
  told["memory_bytes"] = info.memory_bytes;
  told["memory_limit_bytes"] = info.memory_limit_bytes;
  told["spilled_bytes"] = info.spilled_bytes;
  told["elapsed_seconds"] = info.elapsed_seconds;
  return told;
}

nb::dict Query::progress() const {
  doline_progress_info info{};
  call_engine([&] { return doline_progress(handle_->get(), &info, sizeof info); });
  return progress_as_dict(info);
}

nb::str Query::profile(const char* format) const { return handle_->profile(format); }

void Query::raise_failure() const { handle_->raise_failure(); }

void add_query(nb::module_& module) {
  nb::class_<Query>(module, "Query", "One run of a statement, and its rows.")
      .def_prop_ro("returns_rows", &Query::returns_rows,
                   "False for statements whose effect counts.")
      .def("__arrow_c_schema__", &Query::schema)
      .def("__arrow_c_stream__", &Query::stream, nb::arg("requested_schema") = nb::none(),
           "What is left of the rows.")
      .def("use_text_views", &Query::use_text_views,
           "Texts come as Arrow's views: to be asked for before the first rows are.")
      .def("next_batch", &Query::next_batch,
           "The next rows as (schema capsule, array capsule), or None at the end.")
      .def("fetch", &Query::fetch, nb::arg("limit") = nb::none(),
           "Up to `limit` rows as tuples; all that are left without it.")
      .def("cancel", &Query::cancel, "Stops it within milliseconds; any thread.")
      .def("progress", &Query::progress, "How far it is; any thread.")
      .def("profile", &Query::profile, nb::arg("format") = "text",
           "The plan with what each operator did: \"text\", \"json\" or \"html\".")
      .def("raise_failure", &Query::raise_failure,
           "Raises what the query failed with while an Arrow stream of it was read.");
}

}  // namespace doline_python
