#include "engine/callback_table.h"

#include "base/living.h"
#include "kernel/cast.h"

namespace doline {

struct CallbackTable::State {
  State(Ref<const CallbackFunction> its_function, std::vector<Value> its_arguments)
      : function(std::move(its_function)), arguments(std::move(its_arguments)), id(unique_id()) {}
  ~State();
  const Ref<const CallbackFunction> function;
  const std::vector<Value> arguments;
  const std::string id;
};

namespace {

using State = CallbackTable::State;

Living<State>& living_tables() {
  static auto* all = new Living<State>();  // outlives static destructors
  return *all;
}

TableRef reopen(const TableDescriptor& descriptor, const AccessPolicy&) {
  const auto id = descriptor.parameters.find("id");
  if (id != descriptor.parameters.end()) {
    if (auto state = living_tables().find(id->second))
      return make_ref<const CallbackTable>(std::move(state));
  }
  const auto name = descriptor.parameters.find("name");
  throw Error(ErrorCode::kNotSupported,
              "the plan reads {}, a function of the program that made it, which is not here",
              name == descriptor.parameters.end() ? "a table function" : name->second)
      .hint("send the query instead, and create the function where it runs");
}

const bool kRegistered = [] {
  register_table_kind("program function", reopen);
  return true;
}();

class CallbackReader final : public Reader {
 public:
  CallbackReader(const State& state, const std::vector<uint32_t>& columns)
      : state_(state), columns_(columns) {}

  Poll read(Chunk& out, const Waker&) override {
    if (!rows_) rows_ = state_.function->open(state_.arguments);
    while (next_ == ready_.size()) {
      ready_.clear();
      next_ = 0;
      if (!rows_->next(ready_)) return Poll::kDone;
    }
    const Chunk& given = ready_[next_++];
    out = Chunk({}, given.row_count);
    for (const uint32_t column : columns_) out.columns.push_back(given.columns[column]);
    return Poll::kReady;
  }

 private:
  const State& state_;
  const std::vector<uint32_t>& columns_;
  std::unique_ptr<CallbackFunction::Rows> rows_;
  std::vector<Chunk> ready_;
  size_t next_ = 0;
};

/// One morsel: what comes, comes in order.
class CallbackScan final : public Scan {
 public:
  CallbackScan(std::shared_ptr<const State> state, ScanRequest request)
      : state_(std::move(state)), request_(std::move(request)) {}

  std::vector<Pushed> pushed() const override {
    return std::vector<Pushed>(request_.filters.size(), Pushed::kIgnored);
  }
  Poll next_morsel(Morsel& out, const Waker&) override {
    if (is_taken_) return Poll::kDone;
    is_taken_ = true;
    out = Morsel{};
    return Poll::kReady;
  }
  std::unique_ptr<Reader> open(const Morsel&) override {
    return std::make_unique<CallbackReader>(*state_, request_.columns);
  }
  uint32_t parallelism() const override { return 1; }

 private:
  const std::shared_ptr<const State> state_;  // with the table
  const ScanRequest request_;
  bool is_taken_ = false;  // one thread at a time asks for morsels
};

Value as_declared(const Value& value, const ForeignDeclaration& declared, size_t index,
                  SourceSpan span, const SessionConstants& session) {
  const TypeRef type = declared.parameters[index].type;
  if (!type || value.type() == type) return value;
  if (value.is_null()) return Value::null(type);
  if (implicit_cast_cost(value.type(), type) < 0 &&
      !(value.type()->is_integer() && type->is_integer())) {
    throw Error(ErrorCode::kTypeMismatch, span, "argument {} of {} is {}, not {}", index + 1,
                declared.name, type->name(), value.type()->name())
        .hint("cast it: x::" + type->name());
  }
  const ExprRef cast = CastExpr::create(ConstantExpr::create(value, span), type, false, span);
  return evaluate_constant(cast, session);
}

}  // namespace

CallbackTable::State::~State() { living_tables().remove(id); }

CallbackTable::CallbackTable(std::shared_ptr<const State> state) : state_(std::move(state)) {}

TableRef CallbackTable::create(const ProgramFunction& function, std::vector<Value> arguments,
                               SourceSpan span, const SessionConstants& session) {
  (void)kRegistered;
  const ForeignDeclaration& declared = function.declaration();
  if (!declared.takes_anything) {
    if (arguments.size() != declared.parameters.size()) {
      throw Error(ErrorCode::kTypeMismatch, span, "{} takes {} arguments, not {}", declared.name,
                  declared.parameters.size(), arguments.size());
    }
    for (size_t i = 0; i < arguments.size(); ++i)
      arguments[i] = as_declared(arguments[i], declared, i, span, session);
  }
  const auto callback =
      Ref<const CallbackFunction>(&static_cast<const CallbackFunction&>(function.foreign()));
  auto state = std::make_shared<const State>(callback, std::move(arguments));
  living_tables().add(state->id, state);
  return make_ref<const CallbackTable>(std::move(state));
}

const Schema& CallbackTable::schema() const { return state_->function->declaration.results; }
std::string CallbackTable::name() const { return state_->function->declaration.name; }
TableDescriptor CallbackTable::descriptor() const {
  return {"program function", {{"id", state_->id}, {"name", name()}}};
}
std::unique_ptr<Scan> CallbackTable::scan(ScanRequest request, QueryContext&) const {
  return std::make_unique<CallbackScan>(state_, std::move(request));
}
std::string CallbackTable::describe() const { return name() + ", a function of the program"; }

}  // namespace doline
