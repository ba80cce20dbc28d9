#include "table/stored_rows.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>

#include "column/column_builder.h"

namespace doline {
namespace {

/// Rows of a number and its text.
StoredChunkRef chunk_of(int64_t first, uint32_t rows) {
  ColumnBuilder numbers(Type::int64()), texts(Type::varchar());
  for (uint32_t row = 0; row < rows; ++row) {
    numbers.append(first + row);
    texts.append_text(fmt::format("the text of row {}", first + row));
  }
  return std::make_shared<StoredChunk>(Chunk({numbers.seal(), texts.seal()}, rows));
}

/// The chunk without the rows at places of which `goes` says so.
template <class Goes>
StoredChunkRef without(const StoredChunk& chunk, Goes&& goes) {
  BufferRef alive = Buffer::allocate_zeroed(words_for_bits(chunk.kept_count()) * 8);
  chunk.alive_rows().for_each([&](uint32_t row) {
    if (!goes(chunk.place_of(row))) set_bit(alive->as<uint64_t>(), row);
  });
  return chunk.without_dead(std::move(alive));
}

/// The places of rows that are there; each has to have the values of its number.
std::vector<uint32_t> places(const StoredChunk& chunk, int64_t first) {
  std::vector<uint32_t> found;
  const uint32_t both[] = {0, 1};
  const std::vector<Column> columns = chunk.read(both);
  chunk.alive_rows().for_each([&](uint32_t row) {
    const uint32_t place = chunk.place_of(row);
    EXPECT_EQ(chunk.find(place), row);
    EXPECT_EQ(columns[0].value<int64_t>(row), first + place);
    EXPECT_EQ(columns[1].text(row), fmt::format("the text of row {}", first + place));
    found.push_back(place);
  });
  EXPECT_EQ(found.size(), chunk.alive_count());
  return found;
}

TEST(StoredRows, RowsThatAreDeletedGoOnceTheyAreHalf) {
  const StoredChunkRef whole = chunk_of(0, kChunkRows);
  const StoredChunkRef most = without(*whole, [](uint32_t place) { return place % 3 == 0; });
  EXPECT_EQ(most->compacted(), nullptr);
  EXPECT_EQ(most->kept_count(), kChunkRows);
  const StoredChunkRef few = without(*most, [](uint32_t place) { return place % 3 == 1; });
  const StoredChunkRef compact = few->compacted();
  ASSERT_NE(compact, nullptr);
  EXPECT_EQ(compact->kept_count(), kChunkRows / 3);
  EXPECT_EQ(compact->place_count(), kChunkRows);
  EXPECT_EQ(places(*compact, 0), places(*few, 0));
  EXPECT_EQ(compact->find(0), std::nullopt);
  EXPECT_EQ(compact->find(kChunkRows), std::nullopt);
  // Again, from places on.
  const StoredChunkRef last = without(*compact, [](uint32_t place) { return place != 1001; });
  EXPECT_EQ(places(*last->compacted(), 0), std::vector<uint32_t>{1001});
  const StoredChunkRef none = without(*last, [](uint32_t) { return true; });
  EXPECT_EQ(none->kept_count(), 0U);
  EXPECT_EQ(none->compacted(), nullptr);
  EXPECT_EQ(none->find(1001), std::nullopt);
}

TEST(StoredRows, ASegmentOfWhatIsLeftHasFewChunks) {
  Segment segment;
  constexpr uint32_t kChunks = 60;
  for (uint32_t i = 0; i < kChunks; ++i) {
    StoredChunkRef chunk = chunk_of(i * kChunkRows, kChunkRows);
    // Every seventh chunk is gone, every eleventh whole.
    if (i % 11 != 0) {
      chunk = without(*chunk, [&](uint32_t place) { return i % 7 == 0 || place % 100 != i; });
      if (const StoredChunkRef compact = chunk->compacted()) chunk = compact;
    }
    segment.add(chunk);
  }
  const SegmentRef fewer = packed(segment);
  ASSERT_NE(fewer, nullptr);
  EXPECT_EQ(fewer->place_count, segment.place_count);
  EXPECT_EQ(fewer->alive_count, segment.alive_count);
  EXPECT_LT(fewer->chunks.size(), 20U);
  const auto rows = [](const Segment& of) {
    std::vector<uint32_t> all;
    for (size_t i = 0; i < of.chunks.size(); ++i) {
      EXPECT_LE(of.chunks[i]->kept_count(), kChunkRows);
      for (uint32_t place : places(*of.chunks[i], of.begins[i])) {
        all.push_back(of.begins[i] + place);
        EXPECT_EQ(of.chunk_of(all.back()), i);
      }
    }
    return all;
  };
  EXPECT_EQ(rows(*fewer), rows(segment));
  EXPECT_EQ(packed(*fewer), nullptr);
}

TEST(StoredRows, ChunksThatAreWholeAreLeftAlone) {
  Segment segment;
  for (uint32_t i = 0; i < 30; ++i) segment.add(chunk_of(i * kChunkRows, kChunkRows));
  EXPECT_EQ(packed(segment), nullptr);
}

TEST(StoredRows, WhatIsWrittenToDiskIsChargedToNobody) {
  ColumnBuilder lists(Type::list(Type::int64()));
  for (int64_t row = 0; row < kChunkRows; ++row) {
    for (int64_t i = 0; i < 10; ++i) lists.child().append(row * i);
    lists.finish_list();
  }
  const StoredChunk chunk(Chunk({lists.seal()}, kChunkRows));
  class Kept final : public SpillWriter {
   public:
    SpillExtent write(std::span<const std::byte> bytes) override {
      bytes_.assign(bytes.begin(), bytes.end());
      return {0, bytes.size()};
    }
    void read(SpillExtent, std::span<std::byte> into) override {
      std::copy(bytes_.begin(), bytes_.end(), into.begin());
    }
    uint64_t written_bytes() const noexcept override { return bytes_.size(); }

   private:
    std::vector<std::byte> bytes_;
  };
  const SpillWriterRef file = make_ref<Kept>();
  const BudgetRef full = Budget::create("full", Budget::process(), 0);
  {
    const BudgetScope scope(*full);
    chunk.spill(file);
  }
  EXPECT_FALSE(chunk.has_rows_in_memory());
  const uint32_t first[] = {0};
  const Column read = chunk.read(first)[0];
  EXPECT_EQ(Value::of(read, 3).to_string(), "[0, 3, 6, 9, 12, 15, 18, 21, 24, 27]");
}

}  // namespace
}  // namespace doline
