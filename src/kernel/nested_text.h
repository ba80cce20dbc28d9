#pragma once

#include <string>
#include <string_view>

namespace doline {

/// Reads the texts of lists, structs and maps, "[1, 'a b', NULL]", "{'a': 1, b: [2]}", "{k=v}",
/// one item at a time. Items of items stay text, brackets and quotes included. One pass, no
/// recursion, so the depth of hostile texts does not matter.
class NestedText {
 public:
  explicit NestedText(std::string_view text) : text_(text) { skip_spaces(); }

  /// Takes `bracket` and spaces after it, if it is next.
  bool take(char bracket);
  /// Nothing but spaces is left.
  bool at_end();
  /// Up to the next `stop` or `other_stop` outside quotes and brackets, which is not taken.
  /// Quotes are removed, spaces around are dropped. False where quotes or brackets do not match.
  bool item(char stop, char other_stop, std::string& value, bool& is_null);

 private:
  void skip_spaces();
  /// From an opening quote to behind the closing one; `raw` keeps quotes and backslashes.
  bool quoted(std::string& value, bool raw);

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace doline
