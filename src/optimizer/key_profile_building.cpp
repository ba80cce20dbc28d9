// From samples of relations to their key profiles.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "optimizer/key_cells.h"

namespace doline {

namespace {

/// So many rows as there are without the filters weigh with those that they keep: few are luck.
constexpr double kPriorRows = 1;
/// So many values as those less often seen weigh with the values of a level, likewise.
constexpr double kPriorValues = 2;
/// What the messages of one relation may cost, in factors.
constexpr size_t kMostFactors = size_t{1} << 19;
constexpr size_t kFewestCombinations = 256;

}  // namespace

/// Lists which combinations of cells the relations have, by their samples.
class KeyProfileBuilder {
 public:
  KeyProfileBuilder(KeyProfiles& made, const std::vector<JoinedRelation>& relations,
                    const std::vector<EqualColumns>& keys)
      : made_(made), relations_(relations), columns_(keys), estimates_(EstimateScope::current()) {}

  void build() {
    made_.keys_.resize(columns_.size());
    made_.profiles_.resize(relations_.size());
    made_.messages_.resize(columns_.size() * relations_.size());
    made_.level_shares_.resize(columns_.size());
    for (size_t key = 0; key < columns_.size(); ++key) {
      for (const auto& member : columns_[key].members)
        made_.profiles_[member.relation].keys.push_back(key);
    }
    find_samples();
    KeyCells cells;
    for (size_t key = 0; key < columns_.size(); ++key)
      cells.make(made_.keys_[key], columns_[key], members_[key]);
    for (size_t relation = 0; relation < relations_.size(); ++relation) make_profile(relation);
  }

 private:
  KeyMember& member(size_t relation, size_t key) {
    for (size_t i = 0; i < columns_[key].members.size(); ++i) {
      if (columns_[key].members[i].relation == relation) return members_[key][i];
    }
    UNREACHABLE();
  }

  /// Samples of those members whose rows may meet unevenly with those of another.
  void find_samples() {
    std::vector<RelationSet> uneven;
    for (const EqualColumns& columns : columns_) uneven.push_back(columns.relations);
    for (bool is_changed = true; is_changed;) {
      is_changed = false;
      for (size_t key = 0; key < columns_.size(); ++key) {
        for (const auto& one : columns_[key].members) {
          const RelationSet bit = RelationSet{1} << one.relation;
          if ((uneven[key] & bit) == 0 || !is_whole(one, key, uneven)) continue;
          uneven[key] &= ~bit;
          is_changed = true;
        }
        if (std::has_single_bit(uneven[key])) uneven[key] = 0;
      }
    }
    members_.resize(columns_.size());
    for (size_t key = 0; key < columns_.size(); ++key) {
      for (const auto& one : columns_[key].members) {
        KeyMember& made = members_[key].emplace_back();
        if ((uneven[key] >> one.relation & 1) == 0) continue;
        const JoinedRelation& relation = relations_[one.relation];
        made.sampled = estimates_.sampled_key(relation.plan, one.column - relation.first_column);
      }
    }
  }
  /// Whether each value that others may have is in the relation once, whatever it is joined with by
  /// its other keys.
  bool is_whole(const EqualColumns::Member& one, size_t key,
                const std::vector<RelationSet>& uneven) const {
    const JoinedRelation& relation = relations_[one.relation];
    if (relation.rows < relation.all_rows || one.distinct < relation.rows * 0.9) return false;
    const std::vector<size_t>& keys = made_.profiles_[one.relation].keys;
    return std::none_of(keys.begin(), keys.end(), [&](size_t other) {
      return other != key && (uneven[other] >> one.relation & 1) != 0;
    });
  }

  void make_profile(size_t relation) {
    KeyProfiles::Profile& profile = made_.profiles_[relation];
    profile.rows = relations_[relation].rows;
    const ScanSample* sample = nullptr;
    bool has_unique = false;
    std::vector<size_t> sampled;  // of the profile's keys
    for (size_t i = 0; i < profile.keys.size(); ++i) {
      KeyMember& of = member(relation, profile.keys[i]);
      if (!of.sampled.sample) continue;
      sampled.push_back(i);
      sample = of.sampled.sample;
      has_unique |= of.sampled.is_unique();
    }
    if (sample) {
      // Of keys that are the rows' own no value has rows enough that a share of them were luck.
      if (!sample->is_complete() && !has_unique)
        profile.row_weight = profile.rows / std::max(1.0, sample->kept_count());
      combine(profile, relation, sampled, weights_of_rows(*sample, profile.rows));
    } else {
      profile.weights = {profile.rows};
    }
    profile.unfiltered.resize(profile.keys.size());
    if (sample && sample->kept_count() < sample->row_count()) {
      for (const size_t i : sampled)
        profile.unfiltered[i] = std::move(member(relation, profile.keys[i]).cell_all);
    }
    profile.cells.resize(profile.keys.size());
    for (size_t i = 0; i < profile.keys.size(); ++i) {
      if (profile.cells[i].empty())
        profile.cells[i].assign(profile.weights.size(), made_.keys_[profile.keys[i]].spread());
    }
  }

  /// How many rows of the relation each row of its sample stands for.
  static std::vector<double> weights_of_rows(const ScanSample& sample, double rows) {
    const double kept = sample.kept_count();
    double prior = kPriorRows;
    if (kept > 0 && (sample.is_complete() || kept >= 64 * kPriorRows)) prior = 0;
    if (kept == sample.row_count()) prior = 0;
    const double each_kept = rows / (kept + prior);
    const double each = each_kept * prior / sample.row_count();
    std::vector<double> weights(sample.is_kept().size(), each);
    for (size_t row = 0; row < weights.size(); ++row) {
      if (sample.is_kept()[row]) weights[row] += each_kept;
    }
    return weights;
  }

  void combine(KeyProfiles::Profile& profile, size_t relation, const std::vector<size_t>& sampled,
               std::vector<double> weights) {
    std::vector<std::vector<uint16_t>> cells;
    for (const size_t i : sampled)
      cells.push_back(std::move(member(relation, profile.keys[i]).cells));
    for (size_t i = 0; i < cells.size(); ++i) {
      const size_t key = profile.keys[sampled[i]];
      const Estimates::SampledKey& of = member(relation, key).sampled;
      if (!of.is_unique() || of.sample->is_complete()) continue;
      place_unique(cells, i, made_.keys_[key], of, weights);
      break;
    }
    profile.cells.resize(profile.keys.size());
    values_.clear(weights.size());
    for (size_t row = 0; row < weights.size(); ++row) {
      if (weights[row] <= 0) continue;
      uint64_t hash = 1;
      for (const auto& of_key : cells) hash = combined(hash, of_key[row]);
      const uint32_t number = values_.number(hash);
      if (number == profile.weights.size()) {
        profile.weights.push_back(0);
        for (size_t i = 0; i < cells.size(); ++i)
          profile.cells[sampled[i]].push_back(cells[i][row]);
      }
      profile.weights[number] += weights[row];
    }
    thin_out(profile);
  }
  static uint64_t combined(uint64_t hash, uint64_t with) {
    hash = (hash ^ with) * 0x9E3779B97F4A7C15u;
    return hash ^ hash >> 29;
  }

  /// Of a key that is each row's own a cell has as many rows as values. Of a cell that none of the
  /// sample's rows is in as many are kept as of those that are seen about as often; the other cells
  /// are those of one of their rows.
  static void place_unique(std::vector<std::vector<uint16_t>>& cells, size_t at,
                           const KeyProfiles::Key& key, const Estimates::SampledKey& sampled,
                           std::vector<double>& weights) {
    const double sampled_share = sampled.sample->row_count() / sampled.table_rows;
    // By level, and of all frequent values together.
    const size_t kinds = key.level_count + 1;
    std::vector<double> seen(key.values.size()), kept(kinds), of_kind(kinds);
    std::vector<size_t> donors;
    double all_kept = 0;
    for (size_t row = 0; row < weights.size(); ++row) {
      weights[row] *= sampled_share;
      all_kept += weights[row];
      const uint16_t cell = cells[at][row];
      if (cell >= key.values.size()) continue;
      const size_t kind = std::min<size_t>(cell, key.level_count);
      ++seen[cell];
      ++of_kind[kind];
      kept[kind] += weights[row];
      if (kind == key.level_count) donors.push_back(row);
    }
    // From the values that are seldom seen to the frequent ones.
    double likely = all_kept / static_cast<double>(weights.size());
    std::vector<double> likely_of(kinds);
    for (size_t i = kinds; i-- > 0;) {
      const size_t kind = i == 0 ? key.level_count : i - 1;
      likely = (kept[kind] + kPriorValues * likely) / (of_kind[kind] + kPriorValues);
      likely_of[kind] = likely;
    }
    for (size_t row = 0; row < weights.size(); ++row) {
      const uint16_t cell = cells[at][row];
      weights[row] *= cell < key.values.size() ? key.values[cell] / seen[cell] : 1 / sampled_share;
    }
    if (donors.empty()) donors.push_back(0);
    size_t donor = 0;
    for (uint16_t cell = 0; cell < key.values.size(); ++cell) {
      if (seen[cell] > 0) continue;
      const size_t from = donors[donor++ % donors.size()];
      for (size_t i = 0; i < cells.size(); ++i) {
        const uint16_t copied = cells[i][from];
        cells[i].push_back(i == at ? cell : copied);
      }
      weights.push_back(likely_of[std::min<size_t>(cell, key.level_count)] * key.values[cell]);
    }
  }

  /// Leaves so many combinations that all messages can be computed from them.
  static void thin_out(KeyProfiles::Profile& profile) {
    size_t keys = 0;
    for (const auto& cells : profile.cells) keys += !cells.empty();
    const size_t messages = keys << std::min<size_t>(keys, 16);
    const size_t most = std::max(kFewestCombinations, kMostFactors / messages);
    if (profile.weights.size() <= most) return;
    double all = 0;
    for (const double weight : profile.weights) all += weight;
    const double step = all / static_cast<double>(most);
    size_t left = 0;
    double gathered = 0;
    for (size_t i = 0; i < profile.weights.size(); ++i) {
      gathered += profile.weights[i];
      if (gathered < step) continue;
      profile.weights[left] = gathered;
      for (auto& cells : profile.cells) {
        if (!cells.empty()) cells[left] = cells[i];
      }
      gathered = 0;
      ++left;
    }
    profile.weights.resize(left);
    for (auto& cells : profile.cells) cells.resize(std::min(left, cells.size()));
  }

  KeyProfiles& made_;
  const std::vector<JoinedRelation>& relations_;
  const std::vector<EqualColumns>& columns_;
  Estimates& estimates_;
  std::vector<std::vector<KeyMember>> members_;  // of each key, as its columns
  ValueTable values_;                            // of combinations
};

KeyProfiles::KeyProfiles(const std::vector<JoinedRelation>& relations,
                         const std::vector<EqualColumns>& keys) {
  KeyProfileBuilder(*this, relations, keys).build();
}

}  // namespace doline
