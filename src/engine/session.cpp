#include "engine/session.h"

#include <chrono>

#include "base/cancellation.h"
#include "engine/callback_table.h"
#include "engine/named_objects.h"
#include "engine/statements.h"
#include "engine/system_views.h"
#include "exec/task_clock.h"
#include "kernel/time_zone.h"
#include "optimizer/optimizer.h"
#include "sql/parser.h"
#include "table/table_function.h"

namespace doline {

Session::Session(std::shared_ptr<Database> database) : database_(std::move(database)) {
  refresh_constants();
}

Session::~Session() = default;

void Session::refresh_constants() {
  constants_.time_zone = settings_.time_zone;
  constants_.zone = find_zone(settings_.time_zone);
  const int64_t now_micros = std::chrono::duration_cast<std::chrono::microseconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count();
  // All of a transaction happens at once.
  if (!is_in_transaction_) constants_.now_micros = now_micros;
  constants_.seed = static_cast<uint64_t>(now_micros) + ++statements_;
  constants_.integer_division = settings_.integer_division;
}

std::vector<Prepared> Session::parse(std::string_view text) const {
  const uint64_t begin = steady_ns();
  std::vector<Prepared> all;
  for (sql::StatementRef& statement : sql::parse(text))
    all.push_back({std::move(statement), std::string(text)});
  for (Prepared& one : all) one.parse_ns = (steady_ns() - begin) / all.size();
  return all;
}

Prepared Session::prepare(std::string_view text) const {
  const uint64_t begin = steady_ns();
  Prepared prepared{sql::parse_statement(text), std::string(text)};
  prepared.parse_ns = steady_ns() - begin;
  return prepared;
}

template <class Work>
auto Session::in_transaction(Work&& work) {
  if (!is_in_transaction_) transaction_ = std::make_shared<Transaction>(database_, false);
  try {
    auto outcome = work();
    if (!is_in_transaction_ && transaction_) {
      if (transaction_->has_changes()) transaction_->commit(*make_context());
      transaction_.reset();
    }
    return outcome;
  } catch (...) {
    if (is_in_transaction_) {
      transaction_->fail();
    } else {
      transaction_.reset();
    }
    throw;
  }
}

void Session::require_sound(SourceSpan span) const {
  if (!is_in_transaction_ || !transaction_->has_failed()) return;
  throw Error(ErrorCode::kTransaction, span,
              "an earlier statement of this transaction failed, so nothing of it will stay")
      .hint("ROLLBACK ends it");
}

std::unique_ptr<Query> Session::run(const Prepared& prepared, const Parameters& parameters) {
  refresh_constants();
  if (!prepared.statement->is<sql::Transaction>()) require_sound(prepared.statement->span);
  const CancellationScope wanted(
      [this] { return watcher_ != nullptr && watcher_->is_unwanted_unbound(); });
  return in_transaction([&] { return StatementRunner::run(*this, prepared, parameters); });
}

Schema Session::describe(const Prepared& prepared, const Parameters& parameters) {
  refresh_constants();
  require_sound(prepared.statement->span);
  const CancellationScope wanted(
      [this] { return watcher_ != nullptr && watcher_->is_unwanted_unbound(); });
  // A question changes nothing, so that an open transaction goes on when there is no answer.
  if (is_in_transaction_) return StatementRunner::describe(*this, prepared, parameters);
  return in_transaction([&] { return StatementRunner::describe(*this, prepared, parameters); });
}

void Session::register_table(TableRef table) {
  require_sound({});
  in_transaction([&] {
    const std::string name = table->name();
    return transaction_->put({name, std::move(table), ""}, Transaction::Replace::kAnything);
  });
}

bool Session::unregister_table(const std::string& name) {
  require_sound({});
  return in_transaction([&] { return transaction_->drop(name, true); });
}

NamesRef Session::names() {
  if (bound_with_) return bound_with_;
  return transaction_ ? transaction_->names() : database_->names();
}

std::vector<std::string> Session::table_names() {
  std::vector<std::string> all;
  for (const auto& [key, thing] : *names()) {
    if (!key.starts_with("__doline_")) all.push_back(thing.name);  // a program's, not a person's
  }
  return all;
}

namespace {

/// Whether a bare word names a file or a directory that may be read. Most name tables.
bool is_there(const std::string& path, const AccessPolicy& policy) {
  try {
    return FileSystem::local().exists(path, policy);
  } catch (const Error&) {
    return false;
  }
}

Error unknown_kind(const std::string& path, SourceSpan span) {
  constexpr std::pair<std::string_view, const char*> kUnread[] = {
      {".avro", "Avro"},   {".orc", "ORC"},         {".xlsx", "Excel"},
      {".db", "Database"}, {".duckdb", "Database"}, {".sqlite", "Database"}};
  for (const auto& [ending, kind] : kUnread) {
    if (!path.ends_with(ending)) continue;
    return Error(ErrorCode::kNotSupported, span, "{} files are not read yet: {}", kind, path)
        .hint("Parquet, Arrow, CSV, JSON and log files are");
  }
  return Error(ErrorCode::kNotSupported, span, "what kind of file is {}?", path)
      .hint(
          "say it: FROM read_csv('…'), read_json('…'), read_log('…'), read_parquet('…'), "
          "read_arrow('…'), read_text('…')");
}

}  // namespace

TableRef Session::find_table(const std::vector<std::string>& name) {
  if (name.size() > 1 && name[name.size() - 2] != "main" && name[name.size() - 2] != "temp")
    return nullptr;
  return doline::find_table(*names(), name.back());
}

std::optional<std::string> Session::find_view(const std::vector<std::string>& name) {
  if (name.size() > 1 && name[name.size() - 2] != "main" && name[name.size() - 2] != "temp")
    return system_view(name[name.size() - 2], name.back());
  if (std::optional<std::string> view = doline::find_view(*names(), name.back())) return view;
  return system_view("", name.back());
}

TableRef Session::open_file(const std::string& path, SourceSpan span) {
  const TableFunction* function = table_function_for_path(path);
  FileSystem& files = FileSystem::local();
  if (path == "-" || path == "/dev/stdin")
    function = table_function_for_input(files, path, database_->policy());
  if (!function) {
    // A directory or a glob of no known ending: by what it holds.
    if (path.find_first_of("/*?[") == std::string::npos && !is_there(path, database_->policy()))
      return nullptr;
    const auto listed = files.list(path, database_->policy());
    function = table_function_for_path(listed.front().path);
    if (!function && listed.front().is_regular)
      function = table_function_for_signs(files, listed.front().path, database_->policy());
    if (!function) throw unknown_kind(listed.front().path, span);
  }
  TableFunctionCall request;
  request.name = function->name;
  request.arguments = {Value::text(path)};
  request.span = span;
  return call(request, nullptr);
}

TableRef Session::call(const TableFunctionCall& request, QueryContext*) {
  const TableFunction* function = find_table_function(request.name);
  if (!function) {
    const ProgramFunctionRef brought = database_->functions().find(request.name);
    if (!brought || !brought->declaration().gives_rows()) return nullptr;
    if (!request.options.empty()) {
      throw Error(ErrorCode::kBind, request.span, "{} takes its arguments by position",
                  request.name);
    }
    return CallbackTable::create(*brought, request.arguments, request.span, constants_);
  }
  const TableFunctionContext context{FileSystem::local(),
                                     database_->policy(),
                                     settings_,
                                     constants_,
                                     &learned_,
                                     &rejects_,
                                     [this] { return named_objects(*this); }};
  return function->open(request, context);
}

std::vector<std::vector<Value>> Session::rows_of(PlanRef plan) {
  plan = optimize(std::move(plan), settings_, constants_);
  Query query(plan, make_context(), PlannedAs{});
  if (watcher_) query.set_poll([this] { return watcher_->is_unwanted_unbound(); });
  std::vector<std::vector<Value>> rows;
  while (const auto given = query.next()) {
    const Chunk chunk = given->dense();
    for (uint32_t row = 0; row < chunk.row_count; ++row) {
      std::vector<Value>& values = rows.emplace_back();
      for (const Column& column : chunk.columns) values.push_back(Value::of(column, row));
    }
  }
  return rows;
}

std::vector<std::string> Session::table_function_names() {
  std::vector<std::string> names;
  for (const TableFunction& function : table_functions()) names.push_back(function.name);
  for (const ProgramFunctionRef& function : database_->functions().all()) {
    if (function->declaration().gives_rows()) names.push_back(function->declaration().name);
  }
  return names;
}

ProgramFunctionRef Session::find_function(const std::string& name) {
  return database_->functions().find(name);
}

std::vector<std::string> Session::function_names() {
  std::vector<std::string> names;
  for (const ProgramFunctionRef& function : database_->functions().all()) {
    const std::string& name = function->declaration().name;
    if (!function->declaration().gives_rows() && !name.starts_with("__doline_"))
      names.push_back(name);
  }
  return names;
}

}  // namespace doline
