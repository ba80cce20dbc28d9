#include <unordered_map>
#include <utility>

#include "base/hash.h"
#include "expr/program.h"
#include "expr/program_step.h"

namespace doline {

/// Turns expression trees into steps. Equal subexpressions on the same rows share a register.
class ProgramCompiler {
 public:
  explicit ProgramCompiler(Program& program) : program_(program) {}

  uint16_t value(const ExprRef& expr, uint16_t rows) {
    if (is_volatile(expr)) return compile(expr, rows);
    // Most of what programs are made of are columns, which need not be spelled out in bytes.
    const auto* column =
        expr->tag() == NodeTag::kColumn ? static_cast<const ColumnExpr*>(expr.get()) : nullptr;
    const Key key{column ? hash_u64(column->index) : hash_of(*expr), rows, let_value_, in_try_};
    for (const auto& [known, reg] : known_[key]) {
      if (equal(*known, *expr)) return reg;
    }
    const uint16_t reg = compile(expr, rows);
    known_[key].emplace_back(expr, reg);
    return reg;
  }

  /// The rows of `rows` for which the predicate is true. AND narrows term by term; OR asks each
  /// term only about rows no earlier term took.
  uint16_t narrow(const ExprRef& predicate, uint16_t rows) {
    if (const auto* conjunction = dynamic_cast<const ConjunctionExpr*>(predicate.get())) {
      if (conjunction->is_and) {
        for (const ExprRef& term : conjunction->terms) rows = narrow(term, rows);
        return rows;
      }
      std::vector<uint16_t> taken;
      uint16_t rest = rows;
      for (size_t i = 0; i < conjunction->terms.size(); ++i) {
        const uint16_t condition = value(conjunction->terms[i], rest);
        taken.push_back(where(StepKind::kWhereTrue, condition, rest));
        if (i + 1 < conjunction->terms.size())
          rest = where(StepKind::kWhereNotTrue, condition, rest);
      }
      return merge(std::move(taken));
    }
    if (predicate->tag() == NodeTag::kLet) {
      return with_let_value(static_cast<const LetExpr&>(*predicate), rows,
                            [&](const ExprRef& body) { return narrow(body, rows); });
    }
    return where(StepKind::kWhereTrue, value(predicate, rows), rows);
  }

 private:
  struct Key {
    uint64_t hash;
    uint16_t rows;
    uint16_t let_value;  // what LetValueExpr is in it
    bool in_try;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    size_t operator()(const Key& key) const {
      return key.hash ^ (size_t{key.rows} << 1) ^ (size_t{key.let_value} << 17) ^ key.in_try;
    }
  };

  ProgramStep& add(StepKind kind, const Expr& expr, uint16_t rows) {
    ASSERT(program_.register_count_ < UINT16_MAX);
    ProgramStep& step = program_.steps_.emplace_back();
    step.kind = kind;
    step.type = expr.type;
    step.span = expr.span;
    step.rows = rows;
    step.in_try = in_try_;
    step.out = program_.register_count_++;
    return step;
  }

  uint16_t where(StepKind kind, uint16_t condition, uint16_t rows) {
    ProgramStep& step = program_.steps_.emplace_back();
    step.kind = kind;
    step.rows = rows;
    step.in = {condition};
    step.rows_out = program_.row_set_count_++;
    return step.rows_out;
  }

  uint16_t merge(std::vector<uint16_t> sets) {
    ProgramStep& step = program_.steps_.emplace_back();
    step.kind = StepKind::kMergeRows;
    step.in = std::move(sets);
    step.rows_out = program_.row_set_count_++;
    return step.rows_out;
  }

  /// What `make` makes of the body, in which the value is a register of its own.
  template <class Make>
  uint16_t with_let_value(const LetExpr& let, uint16_t rows, const Make& make) {
    const uint16_t outer = std::exchange(let_value_, value(let.value, rows));
    const uint16_t made = make(let.body);
    let_value_ = outer;
    return made;
  }

  uint16_t compile(const ExprRef& expr, uint16_t rows) {
    switch (expr->tag()) {
      case NodeTag::kConstant:
        return constant(static_cast<const ConstantExpr&>(*expr), rows);
      case NodeTag::kColumn: {
        ProgramStep& step = add(StepKind::kColumn, *expr, rows);
        step.column = static_cast<const ColumnExpr&>(*expr).index;
        return step.out;
      }
      case NodeTag::kCall:
        return call(static_cast<const CallExpr&>(*expr), rows);
      case NodeTag::kCast: {
        const auto& cast = static_cast<const CastExpr&>(*expr);
        const uint16_t input = value(cast.input, rows);
        ProgramStep& step = add(StepKind::kCast, *expr, rows);
        step.in = {input};
        step.is_try = cast.is_try;
        return step.out;
      }
      case NodeTag::kCase:
        return branches(static_cast<const CaseExpr&>(*expr), rows);
      case NodeTag::kConjunction:
        return connect(static_cast<const ConjunctionExpr&>(*expr), rows);
      case NodeTag::kIsNull: {
        const auto& is_null = static_cast<const IsNullExpr&>(*expr);
        const uint16_t input = value(is_null.input, rows);
        ProgramStep& step = add(StepKind::kIsNull, *expr, rows);
        step.in = {input};
        step.negated = is_null.negated;
        return step.out;
      }
      case NodeTag::kInList: {
        const auto& list = static_cast<const InListExpr&>(*expr);
        const uint16_t input = value(list.input, rows);
        ProgramStep& step = add(StepKind::kInList, *expr, rows);
        step.in = {input};
        step.values = std::make_shared<const ValueSet>(list.input->type, list.values);
        return step.out;
      }
      case NodeTag::kCoalesce:
        return coalesce(static_cast<const CoalesceExpr&>(*expr), rows);
      case NodeTag::kTry: {
        const bool outer = std::exchange(in_try_, true);
        const uint16_t input = value(static_cast<const TryExpr&>(*expr).input, rows);
        in_try_ = outer;
        ProgramStep& step = add(StepKind::kMask, *expr, rows);
        step.in = {input};
        return step.out;
      }
      case NodeTag::kLet:
        return with_let_value(static_cast<const LetExpr&>(*expr), rows,
                              [&](const ExprRef& body) { return value(body, rows); });
      case NodeTag::kLetValue:
        ASSERT(let_value_ != kNoRegister);
        return let_value_;
      case NodeTag::kLambda:
      case NodeTag::kAggregate:
      case NodeTag::kWindow:
      case NodeTag::kSortKey:
      case NodeTag::kScan:
      case NodeTag::kFilter:
      case NodeTag::kProject:
      case NodeTag::kAggregation:
      case NodeTag::kJoin:
      case NodeTag::kSort:
      case NodeTag::kLimit:
      case NodeTag::kUnion:
      case NodeTag::kValues:
      case NodeTag::kUnnest:
      case NodeTag::kWindowing:
      case NodeTag::kWrite:
      case NodeTag::kSingleRow:
      case NodeTag::kSharedInput:
      case NodeTag::kRecursive:
      case NodeTag::kWorkingTable:
      case NodeTag::kSample:
        break;
    }
    UNREACHABLE();
  }

  uint16_t constant(const ConstantExpr& expr, uint16_t rows) {
    ProgramStep& step = add(StepKind::kConstant, expr, rows);
    step.constant = expr.value.to_column(1).flatten();
    return step.out;
  }

  uint16_t call(const CallExpr& expr, uint16_t rows) {
    std::vector<uint16_t> in;
    std::vector<CompiledLambda> lambdas;
    bool has_lambda = false;
    for (const ExprRef& argument : expr.arguments) {
      CompiledLambda compiled;
      if (const auto* lambda = dynamic_cast<const LambdaExpr*>(argument.get())) {
        has_lambda = true;
        for (const ExprRef& captured : lambda->captured)
          compiled.captured.push_back(value(captured, rows));
        compiled.body = Program::compile(lambda->body, program_.session_);
      } else {
        in.push_back(value(argument, rows));
      }
      lambdas.push_back(std::move(compiled));
    }
    ProgramStep& step = add(StepKind::kCall, expr, rows);
    step.in = std::move(in);
    step.kernel = expr.kernel;
    step.data = expr.data;
    step.propagates_nulls = expr.overload->nulls == Nulls::kPropagate;
    step.can_fail = expr.can_fail;
    step.is_volatile = expr.overload->is_volatile;
    if (has_lambda) step.lambdas = std::move(lambdas);
    return step.out;
  }

  uint16_t branches(const CaseExpr& expr, uint16_t rows) {
    std::vector<uint16_t> values, sets;
    uint16_t rest = rows;
    for (size_t i = 0; i < expr.conditions.size(); ++i) {
      const uint16_t condition = value(expr.conditions[i], rest);
      const uint16_t taken = where(StepKind::kWhereTrue, condition, rest);
      values.push_back(value(expr.results[i], taken));
      sets.push_back(taken);
      rest = where(StepKind::kWhereNotTrue, condition, rest);
    }
    values.push_back(value(expr.otherwise, rest));
    sets.push_back(rest);
    return blend(expr, rows, std::move(values), std::move(sets));
  }

  uint16_t coalesce(const CoalesceExpr& expr, uint16_t rows) {
    std::vector<uint16_t> values, sets;
    uint16_t rest = rows;
    for (size_t i = 0; i < expr.choices.size(); ++i) {
      const uint16_t reg = value(expr.choices[i], rest);
      values.push_back(reg);
      if (i + 1 == expr.choices.size()) {
        sets.push_back(rest);
        break;
      }
      ProgramStep& step = add(StepKind::kIsNull, expr, rest);
      step.type = Type::boolean();
      step.in = {reg};
      const uint16_t is_null = step.out;
      sets.push_back(where(StepKind::kWhereNotTrue, is_null, rest));
      rest = where(StepKind::kWhereTrue, is_null, rest);
    }
    return blend(expr, rows, std::move(values), std::move(sets));
  }

  uint16_t blend(const Expr& expr, uint16_t rows, std::vector<uint16_t> values,
                 std::vector<uint16_t> sets) {
    ProgramStep& step = add(StepKind::kBlend, expr, rows);
    step.in = std::move(values);
    step.row_sets = std::move(sets);
    return step.out;
  }

  /// Later terms see only the rows that earlier ones leave open, where that saves something or
  /// keeps an error from rows that do not count.
  uint16_t connect(const ConjunctionExpr& expr, uint16_t rows) {
    std::vector<uint16_t> terms;
    uint16_t open = rows;
    size_t narrowed = 0;
    for (size_t i = 0; i < expr.terms.size(); ++i) {
      const bool narrows = can_fail(expr.terms[i]) || is_dear(expr.terms[i]);
      for (; narrows && narrowed < i; ++narrowed) {
        open = where(expr.is_and ? StepKind::kWhereNotFalse : StepKind::kWhereNotTrue,
                     terms[narrowed], open);
      }
      terms.push_back(value(expr.terms[i], open));
    }
    ProgramStep& step = add(StepKind::kConnect, expr, rows);
    step.in = std::move(terms);
    step.is_and = expr.is_and;
    return step.out;
  }

  Program& program_;
  static constexpr uint16_t kNoRegister = UINT16_MAX;
  uint16_t let_value_ = kNoRegister;  // of the LetExpr whose body is being compiled
  bool in_try_ = false;
  std::unordered_map<Key, std::vector<std::pair<ExprRef, uint16_t>>, KeyHash> known_;
};

ProgramRef Program::compile(std::span<const ExprRef> outputs, const SessionConstants& session) {
  auto program = Ref<Program>(new Program());
  program->session_ = session;
  ProgramCompiler compiler(*program);
  for (const ExprRef& output : outputs) program->outputs_.push_back(compiler.value(output, 0));
  return program;
}

ProgramRef Program::compile(const ExprRef& output, const SessionConstants& session) {
  return compile(std::span(&output, 1), session);
}

ProgramRef Program::compile_predicate(const ExprRef& predicate, const SessionConstants& session) {
  auto program = Ref<Program>(new Program());
  program->session_ = session;
  ProgramCompiler compiler(*program);
  program->selected_rows_ = compiler.narrow(predicate, 0);
  return program;
}

}  // namespace doline
