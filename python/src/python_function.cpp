#include "python_function.h"

#include <nanobind/stl/string.h>

#include "arrow_capsule.h"
#include "engine_error.h"
#include "reaper.h"
#include "table.h"
#include "without_gil.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

/// `doline._engine.Call`: what goes on while a function runs. Python may keep it longer than that.
struct Call {
  doline_call* call = nullptr;

  bool is_cancelled() const {
    const bool is_over = !call || doline_call_is_cancelled(call) != 0;
    if (PyErr_Occurred()) throw nb::python_error();  // by a signal's handler, that was asked
    return is_over;
  }
};

std::string text_of(nb::handle object) {
  PyObject* const text = PyObject_Str(object.ptr());
  if (!text) {
    PyErr_Clear();
    return "an exception that has no text";
  }
  const nb::object owned = nb::steal(text);
  Py_ssize_t size = 0;
  const char* const bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (!bytes) {
    PyErr_Clear();
    return "an exception whose text is no UTF-8";
  }
  return {bytes, static_cast<size_t>(size)};
}

/// Tells the engine of the Python exception that is set. What ends the program (Ctrl-C) stays set
/// on the main thread, where whoever waits for the query finds it.
void fail_with_raised(doline_call* call) {
  PyObject *type, *value, *trace;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_NormalizeException(&type, &value, &trace);
  if (value && trace) PyException_SetTraceback(value, trace);
  if (value && !PyErr_GivenExceptionMatches(value, PyExc_Exception) && is_main_thread())
    return PyErr_Restore(type, value, trace);
  Py_XDECREF(type);
  Py_XDECREF(trace);
  if (!value) return doline_call_fail(call, "it raised nothing", 0);
  const nb::object raised = nb::steal(value);
  const nb::object errors = nb::module_::import_("doline.errors");
  const bool is_cancelled = nb::isinstance(raised, errors.attr("Cancelled"));
  if (is_cancelled && doline_call_is_cancelled(call) != 0) return;  // which the engine knows
  std::string message = text_of(raised);
  // What the package itself says of a call is made for people.
  if (!raised.type().is(errors.attr("FunctionFailed"))) {
    const nb::object name = raised.type().attr("__name__");
    message = text_of(name) + (message.empty() ? "" : ": " + message);
  }
  doline_call_fail(call, message.c_str(), keep_cause(nb::object(raised).release().ptr()));
}

/// 0 when `body`, which is given the call as Python sees it, returns; 1, with the failure told,
/// when it throws.
template <class Body>
int guarded(doline_call* call, Body&& body) {
  const WithGil gil;
  if (!gil) {
    doline_call_fail(call, "the interpreter is ending", 0);
    return 1;
  }
  if (PyErr_Occurred()) return 1;  // the query is at its end already
  nb::object told;
  int status = 0;
  try {
    try {
      told = nb::cast(Call{call});
      body(told);
    } catch (nb::python_error& raised) {
      status = 1;
      raised.restore();
      fail_with_raised(call);
    }
  } catch (const std::exception& thrown) {
    status = 1;
    doline_call_fail(call, thrown.what(), 0);
  }
  if (told.is_valid()) {
    const nb::ft_object_guard alone(told);
    nb::cast<Call&>(told).call = nullptr;
  }
  return status;
}

/// What the function returns for such arguments, which are taken over.
nb::object returned(void* context, const ArrowSchema& schema, ArrowArray* arguments,
                    const nb::object& told) {
  OwnedArray taken = make_array();
  move_out(*arguments, taken.get());
  const nb::object rows = nb::cast(Table::of_batch(schema, std::move(taken)));
  return nb::handle(static_cast<PyObject*>(context))(rows, told);
}

void give(nb::handle made, ArrowSchema* schema, ArrowArray* array) {
  auto [its_schema, its_array] = array_of(made);
  move_out(*its_schema, schema);
  move_out(*its_array, array);
}

int call_function(void* context, doline_call* call, const ArrowSchema* schema,
                  ArrowArray* arguments, ArrowSchema* result_schema, ArrowArray* result) {
  return guarded(call, [&](const nb::object& told) {
    give(returned(context, *schema, arguments, told), result_schema, result);
  });
}

int open_function(void* context, doline_call* call, const ArrowSchema* schema,
                  ArrowArray* arguments, void** rows) {
  return guarded(call, [&](const nb::object& told) {
    *rows = returned(context, *schema, arguments, told).release().ptr();
  });
}

int next_rows(void* rows, doline_call* call, ArrowSchema* schema, ArrowArray* batch) {
  return guarded(call, [&](const nb::object& told) {
    const nb::object made = nb::handle(static_cast<PyObject*>(rows)).attr("next_batch")(told);
    if (!made.is_none()) give(made, schema, batch);
  });
}

void close_rows(void* rows) {
  if (rows) drop_later(static_cast<PyObject*>(rows));
}

}  // namespace

PythonFunction::PythonFunction(const char* name, int kind, unsigned flags, nb::handle parameters,
                               nb::handle results, nb::handle function) {
  const auto fields_of = [&](nb::handle pairs, std::vector<doline_field>& fields) {
    for (const nb::handle pair : pairs) {
      texts_.push_back(nb::cast<std::string>(pair[0]));
      texts_.push_back(nb::cast<std::string>(pair[1]));
      fields.push_back({});
    }
  };
  if (parameters.is_none()) {
    flags |= DOLINE_TAKES_ANYTHING;
  } else {
    fields_of(parameters, parameters_);
  }
  fields_of(results, results_);
  size_t next = 0;  // texts move while they are added
  for (std::vector<doline_field>* fields : {&parameters_, &results_}) {
    for (doline_field& field : *fields) {
      field = {texts_[next].c_str(), texts_[next + 1].c_str()};
      next += 2;
    }
  }
  function_.size = sizeof function_;
  function_.name = name;
  function_.kind = kind;
  function_.flags = flags;
  function_.parameters = parameters_.data();
  function_.parameter_count = parameters_.size();
  function_.results = results_.data();
  function_.result_count = results_.size();
  function_.context = nb::object(nb::borrow(function)).release().ptr();
  function_.call = call_function;
  function_.open = open_function;
  function_.next = next_rows;
  function_.close = close_rows;
  function_.release = [](void* context) { drop_later(static_cast<PyObject*>(context)); };
}

void add_function(nb::module_& module) {
  nb::class_<Call>(module, "Call", "One call of a function by a query.")
      .def_prop_ro("is_cancelled", &Call::is_cancelled, nb::lock_self(),
                   "Whether nobody wants the result any more, or the call is over.");
}

}  // namespace doline_python
