#include "exec/sort/entry_sort.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

namespace doline {

namespace {

constexpr size_t kFew = 24;
constexpr uint32_t kMostBits = 12;

void insertion_sort(SortEntry* entries, size_t count) {
  for (size_t i = 1; i < count; ++i) {
    const SortEntry entry = entries[i];
    size_t at = i;
    for (; at > 0 && entries[at - 1].word > entry.word; --at) entries[at] = entries[at - 1];
    entries[at] = entry;
  }
}

/// Sorts `from`; the outcome lies in `to` if `moves`, else in `from`. Digits are cut from the
/// range the words really span, so that shared leading bits cost nothing.
void radix_sort(SortEntry* from, SortEntry* to, size_t count, bool moves) {
  const auto keep = [&] {
    if (moves) std::memcpy(static_cast<void*>(to), from, count * sizeof(SortEntry));
  };
  if (count <= kFew) {
    insertion_sort(from, count);
    return keep();
  }
  uint64_t least = from[0].word;
  uint64_t greatest = least;
  bool sorted = true;
  uint64_t last = least;
  for (size_t i = 1; i < count; ++i) {
    const uint64_t word = from[i].word;
    sorted &= last <= word;
    last = word;
    least = std::min(least, word);
    greatest = std::max(greatest, word);
  }
  if (sorted) return keep();
  const auto span_bits = static_cast<uint32_t>(std::bit_width(greatest - least));
  const uint32_t wanted =
      std::clamp<uint32_t>(static_cast<uint32_t>(std::bit_width(count)) - 2, 4, kMostBits);
  const uint32_t shift = span_bits > wanted ? span_bits - wanted : 0;
  const size_t bins = static_cast<size_t>((greatest - least) >> shift) + 1;
  uint32_t stack_ends[257];
  std::vector<uint32_t> heap_ends;
  uint32_t* ends = stack_ends;
  if (bins > 256) {
    heap_ends.resize(bins + 1);
    ends = heap_ends.data();
  } else {
    std::memset(stack_ends, 0, (bins + 1) * sizeof(uint32_t));
  }
  for (size_t i = 0; i < count; ++i) ++ends[((from[i].word - least) >> shift) + 1];
  for (size_t bin = 1; bin <= bins; ++bin) ends[bin] += ends[bin - 1];
  // From here on ends[bin] is where the bin's next entry goes, in the end where the bin ends.
  for (size_t i = 0; i < count; ++i) to[ends[(from[i].word - least) >> shift]++] = from[i];
  size_t begin = 0;
  for (size_t bin = 0; bin < bins; ++bin) {
    const size_t size = ends[bin] - begin;
    if (size > 1 && shift > 0) {
      radix_sort(to + begin, from + begin, size, !moves);
    } else if (!moves) {
      for (size_t i = begin; i < begin + size; ++i) from[i] = to[i];
    }
    begin += size;
  }
}

}  // namespace

void sort_by_word(std::span<SortEntry> entries, std::span<SortEntry> scratch) {
  if (entries.size() > 1) radix_sort(entries.data(), scratch.data(), entries.size(), false);
}

void sort_entries(const KeyWords& words, std::span<SortEntry> entries, std::span<SortEntry> scratch,
                  KeyLevel level, size_t columns, const QueryContext& context) {
  struct Group {
    size_t begin;
    size_t end;
    KeyLevel level;
  };
  std::vector<Group> groups;  // their words are not read yet
  size_t since_check = 0;
  const auto settle = [&](size_t begin, size_t end, KeyLevel at) {
    sort_by_word(entries.subspan(begin, end - begin), scratch.subspan(begin, end - begin));
    for (size_t first = begin; first < end;) {
      size_t last = first + 1;
      while (last < end && entries[last].word == entries[first].word) ++last;
      if (last - first > 1) {
        const KeyLevel next = words.next(at, entries[first].word);
        if (!KeyWords::is_end(next, columns)) {
          if (last - first <= 16) {
            // Their rows will be read soon.
            for (size_t i = first; i < last; ++i) __builtin_prefetch(entries[i].row);
          }
          groups.push_back({first, last, next});
        }
      }
      first = last;
    }
  };
  settle(0, entries.size(), level);
  while (!groups.empty()) {
    const Group group = groups.back();
    groups.pop_back();
    since_check += group.end - group.begin;
    if (since_check > size_t{1} << 16) {
      context.check_cancelled();
      since_check = 0;
    }
    if (group.end - group.begin <= 8) {
      // Few rows are compared as a whole: a long text they share is then read once.
      for (size_t i = group.begin + 1; i < group.end; ++i) {
        const SortEntry entry = entries[i];
        size_t at = i;
        for (; at > group.begin &&
               words.compare(entry.row, words, entries[at - 1].row, group.level, columns) < 0;
             --at) {
          entries[at] = entries[at - 1];
        }
        entries[at] = entry;
      }
      continue;
    }
    words.fill(group.level, entries.subspan(group.begin, group.end - group.begin));
    settle(group.begin, group.end, group.level);
  }
}

}  // namespace doline
