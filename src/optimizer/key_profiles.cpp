#include "optimizer/key_profiles.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace doline {

namespace {

constexpr uint32_t kNobody = ~uint32_t{0};
constexpr size_t kNoKey = ~size_t{0};
/// So many rows that were only expected weigh with those of a sample: few are luck.
constexpr double kPriorRows = 4;
/// Far from where shares are no numbers.
constexpr double kFewestRows = 1e-3;
constexpr double kMostRows = 1e100;

bool contains(RelationSet set, uint32_t relation) { return (set >> relation & 1) != 0; }

}  // namespace

/// The relations of the set that keys, but for one, connect with those of `begin`.
RelationSet KeyProfiles::part_of(RelationSet set, RelationSet begin, size_t without_key) const {
  RelationSet part = begin;
  for (RelationSet before = 0; before != part;) {
    before = part;
    for (size_t i = 0; i < keys_.size(); ++i) {
      if (i != without_key && (keys_[i].set & part) != 0) part |= keys_[i].set & set;
    }
  }
  return part;
}

std::optional<double> KeyProfiles::rows(RelationSet set) {
  if (const auto known = rows_.find(set); known != rows_.end()) return known->second;
  std::optional<double> all = 1;
  for (RelationSet rest = set; rest != 0 && all;) {
    const RelationSet part = part_of(set, rest & (~rest + 1), kNoKey);
    const std::optional<double> rows = rows_of_part(part);
    all = rows ? std::optional(*all * *rows) : std::nullopt;
    rest &= ~part;
  }
  rows_.emplace(set, all);
  return all;
}

std::optional<double> KeyProfiles::rows_of_part(RelationSet part) {
  if (std::has_single_bit(part)) return profiles_[static_cast<size_t>(std::countr_zero(part))].rows;
  // A tree has one edge, from a relation to a key, less than nodes.
  int nodes = std::popcount(part), edges = 0, most = 1;
  size_t root = kNoKey;
  for (size_t i = 0; i < keys_.size(); ++i) {
    const int members = std::popcount(keys_[i].set & part);
    if (members < 2) continue;
    ++nodes;
    edges += members;
    if (members > most) {
      most = members;
      root = i;
    }
  }
  if (edges != nodes - 1) return std::nullopt;
  return std::max(joined_at(root, part), kFewestRows);
}

/// The rows of all members of a key that are in the set, joined, by cell; without the one that
/// asks, what each of its rows has for partners.
KeyProfiles::Message KeyProfiles::product(size_t key, RelationSet set, uint32_t asking) {
  const Key& of = keys_[key];
  Message product(of.values.size(), 1.0);
  for (const uint32_t relation : of.relations) {
    if (relation == asking || !contains(set, relation)) continue;
    const RelationSet bit = RelationSet{1} << relation;
    const Message& one = message(relation, key, part_of((set & ~of.set) | bit, bit, key));
    for (size_t cell = 0; cell < product.size(); ++cell)
      product[cell] = std::min(product[cell] * one[cell], kMostRows);
  }
  const std::vector<double>& shares = level_shares(key, set & of.set);
  for (size_t level = 0; level < of.level_count; ++level) product[level] *= shares[level];
  return product;
}

double KeyProfiles::joined_at(size_t key, RelationSet set) {
  const Message at = product(key, set, kNobody);
  return std::accumulate(at.begin(), at.end(), 0.0);
}

/// The share of combinations of rows of a level that have equal values.
const std::vector<double>& KeyProfiles::level_shares(size_t key, RelationSet members) {
  const auto [at, added] = level_shares_[key].try_emplace(members);
  std::vector<double>& shares = at->second;
  if (!added) return shares;
  const Key& of = keys_[key];
  const size_t count = of.relations.size();
  shares.assign(of.level_count, 1.0);
  for (size_t level = 0; level < of.level_count; ++level) {
    double fewest = INFINITY;
    for (size_t i = 0; i < count; ++i) {
      if (!contains(members, of.relations[i])) continue;
      const double values = of.level_values[i * of.level_count + level];
      fewest = std::min(fewest, values);
      shares[level] /= values;
      for (size_t j = 0; j < i; ++j) {
        if (contains(members, of.relations[j]))
          shares[level] *= of.corrections[(i * count + j) * of.level_count + level];
      }
    }
    shares[level] *= fewest;
  }
  return shares;
}

/// For each cell of the key, the rows of the relation joined with what is behind it.
const KeyProfiles::Message& KeyProfiles::message(uint32_t relation, size_t key,
                                                 RelationSet branch) {
  auto& known = messages_[relation * keys_.size() + key];
  const auto found = known.find(branch);
  if (found != known.end()) return found->second;
  return known.emplace(branch, computed_message(relation, key, branch)).first->second;
}

KeyProfiles::Message KeyProfiles::computed_message(uint32_t relation, size_t key,
                                                   RelationSet branch) {
  const Profile& profile = profiles_[relation];
  std::vector<double> weights = profile.weights;
  const std::vector<uint16_t>* target = nullptr;
  for (size_t i = 0; i < profile.keys.size(); ++i) {
    const size_t other = profile.keys[i];
    const Key& of = keys_[other];
    if (other == key) {
      target = &profile.cells[i];
      continue;
    }
    if (std::popcount(of.set & branch) < 2) continue;
    Message factors = product(other, branch, relation);
    double spread = 0;
    for (size_t cell = 0; cell < factors.size(); ++cell) spread += factors[cell] * of.values[cell];
    spread /= of.distinct;
    if (profile.row_weight > 0) {
      const double sampled = profile.rows / profile.row_weight;
      for (double& factor : factors)
        factor = (factor * sampled + spread * kPriorRows) / (sampled + kPriorRows);
    }
    factors.push_back(spread);
    factors.push_back(0);
    const std::vector<uint16_t>& cells = profile.cells[i];
    for (size_t row = 0; row < weights.size(); ++row)
      weights[row] = std::min(weights[row] * factors[cells[row]], kMostRows);
  }
  Message rows = by_cell(keys_[key], *target, weights);
  if (profile.row_weight == 0) return rows;
  if (std::has_single_bit(branch)) {
    const Message& unfiltered =
        profile.unfiltered[static_cast<size_t>(target - profile.cells.data())];
    if (!unfiltered.empty()) even_out(keys_[key], rows, profile.row_weight, unfiltered);
    return rows;
  }
  double all = 0, squares = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    all += weights[i];
    if (profile.weights[i] > 0) squares += weights[i] * weights[i] / profile.weights[i];
  }
  if (all <= 0) return rows;
  // What a row of the sample that has partners counts, about.
  const double each = squares / all * profile.row_weight;
  const Message& whole = message(relation, key, RelationSet{1} << relation);
  return smoothed(keys_[key], rows, each, whole, profile.row_weight);
}

/// Few rows of a sample are left in a cell, each of which counts `each`, out of those in `whole`:
/// in the long run about as many are as in cells of values that are seen about as often.
KeyProfiles::Message KeyProfiles::smoothed(const Key& key, const Message& rows, double each,
                                           const Message& whole, double each_whole) {
  const auto sum = [](const Message& of, size_t begin, size_t end) {
    return std::accumulate(of.begin() + static_cast<ptrdiff_t>(begin),
                           of.begin() + static_cast<ptrdiff_t>(end), 0.0);
  };
  const size_t levels = key.level_count, cells = rows.size();
  const double all = sum(rows, 0, cells);
  double share = all / each / (sum(whole, 0, cells) / each_whole);
  if (!(share > 0) || std::isinf(share)) return rows;
  // From an expected share, and what rows there are.
  const auto likely = [&](double left, double of, double expected) {
    return (left / each + kPriorRows) / (of / each_whole + kPriorRows / expected);
  };
  Message made(cells);
  // From the values that are seldom seen to the frequent ones, which are first taken together.
  for (size_t level = levels; level-- > 0;) {
    share = likely(rows[level], whole[level], share);
    made[level] = share * whole[level];
  }
  share = likely(sum(rows, levels, cells), sum(whole, levels, cells), share);
  for (size_t cell = levels; cell < cells; ++cell)
    made[cell] = likely(rows[cell], whole[cell], share) * whole[cell];
  const double scale = all / sum(made, 0, cells);
  for (double& cell : made) cell *= scale;
  return made;
}

/// Which of the frequent values the few rows have that filters keep, each of which counts `each`,
/// is luck, but for how far the values differ by more than that: from the moments of a gamma
/// distribution of their shares.
void KeyProfiles::even_out(const Key& key, Message& rows, double each, const Message& unfiltered) {
  std::vector<size_t> cells(rows.size() - key.level_count);
  std::iota(cells.begin(), cells.end(), key.level_count);
  std::sort(cells.begin(), cells.end(),
            [&](size_t a, size_t b) { return unfiltered[a] < unfiltered[b]; });
  double kept = 0, all = 0;
  for (const size_t cell : cells) {
    kept += rows[cell] / each;
    all += unfiltered[cell];
  }
  if (kept <= 0) return;
  double share = kept / all, squares = 0, excess = 0;
  std::vector<double> expected(rows.size());
  for (size_t begin = 0, end = 0; begin < cells.size(); begin = end) {
    double left = 0, of = 0;
    for (; end < cells.size() && unfiltered[cells[end]] <= 2 * unfiltered[cells[begin]]; ++end) {
      left += rows[cells[end]] / each;
      of += unfiltered[cells[end]];
    }
    share = (left + kPriorRows) / (of + kPriorRows / share);
    for (size_t i = begin; i < end; ++i) {
      const size_t cell = cells[i];
      expected[cell] = unfiltered[cell] * share;
      const double off = rows[cell] / each - expected[cell];
      squares += expected[cell] * expected[cell];
      excess += off * off - expected[cell] * (1 - share);
    }
  }
  const double prior = std::min(kPriorRows, squares / std::max(excess, squares / kPriorRows));
  double made = 0;
  for (const size_t cell : cells) {
    if (expected[cell] <= 0) continue;
    rows[cell] = (rows[cell] / each + prior) / (1 + prior / expected[cell]);
    made += rows[cell];
  }
  for (const size_t cell : cells) rows[cell] *= kept / made * each;
}

KeyProfiles::Message KeyProfiles::by_cell(const Key& key, const std::vector<uint16_t>& cells,
                                          const std::vector<double>& weights) {
  Message rows(key.values.size() + 2, 0.0);
  for (size_t i = 0; i < weights.size(); ++i) rows[cells[i]] += weights[i];
  const double each = rows[key.spread()] / key.distinct;
  rows.resize(key.values.size());
  for (size_t cell = 0; cell < rows.size(); ++cell) rows[cell] += each * key.values[cell];
  return rows;
}

double KeyProfiles::correction(size_t key, size_t i, size_t j) {
  const Key& of = keys_[key];
  const uint32_t a = of.relations[i], b = of.relations[j];
  const RelationSet pair = RelationSet{1} << a | RelationSet{1} << b;
  return joined_at(key, pair) * std::max({1.0, of.member_distinct[i], of.member_distinct[j]}) /
         (profiles_[a].rows * profiles_[b].rows);
}

}  // namespace doline
