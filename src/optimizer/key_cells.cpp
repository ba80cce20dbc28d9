#include "optimizer/key_cells.h"

#include <algorithm>
#include <numeric>

namespace doline {

namespace {

/// Values of a key that have cells of their own.
constexpr size_t kMostFrequent = 256;
/// So many rows of all samples make a value frequent: what each of them says of it is no luck.
constexpr uint32_t kFrequentRows = 24;
/// A level has so many values that chance evens out.
constexpr double kFewestValues = 32;
/// So many pairs that were only expected weigh with those that were found.
constexpr double kPriorPairs = 4;

constexpr uint32_t kNull = ~uint32_t{0};

}  // namespace

void KeyCells::make(KeyProfiles::Key& key, const EqualColumns& columns,
                    std::vector<KeyMember>& members) {
  key.set = columns.relations;
  size_t rows = 0, sampled = 0;
  bool is_clustered = true;
  for (size_t i = 0; i < members.size(); ++i) {
    const auto& one = columns.members[i];
    key.relations.push_back(one.relation);
    key.member_distinct.push_back(one.distinct);
    key.distinct = std::max({key.distinct, one.distinct, members[i].sampled.table_distinct});
    if (!members[i].sampled.sample) continue;
    rows += members[i].sampled.values->hashes.size();
    is_clustered &= members[i].sampled.values->is_clustered;
    ++sampled;
  }
  if (sampled < 2 || is_clustered) {
    for (KeyMember& member : members) member.sampled = {};
    rows = 0;
  }
  values_.clear(rows);
  for (KeyMember& member : members) number_values(member);
  seen_.assign(values_.count(), 0);
  for (KeyMember& member : members) count_values(members, member);
  choose_cells(key, members);
  for (size_t i = 0; i < members.size(); ++i) place_rows(key, i, members[i]);
  key.corrections.assign(members.size() * members.size() * key.level_count, 1);
  for (size_t i = 0; i < members.size(); ++i) {
    for (size_t j = 0; j < i; ++j) correct(key, members, i, j);
  }
}

void KeyCells::number_values(KeyMember& member) {
  if (!member.sampled.sample) return;
  const std::vector<uint64_t>& hashes = member.sampled.values->hashes;
  member.numbers.reserve(hashes.size());
  for (const uint64_t hash : hashes)
    member.numbers.push_back(hash == SampledValues::kNull ? kNull : values_.number(hash));
}

void KeyCells::count_values(std::vector<KeyMember>& members, KeyMember& member) {
  if (!member.sampled.sample) return;
  const ScanSample& sample = *member.sampled.sample;
  member.is_unfiltered = sample.kept_count() == sample.row_count();
  const bool is_even = member.sampled.is_unique() || member.sampled.values->is_clustered;
  member.left_out = is_even || sample.is_complete() ? 0 : 1;
  const bool is_first = std::none_of(members.data(), &member, [&](const KeyMember& other) {
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
void KeyCells::choose_cells(KeyProfiles::Key& key, const std::vector<KeyMember>& members) {
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
void KeyCells::choose_levels(KeyProfiles::Key& key, const std::vector<uint32_t>& frequent) {
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

void KeyCells::place_rows(KeyProfiles::Key& key, size_t at, KeyMember& member) {
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
void KeyCells::correct(KeyProfiles::Key& key, const std::vector<KeyMember>& members, size_t i,
                       size_t j) const {
  const KeyMember& a = members[i];
  const KeyMember& b = members[j];
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

}  // namespace doline
