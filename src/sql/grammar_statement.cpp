#include "base/ascii.h"
#include "sql/compare.h"
#include "sql/grammar.h"
#include "sql/parser.h"

namespace doline::sql {

std::vector<StatementRef> Grammar::script() {
  std::vector<StatementRef> statements;
  while (true) {
    while (tokens_.accept(";")) {
    }
    if (tokens_.at_end()) return statements;
    parameters_ = 0;
    statements.push_back(statement());
    if (!tokens_.at_end() && !tokens_.at(";")) {
      tokens_.fail("a clause or the end of the statement");
    }
  }
}

StatementRef Grammar::only_statement() {
  while (tokens_.accept(";")) {
  }
  if (tokens_.at_end()) throw Error(ErrorCode::kSyntax, "there is no statement in the text");
  StatementRef result = statement();
  const bool ended = tokens_.at(";");
  while (tokens_.accept(";")) {
  }
  if (tokens_.at_end()) return result;
  if (!ended) tokens_.fail("a clause or the end of the statement");
  throw Error(ErrorCode::kSyntax, tokens_.peek().span,
              "another statement begins here, where only one may stand");
}

ExpressionRef Grammar::only_expression() {
  ExpressionRef result = expression();
  if (!tokens_.at_end()) tokens_.fail("the end of the expression");
  return result;
}

TypeNameRef Grammar::only_type() {
  TypeNameRef result = type();
  if (!tokens_.at_end()) tokens_.fail("the end of the type");
  return result;
}

std::vector<StatementRef> parse(std::string_view text) { return Grammar(text).script(); }
StatementRef parse_statement(std::string_view text) { return Grammar(text).only_statement(); }
ExpressionRef parse_expression(std::string_view text) { return Grammar(text).only_expression(); }
TypeNameRef parse_type(std::string_view text) { return Grammar(text).only_type(); }

StatementRef Grammar::statement() {
  const Nesting nesting(*this);
  const uint32_t begin = tokens_.begin();
  if (tokens_.at(Keyword::kWith)) {
    With with = with_clause();
    if (tokens_.at(Keyword::kInsert)) return insert(std::move(with), begin);
    if (tokens_.at(Keyword::kUpdate)) return update(std::move(with), begin);
    if (tokens_.at(Keyword::kDelete)) return remove(std::move(with), begin);
    auto node = std::make_shared<SelectStatement>();
    const uint32_t body_begin = tokens_.begin();
    OpenQuery body = set_operations(query_primary(), 0, body_begin);
    node->query = query_rest(std::move(with), std::move(body), begin);
    return finish(std::move(node), tokens_.since(begin));
  }
  if (at_query() || tokens_.at(Keyword::kValues) || tokens_.at("(")) return query_statement();

  struct Opener {
    Keyword word;
    StatementRef (Grammar::*parse)();
  };
  static constexpr Opener kOpeners[] = {
      {Keyword::kCreate, &Grammar::create},
      {Keyword::kDrop, &Grammar::drop},
      {Keyword::kAlter, &Grammar::alter},
      {Keyword::kTruncate, &Grammar::truncate},
      {Keyword::kCopy, &Grammar::copy},
      {Keyword::kExplain, &Grammar::explain},
      {Keyword::kPrepare, &Grammar::prepare},
      {Keyword::kExecute, &Grammar::execute},
      {Keyword::kDeallocate, &Grammar::deallocate},
      {Keyword::kSet, &Grammar::set},
      {Keyword::kReset, &Grammar::reset},
      {Keyword::kPragma, &Grammar::pragma},
      {Keyword::kBegin, &Grammar::transaction},
      {Keyword::kStart, &Grammar::transaction},
      {Keyword::kCommit, &Grammar::transaction},
      {Keyword::kEnd, &Grammar::transaction},
      {Keyword::kRollback, &Grammar::transaction},
      {Keyword::kAbort, &Grammar::transaction},
      {Keyword::kUse, &Grammar::use},
      {Keyword::kAttach, &Grammar::attach},
      {Keyword::kDetach, &Grammar::detach},
      {Keyword::kCall, &Grammar::call_statement},
      {Keyword::kVacuum, &Grammar::maintain},
      {Keyword::kAnalyze, &Grammar::maintain},
      {Keyword::kAnalyse, &Grammar::maintain},
      {Keyword::kCheckpoint, &Grammar::maintain},
      {Keyword::kForce, &Grammar::maintain},
  };
  for (const Opener& opener : kOpeners) {
    if (tokens_.at(opener.word)) return (this->*opener.parse)();
  }
  if (tokens_.at(Keyword::kInsert)) return insert({}, begin);
  if (tokens_.at(Keyword::kUpdate)) return update({}, begin);
  if (tokens_.at(Keyword::kDelete)) return remove({}, begin);
  // Asked for in vain, for the sake of the hint.
  for (const Opener& opener : kOpeners) tokens_.accept(opener.word);
  unknown_statement();
}

void Grammar::unknown_statement() {
  const Keyword word = tokens_.peek().keyword;
  if (word == Keyword::kLoad || word == Keyword::kInstall) {
    throw Error(ErrorCode::kNotSupported, tokens_.peek().span, "there are no extensions to load")
        .hint("everything Doline can do is built in: leave this statement out");
  }
  for (const Keyword known :
       {Keyword::kExport, Keyword::kImport, Keyword::kComment, Keyword::kMerge, Keyword::kGrant,
        Keyword::kRevoke, Keyword::kListen, Keyword::kNotify, Keyword::kLock, Keyword::kCluster,
        Keyword::kRefresh, Keyword::kDeclare, Keyword::kFetch}) {
    if (word == known) not_supported(tokens_.word(tokens_.peek()));
  }
  for (const Keyword opener :
       {Keyword::kSelect, Keyword::kFrom, Keyword::kInsert, Keyword::kUpdate, Keyword::kDelete,
        Keyword::kWith, Keyword::kValues, Keyword::kDescribe, Keyword::kShow, Keyword::kSummarize,
        Keyword::kPivot, Keyword::kUnpivot}) {
    tokens_.accept(opener);
  }
  tokens_.fail("a statement");
}

void Grammar::not_supported(std::string_view what) {
  throw Error(ErrorCode::kNotSupported, tokens_.peek().span, "{} is not supported",
              ascii_upper(what));
}

StatementRef Grammar::query_statement() {
  const uint32_t begin = tokens_.begin();
  auto node = std::make_shared<SelectStatement>();
  node->query = query();
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::explain() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kExplain);
  auto node = std::make_shared<Explain>();
  if (tokens_.at(Keyword::kAnalyze) || tokens_.at(Keyword::kAnalyse)) {
    tokens_.take();
    node->analyze = true;
  }
  if (tokens_.at("(") && at_name(NameRole::kLabel, 1) && !at_query(1)) {
    for (Option& option : options_in_parentheses()) {
      if (same_name(option.name.text, "analyze") || same_name(option.name.text, "analyse")) {
        node->analyze = true;
      } else {
        node->options.push_back(std::move(option));
      }
    }
  }
  node->statement = statement();
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::prepare() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kPrepare);
  auto node = std::make_shared<Prepare>();
  node->name = name(NameRole::kColumn, "a name for the prepared statement");
  if (tokens_.accept("(")) list_until(")", [&] { node->types.push_back(type()); });
  tokens_.expect(Keyword::kAs);
  node->statement = statement();
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::execute() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kExecute);
  auto node = std::make_shared<Execute>();
  node->name = name(NameRole::kColumn, "a prepared statement");
  if (tokens_.at("(")) node->arguments = arguments();
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::deallocate() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kDeallocate);
  tokens_.accept(Keyword::kPrepare);
  auto node = std::make_shared<Deallocate>();
  if (!tokens_.accept(Keyword::kAll)) {
    node->name = name(NameRole::kColumn, "a prepared statement");
  }
  return finish(std::move(node), tokens_.since(begin));
}

SettingScope Grammar::setting_scope() {
  // `SET global = 1` names a setting.
  if (tokens_.at("=", 1) || tokens_.at(Keyword::kTo, 1)) return SettingScope::kDefault;
  if (tokens_.accept(Keyword::kGlobal)) return SettingScope::kGlobal;
  if (tokens_.accept(Keyword::kSession)) return SettingScope::kSession;
  if (tokens_.accept(Keyword::kLocal)) return SettingScope::kLocal;
  if (tokens_.accept(Keyword::kVariable)) return SettingScope::kVariable;
  return SettingScope::kDefault;
}

StatementRef Grammar::set() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kSet);
  auto node = std::make_shared<Set>();
  node->scope = setting_scope();
  if (tokens_.at(Keyword::kTime) && tokens_.at(Keyword::kZone, 1)) {
    const uint32_t name_begin = tokens_.begin();
    tokens_.take();
    tokens_.take();
    node->name = {"TimeZone", tokens_.since(name_begin)};
    if (!tokens_.accept(Keyword::kTo)) tokens_.accept("=");
  } else {
    node->name = name(NameRole::kLabel, "a setting");
    const bool is_schema = same_name(node->name.text, "schema");
    if (!tokens_.accept("=") && !tokens_.accept(Keyword::kTo) && !is_schema) {
      tokens_.fail("\"=\" behind the setting");
    }
  }
  list([&] { node->values.push_back(option_value()); }, [&] { return at_list_end(); });
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::reset() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kReset);
  auto node = std::make_shared<Set>();
  node->scope = setting_scope();
  node->name = name(NameRole::kLabel, "a setting");
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::pragma() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kPragma);
  Identifier what = name(NameRole::kLabel, "a pragma");
  if (tokens_.accept("=")) {
    auto node = std::make_shared<Set>();
    node->name = std::move(what);
    list([&] { node->values.push_back(option_value()); }, [&] { return at_list_end(); });
    return finish(std::move(node), tokens_.since(begin));
  }
  auto node = std::make_shared<Pragma>();
  node->name = std::move(what);
  if (tokens_.at("(")) node->arguments = arguments();
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::transaction() {
  const uint32_t begin = tokens_.begin();
  const Keyword word = tokens_.take().keyword;
  auto node = std::make_shared<Transaction>();
  if (word == Keyword::kStart) {
    tokens_.expect(Keyword::kTransaction);
  } else if (!tokens_.accept(Keyword::kTransaction)) {
    tokens_.accept(Keyword::kWork);
  }
  if (word == Keyword::kCommit || word == Keyword::kEnd) {
    node->action = TransactionAction::kCommit;
  } else if (word == Keyword::kRollback || word == Keyword::kAbort) {
    node->action = TransactionAction::kRollback;
  } else if (tokens_.accept(Keyword::kRead)) {
    if (tokens_.accept(Keyword::kOnly)) {
      node->action = TransactionAction::kBeginReadOnly;
    } else {
      tokens_.expect(Keyword::kWrite);
    }
  }
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::use() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kUse);
  auto node = std::make_shared<Use>();
  node->name = qualified_name("a catalog or a schema");
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::attach() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kAttach);
  auto node = std::make_shared<Attach>();
  if (tokens_.accept(Keyword::kOr, Keyword::kReplace)) node->if_taken = IfTaken::kReplace;
  tokens_.accept(Keyword::kDatabase);
  node->if_taken = if_not_exists(node->if_taken);
  node->path = expression();
  if (tokens_.accept(Keyword::kAs)) node->name = name(NameRole::kColumn, "a name for the database");
  if (tokens_.at("(")) node->options = options_in_parentheses();
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::detach() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kDetach);
  tokens_.accept(Keyword::kDatabase);
  auto node = std::make_shared<Detach>();
  node->if_exists = if_exists();
  node->name = name(NameRole::kColumn, "a database");
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::call_statement() {
  const uint32_t begin = tokens_.begin();
  tokens_.expect(Keyword::kCall);
  const uint32_t function_begin = tokens_.begin();
  QualifiedName function = qualified_name("a table function");
  RelationRef table =
      close_relation(table_function(std::move(function), false, function_begin), function_begin);
  auto node = std::make_shared<SelectStatement>();
  node->query = select_all_from(std::move(table), tokens_.since(begin));
  return finish(std::move(node), tokens_.since(begin));
}

StatementRef Grammar::maintain() {
  const uint32_t begin = tokens_.begin();
  const Keyword word = tokens_.take().keyword;
  auto node = std::make_shared<Maintain>();
  if (word == Keyword::kForce) {
    tokens_.expect(Keyword::kCheckpoint);
    node->action = MaintainAction::kForceCheckpoint;
  } else if (word == Keyword::kCheckpoint) {
    node->action = MaintainAction::kCheckpoint;
  } else if (word == Keyword::kVacuum) {
    tokens_.accept(Keyword::kFull);
    node->action = tokens_.accept(Keyword::kAnalyze) || tokens_.accept(Keyword::kAnalyse)
                       ? MaintainAction::kVacuumAnalyze
                       : MaintainAction::kVacuum;
  } else {
    node->action = MaintainAction::kAnalyze;
  }
  if (at_name(NameRole::kColumn)) {
    node->name = qualified_name("a name");
    if (tokens_.at("(")) node->columns = name_list("a column");
  }
  return finish(std::move(node), tokens_.since(begin));
}

}  // namespace doline::sql
