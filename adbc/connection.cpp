#include "connection.h"

#include <atomic>

#include "failure.h"
#include "option_values.h"

namespace doline_adbc {

namespace {

std::string quoted(std::string_view text, char quote) {
  std::string out(1, quote);
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  return out + quote;
}

}  // namespace

std::string quoted_name(std::string_view name) { return quoted(name, '"'); }

std::string qualified_name(std::string_view catalog, std::string_view schema,
                           std::string_view table) {
  // Of two parts the first would be a schema.
  if (!catalog.empty() && schema.empty()) schema = "main";
  std::string name;
  for (const std::string_view part : {catalog, schema})
    if (!part.empty()) name += quoted_name(part) + ".";
  return name + quoted_name(table);
}

std::string quoted_text(std::string_view text) { return quoted(text, '\''); }

std::string unused_table() {
  static std::atomic<uint64_t> number{0};
  return "__doline_adbc_" + std::to_string(++number);
}

std::string text_of(doline::Session& session, std::string_view query) {
  doline::Query run = session.query(query);
  const std::optional<doline::Batch> batch = run.next();
  if (!batch || batch->row_count() == 0) return {};
  const ArrowArray& texts = *batch->array().children[0];
  const auto* offsets = static_cast<const int32_t*>(texts.buffers[1]) + texts.offset;
  return {static_cast<const char*>(texts.buffers[2]) + offsets[0],
          static_cast<size_t>(offsets[1] - offsets[0])};
}

void Connection::open(const Database& database) {
  if (!database.root)
    throw invalid_state("the database was not initialized; call AdbcDatabaseInit before");
  if (session_)
    throw invalid_state("the connection is open already; one more is an AdbcConnection of its own");
  auto session = std::make_unique<doline::Session>(database.root->connect());
  session->set_poll(Call::is_unwanted, nullptr);
  session_ = std::move(session);
}

void Connection::close() {
  const std::lock_guard lock(working_);
  if (session_ && session_->in_transaction()) session_->execute("ROLLBACK");
}

doline::Session& Connection::session() {
  if (!session_) throw invalid_state("the connection was not initialized; call AdbcConnectionInit");
  return *session_;
}

doline::Session& Connection::session_for_statement() {
  doline::Session& session = this->session();
  if (!is_autocommit_ && !session.in_transaction()) session.execute("BEGIN");
  return session;
}

void Connection::end(const char* how) {
  if (is_autocommit_)
    throw invalid_state("each statement is a transaction of its own; set autocommit to false");
  if (session().in_transaction()) session().execute(how);
}

void Connection::set_autocommit(bool wanted) {
  if (wanted == is_autocommit_) return;
  if (wanted && session_ && session_->in_transaction()) session_->execute("COMMIT");
  is_autocommit_ = wanted;
}

void Connection::set_option(const std::string& key, const std::string& value) {
  if (key == ADBC_CONNECTION_OPTION_AUTOCOMMIT) return set_autocommit(flag_of(key, value));
  if (key == ADBC_CONNECTION_OPTION_READ_ONLY) {
    if (flag_of(key, value))
      throw not_implemented("connections that may only read are not there yet");
    return;
  }
  if (key == ADBC_CONNECTION_OPTION_ISOLATION_LEVEL) {
    if (value == ADBC_OPTION_ISOLATION_LEVEL_DEFAULT ||
        value == ADBC_OPTION_ISOLATION_LEVEL_SNAPSHOT)
      return;
    throw not_implemented("every transaction is isolated by snapshot; there is no \"" + value +
                          "\"");
  }
  if (key == ADBC_CONNECTION_OPTION_CURRENT_CATALOG ||
      key == ADBC_CONNECTION_OPTION_CURRENT_DB_SCHEMA) {
    if (session_ && value == option(key)) return;
    throw not_implemented("there is one catalog with one schema; " + key + " cannot be \"" + value +
                          "\"");
  }
  throw not_implemented("a connection has no option " + key +
                        "; settings of Doline's are said in SQL: SET name = value");
}

std::string Connection::option(const std::string& key) {
  if (key == ADBC_CONNECTION_OPTION_AUTOCOMMIT) return text_of_flag(is_autocommit_);
  if (key == ADBC_CONNECTION_OPTION_READ_ONLY) return ADBC_OPTION_VALUE_DISABLED;
  if (key == ADBC_CONNECTION_OPTION_ISOLATION_LEVEL) return ADBC_OPTION_ISOLATION_LEVEL_SNAPSHOT;
  if (key == ADBC_CONNECTION_OPTION_CURRENT_CATALOG)
    return text_of(session(), "SELECT current_database()");
  if (key == ADBC_CONNECTION_OPTION_CURRENT_DB_SCHEMA)
    return text_of(session(), "SELECT current_schema()");
  throw Failure(ADBC_STATUS_NOT_FOUND, "22023", "a connection has no option " + key);
}

void Connection::add(const std::shared_ptr<Call>& call) {
  const std::lock_guard lock(mutex_);
  std::erase_if(calls_, [&](const std::weak_ptr<Call>& known) {
    const bool is_it = !known.owner_before(call) && !call.owner_before(known);
    return known.expired() || is_it;  // rows that go on with their next run are added again
  });
  calls_.push_back(call);
}

void Connection::cancel() {
  std::vector<std::shared_ptr<Call>> living;
  {
    const std::lock_guard lock(mutex_);
    for (const std::weak_ptr<Call>& known : calls_)
      if (auto call = known.lock()) living.push_back(std::move(call));
  }
  for (const auto& call : living) call->cancel();
}

}  // namespace doline_adbc
