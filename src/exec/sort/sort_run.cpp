#include "exec/sort/sort_run.h"

#include <algorithm>
#include <bit>

#include "column/column_writer.h"

namespace doline {

namespace {

constexpr uint32_t kFirstBlockEntries = 248;
/// Rows a range is cut to while a run is written: its entries take half a megabyte at most, since
/// memory is short when runs are written.
constexpr uint64_t kSpillRangeRows = uint64_t{1} << 13;
constexpr size_t kSmallestPageBytes = size_t{8} << 10;
constexpr size_t kLargestPageBytes = size_t{64} << 10;
/// Of a range, read before others have their turn: a few milliseconds.
constexpr size_t kPagesAtOnce = 16;

/// Which rows of blocks are looked at to find where ranges begin: some two dozen a range.
class SampleSteps {
 public:
  explicit SampleSteps(uint64_t range_rows) : step_(std::max<uint64_t>(1, range_rows / 24)) {}
  template <class Each>
  void over(uint32_t count, Each each) {
    for (; next_ < count; next_ += step_ / 2 + (jitter_ >> 33) % step_ + 1) {
      each(static_cast<uint32_t>(next_));
      jitter_ = jitter_ * 6364136223846793005 + 1442695040888963407;
    }
    next_ -= count;
  }

 private:
  const uint64_t step_;
  uint64_t next_ = 0;
  uint64_t jitter_ = 1;  // regular input must not meet regular steps
};

}  // namespace

// --- SortRun

SortRun::SortRun(const SortShape& shape, QueryContext& context)
    : shape_(shape), context_(context), rows_(shape.layout, *context.budget) {}

void SortRun::append(std::span<const Column> columns, const uint32_t* source, uint32_t count,
                     const uint64_t* words) {
  std::byte* rows[kChunkRows];
  ASSERT(count <= kChunkRows);
  rows_.append(columns, source, count, nullptr, rows);
  for (uint32_t done = 0; done < count;) {
    if (blocks_.empty() || blocks_.back().count == blocks_.back().capacity()) {
      // Small sorts are many: blocks begin small.
      const uint32_t entries = blocks_.empty()
                                   ? std::max(kFirstBlockEntries, std::min(count, kBlockEntries))
                                   : std::min(kBlockEntries, (blocks_.back().count + 8) * 4 - 8);
      blocks_.push_back(
          {Buffer::allocate(entries * sizeof(SortEntry), *context_.budget), 0, 0, {}});
      entry_bytes_ += blocks_.back().buffer->held_bytes();
    }
    EntryBlock& block = blocks_.back();
    const uint32_t room = block.capacity() - block.count;
    const uint32_t fitting = std::min(room, count - done);
    SortEntry* to = block.entries() + block.count;
    for (uint32_t i = 0; i < fitting; ++i) to[i] = {words[done + i], rows[done + i]};
    block.count += fitting;
    done += fitting;
  }
}

SortEntry SortRun::keep_first(uint64_t count) {
  const uint64_t all = row_count();
  BufferRef buffer = Buffer::allocate(all * 2 * sizeof(SortEntry), *context_.budget);
  auto* entries = buffer->as<SortEntry>();
  uint64_t filled = 0;
  for (const EntryBlock& block : blocks_) {
    std::copy_n(block.entries(), block.count, entries + filled);
    filled += block.count;
  }
  sort_entries(shape_.words(), {entries, all}, {entries + all, all}, KeyLevel{},
               shape_.all_columns(), context_);
  const uint64_t kept = std::min(all, count);
  RowPages rows(shape_.layout, *context_.budget);
  blocks_.clear();
  entry_bytes_ = 0;
  for (uint64_t i = 0; i < kept; ++i) entries[i].row = rows.append_row(entries[i].row);
  shape_.words().fill({}, {entries, kept});  // sorting went on to later words
  rows_ = std::move(rows);
  for (uint64_t begin = 0; begin < kept; begin += kBlockEntries) {
    const auto size = static_cast<uint32_t>(std::min<uint64_t>(kBlockEntries, kept - begin));
    blocks_.push_back({Buffer::allocate(size * sizeof(SortEntry), *context_.budget), size, 0, {}});
    std::copy_n(entries + begin, size, blocks_.back().entries());
    entry_bytes_ += blocks_.back().buffer->held_bytes();
  }
  ASSERT(kept > 0);
  return entries[kept - 1];
}

// --- CarriedRun

bool CarriedRun::append(std::span<const Column> columns, const uint32_t* source, uint32_t count,
                        uint64_t place) {
  SortEntry entries[kChunkRows];
  if (!shape_.carried->pack(columns, source, count, entries)) return false;
  for (uint32_t done = 0; done < count;) {
    const bool follows =
        !blocks_.empty() && blocks_.back().first_place + blocks_.back().count == place + done;
    if (!follows || blocks_.back().count == blocks_.back().capacity()) {
      // Morsels may give few rows each: blocks begin small, and grow while rows follow one another.
      const uint32_t more =
          follows ? std::min(SortRun::kBlockEntries, (blocks_.back().count + 8) * 4 - 8)
                  : std::clamp(std::bit_ceil(count - done + 8) - 8, kFirstBlockEntries,
                               SortRun::kBlockEntries);
      blocks_.push_back(
          {Buffer::allocate(more * sizeof(SortEntry), *context_.budget), 0, place + done, {}});
      held_bytes_ += blocks_.back().buffer->held_bytes();
    }
    EntryBlock& block = blocks_.back();
    const uint32_t fitting = std::min(block.capacity() - block.count, count - done);
    std::copy_n(entries + done, fitting, block.entries() + block.count);
    block.count += fitting;
    done += fitting;
  }
  row_count_ += count;
  return true;
}

std::unique_ptr<SortRun> CarriedRun::to_pages(uint64_t most_rows) {
  auto run = std::make_unique<SortRun>(shape_, context_);
  uint64_t words[kChunkRows];
  while (!blocks_.empty() && run->row_count() < most_rows) {
    EntryBlock& block = blocks_.back();
    context_.check_cancelled();
    while (block.count > 0 && run->row_count() < most_rows) {
      const uint32_t count = std::min(kChunkRows, block.count);
      const uint32_t begin = block.count - count;
      const SortEntry* const entries = block.entries() + begin;
      std::vector<Column> columns = shape_.carried->unpack({entries, count});
      shape_.words().first_words(columns[shape_.boundary_columns.front()], nullptr, count, words);
      ColumnWriter places(Type::uint64(), count);
      for (uint32_t i = 0; i < count; ++i)
        places.values<uint64_t>()[i] = block.first_place + begin + i;
      columns.push_back(places.seal(count));
      run->append(columns, nullptr, count, words);
      block.count = begin;
      row_count_ -= count;
    }
    if (block.count > 0) break;
    held_bytes_ -= block.buffer->held_bytes();
    blocks_.pop_back();
  }
  return run;
}

// --- SortRanges

void SortRanges::add(std::unique_ptr<SortRun> run) {
  row_count_ += run->row_count();
  runs_.push_back(std::move(run));
}

void SortRanges::add(std::unique_ptr<CarriedRun> run) {
  ASSERT(runs_.empty() && spilled_.empty());
  row_count_ += run->row_count();
  carried_.push_back(std::move(run));
}

void SortRanges::add(std::unique_ptr<SpilledRun> run) {
  row_count_ += run->row_count;
  spilled_.push_back(std::move(run));
}

SortRanges::Held SortRanges::take_held() {
  for (const auto& run : runs_) row_count_ -= run->row_count();
  for (const auto& run : carried_) row_count_ -= run->row_count();
  cuts_at_.clear();
  cuts_.clear();
  cut_words_.clear();
  blocks_.clear();
  next_block_ = 0;
  return {std::exchange(runs_, {}), std::exchange(carried_, {})};
}

size_t SortRanges::held_bytes() const {
  size_t bytes = 0;
  for (const auto& run : runs_) bytes += run->held_bytes();
  for (const auto& run : carried_) bytes += run->held_bytes();
  return bytes;
}

uint64_t SortRanges::spilled_memory_bytes() const {
  uint64_t bytes = 0;
  for (const auto& run : spilled_) bytes += run->memory_bytes;
  return bytes;
}

std::vector<SortEntry> SortRanges::samples(uint64_t range_rows) {
  std::vector<SortEntry> found;
  // Pages on disk are about equally large, so where they begin is a sample as it stands.
  for (const auto& run : spilled_)
    found.insert(found.end(), run->begins.begin(), run->begins.end());
  SampleSteps steps(range_rows);
  std::vector<const std::byte*> rows;
  for (const EntryBlock* block : blocks_) {
    steps.over(block->count, [&](uint32_t at) { rows.push_back(block->entries()[at].row); });
  }
  for (size_t begin = 0; begin < rows.size(); begin += kChunkRows) {
    const auto count = static_cast<uint32_t>(std::min<size_t>(kChunkRows, rows.size() - begin));
    std::vector<Column> columns;
    for (const uint32_t column : shape_.boundary_columns) {
      columns.push_back(gather_column(*shape_.layout, column, rows.data() + begin, count));
    }
    std::byte* copies[kChunkRows];
    cuts_.append(columns, nullptr, count, nullptr, copies);
    for (uint32_t i = 0; i < count; ++i)
      found.push_back({shape_.boundary_words().word({}, copies[i]), copies[i]});
  }
  return found;
}

void SortRanges::cut(uint64_t range_rows, size_t group_columns) {
  const auto ranges = static_cast<size_t>(
      std::min<uint64_t>(row_count_ / std::max<uint64_t>(1, range_rows), 60'000));
  for (const auto& run : runs_) {
    for (EntryBlock& block : run->blocks_) blocks_.push_back(&block);
  }
  for (const auto& run : carried_) {
    for (EntryBlock& block : run->blocks_) blocks_.push_back(&block);
  }
  if (is_carried()) {
    std::sort(blocks_.begin(), blocks_.end(), [](const EntryBlock* a, const EntryBlock* b) {
      return a->first_place < b->first_place;
    });
    if (ranges > 1) cut_carried(range_rows, ranges, group_columns);
  } else if (ranges > 1) {
    const KeyWords& words = shape_.boundary_words();
    const size_t all = shape_.all_columns();
    std::vector<SortEntry> found = samples(range_rows);
    std::vector<SortEntry> scratch(found.size());
    sort_entries(words, found, scratch, KeyLevel{}, all, context_);
    const std::byte* last = nullptr;
    const std::byte* last_group = nullptr;
    for (size_t i = 1; i < ranges && !found.empty(); ++i) {
      const std::byte* const row = found[found.size() * i / ranges].row;
      if (row == last) continue;
      last = row;
      const uint64_t word = words.word({}, row);  // sorting went on to later ones
      if (group_columns > 0 &&
          (!last_group || words.compare(row, words, last_group, KeyLevel{}, group_columns) != 0)) {
        cuts_at_.push_back({word, row, 0, static_cast<uint32_t>(group_columns), true});
      } else {
        cuts_at_.push_back({word, row, 0, static_cast<uint32_t>(all), false});
      }
      last_group = row;
    }
  }
  if (cuts_at_.empty()) return;
  // One less than a power of two, and one that is never looked at.
  for (const Cut& cut : cuts_at_) cut_words_.push_back(cut.word);
  cut_words_.resize(std::bit_ceil(cuts_at_.size() + 1), ~uint64_t{0});
}

void SortRanges::cut_carried(uint64_t range_rows, size_t ranges, size_t group_columns) {
  struct Sample {
    uint64_t word;
    uint64_t place;
    auto operator<=>(const Sample&) const = default;
  };
  std::vector<Sample> found;
  SampleSteps steps(range_rows);
  for (const EntryBlock* block : blocks_) {
    steps.over(block->count, [&](uint32_t at) {
      found.push_back({block->entries()[at].word, block->first_place + at});
    });
  }
  std::sort(found.begin(), found.end());
  for (size_t i = 1; i < ranges && !found.empty(); ++i) {
    const Sample& at = found[found.size() * i / ranges];
    const Cut* const last = cuts_at_.empty() ? nullptr : &cuts_at_.back();
    if (last && last->word == at.word && last->place == at.place) continue;
    const auto group_of = [&](uint64_t word) {
      return shape_.carried->begin_of_group(word, group_columns);
    };
    if (group_columns > 0 && (!last || group_of(last->word) != group_of(at.word))) {
      cuts_at_.push_back({group_of(at.word), nullptr, 0, 0, true});
    } else {
      cuts_at_.push_back({at.word, nullptr, at.place, 0, false});
    }
  }
}

bool SortRanges::lies_before(const std::byte* row, uint64_t word, const KeyWords& words,
                             const Cut& cut) const {
  if (word != cut.word) return word < cut.word;
  return words.compare(row, shape_.boundary_words(), cut.row, words.next({}, word), cut.columns) <
         0;
}

void SortRanges::ranges_of(const EntryBlock& block, uint16_t* ranges) const {
  const SortEntry* const entries = block.entries();
  const uint32_t count = block.count;
  // The number of cuts whose word is less, by halving: several entries at a time and without
  // branches, as each outcome is anybody's guess.
  constexpr uint32_t kAtOnce = 16;
  for (uint32_t begin = 0; begin < count; begin += kAtOnce) {
    const uint32_t lanes = std::min(kAtOnce, count - begin);
    uint64_t at[kAtOnce] = {};
    const uint64_t* const words = cut_words_.data();
    for (size_t half = cut_words_.size() / 2; half > 0; half /= 2) {
      for (uint32_t i = 0; i < lanes; ++i) {
        uint64_t less = words[at[i] + half - 1] < entries[begin + i].word;
        asm("" : "+r"(less));  // or the compiler makes a branch of it
        at[i] += half & -less;
      }
    }
    for (uint32_t i = 0; i < lanes; ++i) {
      const SortEntry& entry = entries[begin + i];
      const bool ties = at[i] < cuts_at_.size() && cut_words_[at[i]] == entry.word;
      ranges[begin + i] = static_cast<uint16_t>(
          ties ? range_among_ties(entry, block.first_place + begin + i, at[i]) : at[i]);
    }
  }
}

size_t SortRanges::range_among_ties(const SortEntry& entry, uint64_t place, size_t at) const {
  size_t last = at + 1;
  while (last < cuts_at_.size() && cut_words_[last] == entry.word) ++last;
  while (at < last) {
    const size_t middle = at + (last - at) / 2;
    const Cut& cut = cuts_at_[middle];
    if (is_carried() ? place < cut.place
                     : lies_before(entry.row, entry.word, shape_.words(), cut)) {
      last = middle;
    } else {
      at = middle + 1;
    }
  }
  return at;
}

bool SortRanges::partition_next(BufferRef& spare) {
  const size_t index = next_block_.fetch_add(1, std::memory_order_relaxed);
  if (cuts_at_.empty() || index >= blocks_.size()) return false;
  EntryBlock& block = *blocks_[index];
  const size_t bytes = block.count * sizeof(SortEntry);
  if (!spare || spare->size_bytes() < bytes) {
    spare = Buffer::allocate(std::max(bytes, size_t{SortRun::kBlockEntries} * sizeof(SortEntry)),
                             *context_.budget);
  }
  std::vector<uint16_t> ranges(block.count);
  block.ends.assign(range_count() + 1, 0);
  const SortEntry* from = block.entries();
  ranges_of(block, ranges.data());
  for (uint32_t i = 0; i < block.count; ++i) ++block.ends[ranges[i] + 1U];
  for (size_t i = 1; i < block.ends.size(); ++i) block.ends[i] += block.ends[i - 1];
  auto* to = spare->as<SortEntry>();
  for (uint32_t i = 0; i < block.count; ++i) to[block.ends[ranges[i]]++] = from[i];
  block.ends.pop_back();  // each now says where its range ends
  std::swap(block.buffer, spare);
  return true;
}

uint64_t SortRanges::rows_in(size_t range) const {
  ASSERT(spilled_.empty());
  if (cuts_at_.empty()) return row_count_;
  uint64_t rows = 0;
  for (const EntryBlock* block : blocks_)
    rows += block->ends[range] - (range == 0 ? 0 : block->ends[range - 1]);
  return rows;
}

SortRanges::Loader::Loader(const SortRanges& ranges, size_t range)
    : ranges_(ranges), range_(range) {
  for (const EntryBlock* block : ranges.blocks_) {
    if (ranges.cuts_at_.empty()) {
      add({block->entries(), nullptr, 0, block->count});
    } else {
      const uint32_t begin = range == 0 ? 0 : block->ends[range - 1];
      add({block->entries() + begin, nullptr, 0, block->ends[range] - begin});
    }
  }
}

bool SortRanges::Loader::advance() {
  for (size_t pages = 0; run_ < ranges_.spilled_.size();) {
    if (pages == kPagesAtOnce) return false;
    const SpilledRun& run = *ranges_.spilled_[run_];
    if (!is_run_open_) {
      // The page before the first that begins in the range may end in it.
      first_page_ = range_ == 0 ? 0 : ranges_.first_page_from(run, ranges_.cuts_at_[range_ - 1]);
      if (first_page_ > 0) --first_page_;
      end_page_ = is_last_range() ? run.pages.size()
                                  : ranges_.first_page_from(run, ranges_.cuts_at_[range_]);
      page_ = first_page_;
      is_run_open_ = true;
    }
    if (page_ < end_page_) {
      read_page(run);
      ++page_;
      ++pages;
    } else {
      ++run_;
      is_run_open_ = false;
    }
  }
  sort();
  return true;
}

void SortRanges::Loader::read_page(const SpilledRun& run) {
  QueryContext& context = ranges_.context_;
  const KeyWords& words = ranges_.shape_.words();
  context.check_cancelled();
  RowPageRef page = RowPages::read_back(run.pages[page_], *ranges_.shape_.layout, *context.spill,
                                        *context.budget);
  const auto row_from = [&](const Cut& cut, uint32_t begin) {
    uint32_t end = page->size();
    while (begin < end) {
      const uint32_t middle = begin + (end - begin) / 2;
      const std::byte* row = page->row(middle);
      if (ranges_.lies_before(row, words.word({}, row), words, cut)) {
        begin = middle + 1;
      } else {
        end = middle;
      }
    }
    return begin;
  };
  const uint32_t begin =
      range_ == 0 || page_ > first_page_ ? 0 : row_from(ranges_.cuts_at_[range_ - 1], 0);
  const uint32_t end = is_last_range() || page_ + 1 < end_page_
                           ? page->size()
                           : row_from(ranges_.cuts_at_[range_], begin);
  if (begin == end) return;
  add({nullptr, page.get(), begin, end - begin});
  loaded_.pages.push_back(std::move(page));
}

void SortRanges::Loader::sort() {
  const SortShape& shape = ranges_.shape_;
  const KeyWords& words = shape.words();
  QueryContext& context = ranges_.context_;
  loaded_.buffer =
      Buffer::allocate(std::max<uint64_t>(1, rows_) * 2 * sizeof(SortEntry), *context.budget);
  auto* entries = loaded_.buffer->as<SortEntry>();
  SortEntry* to = entries;
  for (const Piece& piece : pieces_) {
    if (piece.entries) {
      to = std::copy_n(piece.entries, piece.count, to);
      continue;
    }
    SortEntry* const begin = to;
    for (uint32_t i = 0; i < piece.count; ++i) *to++ = {0, piece.page->row(piece.begin + i)};
    words.fill({}, {begin, to});
  }
  const std::span entries_to_sort(entries, rows_);
  const std::span scratch(entries + rows_, rows_);
  if (ranges_.is_carried()) {
    sort_by_word(entries_to_sort, scratch);  // equal rows stay in their order
  } else {
    sort_entries(words, entries_to_sort, scratch, KeyLevel{}, shape.all_columns(), context);
  }
  loaded_.rows = entries_to_sort;
}

size_t SortRanges::first_page_from(const SpilledRun& run, const Cut& cut) const {
  return static_cast<size_t>(
      std::partition_point(run.begins.begin(), run.begins.end(),
                           [&](const SortEntry& at) {
                             return lies_before(at.row, at.word, shape_.boundary_words(), cut);
                           }) -
      run.begins.begin());
}

// --- RunSpiller

RunSpiller::RunSpiller(std::unique_ptr<SortRun> run, const SortShape& shape, QueryContext& context,
                       uint64_t most_rows)
    : shape_(shape),
      context_(context),
      ranges_(shape, context),
      // A range reads a piece of every run: small runs are written in small pages.
      page_bytes_(std::clamp(run->held_bytes() / 512, kSmallestPageBytes, kLargestPageBytes)),
      most_rows_(most_rows),
      spilled_(std::make_unique<SpilledRun>(
          SpilledRun{{}, RowPages(shape.boundary_layout, *context.budget), {}, 0, 0})) {
  for (size_t column = 0; column < shape.layout->column_count(); ++column) {
    const RowLayout::Slot& slot = shape.layout->slot(column);
    if (slot.shape != RowLayout::Shape::kFixed) texts_.push_back(slot.offset);
  }
  ranges_.add(std::move(run));
  ranges_.cut(kSpillRangeRows, 0);
}

bool RunSpiller::advance() {
  context_.check_cancelled();
  const MakesRoomScope scope;
  if (ranges_.partition_next(spare_)) return false;
  spare_ = nullptr;
  if (next_range_ < ranges_.range_count() && !last_) {
    SortRanges::Loader loader(ranges_, next_range_++);
    while (!loader.advance()) {
    }
    write(loader.take());
    return false;
  }
  if (!page_.empty()) write_page();
  // The last word of an entry is not its first once rows agreed in that.
  for (SortEntry& begin : spilled_->begins)
    begin.word = shape_.boundary_words().word({}, begin.row);
  ASSERT(spilled_->begins.size() == spilled_->pages.size());
  return true;
}

void RunSpiller::write(const SortRanges::Range& range) {
  const uint32_t row_bytes = shape_.layout->row_bytes();
  for (size_t i = 0; i < range.rows.size(); ++i) {
    if (i + 16 < range.rows.size()) {
      const std::byte* const ahead = range.rows[i + 16].row;
      for (uint32_t at = 0; at < row_bytes; at += 64) __builtin_prefetch(ahead + at);
    }
    const SortEntry& entry = range.rows[i];
    // A page is full when its rows are, or what they reach.
    if (page_.size() * row_bytes + row_bytes > page_bytes_ || reached_bytes_ > 2 * page_bytes_)
      write_page();
    if (page_.empty())
      spilled_->begins.push_back(
          {entry.word, shape_.copy_boundary(entry.row, spilled_->boundaries)});
    for (const uint32_t offset : texts_) {
      const auto text = load_unaligned<StringView>(entry.row + offset);
      if (text.is_inline()) continue;
      reached_bytes_ += text.size();
      __builtin_prefetch(text.data());
    }
    page_.push_back(entry.row);
    if (++spilled_->row_count < most_rows_) continue;
    last_ = {shape_.words().word({}, entry.row),
             shape_.copy_boundary(entry.row, spilled_->boundaries)};
    return;
  }
}

void RunSpiller::write_page() {
  if (page_.empty()) return;
  spilled_->pages.push_back(RowPages::write(*shape_.layout, page_, *context_.spill));
  spilled_->memory_bytes += spilled_->pages.back().memory_bytes;
  page_.clear();
  reached_bytes_ = 0;
}

}  // namespace doline
