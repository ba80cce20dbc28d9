#include "function/program_function.h"

#include <algorithm>

#include "base/living.h"
#include "column/column_builder.h"

namespace doline {

namespace {

/// Calls of the program's own functions take longer than any expression around them.
constexpr float kCost = 1000;

Living<ProgramFunction>& living_functions() {
  static auto* all = new Living<ProgramFunction>();  // outlives static destructors
  return *all;
}

/// The rows of `result`, one an active row, at the places of these; NULL elsewhere.
Column spread(const Column& result, const Selection& active, uint32_t row_count) {
  if (active.size() == row_count) return result;
  if (active.empty()) return Column::null(result.type(), row_count);
  std::vector<uint32_t> from(row_count, 0);
  const size_t words = words_for_bits(row_count);
  BufferRef valid = Buffer::allocate_zeroed(words * sizeof(uint64_t));
  for (uint32_t i = 0; i < active.size(); ++i) {
    from[active[i]] = i;
    set_bit(valid->as<uint64_t>(), active[i]);
  }
  return result.gather(from.data(), row_count).masked(std::move(valid));
}

/// The rows to call for: of the active ones those without a NULL, where it sees none.
Selection wanted_rows(const Chunk& arguments, bool sees_nulls) {
  if (sees_nulls) return arguments.active;
  BufferRef valid;
  for (const Column& argument : arguments.columns) {
    if (argument.is_null_constant()) return {};
    if (argument.is_constant() || !argument.validity()) continue;
    valid = intersect_bitmaps(valid ? valid->as<uint64_t>() : nullptr, argument.validity(),
                              arguments.row_count);
  }
  return valid ? Selection::from_bits(valid->as<uint64_t>(), arguments.active) : arguments.active;
}

/// Under TRY rows that fail are NULL: which they are is found out by halves.
void call_or_null(const ForeignFunction& function, const Chunk& rows, ColumnBuilder& out) {
  try {
    const Column made = function.call({&rows, 1})[0];
    out.append_from(made, Selection::all(rows.row_count));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kFunctionFailed) throw;
    if (rows.size() == 1) return out.append_null();
    const uint32_t half = rows.size() / 2;
    call_or_null(function, rows.slice(0, half).dense(), out);
    call_or_null(function, rows.slice(half, rows.size() - half).dense(), out);
  }
}

Column call_kernel(const KernelCall& call, std::span<const Column> arguments) {
  const auto& function = static_cast<const ForeignFunction&>(*call.data);
  Chunk chunk({arguments.begin(), arguments.end()}, call.row_count);
  chunk.active = call.active;
  if (call.errors.mode() == RowErrors::Mode::kThrow) return function.call_active({&chunk, 1})[0];
  chunk.active = wanted_rows(chunk, function.declaration.sees_nulls);
  if (chunk.empty()) return Column::null(call.result_type, call.row_count);
  ColumnBuilder made(call.result_type);
  call_or_null(function, chunk.dense(), made);
  return spread(made.seal(), chunk.active, call.row_count);
}

ScalarFunction scalar_of(const ForeignFunctionRef& foreign) {
  const ForeignDeclaration& declared = foreign->declaration;
  ScalarOverload overload;
  if (declared.kind == ForeignKind::kAggregate) {
    // Rows of no declared types are structs of whatever is passed.
    const bool is_any =
        declared.takes_anything ||
        std::any_of(declared.parameters.begin(), declared.parameters.end(),
                    [](const Field& parameter) { return parameter.type == nullptr; });
    overload.parameters = {
        is_any ? TypePattern::any()
               : TypePattern::exact(Type::list(Type::structure(declared.parameters)))};
  } else if (declared.takes_anything) {
    overload.variadic = TypePattern::any();
  } else {
    for (const Field& parameter : declared.parameters) {
      overload.parameters.push_back(parameter.type ? TypePattern::exact(parameter.type)
                                                   : TypePattern::any());
    }
  }
  overload.result = TypePattern::exact(declared.results[0].type);
  overload.kernel = call_kernel;
  overload.nulls = declared.sees_nulls ? Nulls::kHandled : Nulls::kPropagate;
  overload.can_fail = true;
  overload.is_volatile = declared.is_volatile;
  overload.cost = kCost;
  overload.data = foreign;
  ScalarFunction function;
  function.name = declared.name;
  function.category = "the program's own";
  function.overloads.push_back(std::move(overload));
  return function;
}

}  // namespace

std::vector<Column> ForeignFunction::call_active(std::span<const Chunk> arguments) const {
  std::vector<Selection> active;
  std::vector<Chunk> dense;
  for (const Chunk& chunk : arguments) {
    Chunk wanted = chunk;
    wanted.active = wanted_rows(chunk, declaration.sees_nulls);
    active.push_back(wanted.active);
    if (!wanted.empty()) dense.push_back(wanted.dense());
  }
  std::vector<Column> made;
  if (!dense.empty()) made = call(dense);
  std::vector<Column> results;
  size_t next = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const uint32_t rows = arguments[i].row_count;
    results.push_back(active[i].empty() ? Column::null(declaration.results[0].type, rows)
                                        : spread(made[next++], active[i], rows));
  }
  return results;
}

ProgramFunction::ProgramFunction(ForeignFunctionRef foreign)
    : foreign_(std::move(foreign)), id_(unique_id()) {
  if (!declaration().gives_rows()) scalar_ = scalar_of(foreign_);
}

ProgramFunction::~ProgramFunction() { living_functions().remove(id_); }

ProgramFunctionRef ProgramFunction::create(ForeignFunctionRef foreign) {
  ProgramFunctionRef made(new ProgramFunction(std::move(foreign)));
  living_functions().add(made->id(), made);
  return made;
}

ProgramFunctionRef ProgramFunction::living(const std::string& id) {
  return living_functions().find(id);
}

bool ProgramFunction::is_any_living() { return !living_functions().is_empty(); }

}  // namespace doline
