#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "format/text/sniffed_columns.h"

namespace doline {

/// Collects names and values from a sample in order of first appearance. Past kMostFields names,
/// further ones are for the column `extra`.
class FieldCollector {
 public:
  static constexpr size_t kMostFields = 500;

  /// A column that is there whatever the sample has.
  void declare(std::string_view name);
  void add(std::string_view name, std::string_view value);
  bool has(std::string_view name) const { return places_.contains(std::string(name)); }

  struct Entry {
    std::string name;
    FormSniffer sniffer;
  };
  const std::vector<Entry>& entries() const { return entries_; }

 private:
  Entry* entry_for(std::string_view name);

  std::vector<Entry> entries_;
  std::unordered_map<std::string, size_t> places_;
};

/// Column of each name. Immutable.
class FieldIndex {
 public:
  static constexpr size_t kUnknown = ~size_t{0};
  explicit FieldIndex(const FieldCollector& fields);
  FieldIndex(const FieldIndex&) = delete;  // the map's keys are views of names_

  /// `hint` is the column the record most likely has next: records repeat their order.
  size_t find(std::string_view name, size_t hint) const {
    if (hint < names_.size() && names_[hint] == name) return hint;
    const auto known = places_.find(name);
    return known == places_.end() ? kUnknown : known->second;
  }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string_view, size_t> places_;
};

}  // namespace doline
