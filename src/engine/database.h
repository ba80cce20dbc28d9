#pragma once

#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/thread_safety.h"
#include "column/row_set.h"
#include "engine/program_functions.h"
#include "io/access_policy.h"
#include "io/spill_file.h"
#include "plan/table.h"
#include "table/table_samples.h"

namespace doline {

/// What goes by a name: one state of a table, or a view.
struct NamedThing {
  std::string name;  // as written
  TableRef table;    // null: a view
  std::string view;

  bool is_same(const NamedThing& other) const {
    return table.get() == other.table.get() && view == other.view && name == other.name;
  }
};

/// Everything there is, by lower-case name. Immutable once shared: a commit puts another in its
/// place.
using Names = std::map<std::string, NamedThing>;
using NamesRef = std::shared_ptr<const Names>;  // shared by the database and who looks at it

/// What sessions share: tables, views and the spill directory. Thread-safe.
///
/// Transactions see the names and rows there were when they began, and what they did themselves.
/// Who writes a row or makes a name first keeps the others from it until he ends; who began before
/// he committed is kept from it for good. So commits meet no conflicts but over tables that are
/// gone, and two transactions that change different rows of a table both commit.
class Database {
 public:
  explicit Database(AccessPolicy policy) : policy_(std::move(policy)) {}

  /// What was committed last.
  NamesRef names() const;

  /// What an open transaction wrote, and, as long as others are open that began before it
  /// committed, what a committed one wrote, or several did.
  struct Writes {
    uint64_t begun_at = 0;      // commits it sees
    uint64_t committed_at = 0;  // 0: open
    std::set<std::string> names;
    std::map<uint64_t, RowSet> rows;  // by table
  };
  struct Snapshot {
    NamesRef names;
    std::shared_ptr<Writes> writes;  // changed through the database alone
  };
  Snapshot begin();
  /// Error(kConflict) where another transaction was there first.
  void claim_name(Writes& writes, const std::string& name, const std::string& shown);
  void claim_rows(Writes& writes, uint64_t table, RowSet rows, const std::string& shown);
  /// Puts `wanted(what is committed)` in the place of what is committed; null changes nothing.
  /// Commits wait for each other.
  void commit(const std::shared_ptr<Writes>& writes,
              const std::function<NamesRef(const Names& newest)>& wanted);
  /// Without effect on what was committed.
  void end(const std::shared_ptr<Writes>& writes) noexcept;

  const AccessPolicy& policy() const { return policy_; }
  Ref<SpillDirectory> spill_directory(const Settings& settings);
  TableSamples& samples() { return samples_; }
  ProgramFunctions& functions() { return functions_; }

 private:
  /// Forgets what no open transaction can run into any more.
  void forget() REQUIRES(mutex_);
  /// What was committed since the last open transaction began is in the way of all that are open,
  /// and of none that will be: it may be one, however many commits it was.
  void put_together() REQUIRES(mutex_);
  bool is_in_the_way(const Writes& theirs, const Writes& mine) const REQUIRES(mutex_);

  const AccessPolicy policy_;
  Mutex commit_mutex_;  // taken before mutex_
  mutable Mutex mutex_;
  NamesRef names_ GUARDED_BY(mutex_) = std::make_shared<const Names>();
  uint64_t commits_ GUARDED_BY(mutex_) = 0;
  std::list<std::shared_ptr<Writes>> writes_ GUARDED_BY(mutex_);
  Ref<SpillDirectory> spill_ GUARDED_BY(mutex_);
  std::string spill_parent_ GUARDED_BY(mutex_);
  uint64_t spill_most_ GUARDED_BY(mutex_) = 0;  // as set; 0: what the directory found free
  TableSamples samples_;
  ProgramFunctions functions_;
};

}  // namespace doline
