#include <cmath>
#include <limits>

#include "column/physical.h"
#include "kernel/cast_job.h"
#include "kernel/parse_number.h"
#include "kernel/wrapping.h"

namespace doline {

namespace {

template <class T>
constexpr bool kIsFloat = std::is_floating_point_v<T>;

/// Powers of two at the ends of an integer type: exact as floats, unlike its maximum.
template <class Float, class Int>
constexpr Float kLowest = static_cast<Float>(std::numeric_limits<Int>::min());
template <class Float, class Int>
constexpr Float kBeyond = static_cast<Float>(std::numeric_limits<Int>::max() / 2 + 1) * 2;
template <class Float>
constexpr Float kLowest<Float, int128_t> = static_cast<Float>(-0x1p127);
template <class Float>
constexpr Float kBeyond<Float, int128_t> = static_cast<Float>(0x1p127);

template <class T>
constexpr bool kIsSigned = static_cast<T>(-1) < static_cast<T>(0);

template <class From, class To>
constexpr bool kAlwaysFits =
    kIsFloat<From>
        ? (kIsFloat<To> && sizeof(To) >= sizeof(From))
        : kIsFloat<To> || ((kIsSigned<From> == kIsSigned<To> && sizeof(To) >= sizeof(From)) ||
                           (kIsSigned<To> && sizeof(To) > sizeof(From)));

/// Without branches, so that whole columns vectorise. `to` is some value where it does not fit.
template <class From, class To>
inline bool convert(From from, To& to) {
  if constexpr (kAlwaysFits<From, To>) {
    to = static_cast<To>(from);
    return true;
  } else if constexpr (kIsFloat<From> && kIsFloat<To>) {
    to = static_cast<To>(from);
    return !(std::isinf(to) && !std::isinf(from));
  } else if constexpr (kIsFloat<From>) {
    const From whole = std::nearbyint(from);  // half to even
    const bool fits = whole >= kLowest<From, To> && whole < kBeyond<From, To>;
    to = static_cast<To>(fits ? whole : From{0});
    return fits;
  } else {
    to = static_cast<To>(from);
    return static_cast<From>(to) == from && (to < To{0}) == (from < From{0});
  }
}

/// All lanes at once while all fit; row by row, with reports, where some lane does not.
template <class From, class To, class Convert>
Column convert_lanes(const CastJob& job, Convert op) {
  if (!prefers_dense(job.active, job.rows())) return cast_rows<From, To>(job, op);
  ColumnWriter writer = make_cast_writer(job);
  const From* from = job.input.values<From>();
  To* to = writer.values<To>();
  const uint32_t rows = job.rows();
  unsigned misfits = 0;
  for (uint32_t row = 0; row < rows; ++row)
    misfits |= static_cast<unsigned>(!op(from[row], to[row]));
  if (misfits == 0) return writer.seal(rows);
  return cast_rows<From, To>(job, op);  // perhaps it was under NULL
}

Column bool_to_number(const CastJob& job) {
  return dispatch_numeric(job.target->physical(), [&]<class To>() {
    ColumnWriter writer = make_cast_writer(job);
    To one = 1;
    if constexpr (!kIsFloat<To>) {
      if (job.target->is(TypeKind::kDecimal))
        one = static_cast<To>(power_of_ten(job.target->scale()));
    }
    for (uint32_t row = 0; row < job.rows(); ++row) {
      writer.values<To>()[row] = test_bit(job.input.bits(), row) ? one : To{0};
    }
    if (job.target->is(TypeKind::kDecimal) && job.target->width() == job.target->scale()) {
      job.active.for_each([&](uint32_t row) {  // DECIMAL(2,2) has no 1
        if (!job.input.is_null(row) && test_bit(job.input.bits(), row)) job.fail(row, writer);
      });
    }
    return writer.seal(job.rows());
  });
}

Column number_to_bool(const CastJob& job) {
  ColumnWriter writer = make_cast_writer(job);
  uint64_t* bits = writer.bits();
  dispatch_numeric(job.input.physical(), [&]<class From>() {
    const From* from = job.input.values<From>();
    for (uint32_t row = 0; row < job.rows(); ++row) {
      bits[row / 64] |= uint64_t{from[row] != From{0}} << (row % 64);
    }
  });
  return writer.seal(job.rows());
}

template <class From, class To>
Column integer_to_decimal(const CastJob& job) {
  const int128_t limit = power_of_ten(job.target->width() - job.target->scale());
  const auto factor = static_cast<To>(power_of_ten(job.target->scale()));
  if constexpr (sizeof(From) <= 8 && sizeof(To) == 8) {
    // Compared unsigned where From is, so that a large one is not taken for a negative.
    const auto bound = limit > std::numeric_limits<From>::max() ? std::numeric_limits<From>::max()
                                                                : static_cast<From>(limit - 1);
    const From lowest = kIsSigned<From> ? (limit > std::numeric_limits<From>::max()
                                               ? std::numeric_limits<From>::min()
                                               : static_cast<From>(-bound))
                                        : From{0};
    return convert_lanes<From, To>(job, [=](From from, To& to) {
      const bool fits = from >= lowest && from <= bound;
      to = static_cast<To>(fits ? from : From{0}) * factor;
      return fits;
    });
  } else {
    return convert_lanes<From, To>(job, [=](From from, To& to) {
      const int128_t wide = from;
      const bool fits = wide > -limit && wide < limit;
      to = fits ? static_cast<To>(wide) * factor : To{0};
      return fits;
    });
  }
}

template <class From, class To>
Column float_to_decimal(const CastJob& job) {
  const auto factor = static_cast<double>(power_of_ten(job.target->scale()));
  const auto limit = static_cast<double>(power_of_ten(job.target->width()));
  return convert_lanes<From, To>(job, [=](From from, To& to) {
    const double scaled = std::round(static_cast<double>(from) * factor);
    const bool fits = scaled > -limit && scaled < limit;
    to = fits ? static_cast<To>(scaled) : To{0};
    return fits;
  });
}

template <class From, class To>
Column decimal_to_float(const CastJob& job) {
  constexpr From kExact =
      static_cast<From>(kIsFloat<To> && sizeof(To) == 4 ? int64_t{1} << 24 : int64_t{1} << 53);
  const auto factor = static_cast<From>(power_of_ten(job.input.type()->scale()));
  const auto divisor = static_cast<To>(factor);
  return convert_lanes<From, To>(job, [=](From from, To& to) {
    if (from <= kExact && from >= -kExact) {
      to = static_cast<To>(from) / divisor;
    } else {
      // Whole and fraction apart: each loses less than the quotient of the two would.
      to = static_cast<To>(from / factor) + static_cast<To>(from % factor) / divisor;
    }
    return true;
  });
}

template <class From, class To>
Column decimal_to_integer(const CastJob& job) {
  const auto divisor = static_cast<From>(power_of_ten(job.input.type()->scale()));
  if (divisor == 1) return convert_lanes<From, To>(job, convert<From, To>);
  return convert_lanes<From, To>(
      job, [=](From from, To& to) { return convert(divide_rounding(from, divisor), to); });
}

template <class From, class To>
Column rescale(const CastJob& job) {
  const int up = job.target->scale() - job.input.type()->scale();
  const int target_width = job.target->width();
  if (up == 0 && std::is_same_v<From, To> && job.input.type()->width() <= target_width) {
    return job.input.with_type(job.target);
  }
  if (up >= 0) {
    const int limit_digits = target_width - up;
    const int128_t limit = limit_digits >= 0 ? power_of_ten(limit_digits) : 1;
    const auto factor = static_cast<To>(power_of_ten(up));
    if (job.input.type()->width() <= limit_digits) {
      return convert_lanes<From, To>(job, [=](From from, To& to) {
        to = wrapping_multiply(static_cast<To>(from), factor);
        return true;
      });
    }
    return convert_lanes<From, To>(job, [=](From from, To& to) {
      const bool fits = from < limit && from > -limit;
      to = fits ? static_cast<To>(from) * factor : To{0};
      return fits;
    });
  }
  const auto divisor = static_cast<From>(power_of_ten(-up));
  const int128_t limit = power_of_ten(target_width);
  return convert_lanes<From, To>(job, [=](From from, To& to) {
    const From rounded = divide_rounding(from, divisor);
    const bool fits = rounded < limit && rounded > -limit;
    to = fits ? static_cast<To>(rounded) : To{0};
    return fits;
  });
}

template <class From, class To>
Column to_decimal(const CastJob& job) {
  if constexpr (kIsFloat<From>) {
    return float_to_decimal<From, To>(job);
  } else {
    return integer_to_decimal<From, To>(job);
  }
}

template <class From, class To>
Column from_decimal(const CastJob& job) {
  if constexpr (kIsFloat<To>) {
    return decimal_to_float<From, To>(job);
  } else {
    return decimal_to_integer<From, To>(job);
  }
}

/// int64_t or int128_t.
template <class Body>
Column dispatch_decimal(PhysicalType type, Body&& body) {
  return type == PhysicalType::kInt64 ? body.template operator()<int64_t>()
                                      : body.template operator()<int128_t>();
}

}  // namespace

Column cast_number(const CastJob& job) {
  const TypeRef from = job.input.type();
  const bool to_is_decimal = job.target->is(TypeKind::kDecimal);
  if (from->is(TypeKind::kBool)) return bool_to_number(job);
  if (job.target->is(TypeKind::kBool)) return number_to_bool(job);
  if (from->is(TypeKind::kDecimal)) {
    return dispatch_decimal(from->physical(), [&]<class From>() {
      if (to_is_decimal) {
        return dispatch_decimal(job.target->physical(),
                                [&]<class To>() { return rescale<From, To>(job); });
      }
      return dispatch_numeric(job.target->physical(),
                              [&]<class To>() { return from_decimal<From, To>(job); });
    });
  }
  return dispatch_numeric(from->physical(), [&]<class From>() {
    if (to_is_decimal) {
      return dispatch_decimal(job.target->physical(),
                              [&]<class To>() { return to_decimal<From, To>(job); });
    }
    return dispatch_numeric(job.target->physical(), [&]<class To>() {
      return convert_lanes<From, To>(job, convert<From, To>);
    });
  });
}

}  // namespace doline
