#include "engine/program_functions.h"

#include "base/ascii.h"
#include "base/error.h"
#include "function/registry.h"
#include "table/table_function.h"

namespace doline {

void ProgramFunctions::add(ProgramFunctionRef function) {
  const std::string name = function->declaration().name;
  const FunctionRegistry& registry = FunctionRegistry::instance();
  if (registry.scalar(name) || registry.aggregate(name) || find_table_function(name)) {
    throw Error(ErrorCode::kAlreadyExists, "{} is a function of Doline's own", name)
        .hint("give yours another name");
  }
  MutexLock lock(mutex_);
  // Looked for before it is moved: the refused one is let go by the program's code, not in the
  // lock.
  if (by_name_.contains(name)) {
    throw Error(ErrorCode::kAlreadyExists, "there is a function {} already", name)
        .hint("remove that one first");
  }
  by_name_.emplace(name, std::move(function));
}

bool ProgramFunctions::remove(const std::string& name) {
  ProgramFunctionRef removed;  // what it holds may be let go by the program's code: not in the lock
  MutexLock lock(mutex_);
  const auto found = by_name_.find(ascii_lower(name));
  if (found == by_name_.end()) return false;
  removed = std::move(found->second);
  by_name_.erase(found);
  return true;
}

ProgramFunctionRef ProgramFunctions::find(const std::string& name) const {
  MutexLock lock(mutex_);
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

std::vector<ProgramFunctionRef> ProgramFunctions::all() const {
  MutexLock lock(mutex_);
  std::vector<ProgramFunctionRef> functions;
  for (const auto& [name, function] : by_name_) functions.push_back(function);
  return functions;
}

}  // namespace doline
