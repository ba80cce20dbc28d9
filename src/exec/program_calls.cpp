#include "exec/program_calls.h"

#include <algorithm>
#include <utility>

#include "expr/program.h"
#include "function/program_function.h"

namespace doline {

namespace {

using CallRef = Ref<const CallExpr>;

constexpr uint32_t kMostRows = 64 << 10;
constexpr size_t kMostBytes = size_t{32} << 20;

/// Whether as many rows as were kept may wait for as many more, given what a call takes besides:
/// what the function is given and gives is about as much again.
bool fits(size_t kept_bytes) { return current_budget().available_bytes() / 4 >= kept_bytes; }

/// Takes calls out of expressions, those whose arguments call nothing of the kind that every row
/// reaches: columns stand in their place.
class CallTaker {
 public:
  /// The columns come behind `width` others.
  explicit CallTaker(uint32_t width) : width_(width) {}

  ExprRef taken(const ExprRef& expr) {
    if (!calls_program_functions(expr)) return expr;
    if (const auto* let = dynamic_cast<const LetExpr*>(expr.get())) {
      ExprRef value = taken(let->value);
      if (value.get() == let->value.get()) return expr;
      return let->with_inputs({std::move(value), let->body});
    }
    const bool reaches_all = expr->tag() == NodeTag::kCall || expr->tag() == NodeTag::kCast ||
                             expr->tag() == NodeTag::kIsNull || expr->tag() == NodeTag::kInList;
    if (!reaches_all) return expr;
    ExprRef made = inside(expr);
    if (made.get() != expr.get() || expr->tag() != NodeTag::kCall) return made;
    const CallRef call(static_cast<const CallExpr*>(expr.get()));
    return call->program_function.empty() ? expr : column_for(call);
  }

  std::vector<CallRef> calls;

 private:
  ExprRef inside(const ExprRef& expr) {
    std::vector<ExprRef> inputs = expr->inputs();
    bool is_changed = false;
    for (ExprRef& input : inputs) {
      if (input->tag() == NodeTag::kLambda) continue;
      ExprRef made = taken(input);
      is_changed |= made.get() != input.get();
      input = std::move(made);
    }
    return is_changed ? expr->with_inputs(std::move(inputs)) : expr;
  }

  ExprRef column_for(const CallRef& call) {
    const bool may_be_shared = !is_volatile(call);
    const auto known = std::find_if(calls.begin(), calls.end(), [&](const CallRef& other) {
      return may_be_shared && equal(*other, *call);
    });
    const auto place = width_ + static_cast<uint32_t>(known - calls.begin());
    if (known == calls.end()) calls.push_back(call);
    return ColumnExpr::create(place, call->type, call->to_string(), call->span);
  }

  const uint32_t width_;
};

class CallingProject final : public Operator {
 public:
  CallingProject(const ProjectNode& node, const QueryContext& context)
      : first_rows_(context.chunk_rows) {
    auto width = static_cast<uint32_t>(node.input->schema.size());
    std::vector<ExprRef> exprs = node.exprs;
    // Calls over the results of others come after them.
    while (std::any_of(exprs.begin(), exprs.end(), calls_program_functions)) {
      CallTaker taker(width);
      for (ExprRef& expr : exprs) expr = taker.taken(expr);
      if (taker.calls.empty()) break;  // the others are not reached by every row
      if (calls_.empty()) early_ = taker.calls.size();
      width += static_cast<uint32_t>(taker.calls.size());
      for (const CallRef& call : taker.calls) {
        calls_.push_back({call, Program::compile(call->arguments, context.session)});
        metrics.name += (metrics.name.empty() ? "Call " : ", ") + call->name;
      }
    }
    if (metrics.name.empty()) metrics.name = "Project";
    project_ = Program::compile(exprs, context.session);
  }

  struct Local final : LocalState {
    std::vector<Program::Scratch> of_calls;
    Program::Scratch of_project;
    std::vector<Chunk> kept;  // of one morsel
    /// Of the early calls, chunk by chunk: computed at once, so that it is known how large they
    /// are.
    std::vector<std::vector<Chunk>> arguments;
    uint32_t rows = 0;
    size_t bytes = 0;
    uint32_t wanted_rows = 0;  // before the functions are called
    size_t given = 0;          // kept chunks that went on
    bool is_ready = false;     // the kept chunks have their results
  };
  std::unique_ptr<LocalState> local(QueryContext&) const override {
    auto made = std::make_unique<Local>();
    made->of_calls.resize(calls_.size());
    made->arguments.resize(early_);
    made->wanted_rows = first_rows_;
    return made;
  }

  Flow run(const Chunk& in, Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    if (!at.is_ready) {
      keep(in, at);
      if (at.rows < at.wanted_rows && at.bytes < kMostBytes && fits(at.bytes))
        return Flow::kNeedInput;
      call(at);
    }
    return give(at, out);
  }

  Flow end_morsel(Chunk& out, LocalState& local, const Waker&) const override {
    auto& at = local.as<Local>();
    if (!at.is_ready) {
      if (at.kept.empty()) return Flow::kNeedInput;
      call(at);
    }
    return give(at, out);
  }

 private:
  struct Call {
    CallRef expr;
    ProgramRef arguments;
  };

  void keep(const Chunk& in, Local& at) const {
    const Chunk& kept = at.kept.emplace_back(in.retain());
    at.rows += kept.size();
    at.bytes += kept.data_bytes();
    for (size_t i = 0; i < early_; ++i) {
      const Chunk& made = at.arguments[i].emplace_back(arguments_of(i, kept, at));
      const std::vector<ExprRef>& exprs = calls_[i].expr->arguments;
      for (size_t argument = 0; argument < exprs.size(); ++argument) {
        if (exprs[argument]->tag() != NodeTag::kColumn)
          at.bytes += made.columns[argument].data_bytes();
      }
    }
  }

  Chunk arguments_of(size_t call, const Chunk& chunk, Local& at) const {
    Chunk made({}, chunk.row_count);
    calls_[call].arguments->evaluate(chunk, at.of_calls[call], made.columns);
    return made;
  }

  Flow give(Local& at, Chunk& out) const {
    const Chunk& chunk = at.kept[at.given++];
    out.row_count = chunk.row_count;
    out.active = chunk.active;
    project_->evaluate(chunk, at.of_project, out.columns);
    if (at.given < at.kept.size()) return Flow::kHaveOutput;
    at.kept.clear();
    at.rows = 0;
    at.bytes = at.given = 0;
    at.is_ready = false;
    return Flow::kNeedInput;
  }

  void call(Local& at) const {
    for (size_t i = 0; i < calls_.size(); ++i) {
      std::vector<Chunk> arguments;
      if (i < early_) {
        arguments = std::exchange(at.arguments[i], {});
      } else {
        for (const Chunk& chunk : at.kept) arguments.push_back(arguments_of(i, chunk, at));
      }
      std::vector<Column> results;
      try {
        results = calls_[i].expr->owner->foreign().call_active(arguments);
      } catch (Error& error) {
        throw std::move(error).at(calls_[i].expr->span);
      }
      for (size_t chunk = 0; chunk < at.kept.size(); ++chunk)
        at.kept[chunk].columns.push_back(std::move(results[chunk]));
    }
    at.is_ready = true;
    at.wanted_rows = std::min(kMostRows, at.wanted_rows * 2);
  }

  std::vector<Call> calls_;
  size_t early_ = 0;  // so many of them, the first ones, want no results of others
  ProgramRef project_;
  const uint32_t first_rows_;
};

}  // namespace

std::unique_ptr<Operator> make_calling_project(const ProjectNode& node,
                                               const QueryContext& context) {
  return std::make_unique<CallingProject>(node, context);
}

}  // namespace doline
