#include <cmath>

#include "function/argument.h"
#include "function/list_gather.h"
#include "function/nested_functions.h"

namespace doline {

namespace {

enum class Measure : uint8_t {
  kDistance,
  kInnerProduct,
  kNegativeInnerProduct,
  kCosineSimilarity,
  kCosineDistance
};

template <class T>
T inner_product(const T* a, const T* b, uint32_t count) {
  // Four sums at once: the order of additions is fixed, so results do not depend on the machine.
  T sums[4] = {};
  uint32_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (uint32_t lane = 0; lane < 4; ++lane) sums[lane] += a[i + lane] * b[i + lane];
  }
  for (; i < count; ++i) sums[0] += a[i] * b[i];
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

template <class T>
T squared_distance(const T* a, const T* b, uint32_t count) {
  T sums[4] = {};
  uint32_t i = 0;
  for (; i + 4 <= count; i += 4) {
    for (uint32_t lane = 0; lane < 4; ++lane) {
      const T difference = a[i + lane] - b[i + lane];
      sums[lane] += difference * difference;
    }
  }
  for (; i < count; ++i) sums[0] += (a[i] - b[i]) * (a[i] - b[i]);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

template <class T>
T cosine(const T* a, const T* b, uint32_t count) {
  const T lengths = std::sqrt(inner_product(a, a, count) * inner_product(b, b, count));
  const T similarity = inner_product(a, b, count) / lengths;
  return std::isnan(similarity) ? similarity : std::min(T{1}, std::max(T{-1}, similarity));
}

template <class T, Measure kMeasure>
T measure(const T* a, const T* b, uint32_t count) {
  switch (kMeasure) {
    case Measure::kDistance:
      return std::sqrt(squared_distance(a, b, count));
    case Measure::kInnerProduct:
      return inner_product(a, b, count);
    case Measure::kNegativeInnerProduct:
      return -inner_product(a, b, count);
    case Measure::kCosineSimilarity:
      return cosine(a, b, count);
    case Measure::kCosineDistance:
      return 1 - cosine(a, b, count);
  }
  UNREACHABLE();
}

bool has_null(const Column& child, ListEntry entry) {
  if (!child.validity()) return false;
  for (uint32_t i = entry.begin; i < entry.begin + entry.size; ++i) {
    if (child.is_null(i)) return true;
  }
  return false;
}

template <class T, Measure kMeasure>
Column measure_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<ListEntry> first(arguments[0]);
  const Argument<ListEntry> second(arguments[1]);
  const Column a = arguments[0].child().flatten();
  const Column b = arguments[1].child().flatten();
  T* const out = writer.values<T>();
  call.active.for_each([&](uint32_t row) {
    const ListEntry left = first[row];
    const ListEntry right = second[row];
    out[row] = 0;
    if (left.size != right.size) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
        return fmt::format("the lists have {} and {} elements, not equally many", left.size,
                           right.size);
      });
    }
    if (has_null(a, left) || has_null(b, right)) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument,
                              [] { return "an element is NULL"; });
    }
    constexpr bool is_cosine =
        kMeasure == Measure::kCosineSimilarity || kMeasure == Measure::kCosineDistance;
    if (is_cosine && left.size == 0) return writer.set_null(row);
    out[row] =
        measure<T, kMeasure>(a.values<T>() + left.begin, b.values<T>() + right.begin, left.size);
  });
  return writer.seal(call.row_count);
}

template <class T>
Column cross_product_kernel(const KernelCall& call, std::span<const Column> given) {
  const std::vector<Column> arguments = own_arguments(call, given);
  const Argument<ListEntry> first(arguments[0]);
  const Argument<ListEntry> second(arguments[1]);
  const Column a = arguments[0].child().flatten();
  const Column b = arguments[1].child().flatten();
  const TypeRef element = call.result_type->element();
  BufferRef entries = Buffer::allocate_zeroed(size_t{call.row_count} * sizeof(ListEntry));
  BufferRef values = Buffer::allocate_zeroed(size_t{call.row_count} * 3 * sizeof(T));
  call.active.for_each([&](uint32_t row) {
    if (first[row].size != 3 || second[row].size != 3 || has_null(a, first[row]) ||
        has_null(b, second[row])) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument, [] {
        return "a cross product takes three numbers and three, none of them NULL";
      });
    }
    const T* const x = a.values<T>() + first[row].begin;
    const T* const y = b.values<T>() + second[row].begin;
    T* const out = values->as<T>() + size_t{row} * 3;
    out[0] = x[1] * y[2] - x[2] * y[1];
    out[1] = x[2] * y[0] - x[0] * y[2];
    out[2] = x[0] * y[1] - x[1] * y[0];
    entries->as<ListEntry>()[row] = {row * 3, 3};
  });
  return Column::list(call.result_type, call.row_count, std::move(entries),
                      Column::flat(element, call.row_count * 3, std::move(values)));
}

template <Measure kMeasure>
void add_measure(FunctionRegistry& registry, const std::string& name,
                 std::vector<std::string> aliases, std::string summary, std::string result) {
  std::vector<ScalarOverload> overloads = {
      {.parameters = {Type::list(Type::float32()), Type::list(Type::float32())},
       .result = Type::float32(),
       .kernel = measure_kernel<float, kMeasure>,
       .can_fail = true,
       .cost = 20},
      {.parameters = {Type::list(Type::float64()), Type::list(Type::float64())},
       .result = Type::float64(),
       .kernel = measure_kernel<double, kMeasure>,
       .can_fail = true,
       .cost = 20}};
  registry.add({name, std::move(aliases), "list", std::move(summary),
                name + "([1, 2]::DOUBLE[], [4, 6]::DOUBLE[])", std::move(result),
                std::move(overloads)});
}

}  // namespace

void register_list_distances(FunctionRegistry& registry) {
  add_measure<Measure::kDistance>(registry, "list_distance", {"array_distance"},
                                  "The Euclidean distance of two lists of numbers.", "5.0");
  add_measure<Measure::kInnerProduct>(
      registry, "list_inner_product",
      {"list_dot_product", "array_inner_product", "array_dot_product"},
      "The sum of the products of elements.", "16.0");
  add_measure<Measure::kNegativeInnerProduct>(
      registry, "list_negative_inner_product",
      {"list_negative_dot_product", "array_negative_inner_product", "array_negative_dot_product"},
      "The sum of the products of elements, negated.", "-16.0");
  add_measure<Measure::kCosineSimilarity>(
      registry, "list_cosine_similarity", {"array_cosine_similarity"},
      "The cosine of the angle between two lists of numbers.", "0.9922778767136677");
  add_measure<Measure::kCosineDistance>(
      registry, "list_cosine_distance", {"array_cosine_distance"},
      "One minus the cosine of the angle between two lists of numbers.", "0.007722123286332261");
  const TypeRef floats = Type::list(Type::float32());
  const TypeRef doubles = Type::list(Type::float64());
  registry.add({"array_cross_product",
                {},
                "list",
                "The cross product of two lists of three numbers.",
                "array_cross_product([1, 2, 3]::DOUBLE[], [2, 3, 4]::DOUBLE[])",
                "[-1.0, 2.0, -1.0]",
                {{.parameters = {floats, floats},
                  .result = Type::array(Type::float32(), 3),
                  .kernel = cross_product_kernel<float>,
                  .can_fail = true,
                  .cost = 20},
                 {.parameters = {doubles, doubles},
                  .result = Type::array(Type::float64(), 3),
                  .kernel = cross_product_kernel<double>,
                  .can_fail = true,
                  .cost = 20}}});
}

}  // namespace doline
