#include <algorithm>

#include "function/list_gather.h"
#include "function/nested_functions.h"
#include "kernel/compare.h"
#include "kernel/concatenate.h"

namespace doline {

namespace {

const TypePattern kMap = TypePattern::map();
const TypePattern kKey = TypePattern::variable('K');
const TypePattern kValue = TypePattern::variable('V');
const TypePattern kKeys = TypePattern::list_of('K');
const TypePattern kValues = TypePattern::list_of('V');

const Column& keys_of(const Column& map) { return map.child().child(0); }
const Column& values_of(const Column& map) { return map.child().child(1); }

BufferRef copied_entries(const KernelCall& call, const Column& lists) {
  const Argument<ListEntry> entries(lists);
  BufferRef copy = Buffer::allocate_zeroed(size_t{call.row_count} * sizeof(ListEntry));
  call.active.for_each([&](uint32_t row) {
    if (!entries.is_null(row)) copy->as<ListEntry>()[row] = entries[row];
  });
  return copy;
}

/// A list over other elements that lie as the map's entries do.
Column list_of_part(const KernelCall& call, const Column& map, const Column& part) {
  return Column::list(call.result_type, call.row_count, copied_entries(call, map), part);
}

// Making maps.

/// Why `size` keys from `begin` on cannot be a map's; null when they can.
const char* refuse_keys(const Column& keys, ElementSet& set, uint32_t begin, uint32_t size) {
  set.reset(size);
  for (uint32_t i = begin; i < begin + size; ++i) {
    if (keys.is_null(i)) return "a key of a map is NULL";
    if (!set.insert(i)) return "a key of a map occurs twice";
  }
  return nullptr;
}

Column map_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  const Argument<ListEntry> key_lists(arguments[0]);
  const Argument<ListEntry> value_lists(arguments[1]);
  const Column& keys = arguments[0].child();
  ElementSet set(keys);
  std::vector<uint32_t> key_rows;
  std::vector<uint32_t> value_rows;
  BufferRef entries = Buffer::allocate_zeroed(size_t{call.row_count} * sizeof(ListEntry));
  call.active.for_each([&](uint32_t row) {
    const ListEntry of_keys = key_lists[row];
    const ListEntry of_values = value_lists[row];
    const char* refusal = of_keys.size != of_values.size
                              ? "a map has as many keys as values"
                              : refuse_keys(keys, set, of_keys.begin, of_keys.size);
    if (refusal)
      return call.errors.fail(row, ErrorCode::kInvalidArgument,
                              [&] { return std::string(refusal); });
    entries->as<ListEntry>()[row] = {static_cast<uint32_t>(key_rows.size()), of_keys.size};
    for (uint32_t i = 0; i < of_keys.size; ++i) {
      key_rows.push_back(of_keys.begin + i);
      value_rows.push_back(of_values.begin + i);
    }
  });
  std::vector<Column> parts = {gather_or_null(keys, key_rows),
                               gather_or_null(arguments[1].child(), value_rows)};
  return Column::list(call.result_type, call.row_count, std::move(entries),
                      Column::structure(call.result_type->child(),
                                        static_cast<uint32_t>(key_rows.size()), std::move(parts)));
}

Column empty_map_kernel(const KernelCall& call, std::span<const Column>) {
  return Value::nested(call.result_type, {}).to_column(call.row_count);
}

Column from_entries_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  const Argument<ListEntry> lists(arguments[0]);
  const Column& pairs = arguments[0].child();
  const Column flat = pairs.flatten();
  ElementSet set(flat.child(0));
  call.active.for_each([&](uint32_t row) {
    const ListEntry entry = lists[row];
    const char* refusal = nullptr;
    for (uint32_t i = entry.begin; i < entry.begin + entry.size; ++i) {
      if (flat.is_null(i)) refusal = "a key of a map is NULL";
    }
    if (!refusal) refusal = refuse_keys(flat.child(0), set, entry.begin, entry.size);
    if (refusal)
      call.errors.fail(row, ErrorCode::kInvalidArgument, [&] { return std::string(refusal); });
  });
  Column entries =
      Column::structure(call.result_type->child(), flat.size(), {flat.child(0), flat.child(1)});
  return list_of_part(call, arguments[0], entries);
}

void bind_from_entries(FunctionBinding& binding) {
  const TypeRef element = binding.cast_to[0]->element();
  if (!element->is(TypeKind::kStruct) || element->fields().size() != 2) {
    throw Error(ErrorCode::kTypeMismatch, binding.span,
                "map_from_entries takes a list of structs with two fields, not {}",
                binding.cast_to[0]->name());
  }
  binding.result = Type::map(element->fields()[0].type, element->fields()[1].type);
}

/// Entries of later maps win; NULL maps count as empty.
Column concat_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  std::vector<Column> parts;
  std::vector<uint32_t> bases;
  uint32_t base = 0;
  for (const Column& map : arguments) {
    bases.push_back(base);
    parts.push_back(map.child());
    base += map.child().size();
  }
  const Column entries = concatenate(call.result_type->child(), parts);
  const Column& keys = entries.child(0);
  const std::vector<Argument<ListEntry>> lists(arguments.begin(), arguments.end());
  ListGather gather(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    bool any = false;
    for (size_t i = 0; i < lists.size(); ++i) {
      if (lists[i].is_null(row)) continue;
      any = true;
      for (uint32_t at = 0; at < lists[i][row].size; ++at) {
        const uint32_t entry = bases[i] + lists[i][row].begin + at;
        uint32_t* const begin = gather.open();
        uint32_t* const end = begin + gather.open_size();
        uint32_t* const same = std::find_if(
            begin, end, [&](uint32_t other) { return rows_equal(keys, other, keys, entry); });
        if (same != end) {
          *same = entry;
        } else {
          gather.add(entry);
        }
      }
    }
    if (!any) return gather.set_null(row);
    gather.finish(row);
  });
  return gather.seal(entries);
}

// Reading maps.

Column keys_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return list_of_part(call, arguments[0], keys_of(arguments[0]));
}
Column values_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return list_of_part(call, arguments[0], values_of(arguments[0]));
}
Column entries_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return list_of_part(call, arguments[0], arguments[0].child());
}

Column cardinality_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_rows<ListEntry, uint64_t>(call, arguments[0],
                                       [](const ListEntry& entry) { return uint64_t{entry.size}; });
}

Column value_at_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return gather_or_null(values_of(arguments[0]),
                        first_equal(call, arguments[0], keys_of(arguments[0]), arguments[1]));
}

/// A list of the one value, or of none. Only a NULL map gives NULL.
Column extract_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const std::vector<uint32_t> found =
      first_equal(call, arguments[0], keys_of(arguments[0]), arguments[1]);
  ListGather gather(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    if (arguments[0].is_null(row)) return gather.set_null(row);
    if (found[row] != ListGather::kNullElement) gather.add(found[row]);
    gather.finish(row);
  });
  return gather.seal(values_of(arguments[0]));
}

Column found_bits(const KernelCall& call, const std::vector<uint32_t>& found) {
  ColumnWriter writer(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    if (found[row] != ListGather::kNullElement) set_bit(writer.bits(), row);
  });
  return writer.seal(call.row_count);
}

Column contains_key_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return found_bits(call, first_equal(call, arguments[0], keys_of(arguments[0]), arguments[1]));
}
Column contains_value_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return found_bits(call, first_equal(call, arguments[0], values_of(arguments[0]), arguments[1]));
}
Column contains_entry_kernel(const KernelCall& call, std::span<const Column> arguments) {
  std::vector<uint32_t> found =
      first_equal(call, arguments[0], keys_of(arguments[0]), arguments[1]);
  const Column& values = values_of(arguments[0]);
  call.active.for_each([&](uint32_t row) {
    if (found[row] == ListGather::kNullElement) return;
    if (values.is_null(found[row]) || arguments[2].is_null(row) ||
        !rows_equal(values, found[row], arguments[2], row)) {
      found[row] = ListGather::kNullElement;
    }
  });
  return found_bits(call, found);
}

void bind_entries(FunctionBinding& binding) {
  binding.result = Type::list(binding.cast_to[0]->child());
}

}  // namespace

void register_map_functions(FunctionRegistry& registry) {
  const TypeRef boolean = Type::boolean();
  registry.add({"map",
                {},
                "map",
                "A map of a list of keys and one of values; what MAP {'a': 1} calls.",
                "map(['a', 'b'], [1, 2])",
                "{a=1, b=2}",
                {{.parameters = {},
                  .result = Type::map(Type::null(), Type::null()),
                  .kernel = empty_map_kernel,
                  .nulls = Nulls::kHandled},
                 {.parameters = {kKeys, kValues},
                  .result = kMap,
                  .kernel = map_kernel,
                  .can_fail = true,
                  .cost = 20}}});
  registry.add({"map_from_entries",
                {},
                "map",
                "The map of a list of key and value pairs.",
                "map_from_entries([('a', 1), ('b', 2)])",
                "{a=1, b=2}",
                {{.parameters = {TypePattern::list_of('T')},
                  .result = TypePattern::any(),
                  .kernel = from_entries_kernel,
                  .bind = bind_from_entries,
                  .can_fail = true,
                  .cost = 20}}});
  registry.add({"map_concat",
                {},
                "map",
                "One map with the entries of all; later ones win.",
                "map_concat(map([1, 2], ['a', 'b']), map([2], ['c']))",
                "{1=a, 2=c}",
                {{.parameters = {kMap, kMap},
                  .variadic = kMap,
                  .result = kMap,
                  .kernel = concat_kernel,
                  .nulls = Nulls::kHandled,
                  .cost = 20}}});
  registry.add({"map_keys",
                {},
                "map",
                "The keys as a list.",
                "map_keys(map(['a', 'b'], [1, 2]))",
                "[a, b]",
                {{.parameters = {kMap}, .result = kKeys, .kernel = keys_kernel, .cost = 2}}});
  registry.add({"map_values",
                {},
                "map",
                "The values as a list.",
                "map_values(map(['a', 'b'], [1, 2]))",
                "[1, 2]",
                {{.parameters = {kMap}, .result = kValues, .kernel = values_kernel, .cost = 2}}});
  registry.add({"map_entries",
                {},
                "map",
                "The entries as a list of structs.",
                "map_entries(map(['a'], [1]))",
                "[{'key': a, 'value': 1}]",
                {{.parameters = {kMap},
                  .result = TypePattern::any(),
                  .kernel = entries_kernel,
                  .bind = bind_entries,
                  .cost = 2}}});
  registry.add({"cardinality",
                {},
                "map",
                "How many entries a map has.",
                "cardinality(map(['a', 'b'], [1, 2]))",
                "2",
                {{.parameters = {kMap}, .result = Type::uint64(), .kernel = cardinality_kernel}}});
  registry.add(
      {"map_extract_value",
       {},
       "map",
       "The value under a key, or NULL; what map[key] calls.",
       "map_extract_value(map(['a', 'b'], [1, 2]), 'b')",
       "2",
       {{.parameters = {kMap, kKey}, .result = kValue, .kernel = value_at_kernel, .cost = 10}}});
  const ScalarOverload extract{.parameters = {kMap, kKey},
                               .result = kValues,
                               .kernel = extract_kernel,
                               .nulls = Nulls::kHandled,
                               .cost = 10};
  registry.add({"map_extract",
                {"element_at"},
                "map",
                "A list of the value under a key, empty when there is none.",
                "map_extract(map(['a', 'b'], [1, 2]), 'b')",
                "[2]",
                {extract}});
  registry.add({"map_contains",
                {},
                "map",
                "Whether there is an entry under the key.",
                "map_contains(map(['a', 'b'], [1, 2]), 'b')",
                "true",
                {{.parameters = {kMap, kKey},
                  .result = boolean,
                  .kernel = contains_key_kernel,
                  .cost = 10}}});
  registry.add({"map_contains_value",
                {},
                "map",
                "Whether an entry has the value.",
                "map_contains_value(map(['a', 'b'], [1, 2]), 2)",
                "true",
                {{.parameters = {kMap, kValue},
                  .result = boolean,
                  .kernel = contains_value_kernel,
                  .cost = 10}}});
  registry.add({"map_contains_entry",
                {},
                "map",
                "Whether there is an entry of that key and value.",
                "map_contains_entry(map(['a', 'b'], [1, 2]), 'b', 2)",
                "true",
                {{.parameters = {kMap, kKey, kValue},
                  .result = boolean,
                  .kernel = contains_entry_kernel,
                  .cost = 10}}});
}

}  // namespace doline
