/// Doline for C++20: the C ABI of doline.h as values that clean up after themselves. Header only;
/// link libdoline.so. The same rules for threads hold.
///
///   doline::Session session;
///   session.execute("CREATE TABLE t AS SELECT i, i * i AS square FROM range(10) r(i)");
///   doline::Prepared prepared = session.prepare("SELECT square FROM t WHERE i >= $from");
///   prepared.bind("from", 8);
///   doline::Query query = prepared.run();
///   while (std::optional<doline::Batch> batch = query.next()) {
///     const auto* squares = static_cast<const int64_t*>(batch->array().children[0]->buffers[1]);
///     for (int64_t row = 0; row < batch->row_count(); ++row) std::cout << squares[row] << '\n';
///   }
#ifndef DOLINE_HPP
#define DOLINE_HPP

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "doline.h"

namespace doline {

/// What every function here throws when the library refuses. what() is the text for people, with
/// carets under the place in the statement.
class Error : public std::runtime_error {
 public:
  /// The last failure on this thread.
  Error() : std::runtime_error(doline_error_message()), code_(doline_error_code()), hint_(doline_error_hint()) {
    doline_error_span(&begin_, &end_);
  }
  /// "syntax", "column_not_found", "cancelled" …
  const std::string& code() const { return code_; }
  const std::string& hint() const { return hint_; }
  /// Bytes [begin, end) of the statement's text; both 0 for none in particular.
  uint32_t begin() const { return begin_; }
  uint32_t end() const { return end_; }

 private:
  std::string code_, hint_;
  uint32_t begin_ = 0, end_ = 0;
};

/// Version of the loaded library, such as "0.1.0".
inline const char* version() { return doline_version(); }

namespace detail {

inline void check(int status) {
  if (status != 0) throw Error();
}

/// One handle, freed by `Free`.
template <class T, void (*Free)(T*)>
class Handle {
 public:
  Handle() = default;
  explicit Handle(T* given) : given_(given) {}
  Handle(Handle&& other) noexcept : given_(std::exchange(other.given_, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(given_, other.given_);
    return *this;
  }
  ~Handle() { Free(given_); }
  T* get() const { return given_; }
  T** out() { return &given_; }
  T* detach() { return std::exchange(given_, nullptr); }

 private:
  T* given_ = nullptr;
};

/// An Arrow struct, released in the end.
template <class T>
class ArrowOwner {
 public:
  ArrowOwner() : held_{} {}
  ArrowOwner(ArrowOwner&& other) noexcept : held_(std::exchange(other.held_, T{})) {}
  ArrowOwner& operator=(ArrowOwner&& other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~ArrowOwner() {
    if (held_.release) held_.release(&held_);
  }
  const T& operator*() const { return held_; }
  const T* operator->() const { return &held_; }
  T* get() { return &held_; }
  /// Gives it up: whoever takes it releases it.
  T detach() { return std::exchange(held_, T{}); }

 private:
  T held_;
};

}  // namespace detail

/// The columns of a result, as Arrow describes them.
using Schema = detail::ArrowOwner<ArrowSchema>;
/// Rows as an Arrow stream, for a library that reads one.
using Stream = detail::ArrowOwner<ArrowArrayStream>;

/// Rows of a result: a struct array with a child a column. Lives on its own.
class Batch {
 public:
  explicit Batch(detail::ArrowOwner<ArrowArray> array) : array_(std::move(array)) {}
  int64_t row_count() const { return array_->length; }
  const ArrowArray& array() const { return *array_; }
  /// For a library that takes an ArrowArray over.
  ArrowArray detach() { return array_.detach(); }

 private:
  detail::ArrowOwner<ArrowArray> array_;
};

/// One run of a statement. Destroying it cancels what still runs and waits for it.
class Query {
 public:
  Schema schema() const {
    Schema schema;
    detail::check(doline_schema(query_.get(), schema.get()));
    return schema;
  }
  /// The next rows, in order; nothing at the end. Throws what the query failed with.
  std::optional<Batch> next() {
    detail::ArrowOwner<ArrowArray> array;
    detail::check(doline_next(query_.get(), array.get()));
    if (!array->release) return std::nullopt;
    return Batch(std::move(array));
  }
  /// The rest of the rows as a stream, which keeps the query: `std::move(query).stream()`.
  Stream stream() && {
    Stream stream;
    detail::check(doline_stream(query_.detach(), stream.get()));
    return stream;
  }
  bool returns_rows() const { return doline_returns_rows(query_.get()) != 0; }
  /// Any thread, while the query lives.
  void cancel() noexcept { doline_cancel(query_.get()); }
  /// Any thread.
  doline_progress_info progress() const {
    doline_progress_info info;
    detail::check(doline_progress(query_.get(), &info, sizeof info));
    return info;
  }
  /// The plan with what each operator did; `format`: "text", "json" or "html".
  std::string profile(const char* format = "text") const {
    const char* text = doline_profile(query_.get(), format);
    if (!text) throw Error();
    return text;
  }

 private:
  friend class Prepared;
  detail::Handle<doline_query, doline_query_free> query_;
};

/// A statement that can be run again and again.
class Prepared {
 public:
  /// A parameter by position ("1") or name ("limit"), with or without its dollar sign; stays bound
  /// until another value takes its place.
  void bind(const char* name, std::nullptr_t) { detail::check(doline_bind_null(prepared_.get(), name)); }
  void bind(const char* name, bool value) { detail::check(doline_bind_bool(prepared_.get(), name, value)); }
  template <std::signed_integral T>
  void bind(const char* name, T value) {
    detail::check(doline_bind_int64(prepared_.get(), name, value));
  }
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  void bind(const char* name, T value) {
    if (std::in_range<int64_t>(value)) {
      detail::check(doline_bind_int64(prepared_.get(), name, static_cast<int64_t>(value)));
    } else {
      bind_uint64(name, value);
    }
  }
  void bind(const char* name, double value) { detail::check(doline_bind_double(prepared_.get(), name, value)); }
  void bind(const char* name, std::string_view text) {
    detail::check(doline_bind_text(prepared_.get(), name, text.data(), text.size()));
  }
  void bind(const char* name, const char* text) { bind(name, std::string_view(text)); }
  void bind(const char* name, std::span<const std::byte> bytes) {
    detail::check(doline_bind_blob(prepared_.get(), name, bytes.data(), bytes.size()));
  }
  /// Any type: the only row of an array. Takes the array over.
  void bind(const char* name, const ArrowSchema& schema, ArrowArray value) {
    detail::check(doline_bind_arrow(prepared_.get(), name, &schema, &value));
  }
  /// The parameters there are, positions first.
  std::vector<std::string> parameters() const {
    const char* const* names = nullptr;
    size_t count = 0;
    detail::check(doline_parameters(prepared_.get(), &names, &count));
    return {names, names + count};
  }
  void clear_bindings() { doline_clear_bindings(prepared_.get()); }
  /// The columns that the rows of a query will have, with the values bound to it: runs nothing.
  /// Throws "not_supported" for what is no query.
  Schema describe() const {
    Schema schema;
    detail::check(doline_describe(prepared_.get(), schema.get()));
    return schema;
  }

  /// Makes an INSERT of one row of VALUES one of all rows of a table, whose columns are named as the
  /// parameters; false, and nothing has changed, for any other statement.
  bool insert_rows_of(const char* table) {
    int done = 0;
    detail::check(doline_insert_rows_of(prepared_.get(), table, &done));
    return done != 0;
  }

  /// Starts it; statements without rows are carried out before this returns.
  Query run() {
    Query query;
    detail::check(doline_run(prepared_.get(), query.query_.out()));
    return query;
  }
  /// The statement's tree, for Session::prepare_bytes in any process. Valid until the next call.
  std::span<const std::byte> bytes() {
    const void* begin = nullptr;
    size_t size = 0;
    detail::check(doline_prepared_bytes(prepared_.get(), &begin, &size));
    return {static_cast<const std::byte*>(begin), size};
  }

 private:
  friend class Session;

  /// A number that only UBIGINT holds, as the one row of an Arrow array.
  void bind_uint64(const char* name, uint64_t value) {
    struct Row {
      uint64_t value;
      const void* buffers[2];
    };
    ArrowSchema schema{};
    schema.format = "L";
    schema.name = "";
    schema.release = [](ArrowSchema* done) { done->release = nullptr; };
    Row* row = new Row{value, {}};
    row->buffers[1] = &row->value;
    ArrowArray array{};
    array.length = 1;
    array.n_buffers = 2;
    array.buffers = row->buffers;
    array.private_data = row;
    array.release = [](ArrowArray* done) {
      delete static_cast<Row*>(done->private_data);
      done->release = nullptr;
    };
    bind(name, schema, array);
  }

  detail::Handle<doline_prepared, doline_prepared_free> prepared_;
};

/// A conversation with a database.
class Session {
 public:
  /// A new database in memory.
  Session() { detail::check(doline_open(nullptr, session_.out())); }
  /// Another session of the same database.
  Session connect() const {
    Session other{Unopened{}};
    detail::check(doline_connect(session_.get(), other.session_.out()));
    return other;
  }

  /// Statements between semicolons, for what they leave behind.
  void execute(std::string_view script) { detail::check(doline_execute(session_.get(), script.data(), script.size())); }
  Prepared prepare(std::string_view text) {
    Prepared prepared;
    detail::check(doline_prepare(session_.get(), text.data(), text.size(), prepared.prepared_.out()));
    return prepared;
  }
  /// The statements of a script, each to be run in its turn.
  std::vector<Prepared> prepare_script(std::string_view text) {
    doline_prepared** script = nullptr;
    size_t count = 0;
    detail::check(doline_prepare_script(session_.get(), text.data(), text.size(), &script, &count));
    std::vector<Prepared> statements(count);
    for (size_t i = 0; i < count; ++i) *statements[i].prepared_.out() = std::exchange(script[i], nullptr);
    doline_script_free(script, count);
    return statements;
  }
  Prepared prepare_bytes(std::span<const std::byte> bytes) {
    Prepared prepared;
    detail::check(doline_prepare_bytes(session_.get(), bytes.data(), bytes.size(), prepared.prepared_.out()));
    return prepared;
  }
  /// Prepares and runs one statement.
  Query query(std::string_view text) { return prepare(text).run(); }

  /// Reads an Arrow stream to its end into a table. Takes the stream over.
  void register_stream(const char* name, Stream stream) {
    detail::check(doline_register_stream(session_.get(), name, stream.get()));
  }
  /// The same for rows that are only read: they stay where they lie.
  void lend_stream(const char* name, Stream stream) {
    detail::check(doline_lend_stream(session_.get(), name, stream.get()));
  }
  void unregister(const char* name) { detail::check(doline_unregister(session_.get(), name)); }
  /// Between BEGIN and COMMIT or ROLLBACK.
  bool in_transaction() const { return doline_in_transaction(session_.get()) != 0; }
  /// Any thread: cancels what runs now.
  void interrupt() noexcept { doline_interrupt(session_.get()); }
  /// Has `is_unwanted(context)` asked about every 50 ms, by the thread that waits for a statement or
  /// works on it; nonzero cancels what runs there. Null ends that. Not while a statement runs.
  void set_poll(int (*is_unwanted)(void* context), void* context) {
    detail::check(doline_set_poll(session_.get(), is_unwanted, context));
  }

 private:
  struct Unopened {};
  explicit Session(Unopened) {}
  detail::Handle<doline_session, doline_close> session_;
};

}  // namespace doline

#endif  // DOLINE_HPP
