#include "plan/learned_types.h"

#include <algorithm>

namespace doline {

TypeRef wider_type(TypeRef a, TypeRef b) {
  if (a == b) return a;
  if (a->is_numeric() && b->is_numeric()) {
    return a->is_floating() || b->is_floating() ? Type::float64() : Type::hugeint();
  }
  if (a->is_temporal() && b->is_temporal() && !a->is(TypeKind::kTime) && !b->is(TypeKind::kTime)) {
    return a->is(TypeKind::kTimestampTz) || b->is(TypeKind::kTimestampTz) ? Type::timestamp_tz()
                                                                          : Type::timestamp();
  }
  return Type::varchar();
}

void LearnedTypes::widen(const std::string& source, const std::string& column, TypeRef type,
                         Loss loss, Merge merge) {
  MutexLock lock(mutex_);
  if (types_.size() >= kMostColumns) types_.clear();
  const auto [known, is_new] = types_.try_emplace({source, column}, type);
  if (!is_new) {
    const TypeRef merged = merge(known->second, type);
    if (merged == known->second) return;
    known->second = merged;
  }
  ++version_;
  if (loss.told.empty() || std::any_of(losses_.begin(), losses_.end(), [&](const KnownLoss& other) {
        return other.source == source && other.loss.column == loss.column;
      })) {
    return;
  }
  if (losses_.size() >= kMostLosses) losses_.pop_front();
  losses_.push_back({source, std::move(loss), version_});
}

std::vector<std::string> LearnedTypes::losses_since(uint64_t version) const {
  MutexLock lock(mutex_);
  std::vector<std::string> told;
  for (const KnownLoss& known : losses_) {
    if (known.version > version) told.push_back(known.loss.told);
  }
  return told;
}

TypeRef LearnedTypes::find(const std::string& source, const std::string& column) const {
  MutexLock lock(mutex_);
  const auto known = types_.find({source, column});
  return known == types_.end() ? nullptr : known->second;
}

uint64_t LearnedTypes::version() const {
  MutexLock lock(mutex_);
  return version_;
}

Error with_losses(Error error, const LearnedTypes& learned, uint64_t version) {
  for (std::string& told : learned.losses_since(version)) error.add_note(std::move(told));
  return error;
}

}  // namespace doline
