#include "format/parquet/file_read.h"

#include <algorithm>

#include "format/parquet/piece_reader.h"

namespace doline::parquet {

namespace {

/// A row group up to this size is one piece; larger ones are cut into pieces of about kPieceRows.
constexpr uint64_t kMostPieceRows = uint64_t{192} << 10;
constexpr uint64_t kPieceRows = uint64_t{128} << 10;

std::vector<const ReadFilter*> filters_on_chunks(const ParquetFile& file,
                                                 const ReadRequest& request) {
  std::vector<const ReadFilter*> filters;
  for (const ReadFilter& filter : request.filters) {
    if (filter.is_delicate || filter.columns.size() != 1 ||
        !file.tree().columns[request.columns[filter.columns[0]]].is_flat())
      filters.push_back(&filter);
  }
  return filters;
}

std::vector<FilterOrder::Filter> programs_of(const std::vector<const ReadFilter*>& filters) {
  std::vector<FilterOrder::Filter> programs;
  for (const ReadFilter* filter : filters)
    programs.push_back({filter->program, filter->is_delicate});
  return programs;
}

}  // namespace

FileRead::FileRead(ParquetFileRef file, ReadRequest request, std::shared_ptr<ReadCounters> counters)
    : file_(std::move(file)),
      request_(std::move(request)),
      counters_(std::move(counters)),
      on_chunks_(filters_on_chunks(*file_, request_)),
      chunk_order_(programs_of(on_chunks_), request_.adapts_filter_order) {}

std::shared_ptr<FileRead> FileRead::create(ParquetFileRef file, ReadRequest request,
                                           std::shared_ptr<ReadCounters> counters) {
  return std::shared_ptr<FileRead>(
      new FileRead(std::move(file), std::move(request), std::move(counters)));
}

bool FileRead::group_may_match(size_t group) const {
  const auto rows = static_cast<uint64_t>(file_->metadata().row_groups[group].row_count);
  return std::all_of(
      request_.filters.begin(), request_.filters.end(), [&](const ReadFilter& filter) {
        if (!filter.range) return true;
        return may_match(*filter.range,
                         file_->column_bounds(request_.columns[filter.range->column], group), rows);
      });
}

std::vector<Piece> FileRead::pieces() {
  std::vector<Piece> pieces;
  const auto& groups = file_->metadata().row_groups;
  for (uint32_t group = 0; group < groups.size(); ++group) {
    const auto rows = static_cast<uint64_t>(groups[group].row_count);
    if (rows == 0) continue;
    ++counters_->row_groups;
    if (!group_may_match(group)) {
      ++counters_->row_groups_pruned;
      continue;
    }
    const uint64_t parts = rows <= kMostPieceRows ? 1 : (rows + kPieceRows / 2) / kPieceRows;
    if (parts > 1) {
      const MutexLock lock(mutex_);
      cut_groups_[group].parts_left = parts;
    }
    for (uint64_t part = 0; part < parts; ++part)
      pieces.push_back({group, rows * part / parts, rows * (part + 1) / parts});
  }
  return pieces;
}

std::unique_ptr<PieceReader> FileRead::open(const Piece& piece) {
  return std::unique_ptr<PieceReader>(new PieceReader(shared_from_this(), piece));
}

ColumnDictionary FileRead::known_dictionary(uint32_t group, uint32_t leaf) {
  const MutexLock lock(mutex_);
  const auto found = cut_groups_.find(group);
  if (found == cut_groups_.end()) return {};
  const auto known = found->second.dictionaries.find(leaf);
  return known == found->second.dictionaries.end() ? ColumnDictionary{} : known->second;
}

void FileRead::keep_dictionary(uint32_t group, uint32_t leaf, const ColumnDictionary& dictionary) {
  const MutexLock lock(mutex_);
  const auto found = cut_groups_.find(group);
  if (found != cut_groups_.end()) found->second.dictionaries.emplace(leaf, dictionary);
}

void FileRead::part_closed(uint32_t group) {
  const MutexLock lock(mutex_);
  const auto found = cut_groups_.find(group);
  if (found != cut_groups_.end() && --found->second.parts_left == 0) cut_groups_.erase(found);
}

}  // namespace doline::parquet
