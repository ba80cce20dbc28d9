#include "session.h"

#include <nanobind/stl/string_view.h>
#include <unistd.h>

#include <utility>

#include "arrow_capsule.h"
#include "engine_call.h"
#include "prepared.h"
#include "python_function.h"
#include "query.h"
#include "reaper.h"
#include "without_gil.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

/// While a stream is read, what makes its rows may ask the session that reads it.
class OpenScope {
 public:
  explicit OpenScope(BusyLock& busy) : busy_(busy) { busy_.set_open(true); }
  ~OpenScope() { busy_.set_open(false); }
  OpenScope(const OpenScope&) = delete;

 private:
  BusyLock& busy_;
};

/// Ctrl-C: Python's handlers run on the main thread alone, and what they raise ends the statement.
int has_signal(void*) {
  if (!is_main_thread()) return 0;
  const PyGILState_STATE state = PyGILState_Ensure();
  // A function that the query calls on this thread may have been interrupted before.
  const bool is_raised = PyErr_Occurred() || PyErr_CheckSignals() != 0;
  PyGILState_Release(state);
  return is_raised ? 1 : 0;
}

}  // namespace

void refuse_after_fork(const SessionHandle& session) {
  if (session.process == getpid()) return;
  raise_error("not_supported", "the connection was opened before this process was forked",
              "open one in the child, or start processes by multiprocessing's \"spawn\"");
}

SessionHandle::~SessionHandle() {
  // With the last session its database goes, and with that whatever memory its tables share.
  release_later([closing = session] { doline_close(closing); });
}

Session::Session(doline_session* session) : handle_(std::make_shared<SessionHandle>()) {
  handle_->process = getpid();
  handle_->session = session;
  call_engine([&] { return doline_set_poll(session, has_signal, nullptr); });
}

Session Session::open(const char* path) {
  doline_session* session = nullptr;
  call_engine([&] { return doline_open(path, &session); });
  return Session(session);
}

Session Session::beside(const Session& other) {
  doline_session* session = nullptr;
  const auto known = other.handle();
  call_engine([&] { return doline_connect(known->session, &session); });
  return Session(session);
}

Session Session::twin() const {
  doline_session* session = nullptr;
  const auto used = handle();
  const BusyScope busy(&used->busy, "session");
  call_engine([&] { return doline_twin(used->session, &session); });
  return Session(session);
}

std::shared_ptr<SessionHandle> Session::handle() const {
  const auto used = [&] {
    const nb::ft_lock_guard lock(closing_);
    return handle_;
  }();
  if (!used) raise_error("invalid_argument", "the session is closed");
  refuse_after_fork(*used);
  return used;
}

void Session::execute(std::string_view text) const {
  const auto used = handle();
  const BusyScope busy(&used->busy, "session");
  call_engine([&] { return doline_execute(used->session, text.data(), text.size()); });
}

void Session::register_stream(const char* name, nb::handle object) const {
  const auto used = handle();
  const OwnedStream stream = stream_of(object);
  const BusyScope busy(&used->busy, "session");
  const OpenScope open(used->busy);
  call_engine([&] { return doline_register_stream(used->session, name, stream.get()); });
}

void Session::lend_stream(const char* name, nb::handle object) const {
  const auto used = handle();
  const OwnedStream stream = stream_of(object);
  const BusyScope busy(&used->busy, "session");
  const OpenScope open(used->busy);
  call_engine([&] { return doline_lend_stream(used->session, name, stream.get()); });
}

void Session::unregister(const char* name) const {
  const auto used = handle();
  const BusyScope busy(&used->busy, "session");
  call_engine([&] { return doline_unregister(used->session, name); });
}

void Session::create_function(const char* name, int kind, unsigned flags, nb::handle parameters,
                              nb::handle results, nb::handle function) const {
  const auto used = handle();
  const BusyScope busy(&used->busy, "session");
  const PythonFunction made(name, kind, flags, parameters, results, function);
  call_engine([&] { return doline_create_function(used->session, made.get()); });
}

void Session::drop_function(const char* name) const {
  const auto used = handle();
  const BusyScope busy(&used->busy, "session");
  call_engine([&] { return doline_drop_function(used->session, name); });
}

bool Session::is_in_transaction() const {
  const auto used = handle();
  const BusyScope busy(&used->busy, "session");
  return doline_in_transaction(used->session) != 0;
}

void Session::interrupt() const { doline_interrupt(handle()->session); }

nb::dict Session::progress() const {
  doline_progress_info info{};
  const auto used = handle();
  call_engine([&] { return doline_session_progress(used->session, &info, sizeof info); });
  return progress_as_dict(info);
}

void Session::close() {
  const auto closed = [&] {
    const nb::ft_lock_guard lock(closing_);
    return std::exchange(handle_, nullptr);
  }();
}

void add_session(nb::module_& module) {
  nb::class_<Session>(module, "Session",
                      "A conversation with a database in memory: its settings, its transaction.\n\n"
                      "Any thread may use it; while one does, the others wait.")
      .def_static("open", &Session::open, nb::arg("path") = "", "A session of a new database.")
      .def_static("beside", &Session::beside, nb::arg("other"),
                  "Another session of the same database: same tables, settings of its own.")
      .def("twin", &Session::twin, "Another session of the same database, with the same settings.")
      .def("execute", &Session::execute, nb::arg("text"),
           "Runs a script for what it leaves behind; rows are dropped.")
      .def("prepare", &Prepared::from_text, nb::arg("text"), "Understands exactly one statement.")
      .def("prepare_script", &Prepared::script, nb::arg("text"),
           "Understands the statements of a script, between semicolons, as a list.")
      .def("prepare", &Prepared::from_bytes, nb::arg("tree"),
           "The same from the bytes of an unresolved tree, a statement's or a query's.")
      .def("register_stream", &Session::register_stream, nb::arg("name"), nb::arg("object"),
           "Makes the rows of anything with __arrow_c_stream__ (or a capsule) a table of the\n"
           "database, in the place of one of that name.")
      .def("lend_stream", &Session::lend_stream, nb::arg("name"), nb::arg("object"),
           "The same for rows that are only read, where they lie: takes next to no time.")
      .def("unregister", &Session::unregister, nb::arg("name"), "Drops a table.")
      .def("create_function", &Session::create_function, nb::arg("name"), nb::arg("kind"),
           nb::arg("flags"), nb::arg("parameters").none(), nb::arg("results"), nb::arg("function"),
           "Makes a callable a function of SQL; see doline_function in doline.h.")
      .def("drop_function", &Session::drop_function, nb::arg("name"),
           "Forgets a function; queries that call it go on.")
      .def_prop_ro("is_in_transaction", &Session::is_in_transaction,
                   "Between BEGIN and COMMIT or ROLLBACK.")
      .def("progress", &Session::progress, "How far its statement is; any thread.")
      .def("interrupt", &Session::interrupt, "Cancels what the session runs now; any thread.")
      .def("close", &Session::close, "Its statements and queries go on.");
}

}  // namespace doline_python
