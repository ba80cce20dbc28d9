#include "engine/callback_function.h"

#include <algorithm>

#include "base/ascii.h"
#include "base/cancellation.h"
#include "base/fork.h"
#include "base/step_pause.h"
#include "column/column_builder.h"
#include "engine/c_abi.h"
#include "format/arrow/arrow_export.h"
#include "format/arrow/arrow_field.h"
#include "format/arrow/arrow_import.h"
#include "kernel/cast.h"
#include "kernel/compare.h"
#include "kernel/string_search.h"
#include "kernel/type_text.h"
#include "memory/spill.h"

/// What a function says while it runs.
struct doline_call {
  std::string message;
  uint64_t cause = 0;
  bool has_failed = false;
};

namespace doline {

namespace {

/// A struct of Arrow's interface that is released by its end.
template <class Struct>
struct Owned : Struct {
  Owned() : Struct{} {}
  ~Owned() {
    if (this->release) this->release(this);
  }
  Owned(const Owned&) = delete;
};

/// Around the program's own code: what it allocates of ours, and the queries it may run, are not
/// the query's that calls it.
class Outside {
 public:
  Outside() : budget_(Budget::process()), arbiter_(nullptr) {}

 private:
  const StepPause pause_;
  const BudgetScope budget_;
  const ArbiterScope arbiter_;
};

/// Names that a program made up for itself say nothing to people.
std::string shown_name(const ForeignDeclaration& declared) {
  return declared.name.starts_with("__doline_") ? "the function" : declared.name;
}

Error failed(const std::string& name, const std::string& what) {
  return Error(ErrorCode::kFunctionFailed, "{}: {}", name, what);
}

/// Whether a result of another type than was declared is taken: where no value changes by it, but
/// that floats are rounded to floats. Numbers of other widths are, if they fit, as Python knows but
/// one; instants of finer units are, where they are whole in the coarser one.
bool is_taken_as(TypeRef from, TypeRef to) {
  if (from == to || from->is(TypeKind::kNull) || differ_in_looks(from, to)) return true;
  if (from->is_integer())
    return to->is_integer() || to->is_floating() || to->is(TypeKind::kDecimal);
  if (from->is_floating()) return to->is_floating();
  if (from->is(TypeKind::kDecimal)) {
    if (to->is(TypeKind::kDecimal)) return from->scale() <= to->scale();
    return to->is_floating() || (to->is_integer() && from->scale() == 0);
  }
  if (from->is(TypeKind::kDate)) return to->is_timestamp();
  if (from->is_timestamp()) return to->is_timestamp() && can_cast(from, to);
  if (from->is(TypeKind::kVarchar)) {
    return to->is(TypeKind::kJson) || to->is(TypeKind::kEnum) || to->is(TypeKind::kUuid);
  }
  if (from->is(TypeKind::kEnum)) return to->is(TypeKind::kVarchar);
  const bool are_lists = (from->is(TypeKind::kList) || from->is(TypeKind::kArray)) &&
                         (to->is(TypeKind::kList) || to->is(TypeKind::kArray));
  if (are_lists) return is_taken_as(from->element(), to->element());
  if (from->kind() != to->kind() || !from->is_nested())
    return can_cast(from, to) && implicit_cast_cost(from, to) >= 0;
  if (from->fields().size() != to->fields().size()) return false;
  for (size_t i = 0; i < from->fields().size(); ++i) {
    const bool named_alike =
        from->is(TypeKind::kMap) || same_field_name(from->fields()[i].name, to->fields()[i].name);
    if (!named_alike || !is_taken_as(from->fields()[i].type, to->fields()[i].type)) return false;
  }
  return true;
}

/// Of a second.
int digits_of(TypeRef timestamp) {
  if (timestamp->is(TypeKind::kTimestampS)) return 0;
  if (timestamp->is(TypeKind::kTimestampMs)) return 3;
  return timestamp->is(TypeKind::kTimestampNs) ? 9 : 6;
}

/// Whether an instant within loses digits, if it has them. Precondition: is_taken_as(from, to).
bool may_lose_digits(TypeRef from, TypeRef to) {
  if (from->is_timestamp()) return to->is_timestamp() && digits_of(from) > digits_of(to);
  if (!from->is_nested() || !to->is_nested()) return false;
  if (from->is(TypeKind::kList) || from->is(TypeKind::kArray))
    return may_lose_digits(from->element(), to->element());
  for (size_t i = 0; i < from->fields().size(); ++i) {
    if (may_lose_digits(from->fields()[i].type, to->fields()[i].type)) return true;
  }
  return false;
}

class FirstFailure final : public CastFailures {
 public:
  void fail(uint32_t, std::string text) override {
    if (message.empty()) message = std::move(text);
  }
  bool wants_messages() const override { return true; }
  std::string message;
};

bool are_pairs(TypeRef type) {
  return type->is(TypeKind::kList) && type->element()->is(TypeKind::kStruct) &&
         type->element()->fields().size() == 2;
}

/// Error(kFunctionFailed) where a value was changed by being cast.
void require_equal(const std::string& name, const Column& given, const Column& made) {
  FirstFailure failures;
  const Column back = cast(made, given.type(), Selection::all(made.size()), nullptr, failures);
  for (uint32_t row = 0; row < given.size(); ++row) {
    if (rows_equal(given, row, back, row)) continue;
    throw failed(name, fmt::format("it returned {}, a {} that has more digits than {}",
                                   Value::of(given, row).to_string(), given.type()->name(),
                                   made.type()->name()))
        .hint("declare it to return " + given.type()->name() + ", or round");
  }
}

/// The result as what it is declared to be.
Column as_declared(const std::string& name, const Column& column, TypeRef type) {
  if (column.type() == type) return column;
  if (type->is(TypeKind::kMap) && are_pairs(column.type())) {
    // Keys and values as Python has them. They lie as a map's do.
    const Column pairs = as_declared(name, column, Type::list(type->child())).flatten();
    const Column& keys = pairs.child().flatten().child(0);
    for (uint32_t row = 0; row < keys.size(); ++row) {
      if (keys.is_null(row)) throw failed(name, "a key of a map is NULL");
    }
    return pairs.with_type(type);
  }
  if (!is_taken_as(column.type(), type)) {
    throw Error(ErrorCode::kFunctionFailed, "{} is declared to return {}, and returned {}", name,
                type->name(), column.type()->name());
  }
  FirstFailure failures;
  Column made = cast(column, type, Selection::all(column.size()), nullptr, failures);
  if (!failures.message.empty()) throw failed(name, failures.message);
  if (may_lose_digits(column.type(), type)) require_equal(name, column, made);
  return made;
}

Schema schema_of(const ForeignDeclaration& declared, const Chunk& chunk) {
  Schema schema;
  for (size_t i = 0; i < chunk.columns.size(); ++i) {
    const bool is_named =
        i < declared.parameters.size() && declared.kind != ForeignKind::kAggregate;
    schema.push_back({is_named ? declared.parameters[i].name : fmt::format("v{}", i + 1),
                      chunk.columns[i].type()});
  }
  return schema;
}

std::vector<uint32_t> counts_of(std::span<const Chunk> chunks) {
  std::vector<uint32_t> counts;
  for (const Chunk& chunk : chunks) counts.push_back(chunk.row_count);
  return counts;
}

/// `may_be_any`: a type may be left out.
Schema fields_of(const doline_field* fields, size_t count, const char* what, bool may_be_any) {
  if (count > 0) require(fields, what);
  Schema schema;
  for (size_t i = 0; i < count; ++i) {
    const bool is_any = !fields[i].type || !*fields[i].type;
    if (!may_be_any) require(fields[i].type, what);
    const bool is_named = fields[i].name && *fields[i].name;
    if ((is_named && !is_utf8(fields[i].name)) || (!is_any && !is_utf8(fields[i].type)))
      throw Error(ErrorCode::kInvalidArgument, "{}, or its name, is no UTF-8", what);
    schema.push_back({is_named ? fields[i].name : fmt::format("v{}", i + 1),
                      may_be_any && is_any ? nullptr : type_from_text(fields[i].type)});
  }
  return schema;
}

ForeignDeclaration declaration_of(const doline_function& function) {
  require(function.name, "the function's name");
  ForeignDeclaration declared;
  declared.name = ascii_lower(function.name);
  if (declared.name.empty() || !is_utf8(declared.name))
    throw Error(ErrorCode::kInvalidArgument, "a function wants a name of UTF-8");
  if (function.kind < DOLINE_SCALAR || function.kind > DOLINE_TABLE)
    throw Error(ErrorCode::kInvalidArgument, "there is no function kind {}", function.kind);
  declared.kind = static_cast<ForeignKind>(function.kind);
  declared.sees_nulls = (function.flags & DOLINE_SEES_NULLS) != 0;
  declared.is_volatile = (function.flags & DOLINE_DETERMINISTIC) == 0;
  declared.takes_anything = (function.flags & DOLINE_TAKES_ANYTHING) != 0;
  if (!declared.takes_anything)
    declared.parameters =
        fields_of(function.parameters, function.parameter_count, "a parameter", true);
  declared.results = fields_of(function.results, function.result_count, "a result's type", false);
  const bool has_one =
      declared.kind == ForeignKind::kScalar || declared.kind == ForeignKind::kAggregate;
  if (declared.results.empty() || (has_one && declared.results.size() != 1)) {
    throw Error(ErrorCode::kInvalidArgument, "{} returns {}, not {} columns", declared.name,
                has_one ? "one value" : "at least one column", declared.results.size());
  }
  if (declared.kind == ForeignKind::kTable) {
    require(reinterpret_cast<const void*>(function.open), "the function's open");
    require(reinterpret_cast<const void*>(function.next), "the function's next");
  } else {
    require(reinterpret_cast<const void*>(function.call), "the function's call");
  }
  return declared;
}

void let_go(const CallbackFunction::Callbacks& callbacks) {
  if (!callbacks.release) return;
  const Outside outside;
  callbacks.release(callbacks.context);
}

}  // namespace

ForeignFunctionRef CallbackFunction::create(const doline_function& function) {
  const Callbacks callbacks{function.context, function.call,  function.open,
                            function.next,    function.close, function.release};
  try {
    return make_ref<CallbackFunction>(declaration_of(function), callbacks);
  } catch (...) {
    let_go(callbacks);
    throw;
  }
}

CallbackFunction::~CallbackFunction() { let_go(callbacks_); }

namespace {

/// What a call said when it failed.
[[noreturn]] void throw_failure(const std::string& name, const doline_call& told) {
  poll_cancellation();
  throw failed(name, told.has_failed ? told.message : "it failed without saying why")
      .caused_by(told.cause);
}

/// Arrow's errors are of data from outside: here of what the function returned.
template <class Read>
auto believed(const std::string& name, Read&& read) {
  try {
    return read();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kFormat && error.code() != ErrorCode::kNotSupported &&
        error.code() != ErrorCode::kConversion)
      throw;
    throw failed(name, "its result is not what it says: " + error.message());
  }
}

}  // namespace

std::vector<Column> CallbackFunction::call(std::span<const Chunk> arguments) const {
  poll_cancellation();
  const std::string name = shown_name(declaration);
  const Schema schema = schema_of(declaration, arguments[0]);
  Owned<ArrowArray> given;
  if (!export_arrow_chunks(schema, arguments, &given)) return call_by_halves(arguments);
  Owned<ArrowSchema> given_schema;
  export_arrow_schema(schema, "UTC", &given_schema);
  Owned<ArrowSchema> result_schema;
  Owned<ArrowArray> result;
  doline_call told;
  const int64_t rows = given.length;
  const int status = [&] {
    const Outside outside;
    return callbacks_.call(callbacks_.context, &told, &given_schema, &given, &result_schema,
                           &result);
  }();
  if (status != 0 || told.has_failed) throw_failure(name, told);
  if (!result.release || !result_schema.release) throw failed(name, "it returned nothing");
  if (result.length != rows) {
    throw failed(name, fmt::format("it returned {} values for {} {}", result.length, rows,
                                   declaration.kind == ForeignKind::kScalar ? "rows" : "groups"));
  }
  std::vector<Column> columns = believed(name, [&] {
    return columns_of_arrow(result_schema, &result, counts_of(arguments), current_budget());
  });
  for (Column& column : columns) column = as_declared(name, column, declaration.results[0].type);
  return columns;
}

std::vector<Column> CallbackFunction::call_by_halves(std::span<const Chunk> arguments) const {
  if (arguments.size() > 1) {
    const size_t half = arguments.size() / 2;
    std::vector<Column> columns = call(arguments.first(half));
    for (Column& column : call(arguments.subspan(half))) columns.push_back(std::move(column));
    return columns;
  }
  const Chunk& chunk = arguments[0];
  ASSERT(chunk.row_count > 1);  // of one row that is too large the export throws
  const uint32_t half = chunk.row_count / 2;
  ColumnBuilder made(declaration.results[0].type);
  for (const Chunk& part : {chunk.slice(0, half), chunk.slice(half, chunk.row_count - half)}) {
    const Chunk rows = part.dense();
    made.append_from(call({&rows, 1})[0], Selection::all(rows.row_count));
  }
  return {made.seal()};
}

class CallbackFunction::OpenRows final : public Rows {
 public:
  explicit OpenRows(Ref<const CallbackFunction> function) : function_(std::move(function)) {}
  ~OpenRows() override {
    if (!is_open_ || !function_->callbacks_.close) return;
    const Outside outside;
    function_->callbacks_.close(rows_);
  }

  /// Before the first next(). What is opened is closed, also where the function says that it
  /// failed.
  void open(const ArrowSchema& schema, ArrowArray& arguments) {
    doline_call told;
    const int status = [&] {
      const Outside outside;
      return function_->callbacks_.open(function_->callbacks_.context, &told, &schema, &arguments,
                                        &rows_);
    }();
    is_open_ = status == 0;
    if (status != 0 || told.has_failed) throw_failure(shown_name(function_->declaration), told);
  }

  bool next(std::vector<Chunk>& out) override {
    poll_cancellation();
    const ForeignDeclaration& declared = function_->declaration;
    const std::string name = shown_name(declared);
    Owned<ArrowSchema> schema;
    Owned<ArrowArray> batch;
    doline_call told;
    const int status = [&] {
      const Outside outside;
      return function_->callbacks_.next(rows_, &told, &schema, &batch);
    }();
    if (status != 0 || told.has_failed) throw_failure(name, told);
    if (!batch.release) return false;
    if (!schema.release) throw failed(name, "it gave rows without saying of what columns");
    ArrowImporter::Batch imported = believed(name, [&] {
      const ArrowImporter importer(schema);
      if (importer.schema().size() != declared.results.size()) {
        throw failed(name, fmt::format("it gave {} columns and is declared to give {}",
                                       importer.schema().size(), declared.results.size()));
      }
      return importer.import(&batch, current_budget(), ArrowImporter::Charge::kAlways);
    });
    out = std::move(imported.chunks);
    for (Chunk& chunk : out) {
      for (size_t i = 0; i < chunk.columns.size(); ++i)
        chunk.columns[i] = as_declared(name, chunk.columns[i], declared.results[i].type);
    }
    return true;
  }

 private:
  const Ref<const CallbackFunction> function_;
  void* rows_ = nullptr;  // the program's
  bool is_open_ = false;
};

std::unique_ptr<CallbackFunction::Rows> CallbackFunction::open(
    const std::vector<Value>& arguments) const {
  poll_cancellation();
  Chunk row({}, 1);
  for (const Value& argument : arguments) row.columns.push_back(argument.to_column(1));
  const Schema schema = schema_of(declaration, row);
  Owned<ArrowArray> given;
  const bool is_exported = export_arrow_chunks(schema, {&row, 1}, &given);
  ASSERT(is_exported);  // of one row that is too large it throws
  Owned<ArrowSchema> given_schema;
  export_arrow_schema(schema, "UTC", &given_schema);
  auto rows = std::make_unique<OpenRows>(Ref<const CallbackFunction>(this));
  rows->open(given_schema, given);
  return rows;
}

}  // namespace doline

void doline_call_fail(doline_call* call, const char* message, uint64_t cause) {
  if (!call) return;
  try {
    call->has_failed = true;
    call->cause = cause;
    const std::string_view text = message ? message : "";
    call->message = doline::is_utf8(text) ? text : "it failed, in words that are no UTF-8";
  } catch (...) {
    // No memory for the text: that it failed has to do.
  }
}

int doline_call_is_cancelled(doline_call*) {
  try {
    doline::poll_cancellation();
    return 0;
  } catch (...) {
    return 1;
  }
}

int doline_create_function(doline_session* session, const doline_function* function) {
  return doline::guarded({}, [&] {
    doline::require(function, "the function");
    // Of a smaller one nothing is known, not even its release, which is not called.
    if (function->size < sizeof(doline_function)) {
      throw doline::Error(doline::ErrorCode::kInvalidArgument,
                          "a doline_function of {} bytes is not of this version", function->size);
    }
    auto made = doline::ProgramFunction::create(doline::CallbackFunction::create(*function));
    doline::require(session, "the session");
    doline::refuse_after_fork(session->state->born, "the session");
    session->state->database->functions().add(std::move(made));
  });
}

int doline_drop_function(doline_session* session, const char* name) {
  return doline::guarded({}, [&] {
    doline::require(session, "the session");
    doline::require(name, "the function's name");
    doline::refuse_after_fork(session->state->born, "the session");
    if (!session->state->database->functions().remove(name)) {
      throw doline::Error(doline::ErrorCode::kFunctionNotFound, "no function \"{}\" was created",
                          name);
    }
  });
}
