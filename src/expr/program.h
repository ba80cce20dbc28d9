#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "column/chunk.h"
#include "expr/expr.h"

namespace doline {

/// One typed step: reads registers, writes a register or a set of rows.
struct ProgramStep;

/// Expressions compiled to steps over registers: common subexpressions once, constants folded,
/// branches of CASE, AND and OR only on the rows that reach them. Immutable, shared by threads.
class Program : public RefCounted {
 public:
  /// What one thread needs to run a program; reused from chunk to chunk. Holds the memo of
  /// functions over dictionaries.
  class Scratch {
   public:
    Scratch();
    ~Scratch();
    Scratch(Scratch&&) noexcept;

   private:
    friend class Program;
    friend class ProgramRun;
    struct Memo;
    std::vector<Column> registers_;
    std::vector<Selection> rows_;
    std::unique_ptr<Memo> memo_;
  };

  static Ref<const Program> compile(std::span<const ExprRef> outputs,
                                    const SessionConstants& session);
  static Ref<const Program> compile(const ExprRef& output, const SessionConstants& session);
  /// Of a boolean: for select() alone.
  static Ref<const Program> compile_predicate(const ExprRef& predicate,
                                              const SessionConstants& session);
  ~Program() override;

  /// One column an output, `chunk.row_count` rows each; rows outside chunk.active are garbage.
  /// Throws Error for the lowest failing row of the first failing step.
  void evaluate(const Chunk& chunk, Scratch& scratch, std::vector<Column>& out) const;
  /// The active rows for which the predicate is true. Only for compile_predicate's programs.
  Selection select(const Chunk& chunk, Scratch& scratch) const;

  size_t output_count() const { return outputs_.size(); }

 private:
  friend class ProgramCompiler;
  friend class ProgramRun;
  Program();

  std::vector<ProgramStep> steps_;
  std::vector<uint16_t> outputs_;
  uint16_t register_count_ = 0;
  uint16_t row_set_count_ = 1;  // 0 is the chunk's own selection
  uint16_t selected_rows_ = 0;  // for predicates: the row set the whole program narrows to
  SessionConstants session_;
};
using ProgramRef = Ref<const Program>;

}  // namespace doline
