#pragma once

#include <memory>
#include <vector>

#include "engine/callback_function.h"

namespace doline {

/// The rows of a call of a table function that the program brought. The function is called by each
/// scan anew, and its rows are read one after another, as they come. Immutable; thread-safe.
class CallbackTable final : public Table {
 public:
  /// Error(kTypeMismatch) for arguments that are not those it takes. Those of other types are cast
  /// as the session does.
  static TableRef create(const ProgramFunction& function, std::vector<Value> arguments,
                         SourceSpan span, const SessionConstants& session);

  struct State;
  explicit CallbackTable(std::shared_ptr<const State> state);

  const Schema& schema() const override;
  std::string name() const override;
  TableDescriptor descriptor() const override;
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;
  std::string describe() const override;

 private:
  const std::shared_ptr<const State> state_;  // with scans
};

}  // namespace doline
