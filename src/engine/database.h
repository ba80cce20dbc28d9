#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/thread_safety.h"
#include "io/access_policy.h"
#include "io/spill_file.h"
#include "plan/table.h"

namespace doline {

/// What sessions share: tables, views and the spill directory. Thread-safe. Today every session
/// has one of its own.
class Database {
 public:
  explicit Database(AccessPolicy policy) : policy_(std::move(policy)) {}

  /// What a new table or view may take the place of.
  enum class Replace : uint8_t { kNothing, kSameKind, kAnything };
  enum class Put : uint8_t { kAdded, kReplaced, kTaken };

  TableRef find_table(const std::string& name) const;
  std::optional<std::string> find_view(const std::string& name) const;
  std::vector<std::string> names() const;  // tables and views, sorted, as they were written
  Put put_table(const std::string& name, TableRef table, Replace replace);
  Put put_view(const std::string& name, std::string text, Replace replace);
  /// False when there is none of that kind.
  bool drop_table(const std::string& name);
  bool drop_view(const std::string& name);

  const AccessPolicy& policy() const { return policy_; }
  Ref<SpillDirectory> spill_directory(const Settings& settings);

 private:
  struct Entry {
    std::string name;  // as written
    TableRef table;    // null: a view
    std::string view;
  };
  Put put(const std::string& name, Entry entry, Replace replace);

  const AccessPolicy policy_;
  mutable Mutex mutex_;
  std::map<std::string, Entry> entries_ GUARDED_BY(mutex_);  // by lower-case name
  Ref<SpillDirectory> spill_ GUARDED_BY(mutex_);
  std::string spill_parent_ GUARDED_BY(mutex_);
  uint64_t spill_most_ GUARDED_BY(mutex_) = 0;  // as set; 0: what the directory found free
};

}  // namespace doline
