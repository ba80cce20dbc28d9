#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace doline {

/// The query of a view that is always there: of the schema information_schema, or of none as
/// sqlite_master, where no table and no view of the user has that name.
std::optional<std::string> system_view(std::string_view schema, std::string_view name);

}  // namespace doline
