#include "prepared.h"

#include <nanobind/stl/string_view.h>

#include <string>

#include "arrow_capsule.h"
#include "engine_call.h"
#include "parameter.h"

namespace nb = nanobind;

namespace doline_python {

struct Prepared::Handle {
  std::shared_ptr<SessionHandle> session;
  doline_prepared* prepared = nullptr;

  // Nothing runs in it, so it may go wherever it is dropped.
  ~Handle() { doline_prepared_free(prepared); }
};

Prepared Prepared::from_text(const Session& session, std::string_view text) {
  auto handle = std::make_shared<Handle>();
  handle->session = session.handle();
  const BusyScope busy(&handle->session->busy, "session");
  call_engine([&] {
    return doline_prepare(handle->session->session, text.data(), text.size(), &handle->prepared);
  });
  return Prepared(std::move(handle));
}

Prepared Prepared::from_bytes(const Session& session, nb::bytes tree) {
  auto handle = std::make_shared<Handle>();
  handle->session = session.handle();
  const BusyScope busy(&handle->session->busy, "session");
  call_engine([&] {
    return doline_prepare_bytes(handle->session->session, tree.data(), tree.size(),
                                &handle->prepared);
  });
  return Prepared(std::move(handle));
}

nb::list Prepared::script(const Session& session, std::string_view text) {
  const std::shared_ptr<SessionHandle> used = session.handle();
  doline_prepared** statements = nullptr;
  size_t count = 0;
  const BusyScope busy(&used->busy, "session");
  call_engine([&] {
    return doline_prepare_script(used->session, text.data(), text.size(), &statements, &count);
  });
  nb::list script;
  for (size_t i = 0; i < count; ++i) {
    auto handle = std::make_shared<Handle>();
    handle->session = used;
    handle->prepared = std::exchange(statements[i], nullptr);
    script.append(nb::cast(Prepared(std::move(handle))));
  }
  doline_script_free(statements, count);
  return script;
}

void Prepared::bind(const char* name, nb::handle value) const {
  bind_parameter(handle_->prepared, &handle_->session->busy, name, value);
}

void Prepared::bind_all(nb::handle parameters) const {
  if (parameters.is_none()) return;
  if (PyMapping_Check(parameters.ptr()) && nb::hasattr(parameters, "keys")) {
    for (const nb::handle name : parameters.attr("keys")()) {
      if (!nb::isinstance<nb::str>(name))
        raise_error("parameter", "the names of parameters are texts", "{'x': 1} binds $x");
      bind(nb::cast<const char*>(name), parameters[name]);
    }
    return;
  }
  if (!PySequence_Check(parameters.ptr()) || nb::isinstance<nb::str>(parameters) ||
      nb::isinstance<nb::bytes>(parameters)) {
    raise_error("parameter", "parameters come as a list, a tuple or a dict",
                "a single value: [value]");
  }
  size_t position = 0;
  for (const nb::handle value : parameters) bind(std::to_string(++position).c_str(), value);
}

void Prepared::clear_bindings() const {
  const BusyScope busy(&handle_->session->busy, "session");
  doline_clear_bindings(handle_->prepared);
}

nb::bytes Prepared::bytes() const {
  const void* bytes = nullptr;
  size_t size = 0;
  refuse_after_fork(*handle_->session);
  const BusyScope busy(&handle_->session->busy, "session");
  call_engine([&] { return doline_prepared_bytes(handle_->prepared, &bytes, &size); });
  return nb::bytes(bytes, size);
}

nb::list Prepared::missing_tables() const {
  const char* const* names = nullptr;
  size_t count = 0;
  refuse_after_fork(*handle_->session);
  const BusyScope busy(&handle_->session->busy, "session");
  call_engine([&] { return doline_missing_tables(handle_->prepared, &names, &count); });
  nb::list missing;
  for (size_t i = 0; i < count; ++i) missing.append(nb::str(names[i]));
  return missing;
}

void Prepared::replace_table(const char* name, const char* by) const {
  refuse_after_fork(*handle_->session);
  const BusyScope busy(&handle_->session->busy, "session");
  call_engine([&] { return doline_replace_table(handle_->prepared, name, by); });
}

bool Prepared::insert_rows_of(const char* table) const {
  int done = 0;
  refuse_after_fork(*handle_->session);
  const BusyScope busy(&handle_->session->busy, "session");
  call_engine([&] { return doline_insert_rows_of(handle_->prepared, table, &done); });
  return done != 0;
}

void Prepared::inline_parameters() const {
  refuse_after_fork(*handle_->session);
  const BusyScope busy(&handle_->session->busy, "session");
  call_engine([&] { return doline_inline_parameters(handle_->prepared); });
}

nb::object Prepared::schema() const {
  OwnedSchema schema = make_schema();
  refuse_after_fork(*handle_->session);
  const BusyScope busy(&handle_->session->busy, "session");
  call_engine([&] { return doline_describe(handle_->prepared, schema.get()); });
  return capsule_of(std::move(schema));
}

Query Prepared::run() const {
  doline_query* query = nullptr;
  refuse_after_fork(*handle_->session);
  const BusyScope busy(&handle_->session->busy, "session");
  call_engine([&] { return doline_run(handle_->prepared, &query); });
  return Query(handle_->session, query);
}

void add_prepared(nb::module_& module) {
  nb::class_<Prepared>(module, "Prepared", "One statement, understood, with its parameters.")
      .def("bind", &Prepared::bind, nb::arg("name"), nb::arg("value").none(),
           "Binds a value: \"1\" is the first of ? and $1, \"x\" is $x.")
      .def("bind_all", &Prepared::bind_all, nb::arg("parameters").none(),
           "Binds a sequence by position, or a mapping by name.")
      .def("clear_bindings", &Prepared::clear_bindings)
      .def("bytes", &Prepared::bytes, "The bytes of its unresolved tree.")
      .def("missing_tables", &Prepared::missing_tables,
           "The bare names it reads as tables that the database does not have now.")
      .def("replace_table", &Prepared::replace_table, nb::arg("name"), nb::arg("by"),
           "Has it read the table `by` where it says `name`.")
      .def("insert_rows_of", &Prepared::insert_rows_of, nb::arg("table"),
           "Turns an INSERT of one row of VALUES into one of all rows of a table, whose columns "
           "are\n"
           "named as the parameters are. False, and nothing changed, for other statements.")
      .def("inline_parameters", &Prepared::inline_parameters,
           "Puts the bound values in the place of the parameters.")
      .def("__arrow_c_schema__", &Prepared::schema,
           "The columns of a query, which is bound, not run.")
      .def("run", &Prepared::run,
           "Starts it; statements without rows are carried out before this returns.");
}

}  // namespace doline_python
