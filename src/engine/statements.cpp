#include "engine/statements.h"

#include <algorithm>
#include <set>

#include "base/ascii.h"
#include "bind/advice.h"
#include "bind/scope.h"
#include "column/unique_names.h"
#include "exec/task_clock.h"
#include "memory/process_memory.h"
#include "optimizer/estimates.h"
#include "optimizer/optimizer.h"
#include "plan/plan_expressions.h"
#include "sql/compare.h"
#include "sql/parameters.h"
#include "sql/parser.h"
#include "sql/print.h"
#include "sql/tree_bytes.h"
#include "table/memory_table.h"

namespace doline {

namespace {

Transaction::Replace replaces(sql::IfTaken if_taken) {
  return if_taken == sql::IfTaken::kReplace ? Transaction::Replace::kSameKind
                                            : Transaction::Replace::kNothing;
}

[[noreturn]] void not_supported(const sql::Statement& statement, const char* what,
                                const char* instead = "") {
  throw Error(ErrorCode::kNotSupported, statement.span, "{} not supported yet", what).hint(instead);
}

/// Adds the time of its life.
class AddedTime {
 public:
  explicit AddedTime(uint64_t& nanoseconds) : nanoseconds_(nanoseconds) {}
  ~AddedTime() { nanoseconds_ += steady_ns() - begin_; }
  AddedTime(const AddedTime&) = delete;
  AddedTime& operator=(const AddedTime&) = delete;

 private:
  uint64_t& nanoseconds_;
  const uint64_t begin_ = steady_ns();
};

/// The database's samples, read as the session may read.
class SessionSampler final : public Sampler {
 public:
  explicit SessionSampler(Session& session) : session_(session) {}
  TableSampleRef sample(const TableRef& table, const std::vector<uint32_t>& columns) override {
    if (!context_) context_ = session_.make_context();
    return session_.database().samples().sample(table, columns, *context_);
  }

 private:
  Session& session_;
  std::unique_ptr<QueryContext> context_;
};

}  // namespace

StatementRunner::StatementRunner(Session& session, const Prepared& prepared,
                                 const Parameters& parameters)
    : session_(session),
      prepared_(prepared),
      parameters_(parameters),
      learned_before_(session.learned().version()),
      phases_{.parse = prepared.parse_ns},
      begun_at_ns_(steady_ns()) {}

std::unique_ptr<Query> StatementRunner::nothing() {
  auto query = std::make_unique<Query>(Schema{}, std::vector<Chunk>{});
  query->set_returns_rows(false);
  return query;
}

PlanRef StatementRunner::finished(PlanRef plan) {
  const AddedTime optimizing(phases_.optimize);
  const Settings& settings = session_.settings_;
  if (settings.verify_plans) plan = through_wire(plan, session_.database_->policy());
  SessionSampler sampler(session_);
  const EstimateScope scope(session_.constants_);  // the passes', for the plan that comes of them
  plan = optimize(plan, settings, session_.constants_, &sampler);
  if (settings.verify_plans) plan = through_wire(plan, session_.database_->policy());
  expected_ = estimate_all(plan);
  return plan;
}

Transaction& StatementRunner::changes() {
  session_.transaction_->require_writable();
  return *session_.transaction_;
}

std::unique_ptr<Query> StatementRunner::start(PlanRef plan, ChangeLog* changes) {
  is_started_ = true;
  plan = finished(std::move(plan));
  std::unique_ptr<QueryContext> context = session_.make_context();
  context->changes = changes ? changes : session_.transaction_.get();
  auto query = std::make_unique<Query>(std::move(plan), std::move(context),
                                       PlannedAs{phases_, begun_at_ns_, std::move(expected_)});
  if (session_.is_in_transaction_) {
    query->set_failed([transaction = std::weak_ptr(session_.transaction_)] {
      if (const auto open = transaction.lock()) open->fail();
    });
  }
  if (StatementWatcher* watcher = session_.watcher_) {
    query->set_poll([watcher, running = query.get()] { return watcher->is_unwanted(*running); });
  }
  return query;
}

std::unique_ptr<Query> StatementRunner::to_end(PlanRef plan, ChangeLog* changes) {
  const auto* write = dynamic_cast<const WriteNode*>(plan.get());
  const bool returns_rows = write && write->returned > 0;
  auto query = start(std::move(plan), changes);
  std::vector<Chunk> rows;
  try {
    if (returns_rows) {
      query->await_rows();  // there are none before all is written
      return query;
    }
    while (auto chunk = query->next()) rows.push_back(std::move(*chunk));
  } catch (const Error&) {
    may_start_over_ = query->may_start_over();
    throw;
  }
  if (session_.watcher_) session_.watcher_->ended(*query);
  auto done = std::make_unique<Query>(query->schema(), std::move(rows));
  done->set_returns_rows(false);
  return done;
}

TableRef StatementRunner::writable(const sql::QualifiedName& name) {
  const SourceSpan span = name.front().span.to(name.back().span);
  std::vector<std::string> parts;
  for (const auto& part : name) parts.push_back(part.text);
  changes();
  if (TableRef table = session_.find_table(parts)) {
    if (table->has_row_ids()) return table;
    throw Error(ErrorCode::kNotSupported, span, "the rows of {} are another library's: only read",
                table->name())
        .hint("CREATE TABLE … AS FROM " + table->name() + " makes a table of them");
  }
  if (session_.find_view(parts)) {
    throw Error(ErrorCode::kBind, span, "\"{}\" is a view, and has no rows of its own",
                parts.back())
        .hint("change the tables it reads");
  }
  throw no_such_table(parts.back(), span, session_.table_names());
}

PlanRef StatementRunner::plan_of(const sql::Statement& statement) {
  const AddedTime binding(phases_.bind);
  if (const auto* select = statement.get_if<sql::SelectStatement>())
    return bind_query(*select->query, session_, parameters_);
  if (const auto* insert = statement.get_if<sql::Insert>()) {
    return bind_insert(*insert, writable(insert->table), session_, parameters_);
  }
  if (const auto* update = statement.get_if<sql::Update>()) {
    return bind_update(*update, writable(update->table->as<sql::TableName>().name), session_,
                       parameters_);
  }
  if (const auto* remove = statement.get_if<sql::Delete>()) {
    return bind_delete(*remove, writable(remove->table->as<sql::TableName>().name), session_,
                       parameters_);
  }
  if (const auto* copy = statement.get_if<sql::Copy>()) {
    if (!copy->is_from) return bind_copy_to(*copy, session_, parameters_);
    return bind_copy_from(*copy, writable(copy->table), session_, parameters_);
  }
  return nullptr;
}

template <class Work>
auto StatementRunner::attempt(Session& session, const Prepared& prepared,
                              const Parameters& parameters, Work&& work) {
  const uint64_t learned_before = session.learned_.version();
  for (bool is_first = true;; is_first = false) {
    StatementRunner runner(session, prepared, parameters);
    try {
      return work(runner);
    } catch (const Error& error) {
      // Rows may be read while a statement is bound, for PIVOT's columns.
      const bool learned_unbound =
          !runner.is_started_ && session.learned_.version() != runner.learned_before_;
      if (runner.may_start_over_ || learned_unbound) continue;
      if (is_first) throw;
      throw with_losses(error, session.learned_, learned_before);
    }
  }
}

std::unique_ptr<Query> StatementRunner::run(Session& session, const Prepared& prepared,
                                            const Parameters& parameters) {
  return attempt(session, prepared, parameters,
                 [](StatementRunner& runner) { return runner.run(); });
}

Schema StatementRunner::describe(Session& session, const Prepared& prepared,
                                 const Parameters& parameters) {
  const sql::Statement& statement = *prepared.statement;
  if (!statement.is<sql::SelectStatement>()) {
    throw Error(ErrorCode::kNotSupported, statement.span,
                "only a query has columns before it is run");
  }
  return attempt(session, prepared, parameters,
                 [&](StatementRunner& runner) { return runner.plan_of(statement)->schema; });
}

Query::Rebind StatementRunner::rebinding() const {
  // The query may outlive this runner, not the session.
  return [&session = session_, prepared = prepared_, parameters = parameters_,
          names = session_.names()] {
    session.bound_with_ = names;  // what there was when it began
    StatementRunner again(session, prepared, parameters);
    Query::Bound bound;
    try {
      bound.plan = again.finished(again.plan_of(*prepared.statement));
    } catch (...) {
      session.bound_with_.reset();
      throw;
    }
    session.bound_with_.reset();
    bound.context = session.make_context();
    bound.planned = {again.phases_, again.begun_at_ns_, std::move(again.expected_)};
    return bound;
  };
}

std::unique_ptr<Query> StatementRunner::run(const sql::Statement& given) {
  sql::StatementRef through_bytes;
  const sql::Statement* statement = &given;
  if (session_.settings_.verify_plans) {
    through_bytes = sql::statement_from_bytes(sql::to_bytes(given));
    ASSERT(sql::equal(*through_bytes, given));
    statement = through_bytes.get();
  }
  switch (statement->kind) {
    case sql::StatementKind::kSelectStatement: {
      auto query = start(plan_of(*statement));
      query->set_rebind(rebinding());
      return query;
    }
    case sql::StatementKind::kInsert:
    case sql::StatementKind::kUpdate:
    case sql::StatementKind::kDelete:
      return to_end(plan_of(*statement));
    case sql::StatementKind::kCopy:
      try {
        return to_end(plan_of(*statement));
      } catch (Error& error) {
        // What the writer says of its path and options has no place of its own.
        throw std::move(error).at(statement->span);
      }
    case sql::StatementKind::kCreateTable:
      return create_table(statement->as<sql::CreateTable>());
    case sql::StatementKind::kCreateView:
      return create_view(statement->as<sql::CreateView>());
    case sql::StatementKind::kDrop:
      return drop(statement->as<sql::Drop>());
    case sql::StatementKind::kSet:
      return set(statement->as<sql::Set>());
    case sql::StatementKind::kExplain:
      return explain(statement->as<sql::Explain>());
    case sql::StatementKind::kPrepare: {
      const auto& prepare = statement->as<sql::Prepare>();
      session_.prepared_[folded(prepare.name.text)] = {prepare.statement, prepared_.text};
      return nothing();
    }
    case sql::StatementKind::kExecute:
      return execute(statement->as<sql::Execute>());
    case sql::StatementKind::kDeallocate: {
      const auto& node = statement->as<sql::Deallocate>();
      if (node.name.empty()) {
        session_.prepared_.clear();
      } else if (session_.prepared_.erase(folded(node.name.text)) == 0) {
        throw Error(ErrorCode::kBind, node.name.span, "no prepared statement \"{}\"",
                    node.name.text);
      }
      return nothing();
    }
    case sql::StatementKind::kPragma:
      return pragma(statement->as<sql::Pragma>());
    case sql::StatementKind::kMaintain:
      return nothing();  // tables in memory need no upkeep
    case sql::StatementKind::kCreateType:
      not_supported(*statement, "CREATE TYPE is",
                    "write the type where it is used: ENUM ('a', 'b')");
    case sql::StatementKind::kCreateMacro:
      not_supported(*statement, "CREATE MACRO is", "a view or WITH names a query");
    case sql::StatementKind::kCreateSchema:
      not_supported(*statement, "CREATE SCHEMA is", "all names are in main");
    case sql::StatementKind::kAlter:
      return alter(statement->as<sql::Alter>());
    case sql::StatementKind::kTransaction:
      return transaction(statement->as<sql::Transaction>());
    case sql::StatementKind::kUse:
      not_supported(*statement, "USE is");
    case sql::StatementKind::kAttach:
      not_supported(*statement, "ATTACH is");
    case sql::StatementKind::kDetach:
      not_supported(*statement, "DETACH is");
  }
  UNREACHABLE();
}

/// Before something is made: true where what is there is kept instead. Throws where it may
/// neither be kept nor replaced.
bool StatementRunner::is_kept(const sql::QualifiedName& name, sql::IfTaken if_taken,
                              sql::ObjectKind kind) {
  check_schema(name);
  const std::string& last = name.back().text;
  const NamesRef names = session_.names();
  const bool is_table = find_table(*names, last) != nullptr;
  if (!is_table && !find_view(*names, last)) return false;
  if (if_taken == sql::IfTaken::kKeep) return true;
  const bool wants_table = kind == sql::ObjectKind::kTable;
  if (is_table == wants_table && if_taken == sql::IfTaken::kReplace) return false;
  Error error(ErrorCode::kAlreadyExists, name.back().span,
              "there is a table or view \"{}\" already", last);
  if (is_table != wants_table) {
    throw std::move(error).hint(
        fmt::format("it is a {}: DROP {} {} makes room", is_table ? "table" : "view",
                    is_table ? "TABLE" : "VIEW", sql::quote_identifier(last)));
  }
  throw std::move(error).hint(
      fmt::format("CREATE OR REPLACE {} takes its place, IF NOT EXISTS keeps it",
                  wants_table ? "TABLE" : "VIEW"));
}

/// All names are in main: a schema that is not there is no place to make something in.
void StatementRunner::check_schema(const sql::QualifiedName& name) {
  if (name.size() == 1) return;
  const sql::Identifier& schema = name[name.size() - 2];
  if (same_name(schema.text, "main") || same_name(schema.text, "temp")) return;
  throw Error(ErrorCode::kTableNotFound, schema.span, "no schema \"{}\"", schema.text)
      .hint("all names are in main");
}

std::unique_ptr<Query> StatementRunner::create_table(const sql::CreateTable& node) {
  const std::string& name = node.name.back().text;
  if (is_kept(node.name, node.if_taken, sql::ObjectKind::kTable)) return nothing();
  Schema schema;
  PlanRef plan;
  if (node.query) {
    plan = bind_query(*node.query, session_, parameters_);
    schema = plan->schema;
    if (!node.columns.empty() && node.columns.size() != schema.size()) {
      throw Error(ErrorCode::kBind, node.span, "{} column names for {} columns",
                  node.columns.size(), schema.size());
    }
    std::vector<std::string> names = names_of(schema);
    if (node.columns.empty()) names = unique_names(std::move(names));
    for (size_t i = 0; i < node.columns.size(); ++i) names[i] = node.columns[i].name.text;
    std::vector<ExprRef> exprs;
    for (uint32_t i = 0; i < schema.size(); ++i) {
      schema[i].name = names[i];
      // A bare NULL has no type to keep.
      if (schema[i].type->is(TypeKind::kNull)) schema[i].type = Type::int32();
      exprs.push_back(
          CastExpr::create(ColumnExpr::create(i, plan->schema[i].type, names[i]), schema[i].type));
    }
    plan = ProjectNode::create(plan, std::move(exprs), std::move(names));
  } else {
    for (const auto& column : node.columns)
      schema.push_back({column.name.text, bind_type(*column.type, session_)});
  }
  std::set<std::string> taken;
  for (size_t i = 0; i < schema.size(); ++i) {
    if (taken.insert(ascii_lower(schema[i].name)).second) continue;
    throw Error(ErrorCode::kBind, node.columns[i].name.span, "two columns are called \"{}\"",
                schema[i].name);
  }
  changes();
  TableRef table = MemoryTable::create(name, schema, bind_rules(node, schema, session_));
  std::unique_ptr<Query> result = nothing();
  if (plan && !node.with_no_data) {
    Filled filled;
    result = to_end(WriteNode::to_table(std::move(plan), table), &filled);
    table = std::move(filled.table);
  }
  changes().put({name, std::move(table), ""}, replaces(node.if_taken));
  return result;
}

std::unique_ptr<Query> StatementRunner::create_view(const sql::CreateView& node) {
  if (node.materialized) not_supported(node, "CREATE MATERIALIZED VIEW is");
  const std::string& name = node.name.back().text;
  if (is_kept(node.name, node.if_taken, sql::ObjectKind::kView)) return nothing();
  const PlanRef plan =
      bind_query(*node.query, session_, parameters_);  // says now what is wrong with it
  std::string text = sql::to_sql(*node.query);
  if (!node.columns.empty()) {
    if (node.columns.size() > plan->schema.size()) {
      throw Error(ErrorCode::kBind, node.span, "{} column names for {} columns",
                  node.columns.size(), plan->schema.size());
    }
    std::string names;
    for (const auto& column : node.columns)
      names += (names.empty() ? "" : ", ") + sql::quote_identifier(column.text);
    text = "SELECT * FROM (" + text + ") AS view_query(" + names + ")";
  }
  changes().put({name, nullptr, std::move(text)}, replaces(node.if_taken));
  return nothing();
}

std::unique_ptr<Query> StatementRunner::drop(const sql::Drop& node) {
  const std::string& name = node.name.back().text;
  if (!node.if_exists) check_schema(node.name);
  bool dropped = false;
  if (node.object == sql::ObjectKind::kTable) {
    dropped = changes().drop(name, true);
  } else if (node.object == sql::ObjectKind::kView) {
    dropped = changes().drop(name, false);
  } else {
    not_supported(node, "dropping anything but tables and views is");
  }
  if (dropped || node.if_exists) return nothing();
  const SourceSpan span = node.name.back().span;
  const NamesRef names = session_.names();
  if (find_table(*names, name)) {
    throw Error(ErrorCode::kTableNotFound, span, "no view \"{}\"", name)
        .hint("it is a table: DROP TABLE " + name);
  }
  if (find_view(*names, name)) {
    throw Error(ErrorCode::kTableNotFound, span, "no table \"{}\"", name)
        .hint("it is a view: DROP VIEW " + name);
  }
  if (node.object == sql::ObjectKind::kTable)
    throw no_such_table(name, span, session_.table_names());
  const std::string near = nearest_name(name, session_.table_names());
  throw Error(ErrorCode::kTableNotFound, span, "no view \"{}\"", name)
      .hint(near.empty() ? "" : "did you mean \"" + near + "\"?");
}

std::unique_ptr<Query> StatementRunner::transaction(const sql::Transaction& node) {
  const bool begins = node.action == sql::TransactionAction::kBegin ||
                      node.action == sql::TransactionAction::kBeginReadOnly;
  if (begins) {
    if (session_.is_in_transaction_) {
      throw Error(ErrorCode::kTransaction, node.span, "a transaction is open already")
          .hint("COMMIT or ROLLBACK ends it");
    }
    session_.transaction_ = std::make_shared<Transaction>(
        session_.database_, node.action == sql::TransactionAction::kBeginReadOnly);
    session_.is_in_transaction_ = true;
    return nothing();
  }
  if (!session_.is_in_transaction_) {
    throw Error(ErrorCode::kTransaction, node.span, "there is no transaction to end")
        .hint("BEGIN begins one; a statement by itself is done whole or not at all");
  }
  // Whatever comes of it, it is over.
  const std::shared_ptr<Transaction> ended = std::move(session_.transaction_);
  session_.is_in_transaction_ = false;
  if (node.action == sql::TransactionAction::kRollback) return nothing();
  if (ended->has_failed()) {
    throw Error(ErrorCode::kTransaction, node.span,
                "a statement of this transaction failed: it was rolled back");
  }
  ended->commit(*session_.make_context());
  return nothing();
}

std::unique_ptr<Query> StatementRunner::set(const sql::Set& node) {
  if (node.scope == sql::SettingScope::kVariable) not_supported(node, "SET VARIABLE is");
  const SettingDeclaration* setting = find_setting(node.name.text);
  if (!setting) no_such_setting(node.name.text, node.name.span);
  Settings& settings = session_.settings_;
  const Settings before = settings;
  if (node.values.empty()) {  // RESET
    const Settings defaults;
    try {
      setting->set(settings, Value::text(setting->get(defaults)));
    } catch (const Error&) {
      setting->set(settings, Value::null());
    }
  } else {
    // By value: the settings it may put back hold the list it is given.
    const auto check_passes = [&](std::vector<std::string> passes, SourceSpan span) {
      std::vector<std::string> known = optimizer_passes();
      known.emplace_back("all");
      for (const std::string& name : passes) {
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        settings = before;
        Error error(ErrorCode::kSetting, span, "no optimizer pass \"{}\"", name);
        error.add_note(fmt::format("the passes are {}", fmt::join(known, ", ")));
        const std::string near = nearest_name(name, known);
        if (!near.empty()) throw std::move(error).hint("did you mean " + near + "?");
        throw error;
      }
    };
    try {
      const Value value = bind_option(node.values, session_, parameters_);
      if (setting->name == "temp_directory" && !value.is_null() && !value.to_string().empty()) {
        session_.database_->policy().check_write(value.to_string());
      }
      setting->set(settings, value);
    } catch (Error& error) {
      throw std::move(error).at(node.values[0]->span);
    }
    if (setting->name == "disabled_optimizers")
      check_passes(settings.disabled_optimizers, node.values[0]->span);
  }
  if (setting->name == "memory_limit") {
    const auto apply = [&] {
      set_process_memory(settings.memory_limit_bytes ? settings.memory_limit_bytes
                                                     : granted_memory_bytes() / 10 * 8);
    };
    apply();
    try {
      // A scan makes room itself, but may come after what its statement begins with.
      MemoryTable::make_room_in_all(*session_.make_context());
    } catch (...) {
      // What holds more than its limit and cannot let it go would be refused the next SET, too.
      settings = before;
      apply();
      throw;
    }
  }
  if (setting->name == "threads" && settings.threads)
    Executor::shared().set_threads(settings.threads);
  session_.refresh_constants();
  return nothing();
}

std::unique_ptr<Query> StatementRunner::execute(const sql::Execute& node) {
  const auto found = session_.prepared_.find(folded(node.name.text));
  if (found == session_.prepared_.end()) {
    throw Error(ErrorCode::kBind, node.name.span, "no prepared statement \"{}\"", node.name.text)
        .hint("PREPARE it first");
  }
  Parameters values;
  for (size_t i = 0; i < node.arguments.size(); ++i) {
    const auto& argument = node.arguments[i];
    values[argument.name.empty() ? std::to_string(i + 1) : argument.name.text] =
        bind_value(*argument.value, session_, parameters_);
  }
  const Prepared prepared = found->second;
  if (const size_t wanted = sql::parameters_of(*prepared.statement).size();
      wanted < node.arguments.size()) {
    throw Error(ErrorCode::kParameter, node.arguments[wanted].value->span,
                "{} takes {} parameter{}, not {}", node.name.text, wanted, wanted == 1 ? "" : "s",
                node.arguments.size());
  }
  try {
    return run(session_, prepared, values);
  } catch (Error& error) {
    // Its spans lie in the text of PREPARE; here the EXECUTE is what failed.
    Error outer(error.code(), node.span, "{}", error.message());
    for (const auto& note : error.notes()) outer.add_note(note);
    throw std::move(outer).hint(error.hint());
  }
}

std::unique_ptr<Query> StatementRunner::pragma(const sql::Pragma& node) {
  const std::string name = folded(node.name.text);
  if (name == "table_info" && node.arguments.size() == 1) {
    const std::string table =
        bind_option({node.arguments[0].value}, session_, parameters_).to_string();
    const std::string text = "FROM pragma_table_info(" + sql::quote_string(table) + ")";
    try {
      return run(session_, session_.prepare(text), parameters_);
    } catch (Error& error) {  // whose place is in another text
      throw Error(error.code(), node.span, "{}", error.message()).hint(error.hint());
    }
  }
  if (name == "show_tables") return run(session_, session_.prepare("SHOW TABLES"), parameters_);
  if (name == "enable_progress_bar" || name == "disable_progress_bar" ||
      name == "enable_verification" || name == "disable_verification") {
    return nothing();
  }
  throw Error(ErrorCode::kNotSupported, node.span, "PRAGMA {} is not supported yet",
              node.name.text);
}

}  // namespace doline
