#include "sql/keywords.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/assert.h"
#include "sql/compare.h"

namespace doline::sql {

namespace {

struct Entry {
  std::string_view word;
  KeywordCategory category;
};

constexpr KeywordCategory kUnreserved = KeywordCategory::kUnreserved;
constexpr KeywordCategory kColumnName = KeywordCategory::kColumnName;
constexpr KeywordCategory kFunction = KeywordCategory::kFunction;
constexpr KeywordCategory kReserved = KeywordCategory::kReserved;

/// Sorted by word; entry i is Keyword(i + 1).
constexpr Entry kEntries[] = {
#define KEYWORD(enumerator, word, category) {word, category},
#include "sql/keywords.def"
#undef KEYWORD
};
static_assert(std::is_sorted(std::begin(kEntries), std::end(kEntries),
                             [](const Entry& a, const Entry& b) { return a.word < b.word; }));

constexpr size_t kLongest = [] {
  size_t longest = 0;
  for (const auto& entry : kEntries) longest = std::max(longest, entry.word.size());
  return longest;
}();

/// Words that begin with the n-th letter are those from kBegins[n] to kBegins[n + 1].
constexpr auto kBegins = [] {
  std::array<uint16_t, 27> begins{};
  for (const auto& entry : kEntries) {
    for (auto letter = static_cast<size_t>(entry.word[0] - 'a'); letter < 26; ++letter)
      ++begins[letter + 1];
  }
  return begins;
}();

const Entry& entry_of(Keyword keyword) {
  DCHECK(keyword != Keyword::kNoKeyword);
  return kEntries[static_cast<size_t>(keyword) - 1];
}

}  // namespace

Keyword find_keyword(std::string_view word) {
  if (word.empty() || word.size() > kLongest) return Keyword::kNoKeyword;
  std::array<char, kLongest> lowered;
  for (size_t i = 0; i < word.size(); ++i) {
    lowered[i] = word[i] >= 'A' && word[i] <= 'Z' ? static_cast<char>(word[i] + 32) : word[i];
  }
  const std::string_view key(lowered.data(), word.size());
  const auto letter = static_cast<size_t>(key[0] - 'a');
  if (letter >= 26) return Keyword::kNoKeyword;
  const Entry* const end = kEntries + kBegins[letter + 1];
  const auto* found =
      std::lower_bound(kEntries + kBegins[letter], end, key,
                       [](const Entry& entry, std::string_view k) { return entry.word < k; });
  if (found == end || found->word != key) return Keyword::kNoKeyword;
  return static_cast<Keyword>(found - std::begin(kEntries) + 1);
}

std::string_view word_of(Keyword keyword) { return entry_of(keyword).word; }
KeywordCategory category_of(Keyword keyword) { return entry_of(keyword).category; }

const std::vector<std::string>& keywords() {
  static const std::vector<std::string> all = [] {
    std::vector<std::string> words;
    words.reserve(std::size(kEntries));
    for (const auto& entry : kEntries) words.push_back(ascii_upper(entry.word));
    return words;
  }();
  return all;
}

bool is_value_function(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "current_catalog",   "current_date", "current_role",
      "current_schema",    "current_time", "current_user",
      "current_timestamp", "localtime",    "localtimestamp",
      "session_user",      "user"};
  return std::any_of(std::begin(kNames), std::end(kNames),
                     [&](std::string_view known) { return same_name(known, name); });
}

}  // namespace doline::sql
