// Rows of doline.h: schema, batches, streams, progress.
#include <cerrno>
#include <chrono>
#include <cstring>

#include "base/fork.h"
#include "column/chunk_size.h"
#include "engine/c_abi.h"
#include "format/arrow/arrow_export.h"

using doline::Error;
using doline::ErrorCode;
using doline::guarded;
using doline::require;

namespace doline {

namespace {

/// The widest values of so many rows are a block that is used again.
constexpr size_t kBatchRows = size_t{62} * kChunkRows;
/// Past so many a batch ends where its rows would have to be copied to lie with the next.
constexpr size_t kEnoughRows = kBatchRows / 2;
constexpr size_t kBatchBytes = size_t{16} << 20;
/// A batch is not held back longer than this once it has rows.
constexpr std::chrono::milliseconds kBatchWait{50};

void check_query(const doline_query* query) {
  require(query, "the query");
  refuse_after_fork(query->state->born, "the query");
}

void tell(const QueryProgress& now, doline_progress_info* out, size_t size) {
  require(out, "the place for the progress");
  const doline_progress_info info{now.share,        now.rows_read,     now.memory_bytes,
                                  now.memory_limit, now.spilled_bytes, now.elapsed_seconds};
  std::memset(out, 0, size);
  std::memcpy(out, &info, std::min(size, sizeof info));
}

/// Once told, the types are fixed; what a file's first rows teach about them counts before.
void export_rows_schema(doline_query& query, ArrowSchema* out) {
  check_query(&query);
  if (query.ready.empty() && !query.next && !query.ended) query.query->await_rows();
  export_arrow_schema(query.query->schema(), query.time_zone, out, query.texts);
}

/// Takes chunks, where none is ready, until they make a batch or there are no more.
void gather_chunks(doline_query& query) {
  size_t rows = 0;
  size_t bytes = 0;
  bool lie_in_a_row = true;
  std::chrono::steady_clock::time_point begin;
  while (rows < kBatchRows && bytes < kBatchBytes) {
    auto chunk = std::exchange(query.next, std::nullopt);
    if (!chunk && !query.ended) chunk = query.query->next();
    if (!chunk) {
      query.ended = true;
      return;
    }
    if (chunk->empty()) continue;
    const auto now = std::chrono::steady_clock::now();
    if (rows == 0) begin = now;
    const bool goes_on = lie_in_a_row && (rows == 0 || lies_behind(query.ready.back(), *chunk));
    if (lie_in_a_row && !goes_on && rows >= kEnoughRows) {  // so far nothing need be copied
      query.next = std::move(chunk);
      return;
    }
    lie_in_a_row = goes_on;
    rows += chunk->size();
    const auto quick = quick_bytes(*chunk, kBatchBytes * kChunkRows / kBatchRows);
    bytes += quick ? *quick : chunk->data_bytes();
    query.ready.push_back(std::move(*chunk));
    if (now - begin > kBatchWait) return;
  }
}

}  // namespace

bool next_batch(doline_query& query, ArrowArray* out) {
  if (query.ready.empty()) gather_chunks(query);
  size_t count = query.ready.size();
  if (count == 0) return false;
  // Halves of what is too much for one batch stay for the next.
  while (
      !export_arrow_chunks(query.query->schema(), {query.ready.data(), count}, out, query.texts)) {
    if (count > 1) {
      count /= 2;
      continue;
    }
    const Chunk whole = query.ready.front();
    const uint32_t half = whole.size() / 2;
    query.ready.front() = whole.slice(0, half);
    query.ready.insert(query.ready.begin() + 1, whole.slice(half, whole.size() - half));
  }
  query.ready.erase(query.ready.begin(), query.ready.begin() + static_cast<ptrdiff_t>(count));
  return true;
}

namespace {

/// A query as an ArrowArrayStream: its private data.
struct QueryStream {
  std::unique_ptr<doline_query> query;
  std::string error;

  static QueryStream& of(ArrowArrayStream* stream) {
    return *static_cast<QueryStream*>(stream->private_data);
  }

  template <class Body>
  int told(Body&& body) {
    if (guarded(query->text, body) == 0) return 0;
    error = doline_error_message();
    return std::strcmp(doline_error_code(), "cancelled") == 0 ? ECANCELED : EIO;
  }

  static int get_schema(ArrowArrayStream* stream, ArrowSchema* out) {
    QueryStream& self = of(stream);
    return self.told([&] { export_rows_schema(*self.query, out); });
  }
  static int get_next(ArrowArrayStream* stream, ArrowArray* out) {
    QueryStream& self = of(stream);
    return self.told([&] {
      *out = ArrowArray{};
      check_query(self.query.get());
      next_batch(*self.query, out);
    });
  }
  static const char* get_last_error(ArrowArrayStream* stream) {
    const std::string& error = of(stream).error;
    return error.empty() ? nullptr : error.c_str();
  }
  static void release(ArrowArrayStream* stream) {
    delete static_cast<QueryStream*>(stream->private_data);
    stream->release = nullptr;
  }
};

}  // namespace

}  // namespace doline

int doline_schema(doline_query* query, ArrowSchema* out) {
  return guarded(query ? std::string_view(query->text) : "", [&] {
    require(out, "the place for the schema");
    *out = ArrowSchema{};
    require(query, "the query");
    doline::export_rows_schema(*query, out);
  });
}

int doline_next(doline_query* query, ArrowArray* out) {
  return guarded(query ? std::string_view(query->text) : "", [&] {
    require(out, "the place for the batch");
    *out = ArrowArray{};
    doline::check_query(query);
    doline::next_batch(*query, out);
  });
}

int doline_stream(doline_query* query, ArrowArrayStream* out) {
  std::unique_ptr<doline_query> owned(query);
  return guarded({}, [&] {
    require(out, "the place for the stream");
    *out = ArrowArrayStream{};
    require(query, "the query");
    out->private_data = new doline::QueryStream{std::move(owned), {}};
    out->get_schema = doline::QueryStream::get_schema;
    out->get_next = doline::QueryStream::get_next;
    out->get_last_error = doline::QueryStream::get_last_error;
    out->release = doline::QueryStream::release;
  });
}

int doline_text_views(doline_query* query) {
  return guarded({}, [&] {
    require(query, "the query");
    query->texts = doline::ArrowTexts::kViews;
  });
}

int doline_returns_rows(const doline_query* query) {
  return query && query->query->returns_rows() ? 1 : 0;
}

void doline_cancel(doline_query* query) {
  if (query) query->query->cancel();
}

void doline_query_free(doline_query* query) { delete query; }

int doline_progress(const doline_query* query, doline_progress_info* out, size_t size) {
  return guarded({}, [&] {
    require(query, "the query");
    doline::tell(query->query->progress(), out, size);
  });
}

int doline_session_progress(const doline_session* session, doline_progress_info* out, size_t size) {
  return guarded({}, [&] {
    require(session, "the session");
    doline::tell(session->state->interrupt.progress(), out, size);
  });
}

const char* doline_profile(doline_query* query, const char* format) {
  const int status = guarded({}, [&] {
    require(query, "the query");
    const std::string_view wanted = format ? format : "text";
    const auto known = doline::profile_format_named(wanted);
    if (!known) {
      throw Error(ErrorCode::kInvalidArgument, "no profile format \"{}\"", wanted)
          .hint("text, json or html");
    }
    query->profile = doline::profile_as(*known, query->query->profile());
  });
  return status == 0 ? query->profile.c_str() : nullptr;
}
