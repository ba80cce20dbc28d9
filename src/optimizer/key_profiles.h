#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "plan/plan_node.h"

namespace doline {

/// Relations of a join graph, a bit each.
using RelationSet = uint64_t;

struct JoinedRelation {
  PlanRef plan;
  uint32_t first_column = 0;
  double rows = 1;      // at least a little more than 0
  double all_rows = 1;  // without its filters
};

/// Columns that equalities make equal, at most one a relation: of any two sets of relations that
/// have some, one equality is enough.
struct EqualColumns {
  struct Member {
    uint32_t relation;
    uint32_t column;  // over all relations
    double distinct;
  };
  std::vector<Member> members;  // ascending by relation
  RelationSet relations = 0;

  const Member* member_of(uint32_t relation) const {
    for (const Member& member : members) {
      if (member.relation == relation) return &member;
    }
    return nullptr;
  }
};

/// How the rows of relations fall upon the values of their keys, from samples, and how many rows
/// there are when they are joined by them.
///
/// The values of a key (a class of equal columns) are divided into cells: one for each frequent
/// value, and levels of the others, by how often the samples have them. A relation is a list of
/// combinations of cells, weighted by rows. Joined relations whose keys make a tree are counted as
/// trees are: each tells its neighbours, for every cell of the key between them, how many rows
/// there are behind it (Pearl: Probabilistic Reasoning in Intelligent Systems. 1988). Within a
/// level relations are taken to depend on each other by pairs, as far as pairs of their samples do.
///
/// Of one join graph; one thread.
class KeyProfiles {
 public:
  KeyProfiles(const std::vector<JoinedRelation>& relations, const std::vector<EqualColumns>& keys);

  /// Rows of the relations joined by all keys that they have in common; multiplied, where nothing
  /// connects them. Nothing where the keys make a cycle.
  std::optional<double> rows(RelationSet set);
  /// Of two members of a key: the share of pairs of rows with equal values, as a multiple of what
  /// it were if all values were equally frequent.
  double correction(size_t key, size_t i, size_t j);

 private:
  friend class KeyProfileBuilder;
  friend class KeyCells;

  /// Rows by cell.
  using Message = std::vector<double>;
  struct Key {
    std::vector<uint32_t> relations;  // its members'
    RelationSet set = 0;
    double distinct = 1;
    std::vector<double> member_distinct;
    std::vector<double> values;  // of each cell; the levels come first
    size_t level_count = 1;
    std::vector<double> level_values;  // of each member, by level
    std::vector<double> corrections;   // of each pair of members, both ways, by level

    uint16_t cell_count() const { return static_cast<uint16_t>(values.size()); }
    // What a row may have in place of a cell: any of the values, or none.
    uint16_t spread() const { return cell_count(); }
    uint16_t none() const { return static_cast<uint16_t>(cell_count() + 1); }
  };
  struct Profile {
    double rows = 1;
    std::vector<size_t> keys;
    /// Rows that one of its sample stands for; 0: which rows have partners is known well enough.
    double row_weight = 0;
    std::vector<double> weights;               // of each combination of cells
    std::vector<std::vector<uint16_t>> cells;  // of each key: of each combination
    std::vector<Message> unfiltered;  // of each key: rows of the sample; empty where all are kept
  };

  std::optional<double> rows_of_part(RelationSet part);
  RelationSet part_of(RelationSet set, RelationSet begin, size_t without_key) const;
  Message product(size_t key, RelationSet set, uint32_t asking);
  const Message& message(uint32_t relation, size_t key, RelationSet branch);
  Message computed_message(uint32_t relation, size_t key, RelationSet branch);
  static Message by_cell(const Key& key, const std::vector<uint16_t>& cells,
                         const std::vector<double>& weights);
  static Message smoothed(const Key& key, const Message& rows, double each, const Message& whole,
                          double each_whole);
  static void even_out(const Key& key, Message& rows, double each, const Message& unfiltered);
  const std::vector<double>& level_shares(size_t key, RelationSet members);
  double joined_at(size_t key, RelationSet set);

  std::vector<Key> keys_;
  std::vector<Profile> profiles_;
  std::vector<std::unordered_map<RelationSet, Message>> messages_;  // by relation and key
  std::vector<std::unordered_map<RelationSet, std::vector<double>>> level_shares_;  // by key
  std::unordered_map<RelationSet, std::optional<double>> rows_;
};

}  // namespace doline
