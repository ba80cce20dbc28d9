#include "rows/row_pages.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "column/column_builder.h"
#include "column/value.h"
#include "kernel/compare.h"
#include "memory_spill.h"

namespace doline {
namespace {

TypeRef nested_type() {
  return Type::list(Type::structure({{"name", Type::varchar()}, {"score", Type::float64()}}));
}

/// Every kind of width and shape a row can hold, with NULLs, short and long texts.
std::vector<TypeRef> many_types() {
  return {Type::boolean(), Type::int8(),    Type::varchar(),  Type::hugeint(), Type::uint16(),
          nested_type(),   Type::float64(), Type::interval(), Type::blob(),    Type::int32()};
}

Value random_value(TypeRef type, Random& random) {
  if (random.below(5) == 0) return Value::null(type);
  const PhysicalType physical = type->physical();
  if (physical == PhysicalType::kBool) return Value::boolean(random.below(2) == 1);
  if (physical == PhysicalType::kDouble) return Value::real(random.unit());
  if (physical == PhysicalType::kString) {
    std::string text(random.below(4) == 0 ? random.below(3000) : random.below(20), 'a');
    for (char& c : text) c = static_cast<char>('a' + random.below(26));
    return Value(type, std::move(text));
  }
  if (physical == PhysicalType::kInterval) {
    return Value(type, Interval{static_cast<int32_t>(random.below(9)), 3,
                                static_cast<int64_t>(random.below(99))});
  }
  if (physical == PhysicalType::kList) {
    std::vector<Value> items(random.below(4), Value());
    for (Value& item : items) {
      item = Value::nested(type->element(), {random_value(Type::varchar(), random),
                                             random_value(Type::float64(), random)});
    }
    return Value::nested(type, std::move(items));
  }
  return Value::integer(type, static_cast<int128_t>(random.below(100)));
}

Chunk random_chunk(const std::vector<TypeRef>& types, uint32_t rows, Random& random) {
  std::vector<Column> columns;
  for (TypeRef type : types) {
    ColumnBuilder builder(type, rows);
    for (uint32_t row = 0; row < rows; ++row) builder.append_value(random_value(type, random));
    columns.push_back(builder.seal());
  }
  return Chunk(std::move(columns), rows);
}

void expect_same_row(const Chunk& expected, uint32_t expected_row, const Chunk& got, uint32_t row) {
  for (size_t column = 0; column < expected.columns.size(); ++column) {
    ASSERT_TRUE(rows_equal(expected.columns[column], expected_row, got.columns[column], row))
        << "column " << column << ": "
        << Value::of(expected.columns[column], expected_row).to_string() << " became "
        << Value::of(got.columns[column], row).to_string();
  }
}

TEST(RowPages, GivesBackWhatWasAppended) {
  Random random(1);
  const auto layout = RowLayout::create(many_types());
  RowPages pages(layout, Budget::process());
  std::vector<Chunk> chunks;
  std::vector<std::byte*> places;
  for (int i = 0; i < 6; ++i) {
    chunks.push_back(random_chunk(many_types(), 1500, random));
    std::byte* rows[kChunkRows];
    pages.append(chunks.back(), nullptr, rows);
    places.insert(places.end(), rows, rows + 1500);
  }
  EXPECT_EQ(pages.row_count(), 9000U);
  for (size_t chunk = 0; chunk < chunks.size(); ++chunk) {
    for (const PinRef& pin : {pages.pin(), PinRef()}) {
      std::vector<Column> columns;
      for (size_t column = 0; column < many_types().size(); ++column) {
        columns.push_back(gather_column(*layout, column, places.data() + chunk * 1500, 1500, pin));
      }
      const Chunk got(std::move(columns), 1500);
      for (uint32_t row = 0; row < 1500; ++row) expect_same_row(chunks[chunk], row, got, row);
    }
  }
}

TEST(RowPages, TakesTheActiveRowsOfAnyEncoding) {
  ColumnBuilder words(Type::varchar());
  words.append_text("one");
  words.append_text("a word longer than twelve bytes");
  const auto dictionary = make_ref<const Dictionary>(words.seal(), true);
  BufferRef codes = Buffer::allocate(6 * sizeof(uint32_t));
  for (uint32_t i = 0; i < 6; ++i) codes->as<uint32_t>()[i] = i % 2;
  Chunk chunk({Column::dictionary(Type::varchar(), 6, codes, dictionary),
               Value::integer(7).to_column(6), Column::null(Type::varchar(), 6)},
              6);
  const uint64_t bits = 0b101110;
  chunk.active = Selection::from_bits(&bits, 6);
  const auto layout = RowLayout::create({Type::varchar(), Type::int64(), Type::varchar()});
  RowPages pages(layout, Budget::process());
  pages.append(chunk);
  const Chunk got = gather_page(*layout, pages.pages()[0], 0, 4);
  const Chunk expected = chunk.dense();
  for (uint32_t row = 0; row < 4; ++row) expect_same_row(expected, row, got, row);
}

TEST(RowPages, SpilledPagesReadBackEqualAndChargeTheirBudget) {
  Random random(2);
  const BudgetRef budget = Budget::create("test", Budget::process());
  const auto layout = RowLayout::create(
      many_types(),
      {.stores_hash = true, .initial_states = std::vector<std::byte>(24, std::byte{7})});
  RowPages pages(layout, *budget);
  std::vector<Chunk> chunks;
  std::vector<uint64_t> hashes(1000);
  for (uint64_t& hash : hashes) hash = random.next();
  for (int i = 0; i < 5; ++i) {
    chunks.push_back(random_chunk(many_types(), 1000, random));
    pages.append(chunks.back(), hashes.data());
  }
  EXPECT_GT(budget->used_bytes(), 0U);
  MemorySpill spill;
  const std::vector<SpilledPage> spilled = pages.spill(spill);
  EXPECT_EQ(budget->used_bytes(), 0U);
  EXPECT_EQ(pages.row_count(), 0U);
  uint32_t at = 0;
  for (const SpilledPage& one : spilled) {
    const RowPageRef page = RowPages::read_back(one, *layout, spill, *budget);
    for (uint32_t begin = 0; begin < page->size(); begin += 500) {
      const uint32_t count = std::min<uint32_t>(500, page->size() - begin);
      const Chunk got = gather_page(*layout, page, begin, count);
      for (uint32_t row = 0; row < count; ++row, ++at) {
        expect_same_row(chunks[at / 1000], at % 1000, got, row);
        EXPECT_EQ(stored_hash(page->row(begin + row)), hashes[at % 1000]);
        EXPECT_EQ(page->row(begin + row)[layout->state_offset() + 23], std::byte{7});
      }
    }
  }
  EXPECT_EQ(at, 5000U);
  EXPECT_EQ(budget->used_bytes(), 0U);
}

/// A spill file on a disk that is full after some blocks.
class SmallSpill final : public SpillWriter {
 public:
  SpillExtent write(std::span<const std::byte> block) override {
    if (++written_ > 2) throw Error(ErrorCode::kDiskLimit, "full");
    return {0, block.size()};
  }
  void read(SpillExtent, std::span<std::byte>) override {}
  uint64_t written_bytes() const noexcept override { return 0; }

 private:
  int written_ = 0;
};

// Symptom: the disk was full for a task that made room with another one's rows; the other one went
// on and met pages that were gone.
TEST(RowPages, WhatADiskHasNoRoomForStaysWhole) {
  Random random(3);
  const BudgetRef budget = Budget::create("test", Budget::process());
  const auto layout = RowLayout::create(many_types());
  RowPages pages(layout, *budget);
  const Chunk chunk = random_chunk(many_types(), 1000, random);
  for (int i = 0; i < 5; ++i) pages.append(chunk);
  const size_t count = pages.pages().size();
  ASSERT_GT(count, 3U);
  SmallSpill full;
  EXPECT_THROW(pages.spill(full), Error);
  EXPECT_EQ(pages.pages().size(), count - 2);
  EXPECT_EQ(pages.held_bytes(), budget->used_bytes());
  const uint64_t left = pages.row_count();
  EXPECT_GT(left, 0U);
  EXPECT_LT(left, 5000U);
  pages.append(chunk);
  EXPECT_EQ(pages.row_count(), left + 1000);
}

TEST(RowPages, RefusesADamagedPage) {
  const auto layout = RowLayout::create({Type::varchar()});
  ColumnBuilder builder(Type::varchar());
  for (int i = 0; i < 10; ++i)
    builder.append_text("a text that lies in the heap of its page " + std::to_string(i));
  RowPages pages(layout, Budget::process());
  pages.append(Chunk({builder.seal()}, 10));
  MemorySpill spill;
  const SpilledPage page = pages.spill(spill)[0];
  // A count, how it is packed, sizes, the packed bytes' begin: each leads outside the page when
  // changed.
  for (size_t position : {size_t{0}, size_t{4}, size_t{8}, size_t{16}, size_t{24}}) {
    MemorySpill damaged = spill;
    damaged.bytes[position] ^= std::byte{0xF0};
    EXPECT_THROW(RowPages::read_back(page, *layout, damaged, Budget::process()), Error) << position;
  }
  EXPECT_NO_THROW(RowPages::read_back(page, *layout, spill, Budget::process()));
}

TEST(RowPages, CopiedRowsOutliveTheirSource) {
  Random random(3);
  const auto layout = RowLayout::create(many_types());
  RowPages copies(layout, Budget::process());
  Chunk chunk = random_chunk(many_types(), 300, random);
  {
    RowPages source(layout, Budget::process());
    std::byte* rows[kChunkRows];
    source.append(chunk, nullptr, rows);
    for (uint32_t i = 0; i < 300; ++i) copies.append_row(rows[i]);
  }
  std::vector<const std::byte*> rows;
  for (const auto& page : copies.pages()) {
    for (uint32_t i = 0; i < page->size(); ++i) rows.push_back(page->row(i));
  }
  std::vector<Column> columns;
  for (size_t column = 0; column < many_types().size(); ++column) {
    columns.push_back(gather_column(*layout, column, rows.data(), 300));
  }
  const Chunk got(std::move(columns), 300);
  for (uint32_t row = 0; row < 300; ++row) expect_same_row(chunk, row, got, row);
}

TEST(RowPages, TheNullRowIsNullInEveryColumn) {
  const auto layout = RowLayout::create(many_types());
  const std::byte* row = layout->null_row();
  for (size_t column = 0; column < many_types().size(); ++column) {
    EXPECT_TRUE(gather_column(*layout, column, &row, 1).is_null(0)) << column;
  }
}

}  // namespace
}  // namespace doline
