#include "call.h"

#include "failure.h"

namespace doline_adbc {

namespace {

thread_local const Call::Scope* innermost = nullptr;

}  // namespace

Call::Scope::Scope(const Call& call) : call_(call), outer_(innermost) { innermost = this; }
Call::Scope::~Scope() { innermost = outer_; }

int Call::is_unwanted(void*) {
  for (const Scope* at = innermost; at; at = at->outer_)
    if (at->call_.is_cancelled_) return 1;
  return 0;
}

void Call::cancel() {
  is_cancelled_ = true;
  if (const auto running = query()) running->cancel();
}

void Call::require_wanted() const {
  if (is_cancelled_) throw Failure(ADBC_STATUS_CANCELLED, "57014", "the statement was cancelled");
}

void Call::set_query(std::shared_ptr<doline::Query> query) {
  const auto given = query;
  {
    const std::lock_guard lock(mutex_);
    query_.swap(query);
  }
  if (is_cancelled_) given->cancel();
}

std::shared_ptr<doline::Query> Call::query() const {
  const std::lock_guard lock(mutex_);
  return query_;
}

double Call::progress() const {
  const auto running = query();
  return running ? running->progress().share : 0.0;
}

}  // namespace doline_adbc
