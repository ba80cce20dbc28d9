#include "format/text/named_fields.h"

namespace doline {

FieldCollector::Entry* FieldCollector::entry_for(std::string_view name) {
  const auto known = places_.find(std::string(name));
  if (known != places_.end()) return &entries_[known->second];
  if (entries_.size() == kMostFields) return nullptr;
  places_.emplace(name, entries_.size());
  entries_.push_back({std::string(name), {}});
  return &entries_.back();
}

void FieldCollector::declare(std::string_view name) { entry_for(name); }

void FieldCollector::add(std::string_view name, std::string_view value) {
  if (Entry* entry = entry_for(name)) entry->sniffer.add(value);
}

FieldIndex::FieldIndex(const FieldCollector& fields) {
  for (const FieldCollector::Entry& entry : fields.entries()) names_.push_back(entry.name);
  for (size_t i = 0; i < names_.size(); ++i) places_.emplace(names_[i], i);
}

}  // namespace doline
