#include "table/rejects.h"

#include <algorithm>
#include <tuple>

#include "kernel/string_search.h"

namespace doline {

namespace {

constexpr size_t kMostText = 1024;

/// The text as a value may have it: cut between characters, with U+FFFD for what is no UTF-8. What
/// is left out often is just because it is not.
std::string as_text(std::string text) {
  if (text.size() > kMostText) {
    size_t end = kMostText;
    while (end > kMostText - 4 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
  }
  if (is_utf8(text)) return text;
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::string_view character = std::string_view(text).substr(at, size);
    const bool is_whole = character.size() == size && is_utf8(character);
    out += is_whole ? character : "\uFFFD";
    at += is_whole ? size : 1;
  }
  return out;
}

}  // namespace

void RejectStore::begin_query() {
  MutexLock lock(mutex_);
  kept_.clear();
  count_ = 0;
  ++generation_;
}

void RejectStore::add(std::vector<Reject> rejects) {
  MutexLock lock(mutex_);
  for (const Reject& reject : rejects) count_ += reject.lines;
  for (Reject& reject : rejects) {
    if (kept_.size() == kMostKept) break;
    reject.text = as_text(std::move(reject.text));
    kept_.push_back(std::move(reject));
  }
}

uint64_t RejectStore::count() const {
  MutexLock lock(mutex_);
  return count_;
}

uint64_t RejectStore::generation() const {
  MutexLock lock(mutex_);
  return generation_;
}

std::vector<Reject> RejectStore::list() const {
  MutexLock lock(mutex_);
  std::vector<Reject> sorted = kept_;
  std::sort(sorted.begin(), sorted.end(), [](const Reject& a, const Reject& b) {
    return std::tie(a.file, a.line, a.byte) < std::tie(b.file, b.line, b.byte);
  });
  return sorted;
}

}  // namespace doline
