// Sessions, statements and parameters of doline.h; results are in c_abi_results.cpp.
#include "engine/c_abi.h"

#include <algorithm>
#include <cstring>

#include "base/fork.h"
#include "base/version.h"
#include "bind/value_expression.h"
#include "engine/arrow_tables.h"
#include "format/arrow/arrow_export.h"
#include "format/arrow/arrow_import.h"
#include "kernel/string_search.h"
#include "sql/build.h"
#include "sql/free_tables.h"
#include "sql/parameter_rows.h"
#include "sql/parameters.h"
#include "sql/tree_bytes.h"

using doline::Error;
using doline::ErrorCode;
using doline::guarded;
using doline::require;
using doline::Type;
using doline::Value;

doline_session_state::doline_session_state(std::shared_ptr<doline::Database> its_database)
    : database(std::move(its_database)), session(database), born(doline::fork_generation()) {
  session.set_watcher(&interrupt);
}

namespace {

doline_session_state& state_of(const doline_session* session) {
  require(session, "the session");
  doline::refuse_after_fork(session->state->born, "the session");
  return *session->state;
}

doline_session* open_session(std::shared_ptr<doline::Database> database) {
  return new doline_session{std::make_shared<doline_session_state>(std::move(database))};
}

std::string_view text_of(const char* text, size_t size) {
  require(size == 0 ? "" : text, "the text");
  return {size == 0 ? "" : text, size};
}

void make_prepared(doline_session* session, doline::Prepared statement, doline_prepared** out) {
  *out = new doline_prepared{session->state, std::move(statement), {}, {}, {}, {}};
}

/// Binds a value made by `value` under `name`.
template <class Make>
int bind(doline_prepared* prepared, const char* name, Make&& value) noexcept {
  return guarded({}, [&] {
    require(prepared, "the statement");
    require(name, "the parameter's name");
    const char* plain = *name == '$' ? name + 1 : name;
    if (*plain == '\0')
      throw Error(ErrorCode::kParameter, "a parameter has no name")
          .hint("\"1\" is the first, \"x\" is $x");
    prepared->parameters[plain] = value();
  });
}

std::unique_ptr<doline::Query> run(doline_session_state& state, const doline::Prepared& statement,
                                   const doline::Parameters& parameters) {
  state.interrupt.clear();
  return state.session.run(statement, parameters);
}

/// `make_table`: table_of_arrow_stream, or its like.
template <class MakeTable>
int register_rows(doline_session* session, const char* name, ArrowArrayStream* stream,
                  MakeTable&& make_table) noexcept {
  return guarded({}, [&] {
    require(stream, "the stream");
    const std::unique_ptr<ArrowArrayStream, void (*)(ArrowArrayStream*)> owned(
        stream, [](ArrowArrayStream* held) {
          if (held->release) held->release(held);
        });
    doline_session_state& state = state_of(session);
    require(name, "the table's name");
    state.interrupt.clear();
    state.session.register_table(
        make_table(name, stream, state.session, [&] { return state.interrupt.is_asked(); }));
  });
}

}  // namespace

const char* doline_version(void) { return doline::kVersion; }

int doline_open(const char* path, doline_session** out) {
  return guarded({}, [&] {
    require(out, "the place for the session");
    *out = nullptr;
    const std::string_view named = path ? path : "";
    if (!named.empty() && named != ":memory:") {
      throw Error(ErrorCode::kNotSupported, "a database in a file ({}) is not supported yet", named)
          .hint("open with no path: the database is in memory, files are read by FROM 'path'");
    }
    *out = open_session(std::make_shared<doline::Database>(doline::AccessPolicy::open()));
  });
}

int doline_connect(doline_session* beside, doline_session** out) {
  return guarded({}, [&] {
    require(out, "the place for the session");
    *out = nullptr;
    *out = open_session(state_of(beside).database);
  });
}

int doline_twin(doline_session* like, doline_session** out) {
  return guarded({}, [&] {
    require(out, "the place for the session");
    *out = nullptr;
    doline_session_state& state = state_of(like);
    *out = open_session(state.database);
    (*out)->state->session.take_settings(state.session.settings());
  });
}

void doline_close(doline_session* session) { delete session; }

void doline_interrupt(doline_session* session) {
  if (session) session->state->interrupt.ask();
}

int doline_set_poll(doline_session* session, int (*is_unwanted)(void*), void* context) {
  return guarded({}, [&] { state_of(session).interrupt.set_poll(is_unwanted, context); });
}

int doline_in_transaction(const doline_session* session) {
  return session && session->state->session.is_in_transaction() ? 1 : 0;
}

int doline_execute(doline_session* session, const char* text, size_t size) {
  const std::string_view source(text ? text : "", text ? size : 0);
  return guarded(source, [&] {
    doline_session_state& state = state_of(session);
    for (const doline::Prepared& statement : state.session.parse(text_of(text, size))) {
      const auto query = run(state, statement, {});
      while (query->next()) {
      }
    }
  });
}

int doline_prepare(doline_session* session, const char* text, size_t size, doline_prepared** out) {
  const std::string_view source(text ? text : "", text ? size : 0);
  return guarded(source, [&] {
    require(out, "the place for the statement");
    *out = nullptr;
    make_prepared(session, state_of(session).session.prepare(text_of(text, size)), out);
  });
}

int doline_prepare_script(doline_session* session, const char* text, size_t size,
                          doline_prepared*** out, size_t* count) {
  const std::string_view source(text ? text : "", text ? size : 0);
  return guarded(source, [&] {
    require(out, "the place for the statements");
    require(count, "the place for their number");
    *out = nullptr;
    *count = 0;
    std::vector<doline::Prepared> statements = state_of(session).session.parse(text_of(text, size));
    *out = new doline_prepared* [statements.size()] {};
    *count = statements.size();
    for (size_t i = 0; i < *count; ++i) make_prepared(session, std::move(statements[i]), *out + i);
  });
}

void doline_script_free(doline_prepared** script, size_t count) {
  if (!script) return;
  for (size_t i = 0; i < count; ++i) delete script[i];
  delete[] script;
}

int doline_prepare_bytes(doline_session* session, const void* bytes, size_t size,
                         doline_prepared** out) {
  return guarded({}, [&] {
    require(out, "the place for the statement");
    *out = nullptr;
    state_of(session);
    require(bytes, "the plan's bytes");
    make_prepared(
        session,
        {doline::sql::statement_from_bytes({static_cast<const std::byte*>(bytes), size}), ""}, out);
  });
}

int doline_prepared_bytes(doline_prepared* prepared, const void** bytes, size_t* size) {
  return guarded({}, [&] {
    require(prepared, "the statement");
    require(bytes, "the place for the bytes");
    require(size, "the place for the size");
    prepared->bytes = doline::sql::to_bytes(*prepared->statement.statement);
    *bytes = prepared->bytes.data();
    *size = prepared->bytes.size();
  });
}

void doline_names::give_out(const char* const** names, size_t* count) {
  pointers_.clear();
  for (const std::string& text : texts_) pointers_.push_back(text.c_str());
  *names = pointers_.data();
  *count = pointers_.size();
}

void doline_prepared_free(doline_prepared* prepared) { delete prepared; }

int doline_missing_tables(doline_prepared* prepared, const char* const** names, size_t* count) {
  return guarded({}, [&] {
    require(prepared, "the statement");
    require(names, "the place for the names");
    require(count, "the place for their number");
    doline::refuse_after_fork(prepared->state->born, "the session");
    doline::Session& session = prepared->state->session;
    prepared->missing.clear();
    for (const std::string& name : doline::sql::free_tables(*prepared->statement.statement)) {
      if (!session.find_table({name}) && !session.find_view({name})) prepared->missing.add(name);
    }
    prepared->missing.give_out(names, count);
  });
}

int doline_replace_table(doline_prepared* prepared, const char* name, const char* by) {
  return guarded({}, [&] {
    require(prepared, "the statement");
    require(name, "the table's name");
    require(by, "the other table's name");
    prepared->statement.statement =
        doline::sql::with_tables_replaced(*prepared->statement.statement, {{name, by}});
  });
}

int doline_insert_rows_of(doline_prepared* prepared, const char* table, int* done) {
  return guarded({}, [&] {
    require(prepared, "the statement");
    require(table, "the table's name");
    require(done, "the place for the answer");
    auto made = doline::sql::with_parameter_rows(*prepared->statement.statement, table);
    *done = made ? 1 : 0;
    if (made) prepared->statement.statement = std::move(made);
  });
}

int doline_parameters(doline_prepared* prepared, const char* const** names, size_t* count) {
  return guarded({}, [&] {
    require(prepared, "the statement");
    require(names, "the place for the names");
    require(count, "the place for their number");
    prepared->parameter_names.clear();
    const std::set<std::string> read = doline::sql::parameters_of(*prepared->statement.statement);
    // Positions by their number: shorter ones before longer ones, and all before names.
    std::vector<std::string> ordered(read.begin(), read.end());
    std::ranges::sort(ordered, {}, [](const std::string& name) {
      const bool is_position = name.front() >= '0' && name.front() <= '9';
      return std::pair(is_position ? name.size() : SIZE_MAX, name);
    });
    for (std::string& name : ordered) prepared->parameter_names.add(std::move(name));
    prepared->parameter_names.give_out(names, count);
  });
}

int doline_bind_null(doline_prepared* prepared, const char* name) {
  return bind(prepared, name, [] { return Value::null(); });
}
int doline_bind_bool(doline_prepared* prepared, const char* name, int value) {
  return bind(prepared, name, [&] { return Value::boolean(value != 0); });
}
int doline_bind_int64(doline_prepared* prepared, const char* name, int64_t value) {
  return bind(prepared, name, [&] {
    // As a literal of that size would be typed.
    return value == static_cast<int32_t>(value) ? Value::integer(Type::int32(), value)
                                                : Value::integer(value);
  });
}
int doline_bind_double(doline_prepared* prepared, const char* name, double value) {
  return bind(prepared, name, [&] { return Value::real(value); });
}
int doline_bind_text(doline_prepared* prepared, const char* name, const char* text, size_t size) {
  return bind(prepared, name, [&] {
    const std::string_view given = text_of(text, size);
    if (!doline::is_utf8(given))
      throw Error(ErrorCode::kParameter, "the text for parameter {} is not UTF-8", name);
    return Value::text(std::string(given));
  });
}
int doline_bind_blob(doline_prepared* prepared, const char* name, const void* bytes, size_t size) {
  return bind(prepared, name, [&] {
    return Value(Type::blob(), std::string(text_of(static_cast<const char*>(bytes), size)));
  });
}

int doline_bind_arrow(doline_prepared* prepared, const char* name, const ArrowSchema* schema,
                      ArrowArray* value) {
  return bind(prepared, name, [&] {
    require(schema, "the schema");
    require(value, "the value");
    return doline::value_of_arrow(*schema, value);
  });
}

void doline_clear_bindings(doline_prepared* prepared) {
  if (prepared) prepared->parameters.clear();
}

int doline_inline_parameters(doline_prepared* prepared) {
  return guarded(prepared ? std::string_view(prepared->statement.text) : "", [&] {
    require(prepared, "the statement");
    prepared->statement.statement = doline::sql::with_parameters_replaced(
        *prepared->statement.statement, [&](const doline::sql::Parameter& parameter) {
          const auto found = prepared->parameters.find(parameter.name);
          if (found == prepared->parameters.end()) {
            throw Error(ErrorCode::kParameter, parameter.span,
                        "no value was given for parameter ${}", parameter.name);
          }
          return doline::expression_of(found->second, parameter.span);
        });
  });
}

int doline_describe(doline_prepared* prepared, ArrowSchema* out) {
  return guarded(prepared ? std::string_view(prepared->statement.text) : "", [&] {
    require(out, "the place for the schema");
    out->release = nullptr;
    require(prepared, "the statement");
    doline::refuse_after_fork(prepared->state->born, "the session");
    doline::Session& session = prepared->state->session;
    prepared->state->interrupt.clear();
    const doline::Schema schema = session.describe(prepared->statement, prepared->parameters);
    doline::export_arrow_schema(schema, session.settings().time_zone, out);
  });
}

int doline_run(doline_prepared* prepared, doline_query** out) {
  return guarded(prepared ? std::string_view(prepared->statement.text) : "", [&] {
    require(out, "the place for the query");
    *out = nullptr;
    require(prepared, "the statement");
    doline::refuse_after_fork(prepared->state->born, "the session");
    auto query = run(*prepared->state, prepared->statement, prepared->parameters);
    *out = new doline_query{prepared->state,
                            std::move(query),
                            prepared->statement.text,
                            prepared->state->session.settings().time_zone,
                            {},
                            {},
                            false};
  });
}

int doline_register_stream(doline_session* session, const char* name, ArrowArrayStream* stream) {
  return register_rows(session, name, stream, doline::table_of_arrow_stream);
}

int doline_lend_stream(doline_session* session, const char* name, ArrowArrayStream* stream) {
  return register_rows(session, name, stream, doline::lent_table_of_arrow_stream);
}

int doline_unregister(doline_session* session, const char* name) {
  return guarded({}, [&] {
    doline_session_state& state = state_of(session);
    require(name, "the table's name");
    if (!state.session.unregister_table(name))
      throw Error(ErrorCode::kTableNotFound, "no table \"{}\"", name);
  });
}
