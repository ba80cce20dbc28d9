#pragma once

#include <map>
#include <string>

#include "base/thread_safety.h"
#include "column/type.h"

namespace doline {

/// The narrowest type that keeps the values of both: numbers with numbers, dates with timestamps,
/// VARCHAR for all else.
TypeRef wider_type(TypeRef a, TypeRef b);

/// What readers learned about columns whose type was guessed from the begin of a file: a later
/// value contradicted the guess. A session keeps it, so that the query that met the value can be
/// bound again and later ones are right at once. Thread-safe.
///
/// A reader that meets such a value calls widen() and then throws the Error that tells of it; the
/// session starts the query over where nothing of it has left yet (Query, StatementRunner). Whoever
/// opens the file the next time asks find() and takes that type instead of its guess.
class LearnedTypes {
 public:
  /// How two contradicting values' types go together; null when none does better than the second.
  using Merge = TypeRef (*)(TypeRef, TypeRef);

  /// `source` names what was sniffed, its version included, so that a changed file is new.
  void widen(const std::string& source, const std::string& column, TypeRef type,
             Merge merge = &wider_type);
  /// Null where nothing was learned.
  TypeRef find(const std::string& source, const std::string& column) const;
  /// Rises whenever widen() changed something: what was bound before is worth another try.
  uint64_t version() const;

 private:
  static constexpr size_t kMostColumns = 100'000;

  mutable Mutex mutex_;
  std::map<std::pair<std::string, std::string>, TypeRef> types_ GUARDED_BY(mutex_);
  uint64_t version_ GUARDED_BY(mutex_) = 0;
};

}  // namespace doline
