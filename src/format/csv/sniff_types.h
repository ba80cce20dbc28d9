#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/csv/dialect.h"

namespace doline {

/// The types that all texts of a column have in common. One thread.
class CsvTypeGuess {
 public:
  /// `options` outlive it: separators, and which types may be found.
  explicit CsvTypeGuess(const CsvOptions& options) : options_(&options) {}
  /// As if texts had been seen that left `type` as the narrowest; ISO 8601 for dates.
  CsvTypeGuess(TypeRef type, const CsvOptions& options);

  /// Not for NULLs.
  void add(std::string_view text) {
    seen_ = true;
    if (possible_ == 0) return;
    possible_ &= classify(text, *options_);
    if (!options_->auto_type_candidates.empty()) widen_range(text);
  }
  /// The narrowest; VARCHAR when nothing was seen. `format` is set where days and moments are not
  /// as ISO 8601 has them.
  TypeRef type(std::string& format) const;
  bool has_seen() const { return seen_; }
  /// Whether a text would leave the type as it is.
  bool fits(std::string_view text) const { return (classify(text, *options_) & possible_) != 0; }

 private:
  static uint32_t classify(std::string_view text, const CsvOptions& options);
  void widen_range(std::string_view text);

  const CsvOptions* options_;
  int64_t least_ = 0;  // of whole numbers, where narrow types are among the candidates
  int64_t most_ = 0;
  uint32_t possible_ = ~uint32_t{0};
  bool seen_ = false;
};

}  // namespace doline
