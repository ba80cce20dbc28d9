#pragma once

#include <map>
#include <memory>
#include <set>

#include "format/ipc/batch.h"

namespace doline::ipc {

/// The values that codes stand for, as far as dictionary batches came. One thread at a time; what
/// known() gave stays as it was.
class Dictionaries {
 public:
  /// Those that reading these columns needs; other batches need not be added.
  Dictionaries(IpcSchemaRef schema, const std::vector<uint32_t>& columns);

  bool are_wanted(int64_t id) const { return wanted_.contains(id); }
  /// Values that follow those before, or take their place, where that may be.
  void add(const Message& message, BodyRef body, bool may_replace);
  std::shared_ptr<const ArrowDictionaries> known() const { return known_; }

 private:
  const IpcSchemaRef schema_;
  const std::set<int64_t> wanted_;
  std::map<int64_t, Column> values_;
  std::shared_ptr<const ArrowDictionaries> known_ = std::make_shared<ArrowDictionaries>();
};

}  // namespace doline::ipc
