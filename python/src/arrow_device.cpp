#include "arrow_device.h"

#include <cerrno>
#include <string>
#include <utility>

#include "engine_error.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

// As Apache Arrow publishes them.
struct ArrowDeviceArray {
  ArrowArray array;
  int64_t device_id;
  int32_t device_type;
  void* sync_event;
  int64_t reserved[3];
};
struct ArrowDeviceArrayStream {
  int32_t device_type;
  int (*get_schema)(ArrowDeviceArrayStream*, ArrowSchema*);
  int (*get_next)(ArrowDeviceArrayStream*, ArrowDeviceArray*);
  const char* (*get_last_error)(ArrowDeviceArrayStream*);
  void (*release)(ArrowDeviceArrayStream*);
  void* private_data;
};
constexpr int32_t kCpu = 1;

constexpr const char* kDeviceArrayName = "arrow_device_array";
constexpr const char* kDeviceStreamName = "arrow_device_array_stream";

struct ReleaseDeviceArray {
  void operator()(ArrowDeviceArray* held) const noexcept {
    if (held->array.release) held->array.release(&held->array);
    delete held;
  }
};
struct ReleaseDeviceStream {
  void operator()(ArrowDeviceArrayStream* held) const noexcept {
    if (held->release) held->release(held);
    delete held;
  }
};
using OwnedDeviceArray = std::unique_ptr<ArrowDeviceArray, ReleaseDeviceArray>;
using OwnedDeviceStream = std::unique_ptr<ArrowDeviceArrayStream, ReleaseDeviceStream>;

void require_cpu(int32_t device) {
  if (device == kCpu) return;
  raise_error("not_supported",
              "the Arrow data lies on a device of type " + std::to_string(device) +
                  ", and only memory of the CPU is read",
              "copy it to the CPU first");
}

/// A stream of a device as a plain one.
struct FromDevice {
  OwnedDeviceStream from;

  static ArrowDeviceArrayStream* of(ArrowArrayStream* stream) {
    return static_cast<FromDevice*>(stream->private_data)->from.get();
  }
  static int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    return of(stream)->get_schema(of(stream), out);
  }
  static int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    ArrowDeviceArray given{};
    *out = ArrowArray{};
    if (const int status = of(stream)->get_next(of(stream), &given)) return status;
    if (given.array.release) move_out(given.array, out);
    return 0;
  }
  static const char* get_last_error(ArrowArrayStream* stream) {
    return of(stream)->get_last_error(of(stream));
  }
  static void release(ArrowArrayStream* stream) {
    delete static_cast<FromDevice*>(stream->private_data);
    stream->release = nullptr;
  }
};

/// A plain stream as one of the CPU.
struct ToDevice {
  OwnedStream from;

  static ArrowArrayStream* of(ArrowDeviceArrayStream* stream) {
    return static_cast<ToDevice*>(stream->private_data)->from.get();
  }
  static int get_schema(ArrowDeviceArrayStream* stream, ArrowSchema* out) {
    return of(stream)->get_schema(of(stream), out);
  }
  static int get_next(ArrowDeviceArrayStream* stream, ArrowDeviceArray* out) {
    *out = ArrowDeviceArray{};
    out->device_id = -1;
    out->device_type = kCpu;
    return of(stream)->get_next(of(stream), &out->array);
  }
  static const char* get_last_error(ArrowDeviceArrayStream* stream) {
    return of(stream)->get_last_error(of(stream));
  }
  static void release(ArrowDeviceArrayStream* stream) {
    delete static_cast<ToDevice*>(stream->private_data);
    stream->release = nullptr;
  }
};

nb::object device_stream(nb::handle rows) {
  OwnedDeviceStream stream(new ArrowDeviceArrayStream{});
  stream->device_type = kCpu;
  stream->private_data = new ToDevice{plain_stream_of(rows)};
  stream->get_schema = ToDevice::get_schema;
  stream->get_next = ToDevice::get_next;
  stream->get_last_error = ToDevice::get_last_error;
  stream->release = ToDevice::release;
  return capsule_over(std::move(stream), kDeviceStreamName);
}

nb::object device_array(nb::handle array) {
  OwnedDeviceArray made(new ArrowDeviceArray{});
  made->device_id = -1;
  made->device_type = kCpu;
  take_capsule(array, "arrow_array", &made->array);
  return capsule_over(std::move(made), kDeviceArrayName);
}

}  // namespace

OwnedStream stream_of_device(nb::handle object) {
  if (nb::hasattr(object, "__arrow_c_device_stream__")) {
    const nb::object capsule = object.attr("__arrow_c_device_stream__")();
    auto from = std::make_unique<FromDevice>();
    from->from.reset(new ArrowDeviceArrayStream{});
    take_capsule(capsule, kDeviceStreamName, from->from.get());
    require_cpu(from->from->device_type);
    OwnedStream stream = make_stream();
    stream->private_data = from.release();
    stream->get_schema = FromDevice::get_schema;
    stream->get_next = FromDevice::get_next;
    stream->get_last_error = FromDevice::get_last_error;
    stream->release = FromDevice::release;
    return stream;
  }
  if (!nb::hasattr(object, "__arrow_c_device_array__")) return nullptr;
  const nb::object pair = object.attr("__arrow_c_device_array__")();
  OwnedSchema schema = schema_of(pair[0]);
  const nb::object capsule = pair[1];
  auto* given =
      static_cast<ArrowDeviceArray*>(PyCapsule_GetPointer(capsule.ptr(), kDeviceArrayName));
  if (!given) throw nb::python_error();
  require_cpu(given->device_type);
  OwnedArray array = make_array();
  const nb::ft_object_guard alone(capsule);
  require_unused(given->array.release != nullptr, kDeviceArrayName);
  move_out(given->array, array.get());
  return stream_of_batch(std::move(schema), std::move(array));
}

void add_device(nb::module_& module) {
  module.def("device_stream", device_stream, nb::arg("stream"),
             "The capsule of an Arrow stream as that of a device's, the CPU.");
  module.def("device_array", device_array, nb::arg("array"),
             "The capsule of an Arrow array as that of a device's, the CPU.");
}

}  // namespace doline_python
