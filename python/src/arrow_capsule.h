#pragma once

#include <nanobind/nanobind.h>

#include <memory>
#include <utility>

#include "doline/arrow_c_data.h"

// The Arrow PyCapsule protocol, both ways: a C struct in a capsule that carries its name.
namespace doline_python {

struct ReleaseSchema {
  void operator()(ArrowSchema* held) const noexcept;
};
struct ReleaseArray {
  void operator()(ArrowArray* held) const noexcept;
};
struct ReleaseStream {
  void operator()(ArrowArrayStream* held) const noexcept;
};
/// Structs that are released, if they still have to be, and freed.
using OwnedSchema = std::unique_ptr<ArrowSchema, ReleaseSchema>;
using OwnedArray = std::unique_ptr<ArrowArray, ReleaseArray>;
using OwnedStream = std::unique_ptr<ArrowArrayStream, ReleaseStream>;

/// Moves a struct as Arrow has it: the one left counts as released.
template <class Struct>
void move_out(Struct& from, Struct* out) {
  *out = from;
  from.release = nullptr;
}

OwnedSchema make_schema();
OwnedArray make_array();
OwnedStream make_stream();

/// "arrow_schema", "arrow_array" and "arrow_array_stream". Whoever takes the struct out of the
/// capsule leaves a null `release` in it.
nanobind::object capsule_of(OwnedSchema schema);
nanobind::object capsule_of(OwnedArray array);
nanobind::object capsule_of(OwnedStream stream);

/// A capsule over `owned`, which its end frees.
template <class Owned>
nanobind::object capsule_over(Owned owned, const char* name) {
  PyObject* made = PyCapsule_New(owned.get(), name, [](PyObject* ending) {
    using Struct = typename Owned::element_type;
    auto* held = static_cast<Struct*>(PyCapsule_GetPointer(ending, PyCapsule_GetName(ending)));
    Owned(held).reset();
  });
  if (!made) throw nanobind::python_error();
  static_cast<void>(owned.release());
  return nanobind::steal(made);
}

/// Refuses what was moved out of its capsule already.
void require_unused(bool is_unused, const char* name);

/// Moves the struct out of a capsule of that name, once, whatever threads try.
template <class Struct>
void take_capsule(nanobind::handle capsule, const char* name, Struct* out) {
  auto* given = static_cast<Struct*>(PyCapsule_GetPointer(capsule.ptr(), name));
  if (!given) throw nanobind::python_error();
  const nanobind::ft_object_guard alone(capsule);
  require_unused(given->release != nullptr, name);
  move_out(*given, out);
}

/// The stream that an object gives: a capsule, or anything with __arrow_c_stream__,
/// __arrow_c_array__ or their likes of devices. Moved out of its capsule. Throws a Python
/// exception, TypeError for an object that speaks no Arrow.
OwnedStream plain_stream_of(nanobind::handle object);
/// The same as a stream of rows: what comes as no struct is one column.
OwnedStream stream_of(nanobind::handle object);
OwnedSchema schema_of_stream(ArrowArrayStream& stream);
/// What __arrow_c_array__ gives.
std::pair<OwnedSchema, OwnedArray> array_of(nanobind::handle object);
/// The schema of anything with __arrow_c_schema__ or a capsule of one; else that of its stream.
OwnedSchema schema_of(nanobind::handle object);

/// A struct array as a stream of one batch.
OwnedStream stream_of_batch(OwnedSchema schema, OwnedArray array);

}  // namespace doline_python
