#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/database.h"
#include "plan/query_context.h"

namespace doline {

/// What one session sees of its database between BEGIN and COMMIT, or for one statement, and what
/// it did meanwhile. Begins where something is looked up for the first time. Rolled back by its
/// end. Used by its session's thread, and by that of the query it works on; fail() by any.
class Transaction final : public ChangeLog {
 public:
  Transaction(std::shared_ptr<Database> database, bool read_only)
      : database_(std::move(database)), read_only_(read_only) {}
  ~Transaction() override;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// What may the new thing take the place of?
  enum class Replace : uint8_t { kNothing, kSameKind, kAnything };

  /// With its own changes.
  NamesRef names();
  /// Error(kTransaction) where it may only read.
  void require_writable() const;
  /// False: the name is taken.
  bool put(NamedThing thing, Replace replace);
  /// False when there is none of that kind.
  bool drop(const std::string& name, bool is_table);
  /// A drop of the old name, and the thing under its new one; false: that is taken.
  bool rename(const std::string& old_name, NamedThing thing);
  void changed(TableRef after, RowSet written) override;

  bool has_changes() const { return !touched_.empty(); }
  /// Error(kConflict) where a table that it changed is gone or another; it then did nothing.
  void commit(QueryContext& context);

  void fail() noexcept { failed_.store(true); }
  bool has_failed() const { return failed_.load(); }

 private:
  void begin();
  NamesRef merged(const Names& newest, QueryContext& context) const;
  void set(const std::string& key, std::optional<NamedThing> thing);

  const std::shared_ptr<Database> database_;  // shared by sessions
  const bool read_only_;
  NamesRef begun_with_;  // null: not begun
  NamesRef names_;
  std::set<std::string> touched_;
  std::shared_ptr<Database::Writes> writes_;
  std::atomic<bool> failed_{false};
  std::set<std::string> moved_;  // of those touched: their things go on under another name
};

TableRef find_table(const Names& names, const std::string& name);
std::optional<std::string> find_view(const Names& names, const std::string& name);

}  // namespace doline
