#include "exec/pipeline.h"

#include <algorithm>

namespace doline {

void OperatorMetrics::set_note(std::string text, std::string_view kind) {
  MutexLock lock(mutex_);
  for (auto& [known, note] : notes_) {
    if (known != kind) continue;
    note = std::move(text);
    return;
  }
  notes_.emplace_back(kind, std::move(text));
}

void OperatorMetrics::take_notes(const OperatorMetrics& other) {
  std::vector<std::pair<std::string, std::string>> notes;
  {
    MutexLock lock(other.mutex_);
    notes = other.notes_;
  }
  for (auto& [kind, text] : notes) set_note(std::move(text), kind);
}

std::vector<std::string> OperatorMetrics::notes() const {
  MutexLock lock(mutex_);
  std::vector<std::string> texts;
  for (const auto& [kind, text] : notes_) texts.push_back(text);
  return texts;
}

}  // namespace doline
