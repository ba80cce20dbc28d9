#include "parquet_table.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <mutex>
#include <thread>

#include "base/bits.h"
#include "base/error.h"
#include "base/int128.h"

namespace doline::ceiling {

/// Reads with pread into pooled huge-page memory: the copy from the page cache is part of the
/// price every engine pays.
class ParquetTable::Source final : public parquet::ByteSource {
 public:
  explicit Source(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    struct stat status = {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
      throw Error(ErrorCode::kFileNotFound, "cannot open {}", path);
    }
    size_ = static_cast<uint64_t>(status.st_size);
  }
  ~Source() override { ::close(descriptor_); }
  uint64_t size_bytes() const override { return size_; }
  parquet::PinnedBytes read(uint64_t position, size_t size) const override {
    const BufferRef buffer = read_buffer(position, size);
    return {{buffer->data(), size}, buffer};
  }
  BufferRef read_buffer(uint64_t position, size_t size) const {
    const Phase phase = phases().current();
    phases().enter(Phase::kRead);
    BufferRef buffer = Buffer::allocate(size);
    if (::pread(descriptor_, buffer->data(), size, static_cast<off_t>(position)) !=
        static_cast<ssize_t>(size)) {
      throw Error(ErrorCode::kIo, "short read at byte {}", position);
    }
    phases().enter(phase);
    return buffer;
  }

 private:
  const int descriptor_;
  uint64_t size_ = 0;
};

int64_t Phases::thread_nanos() {
  struct timespec now = {};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

Phases& phases() {
  thread_local Phases clock;
  return clock;
}

ParquetTable::ParquetTable(const std::string& path) : source_(std::make_unique<Source>(path)) {
  const uint64_t size = source_->size_bytes();
  const BufferRef tail = source_->read_buffer(size - parquet::kTailBytes, parquet::kTailBytes);
  const size_t footer = parquet::footer_bytes({tail->data(), tail->size_bytes()}, size);
  metadata_ = parquet::parse_file_metadata(
      source_->read_buffer(size - parquet::kTailBytes - footer, footer));
}

ParquetTable::~ParquetTable() = default;

size_t ParquetTable::column(std::string_view name) const {
  for (size_t i = 1; i < metadata_.schema.size(); ++i) {
    if (metadata_.schema[i].name == name) return i - 1;  // flat schemas: leaf i - 1
  }
  throw Error(ErrorCode::kColumnNotFound, "no column {}", name);
}

KeyRange ParquetTable::keys_of(size_t group, std::string_view name) const {
  const parquet::Statistics& known =
      metadata_.row_groups[group].columns[column(name)].meta.statistics;
  if (!known.min_value || !known.max_value || known.min_value->size() != sizeof(int64_t))
    throw Error(ErrorCode::kNotSupported, "the ceiling expects bounds of {}", name);
  return {load_unaligned<int64_t>(known.min_value->data()),
          load_unaligned<int64_t>(known.max_value->data())};
}

int64_t ParquetTable::greatest_key(std::string_view name) const {
  int64_t greatest = 0;
  for (size_t group = 0; group < metadata_.row_groups.size(); ++group)
    greatest = std::max(greatest, keys_of(group, name).greatest);
  return greatest;
}

parquet::FlatCursor ParquetTable::open(const Morsel& morsel, std::string_view name) const {
  const size_t index = column(name);
  const parquet::RowGroup& rows = metadata_.row_groups[morsel.group];
  const parquet::ColumnMetaData& meta = rows.columns[index].meta;
  const parquet::SchemaElement& element = metadata_.schema[index + 1];
  parquet::PageStream::Place place;
  place.source = source_.get();
  place.begin = static_cast<uint64_t>(meta.first_page());
  place.end = source_->size_bytes() - parquet::kTailBytes;
  place.expected_bytes = static_cast<uint64_t>(meta.compressed_bytes);
  place.codec = meta.codec;
  place.greatest_definition = element.repetition == parquet::Repetition::kOptional;
  parquet::FlatCursor cursor(parquet::PageStream(place),
                             {meta.physical, static_cast<uint32_t>(element.type_length)},
                             place.greatest_definition == 1, static_cast<size_t>(rows.row_count));
  const Phase phase = phases().current();
  phases().enter(Phase::kDecompress);
  cursor.dictionary();
  cursor.skip(morsel.begin);
  phases().enter(phase);
  return cursor;
}

CodeColumn::CodeColumn(parquet::FlatCursor cursor)
    : cursor_(std::move(cursor)), dictionary_(cursor_.dictionary()) {
  if (!dictionary_)
    throw Error(ErrorCode::kNotSupported, "the ceiling expects dictionaries for group keys");
}

void CodeColumn::read(size_t span, uint32_t* codes) {
  while (span > 0) {
    const size_t here = std::min(span, cursor_.rows_left_in_page());
    phases().enter(Phase::kDecompress);
    if (!cursor_.codes())
      throw Error(ErrorCode::kNotSupported, "the ceiling expects dictionaries for group keys");
    phases().enter(Phase::kDecode);
    cursor_.read(here, reinterpret_cast<std::byte*>(codes), nullptr, 0);
    codes += here;
    span -= here;
  }
}

std::vector<Morsel> ParquetTable::morsels(size_t rows) const {
  std::vector<Morsel> out;
  for (size_t group = 0; group < metadata_.row_groups.size(); ++group) {
    const auto count = static_cast<size_t>(metadata_.row_groups[group].row_count);
    const size_t parts = std::max<size_t>(1, (count + rows / 2) / rows);
    for (size_t part = 0; part < parts; ++part)
      out.push_back({group, count * part / parts, count * (part + 1) / parts});
  }
  return out;
}

void for_each_morsel(const ParquetTable& table, const Options& options, double (&total)[kPhases],
                     const std::function<void(const Morsel&, size_t thread)>& body) {
  const std::vector<Morsel> morsels = table.morsels(options.morsel_rows);
  std::atomic<size_t> next{0};
  std::mutex mutex;
  const auto work = [&](size_t thread) {
    phases() = Phases();
    for (size_t i = next++; i < morsels.size(); i = next++) body(morsels[i], thread);
    phases().stop();
    const std::lock_guard lock(mutex);
    for (size_t phase = 0; phase < kPhases; ++phase) total[phase] += phases().seconds(phase);
  };
  std::vector<std::thread> threads;
  for (size_t thread = 1; thread < options.threads; ++thread) threads.emplace_back(work, thread);
  work(0);
  for (std::thread& thread : threads) thread.join();
}

std::vector<int64_t> keys_where(const ParquetTable& table, std::string_view text_column,
                                const std::function<bool(const StringView&)>& test,
                                std::string_view key_column, const Options& options,
                                double (&total)[kPhases]) {
  std::vector<std::vector<int64_t>> found(options.threads);
  for_each_morsel(table, options, total, [&](const Morsel& morsel, size_t thread) {
    FilterColumn<StringView> texts(table.open(morsel, text_column), test);
    ValueColumn<int64_t> keys(table.open(morsel, key_column));
    std::vector<uint32_t> rows(options.chunk_rows + 1);
    for (size_t begin = morsel.begin; begin < morsel.end; begin += options.chunk_rows) {
      const size_t span = std::min(options.chunk_rows, morsel.end - begin);
      const auto base = static_cast<uint32_t>(begin);
      const size_t count = texts.select(base, span, rows.data());
      auto& out = found[thread];
      out.resize(out.size() + count);
      keys.read_at(rows.data(), count, base, span, out.data() + out.size() - count);
    }
  });
  for (size_t thread = 1; thread < found.size(); ++thread)
    found[0].insert(found[0].end(), found[thread].begin(), found[thread].end());
  return std::move(found[0]);
}

int32_t days_of(int year, int month, int day) {
  // Howard Hinnant, "chrono-compatible low-level date algorithms".
  year -= month <= 2;
  const int era = year / 400;
  const int of_era = year - era * 400;
  const int of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

CivilDate civil_of(int32_t days) {
  const int shifted = days + 719468;
  const int era = shifted / 146097;
  const int of_era = shifted - era * 146097;
  const int year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const int month_shifted = (5 * of_year + 2) / 153;
  const int month = month_shifted < 10 ? month_shifted + 3 : month_shifted - 9;
  return {year_of_era + era * 400 + (month <= 2), month,
          of_year - (153 * month_shifted + 2) / 5 + 1};
}

std::string date_text(int32_t days) {
  const CivilDate date = civil_of(days);
  return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string decimal_text(__int128 value, int scale) {
  std::string digits = to_string(static_cast<int128_t>(value));
  const bool negative = digits[0] == '-';
  if (negative) digits.erase(0, 1);
  while (static_cast<int>(digits.size()) <= scale) digits.insert(0, 1, '0');
  if (scale > 0) digits.insert(digits.size() - static_cast<size_t>(scale), 1, '.');
  return negative ? "-" + digits : digits;
}

}  // namespace doline::ceiling
