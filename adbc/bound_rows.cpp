#include "bound_rows.h"

#include "failure.h"

namespace doline_adbc {

namespace {

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

doline::Schema schema_of(doline::Stream& stream) {
  doline::Schema schema;
  if (stream->get_schema(stream.get(), schema.get()) != 0) {
    const char* told = stream->get_last_error(stream.get());
    throw invalid_argument(std::string("the bound rows have no schema") +
                           (told ? std::string(": ") + told : ""));
  }
  if (!schema->format || std::string_view(schema->format) != "+s")
    throw invalid_argument(
        "bound rows are a struct of columns, not one column; bind a struct array with a child for "
        "each parameter");
  return schema;
}

std::vector<std::string> column_names(const ArrowSchema& schema) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < schema.n_children; ++i)
    names.emplace_back(schema.children[i]->name ? schema.children[i]->name : "");
  return names;
}

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
