#include "engine/transaction.h"

#include "bind/scope.h"
#include "table/memory_table.h"

namespace doline {

namespace {

const NamedThing* find(const Names& names, const std::string& key) {
  const auto found = names.find(key);
  return found == names.end() ? nullptr : &found->second;
}

const MemoryTable* memory_table(const NamedThing* thing) {
  return thing ? dynamic_cast<const MemoryTable*>(thing->table.get()) : nullptr;
}

bool is_one_table(const MemoryTable* a, const MemoryTable* b) {
  return a && b && a->table_id() == b->table_id();
}

bool is_same(const NamedThing* a, const NamedThing* b) { return a && b ? a->is_same(*b) : a == b; }

}  // namespace

TableRef find_table(const Names& names, const std::string& name) {
  const NamedThing* thing = find(names, folded(name));
  return thing ? thing->table : nullptr;
}

std::optional<std::string> find_view(const Names& names, const std::string& name) {
  const NamedThing* thing = find(names, folded(name));
  if (!thing || thing->table) return std::nullopt;
  return thing->view;
}

Transaction::~Transaction() {
  if (writes_) database_->end(writes_);
}

void Transaction::begin() {
  if (begun_with_) return;
  Database::Snapshot snapshot = database_->begin();
  begun_with_ = names_ = std::move(snapshot.names);
  writes_ = std::move(snapshot.writes);
}

NamesRef Transaction::names() {
  begin();
  return names_;
}

void Transaction::require_writable() const {
  if (!read_only_) return;
  throw Error(ErrorCode::kTransaction, "this transaction may only read")
      .hint("BEGIN without READ ONLY begins one that may write");
}

void Transaction::set(const std::string& key, std::optional<NamedThing> thing) {
  auto next = std::make_shared<Names>(*names_);
  if (thing) {
    (*next)[key] = std::move(*thing);
  } else {
    next->erase(key);
  }
  names_ = std::move(next);
  touched_.insert(key);
}

bool Transaction::put(NamedThing thing, Replace replace) {
  begin();
  require_writable();
  const std::string key = folded(thing.name);
  if (const NamedThing* there = find(*names_, key)) {
    const bool same_kind = (there->table == nullptr) == (thing.table == nullptr);
    if (replace == Replace::kNothing || (replace == Replace::kSameKind && !same_kind)) return false;
  }
  database_->claim_name(*writes_, key, thing.name);
  set(key, std::move(thing));
  return true;
}

bool Transaction::drop(const std::string& name, bool is_table) {
  begin();
  require_writable();
  const std::string key = folded(name);
  const NamedThing* there = find(*names_, key);
  if (!there || (there->table != nullptr) != is_table) return false;
  database_->claim_name(*writes_, key, there->name);
  set(key, std::nullopt);
  return true;
}

bool Transaction::rename(const std::string& old_name, NamedThing thing) {
  drop(old_name, thing.table != nullptr);
  moved_.insert(folded(old_name));
  return put(std::move(thing), Replace::kNothing);
}

void Transaction::changed(TableRef after, RowSet written) {
  require_writable();
  const std::string name = after->name();
  const std::string key = folded(name);
  const auto& table = dynamic_cast<const MemoryTable&>(*after);
  ASSERT(is_one_table(memory_table(find(*names_, key)), &table));
  // Rows of its own are nobody else's, and their numbers are not final.
  const MemoryTable* before = memory_table(find(*begun_with_, key));
  if (is_one_table(before, &table)) {
    written.cut(before->next_row());
    database_->claim_rows(*writes_, table.table_id(), std::move(written), name);
  }
  NamedThing thing = *find(*names_, key);
  thing.table = std::move(after);
  set(key, std::move(thing));
}

NamesRef Transaction::merged(const Names& newest, QueryContext& context) const {
  auto next = std::make_shared<Names>(newest);
  static const RowSet kNone;
  for (const std::string& key : touched_) {
    const NamedThing* before = find(*begun_with_, key);
    const NamedThing* mine = find(*names_, key);
    const NamedThing* theirs = find(newest, key);
    const MemoryTable* base = memory_table(before);
    const MemoryTable* changed = memory_table(mine);
    const MemoryTable* current = memory_table(theirs);
    if (is_one_table(base, changed) && is_one_table(base, current)) {
      const auto written = writes_->rows.find(base->table_id());
      NamedThing thing = *mine;
      thing.table =
          MemoryTable::merged(*base, *changed, *current,
                              written == writes_->rows.end() ? kNone : written->second, context);
      (*next)[key] = std::move(thing);
      continue;
    }
    // One that goes takes with it what others did to it meanwhile.
    const bool goes = !mine && !moved_.contains(key);
    if (!is_same(before, theirs) && !(is_one_table(base, current) && goes)) {
      throw Error(ErrorCode::kConflict, "{} was {} by another transaction meanwhile",
                  before ? before->name : key,
                  !theirs                       ? "dropped"
                  : is_one_table(base, current) ? "changed"
                                                : "made anew")
          .hint("begin the transaction again: it then sees the other's changes");
    }
    if (mine) {
      NamedThing thing = *mine;
      if (changed) thing.table = changed->settled();
      (*next)[key] = std::move(thing);
    } else {
      next->erase(key);
    }
  }
  return next;
}

void Transaction::commit(QueryContext& context) {
  if (touched_.empty()) return;
  database_->commit(writes_, [&](const Names& newest) { return merged(newest, context); });
  touched_.clear();
}

}  // namespace doline
