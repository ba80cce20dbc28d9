#pragma once

#include <string>

#include "column/civil_time.h"
#include "function/kernel_call.h"
#include "function/scalar_function.h"
#include "function/session_constants.h"
#include "kernel/calendar.h"
#include "kernel/time_zone.h"

namespace doline {

/// A view of a DATE or TIMESTAMP argument of any unit, which it must not outlive, as microseconds
/// of the time that clocks show: zoned timestamps in their zone, or else the session's. Flat
/// microseconds are read in place. Infinite values of any kind become infinite timestamps.
class LocalTimes {
 public:
  LocalTimes(const Column& column, const KernelCall& call);
  int64_t operator[](uint32_t row) const { return values_[row * stride_]; }
  /// As many values as the column has, or one for constants. Rows that are not active are
  /// garbage.
  const int64_t* values() const { return values_; }

 private:
  BufferRef converted_;
  const int64_t* values_;
  uint32_t stride_;
};

/// Microseconds since 1970 as they are stored: zoned timestamps in UTC.
int64_t stored_micros(TypeKind kind, int64_t value);

/// The instant at which clocks in `zone` show `local`. Of a time that they show twice it is the one
/// with the offset that holds at `instant`, where `local` was come to from.
int64_t instant_near(ZoneCursor& zone, int64_t local, int64_t instant);

/// The part named by a constant argument; throws Error(kInvalidArgument) with candidates.
DatePart date_part_argument(std::string_view name, SourceSpan span);

struct DatePartData final : FunctionData {
  explicit DatePartData(DatePart p) : part(p) {}
  const DatePart part;
};

/// The types LocalTimes reads, coarse to fine.
std::span<const TypeRef> timestamp_types();
std::span<const TypeRef> date_and_timestamp_types();

std::string out_of_range(std::string_view what);

}  // namespace doline
