// What samples of tables say of scans and of pairs of them.
#include <algorithm>
#include <cmath>

#include "kernel/hash_column.h"
#include "optimizer/estimates.h"
#include "plan/plan_expressions.h"

namespace doline {

namespace {

/// So many pairs that were only expected weigh as much as all that were found: few are luck.
constexpr double kPriorPairs = 4;

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

/// Whether stretches of rows, which are from one place of the table each, have bounds of their own.
bool lies_in_order(const TableSample& sample, uint32_t place) {
  double low = INFINITY, high = -INFINITY, covered = 0;
  size_t stretches = 0;
  for (const Chunk& chunk : sample.chunks) {
    // An eighth of a chunk comes from one place of the table, at most.
    const uint32_t step = std::max<uint32_t>(1, chunk.row_count / 8);
    for (uint32_t begin = 0; begin < chunk.row_count; begin += step) {
      double first = INFINITY, last = -INFINITY;
      const uint32_t end = std::min(begin + step, chunk.row_count);
      const uint32_t stride = std::max<uint32_t>(1, (end - begin) / 16);
      for (uint32_t row = begin; row < end; row += stride) {
        const auto at = place_of(Value::of(chunk.columns[place], row));
        if (!at) continue;
        first = std::min(first, *at);
        last = std::max(last, *at);
      }
      if (first > last) continue;
      covered += last - first;
      ++stretches;
      low = std::min(low, first);
      high = std::max(high, last);
    }
  }
  return stretches > 1 && covered < (high - low) * static_cast<double>(stretches) / 4;
}

/// How many pairs of equal hashes there are.
class HashPairs {
 public:
  explicit HashPairs(const std::vector<uint64_t>& build) {
    size_t size = 16;
    while (size < build.size() * 2) size *= 2;
    slots_.resize(size);
    for (const uint64_t hash : build) ++find(hash).count;
  }
  double with(const std::vector<uint64_t>& probe) const {
    double pairs = 0;
    for (const uint64_t hash : probe) {
      const size_t mask = slots_.size() - 1;
      for (size_t at = hash & mask; slots_[at].count > 0; at = (at + 1) & mask) {
        if (slots_[at].hash != hash) continue;
        pairs += slots_[at].count;
        break;
      }
    }
    return pairs;
  }

 private:
  struct Slot {
    uint64_t hash = 0;
    uint32_t count = 0;
  };
  Slot& find(uint64_t hash) {
    const size_t mask = slots_.size() - 1;
    size_t at = hash & mask;
    while (slots_[at].count > 0 && slots_[at].hash != hash) at = (at + 1) & mask;
    slots_[at].hash = hash;
    return slots_[at];
  }
  std::vector<Slot> slots_;
};

/// The scan that a column comes from unchanged, and its number there. Null: none, or one of which
/// not all rows are read.
std::pair<const ScanNode*, uint32_t> source_of(const PlanRef& plan, uint32_t column) {
  const PlanNode* node = plan.get();
  for (;;) {
    if (const auto* scan = dynamic_cast<const ScanNode*>(node))
      return {scan->limit < 0 ? scan : nullptr, column};
    if (const auto* filter = dynamic_cast<const FilterNode*>(node)) {
      node = filter->input.get();
    } else if (const auto* project = dynamic_cast<const ProjectNode*>(node)) {
      const auto* source = dynamic_cast<const ColumnExpr*>(project->exprs[column].get());
      if (!source) return {nullptr, 0};
      column = source->index;
      node = project->input.get();
    } else {
      return {nullptr, 0};
    }
  }
}

}  // namespace

ScanSample::ScanSample(TableSampleRef sample, const ScanNode& scan, const SessionConstants& session)
    : sample_(std::move(sample)), is_tested_(scan.filters.size()) {
  std::vector<ExprRef> terms;
  for (size_t i = 0; i < scan.filters.size(); ++i) {
    if (ExprRef term = over_sample(*sample_, scan, scan.filters[i])) {
      terms.push_back(std::move(term));
      is_tested_[i] = true;
    }
  }
  ProgramRef program;
  if (!terms.empty())
    program = Program::compile_predicate(
        terms.size() == 1 ? terms[0] : ConjunctionExpr::create(true, terms), session);
  Program::Scratch scratch;
  for (const Chunk& chunk : sample_->chunks) {
    kept_.push_back(program ? program->select(chunk, scratch) : chunk.active);
    kept_count_ += kept_.back().size();
  }
}

const ScanSample::Keys* ScanSample::keys(const ScanNode& scan, uint32_t column) {
  const auto place = place_in(*sample_, scan, column);
  if (!place) return nullptr;
  const auto [at, added] = keys_.try_emplace(scan.columns[column]);
  Keys& keys = at->second;
  if (!added) return &keys;
  uint64_t hashes[kChunkRows];
  const auto append = [&](const Column& values, const Selection& rows, std::vector<uint64_t>& to) {
    hash_column(values, rows, hashes, false);
    for (uint32_t i = 0; i < rows.size(); ++i) {
      if (!values.is_null(rows[i])) to.push_back(hashes[i]);
    }
  };
  for (size_t i = 0; i < sample_->chunks.size(); ++i) {
    const Chunk& chunk = sample_->chunks[i];
    append(chunk.columns[*place], chunk.active, keys.all);
    append(chunk.columns[*place], kept_[i], keys.kept);
  }
  keys.is_clustered = !sample_->is_spread && lies_in_order(*sample_, *place);
  return &keys;
}

void Estimates::want(const PlanRef& plan, uint32_t column) {
  if (!sampler_) return;
  const auto [scan, own] = source_of(plan, column);
  if (!scan) return;
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
  std::vector<TableSampleRef>& known = samples_[scan.table.get()];
  auto found = std::find_if(known.begin(), known.end(), [&](const TableSampleRef& sample) {
    return std::includes(sample->columns.begin(), sample->columns.end(), columns.begin(),
                         columns.end());
  });
  if (found == known.end()) {
    TableSampleRef sample = sampler_->sample(scan.table, columns);
    if (!sample || sample->row_count == 0) return nullptr;
    found = known.insert(known.end(), std::move(sample));
  }
  node.sample = std::make_unique<ScanSample>(*found, scan, session_);
  return node.sample.get();
}

double Estimates::key_correction(const PlanRef& left, uint32_t left_column, const PlanRef& right,
                                 uint32_t right_column, double expected) {
  const auto [left_scan, left_place] = source_of(left, left_column);
  const auto [right_scan, right_place] = source_of(right, right_column);
  if (!left_scan || !right_scan) return 1;
  const auto is_unique = [&](const ScanNode& scan, uint32_t column) {
    return column_of_table(scan, column).distinct >= table_rows(scan.table) * 0.9;
  };
  const bool left_is_unique = is_unique(*left_scan, left_place);
  const bool right_is_unique = is_unique(*right_scan, right_place);
  // Each row has its one partner.
  if ((left_is_unique && left_scan->filters.empty()) ||
      (right_is_unique && right_scan->filters.empty()))
    return 1;
  ScanSample* const left_sample = sample_of(*left_scan);
  ScanSample* const right_sample = sample_of(*right_scan);
  if (!left_sample || !right_sample) return 1;
  const ScanSample::Keys* const a = left_sample->keys(*left_scan, left_place);
  const ScanSample::Keys* const b = right_sample->keys(*right_scan, right_place);
  if (!a || !b || (a->is_clustered && b->is_clustered)) return 1;
  const auto pairs_expected = [](const std::vector<uint64_t>& x, const std::vector<uint64_t>& y,
                                 double share) {
    return static_cast<double>(x.size()) * static_cast<double>(y.size()) * share;
  };
  const double expected_pairs = pairs_expected(a->kept, b->kept, expected);
  const double values = std::max(column_of_table(*left_scan, left_place).distinct,
                                 column_of_table(*right_scan, right_place).distinct);
  const HashPairs all_of_a(a->all), kept_of_a(a->kept);
  const auto ratio = [&](const HashPairs& build, const std::vector<uint64_t>& built,
                         const std::vector<uint64_t>& probe) {
    return (build.with(probe) + kPriorPairs) /
           (pairs_expected(built, probe, 1 / values) + kPriorPairs);
  };
  // Where the keys of one side are the rows' own, the whole join has one pair for each row of the
  // other: how far the samples miss that is luck, and most of it is the same for what filters keep.
  const double of_all = ratio(all_of_a, a->all, b->all);
  const double luck = left_is_unique || right_is_unique ? of_all : 1;
  // Filters of both sides keep few rows, of which few pairs are left to be found. What each by
  // itself does to the pairs, many tell: together they do both, as far as is known.
  const double each =
      ratio(all_of_a, a->all, b->kept) * ratio(kept_of_a, a->kept, b->all) / (of_all * luck);
  return (kept_of_a.with(b->kept) / luck + kPriorPairs * each) / (expected_pairs + kPriorPairs);
}

}  // namespace doline
