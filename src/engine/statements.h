#pragma once

#include "engine/session.h"

namespace doline {

class MemoryTable;

/// Keeps what became of a table that a statement changes before it shows it under a name.
class Filled final : public ChangeLog {
 public:
  void changed(TableRef after, RowSet) override { table = std::move(after); }
  TableRef table;
};

/// Carries out one statement of a session. Used once an attempt.
class StatementRunner {
 public:
  StatementRunner(Session& session, const Prepared& prepared, const Parameters& parameters);
  std::unique_ptr<Query> run() { return run(*prepared_.statement); }
  /// Statements whose effect counts are carried out here and now, again where a reader learned that
  /// a type must be wider (plan/learned_types.h) and nothing has left yet. A query that gives rows
  /// starts over by itself.
  static std::unique_ptr<Query> run(Session& session, const Prepared& prepared,
                                    const Parameters& parameters);
  /// The columns of a query's rows, as Session::describe() tells them.
  static Schema describe(Session& session, const Prepared& prepared, const Parameters& parameters);

 private:
  /// Has a runner do `work`, with a new one where something was learned that lets it start over.
  template <class Work>
  static auto attempt(Session& session, const Prepared& prepared, const Parameters& parameters,
                      Work&& work);
  std::unique_ptr<Query> run(const sql::Statement& statement);
  std::unique_ptr<Query> create_table(const sql::CreateTable& node);
  std::unique_ptr<Query> create_view(const sql::CreateView& node);
  bool is_kept(const sql::QualifiedName& name, sql::IfTaken if_taken, sql::ObjectKind kind);
  static void check_schema(const sql::QualifiedName& name);
  std::unique_ptr<Query> drop(const sql::Drop& node);
  std::unique_ptr<Query> alter(const sql::Alter& node);
  void rename(const sql::Alter& node, NamedThing thing);
  /// The table as ALTER wants it; null where nothing is to be done.
  TableRef altered(const sql::Alter& node, const MemoryTable& table);
  TableRef with_column(const sql::Alter& node, const MemoryTable& table);
  TableRef with_type(const sql::Alter& node, const MemoryTable& table, size_t column);
  TableRef filled(const TableRef& table, const std::string& column, sql::ExpressionRef value);
  std::unique_ptr<Query> transaction(const sql::Transaction& node);
  std::unique_ptr<Query> set(const sql::Set& node);
  std::unique_ptr<Query> explain(const sql::Explain& node);
  ProfileFormat explain_format(const sql::Explain& node) const;
  std::unique_ptr<Query> execute(const sql::Execute& node);
  std::unique_ptr<Query> pragma(const sql::Pragma& node);

  /// The plan of a query, COPY, INSERT, UPDATE or DELETE. Null for other statements.
  PlanRef plan_of(const sql::Statement& statement);
  TableRef writable(const sql::QualifiedName& name);
  /// Where statements leave what they change.
  Transaction& changes();
  PlanRef finished(PlanRef plan);
  std::unique_ptr<Query> start(PlanRef plan, ChangeLog* changes = nullptr);
  /// What start() did for the prepared statement, for when its query starts over.
  Query::Rebind rebinding() const;
  /// Runs to the end, for statements whose effect counts; keeps the one row they give. Where they
  /// return rows of their own, all is done but to hand those out.
  std::unique_ptr<Query> to_end(PlanRef plan, ChangeLog* changes = nullptr);
  static std::unique_ptr<Query> nothing();

  Session& session_;
  const Prepared& prepared_;
  const Parameters& parameters_;
  const uint64_t learned_before_;
  bool is_started_ = false;
  PhaseTimes phases_;
  RowEstimates expected_;  // of the plan finished last
  const uint64_t begun_at_ns_;
  bool may_start_over_ = false;  // told by the query that failed
};

}  // namespace doline
