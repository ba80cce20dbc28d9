#include "prepared.h"

#include <nanobind/stl/string_view.h>

#include <string>

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

void Prepared::bind(const char* name, nb::handle value) const {
  bind_parameter(handle_->prepared, name, value);
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

void Prepared::clear_bindings() const { doline_clear_bindings(handle_->prepared); }

nb::bytes Prepared::bytes() const {
  const void* bytes = nullptr;
  size_t size = 0;
  const BusyScope busy(&handle_->session->busy, "session");
  call_engine([&] { return doline_prepared_bytes(handle_->prepared, &bytes, &size); });
  return nb::bytes(bytes, size);
}

Query Prepared::run() const {
  doline_query* query = nullptr;
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
      .def("run", &Prepared::run,
           "Starts it; statements without rows are carried out before this returns.");
}

}  // namespace doline_python
