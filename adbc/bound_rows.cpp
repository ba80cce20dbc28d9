#include "bound_rows.h"

#include <cerrno>
#include <memory>

#include "failure.h"

namespace doline_adbc {

namespace {

/// What a stream made here holds; each kind says how it is read.
template <class Held>
doline::Stream make_stream(Held held) {
  doline::Stream stream;
  ArrowArrayStream& out = *stream.get();
  out.private_data = new Held(std::move(held));
  out.get_schema = [](ArrowArrayStream* self, ArrowSchema* schema) {
    return static_cast<Held*>(self->private_data)->schema(schema);
  };
  out.get_next = [](ArrowArrayStream* self, ArrowArray* array) {
    *array = ArrowArray{};
    return static_cast<Held*>(self->private_data)->next(array);
  };
  out.get_last_error = [](ArrowArrayStream* self) {
    return static_cast<Held*>(self->private_data)->last_error();
  };
  out.release = [](ArrowArrayStream* self) {
    delete static_cast<Held*>(self->private_data);
    self->release = nullptr;
  };
  return stream;
}

struct OneArray {
  doline::detail::ArrowOwner<ArrowArray> array;
  doline::Schema its_schema;

  int schema(ArrowSchema* out) {
    *out = its_schema.detach();
    return out->release ? 0 : EINVAL;  // given out before
  }
  int next(ArrowArray* out) {
    *out = array.detach();
    return 0;
  }
  const char* last_error() { return "the rows were read already"; }
};

/// A struct's schema whose children are another's, under other names.
struct RenamedSchema {
  doline::Schema inner;
  std::vector<std::string> names;
  std::vector<ArrowSchema> children;
  std::vector<ArrowSchema*> pointers;

  void give_out(std::unique_ptr<RenamedSchema> self, ArrowSchema* out) {
    for (size_t i = 0; i < names.size(); ++i) {
      ArrowSchema child = *inner->children[i];
      child.name = names[i].c_str();
      child.release = [](ArrowSchema* done) { done->release = nullptr; };
      children.push_back(child);
    }
    for (ArrowSchema& child : children) pointers.push_back(&child);
    *out = *inner;
    out->children = pointers.data();
    out->private_data = self.release();
    out->release = [](ArrowSchema* done) {
      delete static_cast<RenamedSchema*>(done->private_data);
      done->release = nullptr;
    };
  }
};

struct RenamedStream {
  doline::Stream inner;
  std::unique_ptr<RenamedSchema> its_schema;

  int schema(ArrowSchema* out) {
    if (!its_schema) return EINVAL;  // given out before
    RenamedSchema& made = *its_schema;
    made.give_out(std::move(its_schema), out);
    return 0;
  }
  int next(ArrowArray* out) { return inner->get_next(inner.get(), out); }
  const char* last_error() { return inner->get_last_error(inner.get()); }
};

struct NoRows {
  int schema(ArrowSchema* out) {
    *out = schema_of_names({});
    return 0;
  }
  int next(ArrowArray*) { return 0; }
  const char* last_error() { return nullptr; }
};

/// A child of a batch from one row on, of one row: keeps the batch.
ArrowArray row_of(const std::shared_ptr<doline::Batch>& batch, int64_t column, int64_t row) {
  ArrowArray value = *batch->array().children[column];
  value.offset += row + batch->array().offset;
  value.length = 1;
  value.null_count = -1;
  value.private_data = new std::shared_ptr<doline::Batch>(batch);
  value.release = [](ArrowArray* done) {
    delete static_cast<std::shared_ptr<doline::Batch>*>(done->private_data);
    done->release = nullptr;
  };
  return value;
}

}  // namespace

doline::Stream stream_of(ArrowArray* array, ArrowSchema* schema) {
  OneArray one;
  std::swap(*one.array.get(), *array);
  std::swap(*one.its_schema.get(), *schema);
  return make_stream(std::move(one));
}

doline::Schema schema_of(doline::Stream& stream) {
  doline::Schema schema;
  if (stream->get_schema(stream.get(), schema.get()) != 0) {
    const char* told = stream->get_last_error(stream.get());
    throw invalid_argument(std::string("the bound rows have no schema") +
                           (told ? std::string(": ") + told : ""));
  }
  if (std::string_view(schema->format) != "+s")
    throw invalid_argument("bound rows are a struct of columns, not one column");
  return schema;
}

std::vector<std::string> column_names(const ArrowSchema& schema) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < schema.n_children; ++i)
    names.emplace_back(schema.children[i]->name ? schema.children[i]->name : "");
  return names;
}

doline::Stream renamed(doline::Stream stream, doline::Schema schema,
                       std::vector<std::string> names) {
  auto its_schema = std::make_unique<RenamedSchema>();
  its_schema->inner = std::move(schema);
  its_schema->names = std::move(names);
  return make_stream(RenamedStream{std::move(stream), std::move(its_schema)});
}

ArrowSchema schema_of_names(const std::vector<std::string>& names) {
  struct Names {
    std::vector<std::string> texts;
    std::vector<ArrowSchema> children;
    std::vector<ArrowSchema*> pointers;
  };
  auto held = std::make_unique<Names>();
  held->texts = names;
  for (const std::string& name : held->texts) {
    ArrowSchema child{};
    child.format = "n";
    child.name = name.c_str();
    child.flags = ARROW_FLAG_NULLABLE;
    child.release = [](ArrowSchema* done) { done->release = nullptr; };
    held->children.push_back(child);
  }
  for (ArrowSchema& child : held->children) held->pointers.push_back(&child);
  ArrowSchema schema{};
  schema.format = "+s";
  schema.name = "";
  schema.n_children = static_cast<int64_t>(names.size());
  schema.children = held->pointers.data();
  schema.private_data = held.release();
  schema.release = [](ArrowSchema* done) {
    delete static_cast<Names*>(done->private_data);
    done->release = nullptr;
  };
  return schema;
}

void give_out_nothing(ArrowArrayStream* out) { *out = make_stream(NoRows{}).detach(); }

bool BoundRows::bind_next(doline::Prepared& statement) {
  while (!batch_ || row_ == batch_->row_count()) {
    std::optional<doline::Batch> next = query_.next();
    if (!next) return false;
    batch_ = std::make_shared<doline::Batch>(std::move(*next));
    row_ = 0;
  }
  for (int64_t column = 0; column < schema_->n_children; ++column)
    statement.bind(schema_->children[column]->name, *schema_->children[column],
                   row_of(batch_, column, row_));
  ++row_;
  return true;
}

}  // namespace doline_adbc
