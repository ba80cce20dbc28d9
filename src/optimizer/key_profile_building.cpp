// From samples of relations to their key profiles.
#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "optimizer/estimates.h"
#include "optimizer/key_profiles.h"
#include "optimizer/value_table.h"

namespace doline {

namespace {

/// Values of a key that have cells of their own.
constexpr size_t kMostFrequent = 256;
/// So many rows of all samples make a value frequent: what each of them says of it is no luck.
constexpr uint32_t kFrequentRows = 24;
/// A level has so many values that chance evens out.
constexpr double kFewestValues = 32;
/// So many rows as there are without the filters weigh with those that they keep: few are luck.
constexpr double kPriorRows = 1;
/// So many values as those less often seen weigh with the values of a level, likewise,
constexpr double kPriorValues = 2;
/// and so many pairs that were only expected with those that were found.
constexpr double kPriorPairs = 4;
/// What the messages of one relation may cost, in factors.
constexpr size_t kMostFactors = size_t{1} << 19;
constexpr size_t kFewestCombinations = 256;

constexpr uint32_t kNull = ~uint32_t{0};

}  // namespace

/// Finds the cells of keys, and how relations fall upon them.
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
    for (size_t key = 0; key < columns_.size(); ++key) make_key(key);
    for (size_t relation = 0; relation < relations_.size(); ++relation) make_profile(relation);
  }

 private:
  /// A relation's part in a key.
  struct Member {
    Estimates::SampledKey sampled;    // its sample is null where nothing is to be learnt from it
    std::vector<uint32_t> numbers;    // of each row's value
    std::vector<uint16_t> all, kept;  // rows of each value
    std::vector<uint16_t> cells;      // of each row
    std::vector<double> cell_all, cell_kept;  // rows of each cell
    bool is_unfiltered = true;
    /// Of the rows by which values are seen, how many each of its own is; the rest tells how often
    /// others see the value.
    uint32_t left_out = 0;
  };

  Member& member(size_t relation, size_t key) {
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
        Member& made = members_[key].emplace_back();
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

  // --- Cells.

  void make_key(size_t index) {
    KeyProfiles::Key& key = made_.keys_[index];
    std::vector<Member>& members = members_[index];
    key.set = columns_[index].relations;
    size_t rows = 0, sampled = 0;
    bool is_clustered = true;
    for (size_t i = 0; i < members.size(); ++i) {
      const auto& one = columns_[index].members[i];
      key.relations.push_back(one.relation);
      key.member_distinct.push_back(one.distinct);
      key.distinct = std::max({key.distinct, one.distinct, members[i].sampled.table_distinct});
      if (!members[i].sampled.sample) continue;
      rows += members[i].sampled.values->hashes.size();
      is_clustered &= members[i].sampled.values->is_clustered;
      ++sampled;
    }
    if (sampled < 2 || is_clustered) {
      for (Member& member : members) member.sampled = {};
      rows = 0;
    }
    values_.clear(rows);
    for (Member& member : members) number_values(member);
    seen_.assign(values_.count(), 0);
    for (Member& member : members) count_values(members, member);
    choose_cells(key, members);
    for (size_t i = 0; i < members.size(); ++i) place_rows(key, i, members[i]);
    key.corrections.assign(members.size() * members.size() * key.level_count, 1);
    for (size_t i = 0; i < members.size(); ++i) {
      for (size_t j = 0; j < i; ++j) correct(key, members, i, j);
    }
  }

  void number_values(Member& member) {
    if (!member.sampled.sample) return;
    const std::vector<uint64_t>& hashes = member.sampled.values->hashes;
    member.numbers.reserve(hashes.size());
    for (const uint64_t hash : hashes)
      member.numbers.push_back(hash == SampledValues::kNull ? kNull : values_.number(hash));
  }
  void count_values(std::vector<Member>& members, Member& member) {
    if (!member.sampled.sample) return;
    const ScanSample& sample = *member.sampled.sample;
    member.is_unfiltered = sample.kept_count() == sample.row_count();
    const bool is_even = member.sampled.is_unique() || member.sampled.values->is_clustered;
    member.left_out = is_even || sample.is_complete() ? 0 : 1;
    const bool is_first = std::none_of(members.data(), &member, [&](const Member& other) {
      return other.sampled.sample && other.sampled.is_same(member.sampled);
    });
    const uint32_t counted = is_first && !is_even ? 1 : 0;
    member.all.resize(seen_.size());
    member.kept.resize(seen_.size());
    for (size_t row = 0; row < member.numbers.size(); ++row) {
      const uint32_t number = member.numbers[row];
      if (number == kNull) continue;
      ++member.all[number];
      member.kept[number] += sample.is_kept()[row];
      seen_[number] += counted;
    }
  }

  /// Which values have cells of their own, and what levels there are of the others.
  void choose_cells(KeyProfiles::Key& key, const std::vector<Member>& members) {
    std::vector<bool> is_few;  // of few values that a relation has at all
    for (size_t i = 0; i < members.size(); ++i) {
      if (!members[i].sampled.sample || key.member_distinct[i] > kMostFrequent) continue;
      is_few.resize(seen_.size());
      for (size_t value = 0; value < seen_.size(); ++value)
        is_few[value] = is_few[value] || members[i].kept[value] > 0;
    }
    std::vector<uint32_t> frequent;
    for (uint32_t value = 0; value < seen_.size(); ++value) {
      if (seen_[value] >= kFrequentRows || (!is_few.empty() && is_few[value]))
        frequent.push_back(value);
    }
    if (frequent.size() > kMostFrequent) {
      std::nth_element(frequent.begin(), frequent.begin() + kMostFrequent, frequent.end(),
                       [&](uint32_t a, uint32_t b) { return seen_[a] > seen_[b]; });
      frequent.resize(kMostFrequent);
    }
    choose_levels(key, frequent);
    for (size_t left_out = 0; left_out < std::size(cells_); ++left_out) {
      std::vector<uint16_t>& cells = cells_[left_out];
      cells.resize(seen_.size());
      for (size_t value = 0; value < seen_.size(); ++value)
        cells[value] = level_of_[seen_[value] - std::min<size_t>(seen_[value], left_out)];
      auto cell = static_cast<uint16_t>(key.level_count);
      for (const uint32_t value : frequent) cells[value] = cell++;
    }
    key.values.resize(key.level_count + frequent.size(), 1.0);
    key.distinct = std::accumulate(key.values.begin(), key.values.end(), 0.0);
  }

  /// Values are of one level that are seen about equally often, and so many that chance evens out.
  void choose_levels(KeyProfiles::Key& key, const std::vector<uint32_t>& frequent) {
    std::vector<double> values_seen(1);  // by how often
    for (const uint32_t seen : seen_) {
      if (seen >= values_seen.size()) values_seen.resize(seen + 1);
      ++values_seen[seen];
    }
    for (const uint32_t value : frequent) --values_seen[seen_[value]];
    values_seen[0] += std::max(0.0, key.distinct - static_cast<double>(seen_.size()));
    level_of_.resize(values_seen.size());
    double values = 0;
    size_t highest = 0;  // of the level
    for (size_t seen = values_seen.size(); seen-- > 0;) {
      if (values == 0) highest = seen;
      values += values_seen[seen];
      level_of_[seen] = static_cast<uint16_t>(key.values.size());
      const bool is_far = seen <= 4 || highest * 4 >= seen * 5;
      if (seen > 0 && (values < kFewestValues || !is_far)) continue;
      key.values.push_back(std::max(1.0, values));
      values = 0;
    }
    key.level_count = key.values.size();
  }

  void place_rows(KeyProfiles::Key& key, size_t at, Member& member) {
    const double of = member.sampled.sample ? member.sampled.table_distinct : key.distinct;
    const double narrowing = std::min(1.0, key.member_distinct[at] / of);
    for (size_t level = 0; level < key.level_count; ++level)
      key.level_values.push_back(std::max(1.0, key.values[level] * narrowing));
    if (!member.sampled.sample) return;
    const std::vector<uint8_t>& is_kept = member.sampled.sample->is_kept();
    const std::vector<uint16_t>& cells = cells_[member.left_out];
    std::vector<double> all(key.values.size() + 2), kept(key.values.size() + 2);
    member.cells.reserve(member.numbers.size());
    for (size_t row = 0; row < member.numbers.size(); ++row) {
      const uint32_t value = member.numbers[row];
      const uint16_t cell = value == kNull ? key.none() : cells[value];
      member.cells.push_back(cell);
      ++all[cell];
      kept[cell] += is_kept[row];
    }
    all.resize(key.values.size());
    kept.resize(key.values.size());
    member.cell_all = std::move(all);
    member.cell_kept = std::move(kept);
  }

  /// What the share of pairs of rows of a level with equal values is, as a multiple of what it were
  /// if its values were all the same.
  void correct(KeyProfiles::Key& key, const std::vector<Member>& members, size_t i, size_t j) {
    const Member& a = members[i];
    const Member& b = members[j];
    if (!a.sampled.sample || !b.sampled.sample ||
        (a.sampled.values->is_clustered && b.sampled.values->is_clustered))
      return;
    const bool a_is_unique = a.sampled.is_unique(), b_is_unique = b.sampled.is_unique();
    // Each row has its one partner.
    if ((a_is_unique && a.is_unfiltered) || (b_is_unique && b.is_unfiltered)) return;
    struct Pairs {
      double all = 0, all_kept = 0, kept_all = 0, kept = 0;
    };
    std::vector<Pairs> found(key.level_count);
    // A table's row meets itself no more often than others, but its sample's always does.
    const bool meets_itself = a.sampled.is_same(b.sampled) && !a_is_unique;
    const std::vector<uint8_t>& is_kept_of_b = b.sampled.sample->is_kept();
    const std::vector<uint16_t>& cells = cells_[a.left_out + b.left_out];
    const std::vector<uint8_t>& is_kept = a.sampled.sample->is_kept();
    for (size_t row = 0; row < a.numbers.size(); ++row) {
      const uint32_t value = a.numbers[row];
      if (value == kNull || b.all[value] == 0) continue;
      const uint16_t level = cells[value];
      if (level >= key.level_count) continue;
      Pairs& pairs = found[level];
      const double of_b = b.all[value] - (meets_itself ? 1 : 0);
      const double kept_of_b = b.kept[value] - (meets_itself ? is_kept_of_b[row] : 0);
      pairs.all += of_b;
      pairs.all_kept += kept_of_b;
      if (!is_kept[row]) continue;
      pairs.kept_all += of_b;
      pairs.kept += kept_of_b;
    }
    const auto ratio = [](double pairs, double expected) {
      return (pairs + kPriorPairs) / (expected + kPriorPairs);
    };
    for (size_t level = 0; level < key.level_count; ++level) {
      const Pairs& pairs = found[level];
      const double even = 1 / key.values[level];
      const double kept_even = 1 / std::max(key.level_values[i * key.level_count + level],
                                            key.level_values[j * key.level_count + level]);
      // Where the keys of one side are the rows' own, the whole join has one pair for each row of
      // the other: how far the samples miss that is luck, and most of it is the same for what
      // filters keep.
      const double of_all = ratio(pairs.all, a.cell_all[level] * b.cell_all[level] * even);
      const double luck = a_is_unique || b_is_unique ? of_all : 1;
      // Filters of both sides keep few rows, of which few pairs are left to be found. What each by
      // itself does to the pairs, many tell: together they do both, as far as is known.
      const double each = ratio(pairs.all_kept, a.cell_all[level] * b.cell_kept[level] * even) *
                          ratio(pairs.kept_all, a.cell_kept[level] * b.cell_all[level] * even) /
                          (of_all * luck);
      const double expected = a.cell_kept[level] * b.cell_kept[level] * kept_even;
      const double correction = (pairs.kept / luck + kPriorPairs * each) / (expected + kPriorPairs);
      const size_t count = members.size();
      key.corrections[(i * count + j) * key.level_count + level] = correction;
      key.corrections[(j * count + i) * key.level_count + level] = correction;
    }
  }

  // --- Combinations of cells.

  void make_profile(size_t relation) {
    KeyProfiles::Profile& profile = made_.profiles_[relation];
    profile.rows = relations_[relation].rows;
    const ScanSample* sample = nullptr;
    bool has_unique = false;
    std::vector<size_t> sampled;  // of the profile's keys
    for (size_t i = 0; i < profile.keys.size(); ++i) {
      Member& of = member(relation, profile.keys[i]);
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
  std::vector<std::vector<Member>> members_;  // of each key, as its columns

  ValueTable values_;  // of a key, or of combinations

  // Of the key under way.
  std::vector<uint32_t> seen_;      // how many rows of counted members have a value
  std::vector<uint16_t> level_of_;  // by how often a value is seen
  /// Of each value, when none, one or two of the rows are left out of those it was seen in: a row
  /// says nothing of how often its value is seen elsewhere.
  std::vector<uint16_t> cells_[3];
};

KeyProfiles::KeyProfiles(const std::vector<JoinedRelation>& relations,
                         const std::vector<EqualColumns>& keys) {
  KeyProfileBuilder(*this, relations, keys).build();
}

}  // namespace doline
