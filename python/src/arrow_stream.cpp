#include "arrow_stream.h"

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "arrow_column.h"
#include "engine_error.h"

namespace doline_python {

namespace {

/// `Turn` has `schema(ArrowSchema*)` and `array(ArrowArray*)`, which change what they are given in
/// place; false: it is no such thing, as `complaint` says.
template <class Turn>
struct TurnedStream {
  OwnedStream from;
  Turn turn;
  std::string error;

  static TurnedStream& of(ArrowArrayStream* stream) {
    return *static_cast<TurnedStream*>(stream->private_data);
  }
  int refuse() {
    error = Turn::kComplaint;
    return EINVAL;
  }
  static int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    TurnedStream& self = of(stream);
    if (const int status = self.from->get_schema(self.from.get(), out)) return status;
    if (self.turn.schema(out)) return 0;
    if (out->release) out->release(out);
    return self.refuse();
  }
  static int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    TurnedStream& self = of(stream);
    if (const int status = self.from->get_next(self.from.get(), out)) return status;
    if (!out->release || self.turn.array(out)) return 0;
    out->release(out);
    return self.refuse();
  }
  static const char* get_last_error(ArrowArrayStream* stream) {
    TurnedStream& self = of(stream);
    return self.error.empty() ? self.from->get_last_error(self.from.get()) : self.error.c_str();
  }
  static void release(ArrowArrayStream* stream) {
    delete &of(stream);
    stream->release = nullptr;
  }
};

template <class Turn>
OwnedStream turned(OwnedStream from, Turn turn) {
  OwnedStream stream = make_stream();
  stream->private_data = new TurnedStream<Turn>{std::move(from), std::move(turn), {}};
  stream->get_schema = TurnedStream<Turn>::get_schema;
  stream->get_next = TurnedStream<Turn>::get_next;
  stream->get_last_error = TurnedStream<Turn>::get_last_error;
  stream->release = TurnedStream<Turn>::release;
  return stream;
}

/// A struct around one child, which it owns.
template <class Struct>
struct Around {
  Struct child;
  Struct* children[1] = {&child};
  const void* buffers[1] = {nullptr};
  std::string name;

  static void release(Struct* held) {
    auto* kept = static_cast<Around*>(held->private_data);
    if (kept->child.release) kept->child.release(&kept->child);
    delete kept;
    held->release = nullptr;
  }
  /// Puts it around what `out` holds.
  static Around* put(Struct* out) {
    auto* kept = new Around();
    move_out(*out, &kept->child);
    *out = Struct{};
    out->n_children = 1;
    out->children = kept->children;
    out->release = release;
    out->private_data = kept;
    return kept;
  }
};

struct AsRows {
  static constexpr const char* kComplaint = "";
  std::string name;

  bool schema(ArrowSchema* out) const {
    auto* kept = Around<ArrowSchema>::put(out);
    out->format = "+s";
    out->name = "";
    kept->name = kept->child.name && *kept->child.name ? kept->child.name : name;
    kept->child.name = kept->name.c_str();
    return true;
  }
  static bool array(ArrowArray* out) {
    auto* kept = Around<ArrowArray>::put(out);
    out->length = kept->child.length;
    out->n_buffers = 1;
    out->buffers = kept->buffers;
    return true;
  }
};

/// Moves the first child out of its parent, which ends.
template <class Struct>
void take_child(Struct* out) {
  Struct child;
  move_out(*out->children[0], &child);
  out->release(out);
  *out = child;
}

struct AsColumn {
  static constexpr const char* kComplaint = "rows of one column were expected";

  static bool schema(ArrowSchema* out) {
    if (std::strcmp(out->format, "+s") != 0 || out->n_children != 1) return false;
    take_child(out);
    return true;
  }
  static bool array(ArrowArray* out) {
    if (out->n_children != 1) return false;
    const int64_t offset = out->offset, length = out->length;
    take_child(out);
    if (offset != 0 || length != out->length) {
      out->offset += offset;
      out->length = length;
      if (out->null_count > 0) out->null_count = -1;
    }
    return true;
  }
};

}  // namespace

OwnedStream stream_of_rows(OwnedStream stream, const std::string& name) {
  const OwnedSchema schema = schema_of_stream(*stream);
  if (std::strcmp(schema->format, "+s") == 0 && !schema->dictionary) return stream;
  return turned(std::move(stream), AsRows{name});
}

OwnedStream stream_of_column(OwnedStream rows) { return turned(std::move(rows), AsColumn{}); }

}  // namespace doline_python
