#pragma once

#include <functional>
#include <span>
#include <string>

#include "base/error.h"
#include "column/column.h"
#include "column/column_writer.h"

namespace doline {

struct SessionConstants;

/// Failures of single rows. Under TRY they become NULL and cost a bit each; otherwise the lowest
/// failing row's message becomes the query's error once the kernel returns.
class RowErrors {
 public:
  enum class Mode : uint8_t { kThrow, kNull };
  explicit RowErrors(Mode mode) : mode_(mode) {}

  Mode mode() const { return mode_; }
  bool any() const { return failed_; }
  /// `describe` is called only where the message is kept.
  template <class Describe>
  void fail(uint32_t row, ErrorCode code, Describe&& describe) {
    if (mode_ == Mode::kNull) {
      mark(row);
    } else if (!failed_ || row < row_) {
      failed_ = true;
      row_ = row;
      code_ = code;
      message_ = describe();
    }
  }
  /// Under kThrow, throws what was kept.
  void raise(SourceSpan span) const;
  /// Under kNull: the failed rows' bits clear, of `rows` bits; null when none failed.
  BufferRef take_survivors(uint32_t rows);

 private:
  void mark(uint32_t row);

  const Mode mode_;
  bool failed_ = false;
  uint32_t row_ = 0;
  ErrorCode code_ = ErrorCode::kInvalidArgument;
  std::string message_;
  std::vector<uint32_t> rows_;
};

/// What a function's bind hook leaves for its kernel: a compiled pattern, a parsed format.
class FunctionData : public RefCounted {};
using FunctionDataRef = Ref<const FunctionData>;

/// Applies a lambda argument to rows; expr/ implements it.
class LambdaEvaluator {
 public:
  virtual ~LambdaEvaluator() = default;
  /// `parameters`: the lambda's own, `rows` rows each. parent_rows[i] is the row of the call that
  /// row i belongs to; what the lambda captured is taken from there.
  virtual Column evaluate(std::vector<Column> parameters, uint32_t rows,
                          const uint32_t* parent_rows) const = 0;
};

/// Everything a kernel knows besides its arguments.
struct KernelCall {
  /// Rows to compute. Others may be computed too where that is harmless and faster. For functions
  /// that propagate NULL and can fail, rows with a NULL argument are already left out.
  Selection active;
  uint32_t row_count;  // rows of the result
  TypeRef result_type;
  const FunctionData* data;
  const SessionConstants& session;
  std::span<const LambdaEvaluator* const> lambdas;
  RowErrors& errors;
};

/// Returns `call.row_count` rows, of any encoding. Arguments are flat or constant, never
/// dictionaries, and at least one is flat unless the function is volatile or takes none: the
/// caller evaluates constants once and dictionaries on their values. For functions that propagate
/// NULL the caller sets the result's validity; the kernel may add NULLs of its own.
using ScalarKernel = Column (*)(const KernelCall& call, std::span<const Column> arguments);

}  // namespace doline
