#include "plan/query_context.h"

#include "base/assert.h"
#include "base/error.h"

namespace doline {

void QueryContext::check_cancelled() const {
  if (is_cancelled()) throw Error(ErrorCode::kCancelled, "the query was cancelled");
}

const AccessPolicy& QueryContext::access_policy() const {
  ASSERT(access != nullptr);
  return *access;
}

}  // namespace doline
