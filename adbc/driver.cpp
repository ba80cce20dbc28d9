// The driver's one entry, which fills in the table of functions that a driver manager calls.
#include <cstring>
#include <memory>

#include "adbc.h"
#include "connection.h"
#include "failure.h"
#include "kept_rows.h"
#include "metadata.h"
#include "row_stream.h"
#include "statement.h"

namespace doline_adbc {

namespace {

std::string required(const char* text, const char* what) {
  if (!text) throw invalid_argument(std::string(what) + " is null");
  return text;
}

/// Where the caller wants something put.
template <class T>
T& place(T* out, const char* what) {
  if (!out) throw invalid_argument(std::string("there is no place for ") + what);
  return *out;
}

template <class T>
void give(doline::detail::ArrowOwner<T> made, T* out) {
  T& to = place(out, "what is asked for");
  to = made.detach();
}

// ---- handles: a connection is shared with its statements

template <class Handle>
auto& held(Handle* handle, const char* what) {
  if (!handle || !handle->private_data) throw invalid_state(std::string(what) + " is not there");
  if constexpr (std::is_same_v<Handle, AdbcDatabase>) {
    return *static_cast<Database*>(handle->private_data);
  } else if constexpr (std::is_same_v<Handle, AdbcConnection>) {
    return *static_cast<std::shared_ptr<Connection>*>(handle->private_data);
  } else {
    return *static_cast<Statement*>(handle->private_data);
  }
}
Database& of(AdbcDatabase* handle) { return held(handle, "the database"); }
std::shared_ptr<Connection>& of(AdbcConnection* handle) { return held(handle, "the connection"); }
Statement& of(AdbcStatement* handle) { return held(handle, "the statement"); }

/// A text into the caller's buffer, where it fits; in any case its size, with the final zero.
void give_text(const std::string& value, char* out, size_t* length) {
  const size_t size = value.size() + 1;
  if (size <= place(length, "the length"))
    std::memcpy(&place(out, "the text"), value.c_str(), size);
  *length = size;
}

/// What is set and read as a text alone.
template <class Handle>
struct TextOptions {
  static AdbcStatusCode set_bytes(Handle*, const char* key, const uint8_t*, size_t,
                                  AdbcError* error) {
    return refuse(key, error);
  }
  static AdbcStatusCode set_int(Handle*, const char* key, int64_t, AdbcError* error) {
    return refuse(key, error);
  }
  static AdbcStatusCode set_double(Handle*, const char* key, double, AdbcError* error) {
    return refuse(key, error);
  }
  static AdbcStatusCode get_bytes(Handle*, const char* key, uint8_t*, size_t*, AdbcError* error) {
    return no_such(key, error);
  }
  static AdbcStatusCode get_int(Handle*, const char* key, int64_t*, AdbcError* error) {
    return no_such(key, error);
  }
  static AdbcStatusCode get_double(Handle*, const char* key, double*, AdbcError* error) {
    return no_such(key, error);
  }

  static AdbcStatusCode refuse(const char* key, AdbcError* error) {
    return guarded(error, [&] {
      throw not_implemented("the option " + required(key, "the key") + " is no option, or a text");
    });
  }
  static AdbcStatusCode no_such(const char* key, AdbcError* error) {
    return guarded(error, [&] {
      throw Failure(ADBC_STATUS_NOT_FOUND, "22023",
                    "there is no option " + required(key, "the key") + " of this type");
    });
  }
};

// ---- databases

AdbcStatusCode database_new(AdbcDatabase* database, AdbcError* error) {
  return guarded(error, [&] {
    AdbcDatabase& made = place(database, "the database");
    made.private_data = std::make_unique<Database>().release();
  });
}

AdbcStatusCode database_set_option(AdbcDatabase* database, const char* key, const char* value,
                                   AdbcError* error) {
  return guarded(error, [&] {
    Database& self = of(database);
    const std::string name = required(key, "the key"), text = value ? value : "";
    if (name != ADBC_OPTION_URI && name != "path")
      throw not_implemented("a database has no option " + name + "; SET says settings");
    if (self.root) throw invalid_state("the database is open; " + name + " is said before");
    if (!text.empty() && text != ":memory:")
      throw not_implemented("databases in files are not there yet; \":memory:\" is one in memory");
    self.options[name] = text;
  });
}

AdbcStatusCode database_get_option(AdbcDatabase* database, const char* key, char* value,
                                   size_t* length, AdbcError* error) {
  return guarded(error, [&] {
    Database& self = of(database);
    const auto found = self.options.find(required(key, "the key"));
    if (found == self.options.end())
      throw Failure(ADBC_STATUS_NOT_FOUND, "22023", std::string("nothing was said of ") + key);
    give_text(found->second, value, length);
  });
}

AdbcStatusCode database_init(AdbcDatabase* database, AdbcError* error) {
  return guarded(error, [&] {
    Database& self = of(database);
    if (self.root) throw invalid_state("the database is open already");
    self.root = std::make_unique<doline::Session>();
  });
}

AdbcStatusCode database_release(AdbcDatabase* database, AdbcError* error) {
  return guarded(error, [&] {
    delete &of(database);
    database->private_data = nullptr;
  });
}

// ---- connections

AdbcStatusCode connection_new(AdbcConnection* connection, AdbcError* error) {
  return guarded(error, [&] {
    AdbcConnection& made = place(connection, "the connection");
    made.private_data = new std::shared_ptr<Connection>(std::make_shared<Connection>());
  });
}

AdbcStatusCode connection_init(AdbcConnection* connection, AdbcDatabase* database,
                               AdbcError* error) {
  return guarded(error, [&] { of(connection)->open(of(database)); });
}

AdbcStatusCode connection_release(AdbcConnection* connection, AdbcError* error) {
  return guarded(error, [&] {
    const std::unique_ptr<std::shared_ptr<Connection>> self(&of(connection));
    connection->private_data = nullptr;
    (*self)->close();
  });
}

/// Something done with the connection while nobody else works with it.
template <class Body>
AdbcStatusCode working(AdbcConnection* connection, AdbcError* error, Body&& body) {
  return guarded(error, [&] {
    const std::shared_ptr<Connection>& self = of(connection);
    self->work(std::make_shared<Call>(), [&] { body(self); });
  });
}

/// The same for what gives rows: those of a query about what there is.
template <class Body>
AdbcStatusCode telling(AdbcConnection* connection, ArrowArrayStream* out, AdbcError* error,
                       Body&& query) {
  return guarded(error, [&] {
    const std::shared_ptr<Connection>& self = of(connection);
    const auto call = std::make_shared<Call>();
    self->work(call, [&] {
      place(out, "the rows");
      doline::Query run = self->session().query(query());
      run.schema();
      RowStream::give_out(self, call, std::move(run), {}, out);
    });
  });
}

AdbcStatusCode connection_set_option(AdbcConnection* connection, const char* key, const char* value,
                                     AdbcError* error) {
  return working(connection, error, [&](const std::shared_ptr<Connection>& self) {
    self->set_option(required(key, "the key"), required(value, "the value"));
  });
}

AdbcStatusCode connection_get_option(AdbcConnection* connection, const char* key, char* value,
                                     size_t* length, AdbcError* error) {
  return working(connection, error, [&](const std::shared_ptr<Connection>& self) {
    give_text(self->option(required(key, "the key")), value, length);
  });
}

AdbcStatusCode connection_commit(AdbcConnection* connection, AdbcError* error) {
  return working(connection, error, [](const auto& self) { self->commit(); });
}

AdbcStatusCode connection_rollback(AdbcConnection* connection, AdbcError* error) {
  return working(connection, error, [](const auto& self) { self->rollback(); });
}

AdbcStatusCode connection_cancel(AdbcConnection* connection, AdbcError* error) {
  return guarded(error, [&] { of(connection)->cancel(); });
}

AdbcStatusCode connection_get_info(AdbcConnection* connection, const uint32_t* codes, size_t count,
                                   ArrowArrayStream* out, AdbcError* error) {
  return working(connection, error, [&](const std::shared_ptr<Connection>& self) {
    self->session();
    give(info_rows(codes, count).stream(), out);
  });
}

AdbcStatusCode connection_get_objects(AdbcConnection* connection, int depth, const char* catalog,
                                      const char* schema, const char* table, const char** types,
                                      const char* column, ArrowArrayStream* out, AdbcError* error) {
  return telling(connection, out, error, [&] {
    if (depth < ADBC_OBJECT_DEPTH_ALL || depth > ADBC_OBJECT_DEPTH_TABLES)
      throw invalid_argument("there is no depth " + std::to_string(depth));
    return objects_query({depth, catalog, schema, table, types, column});
  });
}

AdbcStatusCode connection_get_table_schema(AdbcConnection* connection, const char* catalog,
                                           const char* schema, const char* table, ArrowSchema* out,
                                           AdbcError* error) {
  return working(connection, error, [&](const std::shared_ptr<Connection>& self) {
    const std::string name = qualified_name(catalog ? catalog : "", schema ? schema : "",
                                            required(table, "the table's name"));
    give(self->session().prepare("FROM " + name).describe(), out);
  });
}

AdbcStatusCode connection_get_table_types(AdbcConnection* connection, ArrowArrayStream* out,
                                          AdbcError* error) {
  return telling(connection, out, error, [] { return kTableTypesQuery; });
}

AdbcStatusCode connection_read_partition(AdbcConnection*, const uint8_t*, size_t, ArrowArrayStream*,
                                         AdbcError* error) {
  return guarded(error, [] { throw not_implemented("there are no partitions of results"); });
}

AdbcStatusCode connection_get_statistics(AdbcConnection*, const char*, const char*, const char*,
                                         char, ArrowArrayStream*, AdbcError* error) {
  return guarded(error, [] { throw not_implemented("SUMMARIZE tells statistics of a table"); });
}

AdbcStatusCode connection_get_statistic_names(AdbcConnection*, ArrowArrayStream*,
                                              AdbcError* error) {
  return guarded(error, [] { throw not_implemented("SUMMARIZE tells statistics of a table"); });
}

// ---- statements

AdbcStatusCode statement_new(AdbcConnection* connection, AdbcStatement* statement,
                             AdbcError* error) {
  return guarded(error, [&] {
    of(connection)->session();
    AdbcStatement& made = place(statement, "the statement");
    made.private_data = std::make_unique<Statement>(of(connection)).release();
  });
}

AdbcStatusCode statement_release(AdbcStatement* statement, AdbcError* error) {
  return guarded(error, [&] {
    delete &of(statement);
    statement->private_data = nullptr;
  });
}

AdbcStatusCode statement_set_sql_query(AdbcStatement* statement, const char* text,
                                       AdbcError* error) {
  return guarded(error, [&] { of(statement).set_text(text); });
}

AdbcStatusCode statement_set_substrait_plan(AdbcStatement*, const uint8_t*, size_t,
                                            AdbcError* error) {
  return guarded(error, [] {
    throw not_implemented("plans of Substrait are not read; SetSqlQuery takes SQL");
  });
}

AdbcStatusCode statement_set_option(AdbcStatement* statement, const char* key, const char* value,
                                    AdbcError* error) {
  return guarded(error, [&] {
    of(statement).set_option(required(key, "the key"), required(value, "the value"));
  });
}

AdbcStatusCode statement_get_option(AdbcStatement* statement, const char* key, char* value,
                                    size_t* length, AdbcError* error) {
  return guarded(error,
                 [&] { give_text(of(statement).option(required(key, "the key")), value, length); });
}

AdbcStatusCode statement_get_option_double(AdbcStatement* statement, const char* key, double* value,
                                           AdbcError* error) {
  return guarded(error, [&] {
    const std::string name = required(key, "the key");
    if (name == ADBC_STATEMENT_OPTION_PROGRESS) {
      place(value, "the value") = of(statement).progress();
    } else if (name == ADBC_STATEMENT_OPTION_MAX_PROGRESS) {
      place(value, "the value") = 1.0;
    } else {
      throw Failure(ADBC_STATUS_NOT_FOUND, "22023", "a statement has no number " + name);
    }
  });
}

AdbcStatusCode statement_bind(AdbcStatement* statement, ArrowArray* values, ArrowSchema* schema,
                              AdbcError* error) {
  return guarded(error, [&] {
    if (!values || !values->release || !schema || !schema->release)
      throw invalid_argument(
          "the bound rows are released; what was bound was taken over: export it anew");
    Statement& self = of(statement);
    doline::Schema its_schema;
    std::swap(*its_schema.get(), *schema);
    KeptRows rows(std::move(its_schema));
    rows.add(owned(std::exchange(*values, ArrowArray{})));
    self.bind(std::move(rows).stream());
  });
}

AdbcStatusCode statement_bind_stream(AdbcStatement* statement, ArrowArrayStream* stream,
                                     AdbcError* error) {
  return guarded(error, [&] {
    if (!stream || !stream->release)
      throw invalid_argument(
          "the bound stream is released; what was bound was taken over: export it anew");
    Statement& self = of(statement);
    doline::Stream taken;
    std::swap(*taken.get(), *stream);
    self.bind(std::move(taken));
  });
}

AdbcStatusCode statement_prepare(AdbcStatement* statement, AdbcError* error) {
  return guarded(error, [&] { of(statement).prepare(); });
}

AdbcStatusCode statement_get_parameter_schema(AdbcStatement* statement, ArrowSchema* out,
                                              AdbcError* error) {
  return guarded(error, [&] { give(of(statement).parameter_schema(), out); });
}

AdbcStatusCode statement_execute_schema(AdbcStatement* statement, ArrowSchema* out,
                                        AdbcError* error) {
  return guarded(error, [&] { give(of(statement).result_schema(), out); });
}

AdbcStatusCode statement_execute_query(AdbcStatement* statement, ArrowArrayStream* out,
                                       int64_t* rows_affected, AdbcError* error) {
  return guarded(error, [&] {
    const int64_t count = of(statement).execute(out);
    if (rows_affected) *rows_affected = count;
  });
}

AdbcStatusCode statement_execute_partitions(AdbcStatement*, ArrowSchema*, AdbcPartitions*, int64_t*,
                                            AdbcError* error) {
  return guarded(error, [] { throw not_implemented("there are no partitions of results"); });
}

AdbcStatusCode statement_cancel(AdbcStatement* statement, AdbcError* error) {
  return guarded(error, [&] { of(statement).cancel(); });
}

// ---- the driver

AdbcStatusCode release(AdbcDriver*, AdbcError*) { return ADBC_STATUS_OK; }

AdbcDriver all_functions() {
  AdbcDriver driver{};
  driver.release = release;
  driver.DatabaseNew = database_new;
  driver.DatabaseSetOption = database_set_option;
  driver.DatabaseInit = database_init;
  driver.DatabaseRelease = database_release;
  driver.ConnectionNew = connection_new;
  driver.ConnectionSetOption = connection_set_option;
  driver.ConnectionInit = connection_init;
  driver.ConnectionRelease = connection_release;
  driver.ConnectionCommit = connection_commit;
  driver.ConnectionRollback = connection_rollback;
  driver.ConnectionGetInfo = connection_get_info;
  driver.ConnectionGetObjects = connection_get_objects;
  driver.ConnectionGetTableSchema = connection_get_table_schema;
  driver.ConnectionGetTableTypes = connection_get_table_types;
  driver.ConnectionReadPartition = connection_read_partition;
  driver.StatementNew = statement_new;
  driver.StatementRelease = statement_release;
  driver.StatementBind = statement_bind;
  driver.StatementBindStream = statement_bind_stream;
  driver.StatementExecuteQuery = statement_execute_query;
  driver.StatementExecutePartitions = statement_execute_partitions;
  driver.StatementGetParameterSchema = statement_get_parameter_schema;
  driver.StatementPrepare = statement_prepare;
  driver.StatementSetOption = statement_set_option;
  driver.StatementSetSqlQuery = statement_set_sql_query;
  driver.StatementSetSubstraitPlan = statement_set_substrait_plan;

  driver.ErrorGetDetailCount = detail_count;
  driver.ErrorGetDetail = detail;
  driver.ErrorFromArrayStream = RowStream::error_of;
  driver.DatabaseGetOption = database_get_option;
  driver.DatabaseGetOptionBytes = TextOptions<AdbcDatabase>::get_bytes;
  driver.DatabaseGetOptionDouble = TextOptions<AdbcDatabase>::get_double;
  driver.DatabaseGetOptionInt = TextOptions<AdbcDatabase>::get_int;
  driver.DatabaseSetOptionBytes = TextOptions<AdbcDatabase>::set_bytes;
  driver.DatabaseSetOptionDouble = TextOptions<AdbcDatabase>::set_double;
  driver.DatabaseSetOptionInt = TextOptions<AdbcDatabase>::set_int;
  driver.ConnectionCancel = connection_cancel;
  driver.ConnectionGetOption = connection_get_option;
  driver.ConnectionGetOptionBytes = TextOptions<AdbcConnection>::get_bytes;
  driver.ConnectionGetOptionDouble = TextOptions<AdbcConnection>::get_double;
  driver.ConnectionGetOptionInt = TextOptions<AdbcConnection>::get_int;
  driver.ConnectionGetStatistics = connection_get_statistics;
  driver.ConnectionGetStatisticNames = connection_get_statistic_names;
  driver.ConnectionSetOptionBytes = TextOptions<AdbcConnection>::set_bytes;
  driver.ConnectionSetOptionDouble = TextOptions<AdbcConnection>::set_double;
  driver.ConnectionSetOptionInt = TextOptions<AdbcConnection>::set_int;
  driver.StatementCancel = statement_cancel;
  driver.StatementExecuteSchema = statement_execute_schema;
  driver.StatementGetOption = statement_get_option;
  driver.StatementGetOptionBytes = TextOptions<AdbcStatement>::get_bytes;
  driver.StatementGetOptionDouble = statement_get_option_double;
  driver.StatementGetOptionInt = TextOptions<AdbcStatement>::get_int;
  driver.StatementSetOptionBytes = TextOptions<AdbcStatement>::set_bytes;
  driver.StatementSetOptionDouble = TextOptions<AdbcStatement>::set_double;
  driver.StatementSetOptionInt = TextOptions<AdbcStatement>::set_int;
  return driver;
}

}  // namespace

}  // namespace doline_adbc

extern "C" {

/// What driver managers call a library's default entry.
__attribute__((visibility("default"))) AdbcStatusCode AdbcDriverInit(int version, void* driver,
                                                                     AdbcError* error) {
  using namespace doline_adbc;
  return guarded(error, [&] {
    if (version != ADBC_VERSION_1_0_0 && version != ADBC_VERSION_1_1_0)
      throw not_implemented("of ADBC's revisions there are 1.0.0 and 1.1.0");
    if (!driver) throw invalid_argument("there is no place for the driver");
    const AdbcDriver all = all_functions();
    std::memcpy(driver, &all,
                version == ADBC_VERSION_1_0_0 ? ADBC_DRIVER_1_0_0_SIZE : ADBC_DRIVER_1_1_0_SIZE);
  });
}

/// The entry by this library's own name, which managers look for first.
__attribute__((visibility("default"))) AdbcStatusCode AdbcDriverDolineInit(int version,
                                                                           void* driver,
                                                                           AdbcError* error) {
  return AdbcDriverInit(version, driver, error);
}
}
