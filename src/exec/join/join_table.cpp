#include "exec/join/join_table.h"

#include <algorithm>
#include <bit>

#include "kernel/hash_column.h"

namespace doline {

namespace {

/// A word a row and a third more, at least: with fewer, rows of different keys share a word too
/// often, with more the directory outgrows the caches sooner.
size_t words_for(uint64_t rows) {
  return std::bit_ceil(std::max<uint64_t>(JoinBits::kCount, rows + rows / 3));
}

// While a slice is counted, a word's lower half counts its rows; then it says that one row is still
// to come.
constexpr uint64_t kOneToCome = 2;
constexpr uint32_t kAhead = 8;  // rows whose words are fetched before they are needed
/// So many places a key may have however few rows there are: an eighth of a core's cache.
constexpr uint64_t kFewPlaces = uint64_t{1} << 13;

}  // namespace

JoinTable::JoinTable(const JoinShape& shape, uint32_t skip_bits)
    : shape_(shape), skip_bits_(skip_bits) {}
JoinTable::~JoinTable() = default;

size_t JoinTable::directory_bytes(uint64_t rows) {
  return std::max(words_for(rows), kFewPlaces) * sizeof(uint64_t) +
         rows * (sizeof(uint64_t) * 3 / 2);
}

void JoinTable::set_rows(std::vector<std::vector<RowPageRef>> partitions, Budget& budget) {
  partitions_ = std::move(partitions);
  runs_.resize(partitions_.size());
  for (const auto& pages : partitions_) {
    for (const RowPageRef& page : pages) {
      row_count_ += page->size();
      pages_.push_back(page);
    }
  }
  // What is read back from disk has few left rows to meet.
  if (skip_bits_ == 0 && NumberedRows::suits(shape_, pages_, budget)) number_rows(budget);
  word_count_ = words_for(row_count_);
  if (partitions_.size() == 1 && !shape_.nulls_equal)
    places_ = KeyPlaces::of(*shape_.layout, pages_, std::max(word_count_, kFewPlaces));
  if (places_) {
    word_count_ = places_->count() + 1;
    skip_bits_ = shift_ = 0;
  } else {
    shift_ = 64 - static_cast<uint32_t>(std::countr_zero(word_count_));
  }
  budget_ = BudgetRef(&budget);
  directory_ = Buffer::allocate(word_count_ * sizeof(uint64_t), budget);
  words_ = directory_->as<uint64_t>();
}

void JoinTable::number_rows(Budget& budget) {
  if (pages_.size() > 1) {
    RowPages one(shape_.layout, budget, row_count_ * shape_.layout->row_bytes());
    for (const RowPageRef& page : pages_) {
      for (uint32_t i = 0; i < page->size(); ++i) one.append_row(page->row(i));
    }
    pages_ = one.take_pages();
    partitions_ = {pages_};
    runs_.resize(1);
  }
  numbered_.emplace(shape_, *pages_[0]);
}

void JoinTable::hash_keys(const std::vector<Column>& keys, const Selection& active,
                          uint64_t* hashes) const {
  if (places_) return places_->find(keys[0], active, hashes);
  for (size_t key = 0; key < keys.size(); ++key) hash_column(keys[key], active, hashes, key > 0);
}

/// NULL keys lead nowhere; their rows are there only to come out unmatched.
bool JoinTable::is_linked(const std::byte* row) const {
  for (size_t key = 0; key < shape_.layout->key_count(); ++key) {
    if (shape_.layout->is_null(row, key)) return false;
  }
  return true;
}

template <class Body>
void JoinTable::for_each_linked(size_t partition, QueryContext& context, Body&& body) const {
  const bool may_be_apart = shape_.gives_unmatched() && !shape_.nulls_equal;
  std::byte* rows[kChunkRows];
  uint64_t hashes[kChunkRows];
  for (const RowPageRef& page : partitions_[partition]) {
    context.check_cancelled();
    for (uint32_t begin = 0; begin < page->size(); begin += kChunkRows) {
      const uint32_t count = std::min(kChunkRows, page->size() - begin);
      for (uint32_t i = 0; i < count; ++i) rows[i] = page->row(begin + i);
      if (places_) {
        places_->find(gather_column(*shape_.layout, 0, rows, count), Selection::all(count), hashes);
      } else {
        for (uint32_t i = 0; i < count; ++i) hashes[i] = stored_hash(rows[i]);
      }
      for (uint32_t i = 0; i < count; ++i) {
        if (i + kAhead < count) __builtin_prefetch(word_of(hashes[i + kAhead]), 1);
        if (may_be_apart && !is_linked(rows[i])) continue;
        body(rows[i], hashes[i]);
      }
    }
  }
}

void JoinTable::build(size_t partition, QueryContext& context) {
  const size_t slice = word_count_ / partitions_.size();
  uint64_t* const first = words_ + partition * slice;
  std::fill_n(first, slice, 0);
  for_each_linked(partition, context, [&](std::byte*, uint64_t hash) {
    uint64_t& word = *const_cast<uint64_t*>(word_of(hash));
    word = (word + 1) | tag_of(hash);
  });
  constexpr uint64_t kTags = ~((uint64_t{1} << 48) - 1);
  size_t shared = 0;
  for (size_t i = 0; i < slice; ++i) {
    const uint64_t count = first[i] & ~kTags;
    shared += count > 1 ? count + 1 : 0;
  }
  uint64_t* run = nullptr;
  if (shared != 0) {
    runs_[partition] = Buffer::allocate(shared * sizeof(uint64_t), *budget_);
    run = runs_[partition]->as<uint64_t>();
  }
  for (size_t i = 0; i < slice; ++i) {
    const uint64_t count = first[i] & ~kTags;
    if (count == 0) continue;
    if (count == 1) {
      first[i] = (first[i] & kTags) | kOneToCome;
      continue;
    }
    *run = 0;
    first[i] = (first[i] & kTags) | reinterpret_cast<uint64_t>(run) | kIsRun;
    run += count + 1;
  }
  for_each_linked(partition, context, [&](std::byte* row, uint64_t hash) {
    uint64_t& word = *const_cast<uint64_t*>(word_of(hash));
    const auto address = reinterpret_cast<uint64_t>(row);
    if (word & kIsRun) {
      auto* of_word = reinterpret_cast<uint64_t*>(word & kAddress);
      of_word[++of_word[0]] = run_entry(hash, address);
    } else {
      word = (word & ~kOneToCome) | address;
    }
  });
}

void JoinTable::seal() {
  partitions_.clear();
  if (shape_.layout->has_heap())
    texts_ = combine_pins(std::vector<PinRef>(pages_.begin(), pages_.end()));
}

std::vector<RowPageRef> JoinTable::give_up() {
  directory_ = nullptr;
  words_ = nullptr;
  places_.reset();
  numbered_.reset();
  runs_.clear();
  texts_ = nullptr;
  row_count_ = 0;
  return std::exchange(pages_, {});
}

std::vector<Column> gather_right(const JoinTable& table, const std::vector<bool>& is_read,
                                 const std::byte* const* rows, uint32_t count) {
  const JoinShape& shape = table.shape();
  std::vector<Column> columns;
  columns.reserve(shape.right_types.size());
  for (size_t i = 0; i < shape.right_types.size(); ++i) {
    if (shape.places[i] < 0 || !is_read[shape.left_types.size() + i]) {
      columns.push_back(Column::null(shape.right_types[i], count));
    } else {
      columns.push_back(gather_column(*shape.layout, static_cast<size_t>(shape.places[i]), rows,
                                      count, table.texts()));
    }
  }
  return columns;
}

std::vector<Column> right_output(const JoinTable& table, const std::byte* const* rows,
                                 uint32_t count) {
  const NumberedRows* numbered = table.numbered();
  if (!numbered) return gather_right(table, table.shape().is_output, rows, count);
  std::vector<bool> others = table.shape().is_output;
  const size_t left = table.shape().left_types.size();
  for (size_t i = left; i < others.size(); ++i) others[i] = others[i] && !numbered->has(i - left);
  std::vector<Column> columns = gather_right(table, others, rows, count);
  const NumberedRows::Codes codes = numbered->codes_of(rows, count);
  for (size_t i = 0; i < columns.size(); ++i) {
    if (numbered->has(i)) columns[i] = numbered->column(i, codes);
  }
  return columns;
}

Chunk rest_rows(const JoinTable& table, const RowPage& page, uint32_t& begin) {
  const JoinShape& shape = table.shape();
  const bool wanted = !shape.gives_unmatched();
  const std::byte* rows[kChunkRows];
  uint32_t count = 0;
  for (; begin < page.size() && count < kChunkRows; ++begin) {
    rows[count] = page.row(begin);
    count += JoinTable::is_matched(shape, page.row(begin)) == wanted;
  }
  Chunk rest(gather_right(table, shape.is_output, rows, count), count);
  return shape.keeps_build() ? rest : with_null_left(shape, std::move(rest));
}

}  // namespace doline
