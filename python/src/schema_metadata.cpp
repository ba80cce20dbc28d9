#include "schema_metadata.h"

#include <cstring>
#include <functional>

namespace nb = nanobind;

namespace doline_python {

namespace {

/// Calls `each(key, value)`. The lengths are the producer's, who shares our process.
void each_pair(const char* at,
               const std::function<void(std::string_view, std::string_view)>& each) {
  if (!at) return;
  const auto number = [&] {
    int32_t value;
    std::memcpy(&value, at, sizeof value);
    at += sizeof value;
    return value;
  };
  const auto text = [&] {
    const int32_t size = number();
    const std::string_view given(at, static_cast<size_t>(size));
    at += size;
    return given;
  };
  for (int32_t left = number(); left > 0; --left) {
    const std::string_view key = text();
    each(key, text());
  }
}

nb::object text_of(std::string_view text) {
  PyObject* made = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr);
  if (made) return nb::steal(made);
  PyErr_Clear();
  return nb::bytes(text.data(), text.size());
}

}  // namespace

std::string_view metadata_value(const ArrowSchema& schema, std::string_view wanted) {
  std::string_view found;
  each_pair(schema.metadata, [&](std::string_view key, std::string_view value) {
    if (key == wanted) found = value;
  });
  return found;
}

nb::tuple field_of(const ArrowSchema& schema) {
  nb::dict metadata;
  each_pair(schema.metadata, [&](std::string_view key, std::string_view value) {
    metadata[text_of(key)] = text_of(value);
  });
  nb::list children;
  for (int64_t child = 0; child < schema.n_children; ++child)
    children.append(field_of(*schema.children[child]));
  return nb::make_tuple(text_of(schema.name ? schema.name : ""), nb::str(schema.format),
                        (schema.flags & ARROW_FLAG_NULLABLE) != 0, metadata, nb::tuple(children),
                        schema.dictionary ? nb::object(field_of(*schema.dictionary)) : nb::none());
}

}  // namespace doline_python
