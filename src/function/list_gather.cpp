#include "function/list_gather.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "kernel/compare.h"
#include "kernel/hash_column.h"

namespace doline {

ListGather::ListGather(TypeRef type, uint32_t rows)
    : type_(type),
      rows_(rows),
      entries_(Buffer::allocate_zeroed(size_t{rows} * sizeof(ListEntry))) {}

void ListGather::finish(uint32_t row) {
  if (elements_.size() >= UINT32_MAX) {
    throw Error(ErrorCode::kMemoryLimit, "lists of more than {} elements in one chunk", UINT32_MAX);
  }
  const auto end = static_cast<uint32_t>(elements_.size());
  entries_->as<ListEntry>()[row] = {begin_, end - begin_};
  begin_ = end;
}

void ListGather::set_null(uint32_t row) {
  shrink_open(0);
  if (!validity_) validity_ = make_full_bitmap(rows_);
  clear_bit(validity_->as<uint64_t>(), row);
}

Column ListGather::seal(const Column& elements) {
  return Column::list(type_, rows_, std::move(entries_), gather_or_null(elements, elements_),
                      std::move(validity_));
}

Column gather_or_null(const Column& column, std::span<const uint32_t> rows) {
  const auto count = static_cast<uint32_t>(rows.size());
  const auto nulls =
      static_cast<size_t>(std::count(rows.begin(), rows.end(), ListGather::kNullElement));
  if (nulls == 0) return column.gather(rows.data(), count);
  if (nulls == rows.size()) return Column::null(column.type(), count).flatten();
  BufferRef validity = make_full_bitmap(count);
  ChargedVector<uint32_t> safe(rows.begin(), rows.end());
  for (uint32_t i = 0; i < count; ++i) {
    if (safe[i] != ListGather::kNullElement) continue;
    safe[i] = 0;
    clear_bit(validity->as<uint64_t>(), i);
  }
  return column.gather(safe.data(), count).masked(std::move(validity));
}

Column own_elements(const KernelCall& call, const Column& lists) {
  if (lists.is_constant() || lists.child().size() <= kChunkRows) return lists;
  const Argument<ListEntry> entries(lists);
  uint64_t reached = 0;
  call.active.for_each(
      [&](uint32_t row) { reached += entries.is_null(row) ? 0 : entries[row].size; });
  if (reached * 2 >= lists.child().size()) return lists;
  ListGather gather(lists.type(), call.row_count);
  call.active.for_each([&](uint32_t row) {
    if (entries.is_null(row)) return gather.set_null(row);
    gather.add_run(entries[row].begin, entries[row].size);
    gather.finish(row);
  });
  return gather.seal(lists.child());
}

std::vector<Column> own_arguments(const KernelCall& call, std::span<const Column> arguments) {
  std::vector<Column> owned;
  for (const Column& argument : arguments) {
    owned.push_back(argument.physical() == PhysicalType::kList ? own_elements(call, argument)
                                                               : argument);
  }
  return owned;
}

ReachedElements reached_elements(const KernelCall& call, const Column& lists) {
  ReachedElements reached;
  const Argument<ListEntry> entries(lists);
  uint64_t total = 0;
  call.active.for_each(
      [&](uint32_t row) { total += entries.is_null(row) ? 0 : entries[row].size; });
  if (total >= UINT32_MAX) {
    throw Error(ErrorCode::kMemoryLimit, "lists of more than {} elements in one chunk", UINT32_MAX);
  }
  reached.elements.reserve(total);
  reached.parents.reserve(total);
  call.active.for_each([&](uint32_t row) {
    if (entries.is_null(row)) return;
    const ListEntry entry = entries[row];
    for (uint32_t i = 0; i < entry.size; ++i) reached.elements.push_back(entry.begin + i);
    reached.parents.insert(reached.parents.end(), entry.size, row);
  });
  return reached;
}

namespace {

/// The list of all active rows, if it is the same one: a constant, or a window's over all rows.
std::optional<ListEntry> only_list(const KernelCall& call, const Argument<ListEntry>& entries) {
  std::optional<ListEntry> one;
  bool same = true;
  call.active.for_each([&](uint32_t row) {
    if (!same) return;
    if (entries.is_null(row)) {
      same = false;
    } else if (!one) {
      one = entries[row];
    } else {
      same = one->begin == entries[row].begin && one->size == entries[row].size;
    }
  });
  return same ? one : std::nullopt;
}

/// What first_equal() gives where all rows have the same list, which is hashed once.
void find_in_one_list(const KernelCall& call, ListEntry entry, const Column& elements,
                      const Column& wanted, std::vector<uint32_t>& found) {
  ElementSet set(elements);
  set.reset(entry.size);
  for (uint32_t i = entry.begin; i < entry.begin + entry.size; ++i) {
    if (!elements.is_null(i)) set.insert(i);
  }
  std::vector<uint64_t> hashes(call.row_count);
  hash_column(wanted, Selection::all(call.row_count), hashes.data(), false);
  call.active.for_each([&](uint32_t row) {
    if (!wanted.is_null(row)) found[row] = set.find(wanted, row, hashes[row]);
  });
}

}  // namespace

std::vector<uint32_t> first_equal(const KernelCall& call, const Column& lists,
                                  const Column& elements, const Column& wanted) {
  std::vector<uint32_t> found(call.row_count, ListGather::kNullElement);
  const Argument<ListEntry> entries(lists);
  constexpr uint32_t kFewElements = 16;  // go faster one by one
  if (wanted.is_flat() && call.row_count > kFewElements) {
    const std::optional<ListEntry> one = only_list(call, entries);
    if (one && one->size > kFewElements) {
      find_in_one_list(call, *one, elements, wanted, found);
      return found;
    }
  }
  const auto search = [&](auto&& equals) {
    call.active.for_each([&](uint32_t row) {
      if (entries.is_null(row) || wanted.is_null(row)) return;
      const ListEntry entry = entries[row];
      for (uint32_t i = entry.begin; i < entry.begin + entry.size; ++i) {
        if (!equals(i, row) || elements.is_null(i)) continue;
        found[row] = i;
        return;
      }
    });
  };
  const auto search_typed = [&]<class T>() {
    const T* const values = elements.values<T>();
    const Argument<T> keys(wanted);
    search([&](uint32_t element, uint32_t row) { return values[element] == keys[row]; });
  };
  const PhysicalType type = elements.physical();
  if (elements.is_flat() && type == PhysicalType::kInt32) {
    search_typed.template operator()<int32_t>();
  } else if (elements.is_flat() && type == PhysicalType::kInt64) {
    search_typed.template operator()<int64_t>();
  } else {
    // Looking at a string's bytes before its validity would follow garbage.
    search([&](uint32_t element, uint32_t row) {
      return !elements.is_null(element) && rows_equal(elements, element, wanted, row);
    });
  }
  return found;
}

ElementSet::ElementSet(const Column& column) : column_(column), hashes_(column.size()) {
  if (column.size() != 0) hash_column(column, Selection::all(column.size()), hashes_.data(), false);
}

void ElementSet::reset(uint32_t count) {
  const uint32_t slots = std::bit_ceil(std::max<uint32_t>(8, count * 2));
  slots_.assign(slots, 0);
  mask_ = slots - 1;
}

uint32_t ElementSet::put(uint32_t row) {
  for (uint64_t at = hashes_[row];; ++at) {
    uint32_t& slot = slots_[at & mask_];
    if (slot == 0) {
      slot = row + 1;
      return row;
    }
    if (hashes_[slot - 1] == hashes_[row] && rows_equal(column_, slot - 1, column_, row))
      return slot - 1;
  }
}

uint32_t ElementSet::find(const Column& column, uint32_t row, uint64_t hash) const {
  for (uint64_t at = hash;; ++at) {
    const uint32_t slot = slots_[at & mask_];
    if (slot == 0) return ListGather::kNullElement;
    if (hashes_[slot - 1] == hash && rows_equal(column_, slot - 1, column, row)) return slot - 1;
  }
}

}  // namespace doline
