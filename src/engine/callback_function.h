#pragma once

#include "doline/doline.h"
#include "function/program_function.h"
#include "plan/table.h"

namespace doline {

/// A function behind the pointers of doline.h. Each call is a boundary: what comes back is checked,
/// and nothing of it is believed before.
class CallbackFunction final : public ForeignFunction {
 public:
  /// Owns `function.context` from now on, also where this throws.
  static ForeignFunctionRef create(const doline_function& function);
  ~CallbackFunction() override;

  std::vector<Column> call(std::span<const Chunk> arguments) const override;

  /// What a table function gives when it is read once. One thread at a time.
  class Rows {
   public:
    virtual ~Rows() = default;
    /// False at the end. Chunks of up to kChunkRows rows, of the columns that were declared.
    virtual bool next(std::vector<Chunk>& out) = 0;
  };
  std::unique_ptr<Rows> open(const std::vector<Value>& arguments) const;

  struct Callbacks {
    void* context = nullptr;
    decltype(doline_function::call) call = nullptr;
    decltype(doline_function::open) open = nullptr;
    decltype(doline_function::next) next = nullptr;
    decltype(doline_function::close) close = nullptr;
    decltype(doline_function::release) release = nullptr;
  };
  CallbackFunction(ForeignDeclaration declaration, const Callbacks& callbacks)
      : ForeignFunction(std::move(declaration)), callbacks_(callbacks) {}

 private:
  class OpenRows;
  /// Of more texts or list elements than one Arrow array holds, whose offsets are of 32 bits.
  std::vector<Column> call_by_halves(std::span<const Chunk> arguments) const;
  const Callbacks callbacks_;
};

}  // namespace doline
