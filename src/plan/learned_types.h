#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/error.h"
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

  /// A column became a text, which people are to be told: it is not what most of its values are.
  struct Loss {
    std::string column;
    std::string told;  // a sentence that names the file, the line and the value; empty: no loss
  };

  /// `source` names what was sniffed, its version included, so that a changed file is new.
  void widen(const std::string& source, const std::string& column, TypeRef type, Loss loss = {},
             Merge merge = &wider_type);
  /// Null where nothing was learned.
  TypeRef find(const std::string& source, const std::string& column) const;
  /// Rises whenever widen() changed something: what was bound before is worth another try.
  uint64_t version() const;
  /// What is told of the columns that became texts after that version, in the order of finding.
  std::vector<std::string> losses_since(uint64_t version) const;

 private:
  static constexpr size_t kMostColumns = 100'000;
  static constexpr size_t kMostLosses = 100;

  struct KnownLoss {
    std::string source;
    Loss loss;
    uint64_t version;
  };

  mutable Mutex mutex_;
  std::map<std::pair<std::string, std::string>, TypeRef> types_ GUARDED_BY(mutex_);
  std::deque<KnownLoss> losses_ GUARDED_BY(mutex_);  // the newest ones
  uint64_t version_ GUARDED_BY(mutex_) = 0;
};

/// The error of a statement that was bound again, with a note for every column that became a text
/// since it first ran.
Error with_losses(Error error, const LearnedTypes& learned, uint64_t version);

}  // namespace doline
