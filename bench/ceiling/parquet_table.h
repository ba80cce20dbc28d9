#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "column/string_view.h"
#include "format/parquet/flat_cursor.h"
#include "format/parquet/metadata.h"

namespace doline::ceiling {

/// Where the time of a query goes.
enum class Phase : uint8_t { kRead, kDecompress, kDecode, kFilter, kProbe, kAggregate, kBuild };
inline constexpr size_t kPhases = 7;

/// The phase clock of one thread; it counts processor time.
class Phases {
 public:
  void enter(Phase phase) {
    const int64_t now = thread_nanos();
    if (running_) spent_[static_cast<size_t>(phase_)] += now - since_;
    phase_ = phase;
    since_ = now;
    running_ = true;
  }
  void stop() {
    enter(phase_);
    running_ = false;
  }
  Phase current() const { return phase_; }
  double seconds(size_t phase) const { return static_cast<double>(spent_[phase]) * 1e-9; }

 private:
  static int64_t thread_nanos();

  int64_t spent_[kPhases] = {};
  int64_t since_ = 0;
  Phase phase_ = Phase::kRead;
  bool running_ = false;
};

/// The calling thread's clock.
Phases& phases();

struct Options {
  std::string directory;
  size_t threads = 2;
  size_t chunk_rows = 8192;
  size_t morsel_rows = size_t{128}
                       << 10;  // a row group is cut, or several are joined, to come near it
};

/// Rows [begin, end) of one row group.
struct Morsel {
  size_t group = 0;
  size_t begin = 0;
  size_t end = 0;
};

struct KeyRange {
  int64_t least = 0;
  int64_t greatest = 0;
};

/// One Parquet file, open.
class ParquetTable {
 public:
  explicit ParquetTable(const std::string& path);
  ~ParquetTable();
  ParquetTable(const ParquetTable&) = delete;
  ParquetTable& operator=(const ParquetTable&) = delete;

  const parquet::FileMetaData& metadata() const { return metadata_; }
  size_t column(std::string_view name) const;
  /// The column from the morsel's first row on, with its dictionary loaded.
  parquet::FlatCursor open(const Morsel& morsel, std::string_view column) const;
  /// What the footer says about a column of integers in one row group.
  KeyRange keys_of(size_t group, std::string_view column) const;
  /// And in all of them: dense arrays are as long as this.
  int64_t greatest_key(std::string_view column) const;
  std::vector<Morsel> morsels(size_t rows) const;

 private:
  class Source;
  std::unique_ptr<Source> source_;
  parquet::FileMetaData metadata_;
};

/// Runs `body(morsel)` for all morsels of the table on `options.threads` threads that take them
/// from a counter; `thread` is the thread's number. Adds each thread's phases to `total`.
void for_each_morsel(const ParquetTable& table, const Options& options, double (&total)[kPhases],
                     const std::function<void(const Morsel&, size_t thread)>& body);

/// Calls `body(first, count, base, span)` for each stretch of the next `span` rows that lies in
/// one page, with the part [first, first + count) of the ascending `at` in it. Pages that no row
/// of `at` lies in are skipped. Loading a page is charged to reading and decompressing.
template <class Body>
void for_each_stretch(parquet::FlatCursor& cursor, const uint32_t* at, size_t count, uint32_t base,
                      size_t span, Body&& body) {
  size_t first = 0;
  while (span > 0) {
    const size_t here = std::min(span, cursor.rows_left_in_page());
    size_t last = first;
    while (last < count && at[last] < base + here) ++last;
    if (last == first) {
      cursor.skip(here);
    } else {
      const Phase phase = phases().current();
      phases().enter(Phase::kDecompress);
      cursor.codes();
      phases().enter(phase);
      body(first, last - first, base, here);
    }
    first = last;
    base += static_cast<uint32_t>(here);
    span -= here;
  }
}

/// Rows of a column as values of T, all of them or the selected ones.
template <class T>
class ValueColumn {
 public:
  explicit ValueColumn(parquet::FlatCursor cursor) : cursor_(std::move(cursor)) {}
  parquet::FlatCursor& cursor() { return cursor_; }

  /// The next `span` rows.
  void read(size_t span, T* out) {
    while (span > 0) {
      const size_t here = std::min(span, cursor_.rows_left_in_page());
      phases().enter(Phase::kDecompress);
      const bool codes = cursor_.codes();
      phases().enter(Phase::kDecode);
      if (codes) {
        codes_.resize(std::max(codes_.size(), here));
        cursor_.read(here, reinterpret_cast<std::byte*>(codes_.data()), nullptr, 0);
        cursor_.dictionary()->gather(codes_.data(), here, reinterpret_cast<std::byte*>(out));
      } else {
        cursor_.read(here, reinterpret_cast<std::byte*>(out), nullptr, 0);
      }
      out += here;
      span -= here;
    }
  }
  /// Of the next `span` rows, which start at row `base`, those in `at`.
  void read_at(const uint32_t* at, size_t count, uint32_t base, size_t span, T* out) {
    phases().enter(Phase::kDecode);
    for_each_stretch(cursor_, at, count, base, span,
                     [&](size_t first, size_t n, uint32_t start, size_t rows) {
                       auto* const to = reinterpret_cast<std::byte*>(out + first);
                       if (cursor_.codes()) {
                         codes_.resize(std::max(codes_.size(), n));
                         cursor_.read_at(at + first, n, start, rows,
                                         reinterpret_cast<std::byte*>(codes_.data()), nullptr, 0);
                         cursor_.dictionary()->gather(codes_.data(), n, to);
                       } else {
                         cursor_.read_at(at + first, n, start, rows, to, nullptr, 0);
                       }
                     });
  }

 private:
  parquet::FlatCursor cursor_;
  std::vector<uint32_t> codes_;
};

/// Dictionary codes of a column, the group key. Columns without a dictionary are refused.
class CodeColumn {
 public:
  explicit CodeColumn(parquet::FlatCursor cursor);
  uint32_t size() const { return dictionary_->size(); }
  template <class T>
  const T* values() const {
    return dictionary_->as<T>();
  }
  /// The next `span` rows.
  void read(size_t span, uint32_t* codes);

 private:
  parquet::FlatCursor cursor_;
  parquet::PageDictionaryRef dictionary_;
};

/// A function of a column, computed once per dictionary value where there are codes.
template <class T, class U>
class MappedColumn {
 public:
  template <class Function>
  MappedColumn(parquet::FlatCursor cursor, Function function)
      : cursor_(std::move(cursor)), function_(function) {
    if (!cursor_.dictionary()) return;
    const T* const values = cursor_.dictionary()->template as<T>();
    for (uint32_t code = 0; code < cursor_.dictionary()->size(); ++code)
      mapped_.push_back(function(values[code]));
  }
  parquet::FlatCursor& cursor() { return cursor_; }

  /// Of the next `span` rows.
  void read(size_t span, U* out) {
    while (span > 0) {
      const size_t here = std::min(span, cursor_.rows_left_in_page());
      phases().enter(Phase::kDecompress);
      const bool codes = cursor_.codes();
      phases().enter(Phase::kDecode);
      codes_.resize(std::max(codes_.size(), here));
      values_.resize(std::max(values_.size(), here));
      cursor_.read(here,
                   codes ? reinterpret_cast<std::byte*>(codes_.data())
                         : reinterpret_cast<std::byte*>(values_.data()),
                   nullptr, 0);
      if (codes) {
        for (size_t i = 0; i < here; ++i) out[i] = mapped_[codes_[i]];
      } else {
        for (size_t i = 0; i < here; ++i) out[i] = function_(values_[i]);
      }
      out += here;
      span -= here;
    }
  }

 private:
  parquet::FlatCursor cursor_;
  std::function<U(const T&)> function_;
  std::vector<U> mapped_;
  std::vector<uint32_t> codes_;
  std::vector<T> values_;
};

/// A predicate on a column, decided once per dictionary value where there are codes.
template <class T>
class FilterColumn {
 public:
  template <class Test>
  FilterColumn(parquet::FlatCursor cursor, Test test) : cursor_(std::move(cursor)), test_(test) {
    if (!cursor_.dictionary()) return;
    phases().enter(Phase::kFilter);
    const T* const values = cursor_.dictionary()->template as<T>();
    passes_.resize(cursor_.dictionary()->size());
    for (size_t code = 0; code < passes_.size(); ++code) passes_[code] = test(values[code]);
  }

  /// The rows of [base, base + span) that pass: appended to `out` in ascending order. Their values
  /// go to `kept` where it is not null.
  size_t select(uint32_t base, size_t span, uint32_t* out, T* kept = nullptr) {
    size_t selected = 0;
    while (span > 0) {
      const size_t here = std::min(span, cursor_.rows_left_in_page());
      phases().enter(Phase::kDecompress);
      const bool codes = cursor_.codes();
      phases().enter(Phase::kDecode);
      const T* const values = read_here(codes, here);
      phases().enter(Phase::kFilter);
      const size_t before = selected;
      const uint32_t* const code = codes_.data();
      if (codes) {
        const uint8_t* const passes = passes_.data();
        for (size_t i = 0; i < here; ++i) {
          out[selected] = base + static_cast<uint32_t>(i);
          selected += passes[code[i]];
        }
      } else {
        for (size_t i = 0; i < here; ++i) {
          out[selected] = base + static_cast<uint32_t>(i);
          selected += test_(values[i]);
        }
      }
      if (kept != nullptr) {
        const T* const from = codes ? cursor_.dictionary()->template as<T>() : values;
        for (size_t i = before; i < selected; ++i) {
          const uint32_t row = out[i] - base;
          kept[i] = from[codes ? code[row] : row];
        }
      }
      base += static_cast<uint32_t>(here);
      span -= here;
    }
    return selected;
  }
  /// Of the rows in `at` those that pass, in place; their values where `kept` is not null.
  size_t select_at(uint32_t* at, size_t count, uint32_t base, size_t span, T* kept = nullptr) {
    size_t selected = 0;
    phases().enter(Phase::kDecode);
    for_each_stretch(
        cursor_, at, count, base, span, [&](size_t first, size_t n, uint32_t start, size_t rows) {
          const bool codes = cursor_.codes();
          codes_.resize(std::max(codes_.size(), n));
          values_.resize(std::max(values_.size(), n));
          auto* const to = codes ? reinterpret_cast<std::byte*>(codes_.data())
                                 : reinterpret_cast<std::byte*>(values_.data());
          cursor_.read_at(at + first, n, start, rows, to, nullptr, 0);
          phases().enter(Phase::kFilter);
          const T* const values = codes ? cursor_.dictionary()->template as<T>() : values_.data();
          for (size_t i = 0; i < n; ++i) {
            at[selected] = at[first + i];
            if (kept != nullptr) kept[selected] = values[codes ? codes_[i] : i];
            selected += codes ? passes_[codes_[i]] : test_(values[i]);
          }
          phases().enter(Phase::kDecode);
        });
    return selected;
  }

 private:
  const T* read_here(bool codes, size_t rows) {
    codes_.resize(std::max(codes_.size(), rows));
    values_.resize(std::max(values_.size(), rows));
    auto* const to = codes ? reinterpret_cast<std::byte*>(codes_.data())
                           : reinterpret_cast<std::byte*>(values_.data());
    cursor_.read(rows, to, nullptr, 0);
    return values_.data();
  }
  parquet::FlatCursor cursor_;
  std::function<bool(const T&)> test_;
  std::vector<uint8_t> passes_;
  std::vector<uint32_t> codes_;
  std::vector<T> values_;
};

/// The keys of the rows whose text passes `test`, in no order.
std::vector<int64_t> keys_where(const ParquetTable& table, std::string_view text_column,
                                const std::function<bool(const StringView&)>& test,
                                std::string_view key_column, const Options& options,
                                double (&total)[kPhases]);

/// Days from 1970-01-01, proleptic Gregorian.
int32_t days_of(int year, int month, int day);
struct CivilDate {
  int year = 0, month = 0, day = 0;
};
CivilDate civil_of(int32_t days);
std::string date_text(int32_t days);
/// "123.4567" for 1234567 and scale 4.
std::string decimal_text(__int128 value, int scale);

struct Answer {
  std::vector<std::string> rows;  // '|' between columns
  double phases[kPhases] = {};
};

Answer run_q1(const Options& options);
Answer run_q3(const Options& options);
Answer run_q6(const Options& options);
Answer run_q9(const Options& options);
Answer run_q18(const Options& options);

}  // namespace doline::ceiling
