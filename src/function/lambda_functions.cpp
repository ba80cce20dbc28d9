#include <algorithm>
#include <utility>

#include "base/cancellation.h"
#include "column/column_builder.h"
#include "column/value.h"
#include "function/lambda_elements.h"
#include "function/list_gather.h"
#include "function/registry.h"
#include "function/session_constants.h"
#include "kernel/cast.h"

namespace doline {

namespace {

constexpr size_t kLambda = 1;  // the place of the lambda among the arguments

thread_local uint64_t most_elements = 0;

/// Positions of the elements within their lists, from 1.
Column positions_of(const ReachedElements& reached) {
  const auto count = static_cast<uint32_t>(reached.elements.size());
  BufferRef values = Buffer::allocate(size_t{count} * sizeof(int64_t));
  auto* const out = values->as<int64_t>();
  int64_t position = 0;
  for (uint32_t i = 0; i < count; ++i) {
    position = i != 0 && reached.parents[i] == reached.parents[i - 1] ? position + 1 : 1;
    out[i] = position;
  }
  return Column::flat(Type::int64(), count, std::move(values));
}

/// The lambda's body over every element of every list.
Column apply_to_elements(const KernelCall& call, const Column& lists,
                         const ReachedElements& reached) {
  const auto count = static_cast<uint32_t>(reached.elements.size());
  poll_cancellation();
  note_lambda_elements(count);
  std::vector<Column> parameters = {lists.child().gather(reached.elements.data(), count).flatten(),
                                    positions_of(reached)};
  return call.lambdas[kLambda]
      ->evaluate(std::move(parameters), count, reached.parents.data())
      .flatten();
}

/// Entries of lists whose elements lie one list after another.
BufferRef dense_entries(const KernelCall& call, const Column& lists) {
  const Argument<ListEntry> entries(lists);
  BufferRef out = Buffer::allocate_zeroed(size_t{call.row_count} * sizeof(ListEntry));
  uint32_t at = 0;
  call.active.for_each([&](uint32_t row) {
    if (entries.is_null(row)) return;
    out->as<ListEntry>()[row] = {at, entries[row].size};
    at += entries[row].size;
  });
  return out;
}

Column transform_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const ReachedElements reached = reached_elements(call, arguments[0]);
  Column results = apply_to_elements(call, arguments[0], reached);
  return Column::list(call.result_type, call.row_count, dense_entries(call, arguments[0]),
                      std::move(results));
}

bool is_true(const Column& flags, uint32_t row) {
  if (flags.is_null(row)) return false;
  switch (flags.physical()) {
    case PhysicalType::kBool:
      return flags.value<bool>(row);
    case PhysicalType::kInt8:
      return flags.value<int8_t>(row) != 0;
    case PhysicalType::kInt16:
      return flags.value<int16_t>(row) != 0;
    case PhysicalType::kInt32:
      return flags.value<int32_t>(row) != 0;
    case PhysicalType::kInt64:
      return flags.value<int64_t>(row) != 0;
    case PhysicalType::kInt128:
      return flags.value<int128_t>(row) != 0;
    case PhysicalType::kUInt8:
      return flags.value<uint8_t>(row) != 0;
    case PhysicalType::kUInt16:
      return flags.value<uint16_t>(row) != 0;
    case PhysicalType::kUInt32:
      return flags.value<uint32_t>(row) != 0;
    case PhysicalType::kUInt64:
      return flags.value<uint64_t>(row) != 0;
    case PhysicalType::kFloat:
      return flags.value<float>(row) != 0;
    case PhysicalType::kDouble:
      return flags.value<double>(row) != 0;
    case PhysicalType::kString:
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct:
      break;
  }
  UNREACHABLE();
}

Column filter_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const ReachedElements reached = reached_elements(call, arguments[0]);
  const Column flags = apply_to_elements(call, arguments[0], reached);
  const Argument<ListEntry> lists(arguments[0]);
  ListGather gather(call.result_type, call.row_count);
  uint32_t at = 0;
  call.active.for_each([&](uint32_t row) {
    if (lists.is_null(row)) return;
    for (uint32_t i = 0; i < lists[row].size; ++i, ++at) {
      if (is_true(flags, at)) gather.add(reached.elements[at]);
    }
    gather.finish(row);
  });
  return gather.seal(arguments[0].child());
}

/// Casts what the body gives back to the accumulator's type.
class StepFailures final : public CastFailures {
 public:
  StepFailures(RowErrors& errors, const std::vector<uint32_t>& parents)
      : errors_(errors), parents_(parents) {}
  void fail(uint32_t row, std::string message) override {
    errors_.fail(parents_[row], ErrorCode::kConversion, [&] { return std::move(message); });
  }
  bool wants_messages() const override { return errors_.mode() == RowErrors::Mode::kThrow; }

 private:
  RowErrors& errors_;
  const std::vector<uint32_t>& parents_;
};

struct ReduceData final : FunctionData {
  explicit ReduceData(TypeRef a) : accumulator(a) {}
  const TypeRef accumulator;  // the type of the lambda's first parameter
};

/// All lists advance together: step n folds the n-th element of every list that has one. What is
/// folded has the body's type between steps, and the parameter's only while it is passed in.
Column reduce_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const TypeRef parameter = static_cast<const ReduceData*>(call.data)->accumulator;
  const Column& list_column = arguments[0];
  const bool has_initial = arguments.size() == 2;  // the lambda is not among them
  const Argument<ListEntry> lists(list_column);
  const Column child = list_column.child();
  std::vector<uint32_t> rows;  // the lists still being folded
  call.active.for_each([&](uint32_t row) {
    if (lists.is_null(row)) return;
    if (!has_initial && lists[row].size == 0) {
      return call.errors.fail(row, ErrorCode::kInvalidArgument,
                              [] { return "list_reduce of an empty list needs an initial value"; });
    }
    rows.push_back(row);
  });
  const auto cast_to = [&](const Column& column, TypeRef type) {
    if (column.type() == type) return column;
    StepFailures failures(call.errors, rows);
    return cast(column, type, Selection::all(column.size()), call.session.zone, failures).flatten();
  };
  // results[row] is a row of `finished`, to which folds are appended as their lists end.
  ColumnBuilder finished(call.result_type, static_cast<uint32_t>(rows.size()));
  std::vector<uint32_t> results(call.row_count, ListGather::kNullElement);
  std::vector<uint32_t> from;
  for (const uint32_t row : rows) from.push_back(has_initial ? row : lists[row].begin);
  const Column initial = has_initial ? arguments[1].flatten() : child;
  Column accumulator = cast_to(gather_or_null(initial, from).flatten(), call.result_type);
  for (uint32_t step = has_initial ? 0 : 1; !rows.empty(); ++step) {
    poll_cancellation();
    std::vector<uint32_t> open;  // rows with an element at this step
    std::vector<uint32_t> kept;  // their places in `accumulator`
    std::vector<uint32_t> elements;
    for (uint32_t i = 0; i < rows.size(); ++i) {
      const ListEntry entry = lists[rows[i]];
      if (step < entry.size) {
        open.push_back(rows[i]);
        kept.push_back(i);
        elements.push_back(entry.begin + step);
      } else {
        results[rows[i]] = finished.size();
        finished.append_from(accumulator, i);
      }
    }
    rows = std::move(open);
    if (rows.empty()) break;
    const auto count = static_cast<uint32_t>(rows.size());
    std::vector<Column> parameters = {cast_to(accumulator.gather(kept.data(), count), parameter),
                                      child.gather(elements.data(), count).flatten(),
                                      Value::integer(int64_t{step} + 1).to_column(count).flatten()};
    if (call.errors.any() && call.errors.mode() == RowErrors::Mode::kThrow) break;
    accumulator = cast_to(
        call.lambdas[kLambda]->evaluate(std::move(parameters), count, rows.data()).flatten(),
        call.result_type);
    if (call.errors.any() && call.errors.mode() == RowErrors::Mode::kThrow) break;
  }
  return gather_or_null(finished.seal(), results);
}

TypeRef element_of(const FunctionBinding& binding) { return binding.cast_to[0]->element(); }

void bind_transform(FunctionBinding& binding) {
  binding.lambda_parameters[kLambda] = {element_of(binding), Type::int64()};
  if (binding.lambda_results[kLambda]) binding.result = Type::list(binding.lambda_results[kLambda]);
}

void bind_filter(FunctionBinding& binding) {
  binding.lambda_parameters[kLambda] = {element_of(binding), Type::int64()};
  const TypeRef result = binding.lambda_results[kLambda];
  if (result && !result->is(TypeKind::kBool) && !result->is(TypeKind::kNull) &&
      !result->is_integer() && !result->is_floating()) {
    throw Error(ErrorCode::kTypeMismatch, binding.span,
                "the condition of list_filter is a {}, not BOOLEAN", result->name());
  }
}

void bind_reduce(FunctionBinding& binding) {
  const TypeRef element = element_of(binding);
  TypeRef accumulator = element;
  if (binding.cast_to.size() == 3) {
    accumulator = common_type(element, binding.argument_types[2]);
    if (!accumulator) accumulator = binding.argument_types[2];
    binding.cast_to[2] = accumulator;
    if (can_cast(element, accumulator) && implicit_cast_cost(element, accumulator) >= 0) {
      binding.cast_to[0] = Type::list(accumulator);
    }
  }
  binding.lambda_parameters[kLambda] = {accumulator, binding.cast_to[0]->element(), Type::int64()};
  binding.result = accumulator;
  binding.data = make_ref<ReduceData>(accumulator);
  const TypeRef body = binding.lambda_results[kLambda];
  if (!body || body == accumulator) return;
  if (!can_cast(body, accumulator)) {
    throw Error(ErrorCode::kTypeMismatch, binding.span, "list_reduce folds {} into {}",
                body->name(), accumulator->name());
  }
  // The sum of two TINYINT may be wider: then so is the result.
  if (implicit_cast_cost(accumulator, body) >= 0) binding.result = body;
}

}  // namespace

void note_lambda_elements(uint64_t count) { most_elements = std::max(most_elements, count); }
uint64_t take_lambda_elements() { return std::exchange(most_elements, 0); }

void register_lambda_functions(FunctionRegistry& registry) {
  const TypePattern list = TypePattern::list_of('T');
  const TypePattern lambda = TypePattern::lambda();
  registry.add({"list_transform",
                {"array_transform", "list_apply", "array_apply", "apply"},
                "list",
                "The list of what the lambda gives for each element; it may take the element's "
                "position as well.",
                "list_transform([1, 2, 3], lambda x: x + 1)",
                "[2, 3, 4]",
                {{.parameters = {list, lambda},
                  .result = TypePattern::any(),
                  .kernel = transform_kernel,
                  .bind = bind_transform,
                  .can_fail = true,
                  .cost = 20}}});
  registry.add({"list_filter",
                {"array_filter", "filter"},
                "list",
                "The elements for which the lambda is true.",
                "list_filter([1, 2, 3], lambda x: x > 1)",
                "[2, 3]",
                {{.parameters = {list, lambda},
                  .result = list,
                  .kernel = filter_kernel,
                  .bind = bind_filter,
                  .can_fail = true,
                  .cost = 20}}});
  registry.add({"list_reduce",
                {"array_reduce", "reduce"},
                "list",
                "Folds the elements by a lambda of what was folded so far, the element and perhaps "
                "its position; from the third argument on, if given.",
                "list_reduce([1, 2, 3], lambda a, x: a + x)",
                "6",
                {{.parameters = {list, lambda},
                  .result = TypePattern::any(),
                  .kernel = reduce_kernel,
                  .bind = bind_reduce,
                  .can_fail = true,
                  .cost = 30},
                 {.parameters = {list, lambda, TypePattern::any()},
                  .result = TypePattern::any(),
                  .kernel = reduce_kernel,
                  .bind = bind_reduce,
                  .can_fail = true,
                  .cost = 30}}});
}

}  // namespace doline
