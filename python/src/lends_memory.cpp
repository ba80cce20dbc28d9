#include "lends_memory.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

int get_buffer(PyObject* self, Py_buffer* view, int flags) {
  view->obj = nullptr;
  PyObject* lender = PyObject_CallMethod(self, "_memory", nullptr);
  if (!lender) {
    // Whoever asks for memory expects this of what has none.
    if (!PyErr_ExceptionMatches(PyExc_MemoryError) &&
        !PyErr_ExceptionMatches(PyExc_KeyboardInterrupt)) {
      PyObject *type, *value, *trace;
      PyErr_Fetch(&type, &value, &trace);
      PyErr_NormalizeException(&type, &value, &trace);
      PyErr_Format(PyExc_BufferError, "%S", value);
      Py_XDECREF(type);
      Py_XDECREF(value);
      Py_XDECREF(trace);
    }
    return -1;
  }
  const int status = PyObject_GetBuffer(lender, view, flags);  // the view keeps the lender
  Py_DECREF(lender);
  return status;
}

/// The lender's own: the view names it. That there is one makes NumPy keep the view.
void release_buffer(PyObject*, Py_buffer*) {}

}  // namespace

void add_lends_memory(nb::module_& module) {
  static PyType_Slot slots[] = {
      {Py_bf_getbuffer, reinterpret_cast<void*>(get_buffer)},
      {Py_bf_releasebuffer, reinterpret_cast<void*>(release_buffer)},
      {Py_tp_doc, const_cast<char*>("Gives the buffer protocol to a class that has `_memory()`.")},
      {0, nullptr}};
  static PyType_Spec spec = {"doline._engine.LendsMemory", 0, 0,
                             Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
  nb::object type = nb::steal(PyType_FromSpec(&spec));
  if (!type.is_valid()) throw nb::python_error();
  module.attr("LendsMemory") = type;
}

}  // namespace doline_python
