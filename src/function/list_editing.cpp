#include <algorithm>
#include <limits>
#include <optional>

#include "base/cancellation.h"
#include "function/list_gather.h"
#include "function/nested_functions.h"
#include "kernel/concatenate.h"

namespace doline {

namespace {

const TypePattern kListOfT = TypePattern::list_of('T');
const TypePattern kT = TypePattern::variable('T');

/// One element an argument: elements of argument a begin at base[a] of the joined column.
struct JoinedArguments {
  Column elements;
  std::vector<uint32_t> base;
  /// The joined row of row `row` of argument `argument`.
  uint32_t at(std::span<const Column> arguments, size_t argument, uint32_t row) const {
    return base[argument] + (arguments[argument].is_constant() ? 0 : row);
  }
};

Column one_row(const Column& constant) { return Column::constant(constant, 1).flatten(); }

JoinedArguments join_values(TypeRef type, std::span<const Column> arguments) {
  JoinedArguments joined;
  std::vector<Column> parts;
  uint32_t base = 0;
  for (const Column& argument : arguments) {
    parts.push_back(argument.is_constant() ? one_row(argument) : argument);
    joined.base.push_back(base);
    base += parts.back().size();
  }
  joined.elements = concatenate(type, parts);
  return joined;
}

Column list_value_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ListGather gather(call.result_type, call.row_count);
  const JoinedArguments joined = join_values(call.result_type->child(), arguments);
  call.active.for_each([&](uint32_t row) {
    for (size_t i = 0; i < arguments.size(); ++i) gather.add(joined.at(arguments, i, row));
    gather.finish(row);
  });
  return gather.seal(joined.elements);
}

Column empty_list_kernel(const KernelCall& call, std::span<const Column>) {
  ListGather gather(call.result_type, 1);
  gather.finish(0);
  return Column::constant(gather.seal(Column::null(call.result_type->child(), 1).flatten()),
                          call.row_count);
}

void bind_array_value(FunctionBinding& binding) {
  if (binding.cast_to.empty()) {
    throw Error(ErrorCode::kInvalidArgument, binding.span, "array_value needs at least one value");
  }
  binding.result = Type::array(binding.cast_to[0], static_cast<uint32_t>(binding.cast_to.size()));
}

// Lists put together.

/// The children of all arguments as one column, and where each begins.
JoinedArguments join_children(TypeRef type, std::span<const Column> lists) {
  JoinedArguments joined;
  std::vector<Column> parts;
  uint32_t base = 0;
  for (const Column& list : lists) {
    joined.base.push_back(base);
    parts.push_back(list.child());
    base += list.child().size();
  }
  joined.elements = concatenate(type, parts);
  return joined;
}

/// NULL lists count as empty; all NULL, and the result is empty, as DuckDB has it.
Column concat_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  const JoinedArguments joined = join_children(call.result_type->child(), arguments);
  ListGather gather(call.result_type, call.row_count);
  std::vector<Argument<ListEntry>> lists(arguments.begin(), arguments.end());
  call.active.for_each([&](uint32_t row) {
    for (size_t i = 0; i < lists.size(); ++i) {
      if (!lists[i].is_null(row))
        gather.add_run(joined.base[i] + lists[i][row].begin, lists[i][row].size);
    }
    gather.finish(row);
  });
  return gather.seal(joined.elements);
}

/// A list and one value, which goes to the end or the front. A NULL list counts as empty.
template <bool kListFirst>
Column push_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  const Column& lists = arguments[kListFirst ? 0 : 1];
  const Column& values = arguments[kListFirst ? 1 : 0];
  const Column parts[] = {lists.child(), values.is_constant() ? one_row(values) : values};
  const Column elements = concatenate(call.result_type->child(), parts);
  const uint32_t base = lists.child().size();
  const Argument<ListEntry> entries(lists);
  ListGather gather(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    const uint32_t value = base + (values.is_constant() ? 0 : row);
    if (!kListFirst) gather.add(value);
    if (!entries.is_null(row)) gather.add_run(entries[row].begin, entries[row].size);
    if (kListFirst) gather.add(value);
    gather.finish(row);
  });
  return gather.seal(elements);
}

/// Same elements, other entries: `narrow(entry)` says which of them stay.
template <class Narrow>
Column narrow_lists(const KernelCall& call, const Column& lists, Narrow&& narrow) {
  const Argument<ListEntry> entries(lists);
  BufferRef out = Buffer::allocate_zeroed(size_t{call.row_count} * sizeof(ListEntry));
  call.active.for_each([&](uint32_t row) {
    if (!entries.is_null(row)) out->as<ListEntry>()[row] = narrow(entries[row]);
  });
  return Column::list(call.result_type, call.row_count, std::move(out), lists.child());
}

Column pop_back_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return narrow_lists(call, arguments[0], [](ListEntry entry) {
    return ListEntry{entry.begin, entry.size - (entry.size != 0)};
  });
}
Column pop_front_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return narrow_lists(call, arguments[0], [](ListEntry entry) {
    const uint32_t dropped = entry.size != 0;
    return ListEntry{entry.begin + dropped, entry.size - dropped};
  });
}

Column reverse_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<ListEntry> lists(arguments[0]);
  ListGather gather(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    if (lists.is_null(row)) return;
    for (uint32_t i = lists[row].size; i > 0; --i) gather.add(lists[row].begin + i - 1);
    gather.finish(row);
  });
  return gather.seal(arguments[0].child());
}

Column resize_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  const Argument<ListEntry> lists(arguments[0]);
  const Argument<int64_t> sizes(arguments[1]);
  Column elements = arguments[0].child();
  const uint32_t base = elements.size();
  const bool filled = arguments.size() == 3;
  if (filled) {
    const Column parts[] = {elements,
                            arguments[2].is_constant() ? one_row(arguments[2]) : arguments[2]};
    elements = concatenate(call.result_type->child(), parts);
  }
  ListGather gather(call.result_type, call.row_count);
  CancellationPoll poll;
  call.active.for_each([&](uint32_t row) {
    if (lists.is_null(row)) return gather.set_null(row);
    const int64_t size = sizes.is_null(row) ? 0 : sizes[row];
    constexpr int64_t kLargest = int64_t{1} << 28;
    if (size < 0 || size > kLargest) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument,
                              [&] { return fmt::format("a list cannot have {} elements", size); });
    }
    const auto kept = std::min(lists[row].size, static_cast<uint32_t>(size));
    gather.add_run(lists[row].begin, kept);
    const uint32_t filler =
        filled ? base + (arguments[2].is_constant() ? 0 : row) : ListGather::kNullElement;
    poll.add(static_cast<uint64_t>(size));
    for (int64_t i = kept; i < size; ++i) gather.add(filler);
    gather.finish(row);
  });
  return gather.seal(elements);
}

Column repeat_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<ListEntry> lists(arguments[0]);
  const Argument<int64_t> counts(arguments[1]);
  ListGather gather(call.result_type, call.row_count);
  CancellationPoll poll;
  call.active.for_each([&](uint32_t row) {
    const int64_t count = std::max<int64_t>(0, counts[row]);
    constexpr int64_t kLargest = int64_t{1} << 28;
    if (lists[row].size != 0 && count > kLargest / lists[row].size) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
        return fmt::format("{} elements repeated {} times are too many", lists[row].size, count);
      });
    }
    poll.add(static_cast<uint64_t>(count) * lists[row].size);
    for (int64_t i = 0; i < count && lists[row].size != 0; ++i)
      gather.add_run(lists[row].begin, lists[row].size);
    gather.finish(row);
  });
  return gather.seal(arguments[0].child());
}

// Elements picked.

Column select_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<ListEntry> lists(arguments[0]);
  const Argument<ListEntry> picks(arguments[1]);
  const Column& positions = arguments[1].child();
  ListGather gather(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    const ListEntry pick = picks[row];
    for (uint32_t i = pick.begin; i < pick.begin + pick.size; ++i) {
      if (positions.is_null(i)) {
        gather.shrink_open(0);
        return call.errors.fail(row, ErrorCode::kInvalidArgument,
                                [] { return "a position to select is NULL"; });
      }
      const int64_t position = positions.value<int64_t>(i);
      gather.add(position >= 1 && position <= lists[row].size
                     ? lists[row].begin + static_cast<uint32_t>(position - 1)
                     : ListGather::kNullElement);
    }
    gather.finish(row);
  });
  return gather.seal(arguments[0].child());
}

Column where_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<ListEntry> lists(arguments[0]);
  const Argument<ListEntry> masks(arguments[1]);
  const Column& keep = arguments[1].child();
  ListGather gather(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    for (uint32_t i = 0; i < masks[row].size; ++i) {
      if (keep.is_null(masks[row].begin + i)) {
        gather.shrink_open(0);
        return call.errors.fail(row, ErrorCode::kInvalidArgument,
                                [] { return "an element of the mask is NULL"; });
      }
      if (!keep.value<bool>(masks[row].begin + i)) continue;
      gather.add(i < lists[row].size ? lists[row].begin + i : ListGather::kNullElement);
    }
    gather.finish(row);
  });
  return gather.seal(arguments[0].child());
}

Column flatten_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<ListEntry> outer(arguments[0]);
  const Column inner = arguments[0].child().flatten();
  const auto* const entries = inner.values<ListEntry>();
  ListGather gather(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    if (outer.is_null(row)) return;
    for (uint32_t i = outer[row].begin; i < outer[row].begin + outer[row].size; ++i) {
      if (!inner.is_null(i)) gather.add_run(entries[i].begin, entries[i].size);
    }
    gather.finish(row);
  });
  return gather.seal(inner.child());
}

void bind_flatten(FunctionBinding& binding) {
  const TypeRef element =
      binding.cast_to[0]->is(TypeKind::kList) ? binding.cast_to[0]->element() : Type::null();
  if (element->is(TypeKind::kNull)) {
    binding.cast_to[0] = Type::list(Type::list(Type::null()));
  } else if (element->is(TypeKind::kArray)) {
    binding.cast_to[0] = Type::list(Type::list(element->element()));
  } else if (!element->is(TypeKind::kList)) {
    throw Error(ErrorCode::kTypeMismatch, binding.span, "flatten takes a list of lists, not a {}",
                binding.argument_types[0]->name());
  }
  binding.result = binding.cast_to[0]->element();
}

// list_zip: the n-th row of the result has the n-th element of each list.

Column zip_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const TypeRef entry_type = call.result_type->child();
  const size_t fields = entry_type->fields().size();
  const bool has_flag = arguments.size() > fields;
  std::vector<Argument<ListEntry>> lists(arguments.begin(),
                                         arguments.begin() + static_cast<std::ptrdiff_t>(fields));
  std::vector<std::vector<uint32_t>> picks(fields);
  BufferRef entries = Buffer::allocate_zeroed(size_t{call.row_count} * sizeof(ListEntry));
  uint32_t total = 0;
  call.active.for_each([&](uint32_t row) {
    const bool truncate =
        has_flag && !arguments.back().is_null(row) && arguments.back().value<bool>(row);
    uint32_t size = truncate ? std::numeric_limits<uint32_t>::max() : 0;
    for (const auto& list : lists) {
      const uint32_t own = list.is_null(row) ? 0 : list[row].size;
      size = truncate ? std::min(size, own) : std::max(size, own);
    }
    for (size_t field = 0; field < fields; ++field) {
      const uint32_t own = lists[field].is_null(row) ? 0 : lists[field][row].size;
      for (uint32_t i = 0; i < size; ++i) {
        picks[field].push_back(i < own ? lists[field][row].begin + i : ListGather::kNullElement);
      }
    }
    entries->as<ListEntry>()[row] = {total, size};
    if (__builtin_add_overflow(total, size, &total)) {
      throw Error(ErrorCode::kMemoryLimit, "lists of more than {} elements in one chunk",
                  UINT32_MAX);
    }
  });
  std::vector<Column> columns;
  for (size_t field = 0; field < fields; ++field) {
    columns.push_back(gather_or_null(arguments[field].child(), picks[field]));
  }
  return Column::list(call.result_type, call.row_count, std::move(entries),
                      Column::structure(entry_type, total, std::move(columns)));
}

void bind_zip(FunctionBinding& binding) {
  std::vector<Field> fields;
  for (size_t i = 0; i < binding.argument_types.size(); ++i) {
    const TypeRef type = binding.argument_types[i];
    if (i > 0 && i + 1 == binding.argument_types.size() && type->is(TypeKind::kBool)) continue;
    if (!type->is(TypeKind::kList) && !type->is(TypeKind::kArray) && !type->is(TypeKind::kNull)) {
      throw Error(ErrorCode::kTypeMismatch, binding.span, "list_zip takes lists, not a {}",
                  type->name());
    }
    const TypeRef element = type->is(TypeKind::kNull) ? Type::null() : type->element();
    binding.cast_to[i] = Type::list(element);
    fields.push_back({"", element});
  }
  binding.result = Type::list(Type::structure(std::move(fields)));
}

}  // namespace

void register_list_editing(FunctionRegistry& registry) {
  const TypeRef integer = Type::int64();
  registry.add({"list_value",
                {"list_pack"},
                "list",
                "A list of its arguments; what [a, b] calls.",
                "list_value(1, 2, 3)",
                "[1, 2, 3]",
                {{.parameters = {},
                  .result = Type::list(Type::null()),
                  .kernel = empty_list_kernel,
                  .nulls = Nulls::kHandled},
                 {.parameters = {kT},
                  .variadic = kT,
                  .result = kListOfT,
                  .kernel = list_value_kernel,
                  .nulls = Nulls::kHandled,
                  .cost = 5}}});
  registry.add({"array_value",
                {},
                "list",
                "An array of a fixed length of its arguments.",
                "array_value(1, 2, 3)",
                "[1, 2, 3]",
                {{.parameters = {},
                  .variadic = kT,
                  .result = TypePattern::any(),
                  .kernel = list_value_kernel,
                  .bind = bind_array_value,
                  .nulls = Nulls::kHandled,
                  .cost = 5}}});
  const ScalarOverload concat{.parameters = {kListOfT},
                              .variadic = kListOfT,
                              .result = kListOfT,
                              .kernel = concat_kernel,
                              .nulls = Nulls::kHandled,
                              .cost = 10};
  registry.add({"list_concat",
                {"list_cat", "array_concat", "array_cat"},
                "list",
                "The elements of all lists; NULL lists count as empty.",
                "list_concat([1, 2], [3])",
                "[1, 2, 3]",
                {concat}});
  registry.extend("concat", {concat});
  registry.extend("||", {{.parameters = {kListOfT, kListOfT},
                          .result = kListOfT,
                          .kernel = concat_kernel,
                          .cost = 10}});
  const auto push = [&](std::string name, std::vector<std::string> aliases, bool back) {
    registry.add({std::move(name),
                  std::move(aliases),
                  "list",
                  back ? "The list with a value behind it." : "The list with a value before it.",
                  back ? "list_append([1, 2], 3)" : "list_prepend(0, [1, 2])",
                  back ? "[1, 2, 3]" : "[0, 1, 2]",
                  {{.parameters = back ? std::vector<TypePattern>{kListOfT, kT}
                                       : std::vector<TypePattern>{kT, kListOfT},
                    .result = kListOfT,
                    .kernel = back ? push_kernel<true> : push_kernel<false>,
                    .nulls = Nulls::kHandled,
                    .cost = 10}}});
  };
  push("list_append", {"array_append", "array_push_back"}, true);
  push("list_prepend", {"array_prepend"}, false);
  registry.add({"array_push_front",
                {},
                "list",
                "The list with a value before it.",
                "array_push_front([1, 2], 0)",
                "[0, 1, 2]",
                {{.parameters = {kListOfT, kT},
                  .result = kListOfT,
                  .kernel =
                      [](const KernelCall& call, std::span<const Column> arguments) {
                        const Column swapped[] = {arguments[1], arguments[0]};
                        return push_kernel<false>(call, swapped);
                      },
                  .nulls = Nulls::kHandled,
                  .cost = 10}}});
  registry.add(
      {"array_pop_back",
       {"list_pop_back"},
       "list",
       "The list without its last element.",
       "array_pop_back([1, 2, 3])",
       "[1, 2]",
       {{.parameters = {kListOfT}, .result = kListOfT, .kernel = pop_back_kernel, .cost = 2}}});
  registry.add(
      {"array_pop_front",
       {"list_pop_front"},
       "list",
       "The list without its first element.",
       "array_pop_front([1, 2, 3])",
       "[2, 3]",
       {{.parameters = {kListOfT}, .result = kListOfT, .kernel = pop_front_kernel, .cost = 2}}});
  registry.add(
      {"list_reverse",
       {"array_reverse"},
       "list",
       "The elements in the opposite order.",
       "list_reverse([1, 2, 3])",
       "[3, 2, 1]",
       {{.parameters = {kListOfT}, .result = kListOfT, .kernel = reverse_kernel, .cost = 10}}});
  registry.add({"list_resize",
                {"array_resize"},
                "list",
                "The list cut to a size, or filled up with NULL or the third argument.",
                "list_resize([1, 2], 4, 0)",
                "[1, 2, 0, 0]",
                {{.parameters = {kListOfT, integer},
                  .result = kListOfT,
                  .kernel = resize_kernel,
                  .nulls = Nulls::kHandled,
                  .can_fail = true,
                  .cost = 10},
                 {.parameters = {kListOfT, integer, kT},
                  .result = kListOfT,
                  .kernel = resize_kernel,
                  .nulls = Nulls::kHandled,
                  .can_fail = true,
                  .cost = 10}}});
  registry.extend("repeat", {{.parameters = {kListOfT, integer},
                              .result = kListOfT,
                              .kernel = repeat_kernel,
                              .can_fail = true,
                              .cost = 10}});
  registry.add({"list_select",
                {"array_select"},
                "list",
                "The elements at the given positions.",
                "list_select(['a', 'b', 'c'], [3, 1])",
                "[c, a]",
                {{.parameters = {kListOfT, Type::list(integer)},
                  .result = kListOfT,
                  .kernel = select_kernel,
                  .can_fail = true,
                  .cost = 10}}});
  registry.add({"list_where",
                {"array_where"},
                "list",
                "The elements whose place in the second list is true.",
                "list_where([1, 2, 3], [true, false, true])",
                "[1, 3]",
                {{.parameters = {kListOfT, Type::list(Type::boolean())},
                  .result = kListOfT,
                  .kernel = where_kernel,
                  .can_fail = true,
                  .cost = 10}}});
  registry.add({"flatten",
                {"list_flatten"},
                "list",
                "The elements of the lists in a list, one level down.",
                "flatten([[1, 2], [3]])",
                "[1, 2, 3]",
                {{.parameters = {kListOfT},
                  .result = TypePattern::any(),
                  .kernel = flatten_kernel,
                  .bind = bind_flatten,
                  .cost = 10}}});
  registry.add({"list_zip",
                {"array_zip"},
                "list",
                "A list of rows, one element of each list; NULL where a list is shorter, or cut to "
                "the shortest when the last argument is true.",
                "list_zip([1, 2], ['a', 'b'])",
                "[(1, a), (2, b)]",
                {{.parameters = {TypePattern::any()},
                  .variadic = TypePattern::any(),
                  .result = TypePattern::any(),
                  .kernel = zip_kernel,
                  .bind = bind_zip,
                  .nulls = Nulls::kHandled,
                  .cost = 10}}});
}

}  // namespace doline
