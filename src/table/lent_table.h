#pragma once

#include <memory>
#include <string>
#include <vector>

#include "format/arrow/arrow_import.h"
#include "plan/table.h"

namespace doline {

/// Foreign record batches as a table that is only read. They stay where they lie: a scan turns the
/// columns it is asked for into ours, by as many tasks as there are, and the others are never
/// looked at. Immutable; thread-safe. The batches are let go of with the last reader's last chunk.
class LentTable final : public Table {
 public:
  /// Precondition: importer->can_lend(), and it lent the batches.
  static TableRef create(std::string name, std::shared_ptr<const ArrowImporter> importer,
                         std::vector<std::shared_ptr<const ArrowImporter::Lent>> batches);

  struct State;
  explicit LentTable(std::shared_ptr<const State> state) : state_(std::move(state)) {}

  const Schema& schema() const override;
  std::string name() const override;
  TableStatistics statistics() const override;
  TableDescriptor descriptor() const override;
  std::unique_ptr<Scan> scan(ScanRequest request, QueryContext& context) const override;
  std::string describe() const override;
  std::string version() const override;

 private:
  const std::shared_ptr<const State> state_;
};

}  // namespace doline
