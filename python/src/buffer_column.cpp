#include "buffer_column.h"

#include <limits>

#include "engine_error.h"
#include "reaper.h"

namespace nb = nanobind;

namespace doline_python {

namespace {

/// Memory of a Python object. Its owner is a memoryview, dropped where the GIL is: the engine lets
/// go of columns on threads of its own.
struct ForeignMemory {
  std::shared_ptr<const void> owner;
  const void* data = nullptr;
  size_t size_bytes = 0;
};

ForeignMemory memory_of(nb::handle object) {
  nb::object view = nb::steal(PyMemoryView_FromObject(object.ptr()));
  if (!view.is_valid()) throw nb::python_error();
  const Py_buffer& buffer = *PyMemoryView_GET_BUFFER(view.ptr());
  if (buffer.ndim != 1 || !PyBuffer_IsContiguous(&buffer, 'C')) {
    raise_error("invalid_argument", "an array that is not one-dimensional and contiguous",
                "numpy.ascontiguousarray(a) makes a copy that is");
  }
  ForeignMemory memory{nullptr, buffer.buf, static_cast<size_t>(buffer.len)};
  memory.owner = std::shared_ptr<const void>(view.release().ptr(), [](const void* held) {
    drop_later(static_cast<PyObject*>(const_cast<void*>(held)));
  });
  return memory;
}

/// Bytes a value of an Arrow type takes in a buffer of NumPy's.
size_t width_of(const std::string& format) {
  if (format == "tdD") return 4;
  switch (format[0]) {
    case 'b':
    case 'c':
    case 'C':
      return 1;
    case 's':
    case 'S':
      return 2;
    case 'i':
    case 'I':
    case 'f':
      return 4;
    default:
      return 8;  // the others that NumPy has, times among them
  }
}

template <class T>
bool is_null(T value, NullRule rule) {
  if constexpr (std::is_floating_point_v<T>) return (rule == NullRule::kNan) & (value != value);
  if (rule == NullRule::kNat) return value == std::numeric_limits<T>::min();
  return rule == NullRule::kNegative && value < 0;
}

template <class T>
std::pair<ArrowBuffer, int64_t> validity(const void* data, int64_t length, NullRule rule,
                                         const uint8_t* mask) {
  const auto* values = static_cast<const T*>(data);
  if (!mask) {
    // Mostly none is NULL, and a loop without branches tells so in no time.
    int64_t nulls = 0;
    for (int64_t row = 0; row < length; ++row) nulls += is_null(values[row], rule) ? 1 : 0;
    if (nulls == 0) return {};
  }
  return validity_of(length, [=](int64_t row) {
    return !(mask && mask[row] != 0) && !is_null(values[row], rule);
  });
}

}  // namespace

ArrowColumnRef column_of_buffer(nb::handle values, const std::string& format, NullRule rule,
                                nb::handle mask, bool copy) {
  const ForeignMemory memory = memory_of(values);
  const size_t width = width_of(format);
  auto column = std::make_shared<ArrowColumn>();
  column->format = format;
  column->length = static_cast<int64_t>(memory.size_bytes / width);
  ForeignMemory nulls;
  if (!mask.is_none()) {
    nulls = memory_of(mask);
    if (static_cast<int64_t>(nulls.size_bytes) != column->length)
      raise_error("invalid_argument", "a mask of another length than its values");
  }
  const auto* masked = static_cast<const uint8_t*>(nulls.data);
  std::pair<ArrowBuffer, int64_t> valid;
  const bool is_float = format == "f" || format == "g";
  if (!masked && rule == NullRule::kNan && is_float) {
    // The engine looks for it as it reads, and where it reads at all.
    column->metadata = packed_metadata("doline.nulls", "nan");
  } else if (masked || rule != NullRule::kNone) {
    switch (format[0]) {
      case 'f':
        valid = validity<float>(memory.data, column->length, rule, masked);
        break;
      case 'g':
        valid = validity<double>(memory.data, column->length, rule, masked);
        break;
      default:
        valid = width == 1   ? validity<int8_t>(memory.data, column->length, rule, masked)
                : width == 2 ? validity<int16_t>(memory.data, column->length, rule, masked)
                : width == 4 ? validity<int32_t>(memory.data, column->length, rule, masked)
                             : validity<int64_t>(memory.data, column->length, rule, masked);
    }
  }
  column->null_count = valid.second;
  column->buffers.push_back(std::move(valid.first));
  if (format == "b") {
    const auto* bytes = static_cast<const uint8_t*>(memory.data);
    std::vector<uint8_t> bits(static_cast<size_t>(column->length + 7) / 8, 0);
    for (int64_t row = 0; row < column->length; ++row)
      bits[static_cast<size_t>(row) / 8] |= static_cast<uint8_t>((bytes[row] != 0) << (row % 8));
    column->buffers.push_back(ArrowBuffer::of(std::move(bits)));
  } else if (copy) {
    const auto* bytes = static_cast<const std::byte*>(memory.data);
    column->buffers.push_back(ArrowBuffer::of(std::vector(bytes, bytes + memory.size_bytes)));
  } else {
    column->buffers.push_back({memory.owner, memory.data});
  }
  return column;
}

ArrowColumnRef column_of_codes(const ArrowColumnRef& codes, const ArrowColumnRef& dictionary,
                               const std::string& type) {
  auto column = std::make_shared<ArrowColumn>(*codes);
  column->dictionary = dictionary;
  if (!type.empty()) column->metadata = packed_metadata("doline.type", type);
  return column;
}

}  // namespace doline_python
