#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/thread_safety.h"
#include "function/program_function.h"

namespace doline {

/// The functions that the program brought to a database, by their names. Doline's own come first:
/// none of theirs can be taken. Thread-safe.
class ProgramFunctions {
 public:
  /// Error(kAlreadyExists) where the name is taken.
  void add(ProgramFunctionRef function);
  /// False when there is none. Queries that call it keep it.
  bool remove(const std::string& name);
  /// Null when there is none. `name` in lower case.
  ProgramFunctionRef find(const std::string& name) const;
  /// By their names.
  std::vector<ProgramFunctionRef> all() const;

 private:
  mutable Mutex mutex_;
  std::map<std::string, ProgramFunctionRef> by_name_ GUARDED_BY(mutex_);
};

}  // namespace doline
