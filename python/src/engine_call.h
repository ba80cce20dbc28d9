#pragma once

#include <nanobind/nanobind.h>

#include "doline/doline.h"
#include "engine_error.h"
#include "without_gil.h"

namespace doline_python {

/// Calls the C ABI without the GIL and raises what it failed with. `call` returns its status and
/// touches no Python object.
template <class Call>
void call_engine(Call&& call) {
  EngineFailure failure;
  int status = 0;
  {
    const WithoutGil released;
    status = call();
    if (status != 0) failure = EngineFailure::last();
  }
  if (status != 0) failure.raise();
}

}  // namespace doline_python
