#include <algorithm>

#include "base/ascii.h"
#include "function/list_gather.h"
#include "function/nested_functions.h"
#include "kernel/compare.h"
#include "kernel/hash_column.h"

namespace doline {

namespace {

const TypePattern kListOfT = TypePattern::list_of('T');

struct SortOrder final : FunctionData {
  SortOrder(bool d, bool n, bool p) : descending(d), nulls_first(n), positions(p) {}
  const bool descending;
  const bool nulls_first;
  const bool positions;  // the result is where the elements were, from 1
};

/// Sorts rows, none of them NULL; equal ones by where they were.
template <class Compare>
void sort_by(uint32_t* begin, uint32_t* end, bool descending, Compare&& compare) {
  std::sort(begin, end, [&](uint32_t a, uint32_t b) {
    const int order = compare(a, b);
    return order == 0 ? a < b : (order < 0) != descending;
  });
}

template <class T>
void sort_typed(const T* values, uint32_t* begin, uint32_t* end, bool descending) {
  sort_by(begin, end, descending, [&](uint32_t a, uint32_t b) {
    if constexpr (std::is_floating_point_v<T>) {
      return compare_floats(values[a], values[b]);
    } else if constexpr (std::is_same_v<T, StringView>) {
      return compare(values[a], values[b]);
    } else {
      return int{values[a] > values[b]} - int{values[a] < values[b]};
    }
  });
}

void sort_rows(const Column& column, uint32_t* begin, uint32_t* end, bool descending) {
  if (column.is_flat()) {
    const PhysicalType type = column.physical();
    if (type == PhysicalType::kInt32)
      return sort_typed(column.values<int32_t>(), begin, end, descending);
    if (type == PhysicalType::kInt64)
      return sort_typed(column.values<int64_t>(), begin, end, descending);
    if (type == PhysicalType::kDouble)
      return sort_typed(column.values<double>(), begin, end, descending);
    if (type == PhysicalType::kString)
      return sort_typed(column.values<StringView>(), begin, end, descending);
  }
  sort_by(begin, end, descending,
          [&](uint32_t a, uint32_t b) { return compare_rows(column, a, column, b); });
}

/// Moves the NULLs among the rows to one end, the order otherwise kept; the rest is left in
/// [begin, end).
void set_nulls_apart(const Column& column, bool first, uint32_t*& begin, uint32_t*& end,
                     std::vector<uint32_t>& nulls) {
  if (!column.validity()) return;
  nulls.clear();
  uint32_t* kept = begin;
  for (const uint32_t* at = begin; at != end; ++at) {
    if (column.is_null(*at)) {
      nulls.push_back(*at);
    } else {
      *kept++ = *at;
    }
  }
  if (first) {
    std::copy_backward(begin, kept, end);
    begin = std::copy(nulls.begin(), nulls.end(), begin);
  } else {
    end = kept;
    std::copy(nulls.begin(), nulls.end(), kept);
  }
}

Column sort_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto& order = *static_cast<const SortOrder*>(call.data);
  const Argument<ListEntry> lists(arguments[0]);
  const Column& child = arguments[0].child();
  ListGather gather(call.result_type, call.row_count);
  std::vector<int64_t> positions;
  std::vector<uint32_t> nulls;
  call.active.for_each([&](uint32_t row) {
    if (lists.is_null(row)) return;
    const ListEntry entry = lists[row];
    gather.add_run(entry.begin, entry.size);
    uint32_t* begin = gather.open();
    uint32_t* end = begin + entry.size;
    set_nulls_apart(child, order.nulls_first, begin, end, nulls);
    sort_rows(child, begin, end, order.descending);
    if (order.positions) {
      const uint32_t* const first = gather.open();
      for (uint32_t i = 0; i < entry.size; ++i)
        positions.push_back(int64_t{first[i]} - entry.begin + 1);
      for (uint32_t i = 0; i < entry.size; ++i) {
        gather.open()[i] = static_cast<uint32_t>(positions.size()) - entry.size + i;
      }
    }
    gather.finish(row);
  });
  if (!order.positions) return gather.seal(child);
  const auto count = static_cast<uint32_t>(positions.size());
  return gather.seal(
      Column::flat(Type::int64(), count, Buffer::copy_of(std::as_bytes(std::span(positions)))));
}

std::string upper_word(const Value& value) {
  return value.is_null() ? "" : ascii_upper(value.as_text());
}

template <bool kReverse, bool kPositions>
void bind_sort(FunctionBinding& binding) {
  bool descending = kReverse;
  bool nulls_first = false;
  const auto refuse = [&](const std::string& word) {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "no sort order is called \"{}\"", word)
        .hint("'ASC' or 'DESC', then 'NULLS FIRST' or 'NULLS LAST'");
  };
  for (size_t i = 1; i < binding.argument_types.size(); ++i) {
    if (!binding.constants[i]) {
      throw Error(ErrorCode::kInvalidArgument, binding.span,
                  "the order of a sort must be constant");
    }
    const std::string word = upper_word(*binding.constants[i]);
    if (word == "NULLS FIRST" || word == "NULLS LAST") {
      if (i == 1 && !kReverse) refuse(word);
      nulls_first = word == "NULLS FIRST";
    } else if (!kReverse && i == 1 &&
               (word == "ASC" || word == "DESC" || word == "ASCENDING" || word == "DESCENDING")) {
      descending = word.starts_with("DESC");
    } else {
      refuse(word);
    }
  }
  binding.data = make_ref<SortOrder>(descending, nulls_first, kPositions);
}

// Distinct elements. NULLs are left out.

template <class Each>
void each_distinct(const KernelCall& call, const Column& lists_column, Each&& each) {
  const Argument<ListEntry> lists(lists_column);
  const Column& child = lists_column.child();
  ElementSet set(child);
  call.active.for_each([&](uint32_t row) {
    if (lists.is_null(row)) return;
    set.reset(lists[row].size);
    each(row, [&](auto&& take) {
      for (uint32_t i = lists[row].begin; i < lists[row].begin + lists[row].size; ++i) {
        if (!child.is_null(i) && set.insert(i)) take(i);
      }
    });
  });
}

Column distinct_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  ListGather gather(call.result_type, call.row_count);
  each_distinct(call, arguments[0], [&](uint32_t row, auto&& elements) {
    elements([&](uint32_t element) { gather.add(element); });
    gather.finish(row);
  });
  return gather.seal(arguments[0].child());
}

Column unique_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  ColumnWriter writer(call.result_type, call.row_count);
  uint64_t* const out = writer.values<uint64_t>();
  each_distinct(call, arguments[0], [&](uint32_t row, auto&& elements) {
    out[row] = 0;
    elements([&](uint32_t) { ++out[row]; });
  });
  return writer.seal(call.row_count);
}

// What frames ask of the values of a column or group, which they have as a list.

/// Each different element, NULL too, with how often and where it first is.
Column counts_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  const Argument<ListEntry> lists(arguments[0]);
  const Column& child = arguments[0].child();
  ElementSet set(child);
  std::vector<uint32_t> group_of(child.size());
  std::vector<uint32_t> firsts;
  std::vector<uint32_t> counts;
  std::vector<uint32_t> places;
  BufferRef entries = Buffer::allocate_zeroed(size_t{call.row_count} * sizeof(ListEntry));
  call.active.for_each([&](uint32_t row) {
    if (lists.is_null(row)) return;
    const ListEntry entry = lists[row];
    const auto begin = static_cast<uint32_t>(firsts.size());
    uint32_t missing = ListGather::kNullElement;  // the first NULL
    set.reset(entry.size);
    for (uint32_t i = entry.begin; i < entry.begin + entry.size; ++i) {
      if (child.is_null(i) && missing == ListGather::kNullElement) missing = i;
      const uint32_t same = child.is_null(i) ? missing : set.put(i);
      if (same != i) {
        ++counts[group_of[same]];
        continue;
      }
      group_of[i] = static_cast<uint32_t>(firsts.size());
      firsts.push_back(i);
      counts.push_back(1);
      places.push_back(i - entry.begin);
    }
    entries->as<ListEntry>()[row] = {begin, static_cast<uint32_t>(firsts.size()) - begin};
  });
  const auto count = static_cast<uint32_t>(firsts.size());
  const auto numbers = [&](const std::vector<uint32_t>& of) {
    return Column::flat(Type::uint32(), count, Buffer::copy_of(std::as_bytes(std::span(of))));
  };
  return Column::list(
      call.result_type, call.row_count, std::move(entries),
      Column::structure(call.result_type->element(), count,
                        {gather_or_null(child, firsts), numbers(counts), numbers(places)}));
}

void bind_counts(FunctionBinding& binding) {
  binding.result = Type::list(Type::structure({{"value", binding.cast_to[0]->element()},
                                               {"count", Type::uint32()},
                                               {"place", Type::uint32()}}));
}

enum class Ties : uint8_t { kAverage, kMin, kMax, kDense, kOrdinal };

struct RankOrder final : FunctionData {
  RankOrder(Ties t, bool d) : ties(t), descending(d) {}
  const Ties ties;
  const bool descending;
};

/// The rank of each element among those of its list, from 1; of NULL NULL.
template <class Rank>
Column rank_kernel(const KernelCall& call, std::span<const Column> given) {
  const auto& order = *static_cast<const RankOrder*>(call.data);
  const std::vector<Column> arguments = own_arguments(call, given);
  const Argument<ListEntry> lists(arguments[0]);
  const Column& child = arguments[0].child();
  ListGather gather(call.result_type, call.row_count);
  std::vector<Rank> ranks;
  std::vector<uint32_t> rows;
  call.active.for_each([&](uint32_t row) {
    if (lists.is_null(row)) return;
    const ListEntry entry = lists[row];
    rows.clear();
    const auto base = static_cast<uint32_t>(ranks.size());
    ranks.resize(ranks.size() + entry.size);
    for (uint32_t i = entry.begin; i < entry.begin + entry.size; ++i) {
      const bool known = !child.is_null(i);
      if (known) rows.push_back(i);
      gather.add(known ? base + i - entry.begin : ListGather::kNullElement);
    }
    gather.finish(row);
    const auto count = static_cast<uint32_t>(rows.size());
    sort_rows(child, rows.data(), rows.data() + count, order.descending);
    uint32_t different = 0;
    for (uint32_t begin = 0, end = 0; begin < count; begin = end) {
      for (end = begin + 1; end < count; ++end) {
        if (order.ties == Ties::kOrdinal || compare_rows(child, rows[begin], child, rows[end]) != 0)
          break;
      }
      ++different;
      const auto rank = [&]() -> Rank {
        switch (order.ties) {
          case Ties::kAverage:
            return static_cast<Rank>(begin + 1 + end) / 2;
          case Ties::kDense:
            return static_cast<Rank>(different);
          case Ties::kMax:
            return static_cast<Rank>(end);
          case Ties::kMin:
          case Ties::kOrdinal:
            return static_cast<Rank>(begin + 1);
        }
        UNREACHABLE();
      }();
      for (uint32_t i = begin; i < end; ++i) ranks[base + rows[i] - entry.begin] = rank;
    }
  });
  const auto count = static_cast<uint32_t>(ranks.size());
  return gather.seal(Column::flat(call.result_type->element(), count,
                                  Buffer::copy_of(std::as_bytes(std::span(ranks)))));
}

Column average_or_whole_rank_kernel(const KernelCall& call, std::span<const Column> given) {
  return call.result_type->element()->is(TypeKind::kDouble) ? rank_kernel<double>(call, given)
                                                            : rank_kernel<uint32_t>(call, given);
}

void bind_rank(FunctionBinding& binding) {
  static constexpr std::pair<std::string_view, Ties> kNames[] = {{"average", Ties::kAverage},
                                                                 {"min", Ties::kMin},
                                                                 {"max", Ties::kMax},
                                                                 {"dense", Ties::kDense},
                                                                 {"ordinal", Ties::kOrdinal}};
  const auto& method = binding.constants[1];
  const auto& descending = binding.constants[2];
  const std::string name = method && !method->is_null() ? method->as_text() : "";
  const auto* const found =
      std::ranges::find(kNames, name, &std::pair<std::string_view, Ties>::first);
  if (found == std::end(kNames) || !descending || descending->is_null()) {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "no rank is called \"{}\"", name)
        .hint("'average', 'min', 'max', 'dense' or 'ordinal', then whether the greatest is first");
  }
  binding.data = make_ref<RankOrder>(found->second, descending->as_bool());
  binding.result = Type::list(found->second == Ties::kAverage ? Type::float64() : Type::uint32());
}

// Two lists as sets.

/// in_second(element, whether the second list has an equal one) over the first list's elements
/// that are not NULL; it says whether to go on.
template <class Begin, class Element>
void compare_sets(const KernelCall& call, const Column& first, const Column& second,
                  Begin&& begin_row, Element&& each) {
  const Argument<ListEntry> a(first);
  const Argument<ListEntry> b(second);
  const Column& elements = first.child();
  const Column& others = second.child();
  ElementSet set(others);
  std::vector<uint64_t> hashes(elements.size());
  if (elements.size() != 0)
    hash_column(elements, Selection::all(elements.size()), hashes.data(), false);
  call.active.for_each([&](uint32_t row) {
    if (a.is_null(row) || b.is_null(row)) return;
    begin_row(row);
    set.reset(b[row].size);
    for (uint32_t i = b[row].begin; i < b[row].begin + b[row].size; ++i) {
      if (!others.is_null(i)) set.insert(i);
    }
    for (uint32_t i = a[row].begin; i < a[row].begin + a[row].size; ++i) {
      if (elements.is_null(i)) continue;
      if (!each(row, i, set.contains(elements, i, hashes[i]))) break;
    }
  });
}

Column has_any_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  ColumnWriter writer(call.result_type, call.row_count);
  uint64_t* const bits = writer.bits();
  compare_sets(
      call, arguments[0], arguments[1], [](uint32_t) {},
      [&](uint32_t row, uint32_t, bool found) {
        if (found) set_bit(bits, row);
        return !found;
      });
  return writer.seal(call.row_count);
}

/// Whether the list at `kWhole` has every element of the other.
template <size_t kWhole>
Column has_all_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  ColumnWriter writer(call.result_type, call.row_count);
  uint64_t* const bits = writer.bits();
  compare_sets(
      call, arguments[1 - kWhole], arguments[kWhole], [&](uint32_t row) { set_bit(bits, row); },
      [&](uint32_t row, uint32_t, bool found) {
        if (!found) clear_bit(bits, row);
        return found;
      });
  return writer.seal(call.row_count);
}

Column intersect_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  ListGather gather(call.result_type, call.row_count);
  ElementSet taken(arguments[0].child());
  const Argument<ListEntry> a(arguments[0]);
  uint32_t open_row = UINT32_MAX;
  const auto close = [&] {
    if (open_row != UINT32_MAX) gather.finish(open_row);
  };
  compare_sets(
      call, arguments[0], arguments[1],
      [&](uint32_t row) {
        close();
        open_row = row;
        taken.reset(a[row].size);
      },
      [&](uint32_t, uint32_t element, bool found) {
        if (found && taken.insert(element)) gather.add(element);
        return true;
      });
  close();
  return gather.seal(arguments[0].child());
}

}  // namespace

void register_list_order(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  const auto sort = [&](void (*bind)(FunctionBinding&), TypePattern result, bool order_word) {
    std::vector<ScalarOverload> overloads;
    const auto add = [&](std::vector<TypePattern> parameters) {
      overloads.push_back({.parameters = std::move(parameters),
                           .result = result,
                           .kernel = sort_kernel,
                           .bind = bind,
                           .cost = 30});
    };
    add({kListOfT});
    add({kListOfT, text});
    if (order_word) add({kListOfT, text, text});
    return overloads;
  };
  registry.add({"list_sort",
                {"array_sort"},
                "list",
                "The elements in order; 'DESC' reverses it, 'NULLS FIRST' as a third argument puts "
                "NULLs in front.",
                "list_sort([3, 1, NULL, 2])",
                "[1, 2, 3, NULL]",
                sort(bind_sort<false, false>, kListOfT, true)});
  registry.add({"list_reverse_sort",
                {"array_reverse_sort"},
                "list",
                "The elements in descending order.",
                "list_reverse_sort([3, 1, 2])",
                "[3, 2, 1]",
                sort(bind_sort<true, false>, kListOfT, false)});
  registry.add({"list_grade_up",
                {"array_grade_up", "grade_up"},
                "list",
                "The positions that the sorted elements come from, from 1.",
                "list_grade_up([3, 1, 2])",
                "[2, 3, 1]",
                sort(bind_sort<false, true>, Type::list(Type::int64()), true)});
  registry.add(
      {"list_distinct",
       {"array_distinct"},
       "list",
       "Each element once, without NULLs, in the order of their first occurrence.",
       "list_distinct([3, 1, NULL, 3])",
       "[3, 1]",
       {{.parameters = {kListOfT}, .result = kListOfT, .kernel = distinct_kernel, .cost = 20}}});
  registry.add({"list_unique",
                {"array_unique"},
                "list",
                "How many different elements there are, NULL not counted.",
                "list_unique([3, 1, NULL, 3])",
                "2",
                {{.parameters = {kListOfT},
                  .result = Type::uint64(),
                  .kernel = unique_kernel,
                  .cost = 20}}});
  registry.add(
      {"frame_counts",
       {},
       "frame",
       "Each different element, NULL too, by its first occurrence: how often and where.",
       "frame_counts(['x', 'y', 'x'])",
       "[{'value': x, 'count': 2, 'place': 0}, {'value': y, 'count': 1, 'place': 1}]",
       {{.parameters = {kListOfT}, .kernel = counts_kernel, .bind = bind_counts, .cost = 20}}});
  registry.add(
      {"frame_rank",
       {},
       "frame",
       "The rank of each element in its list, from 1; equal ones have the 'average', 'min', "
       "'max', 'dense' or 'ordinal' one.",
       "frame_rank([3, 1, NULL, 3], 'min', false)",
       "[2, 1, NULL, 2]",
       {{.parameters = {kListOfT, text, Type::boolean()},
         .kernel = average_or_whole_rank_kernel,
         .bind = bind_rank,
         .cost = 30}}});
  registry.add({"list_intersect",
                {"array_intersect"},
                "list",
                "The different elements that are in both lists.",
                "list_intersect([1, 2, 3], [3, 2, 5])",
                "[2, 3]",
                {{.parameters = {kListOfT, kListOfT},
                  .result = kListOfT,
                  .kernel = intersect_kernel,
                  .cost = 30}}});
  const auto set_test = [&](ScalarKernel kernel) {
    return std::vector<ScalarOverload>{{.parameters = {kListOfT, kListOfT},
                                        .result = Type::boolean(),
                                        .kernel = kernel,
                                        .cost = 20}};
  };
  registry.add({"list_has_any",
                {"array_has_any", "&&"},
                "list",
                "Whether the lists share an element.",
                "list_has_any([1, 2], [2, 5])",
                "true",
                set_test(has_any_kernel)});
  registry.add({"list_has_all",
                {"array_has_all", "@>"},
                "list",
                "Whether every element of the second is in the first.",
                "list_has_all([1, 2, 3], [3, 1])",
                "true",
                set_test(has_all_kernel<0>)});
  registry.add({"<@",
                {},
                "list",
                "Whether every element of the first list is in the second.",
                "[1] <@ [1, 2]",
                "true",
                set_test(has_all_kernel<1>)});
}

}  // namespace doline
