#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "format/csv/dialect.h"

namespace doline {

/// The types that all texts of a column have in common. One thread.
class CsvTypeGuess {
 public:
  explicit CsvTypeGuess(char decimal_separator) : decimal_separator_(decimal_separator) {}
  /// As if texts had been seen that left `type` as the narrowest; ISO 8601 for dates.
  CsvTypeGuess(TypeRef type, char decimal_separator);

  /// Not for NULLs.
  void add(std::string_view text) {
    seen_ = true;
    if (possible_ != 0) possible_ &= classify(text, decimal_separator_);
  }
  /// The narrowest; VARCHAR when nothing was seen. `date_format` is set where dates are not ISO.
  TypeRef type(std::string& date_format) const;
  bool has_seen() const { return seen_; }
  /// Whether a text would leave the type as it is.
  bool fits(std::string_view text) const { return (classify(text, decimal_separator_) & possible_) != 0; }

 private:
  static uint32_t classify(std::string_view text, char decimal_separator);

  char decimal_separator_;
  uint32_t possible_ = ~uint32_t{0};
  bool seen_ = false;
};

}  // namespace doline
