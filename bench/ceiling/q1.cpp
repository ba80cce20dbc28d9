#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/int128.h"
#include "column/string_view.h"
#include "parquet_table.h"

namespace doline::ceiling {

namespace {

struct Sums {
  int64_t quantity = 0, price = 0, discounted = 0, charged = 0, discount = 0, count = 0;
};
struct Totals {
  int128_t quantity = 0, price = 0, discounted = 0, charged = 0, discount = 0, count = 0;
};
using Groups = std::map<std::pair<std::string, std::string>, Totals>;

}  // namespace

/// TPC-H Q1: l_shipdate <= DATE '1998-09-02', grouped by l_returnflag, l_linestatus.
Answer run_q1(const Options& options) {
  Answer answer;
  const ParquetTable lineitem(options.directory + "/lineitem.parquet");
  const int32_t last = days_of(1998, 9, 2);
  std::vector<Groups> results(options.threads);
  for_each_morsel(lineitem, options, answer.phases, [&](const Morsel& morsel, size_t thread) {
    const auto open = [&](const char* name) { return lineitem.open(morsel, name); };
    FilterColumn<int32_t> dates(open("l_shipdate"), [=](int32_t d) { return d <= last; });
    CodeColumn flags(open("l_returnflag")), statuses(open("l_linestatus"));
    ValueColumn<int64_t> quantities(open("l_quantity")), prices(open("l_extendedprice")),
        discounts(open("l_discount")), taxes(open("l_tax"));
    const size_t n = options.chunk_rows;
    std::vector<uint32_t> rows(n + 1), flag(n), status(n);
    std::vector<int64_t> quantity(n), price(n), discount(n), tax(n);
    std::vector<Sums> sums(size_t{flags.size()} * statuses.size());
    for (size_t begin = morsel.begin; begin < morsel.end; begin += n) {
      const size_t span = std::min(n, morsel.end - begin);
      const size_t count = dates.select(0, span, rows.data());
      flags.read(span, flag.data());
      statuses.read(span, status.data());
      quantities.read(span, quantity.data());
      prices.read(span, price.data());
      discounts.read(span, discount.data());
      taxes.read(span, tax.data());
      phases().enter(Phase::kAggregate);
      const uint32_t width = statuses.size();
      for (size_t i = 0; i < count; ++i) {
        const uint32_t row = rows[i];
        Sums& group = sums[flag[row] * width + status[row]];
        const int64_t discounted = price[row] * (100 - discount[row]);
        group.quantity += quantity[row];
        group.price += price[row];
        group.discounted += discounted;
        group.charged += discounted * (100 + tax[row]);
        group.discount += discount[row];
        group.count += 1;
      }
    }
    for (uint32_t code = 0; code < sums.size(); ++code) {
      const Sums& sum = sums[code];
      if (sum.count == 0) continue;
      const auto text = [](const CodeColumn& column, uint32_t key) {
        return std::string(column.values<StringView>()[key].view());
      };
      Totals& total = results[thread][{text(flags, code / statuses.size()),
                                       text(statuses, code % statuses.size())}];
      total.quantity += sum.quantity;
      total.price += sum.price;
      total.discounted += sum.discounted;
      total.charged += sum.charged;
      total.discount += sum.discount;
      total.count += sum.count;
    }
  });
  Groups all;
  for (const Groups& result : results) {
    for (const auto& [key, sum] : result) {
      Totals& total = all[key];
      total.quantity += sum.quantity;
      total.price += sum.price;
      total.discounted += sum.discounted;
      total.charged += sum.charged;
      total.discount += sum.discount;
      total.count += sum.count;
    }
  }
  for (const auto& [key, sum] : all) {
    const auto average = [&](int128_t value) {
      return static_cast<double>(value) / static_cast<double>(sum.count) / 100;
    };
    answer.rows.push_back(fmt::format(
        "{}|{}|{}|{}|{}|{}|{:.10g}|{:.10g}|{:.10g}|{}", key.first, key.second,
        decimal_text(sum.quantity, 2), decimal_text(sum.price, 2), decimal_text(sum.discounted, 4),
        decimal_text(sum.charged, 6), average(sum.quantity), average(sum.price),
        average(sum.discount), to_string(sum.count)));
  }
  return answer;
}

}  // namespace doline::ceiling
