// `doline._engine`: the C ABI for Python. Thin: what people call is Python, in python/doline.
#include <nanobind/nanobind.h>

#include "arrow_capsule.h"
#include "arrow_device.h"
#include "doline/doline.h"
#include "lends_memory.h"
#include "prepared.h"
#include "python_function.h"
#include "query.h"
#include "reaper.h"
#include "schema_metadata.h"
#include "session.h"
#include "table.h"
#include "without_gil.h"

namespace nb = nanobind;

NB_MODULE(_engine, module) {
  namespace engine = doline_python;
  // What people keep in modules until the end is theirs to keep.
  nb::set_leak_warnings(false);
  engine::find_main_thread();
  module.attr("version") = doline_version();
  engine::add_session(module);
  engine::add_prepared(module);
  engine::add_query(module);
  engine::add_table(module);
  engine::add_function(module);
  engine::add_device(module);
  engine::add_lends_memory(module);
  module.def(
      "arrow_field", [](nb::handle object) { return engine::field_of(*engine::schema_of(object)); },
      nb::arg("object"),
      "The schema of anything with __arrow_c_schema__ or __arrow_c_stream__ (or a capsule) as\n"
      "(name, format, nullable, metadata, children, dictionary), children being such tuples.");
  module.def(
      "shut_down",
      [] {
        engine::cancel_all_queries();
        const engine::WithoutGil released;
        engine::keep_gil_from_others();
        engine::stop_reaper();
      },
      "For the end of the interpreter: cancels what runs and waits for it.");
}
