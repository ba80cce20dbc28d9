#include "exec/join/code_rows.h"

#include "kernel/hash_column.h"

namespace doline {

const uint64_t* CodeRows::of(const JoinTable& table, const std::vector<Column>& keys,
                             uint32_t rows) {
  const JoinShape& shape = table.shape();
  if (keys.size() != 1 || !keys[0].is_dictionary() || shape.nulls_equal || has_repeats_ ||
      table.is_of_bucket() || shape.layout->slot(0).shape != RowLayout::Shape::kText)
    return nullptr;
  const Dictionary& dictionary = *keys[0].dictionary();
  if (dictionary_ != dictionary.id()) {
    dictionary_ = dictionary.id();
    rows_ = 0;
    is_known_ = false;
    words_.clear();
  }
  rows_ += rows;
  if (!is_known_ && rows_ >= dictionary.size()) {
    is_known_ = true;
    has_repeats_ = !look_up(table, dictionary.values());
    if (has_repeats_) words_.clear();
  }
  return words_.empty() ? nullptr : words_.data();
}

/// False where a text has several rows.
bool CodeRows::look_up(const JoinTable& table, const Column& values) {
  const uint32_t offset = table.shape().layout->slot(0).offset;
  const auto* texts = values.values<StringView>();
  std::vector<uint64_t> hashes(values.size());
  hash_column(values, Selection::all(values.size()), hashes.data(), false);
  words_.assign(values.size(), 0);
  for (uint32_t code = 0; code < values.size(); ++code) {
    const uint64_t hash = hashes[code];
    const uint64_t word = *table.word_of(hash);
    const uint64_t tag = JoinTable::tag_of(hash);
    if ((word & tag) != tag) continue;
    const auto* run = reinterpret_cast<const uint64_t*>(word & JoinTable::kAddress);
    const bool is_run = (word & JoinTable::kIsRun) != 0;
    for (uint64_t i = 0; i < (is_run ? run[0] : 1); ++i) {
      const uint64_t address = (is_run ? run[1 + i] : word) & JoinTable::kAddress;
      const auto* row = reinterpret_cast<const std::byte*>(address);
      if (stored_hash(row) != hash || !(load_unaligned<StringView>(row + offset) == texts[code]))
        continue;
      if (words_[code] != 0) return false;
      words_[code] = address;
    }
  }
  return true;
}

}  // namespace doline
