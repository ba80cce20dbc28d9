#include "engine/database.h"

#include "bind/scope.h"

namespace doline {

TableRef Database::find_table(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto found = entries_.find(folded(name));
  return found == entries_.end() ? nullptr : found->second.table;
}

std::optional<std::string> Database::find_view(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto found = entries_.find(folded(name));
  if (found == entries_.end() || found->second.table) return std::nullopt;
  return found->second.view;
}

std::vector<std::string> Database::names() const {
  MutexLock lock(mutex_);
  std::vector<std::string> names;
  for (const auto& [key, entry] : entries_) names.push_back(entry.name);
  return names;
}

Database::Put Database::put(const std::string& name, Entry entry, Replace replace) {
  MutexLock lock(mutex_);
  const auto [at, added] = entries_.try_emplace(folded(name));
  const bool same_kind = added || (at->second.table == nullptr) == (entry.table == nullptr);
  if (!added && (replace == Replace::kNothing || (replace == Replace::kSameKind && !same_kind)))
    return Put::kTaken;
  at->second = std::move(entry);
  return added ? Put::kAdded : Put::kReplaced;
}

Database::Put Database::put_table(const std::string& name, TableRef table, Replace replace) {
  return put(name, {name, std::move(table), ""}, replace);
}

Database::Put Database::put_view(const std::string& name, std::string text, Replace replace) {
  return put(name, {name, nullptr, std::move(text)}, replace);
}

bool Database::drop_table(const std::string& name) {
  MutexLock lock(mutex_);
  const auto found = entries_.find(folded(name));
  if (found == entries_.end() || !found->second.table) return false;
  entries_.erase(found);
  return true;
}

bool Database::drop_view(const std::string& name) {
  MutexLock lock(mutex_);
  const auto found = entries_.find(folded(name));
  if (found == entries_.end() || found->second.table) return false;
  entries_.erase(found);
  return true;
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
