#pragma once

#include <cstdint>
#include <vector>

#include "optimizer/estimates.h"
#include "optimizer/key_profiles.h"
#include "optimizer/value_table.h"

namespace doline {

/// A relation's part in a key.
struct KeyMember {
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

/// Finds the cells of a key, from the samples of its members, and which of them their rows are in.
/// One key after another.
class KeyCells {
 public:
  void make(KeyProfiles::Key& key, const EqualColumns& columns, std::vector<KeyMember>& members);

 private:
  void number_values(KeyMember& member);
  void count_values(std::vector<KeyMember>& members, KeyMember& member);
  void choose_cells(KeyProfiles::Key& key, const std::vector<KeyMember>& members);
  void choose_levels(KeyProfiles::Key& key, const std::vector<uint32_t>& frequent);
  void place_rows(KeyProfiles::Key& key, size_t at, KeyMember& member);
  void correct(KeyProfiles::Key& key, const std::vector<KeyMember>& members, size_t i,
               size_t j) const;

  ValueTable values_;
  std::vector<uint32_t> seen_;      // how many rows of counted members have a value
  std::vector<uint16_t> level_of_;  // by how often a value is seen
  /// Of each value, when none, one or two of the rows are left out of those it was seen in: a row
  /// says nothing of how often its value is seen elsewhere.
  std::vector<uint16_t> cells_[3];
};

}  // namespace doline
