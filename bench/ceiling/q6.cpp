#include "base/int128.h"
#include "parquet_table.h"

namespace doline::ceiling {

/// SELECT sum(l_extendedprice * l_discount) FROM lineitem WHERE l_shipdate >= DATE '1994-01-01'
/// AND l_shipdate < DATE '1995-01-01' AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24
Answer run_q6(const Options& options) {
  Answer answer;
  const ParquetTable lineitem(options.directory + "/lineitem.parquet");
  const int32_t from = days_of(1994, 1, 1), to = days_of(1995, 1, 1);
  std::vector<int128_t> sums(options.threads);
  for_each_morsel(lineitem, options, answer.phases, [&](const Morsel& morsel, size_t thread) {
    FilterColumn<int32_t> dates(lineitem.open(morsel, "l_shipdate"),
                                [=](int32_t d) { return d >= from && d < to; });
    FilterColumn<int64_t> discounts(lineitem.open(morsel, "l_discount"),
                                    [](int64_t d) { return d >= 5 && d <= 7; });
    FilterColumn<int64_t> quantities(lineitem.open(morsel, "l_quantity"),
                                     [](int64_t q) { return q < 2400; });
    ValueColumn<int64_t> prices(lineitem.open(morsel, "l_extendedprice"));
    std::vector<uint32_t> rows(options.chunk_rows + 1);
    std::vector<int64_t> price_values(options.chunk_rows), rate_values(options.chunk_rows);
    int64_t sum = 0;
    for (size_t begin = morsel.begin; begin < morsel.end; begin += options.chunk_rows) {
      const size_t span = std::min(options.chunk_rows, morsel.end - begin);
      const auto base = static_cast<uint32_t>(begin);
      size_t count = dates.select(base, span, rows.data());
      count = quantities.select_at(rows.data(), count, base, span);
      count = discounts.select_at(rows.data(), count, base, span, rate_values.data());
      prices.read_at(rows.data(), count, base, span, price_values.data());
      phases().enter(Phase::kAggregate);
      for (size_t i = 0; i < count; ++i) sum += price_values[i] * rate_values[i];
    }
    sums[thread] += sum;
  });
  int128_t total = 0;
  for (const int128_t sum : sums) total += sum;
  answer.rows.push_back(decimal_text(total, 4));
  return answer;
}

}  // namespace doline::ceiling
