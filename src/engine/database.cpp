#include "engine/database.h"

#include <algorithm>

namespace doline {

namespace {

[[noreturn]] void conflict(const std::string& what) {
  throw Error(ErrorCode::kConflict, "another transaction changed {} meanwhile", what)
      .hint(
          "ROLLBACK, if this was within BEGIN, and do it again: it then sees the other's changes");
}

}  // namespace

NamesRef Database::names() const {
  MutexLock lock(mutex_);
  return names_;
}

Database::Snapshot Database::begin() {
  auto writes = std::make_shared<Writes>();
  MutexLock lock(mutex_);
  writes->begun_at = commits_;
  writes_.push_back(writes);
  return {names_, std::move(writes)};
}

bool Database::is_in_the_way(const Writes& theirs, const Writes& mine) const {
  return &theirs != &mine && (theirs.committed_at == 0 || theirs.committed_at > mine.begun_at);
}

void Database::claim_name(Writes& writes, const std::string& name, const std::string& shown) {
  MutexLock lock(mutex_);
  for (const auto& theirs : writes_) {
    if (is_in_the_way(*theirs, writes) && theirs->names.contains(name)) conflict(shown);
  }
  writes.names.insert(name);
}

void Database::claim_rows(Writes& writes, uint64_t table, RowSet rows, const std::string& shown) {
  if (rows.empty()) return;
  MutexLock lock(mutex_);
  for (const auto& theirs : writes_) {
    if (!is_in_the_way(*theirs, writes)) continue;
    const auto found = theirs->rows.find(table);
    if (found != theirs->rows.end() && found->second.intersects(rows))
      conflict(fmt::format("a row of {}", shown));
  }
  writes.rows[table].add(rows);
}

void Database::commit(const std::shared_ptr<Writes>& writes,
                      const std::function<NamesRef(const Names& newest)>& wanted) {
  MutexLock turn(commit_mutex_);
  NamesRef next = wanted(*names());
  NamesRef before;  // goes outside the lock, with what it alone held
  MutexLock lock(mutex_);
  if (next) {
    before = std::exchange(names_, std::move(next));
    writes->committed_at = ++commits_;
  }
  forget();
  put_together();
}

void Database::end(const std::shared_ptr<Writes>& writes) noexcept {
  MutexLock lock(mutex_);
  if (writes->committed_at == 0) writes_.remove(writes);
  forget();
}

void Database::forget() {
  uint64_t oldest = commits_;
  for (const auto& one : writes_) {
    if (one->committed_at == 0) oldest = std::min(oldest, one->begun_at);
  }
  std::erase_if(writes_, [&](const auto& one) {
    return one->committed_at != 0 && one->committed_at <= oldest;
  });
}

void Database::put_together() {
  uint64_t begun = 0;
  for (const auto& one : writes_) {
    if (one->committed_at == 0) begun = std::max(begun, one->begun_at);
  }
  std::shared_ptr<Writes> first;
  std::erase_if(writes_, [&](const auto& one) {
    if (one->committed_at <= begun) return false;
    if (!first) {
      first = one;
      return false;
    }
    first->committed_at = std::max(first->committed_at, one->committed_at);
    first->names.insert(one->names.begin(), one->names.end());
    for (const auto& [table, rows] : one->rows) first->rows[table].add(rows);
    return true;
  });
}

Ref<SpillDirectory> Database::spill_directory(const Settings& settings) {
  MutexLock lock(mutex_);
  const uint64_t most = settings.max_temp_directory_bytes;
  if (!spill_ || spill_parent_ != settings.temp_directory || (most == 0 && spill_most_ != 0)) {
    SpillOptions options;
    options.parent = settings.temp_directory;
    spill_ = SpillDirectory::create(options);
    spill_parent_ = settings.temp_directory;
  }
  if (most != 0) spill_->set_most_bytes(most);
  spill_most_ = most;
  return spill_;
}

}  // namespace doline
