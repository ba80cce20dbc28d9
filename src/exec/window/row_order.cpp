#include "exec/window/row_order.h"

#include <algorithm>

#include "base/cancellation.h"
#include "column/physical.h"
#include "kernel/compare.h"

namespace doline {

namespace {

template <class T>
struct Valued {
  T value;
  uint32_t row;
};

template <class T>
bool is_less(const T& a, const T& b) {
  if constexpr (std::is_floating_point_v<T>) {
    return compare_floats(a, b) < 0;
  } else {
    return a < b;
  }
}

/// Numbers are moved beside their rows: sorting looks at memory that lies together.
template <class T>
void order_numbers(const Column& column, bool descending, std::span<uint32_t> rows) {
  const T* values = column.values<T>();
  ChargedVector<Valued<T>> pairs(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) pairs[i] = {values[rows[i]], rows[i]};
  CancellationPoll poll;
  const auto before = [&](const Valued<T>& a, const Valued<T>& b) {
    poll.add(1);
    if (is_less(a.value, b.value)) return !descending;
    if (is_less(b.value, a.value)) return descending;
    return a.row < b.row;
  };
  std::sort(pairs.begin(), pairs.end(), before);
  for (size_t i = 0; i < rows.size(); ++i) rows[i] = pairs[i].row;
}

int compare_key(const OrderKey& key, uint32_t a, uint32_t b) {
  const bool a_null = key.values.is_null(a);
  const bool b_null = key.values.is_null(b);
  if (a_null || b_null) {
    if (a_null == b_null) return 0;
    return a_null == key.nulls_first ? -1 : 1;
  }
  const int order = compare_rows(key.values, a, key.values, b);
  return key.descending ? -order : order;
}

}  // namespace

void order_rows(std::span<const OrderKey> keys, ChargedVector<uint32_t>& rows) {
  const PhysicalType physical =
      keys.size() == 1 ? keys[0].values.physical() : PhysicalType::kStruct;
  const bool is_number = physical != PhysicalType::kBool && physical != PhysicalType::kString &&
                         physical != PhysicalType::kInterval && physical != PhysicalType::kList &&
                         physical != PhysicalType::kStruct;
  if (is_number) {
    const Column& values = keys[0].values;
    std::span<uint32_t> numbers(rows);
    if (values.validity()) {
      // NULLs apart, in their order.
      ChargedVector<uint32_t> nulls;
      std::erase_if(rows, [&](uint32_t row) {
        if (values.is_null(row)) nulls.push_back(row);
        return values.is_null(row);
      });
      const bool first = keys[0].nulls_first;
      const size_t count = rows.size();
      rows.insert(first ? rows.begin() : rows.end(), nulls.begin(), nulls.end());
      numbers = std::span<uint32_t>(rows).subspan(first ? nulls.size() : 0, count);
    }
    return dispatch_numeric(
        physical, [&]<class T>() { order_numbers<T>(values, keys[0].descending, numbers); });
  }
  CancellationPoll poll;
  std::sort(rows.begin(), rows.end(), [&](uint32_t a, uint32_t b) {
    poll.add(8);
    for (const OrderKey& key : keys) {
      if (const int order = compare_key(key, a, b)) return order < 0;
    }
    return a < b;
  });
}

bool keys_agree(std::span<const OrderKey> keys, uint32_t a, uint32_t b) {
  return std::all_of(keys.begin(), keys.end(),
                     [&](const OrderKey& key) { return rows_equal(key.values, a, key.values, b); });
}

}  // namespace doline
