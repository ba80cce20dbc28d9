#pragma once

#include <string>

#include "column/column_writer.h"
#include "kernel/active_rows.h"
#include "kernel/cast.h"

namespace doline {

/// One cast of a flat column: what the cast_*.cpp files share. Lives on the stack of cast().
struct CastJob {
  const Column& input;  // flat
  TypeRef target;
  const Selection& active;
  const ZoneOffsets* zone;
  CastFailures& failures;

  uint32_t rows() const { return input.size(); }
  /// Reports row `row` and makes it NULL in `writer`; the message names value and types.
  void fail(uint32_t row, ColumnWriter& writer, const char* reason = nullptr) const;
  std::string message(uint32_t row, const char* reason) const;
};

// The families of casts; each covers every pair that can_cast allows within it.
Column cast_number(const CastJob& job);     // bool, integers, floats, decimals among each other
Column cast_temporal(const CastJob& job);   // dates, times, timestamps, intervals among each other
Column cast_from_text(const CastJob& job);  // VARCHAR to anything but nested types
Column cast_to_text(const CastJob& job);    // anything to VARCHAR
Column cast_nested(const CastJob& job);     // lists, arrays, structs, maps among each other
Column cast_text_to_nested(const CastJob& job);

/// A writer of the job's target with the input's NULLs.
ColumnWriter make_cast_writer(const CastJob& job);

/// convert(from, to) for each active row that is not NULL; rows where it says false fail.
template <class From, class To, class Convert>
Column cast_rows(const CastJob& job, Convert convert) {
  ColumnWriter writer = make_cast_writer(job);
  const From* from = job.input.values<From>();
  To* to = writer.values<To>();
  for_each_valid(job.active, job.input, [&](uint32_t row) {
    if (!convert(from[row], to[row])) {
      to[row] = To{};
      job.fail(row, writer);
    }
  });
  return writer.seal(job.rows());
}

}  // namespace doline
