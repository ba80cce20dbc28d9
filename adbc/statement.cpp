#include "statement.h"

#include <algorithm>
#include <utility>

#include "bound_rows.h"
#include "failure.h"
#include "kept_rows.h"
#include "option_values.h"

namespace doline_adbc {

namespace {

/// What INSERT, UPDATE, DELETE and COPY say, one row with the count; -1 for anything else.
int64_t changed_rows(doline::Query& query) {
  const doline::Schema schema = query.schema();
  const bool counts = !query.returns_rows() && schema->n_children == 1 &&
                      std::string_view(schema->children[0]->name) == "Count" &&
                      std::string_view(schema->children[0]->format) == "l";
  int64_t count = -1;
  while (const std::optional<doline::Batch> batch = query.next()) {
    if (!counts || batch->row_count() == 0) continue;
    const ArrowArray& column = *batch->array().children[0];
    count = static_cast<const int64_t*>(column.buffers[1])[column.offset];
  }
  return count;
}

/// Several statements as one: a transaction of their own, unless there is one.
template <class Body>
auto in_transaction(doline::Session& session, Body&& body) {
  if (session.in_transaction()) return body();
  session.execute("BEGIN");
  try {
    auto result = body();
    session.execute("COMMIT");
    return result;
  } catch (...) {
    if (session.in_transaction()) session.execute("ROLLBACK");
    throw;
  }
}

/// A table that goes with this.
class LentTable {
 public:
  LentTable(doline::Session& session, std::string name)
      : session_(session), name_(std::move(name)) {}
  ~LentTable() {
    try {
      session_.unregister(name_.c_str());
    } catch (...) {
      // A transaction that was rolled back took it along.
    }
  }
  LentTable(const LentTable&) = delete;

 private:
  doline::Session& session_;
  const std::string name_;
};

void bind_nulls(doline::Prepared& statement) {
  for (const std::string& name : statement.parameters()) statement.bind(name.c_str(), nullptr);
}

/// What comes of a statement that is run for no rows of parameters: a query's columns.
KeptRows no_rows_of(doline::Prepared& statement) {
  bind_nulls(statement);
  try {
    return KeptRows(statement.describe());
  } catch (const doline::Error&) {
    return no_rows();  // it is no query, or takes no NULL, which is nobody's value
  }
}

/// Whether a statement only gives rows, so that it does not matter when, and how many, are read.
bool is_query(const doline::Prepared& statement) {
  try {
    statement.describe();
    return true;
  } catch (const doline::Error& error) {
    if (error.code() == "not_supported") return false;
    throw;
  }
}

bool is_position(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void Statement::set_text(const char* text) {
  if (!text) throw invalid_argument("the statement is null");
  text_ = text;
  script_.reset();
  ingest_ = Ingest();
}

void Statement::set_option(const std::string& key, const std::string& value) {
  if (key == ADBC_INGEST_OPTION_TARGET_TABLE) {
    ingest_.table = value;
    text_.reset();
    script_.reset();
  } else if (key == ADBC_INGEST_OPTION_TARGET_CATALOG) {
    ingest_.catalog = value;
  } else if (key == ADBC_INGEST_OPTION_TARGET_DB_SCHEMA) {
    ingest_.schema = value;
  } else if (key == ADBC_INGEST_OPTION_TEMPORARY) {
    ingest_.is_temporary = flag_of(key, value);
  } else if (key == ADBC_INGEST_OPTION_MODE) {
    if (value != ADBC_INGEST_OPTION_MODE_CREATE && value != ADBC_INGEST_OPTION_MODE_APPEND &&
        value != ADBC_INGEST_OPTION_MODE_REPLACE && value != ADBC_INGEST_OPTION_MODE_CREATE_APPEND)
      throw invalid_argument(key + " cannot be \"" + value + "\"; it is one of " +
                             ADBC_INGEST_OPTION_MODE_CREATE
                             ", " ADBC_INGEST_OPTION_MODE_APPEND
                             ", " ADBC_INGEST_OPTION_MODE_REPLACE
                             ", " ADBC_INGEST_OPTION_MODE_CREATE_APPEND);
    ingest_.mode = value;
  } else if (key == ADBC_STATEMENT_OPTION_BIND_BY_NAME) {
    binds_by_name_ = flag_of(key, value);
  } else if (key == ADBC_STATEMENT_OPTION_INCREMENTAL) {
    if (flag_of(key, value))
      throw not_implemented(
          "there is no incremental execution; ExecuteQuery returns before the rows are there, and "
          "its stream gives them as they come");
  } else {
    throw not_implemented("a statement has no option " + key +
                          "; settings of Doline's are said in SQL: SET name = value");
  }
}

std::string Statement::option(const std::string& key) const {
  if (key == ADBC_INGEST_OPTION_TARGET_TABLE) return ingest_.table;
  if (key == ADBC_INGEST_OPTION_TARGET_CATALOG) return ingest_.catalog;
  if (key == ADBC_INGEST_OPTION_TARGET_DB_SCHEMA) return ingest_.schema;
  if (key == ADBC_INGEST_OPTION_MODE) return ingest_.mode;
  if (key == ADBC_INGEST_OPTION_TEMPORARY) return text_of_flag(ingest_.is_temporary);
  if (key == ADBC_STATEMENT_OPTION_BIND_BY_NAME) return text_of_flag(binds_by_name_);
  if (key == ADBC_STATEMENT_OPTION_INCREMENTAL) return text_of_flag(false);
  throw Failure(ADBC_STATUS_NOT_FOUND, "22023", "a statement has no option " + key);
}

double Statement::progress() {
  const auto call = this->call();
  return call ? call->progress() : 0.0;
}

void Statement::cancel() {
  if (const auto call = this->call()) call->cancel();
}

std::shared_ptr<Call> Statement::call() {
  const std::lock_guard lock(mutex_);
  return call_.lock();
}

template <class Body>
auto Statement::work(Body&& body) {
  const auto call = std::make_shared<Call>();
  {
    const std::lock_guard lock(mutex_);
    call_ = call;
  }
  return connection_->work(call, [&] { return body(call); });
}

void Statement::prepare_with(doline::Session& session) {
  if (script_) return;
  if (!text_ && !ingest_.table.empty())
    throw invalid_state("what takes rows in is no text to be prepared; bind rows and execute it");
  if (!text_) throw invalid_state("no statement was set; SetSqlQuery sets one");
  std::vector<doline::Prepared> script = session.prepare_script(*text_);
  if (script.empty()) script.push_back(session.prepare(*text_));  // says what is wrong
  script_ = std::make_shared<std::vector<doline::Prepared>>(std::move(script));
}

void Statement::prepare() {
  work([&](const auto&) { prepare_with(connection_->session()); });
}

doline::Schema Statement::parameter_schema() {
  return work([&](const auto&) {
    prepare_with(connection_->session());
    return schema_of_names(script_->back().parameters());
  });
}

doline::Schema Statement::result_schema() {
  return work([&](const auto&) {
    doline::Session& session = connection_->session();
    prepare_with(session);
    if (script_->size() > 1)
      throw not_implemented(
          "the columns of a script are only known by running it; ask for those of its last "
          "statement alone");
    // Parsed anew: nothing is bound to what is executed.
    std::vector<doline::Prepared> script = session.prepare_script(*text_);
    bind_nulls(script.back());
    return script.back().describe();
  });
}

int64_t Statement::execute(ArrowArrayStream* out) {
  return work([&](const std::shared_ptr<Call>& call) {
    doline::Session& session = connection_->session_for_statement();
    if (!ingest_.table.empty()) {
      const int64_t count = ingest(session);
      if (out) *out = no_rows().stream().detach();
      return count;
    }
    prepare_with(session);
    for (size_t i = 0; i + 1 < script_->size(); ++i) {
      doline::Query query = (*script_)[i].run();
      changed_rows(query);
      connection_->session_for_statement();
      call->require_wanted();
    }
    if (bound_) return run_bound(call, out);
    return take(call, script_->back().run(), out);
  });
}

int64_t Statement::take(const std::shared_ptr<Call>& call, doline::Query query,
                        ArrowArrayStream* out, RowStream::NextRun next_run) {
  if (!query.returns_rows() || !out) {
    const int64_t count = changed_rows(query);
    if (out) *out = no_rows().stream().detach();
    return count;
  }
  query.schema();  // what the query fails with at once is this call's failure
  RowStream::give_out(connection_, call, std::move(query), std::move(next_run), out);
  return -1;
}

std::string Statement::lend_parameters(doline::Session& session,
                                       const std::vector<std::string>& parameters) {
  doline::Stream stream = std::move(*bound_);
  bound_.reset();
  doline::Schema schema = schema_of(stream);
  std::vector<std::string> names = column_names(*schema);
  const bool has_positions = std::ranges::all_of(parameters, is_position);
  if (has_positions && !binds_by_name_) {
    if (names.size() != parameters.size())
      throw Failure(ADBC_STATUS_INVALID_ARGUMENT, "07001",
                    "the statement has " + std::to_string(parameters.size()) + " parameters, and " +
                        std::to_string(names.size()) + " columns are bound");
    names = parameters;  // in their order: there may be gaps
  } else {
    for (std::string& name : names)
      if (name.starts_with('$')) name.erase(0, 1);
    for (const std::string& parameter : parameters)
      if (std::ranges::find(names, parameter) == names.end())
        throw Failure(ADBC_STATUS_INVALID_ARGUMENT, "07001",
                      "no column \"" + parameter + "\" is bound, which the statement reads");
  }
  const std::string table = unused_table();
  session.lend_stream(table.c_str(), renamed(std::move(stream), *schema, names));
  return table;
}

int64_t Statement::run_bound(const std::shared_ptr<Call>& call, ArrowArrayStream* out) {
  doline::Session& session = connection_->session();
  // Taken away: what is bound to it, or put into an INSERT, is not the next execution's.
  const auto script = std::exchange(script_, nullptr);
  doline::Prepared& statement = script->back();
  const std::vector<std::string> parameters = statement.parameters();
  const std::string table = lend_parameters(session, parameters);
  const LentTable lent(session, table);
  if (!parameters.empty() && statement.insert_rows_of(table.c_str()))
    return take(call, statement.run(), out);
  const auto rows = std::make_shared<BoundRows>(session.query("FROM " + table));
  if (!rows->bind_next(statement)) {  // nothing is done, and of a query nothing comes
    if (out) *out = no_rows_of(statement).stream().detach();
    return 0;
  }
  if (out && is_query(statement)) {
    return take(call, statement.run(), out, [script, rows]() -> std::optional<doline::Query> {
      if (!rows->bind_next(script->back())) return std::nullopt;
      return script->back().run();
    });
  }
  KeptRows returned;
  const int64_t total = in_transaction(session, [&] {
    int64_t sum = 0;
    do {
      call->require_wanted();
      doline::Query run = statement.run();
      int64_t count = -1;
      if (out && run.returns_rows()) {
        returned.add_all(run);
      } else {
        count = changed_rows(run);
      }
      sum = sum < 0 || count < 0 ? -1 : sum + count;
    } while (rows->bind_next(statement));
    return sum;
  });
  if (out) *out = (returned.has_schema() ? std::move(returned) : no_rows()).stream().detach();
  return total;
}

int64_t Statement::ingest(doline::Session& session) {
  if (!bound_)
    throw invalid_state("no rows are bound for " + ingest_.table +
                        "; Bind or BindStream does that");
  const std::string target = qualified_name(ingest_.catalog, ingest_.schema, ingest_.table);
  const std::string table = unused_table();
  doline::Stream rows = std::move(*bound_);
  bound_.reset();
  session.lend_stream(table.c_str(), std::move(rows));
  const LentTable lent(session, table);
  const std::string temporary = ingest_.is_temporary ? "TEMPORARY " : "";
  const auto run = [&](const std::string& text) {
    doline::Query query = session.query(text);
    return changed_rows(query);
  };
  const auto append = [&] {
    try {
      return run("INSERT INTO " + target + " BY NAME FROM " + table);
    } catch (const doline::Error& error) {
      const bool differs = error.code() == "column_not_found" || error.code() == "bind" ||
                           error.code() == "type_mismatch";
      if (!differs) throw;
      throw Failure(ADBC_STATUS_ALREADY_EXISTS, "42P07",
                    ingest_.table + " is another table than the rows are for: " + error.what(),
                    details_of(error));
    }
  };
  if (ingest_.mode == ADBC_INGEST_OPTION_MODE_CREATE)
    return run("CREATE " + temporary + "TABLE " + target + " AS FROM " + table);
  if (ingest_.mode == ADBC_INGEST_OPTION_MODE_REPLACE)
    return run("CREATE OR REPLACE " + temporary + "TABLE " + target + " AS FROM " + table);
  if (ingest_.mode == ADBC_INGEST_OPTION_MODE_APPEND) return append();
  return in_transaction(session, [&] {
    run("CREATE " + temporary + "TABLE IF NOT EXISTS " + target + " AS FROM " + table + " LIMIT 0");
    return append();
  });
}

}  // namespace doline_adbc
