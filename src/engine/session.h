#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bind/binder.h"
#include "engine/database.h"
#include "engine/query.h"
#include "engine/transaction.h"
#include "plan/catalog.h"
#include "plan/learned_types.h"
#include "sql/statement.h"
#include "table/rejects.h"

namespace doline {

/// A statement that is understood and can be run, again and again, with other parameters.
struct Prepared {
  sql::StatementRef statement;
  std::string text;       // for carets
  uint64_t parse_ns = 0;  // its share of parsing the text
};

/// Sees the statements of a session run, COPY and CREATE TABLE … AS included; on their thread.
class StatementWatcher {
 public:
  virtual ~StatementWatcher() = default;
  /// About every 50 ms while the caller waits for rows; true cancels.
  virtual bool is_unwanted(const Query& running) = 0;
  /// Likewise while a statement is bound, and files are looked at: there is no query yet.
  virtual bool is_unwanted_unbound() { return false; }
  /// A statement that gives no rows of its own has run to its end.
  virtual void ended(const Query& done) = 0;
};

/// One user's conversation with a database: transactions, settings, prepared statements, running
/// queries. Used by one thread at a time; Query::cancel and progress may be called from others.
class Session final : public Catalog {
 public:
  explicit Session(std::shared_ptr<Database> database);
  ~Session() override;

  /// All statements of a script. Throws Error(kSyntax).
  std::vector<Prepared> parse(std::string_view text) const;
  /// Exactly one.
  Prepared prepare(std::string_view text) const;
  /// Starts a query, or carries out a statement that gives no rows. Errors keep their spans in
  /// `prepared.text`.
  std::unique_ptr<Query> run(const Prepared& prepared, const Parameters& parameters = {});
  /// The columns of a query's rows: binds it, and runs nothing. They are those that its run begins
  /// with, until a file proves to hold others.
  Schema describe(const Prepared& prepared, const Parameters& parameters = {});
  /// Parses and runs one statement.
  std::unique_ptr<Query> run(std::string_view text) { return run(prepare(text)); }

  /// What a query gets of the session: settings, constants, an account, a spill file.
  std::unique_ptr<QueryContext> make_context() const;

  Database& database() { return *database_; }
  /// What the readers of the last query left out.
  const RejectStore& rejects() const { return rejects_; }
  /// What its readers found out about types they had guessed.
  const LearnedTypes& learned() const { return learned_; }
  /// Makes a table visible under its name (registered Arrow streams, frames), as a statement would.
  void register_table(TableRef table);
  /// False when there is none.
  bool unregister_table(const std::string& name);
  /// Between BEGIN and COMMIT or ROLLBACK.
  bool is_in_transaction() const { return is_in_transaction_; }

  /// Null: nobody watches. Must outlive the queries started under it.
  void set_watcher(StatementWatcher* watcher) { watcher_ = watcher; }

  // Catalog:
  TableRef find_table(const std::vector<std::string>& name) override;
  std::optional<std::string> find_view(const std::vector<std::string>& name) override;
  /// Tables and views, sorted, as they were written; not those that only a program's handles know,
  /// whose names begin with __doline_.
  std::vector<std::string> table_names() override;
  TableRef open_file(const std::string& path, SourceSpan span) override;
  TableRef call(const TableFunctionCall& call, QueryContext* context) override;
  std::vector<std::string> table_function_names() override;
  ProgramFunctionRef find_function(const std::string& name) override;
  std::vector<std::string> function_names() override;
  std::vector<std::vector<Value>> rows_of(PlanRef plan) override;
  const Settings& settings() const override { return settings_; }
  /// Those of another session.
  void take_settings(const Settings& settings) {
    settings_ = settings;
    refresh_constants();
  }
  const SessionConstants& session() const override { return constants_; }

 private:
  friend class StatementRunner;
  /// Fixes what a statement sees as now, its zone and its seed.
  void refresh_constants();
  /// What names mean to what is being bound.
  NamesRef names();
  /// Error(kTransaction) within a transaction of which a statement failed.
  void require_sound(SourceSpan span) const;
  /// Does `work` in the transaction that is open, or in one of its own; an error in it ends that.
  template <class Work>
  auto in_transaction(Work&& work);

  const std::shared_ptr<Database> database_;  // shared by sessions
  StatementWatcher* watcher_ = nullptr;
  Settings settings_;
  SessionConstants constants_;
  uint64_t statements_ = 0;
  mutable LearnedTypes learned_;              // thread-safe; readers add to it while queries run
  mutable RejectStore rejects_;               // likewise
  std::map<std::string, Prepared> prepared_;  // PREPARE name
  std::shared_ptr<Transaction> transaction_;  // null: no statement is at work. Queries know of it
  bool is_in_transaction_ = false;            // it outlives its statement
  NamesRef bound_with_;                       // while a query binds anew
};

}  // namespace doline
