// What the footers and dictionaries of a Parquet table tell an optimizer.
#include <algorithm>

#include "base/drawn_values.h"
#include "table/learned_source.h"
#include "table/parquet_table.h"

namespace doline {

namespace {

struct CountedRows {
  uint64_t rows = 0;
  bool is_exact = false;
};

/// By the files that are open, and the sizes of the others.
CountedRows count_rows(const std::vector<std::unique_ptr<ParquetPart>>& parts) {
  uint64_t known_rows = 0, known_bytes = 0, bytes = 0;
  size_t open = 0;
  for (const auto& part : parts) {
    bytes += part->listed().version.size_bytes;
    const auto file = part->file_if_open();
    if (!file) continue;
    ++open;
    known_rows += file->row_count();
    known_bytes += part->listed().version.size_bytes;
  }
  const bool is_exact = open == parts.size();
  if (is_exact || known_bytes == 0) return {known_rows, is_exact};
  return {static_cast<uint64_t>(static_cast<double>(known_rows) * static_cast<double>(bytes) /
                                static_cast<double>(known_bytes)),
          false};
}

}  // namespace

TableStatistics ParquetTable::statistics() const {
  TableStatistics statistics;
  const CountedRows counted = count_rows(parts_);
  statistics.is_exact = counted.is_exact;
  statistics.row_count = counted.rows;
  if (parts_.size() != 1) return statistics;
  const auto file = open_part(0);
  for (uint32_t column = 0; column < schema().size(); ++column) {
    ColumnStatistics one;
    if (column < file->schema().size() && !columns_.is_file_value(column) &&
        file->schema()[column].type == schema()[column].type) {
      const parquet::ColumnBounds bounds = file->column_bounds(column);
      one.min = bounds.min;
      one.max = bounds.max;
      one.null_count = bounds.null_count;
    }
    statistics.columns.push_back(std::move(one));
  }
  return statistics;
}

std::optional<double> ParquetTable::distinct_values(uint32_t column) const {
  if (columns_.is_file_value(column) || columns_.is_row_number(column)) return std::nullopt;
  const parquet::ParquetFileRef file = open_part(0);
  const auto place = column_named(file->schema(), schema()[column].name);
  if (place == file->schema().end()) return std::nullopt;
  const auto of_file = static_cast<size_t>(place - file->schema().begin());
  const auto& groups = file->metadata().row_groups;
  if (groups.empty()) return std::nullopt;
  const size_t last = groups.size() - 1;
  // The largest dictionary of a few row groups: the last one is short where rows run out.
  double seen = 0;
  double rows = 0;
  for (const size_t group : {size_t{0}, last / 2, last}) {
    const auto values = file->dictionary_values(of_file, group);
    if (!values) return std::nullopt;
    if (static_cast<double>(*values) <= seen) continue;
    seen = static_cast<double>(*values);
    rows = static_cast<double>(groups[group].row_count);
  }
  const auto table_rows = static_cast<double>(count_rows(parts_).rows);
  if (seen == 0 || groups.size() + parts_.size() == 2) return seen;
  const parquet::ColumnBounds first_bounds = file->column_bounds(of_file, 0);
  const parquet::ColumnBounds last_bounds = file->column_bounds(of_file, last);
  const auto order = last > 0 && first_bounds.max && last_bounds.min
                         ? parquet::compare_values(*first_bounds.max, *last_bounds.min)
                         : std::nullopt;
  // Rows that lie in the column's order have other values in each group.
  const bool is_clustered = order && *order < 0;
  const double all = is_clustered ? seen * table_rows / std::max(1.0, rows)
                                  : values_behind(seen, rows, table_rows);
  return std::clamp(all, seen, std::max(seen, table_rows));
}

std::string ParquetTable::version() const { return learned_source("parquet", columns_.listed()); }

}  // namespace doline
