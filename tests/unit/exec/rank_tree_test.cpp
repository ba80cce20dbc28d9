#include "exec/window/rank_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "base/random.h"

namespace doline {
namespace {

ChargedVector<uint32_t> numbers_below(Random& random, size_t count, uint64_t bound) {
  ChargedVector<uint32_t> numbers(count);
  for (uint32_t& number : numbers) number = static_cast<uint32_t>(random.below(bound));
  return numbers;
}

TEST(RankTree, CountsAndSelectsAsASortedCopyDoes) {
  Random random(5);
  for (const size_t count : {0, 1, 2, 63, 64, 65, 1000, 5000}) {
    for (const uint64_t bound : {1, 2, 3, 64, 1000, 100000}) {
      const ChargedVector<uint32_t> numbers = numbers_below(random, count, bound);
      ChargedVector<uint32_t> used = numbers;
      RankTree tree;
      tree.build(used, bound);
      for (int round = 0; round < 50; ++round) {
        uint64_t cuts[4];
        for (uint64_t& cut : cuts) cut = random.below(count + 1);
        std::sort(std::begin(cuts), std::end(cuts));
        const RowRange places[2] = {{cuts[0], cuts[1]}, {cuts[2], cuts[3]}};
        std::vector<uint32_t> inside;
        for (const RowRange& range : places) {
          const auto begin = numbers.begin();
          inside.insert(inside.end(), begin + static_cast<ptrdiff_t>(range.begin),
                        begin + static_cast<ptrdiff_t>(range.end));
        }
        std::sort(inside.begin(), inside.end());
        const uint64_t border = random.below(bound + 2);
        const auto below = static_cast<uint64_t>(std::count_if(
            inside.begin(), inside.end(), [&](uint32_t number) { return number < border; }));
        EXPECT_EQ(tree.count_below(places[0].begin, places[0].end, border) +
                      tree.count_below(places[1].begin, places[1].end, border),
                  below);
        if (inside.empty()) continue;
        const uint64_t k = random.below(inside.size());
        EXPECT_EQ(tree.select(places, k), inside[k]);
      }
    }
  }
}

TEST(PlaceSet, SelectsAsASortedSetDoes) {
  Random random(6);
  for (const uint64_t size : {1, 64, 100, 4096, 5000, 300000}) {
    PlaceSet places;
    places.reset(size);
    std::set<uint64_t> expected;
    for (int round = 0; round < 300; ++round) {
      const uint64_t place = random.below(size);
      if (expected.insert(place).second) {
        places.add(place);
      } else {
        places.remove(place);
        expected.erase(place);
      }
      ASSERT_EQ(places.size(), expected.size());
      if (expected.empty()) continue;
      const uint64_t k = random.below(expected.size());
      EXPECT_EQ(places.select(k), *std::next(expected.begin(), static_cast<ptrdiff_t>(k)));
    }
  }
}

}  // namespace
}  // namespace doline
