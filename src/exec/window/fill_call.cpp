#include <cmath>
#include <optional>

#include "base/int128.h"
#include "column/civil_time.h"
#include "exec/window/counted_rows.h"
#include "exec/window/window_call.h"
#include "kernel/parse_number.h"

namespace doline {

namespace {

/// fill: a NULL becomes what lies on the straight line through its neighbours that have values,
/// along the sort key; before the first and behind the last of these the line goes on.
class FillCall final : public WindowCall {
 public:
  explicit FillCall(const CallSetup& setup)
      : type_(setup.window.type),
        rows_(setup.rows),
        value_(setup.columns.arguments[0]),
        key_(setup.rows.shape().order_by[0]) {}

  Column evaluate(const WindowBatch& batch) override {
    ColumnBuilder out(type_, batch.count);
    dispatch_numeric(type_->physical(), [&]<class T>() {
      for (const PartitionRun& run : batch.runs) {
        begin_partition(run.partition);
        for (uint32_t i = run.begin; i < run.end; ++i) {
          const Column& values = rows_.column(batch.chunk, value_);
          if (!values.is_null(i)) {
            out.append_from(values, i);
          } else if (const std::optional<T> value = filled<T>(batch.row + i)) {
            out.append(*value);
          } else {
            out.append_null();
          }
        }
      }
    });
    return out.seal();
  }

 private:
  /// Finite values lie on lines.
  static bool is_finite(const Column& column, uint32_t row) {
    if (column.is_null(row)) return false;
    if (column.physical() == PhysicalType::kDouble) return std::isfinite(column.value<double>(row));
    if (column.physical() == PhysicalType::kFloat) return std::isfinite(column.value<float>(row));
    if (column.type()->is(TypeKind::kDate)) return is_finite_date(column.value<int32_t>(row));
    if (column.type()->is_timestamp()) return is_finite_timestamp(column.value<int64_t>(row));
    return true;
  }
  /// Whether a value of the column may be this one, and a finite one.
  template <class T>
  bool has_value(int128_t value) const {
    if (value != int128_t{static_cast<T>(value)}) return false;
    if (type_->is(TypeKind::kDecimal)) {
      const int128_t bound = power_of_ten(type_->width());
      return value > -bound && value < bound;
    }
    if (type_->is(TypeKind::kTime)) return value >= 0 && value <= kMicrosPerDay;
    if (type_->is(TypeKind::kDate)) return is_finite_date(static_cast<int32_t>(value));
    if (type_->is_timestamp()) return is_finite_timestamp(static_cast<int64_t>(value));
    return true;
  }
  void begin_partition(const RowRange& partition) {
    if (known_.partition() == partition) return;
    known_.build(partition, rows_, [&](size_t chunk, uint32_t row) {
      return is_finite(rows_.column(chunk, value_), row) &&
             is_finite(rows_.column(chunk, key_), row);
    });
  }

  template <class T>
  T value_at(uint64_t row) {
    const size_t chunk = rows_.chunk_of(row);
    return rows_.column(chunk, value_).value<T>(static_cast<uint32_t>(row - rows_.begin_of(chunk)));
  }
  /// The key of `a` less that of `b`.
  double distance(uint64_t a, uint64_t b) {
    const size_t chunk_a = rows_.chunk_of(a);
    const size_t chunk_b = rows_.chunk_of(b);
    const auto row_a = static_cast<uint32_t>(a - rows_.begin_of(chunk_a));
    const auto row_b = static_cast<uint32_t>(b - rows_.begin_of(chunk_b));
    return dispatch_numeric(rows_.shape().types[key_]->physical(), [&]<class K>() {
      const K x = rows_.column(chunk_a, key_).template value<K>(row_a);
      const K y = rows_.column(chunk_b, key_).template value<K>(row_b);
      if constexpr (std::is_floating_point_v<K>) {
        return static_cast<double>(x) - static_cast<double>(y);
      } else {
        int128_t rise;
        if (__builtin_sub_overflow(int128_t{x}, int128_t{y}, &rise))
          return static_cast<double>(x) - static_cast<double>(y);
        return static_cast<double>(rise);
      }
    });
  }

  template <class T>
  std::optional<T> filled(uint64_t row) {
    const size_t chunk = rows_.chunk_of(row);
    if (known_.total() == 0 ||
        !is_finite(rows_.column(chunk, key_), static_cast<uint32_t>(row - rows_.begin_of(chunk))))
      return std::nullopt;
    const uint64_t before = known_.before(row);
    if (known_.total() == 1) return value_at<T>(known_.row_of(0));
    const bool is_between = before > 0 && before < known_.total();
    const uint64_t first =
        known_.row_of(std::min(before > 0 ? before - (is_between ? 1 : 2) : 0, known_.total() - 2));
    const uint64_t second = known_.row_of(known_.before(first) + 1);
    const double whole = distance(second, first);
    if (whole == 0) return value_at<T>(first);
    // From the nearer of the two; between them, the fraction is dropped.
    const uint64_t near = is_between || before == 0 ? first : second;
    const double part = distance(row, near) / whole;
    return on_line(value_at<T>(near), value_at<T>(first), value_at<T>(second), part, is_between);
  }

  template <class T>
  std::optional<T> on_line(T near, T first, T second, double part, bool is_between) {
    if constexpr (std::is_floating_point_v<T>) {
      const auto rise = static_cast<double>(second) - static_cast<double>(first);
      return static_cast<T>(static_cast<double>(near) + rise * part);
    } else {
      int128_t rise;
      if (__builtin_sub_overflow(int128_t{second}, int128_t{first}, &rise)) {
        // Far apart as these are, a double says it as well.
        const double value = static_cast<double>(near) +
                             (static_cast<double>(second) - static_cast<double>(first)) * part;
        if (!(std::fabs(value) < kTooLarge)) return std::nullopt;
        const auto whole = static_cast<int128_t>(value);
        return has_value<T>(whole) ? std::optional<T>(static_cast<T>(whole)) : std::nullopt;
      }
      const double step = static_cast<double>(rise) * part;
      if (!(std::fabs(step) < kTooLarge)) return std::nullopt;
      int128_t sum;
      if (__builtin_add_overflow(int128_t{near}, static_cast<int128_t>(std::floor(step)), &sum))
        return std::nullopt;
      // Between the two the fraction of the value is dropped, beyond them the step is rounded.
      const double fraction = step - std::floor(step);
      sum += is_between ? fraction > 0 && sum < 0 : std::round(step) > std::floor(step);
      return has_value<T>(sum) ? std::optional<T>(static_cast<T>(sum)) : std::nullopt;
    }
  }

  static constexpr double kTooLarge = 0x1p127;  // for 128 bits

  const TypeRef type_;
  WindowRows& rows_;
  const uint32_t value_;
  const uint32_t key_;
  CountedRows known_;
};

}  // namespace

std::unique_ptr<WindowCall> make_fill_call(const CallSetup& setup) {
  return std::make_unique<FillCall>(setup);
}

}  // namespace doline
