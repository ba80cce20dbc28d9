#include "exec/sort/sort_shape.h"

namespace doline {

SortShape::SortShape(std::vector<TypeRef> its_types, const std::vector<SortOrder>& orders,
                     const std::vector<int>& key_columns)
    : types(std::move(its_types)), carried(CarriedRows::create(types, orders, key_columns)) {
  std::vector<TypeRef> columns = types;
  std::vector<TypeRef> boundary;
  std::vector<uint32_t> boundary_keys;
  for (uint32_t i = 0; i < orders.size(); ++i) {
    const bool nested = orders[i].type->is_nested();
    uint32_t column = static_cast<uint32_t>(columns.size());
    if (key_columns[i] >= 0 && !nested) {
      column = static_cast<uint32_t>(key_columns[i]);
    } else {
      columns.push_back(nested ? Type::blob() : orders[i].type);
      own_keys.push_back(i);
      is_nested_key.push_back(nested);
    }
    boundary_columns.push_back(column);
    boundary.push_back(columns[column]);
    boundary_keys.push_back(i);
  }
  const auto place = static_cast<uint32_t>(columns.size());
  columns.push_back(Type::uint64());
  boundary_columns.push_back(place);
  boundary.push_back(Type::uint64());
  std::vector<uint32_t> keys(boundary_columns.begin(), boundary_columns.end() - 1);
  layout = RowLayout::create(std::move(columns));
  boundary_layout = RowLayout::create(std::move(boundary));
  words_of.emplace_back(layout, orders, std::move(keys), place);
  words_of.emplace_back(boundary_layout, orders, std::move(boundary_keys),
                        static_cast<uint32_t>(orders.size()));
}

const std::byte* SortShape::copy_boundary(const std::byte* row, RowPages& into) const {
  std::vector<Column> columns;
  for (const uint32_t column : boundary_columns)
    columns.push_back(gather_column(*layout, column, &row, 1));
  std::byte* copy = nullptr;
  into.append(columns, nullptr, 1, nullptr, &copy);
  return copy;
}

}  // namespace doline
