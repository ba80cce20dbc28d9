#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "column/chunk.h"
#include "function/scalar_function.h"

namespace doline {

enum class ForeignKind : uint8_t {
  kScalar,     // a value a row
  kAggregate,  // a value a group, whose rows it is given as a list of structs
  kTable,      // constants in, rows out
};

/// What the program that the engine is part of says of a function it brings.
struct ForeignDeclaration {
  ForeignKind kind = ForeignKind::kScalar;
  std::string name;             // lower case
  bool takes_anything = false;  // any number of arguments of any types: no `parameters`
  Schema parameters;            // a null type: any
  Schema results;               // one of kScalar and kAggregate, else the columns
  bool sees_nulls = false;      // else a row with a NULL gives NULL, and it is not called for that
  bool is_volatile = true;      // it may answer anew each time, or do something besides
  bool gives_rows() const { return kind == ForeignKind::kTable; }
};

/// Its code. Called by any thread, by several at once, while no lock of the engine is held.
/// Implemented where the program's memory meets ours: by engine/.
class ForeignFunction : public FunctionData {
 public:
  explicit ForeignFunction(ForeignDeclaration its_declaration)
      : declaration(std::move(its_declaration)) {}
  const ForeignDeclaration declaration;

  /// kScalar, kAggregate: a column a chunk, with a row a row. The chunks are dense, and of the same
  /// types. Throws Error(kFunctionFailed) for what the function raised and for results that are not
  /// what was declared.
  virtual std::vector<Column> call(std::span<const Chunk> arguments) const = 0;
  /// The same for chunks of which only the active rows count: others are garbage in what returns.
  std::vector<Column> call_active(std::span<const Chunk> arguments) const;
};
using ForeignFunctionRef = Ref<const ForeignFunction>;

/// A foreign function as expressions call it. Shared by the database that knows it by its name and
/// by the plans that call it, which keep it when the name is gone.
class ProgramFunction {
 public:
  static std::shared_ptr<const ProgramFunction> create(ForeignFunctionRef foreign);
  ~ProgramFunction();
  ProgramFunction(const ProgramFunction&) = delete;

  const ForeignFunction& foreign() const { return *foreign_; }
  const ForeignDeclaration& declaration() const { return foreign_->declaration; }
  /// Like those of the registry. Of kAggregate: over the list of its rows.
  const ScalarFunction& scalar() const { return scalar_; }
  /// Of no other function of any process.
  const std::string& id() const { return id_; }
  /// By its id, for the bytes of a plan that came back to where they were made; null elsewhere.
  static std::shared_ptr<const ProgramFunction> living(const std::string& id);
  static bool is_any_living();

 private:
  explicit ProgramFunction(ForeignFunctionRef foreign);
  const ForeignFunctionRef foreign_;
  const std::string id_;
  ScalarFunction scalar_;
};
/// shared_ptr, as they are found by their ids while they live.
using ProgramFunctionRef = std::shared_ptr<const ProgramFunction>;

}  // namespace doline
