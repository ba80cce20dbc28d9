#include "function/aggregate_function.h"

#include "column/column_builder.h"

namespace doline {

void AggregateFunction::run(std::span<const Column> arguments, uint32_t begin, uint32_t end,
                            const uint64_t* passing, std::byte* state, Arena& arena,
                            ColumnBuilder& out) const {
  BufferRef list = Buffer::allocate((end - begin) * sizeof(uint16_t));
  for (uint32_t row = begin; row < end; ++row)
    list->as<uint16_t>()[row - begin] = static_cast<uint16_t>(row);
  const Selection rows = Selection::of(std::move(list), end - begin);
  for (uint32_t row = begin; row < end; ++row) {
    if (!passing || test_bit(passing, row))
      update_one(arguments, rows.slice(row - begin, 1), state, arena);
    result({&state, 1}, out);
  }
}

}  // namespace doline
