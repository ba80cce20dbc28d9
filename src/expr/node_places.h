#pragma once

#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "expr/node.h"

namespace doline {

/// Finds equal nodes by their hashes: where lists are as long as a statement's author likes, to
/// compare each with each would take minutes.
class NodePlaces {
 public:
  /// The place of a node equal to `node`.
  std::optional<uint32_t> find(const Node& node) const {
    if (!tags_.contains(node.tag())) return std::nullopt;  // spares what stands for a whole plan
    return find(node, hash_of(node));
  }
  /// Unless an equal one has a place.
  void add(NodeRef node, uint32_t place) {
    const uint64_t hash = hash_of(*node);
    tags_.insert(node->tag());
    if (!find(*node, hash)) by_hash_.emplace(hash, Placed{std::move(node), place});
  }

 private:
  std::optional<uint32_t> find(const Node& node, uint64_t hash) const {
    const auto [first, last] = by_hash_.equal_range(hash);
    for (auto at = first; at != last; ++at) {
      if (equal(*at->second.node, node)) return at->second.place;
    }
    return std::nullopt;
  }

  struct Placed {
    NodeRef node;
    uint32_t place;
  };
  std::unordered_multimap<uint64_t, Placed> by_hash_;
  std::unordered_set<NodeTag> tags_;
};

}  // namespace doline
