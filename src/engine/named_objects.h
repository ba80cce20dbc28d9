#pragma once

#include <vector>

#include "table/table_function.h"

namespace doline {

class Session;

/// The tables and views that the session sees: tables, and then views, each behind those it reads.
std::vector<NamedObject> named_objects(Session& session);

}  // namespace doline
