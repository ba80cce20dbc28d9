#pragma once

#include <memory>
#include <optional>
#include <string>

#include "function/kernel_call.h"
#include "function/scalar_function.h"
#include "kernel/regex/regex.h"

namespace doline {

/// "i" ignores case, "c" does not, "s" lets . match newlines, "m", "n" and "p" do not, "l" takes
/// the pattern as plain text, "g" (where `global` is given) replaces every match. Throws
/// Error(kInvalidArgument) for any other letter.
RegexOptions regexp_options(std::string_view letters, bool* global = nullptr);

/// A pattern known when the call was bound.
struct RegexpData : FunctionData {
  RegexpData(Regex r, bool g) : regex(std::move(r)), global(g) {}
  const Regex regex;
  const bool global;
};

/// Compiles argument 1 with the options of argument `options` (if there is one) where both are
/// constants; otherwise leaves null.
Ref<const RegexpData> bind_regexp(const FunctionBinding& binding, size_t options,
                                  bool takes_global = false);

/// The pattern of each row: the bound one, or the row's own, of which the last is kept compiled.
/// A pattern that is wrong fails the row.
class RowRegexps {
 public:
  RowRegexps(const KernelCall& call, std::span<const Column> arguments, size_t options);
  /// Null where the row has failed. Valid until the next call.
  const Regex* at(uint32_t row);
  bool global() const { return global_; }

 private:
  const KernelCall& call_;
  const std::span<const Column> arguments_;
  const size_t options_;
  const RegexpData* const bound_;
  bool global_ = false;
  std::optional<Regex> regex_;
  std::string pattern_;
  std::string letters_;
};

}  // namespace doline
