#include "kept_rows.h"

#include <cerrno>
#include <memory>

#include "failure.h"

namespace doline_adbc {

namespace {

/// What a stream made here holds; each kind says how it is read. A lack of memory is all that a
/// kind fails with by itself.
template <class Held>
doline::Stream make_stream(Held held) {
  doline::Stream stream;
  ArrowArrayStream& out = *stream.get();
  out.get_schema = [](ArrowArrayStream* self, ArrowSchema* schema) {
    *schema = ArrowSchema{};
    try {
      *schema = copy_of(*static_cast<Held*>(self->private_data)->schema).detach();
      return 0;
    } catch (...) {
      return ENOMEM;
    }
  };
  out.get_next = [](ArrowArrayStream* self, ArrowArray* array) {
    *array = ArrowArray{};
    return static_cast<Held*>(self->private_data)->next(array);
  };
  out.get_last_error = [](ArrowArrayStream* self) {
    return static_cast<Held*>(self->private_data)->last_error();
  };
  out.private_data = std::make_unique<Held>(std::move(held)).release();
  out.release = [](ArrowArrayStream* self) {
    delete static_cast<Held*>(self->private_data);
    self->release = nullptr;
  };
  return stream;
}

struct Ready {
  doline::Schema schema;
  std::deque<Array> arrays;

  int next(ArrowArray* out) noexcept {
    if (arrays.empty()) return 0;
    *out = arrays.front().detach();
    arrays.pop_front();
    return 0;
  }
  const char* last_error() { return nullptr; }
};

struct Renamed {
  doline::Stream inner;
  doline::Schema schema;

  int next(ArrowArray* out) noexcept { return inner->get_next(inner.get(), out); }
  const char* last_error() { return inner->get_last_error(inner.get()); }
};

}  // namespace

void KeptRows::add_all(doline::Query& run) {
  doline::Schema schema = run.schema();
  if (!has_schema()) {
    schema_ = std::move(schema);
  } else if (shape_of(*schema) != shape_of(*schema_)) {
    throw invalid_argument("the statement has other columns with other parameters");
  }
  while (std::optional<doline::Batch> batch = run.next()) add(owned(batch->detach()));
}

doline::Stream KeptRows::stream() && {
  return make_stream(Ready{std::move(schema_), std::move(arrays_)});
}

doline::Stream renamed(doline::Stream stream, const ArrowSchema& schema,
                       const std::vector<std::string>& names) {
  std::vector<doline::Schema> columns;
  for (size_t i = 0; i < names.size(); ++i)
    columns.push_back(copy_of(*schema.children[i], names[i]));
  return make_stream(
      Renamed{std::move(stream), make_schema({.name = "", .format = "+s"}, std::move(columns))});
}

doline::Schema schema_of_names(const std::vector<std::string>& names) {
  std::vector<doline::Schema> columns;
  for (const std::string& name : names) columns.push_back(make_schema({name, "n"}));
  return make_schema({.name = "", .format = "+s", .flags = 0}, std::move(columns));
}

KeptRows no_rows() { return KeptRows(schema_of_names({})); }

}  // namespace doline_adbc
