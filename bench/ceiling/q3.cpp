#include <algorithm>
#include <atomic>
#include <bit>

#include "base/bits.h"
#include "base/error.h"
#include "base/hash.h"
#include "column/string_view.h"
#include "parquet_table.h"

namespace doline::ceiling {

namespace {

struct Order {
  int64_t key;
  int32_t date, priority;
};

/// Open addressing over the kept orders, with a bloom filter of one bit a key before it. Built by
/// one thread after all orders are known, so that it has its final size at once.
class OrderTable {
 public:
  explicit OrderTable(std::vector<Order> orders) : orders_(std::move(orders)) {
    const size_t slots = std::bit_ceil(orders_.size() * 2 + 16);
    slots_ = Buffer::allocate(slots * sizeof(uint32_t));
    std::memset(slots_->data(), 0xFF, slots * sizeof(uint32_t));
    bloom_ = Buffer::allocate_zeroed(slots);  // eight bits a slot
    mask_ = slots - 1;
    uint32_t* const table = slots_->as<uint32_t>();
    for (uint32_t i = 0; i < orders_.size(); ++i) {
      const uint64_t hash = hash_u64(static_cast<uint64_t>(orders_[i].key));
      size_t slot = hash & mask_;
      while (table[slot] != kEmpty) slot = (slot + 1) & mask_;
      table[slot] = i;
      set_bit(bloom_->as<uint64_t>(), bloom_bit(hash));
    }
  }

  static constexpr uint32_t kEmpty = ~0u;

  /// out[i] = the order of keys[i], or kEmpty. Hashing, the filter and the look-up are loops of
  /// their own, so that the misses of many keys overlap.
  void find(const int64_t* keys, size_t count, uint32_t* out) const {
    constexpr size_t kBatch = 256;
    uint64_t hashes[kBatch];
    uint16_t maybe[kBatch];
    const uint32_t* const table = slots_->as<uint32_t>();
    for (size_t begin = 0; begin < count; begin += kBatch) {
      const size_t here = std::min(kBatch, count - begin);
      for (size_t i = 0; i < here; ++i) {
        hashes[i] = hash_u64(static_cast<uint64_t>(keys[begin + i]));
        out[begin + i] = kEmpty;
      }
      size_t left = 0;
      for (size_t i = 0; i < here; ++i) {
        maybe[left] = static_cast<uint16_t>(i);
        left += test_bit(bloom_->as<uint64_t>(), bloom_bit(hashes[i]));
      }
      for (size_t i = 0; i < left; ++i) __builtin_prefetch(table + (hashes[maybe[i]] & mask_));
      for (size_t i = 0; i < left; ++i) {
        const int64_t key = keys[begin + maybe[i]];
        for (size_t slot = hashes[maybe[i]] & mask_; table[slot] != kEmpty;
             slot = (slot + 1) & mask_) {
          if (orders_[table[slot]].key != key) continue;
          out[begin + maybe[i]] = table[slot];
          break;
        }
      }
    }
  }
  const std::vector<Order>& orders() const { return orders_; }

 private:
  size_t bloom_bit(uint64_t hash) const { return (hash >> 20) & (mask_ * 8 + 7); }

  std::vector<Order> orders_;
  BufferRef slots_, bloom_;
  size_t mask_ = 0;
};

/// The customers of the segment, as bits over the range of keys.
std::vector<uint64_t> building_customers(const Options& options, double (&total)[kPhases]) {
  const ParquetTable customer(options.directory + "/customer.parquet");
  const std::vector<int64_t> keys = keys_where(
      customer, "c_mktsegment", [](const StringView& s) { return s.view() == "BUILDING"; },
      "c_custkey", options, total);
  std::vector<uint64_t> bits(
      words_for_bits(static_cast<size_t>(customer.greatest_key("c_custkey")) + 1));
  for (const int64_t key : keys) set_bit(bits.data(), static_cast<size_t>(key));
  return bits;
}

std::vector<Order> open_orders(const Options& options, int32_t date,
                               const std::vector<uint64_t>& customers, double (&total)[kPhases]) {
  const ParquetTable orders(options.directory + "/orders.parquet");
  std::vector<std::vector<Order>> found(options.threads);
  for_each_morsel(orders, options, total, [&](const Morsel& morsel, size_t thread) {
    const auto open = [&](const char* name) { return orders.open(morsel, name); };
    FilterColumn<int32_t> dates(open("o_orderdate"), [=](int32_t d) { return d < date; });
    ValueColumn<int64_t> customer_keys(open("o_custkey")), keys(open("o_orderkey"));
    ValueColumn<int32_t> date_values(open("o_orderdate")), priorities(open("o_shippriority"));
    const size_t n = options.chunk_rows;
    std::vector<uint32_t> rows(n + 1);
    std::vector<int64_t> customer(n), key(n);
    std::vector<int32_t> day(n), priority(n);
    for (size_t begin = morsel.begin; begin < morsel.end; begin += n) {
      const size_t span = std::min(n, morsel.end - begin);
      const auto base = static_cast<uint32_t>(begin);
      size_t count = dates.select(base, span, rows.data());
      customer_keys.read_at(rows.data(), count, base, span, customer.data());
      phases().enter(Phase::kProbe);
      size_t kept = 0;
      for (size_t i = 0; i < count; ++i) {
        const auto at = static_cast<size_t>(customer[i]);
        rows[kept] = rows[i];
        kept += at < customers.size() * 64 && test_bit(customers.data(), at);
      }
      count = kept;
      keys.read_at(rows.data(), count, base, span, key.data());
      date_values.read_at(rows.data(), count, base, span, day.data());
      priorities.read_at(rows.data(), count, base, span, priority.data());
      phases().enter(Phase::kBuild);
      for (size_t i = 0; i < count; ++i) found[thread].push_back({key[i], day[i], priority[i]});
    }
  });
  std::vector<Order> all = std::move(found[0]);
  for (size_t thread = 1; thread < found.size(); ++thread)
    all.insert(all.end(), found[thread].begin(), found[thread].end());
  return all;
}

}  // namespace

/// TPC-H Q3: customers of a segment, their orders before a date, the revenue of items shipped
/// after it, the ten greatest.
Answer run_q3(const Options& options) {
  Answer answer;
  const int32_t date = days_of(1995, 3, 15);
  const std::vector<uint64_t> customers = building_customers(options, answer.phases);
  std::vector<Order> open = open_orders(options, date, customers, answer.phases);
  const auto build_start = std::chrono::steady_clock::now();
  const OrderTable table(std::move(open));
  answer.phases[static_cast<size_t>(Phase::kBuild)] +=
      std::chrono::duration<double>(std::chrono::steady_clock::now() - build_start).count();
  const BufferRef revenue_memory = Buffer::allocate_zeroed(table.orders().size() * sizeof(int64_t));
  auto* const revenue = revenue_memory->as<std::atomic<int64_t>>();

  const ParquetTable lineitem(options.directory + "/lineitem.parquet");
  for_each_morsel(lineitem, options, answer.phases, [&](const Morsel& morsel, size_t) {
    const auto open_column = [&](const char* name) { return lineitem.open(morsel, name); };
    FilterColumn<int32_t> dates(open_column("l_shipdate"), [=](int32_t d) { return d > date; });
    parquet::FlatCursor keys = open_column("l_orderkey");
    ValueColumn<int64_t> prices(open_column("l_extendedprice")),
        discounts(open_column("l_discount"));
    // One look-up a distinct key: the items of an order share their code.
    std::vector<uint32_t> order_of_code;
    if (keys.dictionary()) {
      phases().enter(Phase::kProbe);
      order_of_code.resize(keys.dictionary()->size());
      table.find(keys.dictionary()->as<int64_t>(), order_of_code.size(), order_of_code.data());
    }
    const size_t n = options.chunk_rows;
    std::vector<uint32_t> rows(n + 1), order(n), codes(n);
    std::vector<int64_t> key(n), price(n), discount(n);
    for (size_t begin = morsel.begin; begin < morsel.end; begin += n) {
      const size_t span = std::min(n, morsel.end - begin);
      const auto base = static_cast<uint32_t>(begin);
      size_t count = dates.select(base, span, rows.data());
      size_t kept = 0;
      phases().enter(Phase::kDecode);
      for_each_stretch(keys, rows.data(), count, base, span,
                       [&](size_t first, size_t k, uint32_t start, size_t stretch) {
                         const bool by_code = keys.codes();
                         auto* const to = by_code ? reinterpret_cast<std::byte*>(codes.data())
                                                  : reinterpret_cast<std::byte*>(key.data());
                         keys.read_at(rows.data() + first, k, start, stretch, to, nullptr, 0);
                         phases().enter(Phase::kProbe);
                         if (by_code) {
                           for (size_t i = 0; i < k; ++i)
                             order[first + i] = order_of_code[codes[i]];
                         } else {
                           table.find(key.data(), k, order.data() + first);
                         }
                         for (size_t i = first; i < first + k; ++i) {
                           rows[kept] = rows[i];
                           order[kept] = order[i];
                           kept += order[i] != OrderTable::kEmpty;
                         }
                         phases().enter(Phase::kDecode);
                       });
      prices.read_at(rows.data(), kept, base, span, price.data());
      discounts.read_at(rows.data(), kept, base, span, discount.data());
      phases().enter(Phase::kAggregate);
      for (size_t i = 0; i < kept; ++i) {
        revenue[order[i]].fetch_add(price[i] * (100 - discount[i]), std::memory_order_relaxed);
      }
    }
  });

  std::vector<uint32_t> best;
  for (uint32_t i = 0; i < table.orders().size(); ++i) {
    if (revenue[i].load(std::memory_order_relaxed) != 0) best.push_back(i);
  }
  const auto before = [&](uint32_t a, uint32_t b) {
    const int64_t first = revenue[a], second = revenue[b];
    const Order &x = table.orders()[a], &y = table.orders()[b];
    return first != second ? first > second : x.date != y.date ? x.date < y.date : x.key < y.key;
  };
  const size_t take = std::min<size_t>(10, best.size());
  std::partial_sort(best.begin(), best.begin() + static_cast<ptrdiff_t>(take), best.end(), before);
  for (size_t i = 0; i < take; ++i) {
    const Order& o = table.orders()[best[i]];
    answer.rows.push_back(fmt::format("{}|{}|{}|{}", o.key,
                                      decimal_text(revenue[best[i]].load(), 4), date_text(o.date),
                                      o.priority));
  }
  return answer;
}

}  // namespace doline::ceiling
