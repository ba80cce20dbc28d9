#include "expr/program.h"

#include <algorithm>

#include "expr/program_step.h"

namespace doline {

Program::Program() = default;
Program::~Program() = default;

struct Program::Scratch::Memo : DictionaryMemo {};
Program::Scratch::Scratch() : memo_(std::make_unique<Memo>()) {}
Program::Scratch::~Scratch() = default;
Program::Scratch::Scratch(Scratch&&) noexcept = default;

/// One evaluation: the registers of a scratch, filled step by step.
class ProgramRun {
 public:
  ProgramRun(const Program& program, const Chunk& chunk, Program::Scratch& scratch)
      : program_(program),
        chunk_(chunk),
        registers_(scratch.registers_),
        rows_(scratch.rows_),
        memo_(*scratch.memo_) {
    registers_.assign(program.register_count_, Column());
    rows_.assign(program.row_set_count_, Selection());
    rows_[0] = chunk.active;
  }

  void run() {
    for (const ProgramStep& step : program_.steps_) {
      const Selection& active = rows_[step.rows];
      if (active.empty() && !writes_rows(step.kind)) {
        registers_[step.out] = Column::null(step.type, chunk_.row_count);
        continue;
      }
      run_step(step, active);
    }
  }

  const Column& output(uint16_t reg) const { return registers_[reg]; }
  const Selection& rows(uint16_t set) const { return rows_[set]; }

 private:
  static bool writes_rows(StepKind kind) {
    return kind == StepKind::kWhereTrue || kind == StepKind::kWhereNotTrue ||
           kind == StepKind::kWhereNotFalse || kind == StepKind::kMergeRows;
  }

  void run_step(const ProgramStep& step, const Selection& active) {
    switch (step.kind) {
      case StepKind::kColumn:
        registers_[step.out] = chunk_.columns[step.column];
        return;
      case StepKind::kConstant:
        registers_[step.out] = Column::constant(step.constant, chunk_.row_count);
        return;
      case StepKind::kCall:
        registers_[step.out] = call(step, active);
        return;
      case StepKind::kCast:
        registers_[step.out] = cast_step(step, active);
        return;
      case StepKind::kIsNull:
        registers_[step.out] = is_null_column(registers_[step.in[0]], step.negated);
        return;
      case StepKind::kInList:
        registers_[step.out] = in_list(step, active);
        return;
      case StepKind::kConnect:
        registers_[step.out] = connect(step);
        return;
      case StepKind::kBlend:
        registers_[step.out] = blend(step);
        return;
      case StepKind::kMask: {
        Column column = registers_[step.in[0]];
        for (const BufferRef& survivors : try_survivors_) column = column.masked(survivors);
        try_survivors_.clear();
        registers_[step.out] = column;
        return;
      }
      case StepKind::kWhereTrue:
      case StepKind::kWhereNotTrue:
      case StepKind::kWhereNotFalse:
        rows_[step.rows_out] =
            active.empty() ? Selection() : where(registers_[step.in[0]], step.kind, active);
        return;
      case StepKind::kMergeRows: {
        std::vector<Selection> sets;
        for (uint16_t set : step.in) sets.push_back(rows_[set]);
        rows_[step.rows_out] = merge_rows(sets, chunk_.row_count);
        return;
      }
    }
  }

  /// What failed in this step: an error now, or rows to mask when the TRY is over.
  void settle(RowErrors& errors, const ProgramStep& step) {
    if (!errors.any()) return;
    errors.raise(step.span);
    if (BufferRef survivors = errors.take_survivors(chunk_.row_count))
      try_survivors_.push_back(std::move(survivors));
  }

  Column call(const ProgramStep& step, const Selection& active) {
    std::vector<Column> arguments;
    arguments.reserve(step.in.size());
    bool all_constant = true;
    const Column* only_dictionary = nullptr;
    bool others_constant = true;
    for (uint16_t reg : step.in) {
      const Column& argument = registers_[reg];
      arguments.push_back(argument);
      all_constant &= argument.is_constant();
      if (argument.is_dictionary() && !only_dictionary) {
        only_dictionary = &argument;
      } else {
        others_constant &= argument.is_constant();
      }
    }
    if (step.propagates_nulls) {
      for (const Column& argument : arguments) {
        if (argument.is_null_constant()) return Column::null(step.type, chunk_.row_count);
      }
    }
    const bool pure = !step.is_volatile && step.lambdas.empty();
    if (all_constant && pure && !arguments.empty()) {
      for (Column& argument : arguments) argument = Column::constant(argument, 1).flatten();
      RowErrors errors(step.in_try ? RowErrors::Mode::kNull : RowErrors::Mode::kThrow);
      Column one = invoke(step, arguments, Selection::all(1), 1, errors);
      if (errors.any() && step.in_try) return Column::null(step.type, chunk_.row_count);
      errors.raise(step.span);
      if (one.is_dictionary()) one = one.flatten();
      return Column::constant(one, chunk_.row_count);
    }
    if (only_dictionary && others_constant && pure && !step.can_fail && step.propagates_nulls) {
      if (auto mapped = memo_.map(step, *only_dictionary, active.size(), [&](const Column& values) {
            std::vector<Column> inner = arguments;
            for (Column& argument : inner) {
              argument =
                  argument.is_dictionary() ? values : Column::constant(argument, values.size());
            }
            RowErrors errors(RowErrors::Mode::kThrow);
            return invoke(step, inner, Selection::all(values.size()), values.size(), errors);
          })) {
        return *mapped;
      }
    }
    for (Column& argument : arguments) {
      if (argument.is_dictionary()) argument = argument.flatten();
    }
    RowErrors errors(step.in_try ? RowErrors::Mode::kNull : RowErrors::Mode::kThrow);
    Column result = invoke(step, arguments, active, chunk_.row_count, errors);
    settle(errors, step);
    return result;
  }

  /// Arguments flat or constant; NULLs looked after.
  Column invoke(const ProgramStep& step, const std::vector<Column>& arguments,
                const Selection& active, uint32_t row_count, RowErrors& errors) {
    BufferRef validity;
    Selection rows = active;
    if (step.propagates_nulls) {
      for (const Column& argument : arguments) {
        if (argument.is_constant() || !argument.validity()) continue;
        validity = intersect_bitmaps(validity ? validity->as<uint64_t>() : nullptr,
                                     argument.validity(), row_count);
      }
      if (validity && step.can_fail) {
        rows = Selection::from_bits(validity->as<uint64_t>(), active);
        if (rows.empty()) return Column::null(step.type, row_count);
      }
    }
    std::vector<const LambdaEvaluator*> lambdas;
    std::vector<std::unique_ptr<LambdaRun>> runs;
    for (const CompiledLambda& lambda : step.lambdas) {
      if (!lambda.body) {
        lambdas.push_back(nullptr);
        continue;
      }
      std::vector<Column> captured;
      for (uint16_t reg : lambda.captured) captured.push_back(registers_[reg]);
      const auto& inner = lambda.body->steps_;
      const bool is_nested = std::any_of(inner.begin(), inner.end(),
                                         [](const ProgramStep& at) { return !at.lambdas.empty(); });
      runs.push_back(std::make_unique<LambdaRun>(*lambda.body, std::move(captured), is_nested));
      lambdas.push_back(runs.back().get());
    }
    const KernelCall context{rows,    row_count, step.type, step.data.get(), program_.session_,
                             lambdas, errors};
    Column result = step.kernel(context, arguments);
    DCHECK(result.size() == row_count);
    return validity ? result.masked(std::move(validity)) : result;
  }

  Column cast_step(const ProgramStep& step, const Selection& active) {
    const Column& input = registers_[step.in[0]];
    if (input.is_null_constant()) return Column::null(step.type, chunk_.row_count);
    RowErrors errors(step.in_try || step.is_try ? RowErrors::Mode::kNull : RowErrors::Mode::kThrow);
    if (input.is_constant()) {
      const Column one = Column::constant(input, 1).flatten();
      const Column result = cast_rows(step, one, Selection::all(1), errors);
      if (errors.any() && errors.mode() == RowErrors::Mode::kNull)
        return Column::null(step.type, chunk_.row_count);
      errors.raise(step.span);
      return Column::constant(result, chunk_.row_count);
    }
    const Column flat = input.flatten();
    Selection rows = flat.validity() ? Selection::from_bits(flat.validity(), active) : active;
    if (rows.empty()) return Column::null(step.type, chunk_.row_count);
    Column result = cast_rows(step, flat, rows, errors);
    if (errors.mode() == RowErrors::Mode::kNull) {
      // TRY_CAST's own failures are NULL here and now; an outer TRY masks its whole result.
      if (BufferRef survivors = errors.take_survivors(chunk_.row_count)) {
        if (step.is_try) return result.masked(std::move(survivors));
        try_survivors_.push_back(std::move(survivors));
      }
      return result;
    }
    errors.raise(step.span);
    return result;
  }

  Column cast_rows(const ProgramStep& step, const Column& input, const Selection& rows,
                   RowErrors& errors) {
    class Failures final : public CastFailures {
     public:
      explicit Failures(RowErrors& errors) : errors_(errors) {}
      void fail(uint32_t row, std::string message) override {
        errors_.fail(row, ErrorCode::kConversion, [&] { return std::move(message); });
      }
      bool wants_messages() const override { return errors_.mode() == RowErrors::Mode::kThrow; }

     private:
      RowErrors& errors_;
    } failures(errors);
    return cast(input, step.type, rows, program_.session_.zone, failures);
  }

  Column in_list(const ProgramStep& step, const Selection& active) {
    const Column& input = registers_[step.in[0]];
    if (input.is_null_constant()) return Column::null(step.type, chunk_.row_count);
    if (input.is_constant()) {
      return Column::constant(
          step.values->contains(Column::constant(input, 1).flatten(), Selection::all(1)),
          chunk_.row_count);
    }
    if (input.is_dictionary()) {
      if (auto mapped = memo_.map(step, input, active.size(), [&](const Column& values) {
            return step.values->contains(values, Selection::all(values.size()));
          })) {
        return *mapped;
      }
    }
    return step.values->contains(input.flatten(), active);
  }

  Column connect(const ProgramStep& step) {
    std::vector<Column> terms;
    for (uint16_t reg : step.in) terms.push_back(registers_[reg]);
    return connect_booleans(terms, step.is_and, chunk_.row_count);
  }

  Column blend(const ProgramStep& step) {
    std::vector<Column> choices;
    std::vector<Selection> sets;
    for (size_t i = 0; i < step.in.size(); ++i) {
      choices.push_back(registers_[step.in[i]]);
      sets.push_back(rows_[step.row_sets[i]]);
    }
    return blend_columns(step.type, choices, sets, chunk_.row_count);
  }

  const Program& program_;
  const Chunk& chunk_;
  std::vector<Column>& registers_;
  std::vector<Selection>& rows_;
  DictionaryMemo& memo_;
  std::vector<BufferRef> try_survivors_;
};

void Program::evaluate(const Chunk& chunk, Scratch& scratch, std::vector<Column>& out) const {
  ProgramRun run(*this, chunk, scratch);
  run.run();
  out.clear();
  for (uint16_t reg : outputs_) out.push_back(run.output(reg));
}

Selection Program::select(const Chunk& chunk, Scratch& scratch) const {
  ProgramRun run(*this, chunk, scratch);
  run.run();
  return run.rows(selected_rows_);
}

}  // namespace doline
