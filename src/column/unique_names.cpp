#include "column/unique_names.h"

#include <fmt/format.h>

#include <unordered_map>

#include "base/ascii.h"

namespace doline {

std::vector<std::string> unique_names(std::vector<std::string> names) {
  // By lower-case name: the number that another of this name may get. A column in a thousand of
  // one name must not try the numbers of all before it.
  std::unordered_map<std::string, size_t> taken;
  for (std::string& name : names) {
    const auto [first, is_new] = taken.emplace(ascii_lower(name), 1);
    if (is_new) continue;
    size_t& number = first->second;  // stays where it is when others come
    const std::string wished = name;
    do {
      name = fmt::format("{}_{}", wished, number++);
    } while (!taken.emplace(ascii_lower(name), 1).second);
  }
  return names;
}

}  // namespace doline
