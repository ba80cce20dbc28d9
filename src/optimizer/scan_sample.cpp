// What samples of tables say of scans.
#include <algorithm>
#include <cmath>

#include "optimizer/estimates.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// Where the scan's column is in the sample; nothing where it is not.
std::optional<uint32_t> place_in(const TableSample& sample, const ScanNode& scan, uint32_t column) {
  const auto found =
      std::lower_bound(sample.columns.begin(), sample.columns.end(), scan.columns[column]);
  if (found == sample.columns.end() || *found != scan.columns[column]) return std::nullopt;
  return static_cast<uint32_t>(found - sample.columns.begin());
}

/// The filter over the sample's columns; null where it cannot be tried on them. Rows that fail are
/// not kept: what is to be made of them is not for estimates to say.
ExprRef over_sample(const TableSample& sample, const ScanNode& scan, const ExprRef& filter) {
  if (is_volatile(filter)) return nullptr;
  std::vector<uint32_t> map(scan.columns.size(), 0);
  for (const uint32_t column : columns_of(filter)) {
    const auto place = place_in(sample, scan, column);
    if (!place) return nullptr;
    map[column] = *place;
  }
  const ExprRef placed = remap_columns(filter, map);
  return can_fail(placed) ? TryExpr::create(placed) : placed;
}

}  // namespace

ScanSample::ScanSample(HashedSample& sample, const ScanNode& scan, const SessionConstants& session)
    : sample_(sample), is_tested_(scan.filters.size()) {
  std::vector<ExprRef> terms;
  for (size_t i = 0; i < scan.filters.size(); ++i) {
    if (ExprRef term = over_sample(sample_.rows(), scan, scan.filters[i])) {
      terms.push_back(std::move(term));
      is_tested_[i] = true;
    }
  }
  ProgramRef program;
  if (!terms.empty())
    program = Program::compile_predicate(
        terms.size() == 1 ? terms[0] : ConjunctionExpr::create(true, terms), session);
  Program::Scratch scratch;
  for (const Chunk& chunk : sample_.rows().chunks) {
    const size_t begin = is_kept_.size();
    is_kept_.resize(begin + chunk.size());
    const Selection kept = program ? program->select(chunk, scratch) : chunk.active;
    for (uint32_t i = 0; i < kept.size(); ++i) is_kept_[begin + kept[i]] = 1;
    kept_count_ += kept.size();
  }
}

Estimates::Origin Estimates::origin_of(const PlanRef& plan, uint32_t column) {
  const PlanNode* node = plan.get();
  for (bool is_joined = false;;) {
    if (const auto* scan = dynamic_cast<const ScanNode*>(node))
      return {scan->limit < 0 ? scan : nullptr, column, is_joined};
    if (const auto* filter = dynamic_cast<const FilterNode*>(node)) {
      node = filter->input.get();
    } else if (const auto* shared = dynamic_cast<const SharedInputNode*>(node)) {
      node = shared->input.get();
    } else if (const auto* project = dynamic_cast<const ProjectNode*>(node)) {
      const auto* source = dynamic_cast<const ColumnExpr*>(project->exprs[column].get());
      if (!source) return {};
      column = source->index;
      node = project->input.get();
    } else if (const auto* join = dynamic_cast<const JoinNode*>(node)) {
      const auto left_width = static_cast<uint32_t>(join->left->schema.size());
      const bool is_left = join->gives_left() && column < left_width;
      if (!is_left && join->kind == JoinKind::kMark) return {};
      if (!is_left && join->gives_left()) column -= left_width;
      node = is_left ? join->left.get() : join->right.get();
      is_joined = true;
    } else {
      return {};
    }
  }
}

void Estimates::want(const PlanRef& plan, uint32_t column) {
  if (!sampler_) return;
  const auto [scan, own, is_joined] = origin_of(plan, column);
  if (!scan || is_joined) return;
  std::vector<uint32_t>& wanted = of_node(*scan).wanted;
  if (std::find(wanted.begin(), wanted.end(), own) == wanted.end()) wanted.push_back(own);
}

ScanSample* Estimates::sample_of(const ScanNode& scan) {
  if (!sampler_) return nullptr;
  OfNode& node = of_node(scan);
  if (node.is_sampled) return node.sample.get();
  node.is_sampled = true;
  std::vector<uint32_t> columns;
  for (const ExprRef& filter : scan.filters) {
    if (is_volatile(filter)) continue;
    for (const uint32_t column : columns_of(filter)) columns.push_back(scan.columns[column]);
  }
  for (const uint32_t column : node.wanted) columns.push_back(scan.columns[column]);
  // A row's own number is none of the table's columns.
  std::erase_if(columns, [&](uint32_t column) { return column >= scan.table->schema().size(); });
  if (columns.empty()) return nullptr;
  std::sort(columns.begin(), columns.end());
  columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
  // Passes make other nodes of a scan, that read fewer columns.
  HashedSample* sample = known_sample(scan.table, columns);
  if (!sample) {
    TableSampleRef taken = sampler_->sample(scan.table, columns);
    if (!taken || taken->row_count == 0) return nullptr;
    sample =
        samples_[scan.table.get()]
            .emplace_back(std::make_unique<HashedSample>(std::move(taken), table_rows(scan.table)))
            .get();
  }
  node.sample = std::make_unique<ScanSample>(*sample, scan, session_);
  return node.sample.get();
}

HashedSample* Estimates::known_sample(const TableRef& table, const std::vector<uint32_t>& columns) {
  for (const auto& sample : samples_[table.get()]) {
    if (sample->has(columns)) return sample.get();
  }
  return nullptr;
}

Estimates::SampledKey Estimates::sampled_key(const PlanRef& plan, uint32_t column) {
  const auto [scan, place, is_joined] = origin_of(plan, column);
  if (!scan || is_joined) return {};
  const ScanSample* const sample = sample_of(*scan);
  const uint32_t own = scan->columns[place];
  if (!sample || !sample->all().has({own})) return {};
  return {sample, &sample->all().values(own), own, table_rows(scan->table),
          column_of_table(*scan, place).distinct};
}

}  // namespace doline
