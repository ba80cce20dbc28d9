#include "row_stream.h"

#include <cerrno>

#include "arrow_nodes.h"
#include "connection.h"
#include "failure.h"

namespace doline_adbc {

RowStream::RowStream(std::shared_ptr<Connection> connection, std::shared_ptr<Call> call,
                     NextRun next_run)
    : connection_(std::move(connection)), call_(std::move(call)), next_run_(std::move(next_run)) {
  error_.vendor_code = ADBC_ERROR_VENDOR_CODE_PRIVATE_DATA;
}

RowStream::~RowStream() {
  if (error_.release) error_.release(&error_);
}

std::shared_ptr<doline::Query> RowStream::following(const doline::Query& before) {
  if (!next_run_) return nullptr;
  return connection_->work(call_, [&]() -> std::shared_ptr<doline::Query> {
    if (shape_.empty()) shape_ = shape_of(*before.schema());
    std::optional<doline::Query> run = next_run_();
    if (!run) return nullptr;
    if (shape_of(*run->schema()) != shape_)
      throw invalid_argument("the statement has other columns with other parameters");
    return std::make_shared<doline::Query>(std::move(*run));
  });
}

void RowStream::next(ArrowArray* out) {
  while (!is_at_end_) {
    call_->require_wanted();
    const auto query = call_->query();
    if (std::optional<doline::Batch> batch = query->next()) {
      *out = batch->detach();
      return;
    }
    if (auto run = following(*query)) {
      call_->set_query(std::move(run));
    } else {
      is_at_end_ = true;
    }
  }
}

template <class Body>
int RowStream::told(Body&& body) {
  // Reading on behind a failure would leave out the rows that it was about.
  if (status_ == ADBC_STATUS_OK) status_ = guarded(&error_, body);
  if (status_ == ADBC_STATUS_OK) return 0;
  return status_ == ADBC_STATUS_CANCELLED ? ECANCELED : EIO;
}

RowStream& RowStream::of(ArrowArrayStream* stream) {
  return *static_cast<RowStream*>(stream->private_data);
}

int RowStream::get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
  *out = ArrowSchema{};
  RowStream& rows = of(stream);
  return rows.told([&] { *out = rows.call_->query()->schema().detach(); });
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
  delete &of(stream);
  stream->private_data = nullptr;
  stream->release = nullptr;
}

void RowStream::give_out(std::shared_ptr<Connection> connection, std::shared_ptr<Call> call,
                         doline::Query first, NextRun next_run, ArrowArrayStream* out) {
  call->set_query(std::make_shared<doline::Query>(std::move(first)));
  *out = ArrowArrayStream{};
  out->private_data =
      std::make_unique<RowStream>(std::move(connection), std::move(call), std::move(next_run))
          .release();
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
