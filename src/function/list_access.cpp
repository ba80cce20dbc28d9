#include <algorithm>
#include <optional>

#include "function/list_gather.h"
#include "function/nested_functions.h"
#include "function/struct_access.h"

namespace doline {

namespace {

const TypePattern kListOfT = TypePattern::list_of('T');
const TypePattern kT = TypePattern::variable('T');

// Positions count from 1, from the end where negative.

/// The offset from the front; a negative or too large one is outside.
int64_t offset_of(int64_t position, int64_t size) {
  if (position > 0) return position - 1;
  return position == 0 || position < -size ? -1 : position + size;
}

Column extract_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<ListEntry> lists(arguments[0]);
  const Argument<int64_t> positions(arguments[1]);
  std::vector<uint32_t> rows(call.row_count, ListGather::kNullElement);
  call.active.for_each([&](uint32_t row) {
    if (lists.is_null(row) || positions.is_null(row)) return;
    const ListEntry entry = lists[row];
    const int64_t offset = offset_of(positions[row], entry.size);
    if (offset >= 0 && offset < entry.size) rows[row] = entry.begin + static_cast<uint32_t>(offset);
  });
  return gather_or_null(arguments[0].child(), rows);
}

// Texts as lists of characters.

size_t character_bytes(std::string_view text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xC0) == 0x80) ++end;
  return end - at;
}

int64_t character_count(std::string_view text) {
  int64_t count = 0;
  for (const char c : text) count += (static_cast<uint8_t>(c) & 0xC0) != 0x80;
  return count;
}

/// Characters [begin, end), counted from 0.
std::string_view characters(std::string_view text, int64_t begin, int64_t end) {
  size_t at = 0;
  for (; begin > 0 && at < text.size(); --begin, --end) at += character_bytes(text, at);
  size_t stop = at;
  for (; end > 0 && stop < text.size(); --end) stop += character_bytes(text, stop);
  return text.substr(at, stop - at);
}

Column extract_character_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<StringView> texts(arguments[0]);
  const Argument<int64_t> positions(arguments[1]);
  ColumnWriter writer(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    if (texts.is_null(row)) return;
    const std::string_view text = texts[row].view();
    const int64_t offset =
        offset_of(positions[row], positions[row] < 0 ? character_count(text) : 0);
    if (offset >= 0) writer.set_text(row, characters(text, offset, offset + 1));
  });
  return writer.seal(call.row_count);
}

/// The rows [begin, end) that a slice from `low` to `high`, both included, means.
struct SliceBounds {
  int64_t begin;
  int64_t end;
};

SliceBounds slice_bounds(std::optional<int64_t> low, std::optional<int64_t> high, int64_t size) {
  const auto from_front = [&](int64_t position) {
    return position < 0 ? std::max(position, -size - 1) + size : position - 1;
  };
  SliceBounds bounds{0, size};
  if (low) bounds.begin = std::clamp<int64_t>(*low == 0 ? 0 : from_front(*low), 0, size);
  if (high) bounds.end = std::clamp<int64_t>(*high == 0 ? 0 : from_front(*high) + 1, 0, size);
  bounds.end = std::max(bounds.begin, bounds.end);
  return bounds;
}

/// Which ends a slice leaves open: `x[2:]` is bound with the least or greatest BIGINT for the end
/// that is not written. A bound that is NULL makes the row NULL.
constexpr int64_t kOpenLow = INT64_MIN;
constexpr int64_t kOpenHigh = INT64_MAX;
struct OpenEnds final : FunctionData {
  OpenEnds(bool l, bool h) : low(l), high(h) {}
  const bool low;
  const bool high;
};

void bind_slice(FunctionBinding& binding) {
  const auto is = [&](size_t i, int64_t bound) {
    return binding.constants[i] && !binding.constants[i]->is_null() &&
           binding.constants[i]->as_integer() == bound;
  };
  binding.data = make_ref<OpenEnds>(is(1, kOpenLow), is(2, kOpenHigh));
}

/// The bounds of a slice, row by row.
class SliceRows {
 public:
  SliceRows(const KernelCall& call, std::span<const Column> arguments)
      : ends_(*static_cast<const OpenEnds*>(call.data)),
        input_(arguments[0]),
        low_(arguments[1]),
        high_(arguments[2]) {}

  bool is_null(uint32_t row) const {
    return input_.is_null(row) || (!ends_.low && low_.is_null(row)) ||
           (!ends_.high && high_.is_null(row));
  }
  std::optional<int64_t> low(uint32_t row) const {
    return ends_.low ? std::nullopt : std::optional(low_[row]);
  }
  std::optional<int64_t> high(uint32_t row) const {
    return ends_.high ? std::nullopt : std::optional(high_[row]);
  }

 private:
  const OpenEnds& ends_;
  const Column& input_;
  const Argument<int64_t> low_;
  const Argument<int64_t> high_;
};

/// Without a step the elements stay where they are: only entries are written.
Column slice_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<ListEntry> lists(arguments[0]);
  const SliceRows slices(call, arguments);
  BufferRef entries = Buffer::allocate_zeroed(size_t{call.row_count} * sizeof(ListEntry));
  BufferRef validity;
  call.active.for_each([&](uint32_t row) {
    if (slices.is_null(row)) {
      if (!validity) validity = make_full_bitmap(call.row_count);
      return clear_bit(validity->as<uint64_t>(), row);
    }
    const ListEntry entry = lists[row];
    const SliceBounds bounds = slice_bounds(slices.low(row), slices.high(row), entry.size);
    entries->as<ListEntry>()[row] = {entry.begin + static_cast<uint32_t>(bounds.begin),
                                     static_cast<uint32_t>(bounds.end - bounds.begin)};
  });
  return Column::list(call.result_type, call.row_count, std::move(entries), arguments[0].child(),
                      std::move(validity));
}

Column stepped_slice_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<ListEntry> lists(arguments[0]);
  const SliceRows slices(call, arguments);
  const Argument<int64_t> steps(arguments[3]);
  ListGather gather(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    if (slices.is_null(row) || steps.is_null(row)) return gather.set_null(row);
    const int64_t step = steps[row];
    if (step == 0) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument,
                              [] { return "the step of a slice is zero"; });
    }
    const ListEntry entry = lists[row];
    auto from = slices.low(row);
    auto to = slices.high(row);
    if (step < 0) std::swap(from, to);  // a falling slice is written from its high end
    const SliceBounds bounds = slice_bounds(from, to, entry.size);
    const int64_t count = bounds.end - bounds.begin;
    const uint64_t stride =
        step < 0 ? 0 - static_cast<uint64_t>(step) : static_cast<uint64_t>(step);
    for (uint64_t at = 0; at < static_cast<uint64_t>(count); at += stride) {
      const auto offset =
          static_cast<uint32_t>(step > 0 ? bounds.begin + static_cast<int64_t>(at)
                                         : bounds.end - 1 - static_cast<int64_t>(at));
      gather.add(entry.begin + offset);
      if (stride > UINT32_MAX) break;
    }
    gather.finish(row);
  });
  return gather.seal(arguments[0].child());
}

Column slice_text_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const Argument<StringView> texts(arguments[0]);
  const SliceRows slices(call, arguments);
  ColumnWriter writer(call.result_type, call.row_count);
  call.active.for_each([&](uint32_t row) {
    if (slices.is_null(row)) return writer.set_null(row);
    const std::string_view text = texts[row].view();
    const SliceBounds bounds =
        slice_bounds(slices.low(row), slices.high(row), character_count(text));
    writer.set_text(row, characters(text, bounds.begin, bounds.end));
  });
  return writer.seal(call.row_count);
}

// Sizes.

Column length_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_rows<ListEntry, int64_t>(call, arguments[0],
                                      [](const ListEntry& entry) { return int64_t{entry.size}; });
}

Column length_of_dimension_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return try_map_rows<ListEntry, int64_t, int64_t>(
      call, arguments[0], arguments[1], ErrorCode::kNotSupported,
      [](const ListEntry& entry, int64_t dimension, int64_t& out) {
        out = entry.size;
        return dimension == 1;
      },
      [](const ListEntry&, int64_t dimension) {
        return fmt::format("the length of dimension {}", dimension);
      });
}

// Searching. NULL elements equal nothing, but list_position finds a NULL by NULL.

Column contains_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const std::vector<uint32_t> found =
      first_equal(call, arguments[0], arguments[0].child(), arguments[1]);
  call.active.for_each([&](uint32_t row) {
    if (found[row] != ListGather::kNullElement) set_bit(writer.bits(), row);
  });
  return writer.seal(call.row_count);
}

/// IN over the list's elements: unknown where a NULL could have been the value.
Column equals_any_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const std::vector<uint32_t> found =
      first_equal(call, arguments[0], arguments[0].child(), arguments[1]);
  const Argument<ListEntry> lists(arguments[0]);
  const Column& child = arguments[0].child();
  call.active.for_each([&](uint32_t row) {
    if (lists.is_null(row) || lists[row].size == 0) return;
    if (found[row] != ListGather::kNullElement) return set_bit(writer.bits(), row);
    const ListEntry entry = lists[row];
    bool is_unknown = arguments[1].is_null(row);
    for (uint32_t i = entry.begin; i < entry.begin + entry.size && !is_unknown; ++i)
      is_unknown = child.is_null(i);
    if (is_unknown) writer.set_null(row);
  });
  return writer.seal(call.row_count);
}

Column position_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  int32_t* const out = writer.values<int32_t>();
  const std::vector<uint32_t> found =
      first_equal(call, arguments[0], arguments[0].child(), arguments[1]);
  const Argument<ListEntry> lists(arguments[0]);
  const Column& child = arguments[0].child();
  call.active.for_each([&](uint32_t row) {
    uint32_t at = found[row];
    if (arguments[1].is_null(row) && !lists.is_null(row)) {
      const ListEntry entry = lists[row];
      for (uint32_t i = entry.begin; i < entry.begin + entry.size && at == ListGather::kNullElement;
           ++i) {
        if (child.is_null(i)) at = i;
      }
    }
    if (at == ListGather::kNullElement) return writer.set_null(row);
    out[row] = static_cast<int32_t>(at - lists[row].begin + 1);
  });
  return writer.seal(call.row_count);
}

ScalarOverload handles_nulls(std::vector<TypePattern> parameters, TypePattern result,
                             ScalarKernel kernel) {
  return {.parameters = std::move(parameters),
          .result = result,
          .kernel = kernel,
          .nulls = Nulls::kHandled,
          .cost = 5};
}

}  // namespace

void register_list_access(FunctionRegistry& registry) {
  const TypeRef integer = Type::int64();
  const TypeRef text = Type::varchar();
  const std::vector<ScalarOverload> extract = {
      {.parameters = {kListOfT, integer}, .result = kT, .kernel = extract_kernel, .cost = 3},
      {.parameters = {text, integer},
       .result = text,
       .kernel = extract_character_kernel,
       .cost = 5}};
  registry.add({"list_extract",
                {"list_element"},
                "list",
                "The element at a position from 1, or from the end where negative; NULL outside.",
                "list_extract(['a', 'b', 'c'], -1)",
                "c",
                extract});
  ScalarFunction array_extract{
      "array_extract",
      {},
      "list",
      "What [] does: an element of a list, a character of a text, a field of a struct.",
      "array_extract(['a', 'b', 'c'], 2)",
      "b",
      extract};
  for (ScalarOverload& overload : struct_access_overloads())
    array_extract.overloads.push_back(std::move(overload));
  registry.add(std::move(array_extract));

  const auto slice = [](std::vector<TypePattern> parameters, TypePattern result,
                        ScalarKernel kernel) {
    return ScalarOverload{.parameters = std::move(parameters),
                          .result = result,
                          .kernel = kernel,
                          .bind = bind_slice,
                          .nulls = Nulls::kHandled,
                          .can_fail = true,
                          .cost = 5};
  };
  registry.add({"list_slice",
                {"array_slice"},
                "list",
                "The elements from one position to another, both included, perhaps by a step.",
                "list_slice([1, 2, 3, 4, 5], 2, -2)",
                "[2, 3, 4]",
                {slice({kListOfT, integer, integer}, kListOfT, slice_kernel),
                 slice({kListOfT, integer, integer, integer}, kListOfT, stepped_slice_kernel),
                 slice({text, integer, integer}, text, slice_text_kernel)}});

  const ScalarOverload length{.parameters = {kListOfT}, .result = integer, .kernel = length_kernel};
  registry.add({"array_length",
                {"list_length"},
                "list",
                "How many elements a list has.",
                "array_length([1, 2, 3])",
                "3",
                {length,
                 {.parameters = {kListOfT, integer},
                  .result = integer,
                  .kernel = length_of_dimension_kernel,
                  .can_fail = true}}});
  registry.extend("length", {length});

  const ScalarOverload contains{.parameters = {kListOfT, kT},
                                .result = Type::boolean(),
                                .kernel = contains_kernel,
                                .cost = 10};
  registry.add({"list_contains",
                {"array_contains", "list_has", "array_has"},
                "list",
                "Whether an element equals the value.",
                "list_contains([1, 2, NULL], 2)",
                "true",
                {contains}});
  registry.extend("contains", {contains});
  registry.add({"equals_any",
                {},
                "list",
                "What `value = ANY(list)` is: whether an element equals the value; NULL when none "
                "does and the value or an element is NULL. False for no list and for an empty one.",
                "equals_any([1, 2, NULL], 3)",
                "NULL",
                {handles_nulls({kListOfT, kT}, Type::boolean(), equals_any_kernel)}});
  registry.add(
      {"list_position",
       {"array_position", "list_indexof", "array_indexof"},
       "list",
       "The position of the first element that equals the value, from 1; NULL when there is none.",
       "list_position(['a', 'b'], 'b')",
       "2",
       {handles_nulls({kListOfT, kT}, Type::int32(), position_kernel)}});
}

}  // namespace doline
