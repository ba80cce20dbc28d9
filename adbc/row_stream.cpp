#include "row_stream.h"

#include <cerrno>

#include "arrow_nodes.h"
#include "connection.h"

namespace doline_adbc {

RowStream::RowStream(std::shared_ptr<Connection> connection, doline::Query first, NextRun next_run)
    : connection_(std::move(connection)),
      next_run_(std::move(next_run)),
      query_(std::make_shared<doline::Query>(std::move(first))) {
  error_.vendor_code = ADBC_ERROR_VENDOR_CODE_PRIVATE_DATA;
}

RowStream::~RowStream() {
  if (error_.release) error_.release(&error_);
}

std::shared_ptr<doline::Query> RowStream::current() {
  const std::lock_guard lock(mutex_);
  return query_;
}

void RowStream::cancel() {
  is_cancelled_ = true;
  current()->cancel();
}

double RowStream::progress() { return current()->progress().share; }

void RowStream::next(ArrowArray* out) {
  while (!is_at_end_) {
    const auto query = current();
    if (std::optional<doline::Batch> batch = query->next()) {
      *out = batch->detach();
      return;
    }
    std::shared_ptr<doline::Query> following;
    if (next_run_) {
      const std::lock_guard working(connection_->working);
      if (shape_.empty()) shape_ = shape_of(*query->schema());
      if (std::optional<doline::Query> run = next_run_()) {
        following = std::make_shared<doline::Query>(std::move(*run));
        if (shape_of(*following->schema()) != shape_)
          throw invalid_argument("the statement has other columns with other parameters");
      }
    }
    if (!following) {
      is_at_end_ = true;
      return;
    }
    const std::lock_guard lock(mutex_);
    query_ = std::move(following);
    if (is_cancelled_) query_->cancel();
  }
}

template <class Body>
int RowStream::told(Body&& body) {
  status_ = guarded(&error_, body);
  if (status_ == ADBC_STATUS_OK) return 0;
  return status_ == ADBC_STATUS_CANCELLED ? ECANCELED : EIO;
}

/// The stream's reference to the rows: connections and statements have others.
RowStream& RowStream::of(ArrowArrayStream* stream) {
  return **static_cast<std::shared_ptr<RowStream>*>(stream->private_data);
}

int RowStream::get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  *out = ArrowSchema{};
  RowStream& rows = of(stream);
  return rows.told([&] { *out = rows.current()->schema().detach(); });
}

int RowStream::get_next(ArrowArrayStream* stream, ArrowArray* out) {
  *out = ArrowArray{};
  RowStream& rows = of(stream);
  return rows.told([&] { rows.next(out); });
}

const char* RowStream::get_last_error(ArrowArrayStream* stream) {
  return of(stream).error_.message;
}

void RowStream::release(ArrowArrayStream* stream) {
  delete static_cast<std::shared_ptr<RowStream>*>(stream->private_data);
  stream->private_data = nullptr;
  stream->release = nullptr;
}

void RowStream::give_out(std::shared_ptr<RowStream> rows, ArrowArrayStream* out) {
  *out = ArrowArrayStream{};
  out->private_data = new std::shared_ptr<RowStream>(std::move(rows));
  out->get_schema = get_schema;
  out->get_next = get_next;
  out->get_last_error = get_last_error;
  out->release = release;
}

const AdbcError* RowStream::error_of(ArrowArrayStream* stream, AdbcStatusCode* status) {
  if (!stream || !stream->private_data || stream->release != release) return nullptr;
  const RowStream& rows = of(stream);
  if (status) *status = rows.status_;
  return rows.status_ == ADBC_STATUS_OK ? nullptr : &rows.error_;
}

}  // namespace doline_adbc
