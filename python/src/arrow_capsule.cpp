#include "arrow_capsule.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "arrow_device.h"
#include "arrow_stream.h"
#include "engine_error.h"
#include "reaper.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

constexpr const char* kSchemaName = "arrow_schema";
constexpr const char* kArrayName = "arrow_array";
constexpr const char* kStreamName = "arrow_array_stream";

template <class Struct>
void release_and_free(Struct* held) noexcept {
  if (held->release) held->release(held);
  delete held;
}

bool is_capsule(nb::handle object, const char* name) {
  return PyCapsule_CheckExact(object.ptr()) && PyCapsule_IsValid(object.ptr(), name);
}

/// The one batch of a stream, which forgets it when it is taken.
struct SingleBatch {
  SingleBatch(OwnedSchema its_schema, OwnedArray its_array)
      : schema(std::move(its_schema)), array(std::move(its_array)) {}

  const std::shared_ptr<ArrowSchema> schema;
  OwnedArray array;

  static SingleBatch& of(ArrowArrayStream* stream) {
    return *static_cast<SingleBatch*>(stream->private_data);
  }
  /// A stream's schema may be asked for again, so what is handed out refers to ours.
  static int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    const auto& shared = of(stream).schema;
    *out = *shared;
    out->private_data = new std::shared_ptr<ArrowSchema>(shared);
    out->release = [](ArrowSchema* held) {
      delete static_cast<std::shared_ptr<ArrowSchema>*>(held->private_data);
      held->release = nullptr;
    };
    return 0;
  }
  static int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    *out = ArrowArray{};
    if (OwnedArray array = std::move(of(stream).array)) move_out(*array, out);
    return 0;
  }
  static const char* get_last_error(ArrowArrayStream*) { return nullptr; }
  static void release(ArrowArrayStream* stream) {
    delete &of(stream);
    stream->release = nullptr;
  }
};

}  // namespace

void ReleaseSchema::operator()(ArrowSchema* held) const noexcept { release_and_free(held); }
void ReleaseArray::operator()(ArrowArray* held) const noexcept { release_and_free(held); }
void ReleaseStream::operator()(ArrowArrayStream* held) const noexcept { release_and_free(held); }

void require_unused(bool is_unused, const char* name) {
  if (is_unused) return;
  raise_error("invalid_argument", "the Arrow " + std::string(name + 6) + " is used up already",
              "a stream can be read once: make another, or collect it into a table");
}

OwnedSchema make_schema() { return OwnedSchema(new ArrowSchema{}); }
OwnedArray make_array() { return OwnedArray(new ArrowArray{}); }
OwnedStream make_stream() { return OwnedStream(new ArrowArrayStream{}); }

nb::object capsule_of(OwnedSchema schema) { return capsule_over(std::move(schema), kSchemaName); }
nb::object capsule_of(OwnedArray array) { return capsule_over(std::move(array), kArrayName); }
nb::object capsule_of(OwnedStream stream) { return capsule_over(std::move(stream), kStreamName); }

OwnedStream stream_of_batch(OwnedSchema schema, OwnedArray array) {
  OwnedStream stream = make_stream();
  stream->private_data = new SingleBatch(std::move(schema), std::move(array));
  stream->get_schema = SingleBatch::get_schema;
  stream->get_next = SingleBatch::get_next;
  stream->get_last_error = SingleBatch::get_last_error;
  stream->release = SingleBatch::release;
  return stream;
}

std::pair<OwnedSchema, OwnedArray> array_of(nb::handle object) {
  const nb::object pair = object.attr("__arrow_c_array__")();
  OwnedSchema schema = make_schema();
  OwnedArray array = make_array();
  take_capsule(pair[0], kSchemaName, schema.get());
  take_capsule(pair[1], kArrayName, array.get());
  return {std::move(schema), std::move(array)};
}

OwnedStream plain_stream_of(nb::handle object) {
  nb::object capsule = nb::borrow(object);
  if (!is_capsule(object, kStreamName)) {
    if (nb::hasattr(object, "__arrow_c_stream__")) {
      capsule = object.attr("__arrow_c_stream__")();
    } else if (nb::hasattr(object, "__arrow_c_array__")) {
      auto [schema, array] = array_of(object);
      return stream_of_batch(std::move(schema), std::move(array));
    } else if (OwnedStream stream = stream_of_device(object)) {
      return stream;
    } else {
      PyErr_Format(PyExc_TypeError, "%s speaks no Arrow: it has no __arrow_c_stream__",
                   Py_TYPE(object.ptr())->tp_name);
      throw nb::python_error();
    }
  }
  OwnedStream stream = make_stream();
  take_capsule(capsule, kStreamName, stream.get());
  return stream;
}

OwnedStream stream_of(nb::handle object) {
  return stream_of_rows(plain_stream_of(object), "column0");
}

OwnedSchema schema_of_stream(ArrowArrayStream& stream) {
  OwnedSchema schema = make_schema();
  if (const int status = stream.get_schema(&stream, schema.get())) {
    if (PyErr_Occurred()) throw nb::python_error();
    const char* said = stream.get_last_error(&stream);
    raise_error("io",
                "the Arrow stream failed: " + std::string(said ? said : std::strerror(status)));
  }
  return schema;
}

OwnedSchema schema_of(nb::handle object) {
  OwnedSchema schema = make_schema();
  if (is_capsule(object, kSchemaName)) {
    take_capsule(object, kSchemaName, schema.get());
    return schema;
  }
  if (nb::hasattr(object, "__arrow_c_schema__")) {
    take_capsule(object.attr("__arrow_c_schema__")(), kSchemaName, schema.get());
    return schema;
  }
  return schema_of_stream(*plain_stream_of(object));
}

}  // namespace doline_python
