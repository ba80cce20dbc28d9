#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "optimizer/cost.h"
#include "optimizer/filtered_scans.h"
#include "optimizer/passes.h"
#include "plan/plan_expressions.h"
#include "plan/repeatable.h"

namespace doline {

namespace {

/// One reading, with all that comes with it, has to be this much cheaper than several.
constexpr double kWorthwhile = 0.8;
/// Smaller tables are read again in no time.
constexpr double kFewRows = 100'000;

// What a value of a file takes, in nanoseconds of one core: out of the file, and through a term of
// a filter. Unlike the scans of cost.h, which joins may spare most of their rows, these are read
// whole.
constexpr double kRead = 4, kReadText = 20;
constexpr double kTest = 3, kTestText = 20;
constexpr double kBuild = 40;  // a row of the table of keys

/// Rows of a scan are wanted only where their `column`, of the table, is one of the values that
/// column `key` of `source` has, which is a scan as well.
struct KeySet {
  uint32_t column;
  PlanRef source;
  uint32_t key;
};
bool same(const KeySet& a, const KeySet& b) {
  return a.column == b.column && a.key == b.key && equal(*a.source, *b.source);
}

/// A scan, and what is asked of its rows. Terms and columns are the table's.
struct Reading {
  PlanRef plan;
  std::vector<ExprRef> terms;
  std::vector<KeySet> key_sets;

  const ScanNode& scan() const { return static_cast<const ScanNode&>(*plan); }
  /// Terms that may fail do not count: they stay behind those that keep rows from them.
  bool has(const ExprRef& term) const {
    return !can_fail(term) && std::any_of(terms.begin(), terms.end(),
                                          [&](const ExprRef& own) { return equal(*own, *term); });
  }
  bool has(const KeySet& keys) const {
    return std::any_of(key_sets.begin(), key_sets.end(),
                       [&](const KeySet& own) { return same(own, keys); });
  }
};

double all_rows(const PlanRef& scan) { return EstimateScope::current().all_rows(scan); }

double read_cost(const PlanRef& plan) {
  const auto& scan = static_cast<const ScanNode&>(*plan);
  double of_row = 0;
  for (const Field& field : scan.schema) of_row += field.type->is_string() ? kReadText : kRead;
  for (const ExprRef& term : scan.filters) {
    const std::vector<uint32_t> columns = columns_of(term);
    const bool reads_text = std::any_of(columns.begin(), columns.end(), [&](uint32_t column) {
      return scan.schema[column].type->is_string();
    });
    of_row += reads_text ? kTestText : kTest;
  }
  return all_rows(plan) * of_row;
}

/// Several scans of a table in the place of which one may stand, whose rows are kept; so are those
/// of the scans that it takes keys from, which are there already.
struct Sharing {
  std::vector<const Reading*> readings;
  std::vector<uint32_t> columns;  // of the table, ascending
  std::vector<KeySet> key_sets;   // of all of them
  PlanRef plan;                   // the rows that all of them want
  double share = 1;               // of what the scans cost, that it costs

  template <class KeptSource>
  Sharing(std::vector<const Reading*> of, KeptSource kept_source) : readings(std::move(of)) {
    const Reading& first = *readings[0];
    for (const Reading* one : readings)
      columns.insert(columns.end(), one->scan().columns.begin(), one->scan().columns.end());
    std::sort(columns.begin(), columns.end());
    columns.erase(std::unique(columns.begin(), columns.end()), columns.end());
    const auto all_have = [&](const auto& what) {
      return std::all_of(readings.begin(), readings.end(),
                         [&](const Reading* one) { return one->has(what); });
    };
    std::vector<ExprRef> terms;
    for (const ExprRef& term : first.terms) {
      if (all_have(term)) terms.push_back(remap_columns(term, places()));
    }
    plan = ScanNode::create(first.scan().table, columns, std::move(terms));
    double cost = read_cost(plan);
    for (const KeySet& keys : first.key_sets) {
      if (!all_have(keys)) continue;
      const PlanRef source = kept_source(keys.source);
      const PlanRef right = ProjectNode::create(source, {output_column(source, keys.key)},
                                                {source->schema[keys.key].name});
      key_sets.push_back(keys);
      cost += keeping_cost(source) + rereading_cost(source) + estimated_rows(right) * kBuild;
      plan =
          JoinNode::create(plan, right, JoinKind::kSemi,
                           {output_column(plan, places()[keys.column])}, {output_column(right, 0)});
    }
    cost += keeping_cost(plan) + rereading_cost(plan) * static_cast<double>(readings.size());
    double apart = 0;
    for (const Reading* one : readings) apart += read_cost(one->plan);
    share = cost / apart;
  }

  /// By column of the table: where it stands among those that are read.
  std::vector<uint32_t> places() const {
    std::vector<uint32_t> map(columns.back() + 1);
    for (uint32_t i = 0; i < columns.size(); ++i) map[columns[i]] = i;
    return map;
  }
};

class ScanSharing {
 public:
  PlanRef shared(const PlanRef& plan) {
    visit(plan, false);
    if (has_recursion_) return plan;
    for (const std::vector<size_t>& alike : by_table()) share_among(alike);
    if (replaced_.empty()) return plan;
    return rewrite_plan(plan, [&](const PlanRef& node) -> PlanRef {
      const auto found = replaced_.find(node.get());
      return found == replaced_.end() ? nullptr : found->second;
    });
  }

 private:
  /// `is_cut`: what the node gives may be wanted in part only.
  void visit(const PlanRef& node, bool is_cut) {
    if (!seen_.insert(node.get()).second) {
      // What holds of a scan in one place need not hold in another.
      if (node->tag() != NodeTag::kSharedInput) mark_repeated(node);
      return;
    }
    has_recursion_ |= node->tag() == NodeTag::kRecursive;
    if (node->tag() == NodeTag::kScan && !is_cut) add(node);
    const std::vector<PlanRef> children = node->children();
    for (size_t i = 0; i < children.size(); ++i) visit(children[i], cuts(node, i, is_cut));
    // Their scans are known now.
    const auto* join = dynamic_cast<const JoinNode*>(node.get());
    if (join && filters_left(*join)) add_key_sets(*join);
  }

  /// Whether a node whose own rows are cut, or not, may leave some of an input's rows unread.
  static bool cuts(const PlanRef& node, size_t input, bool is_cut) {
    if (node->tag() == NodeTag::kLimit) return true;
    if (const auto* sort = dynamic_cast<const SortNode*>(node.get())) return sort->take >= 0;
    static constexpr NodeTag kStreaming[] = {NodeTag::kFilter, NodeTag::kProject, NodeTag::kUnion,
                                             NodeTag::kUnnest};
    const bool streams = (node->tag() == NodeTag::kJoin && input == 0) ||
                         std::find(std::begin(kStreaming), std::end(kStreaming), node->tag()) !=
                             std::end(kStreaming);
    return is_cut && streams;
  }

  void mark_repeated(const PlanRef& node) {
    every_node(node, [&](const PlanRef& below) {
      if (const auto found = by_node_.find(below.get()); found != by_node_.end())
        is_repeated_[found->second] = true;
      return true;
    });
  }

  void add(const PlanRef& plan) {
    const auto& scan = static_cast<const ScanNode&>(*plan);
    if (scan.limit >= 0 || scan.columns.empty() || !is_repeatable(plan) ||
        all_rows(plan) < kFewRows || scan.table->descriptor().kind == "memory")
      return;
    Reading reading{plan, {}, {}};
    for (const ExprRef& term : scan.filters)
      reading.terms.push_back(remap_columns(term, scan.columns));
    by_node_.emplace(plan.get(), readings_.size());
    readings_.push_back(std::move(reading));
    is_repeated_.push_back(false);
  }

  void add_key_sets(const JoinNode& join) {
    for (size_t i = 0; i < join.left_keys.size(); ++i) {
      const auto* left = dynamic_cast<const ColumnExpr*>(join.left_keys[i].get());
      const auto* right = dynamic_cast<const ColumnExpr*>(join.right_keys[i].get());
      if (!left || !right) continue;
      std::vector<KeySet> sources;
      Seen seen;
      with_filtered_scan(join.left, left->index, Comes::kBefore,
                         [&](const ScanNode& scan, uint32_t column) -> PlanRef {
                           const auto found = by_node_.find(&scan);
                           if (found == by_node_.end()) return nullptr;
                           if (seen.empty()) add_sources(join.right, right->index, sources, seen);
                           for (KeySet keys : sources) {
                             keys.column = scan.columns[column];
                             readings_[found->second].key_sets.push_back(std::move(keys));
                           }
                           return PlanRef(&scan);
                         });
    }
  }

  /// Ways that lead to a scan again and again are gone once.
  using Seen = std::set<std::pair<const PlanNode*, uint32_t>>;
  /// The scans among whose values all of the plan's column are: the one it comes from, and those
  /// that it was joined with on the way.
  static void add_sources(const PlanRef& plan, uint32_t column, std::vector<KeySet>& sources,
                          Seen& seen) {
    if (!seen.emplace(plan.get(), column).second) return;
    if (plan->tag() == NodeTag::kScan) {
      if (is_repeatable(plan)) sources.push_back({0, plan, column});
    } else if (plan->tag() == NodeTag::kFilter || plan->tag() == NodeTag::kSharedInput) {
      add_sources(plan->children()[0], column, sources, seen);
    } else if (const auto* project = dynamic_cast<const ProjectNode*>(plan.get())) {
      if (const auto* own = dynamic_cast<const ColumnExpr*>(project->exprs[column].get()))
        add_sources(project->input, own->index, sources, seen);
    } else if (const auto* groups = dynamic_cast<const AggregationNode*>(plan.get())) {
      if (column >= groups->keys.size()) return;
      if (const auto* own = dynamic_cast<const ColumnExpr*>(groups->keys[column].get()))
        add_sources(groups->input, own->index, sources, seen);
    } else if (const auto* join = dynamic_cast<const JoinNode*>(plan.get())) {
      const auto left_width = static_cast<uint32_t>(join->left->schema.size());
      if (join->kind != JoinKind::kInner && join->kind != JoinKind::kSemi) return;
      const bool is_left = column < left_width;
      const uint32_t own = is_left ? column : column - left_width;
      add_sources(is_left ? join->left : join->right, own, sources, seen);
      if (join->nulls_equal || join->is_asof()) return;
      const auto& keys = is_left ? join->left_keys : join->right_keys;
      const auto& others = is_left ? join->right_keys : join->left_keys;
      for (size_t i = 0; i < keys.size(); ++i) {
        const auto* key = dynamic_cast<const ColumnExpr*>(keys[i].get());
        const auto* other = dynamic_cast<const ColumnExpr*>(others[i].get());
        if (key && other && key->index == own)
          add_sources(is_left ? join->right : join->left, other->index, sources, seen);
      }
    }
  }

  std::vector<std::vector<size_t>> by_table() const {
    std::vector<std::vector<size_t>> groups;
    for (size_t i = 0; i < readings_.size(); ++i) {
      const auto found = std::find_if(groups.begin(), groups.end(), [&](const auto& group) {
        return is_same_table(readings_[group[0]].scan(), readings_[i].scan());
      });
      if (found == groups.end()) {
        groups.push_back({i});
      } else {
        found->push_back(i);
      }
    }
    return groups;
  }
  static bool is_same_table(const ScanNode& a, const ScanNode& b) {
    return a.table.get() == b.table.get() ||
           equal(*ScanNode::create(a.table, {}), *ScanNode::create(b.table, {}));
  }

  /// Takes out what is cheapest, as long as something is.
  void share_among(std::vector<size_t> alike) {
    while (alike.size() > 1) {
      std::optional<Sharing> best;
      const auto try_with = [&](const auto& what) {
        std::vector<const Reading*> having;
        for (const size_t i : alike) {
          if (readings_[i].has(what)) having.push_back(&readings_[i]);
        }
        if (having.size() < 2) return;
        Sharing one(std::move(having), [this](const PlanRef& scan) { return kept_source(scan); });
        if (one.share < (best ? best->share : kWorthwhile)) best = std::move(one);
      };
      for (const size_t i : alike) {
        if (is_repeated_[i]) readings_[i].key_sets.clear();
      }
      for (const size_t i : alike) {
        for (const ExprRef& term : readings_[i].terms) try_with(term);
        for (const KeySet& keys : readings_[i].key_sets) try_with(keys);
      }
      if (!best) return;
      replace(*best);
      std::erase_if(alike, [&](size_t i) {
        return std::find(best->readings.begin(), best->readings.end(), &readings_[i]) !=
               best->readings.end();
      });
    }
  }

  PlanRef kept_source(const PlanRef& scan) {
    PlanRef& kept = sources_[scan.get()];
    if (!kept) kept = SharedInputNode::create(scan, "keys");
    return kept;
  }

  void replace(const Sharing& sharing) {
    for (const KeySet& keys : sharing.key_sets) {
      for (const Reading* reading : sharing.readings) {
        for (const KeySet& own : reading->key_sets) {
          if (same(own, keys)) replaced_.emplace(own.source.get(), kept_source(keys.source));
        }
      }
    }
    const PlanRef rows = SharedInputNode::create(sharing.plan, "rows");
    const std::vector<uint32_t> places = sharing.places();
    for (const Reading* reading : sharing.readings) {
      std::vector<ExprRef> terms;
      for (const ExprRef& term : reading->terms) {
        const bool is_common = std::all_of(sharing.readings.begin(), sharing.readings.end(),
                                           [&](const Reading* other) { return other->has(term); });
        if (!is_common) terms.push_back(remap_columns(term, places));
      }
      std::vector<ExprRef> exprs;
      std::vector<std::string> names;
      for (const uint32_t column : reading->scan().columns)
        exprs.push_back(output_column(rows, places[column]));
      for (const Field& field : reading->plan->schema) names.push_back(field.name);
      replaced_.emplace(reading->plan.get(),
                        ProjectNode::create(filtered(rows, std::move(terms)), std::move(exprs),
                                            std::move(names)));
    }
  }

  bool has_recursion_ = false;
  std::unordered_set<const PlanNode*> seen_;
  std::vector<Reading> readings_;
  std::vector<bool> is_repeated_;  // of each reading: its scan stands in several places
  std::unordered_map<const PlanNode*, size_t> by_node_;
  std::unordered_map<const PlanNode*, PlanRef> sources_;  // as shared inputs
  std::unordered_map<const PlanNode*, PlanRef> replaced_;
};

}  // namespace

PlanRef share_scans(const PlanRef& plan) {
  const EstimateScope scope;
  return ScanSharing().shared(plan);
}

}  // namespace doline
