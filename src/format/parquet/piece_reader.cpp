#include "format/parquet/piece_reader.h"

#include <algorithm>
#include <numeric>

#include "base/assert.h"
#include "base/error.h"
#include "column/column_writer.h"

namespace doline::parquet {

namespace {

/// Rows that filters are evaluated on at once; see docs/decisions/0001-ceiling.md.
constexpr size_t kRunRows = 8192;
/// Column chunks up to this size are fetched whole before decoding begins.
constexpr uint64_t kMostFetchedChunk = uint64_t{4} << 20;
constexpr uint64_t kMostFetched = uint64_t{32} << 20;
/// Pages nearer to each other are fetched with what is between them.
constexpr uint64_t kMostGapBytes = uint64_t{64} << 10;
constexpr int32_t kMostIndexBytes = 16 << 20;

using Ranges = std::vector<std::pair<uint64_t, uint64_t>>;

Ranges intersect(const Ranges& a, const Ranges& b) {
  Ranges both;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const uint64_t begin = std::max(a[i].first, b[j].first),
                   end = std::min(a[i].second, b[j].second);
    if (begin < end) both.emplace_back(begin, end);
    a[i].second < b[j].second ? ++i : ++j;
  }
  return both;
}

uint64_t rows_in(const Ranges& ranges) {
  return std::accumulate(
      ranges.begin(), ranges.end(), uint64_t{0},
      [](uint64_t sum, const auto& range) { return sum + range.second - range.first; });
}

/// The rows of pages that the range does not rule out. Everything where the indexes contradict
/// one another.
Ranges rows_that_may_match(const ValueRange& range, const SchemaNode& leaf,
                           const OffsetIndex& offsets, const ColumnIndex& bounds,
                           uint64_t row_count) {
  const auto& pages = offsets.pages;
  const size_t count = pages.size();
  Ranges rows;
  if (bounds.null_pages.size() != count || bounds.min_values.size() != count ||
      bounds.max_values.size() != count) {
    return {{0, row_count}};
  }
  for (size_t i = 0; i < count; ++i) {
    const auto begin = static_cast<uint64_t>(pages[i].first_row);
    const uint64_t end = i + 1 < count ? static_cast<uint64_t>(pages[i + 1].first_row) : row_count;
    if (begin > end || end > row_count || (i == 0 && begin != 0)) return {{0, row_count}};
    if (bounds.null_pages[i]) continue;
    ColumnBounds page = bounds_of(leaf, bounds.min_values[i], bounds.max_values[i]);
    if (i < bounds.null_counts.size() && bounds.null_counts[i] >= 0)
      page.null_count = static_cast<uint64_t>(bounds.null_counts[i]);
    if (!may_match(range, page, end - begin)) continue;
    if (!rows.empty() && rows.back().second == begin) {
      rows.back().second = end;
    } else {
      rows.emplace_back(begin, end);
    }
  }
  return rows;
}

}  // namespace

/// The file's bytes: what was fetched at the start from memory, the rest by reads that may wait.
class PieceReader::Source final : public ByteSource {
 public:
  Source(FileRef file, ReadCounters& counters) : file_(std::move(file)), counters_(counters) {}

  uint64_t size_bytes() const override { return file_->size_bytes(); }
  PinnedBytes read(uint64_t position, size_t size) const override {
    for (const Extent& extent : extents_) {
      if (position >= extent.begin &&
          position - extent.begin + size <= extent.bytes->size_bytes()) {
        return {{extent.bytes->data() + (position - extent.begin), size}, extent.bytes};
      }
    }
    const BufferRef bytes = Buffer::allocate(size);
    counters_.bytes_read += size;
    if (file_->read_at(position, {bytes->data(), size}) != size) {
      throw Error(ErrorCode::kIo, "{} ends before byte {}", file_->path(), position + size);
    }
    return {{bytes->data(), size}, bytes};
  }

  size_t at_hand(uint64_t position) const override {
    for (const Extent& extent : extents_) {
      if (position >= extent.begin && position - extent.begin < extent.bytes->size_bytes())
        return extent.bytes->size_bytes() - static_cast<size_t>(position - extent.begin);
    }
    return 0;
  }

  void want(uint64_t begin, uint64_t size) {
    extents_.push_back({begin, Buffer::allocate(static_cast<size_t>(size))});
    counters_.bytes_read += size;
  }
  /// Begins to fetch what is wanted and not in memory.
  void fetch() {
    std::vector<ReadRequest> missing;
    std::vector<PinRef> pins;
    for (const Extent& extent : extents_) {
      const std::span<std::byte> all(extent.bytes->data(), extent.bytes->size_bytes());
      const size_t have = file_->read_cached(extent.begin, all);
      if (have == all.size()) continue;
      missing.push_back({extent.begin + have, all.subspan(have)});
      pins.push_back(extent.bytes);
    }
    if (missing.empty()) return;
    state_ = std::make_shared<Fetch>();
    file_->read(std::move(missing), combine_pins(std::move(pins)),
                [state = state_](std::optional<Error> error) {
                  {
                    const MutexLock lock(state->mutex);
                    state->error = std::move(error);
                  }
                  state->is_done.store(true, std::memory_order_release);
                  state->waiting.wake_all();
                });
  }
  /// False: ask again after the waker fires. Throws what reading threw.
  bool is_fetched(const Waker& waker) {
    if (!state_) return true;
    if (!state_->is_done.load(std::memory_order_acquire)) {
      state_->waiting.add(waker);
      if (!state_->is_done.load(std::memory_order_acquire)) return false;
    }
    const MutexLock lock(state_->mutex);
    if (state_->error) throw Error(*state_->error);
    return true;
  }

 private:
  struct Extent {
    uint64_t begin;
    BufferRef bytes;
  };
  struct Fetch {
    std::atomic<bool> is_done{false};
    WakerList waiting;
    Mutex mutex;
    std::optional<Error> error GUARDED_BY(mutex);
  };
  using ReadRequest = doline::ReadRequest;

  const FileRef file_;
  ReadCounters& counters_;
  std::vector<Extent> extents_;
  std::shared_ptr<Fetch> state_;
};

/// Rows of one chunk on their way out, and the columns read of them. Where nearly all of a stretch
/// of rows is wanted the whole stretch is read, and `active` tells the rows that count; else the
/// wanted rows alone are, and all of them are active.
struct PieceReader::Rows {
  std::vector<uint32_t> rows;
  Selection active;
  bool has_gaps = false;  // `rows` are a whole stretch
  std::vector<Column> columns;
  std::vector<bool> is_read;

  uint32_t count() const { return static_cast<uint32_t>(rows.size()); }
};

PieceReader::PieceReader(std::shared_ptr<FileRead> read, const Piece& piece)
    : read_(std::move(read)), piece_(piece), on_chunks_(read_->chunk_order_) {}

PieceReader::~PieceReader() {
  for (size_t i = 0; i < readers_.size(); ++i) {
    if (auto* const flat = dynamic_cast<FlatReader*>(readers_[i].get());
        flat != nullptr && flat->loaded_dictionary().page) {
      read_->keep_dictionary(piece_.group, node(static_cast<uint32_t>(i)).leaf,
                             flat->loaded_dictionary());
    }
  }
  read_->part_closed(piece_.group);
}

/// Runs `body`; errors are told where they happened.
template <class Body>
auto PieceReader::in_column(uint32_t position, Body&& body) {
  try {
    return body();
  } catch (Error& error) {
    std::vector<const SchemaNode*> leaves;
    node(position).leaves(leaves);
    const ColumnMetaData& meta =
        read_->file().metadata().row_groups[piece_.group].columns[leaves.front()->leaf].meta;
    error.add_note(fmt::format("in {}, column \"{}\", row group {}, whose data starts at byte {}",
                               read_->file().path(), node(position).name, piece_.group,
                               meta.first_page()));
    throw;
  }
}

bool PieceReader::late_filters_may_match() const {
  const auto rows =
      static_cast<uint64_t>(read_->file().metadata().row_groups[piece_.group].row_count);
  const auto& late = read_->request().late;
  return std::all_of(late.begin(), late.end(), [&](const auto& filter) {
    const auto range = filter->is_ready() ? filter->range() : std::nullopt;
    return !range || may_match(*range,
                               read_->file().column_bounds(read_->request().columns[range->column],
                                                           piece_.group),
                               rows);
  });
}

std::shared_ptr<const OffsetIndex> PieceReader::offset_index(uint32_t leaf) {
  if (const auto known = offset_indexes_.find(leaf); known != offset_indexes_.end())
    return known->second;
  std::shared_ptr<const OffsetIndex>& kept = offset_indexes_[leaf];
  const ColumnChunk& chunk = read_->file().metadata().row_groups[piece_.group].columns[leaf];
  const uint64_t size = source_->size_bytes();
  if (chunk.offset_index_offset <= 0 || chunk.offset_index_bytes <= 0 ||
      chunk.offset_index_bytes > kMostIndexBytes ||
      static_cast<uint64_t>(chunk.offset_index_offset) +
              static_cast<uint64_t>(chunk.offset_index_bytes) >
          size) {
    return nullptr;
  }
  const auto bytes = source_->read(static_cast<uint64_t>(chunk.offset_index_offset),
                                   static_cast<size_t>(chunk.offset_index_bytes));
  auto index = std::make_shared<OffsetIndex>(parse_offset_index(bytes.bytes));
  const bool ascends = std::is_sorted(
      index->pages.begin(), index->pages.end(),
      [](const PageLocation& a, const PageLocation& b) { return a.first_row < b.first_row; });
  if (ascends && !index->pages.empty() && index->pages.front().first_row == 0)
    kept = std::move(index);
  return kept;
}

void PieceReader::prune_pages() {
  const uint64_t before = rows_in(ranges_);
  for (const ReadFilter& filter : read_->request().filters) {
    if (filter.range) prune_pages(*filter.range);
  }
  for (const auto& late : read_->request().late) {
    if (const auto range = late->is_ready() ? late->range() : std::nullopt) prune_pages(*range);
  }
  read_->counters().rows_pruned += before - rows_in(ranges_);
}

void PieceReader::prune_pages(const ValueRange& range) {
  if (!node(range.column).is_flat()) return;
  const RowGroup& group = read_->file().metadata().row_groups[piece_.group];
  const SchemaNode& leaf = node(range.column);
  const ColumnChunk& chunk = group.columns[leaf.leaf];
  if (chunk.column_index_offset <= 0 || chunk.column_index_bytes <= 0 ||
      chunk.column_index_bytes > kMostIndexBytes ||
      static_cast<uint64_t>(chunk.column_index_offset) +
              static_cast<uint64_t>(chunk.column_index_bytes) >
          source_->size_bytes()) {
    return;
  }
  in_column(range.column, [&] {
    const auto offsets = offset_index(leaf.leaf);
    if (!offsets || offsets->pages.size() < 2) return;
    const auto bytes = source_->read(static_cast<uint64_t>(chunk.column_index_offset),
                                     static_cast<size_t>(chunk.column_index_bytes));
    ranges_ = intersect(ranges_,
                        rows_that_may_match(range, leaf, *offsets, parse_column_index(bytes.bytes),
                                            static_cast<uint64_t>(group.row_count)));
  });
}

/// Which rows to look at; false when there are none.
bool PieceReader::plan() {
  if (!late_filters_may_match()) {
    read_->counters().rows_pruned += piece_.end - piece_.begin;
    return false;
  }
  source_ = std::make_shared<Source>(read_->file().file(), read_->counters());
  ranges_ = {{piece_.begin, piece_.end}};
  prune_pages();
  if (ranges_.empty()) return false;
  next_row_ = ranges_.front().first;
  return true;
}

bool PieceReader::reads_whole_group() const {
  const auto rows =
      static_cast<uint64_t>(read_->file().metadata().row_groups[piece_.group].row_count);
  return rows_in(ranges_) == rows;
}

std::vector<std::pair<uint64_t, uint64_t>> PieceReader::wanted_bytes(uint32_t leaf) {
  const ColumnMetaData& meta = read_->file().metadata().row_groups[piece_.group].columns[leaf].meta;
  const auto begin = static_cast<uint64_t>(meta.first_page());
  if (begin >= read_->file().data_end()) return {};
  const uint64_t end = begin + std::min<uint64_t>(static_cast<uint64_t>(meta.compressed_bytes),
                                                  read_->file().data_end() - begin);
  const auto index = reads_whole_group() ? nullptr : offset_index(leaf);
  if (!index) return {{begin, end - begin}};
  std::vector<std::pair<uint64_t, uint64_t>> wanted;
  const auto want = [&](uint64_t from, uint64_t to) {
    // An index that contradicts the chunk leads nowhere: pages are found by their headers then.
    if (from < begin || to > end || from >= to) return;
    if (!wanted.empty() && from >= wanted.back().first &&
        from <= wanted.back().first + wanted.back().second + kMostGapBytes) {
      wanted.back().second = std::max(wanted.back().second, to - wanted.back().first);
    } else {
      wanted.emplace_back(from, to - from);
    }
  };
  const auto begin_of = [](const PageLocation& page) { return static_cast<uint64_t>(page.offset); };
  if (!read_->known_dictionary(piece_.group, leaf).page)
    want(begin, begin_of(index->pages.front()));
  for (const auto& [first, behind] : ranges_) {
    const auto from = page_of_row(*index, static_cast<size_t>(first));
    const auto to = page_of_row(*index, static_cast<size_t>(behind - 1));
    if (from && to)
      want(begin_of(*from), begin_of(*to) + static_cast<uint32_t>(to->compressed_bytes));
  }
  return wanted;
}

void PieceReader::fetch() {
  uint64_t total = 0;
  for (uint32_t position = 0; position < read_->request().columns.size(); ++position) {
    if (!is_in_file(position)) continue;
    std::vector<const SchemaNode*> leaves;
    node(position).leaves(leaves);
    for (const SchemaNode* leaf : leaves) {
      for (const auto& [begin, size] :
           in_column(position, [&] { return wanted_bytes(leaf->leaf); })) {
        if (size == 0 || size > kMostFetchedChunk || total + size > kMostFetched) continue;
        source_->want(begin, size);
        total += size;
      }
    }
  }
  source_->fetch();
}

std::vector<LeafPlace> PieceReader::places_of(uint32_t position) {
  const RowGroup& group = read_->file().metadata().row_groups[piece_.group];
  // Offset indexes serve only where rows are passed over.
  const bool seeks = !reads_whole_group();
  std::vector<const SchemaNode*> leaves;
  node(position).leaves(leaves);
  std::vector<LeafPlace> places;
  for (const SchemaNode* leaf : leaves) {
    const ColumnMetaData& meta = group.columns[leaf->leaf].meta;
    LeafPlace place;
    place.pages.source = source_.get();
    place.pages.begin = static_cast<uint64_t>(meta.first_page());
    place.pages.end = read_->file().data_end();
    place.pages.expected_bytes = static_cast<uint64_t>(meta.compressed_bytes);
    place.pages.codec = meta.codec;
    place.pages.greatest_repetition = leaf->repetition;
    place.pages.greatest_definition = leaf->definition;
    place.row_count = static_cast<size_t>(group.row_count);
    place.entry_count = static_cast<uint64_t>(meta.value_count);
    if (seeks) place.index = offset_index(leaf->leaf);
    places.push_back(std::move(place));
  }
  return places;
}

void PieceReader::open_columns() {
  const parquet::ReadRequest& request = read_->request();
  std::vector<FilterTerm*> term_of(request.columns.size(), nullptr);
  const auto known = [&](uint32_t position, FlatReader& reader) {
    const ColumnDictionary dictionary = read_->known_dictionary(piece_.group, node(position).leaf);
    if (dictionary.page) reader.set_dictionary(dictionary);
  };
  for (const ReadFilter& filter : request.filters) {
    if (std::find(read_->on_chunks_.begin(), read_->on_chunks_.end(), &filter) !=
        read_->on_chunks_.end())
      continue;
    const uint32_t position = filter.columns[0];
    if (term_of[position] == nullptr) {
      in_column(position, [&] {
        terms_.push_back(std::make_unique<FilterTerm>(node(position), places_of(position)[0],
                                                      position, request.columns.size()));
        term_of[position] = terms_.back().get();
        known(position, terms_.back()->reader());
      });
    }
    term_of[position]->add(filter);
  }
  for (uint32_t position = 0; position < request.columns.size(); ++position) {
    if (!is_in_file(position)) {
      readers_.push_back(nullptr);
      continue;
    }
    in_column(position, [&] {
      readers_.push_back(make_column_reader(node(position), places_of(position)));
      auto* const flat = dynamic_cast<FlatReader*>(readers_.back().get());
      if (flat == nullptr) return;
      if (term_of[position] != nullptr) {
        flat->follow(term_of[position]->reader());
      } else {
        known(position, *flat);
      }
    });
  }
}

/// Adds the rows of the next run that pass the terms to the pending ones.
void PieceReader::fill_run() {
  const uint64_t range_end = ranges_[range_].second;
  const uint64_t end = std::min(next_row_ + kRunRows, range_end);
  if (pending_begin_ > 0) {
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<ptrdiff_t>(pending_begin_));
    pending_begin_ = 0;
  }
  const size_t first = pending_.size();
  pending_.resize(first + static_cast<size_t>(end - next_row_));
  std::iota(pending_.begin() + static_cast<ptrdiff_t>(first), pending_.end(),
            static_cast<uint32_t>(next_row_));
  size_t count = pending_.size() - first;
  for (const auto& term : terms_) {
    if (count == 0) break;
    count =
        in_column(term->position(), [&] { return term->select(pending_.data() + first, count); });
  }
  pending_.resize(first + count);
  if (end == range_end) ++range_;
  next_row_ = end == range_end && range_ < ranges_.size() ? ranges_[range_].first : end;
  if (read_->request().adapts_filter_order && ++runs_ % 4 == 1) {
    std::sort(terms_.begin(), terms_.end(), [](const auto& a, const auto& b) {
      return a->figures().rank() < b->figures().rank();
    });
  }
}

void PieceReader::read_column(Rows& rows, uint32_t position) {
  if (rows.is_read[position]) return;
  if (read_->request().columns[position] == parquet::ReadRequest::kRowNumber)
    rows.columns[position] = row_numbers(rows);
  if (!is_in_file(position)) return;
  rows.columns[position] = in_column(position, [&] {
    return readers_[position]->read(rows.rows.data(), static_cast<uint32_t>(rows.rows.size()));
  });
  rows.is_read[position] = true;
}

Column PieceReader::row_numbers(const Rows& rows) const {
  const std::vector<RowGroup>& groups = read_->file().metadata().row_groups;
  int64_t first = 0;
  for (uint32_t group = 0; group < piece_.group; ++group) first += groups[group].row_count;
  ColumnWriter writer(Type::int64(), rows.count());
  std::transform(rows.rows.begin(), rows.rows.end(), writer.values<int64_t>(),
                 [&](uint32_t row) { return first + int64_t{row}; });
  return writer.seal(rows.count());
}

void PieceReader::narrow(Rows& rows, const Selection& selection) {
  if (rows.has_gaps) {
    rows.active = selection;
    return;
  }
  if (selection.size() == rows.rows.size()) return;
  size_t kept = 0;
  selection.for_each([&](uint32_t row) { rows.rows[kept++] = rows.rows[row]; });
  rows.rows.resize(kept);
  rows.active = Selection::all(rows.count());
  for (size_t i = 0; i < rows.columns.size(); ++i) {
    if (rows.is_read[i]) rows.columns[i] = rows.columns[i].gather(selection);
  }
}

/// The next pending rows, up to a chunk of them.
void PieceReader::take_rows(Rows& rows) {
  const size_t most = std::min(read_->request().chunk_rows, kChunkRows);
  const auto begin = pending_.begin() + static_cast<ptrdiff_t>(pending_begin_);
  const uint32_t first = *begin;
  // As many as one stretch of a chunk's length has.
  const auto stretch_end = std::lower_bound(begin, pending_.end(), first + most);
  const auto in_stretch = static_cast<size_t>(stretch_end - begin);
  const size_t span = stretch_end[-1] - first + 1;
  rows.has_gaps = in_stretch < span && in_stretch * 4 >= span * 3;
  if (!rows.has_gaps) {
    const size_t count = std::min<size_t>(most, static_cast<size_t>(pending_.end() - begin));
    rows.rows.assign(begin, begin + static_cast<ptrdiff_t>(count));
    rows.active = Selection::all(rows.count());
    pending_begin_ += count;
    return;
  }
  rows.rows.resize(span);
  std::iota(rows.rows.begin(), rows.rows.end(), first);
  const BufferRef active = Buffer::allocate(in_stretch * sizeof(uint16_t));
  for (size_t i = 0; i < in_stretch; ++i)
    active->as<uint16_t>()[i] = static_cast<uint16_t>(begin[static_cast<ptrdiff_t>(i)] - first);
  rows.active = Selection::of(active, static_cast<uint32_t>(in_stretch));
  pending_begin_ += in_stretch;
}

/// The next pending rows as a chunk; none when the remaining filters reject all of them.
void PieceReader::emit(Chunk& out) {
  const parquet::ReadRequest& request = read_->request();
  Rows rows;
  take_rows(rows);
  rows.columns.resize(request.columns.size());
  rows.is_read.resize(request.columns.size());
  for (const auto& late : request.late) {
    if (rows.active.empty()) break;
    if (!late->is_ready()) continue;
    read_column(rows, late->column());
    narrow(rows, late->probe(rows.columns[late->column()], rows.active));
  }
  for (const uint32_t filter : on_chunks_.order()) {
    if (rows.active.empty()) break;
    for (const uint32_t position : read_->on_chunks_[filter]->columns) read_column(rows, position);
    Chunk chunk(rows.columns, rows.count());
    chunk.active = rows.active;
    narrow(rows, on_chunks_.test(filter, chunk));
  }
  if (rows.active.empty()) {
    out = Chunk();
    return;
  }
  for (uint32_t position = 0; position < request.columns.size(); ++position)
    read_column(rows, position);
  const uint32_t count = rows.count();
  out = Chunk(std::move(rows.columns), count);
  out.active = std::move(rows.active);
}

Poll PieceReader::read(Chunk& out, const Waker& waker) {
  if (state_ == State::kNew) {
    if (!plan()) {
      state_ = State::kDone;
    } else {
      fetch();
      state_ = State::kFetching;
    }
  }
  if (state_ == State::kFetching) {
    if (!source_->is_fetched(waker)) return Poll::kBlocked;
    open_columns();
    state_ = State::kReading;
  }
  while (state_ == State::kReading) {
    while (pending_.size() - pending_begin_ < read_->request().chunk_rows &&
           range_ < ranges_.size())
      fill_run();
    if (pending_begin_ == pending_.size()) {
      state_ = State::kDone;
      break;
    }
    emit(out);
    if (out.row_count > 0) return Poll::kReady;
  }
  out = Chunk();
  return Poll::kDone;
}

}  // namespace doline::parquet
