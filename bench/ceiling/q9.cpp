#include <algorithm>
#include <bit>

#include "base/bits.h"
#include "base/error.h"
#include "base/int128.h"
#include "column/string_view.h"
#include "kernel/string_search.h"
#include "parquet_table.h"

namespace doline::ceiling {

namespace {

/// A set of part keys: a bit a key, and the rank of each word's first, so that a member's place
/// among the members is one population count away.
class PartSet {
 public:
  explicit PartSet(int64_t greatest) : bits_(words_for_bits(static_cast<size_t>(greatest) + 1)) {}
  void insert(int64_t key) { set_bit(bits_.data(), static_cast<size_t>(key)); }
  void rank_all() {
    ranks_.resize(bits_.size());
    for (size_t word = 0; word < bits_.size(); ++word) {
      ranks_[word] = size_;
      size_ += static_cast<uint32_t>(std::popcount(bits_[word]));
    }
  }
  bool has(int64_t key) const {
    return static_cast<uint64_t>(key) < bits_.size() * 64 &&
           test_bit(bits_.data(), static_cast<size_t>(key));
  }
  uint32_t rank(int64_t key) const {
    const auto at = static_cast<size_t>(key);
    return ranks_[at / 64] +
           static_cast<uint32_t>(std::popcount(bits_[at / 64] & low_mask(at % 64)));
  }
  uint32_t size() const { return size_; }

 private:
  std::vector<uint64_t> bits_;
  std::vector<uint32_t> ranks_;
  uint32_t size_ = 0;
};

PartSet green_parts(const Options& options, double (&total)[kPhases]) {
  const ParquetTable part(options.directory + "/part.parquet");
  const Needle green("green");
  const std::vector<int64_t> keys = keys_where(
      part, "p_name", [&](const StringView& name) { return green.in(name.view()); }, "p_partkey",
      options, total);
  PartSet parts(part.greatest_key("p_partkey"));
  for (const int64_t key : keys) parts.insert(key);
  parts.rank_all();
  return parts;
}

/// nations[s_suppkey]; kNobody where there is no such supplier.
constexpr uint8_t kNobody = 0xFF;
std::vector<uint8_t> nations_of_suppliers(const Options& options, double (&total)[kPhases]) {
  const ParquetTable supplier(options.directory + "/supplier.parquet");
  std::vector<uint8_t> nations(static_cast<size_t>(supplier.greatest_key("s_suppkey")) + 1,
                               kNobody);
  for_each_morsel(supplier, options, total, [&](const Morsel& morsel, size_t) {
    const size_t count = morsel.end - morsel.begin;
    std::vector<int64_t> key(count), nation(count);
    ValueColumn<int64_t>(supplier.open(morsel, "s_suppkey")).read(count, key.data());
    ValueColumn<int64_t>(supplier.open(morsel, "s_nationkey")).read(count, nation.data());
    phases().enter(Phase::kBuild);
    for (size_t i = 0; i < count; ++i)
      nations[static_cast<size_t>(key[i])] = static_cast<uint8_t>(nation[i]);
  });
  return nations;
}

struct Supply {
  int64_t cost = 0;
  uint32_t supplier = 0;
  uint32_t nation = 0;
};

/// What partsupp says about the parts of a set, with the supplier's nation: the supplies of the
/// part of rank r lie at [starts[r], starts[r + 1]). Four a part in these data: a cache line.
struct Supplies {
  std::vector<uint32_t> starts;
  BufferRef memory;
};

Supplies supplies_of(const PartSet& parts, const std::vector<uint8_t>& nations,
                     const Options& options, double (&total)[kPhases]) {
  struct Found {
    uint32_t rank;
    Supply supply;
  };
  const ParquetTable partsupp(options.directory + "/partsupp.parquet");
  std::vector<std::vector<Found>> found(options.threads);
  for_each_morsel(partsupp, options, total, [&](const Morsel& morsel, size_t thread) {
    FilterColumn<int64_t> part_keys(partsupp.open(morsel, "ps_partkey"),
                                    [&](int64_t key) { return parts.has(key); });
    ValueColumn<int64_t> suppliers(partsupp.open(morsel, "ps_suppkey")),
        costs(partsupp.open(morsel, "ps_supplycost"));
    const size_t n = options.chunk_rows;
    std::vector<uint32_t> rows(n + 1);
    std::vector<int64_t> part(n + 1), supplier(n), cost(n);
    for (size_t begin = morsel.begin; begin < morsel.end; begin += n) {
      const size_t span = std::min(n, morsel.end - begin);
      const auto base = static_cast<uint32_t>(begin);
      const size_t count = part_keys.select(base, span, rows.data(), part.data());
      suppliers.read_at(rows.data(), count, base, span, supplier.data());
      costs.read_at(rows.data(), count, base, span, cost.data());
      phases().enter(Phase::kBuild);
      for (size_t i = 0; i < count; ++i) {
        const auto key = static_cast<uint32_t>(supplier[i]);
        if (key >= nations.size() || nations[key] == kNobody) continue;
        found[thread].push_back({parts.rank(part[i]), {cost[i], key, nations[key]}});
      }
    }
  });
  const auto start = std::chrono::steady_clock::now();
  Supplies all;
  all.starts.resize(parts.size() + 2);
  size_t count = 0;
  for (const auto& some : found) {
    count += some.size();
    for (const Found& one : some) ++all.starts[one.rank + 2];
  }
  for (size_t i = 2; i < all.starts.size(); ++i) all.starts[i] += all.starts[i - 1];
  all.memory = Buffer::allocate(count * sizeof(Supply));
  auto* const supplies = all.memory->as<Supply>();
  for (const auto& some : found) {
    for (const Found& one : some) supplies[all.starts[one.rank + 1]++] = one.supply;
  }
  total[static_cast<size_t>(Phase::kBuild)] +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return all;
}

/// years[o_orderkey] = year - kFirstYear + 1, 0 where there is no such order: a dense array over
/// the range of keys, of which a quarter is used.
constexpr int kFirstYear = 1900;
BufferRef years_of_orders(int64_t greatest, const ParquetTable& orders, const Options& options,
                          double (&total)[kPhases]) {
  BufferRef years = Buffer::allocate_zeroed(static_cast<size_t>(greatest) + 1);
  auto* const out = years->as<uint8_t>();
  for_each_morsel(orders, options, total, [&](const Morsel& morsel, size_t) {
    ValueColumn<int64_t> keys(orders.open(morsel, "o_orderkey"));
    MappedColumn<int32_t, uint8_t> dates(orders.open(morsel, "o_orderdate"), [](int32_t days) {
      return static_cast<uint8_t>(civil_of(days).year - kFirstYear + 1);
    });
    const size_t n = options.chunk_rows;
    std::vector<int64_t> key(n);
    std::vector<uint8_t> year(n);
    for (size_t begin = morsel.begin; begin < morsel.end; begin += n) {
      const size_t span = std::min(n, morsel.end - begin);
      keys.read(span, key.data());
      dates.read(span, year.data());
      phases().enter(Phase::kBuild);
      for (size_t i = 0; i < span; ++i) out[key[i]] = year[i];
    }
  });
  return years;
}

constexpr size_t kNations = 32, kYears = 256;
struct Profit {
  int64_t ten_thousandths = 0;
  int64_t items = 0;
};
using Profits = std::vector<Profit>;  // [nation][year]

std::vector<std::string> names_of_nations(const Options& options, double (&total)[kPhases]) {
  const ParquetTable nation(options.directory + "/nation.parquet");
  std::vector<std::string> names(kNations);
  for_each_morsel(nation, options, total, [&](const Morsel& morsel, size_t) {
    const size_t count = morsel.end - morsel.begin;
    std::vector<int64_t> key(count);
    std::vector<StringView> name(count);
    ValueColumn<StringView> texts(nation.open(morsel, "n_name"));
    ValueColumn<int64_t>(nation.open(morsel, "n_nationkey")).read(count, key.data());
    texts.read(count, name.data());
    for (size_t i = 0; i < count; ++i) names[static_cast<size_t>(key[i])] = name[i].view();
  });
  return names;
}

}  // namespace

/// TPC-H Q9: the profit on parts whose name holds "green", by nation of the supplier and year of
/// the order. The rare part is looked for first; suppliers are joined to partsupp, the smaller
/// side, so that an item is looked up twice: its part's supplies and its order's year.
Answer run_q9(const Options& options) {
  Answer answer;
  const PartSet parts = green_parts(options, answer.phases);
  const Supplies supplies =
      supplies_of(parts, nations_of_suppliers(options, answer.phases), options, answer.phases);
  const ParquetTable orders(options.directory + "/orders.parquet");
  const auto greatest_order = static_cast<uint64_t>(orders.greatest_key("o_orderkey"));
  const BufferRef year_memory =
      years_of_orders(static_cast<int64_t>(greatest_order), orders, options, answer.phases);
  const auto* const years = year_memory->as<uint8_t>();

  const ParquetTable lineitem(options.directory + "/lineitem.parquet");
  std::vector<Profits> profits(options.threads, Profits(kNations * kYears));
  for_each_morsel(lineitem, options, answer.phases, [&](const Morsel& morsel, size_t thread) {
    const auto open = [&](const char* name) { return lineitem.open(morsel, name); };
    FilterColumn<int64_t> part_keys(open("l_partkey"), [&](int64_t key) { return parts.has(key); });
    ValueColumn<int64_t> suppliers(open("l_suppkey")), order_keys(open("l_orderkey")),
        quantities(open("l_quantity")), prices(open("l_extendedprice")),
        discounts(open("l_discount"));
    const size_t n = options.chunk_rows;
    std::vector<uint32_t> rows(n + 1), starts(n), ends(n);
    std::vector<int64_t> part(n + 1), supplier(n), order(n), quantity(n), price(n), discount(n);
    Profits& sums = profits[thread];
    const auto* const all = supplies.memory->as<Supply>();
    for (size_t begin = morsel.begin; begin < morsel.end; begin += n) {
      const size_t span = std::min(n, morsel.end - begin);
      const auto base = static_cast<uint32_t>(begin);
      const size_t count = part_keys.select(base, span, rows.data(), part.data());
      // The look-ups of supplies are on their way while the other columns are decoded.
      phases().enter(Phase::kProbe);
      for (size_t i = 0; i < count; ++i) {
        const uint32_t rank = parts.rank(part[i]);
        starts[i] = supplies.starts[rank];
        ends[i] = supplies.starts[rank + 1];
        __builtin_prefetch(all + starts[i]);
      }
      order_keys.read_at(rows.data(), count, base, span, order.data());
      suppliers.read_at(rows.data(), count, base, span, supplier.data());
      quantities.read_at(rows.data(), count, base, span, quantity.data());
      prices.read_at(rows.data(), count, base, span, price.data());
      discounts.read_at(rows.data(), count, base, span, discount.data());
      phases().enter(Phase::kProbe);
      for (size_t i = 0; i < count; ++i) {
        const auto key = static_cast<uint64_t>(order[i]);
        const uint8_t year = key <= greatest_order ? years[key] : uint8_t{0};
        if (year == 0) continue;
        for (uint32_t at = starts[i]; at < ends[i]; ++at) {
          if (all[at].supplier != supplier[i]) continue;
          Profit& profit = sums[all[at].nation * kYears + year];
          profit.ten_thousandths += price[i] * (100 - discount[i]) - all[at].cost * quantity[i];
          ++profit.items;
        }
      }
    }
  });

  const std::vector<std::string> names = names_of_nations(options, answer.phases);
  std::vector<size_t> order(kNations);
  for (size_t i = 0; i < kNations; ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return names[a] < names[b]; });
  for (const size_t nation : order) {
    for (size_t year = kYears; year-- > 1;) {
      int128_t sum = 0;
      int64_t items = 0;
      for (const Profits& some : profits) {
        sum += some[nation * kYears + year].ten_thousandths;
        items += some[nation * kYears + year].items;
      }
      if (items == 0) continue;
      answer.rows.push_back(fmt::format("{}|{}|{}", names[nation],
                                        kFirstYear + static_cast<int>(year) - 1,
                                        decimal_text(sum, 4)));
    }
  }
  return answer;
}

}  // namespace doline::ceiling
