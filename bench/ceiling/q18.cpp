#include <algorithm>
#include <unordered_map>

#include "base/bits.h"
#include "base/error.h"
#include "column/string_view.h"
#include "parquet_table.h"

namespace doline::ceiling {

namespace {

constexpr int64_t kLargeQuantity = 30'000;  // hundredths

struct LargeOrder {
  int64_t key = 0;
  int64_t quantity = 0;  // of its items, hundredths
  int64_t customer = 0, total_price = 0;
  int32_t date = 0;
  bool found = false;  // in orders
  std::string customer_name;
};

/// Of each row group the keys that no other row group can hold, from the footer's bounds: nearly
/// all of them where the file is written in the key's order.
std::vector<KeyRange> own_keys(const ParquetTable& table, std::string_view column) {
  const size_t groups = table.metadata().row_groups.size();
  std::vector<std::pair<KeyRange, size_t>> ranges;
  for (size_t group = 0; group < groups; ++group)
    ranges.emplace_back(table.keys_of(group, column), group);
  std::sort(ranges.begin(), ranges.end(),
            [](const auto& a, const auto& b) { return a.first.least < b.first.least; });
  std::vector<KeyRange> own(groups);
  int64_t reached = INT64_MIN;  // by the groups before
  for (size_t i = 0; i < groups; ++i) {
    const KeyRange range = ranges[i].first;
    own[ranges[i].second] = {
        reached == INT64_MIN ? range.least : std::max(range.least, reached + 1),
        i + 1 < groups ? std::min(range.greatest, ranges[i + 1].first.least - 1) : range.greatest};
    reached = std::max(reached, range.greatest);
  }
  return own;
}

/// The orders of more than 300 items, by key. An item is added up under its order's dictionary
/// code, so that sums lie in a small array; keys that other row groups may hold as well wait in
/// a hash table.
std::vector<LargeOrder> large_orders(const Options& options, double (&total)[kPhases]) {
  const ParquetTable lineitem(options.directory + "/lineitem.parquet");
  const std::vector<KeyRange> own = own_keys(lineitem, "l_orderkey");
  std::vector<std::vector<LargeOrder>> found(options.threads);
  std::vector<std::unordered_map<int64_t, int64_t>> shared(options.threads);
  for_each_morsel(lineitem, options, total, [&](const Morsel& morsel, size_t thread) {
    CodeColumn orders(lineitem.open(morsel, "l_orderkey"));
    ValueColumn<int64_t> quantities(lineitem.open(morsel, "l_quantity"));
    const size_t n = options.chunk_rows;
    std::vector<uint32_t> code(n);
    std::vector<int64_t> quantity(n), sums(orders.size());
    for (size_t begin = morsel.begin; begin < morsel.end; begin += n) {
      const size_t span = std::min(n, morsel.end - begin);
      orders.read(span, code.data());
      quantities.read(span, quantity.data());
      phases().enter(Phase::kAggregate);
      for (size_t i = 0; i < span; ++i) sums[code[i]] += quantity[i];
    }
    phases().enter(Phase::kFilter);
    const int64_t* const keys = orders.values<int64_t>();
    const KeyRange range = own[morsel.group];
    const bool whole_group =
        morsel.end - morsel.begin ==
        static_cast<size_t>(lineitem.metadata().row_groups[morsel.group].row_count);
    for (size_t i = 0; i < sums.size(); ++i) {
      if (!whole_group || keys[i] < range.least || keys[i] > range.greatest) {
        if (sums[i] > 0) shared[thread][keys[i]] += sums[i];
      } else if (sums[i] > kLargeQuantity) {
        found[thread].push_back({.key = keys[i], .quantity = sums[i]});
      }
    }
  });
  std::vector<LargeOrder> all;
  for (const auto& some : found) all.insert(all.end(), some.begin(), some.end());
  for (size_t thread = 1; thread < shared.size(); ++thread) {
    for (const auto& [key, sum] : shared[thread]) shared[0][key] += sum;
  }
  for (const auto& [key, sum] : shared[0]) {
    if (sum > kLargeQuantity) all.push_back({.key = key, .quantity = sum});
  }
  std::sort(all.begin(), all.end(),
            [](const LargeOrder& a, const LargeOrder& b) { return a.key < b.key; });
  return all;
}

/// A few keys among many: one bit of 2^16 answers nearly every look-up from the first cache.
class FewKeys {
 public:
  void insert(int64_t key) { set_bit(bits_, bit(key)); }
  bool may_have(int64_t key) const { return test_bit(bits_, bit(key)); }

 private:
  static size_t bit(int64_t key) {
    return (static_cast<uint64_t>(key) * 0x9e3779b97f4a7c15ULL) >> 48;
  }
  uint64_t bits_[1024] = {};
};

/// Customer, date and price of the large orders; those that are not in orders go.
void look_up_orders(std::vector<LargeOrder>& large, const Options& options,
                    double (&total)[kPhases]) {
  const ParquetTable orders(options.directory + "/orders.parquet");
  FewKeys wanted;
  for (const LargeOrder& order : large) wanted.insert(order.key);
  const auto place = [&](int64_t key) {
    const auto at =
        std::lower_bound(large.begin(), large.end(), key,
                         [](const LargeOrder& order, int64_t k) { return order.key < k; });
    return at != large.end() && at->key == key ? &*at : nullptr;
  };
  for_each_morsel(orders, options, total, [&](const Morsel& morsel, size_t) {
    const auto open = [&](const char* name) { return orders.open(morsel, name); };
    FilterColumn<int64_t> order_keys(open("o_orderkey"), [&](int64_t key) {
      return wanted.may_have(key) && place(key) != nullptr;
    });
    std::vector<uint32_t> rows(morsel.end - morsel.begin + 1);
    std::vector<int64_t> key(rows.size());
    size_t count = 0;
    const size_t n = options.chunk_rows;
    for (size_t begin = morsel.begin; begin < morsel.end; begin += n) {
      count += order_keys.select(static_cast<uint32_t>(begin), std::min(n, morsel.end - begin),
                                 rows.data() + count, key.data() + count);
    }
    if (count == 0) return;
    std::vector<int64_t> customer(count), price(count);
    std::vector<int32_t> date(count);
    const auto base = static_cast<uint32_t>(morsel.begin);
    const size_t span = morsel.end - morsel.begin;
    ValueColumn<int64_t>(open("o_custkey"))
        .read_at(rows.data(), count, base, span, customer.data());
    ValueColumn<int32_t>(open("o_orderdate")).read_at(rows.data(), count, base, span, date.data());
    ValueColumn<int64_t>(open("o_totalprice"))
        .read_at(rows.data(), count, base, span, price.data());
    for (size_t i = 0; i < count; ++i) {
      LargeOrder& order = *place(key[i]);  // keys of orders are unique: no other thread has it
      order.customer = customer[i];
      order.date = date[i];
      order.total_price = price[i];
      order.found = true;
    }
  });
  std::erase_if(large, [](const LargeOrder& order) { return !order.found; });
}

void look_up_customers(std::vector<LargeOrder>& large, const Options& options,
                       double (&total)[kPhases]) {
  const ParquetTable customers(options.directory + "/customer.parquet");
  FewKeys wanted;
  for (const LargeOrder& order : large) wanted.insert(order.customer);
  std::vector<std::vector<std::pair<int64_t, std::string>>> found(options.threads);
  for_each_morsel(customers, options, total, [&](const Morsel& morsel, size_t thread) {
    FilterColumn<int64_t> keys(customers.open(morsel, "c_custkey"),
                               [&](int64_t key) { return wanted.may_have(key); });
    ValueColumn<StringView> names(customers.open(morsel, "c_name"));
    const size_t n = options.chunk_rows;
    std::vector<uint32_t> rows(n + 1);
    std::vector<int64_t> key(n + 1);
    std::vector<StringView> name(n);
    for (size_t begin = morsel.begin; begin < morsel.end; begin += n) {
      const size_t span = std::min(n, morsel.end - begin);
      const auto base = static_cast<uint32_t>(begin);
      const size_t count = keys.select(base, span, rows.data(), key.data());
      names.read_at(rows.data(), count, base, span, name.data());
      for (size_t i = 0; i < count; ++i) found[thread].emplace_back(key[i], name[i].view());
    }
  });
  std::unordered_map<int64_t, std::string> names;
  for (auto& some : found) names.insert(some.begin(), some.end());
  std::erase_if(large, [&](LargeOrder& order) {
    const auto at = names.find(order.customer);
    if (at != names.end()) order.customer_name = at->second;
    return at == names.end();
  });
}

}  // namespace

/// TPC-H Q18: orders of more than 300 items, with their customers. The sums are the condition's
/// own: lineitem is read once.
Answer run_q18(const Options& options) {
  Answer answer;
  std::vector<LargeOrder> large = large_orders(options, answer.phases);
  look_up_orders(large, options, answer.phases);
  look_up_customers(large, options, answer.phases);
  std::sort(large.begin(), large.end(), [](const LargeOrder& a, const LargeOrder& b) {
    return a.total_price != b.total_price ? a.total_price > b.total_price : a.date < b.date;
  });
  large.resize(std::min<size_t>(100, large.size()));
  for (const LargeOrder& order : large) {
    answer.rows.push_back(fmt::format(
        "{}|{}|{}|{}|{}|{}", order.customer_name, order.customer, order.key, date_text(order.date),
        decimal_text(order.total_price, 2), decimal_text(order.quantity, 2)));
  }
  return answer;
}

}  // namespace doline::ceiling
