#pragma once

// Inside of programs; only expr/program*.cpp include it.

#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "expr/program.h"
#include "kernel/cast.h"

namespace doline {

enum class StepKind : uint8_t {
  kColumn,
  kConstant,
  kCall,
  kCast,
  kIsNull,
  kInList,
  kConnect,        // three-valued AND / OR of in[]
  kBlend,          // for each row the value of the set it lies in
  kMask,           // end of TRY: rows that failed inside become NULL
  kWhereTrue,      // row sets: those of `rows` where in[0] is true …
  kWhereNotTrue,   // … false or NULL
  kWhereNotFalse,  // … true or NULL
  kMergeRows,      // union of the row sets in in[]
};

/// A lambda argument: its body over (parameters, captured registers).
struct CompiledLambda {
  ProgramRef body;  // null where the argument is no lambda
  std::vector<uint16_t> captured;
};

/// The constants of IN, hashed.
class ValueSet;

struct ProgramStep {
  StepKind kind;
  TypeRef type = nullptr;
  uint16_t out = 0;       // register
  uint16_t rows = 0;      // row set it works on
  uint16_t rows_out = 0;  // kWhere…, kMergeRows
  std::vector<uint16_t> in;
  std::vector<uint16_t> row_sets;  // kBlend, beside in[]
  uint32_t column = 0;
  Column constant;
  ScalarKernel kernel = nullptr;
  FunctionDataRef data;
  std::vector<CompiledLambda> lambdas;
  std::shared_ptr<const ValueSet> values;  // shared with the memo's keys
  bool propagates_nulls = false;
  bool can_fail = false;
  bool is_volatile = false;
  bool negated = false;
  bool is_and = false;
  bool is_try = false;  // TRY_CAST
  bool in_try = false;  // inside TRY(…)
  SourceSpan span;
};

/// Results of steps over whole dictionaries, so that a function runs once a distinct value.
class DictionaryMemo {
 public:
  /// The step's result for `input`, a dictionary column, by way of its dictionary; nothing when
  /// the dictionary is too large for the rows met so far.
  template <class Compute>
  std::optional<Column> map(const ProgramStep& step, const Column& input, uint32_t active_rows,
                            Compute&& compute) {
    Entry& entry = entries_[&step];
    const Dictionary& dictionary = *input.dictionary();
    if (entry.dictionary != input.dictionary()) entry = Entry{input.dictionary(), {}, nullptr, 0};
    if (!entry.result) {
      entry.rows_met += active_rows;
      if (entry.rows_met < dictionary.size() / 2 || dictionary.size() == 0) return std::nullopt;
      entry.result = over_values(dictionary.values(), compute);
    }
    return apply(entry, input);
  }

 private:
  struct Entry {
    DictionaryRef dictionary;
    std::optional<Column> result;  // flat, one row a dictionary value
    // `result` as a dictionary, the same for every chunk, so that what comes after knows it again:
    // the next function's memo, the hashes of its values. Null until asked for.
    DictionaryRef shared;
    uint64_t rows_met = 0;
  };
  template <class Compute>
  static Column over_values(const Column& values, Compute&& compute) {
    std::vector<Column> parts;
    for (uint32_t begin = 0; begin < values.size(); begin += kChunkRows) {
      parts.push_back(compute(slice_of(values, begin)).flatten());
    }
    return join(parts);
  }
  static Column slice_of(const Column& values, uint32_t begin);
  static Column join(const std::vector<Column>& parts);
  static Column apply(Entry& entry, const Column& input);

  std::unordered_map<const ProgramStep*, Entry> entries_;
};

/// Evaluates a lambda's body over more rows than a chunk holds.
class LambdaRun final : public LambdaEvaluator {
 public:
  /// `is_nested`: the body applies lambdas itself.
  LambdaRun(const Program& body, std::vector<Column> captured, bool is_nested)
      : body_(body), captured_(std::move(captured)), is_nested_(is_nested) {}
  Column evaluate(std::vector<Column> parameters, uint32_t rows,
                  const uint32_t* parent_rows) const override;

 private:
  const Program& body_;
  const std::vector<Column> captured_;
  const bool is_nested_;
};

class ValueSet {
 public:
  ValueSet(TypeRef type, const std::vector<Value>& values);
  ~ValueSet();
  /// `input` is flat; the result a boolean with NULLs as SQL's IN has them.
  Column contains(const Column& input, const Selection& active) const;

 private:
  struct Table;
  std::unique_ptr<Table> table_;
  bool has_null_ = false;
};

Column is_null_column(const Column& input, bool negated);
Column connect_booleans(const std::vector<Column>& terms, bool is_and, uint32_t rows);
/// Rows outside every set are NULL.
Column blend_columns(TypeRef type, const std::vector<Column>& choices,
                     const std::vector<Selection>& sets, uint32_t rows);
Selection where(const Column& condition, StepKind kind, const Selection& active);
Selection merge_rows(const std::vector<Selection>& sets, uint32_t rows);

}  // namespace doline
