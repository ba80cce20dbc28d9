#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "doline/doline.hpp"

namespace doline_adbc {

// Schemas and arrays made here. Every node owns what it points at, so that a consumer may move a
// child out and release it by itself, as Arrow lets it.

using Array = doline::detail::ArrowOwner<ArrowArray>;
using Bytes = std::vector<std::byte>;

/// What a node of a schema says of itself.
struct Field {
  std::string name;
  std::string format;
  int64_t flags = ARROW_FLAG_NULLABLE;
  std::string metadata;  // as Arrow encodes it; empty for none
};

doline::Schema make_schema(Field field, std::vector<doline::Schema> children = {});
/// The same columns once more, below a root of that name.
doline::Schema copy_of(const ArrowSchema& schema, std::string name);
doline::Schema copy_of(const ArrowSchema& schema);
/// Names and types, as a text that is equal for equal schemas.
std::string shape_of(const ArrowSchema& schema);

/// No NULLs are counted: an array without a bitmap, or of no rows.
Array make_array(int64_t length, std::vector<std::optional<Bytes>> buffers,
                 std::vector<Array> children = {});
Array owned(ArrowArray array);

/// A list of what can only be moved.
template <class... Nodes>
auto nodes(Nodes... given) {
  std::vector<std::common_type_t<Nodes...>> list;
  list.reserve(sizeof...(given));
  (list.push_back(std::move(given)), ...);
  return list;
}

}  // namespace doline_adbc
