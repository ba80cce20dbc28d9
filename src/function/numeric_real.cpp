// Functions of floating-point numbers. Outside their domain they give NaN or infinity, as IEEE 754
// says, and no error.
#include <cmath>
#include <limits>

#include "function/lanes.h"
#include "function/numeric_functions.h"

namespace doline {

namespace {

constexpr double kPi = 3.141592653589793;

template <double (*kFunction)(double)>
Column real_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<double, double>(call, arguments[0], [](double x) { return kFunction(x); });
}

template <double (*kFunction)(double, double)>
Column real_pair_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<double, double, double>(call, arguments[0], arguments[1],
                                           [](double x, double y) { return kFunction(x, y); });
}

double square_root(double x) { return std::sqrt(x); }
double cube_root(double x) { return std::cbrt(x); }
double exponential(double x) { return std::exp(x); }
double logarithm(double x) { return std::log(x); }
double logarithm2(double x) { return std::log2(x); }
double logarithm10(double x) { return std::log10(x); }
double sine(double x) { return std::sin(x); }
double cosine(double x) { return std::cos(x); }
double tangent(double x) { return std::tan(x); }
double cotangent(double x) { return 1.0 / std::tan(x); }
double arc_sine(double x) { return std::asin(x); }
double arc_cosine(double x) { return std::acos(x); }
double arc_tangent(double x) { return std::atan(x); }
double hyperbolic_sine(double x) { return std::sinh(x); }
double hyperbolic_cosine(double x) { return std::cosh(x); }
double hyperbolic_tangent(double x) { return std::tanh(x); }
double area_sine(double x) { return std::asinh(x); }
double area_cosine(double x) { return std::acosh(x); }
double area_tangent(double x) { return std::atanh(x); }
double to_degrees(double x) { return x * (180.0 / kPi); }
double to_radians(double x) { return x * (kPi / 180.0); }
double gamma_of(double x) { return std::tgamma(x); }

double log_gamma(double x) {
  int sign = 0;  // lgamma itself writes a global
  return ::lgamma_r(x, &sign);
}

/// Away from zero to the next even number.
double even_of(double x) {
  const double up = x >= 0 ? std::ceil(x) : std::ceil(-x);
  if (!std::isfinite(up)) return x;
  const double even = std::fmod(up, 2) == 0 ? up : up + 1;
  return x >= 0 ? even : -even;
}

double power(double x, double y) { return std::pow(x, y); }
double arc_tangent2(double y, double x) { return std::atan2(y, x); }
double log_of_base(double base, double x) { return std::log10(x) / std::log10(base); }
double floored_modulo(double x, double y) { return x - y * std::floor(x / y); }
double floored_quotient(double x, double y) { return std::floor(x / y); }

enum class FloatTest : uint8_t { kNan, kInfinite, kFinite, kNegative };

template <FloatTest kTest, class T>
Column test_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, bool>(call, arguments[0], [](T x) {
    if constexpr (kTest == FloatTest::kNan) return std::isnan(x);
    if constexpr (kTest == FloatTest::kInfinite) return std::isinf(x);
    if constexpr (kTest == FloatTest::kFinite) return std::isfinite(x);
    return std::signbit(x);
  });
}

template <class T>
Column next_after_kernel(const KernelCall& call, std::span<const Column> arguments) {
  return map_lanes<T, T, T>(call, arguments[0], arguments[1],
                            [](T x, T y) { return std::nextafter(x, y); });
}

Column pi_kernel(const KernelCall& call, std::span<const Column>) {
  return Value::real(kPi).to_column(call.row_count);
}

constexpr float kLibraryCost = 8;

std::vector<ScalarOverload> of_one(ScalarKernel kernel) {
  return {{.parameters = {Type::float64()},
           .result = Type::float64(),
           .kernel = kernel,
           .cost = kLibraryCost}};
}
std::vector<ScalarOverload> of_two(ScalarKernel kernel) {
  return {{.parameters = {Type::float64(), Type::float64()},
           .result = Type::float64(),
           .kernel = kernel,
           .cost = kLibraryCost}};
}
template <FloatTest kTest>
std::vector<ScalarOverload> test() {
  return {{.parameters = {Type::float64()},
           .result = Type::boolean(),
           .kernel = test_kernel<kTest, double>},
          {.parameters = {Type::float32()},
           .result = Type::boolean(),
           .kernel = test_kernel<kTest, float>}};
}

}  // namespace

void register_real_functions(FunctionRegistry& registry) {
  const char* const numeric = "numeric";
  registry.add({"sqrt",
                {},
                numeric,
                "The square root; NaN of negative numbers.",
                "sqrt(16)",
                "4.0",
                of_one(real_kernel<square_root>)});
  registry.add(
      {"cbrt", {}, numeric, "The cube root.", "cbrt(8)", "2.0", of_one(real_kernel<cube_root>)});
  registry.add({"exp",
                {},
                numeric,
                "e to the power of the argument.",
                "exp(0)",
                "1.0",
                of_one(real_kernel<exponential>)});
  registry.add({"ln",
                {},
                numeric,
                "The natural logarithm.",
                "ln(1)",
                "0.0",
                of_one(real_kernel<logarithm>)});
  ScalarFunction log{"log",
                     {},
                     numeric,
                     "The logarithm to base 10, or of two arguments to the base given first.",
                     "log(2, 8)",
                     "3.0",
                     of_one(real_kernel<logarithm10>)};
  log.overloads.push_back(of_two(real_pair_kernel<log_of_base>).front());
  registry.add(std::move(log));
  registry.add({"log10",
                {},
                numeric,
                "The logarithm to base 10.",
                "log10(1000)",
                "3.0",
                of_one(real_kernel<logarithm10>)});
  registry.add({"log2",
                {},
                numeric,
                "The logarithm to base 2.",
                "log2(8)",
                "3.0",
                of_one(real_kernel<logarithm2>)});
  registry.add({"pow",
                {"power", "**", "^"},
                numeric,
                "The first argument to the power of the second.",
                "pow(2, 10)",
                "1024.0",
                of_two(real_pair_kernel<power>)});
  registry.add({"sin",
                {},
                numeric,
                "The sine of an angle in radians.",
                "sin(0)",
                "0.0",
                of_one(real_kernel<sine>)});
  registry.add({"cos",
                {},
                numeric,
                "The cosine of an angle in radians.",
                "cos(0)",
                "1.0",
                of_one(real_kernel<cosine>)});
  registry.add({"tan",
                {},
                numeric,
                "The tangent of an angle in radians.",
                "tan(0)",
                "0.0",
                of_one(real_kernel<tangent>)});
  registry.add({"cot",
                {},
                numeric,
                "The cotangent of an angle in radians.",
                "round(cot(0.5), 4)",
                "1.8305",
                of_one(real_kernel<cotangent>)});
  registry.add({"asin",
                {},
                numeric,
                "The angle whose sine it is.",
                "asin(0)",
                "0.0",
                of_one(real_kernel<arc_sine>)});
  registry.add({"acos",
                {},
                numeric,
                "The angle whose cosine it is.",
                "acos(1)",
                "0.0",
                of_one(real_kernel<arc_cosine>)});
  registry.add({"atan",
                {},
                numeric,
                "The angle whose tangent it is.",
                "atan(0)",
                "0.0",
                of_one(real_kernel<arc_tangent>)});
  registry.add({"atan2",
                {},
                numeric,
                "The angle of the point (x, y), given as y, x.",
                "round(atan2(1, 1), 4)",
                "0.7854",
                of_two(real_pair_kernel<arc_tangent2>)});
  registry.add({"sinh",
                {},
                numeric,
                "The hyperbolic sine.",
                "sinh(0)",
                "0.0",
                of_one(real_kernel<hyperbolic_sine>)});
  registry.add({"cosh",
                {},
                numeric,
                "The hyperbolic cosine.",
                "cosh(0)",
                "1.0",
                of_one(real_kernel<hyperbolic_cosine>)});
  registry.add({"tanh",
                {},
                numeric,
                "The hyperbolic tangent.",
                "tanh(0)",
                "0.0",
                of_one(real_kernel<hyperbolic_tangent>)});
  registry.add({"asinh",
                {},
                numeric,
                "The inverse hyperbolic sine.",
                "asinh(0)",
                "0.0",
                of_one(real_kernel<area_sine>)});
  registry.add({"acosh",
                {},
                numeric,
                "The inverse hyperbolic cosine.",
                "acosh(1)",
                "0.0",
                of_one(real_kernel<area_cosine>)});
  registry.add({"atanh",
                {},
                numeric,
                "The inverse hyperbolic tangent.",
                "atanh(0)",
                "0.0",
                of_one(real_kernel<area_tangent>)});
  registry.add({"degrees",
                {},
                numeric,
                "Radians as degrees.",
                "degrees(pi())",
                "180.0",
                of_one(real_kernel<to_degrees>)});
  registry.add({"radians",
                {},
                numeric,
                "Degrees as radians.",
                "radians(0)",
                "0.0",
                of_one(real_kernel<to_radians>)});
  registry.add({"gamma",
                {},
                numeric,
                "The gamma function: (x - 1)! of whole numbers.",
                "gamma(5)",
                "24.0",
                of_one(real_kernel<gamma_of>)});
  registry.add({"lgamma",
                {},
                numeric,
                "The logarithm of the gamma function's absolute value.",
                "lgamma(2)",
                "0.0",
                of_one(real_kernel<log_gamma>)});
  registry.add({"even",
                {},
                numeric,
                "The next even number, away from zero.",
                "even(2.9)",
                "4.0",
                of_one(real_kernel<even_of>)});
  registry.add({"fmod",
                {},
                numeric,
                "The remainder of the quotient rounded down.",
                "fmod(-7.5, 2)",
                "0.5",
                of_two(real_pair_kernel<floored_modulo>)});
  registry.add({"fdiv",
                {},
                numeric,
                "The quotient rounded down.",
                "fdiv(7, 2)",
                "3.0",
                of_two(real_pair_kernel<floored_quotient>)});
  registry.add(
      {"nextafter",
       {},
       numeric,
       "The next floating-point number after the first argument in the direction of the second.",
       "nextafter(1::FLOAT, 2::FLOAT)",
       "1.0000001",
       {{.parameters = {Type::float64(), Type::float64()},
         .result = Type::float64(),
         .kernel = next_after_kernel<double>},
        {.parameters = {Type::float32(), Type::float32()},
         .result = Type::float32(),
         .kernel = next_after_kernel<float>}}});
  registry.add({"isnan",
                {},
                numeric,
                "Whether it is NaN.",
                "isnan('nan'::DOUBLE)",
                "true",
                test<FloatTest::kNan>()});
  registry.add({"isinf",
                {},
                numeric,
                "Whether it is infinite.",
                "isinf('-inf'::DOUBLE)",
                "true",
                test<FloatTest::kInfinite>()});
  registry.add({"isfinite",
                {},
                numeric,
                "Whether it is neither infinite nor NaN.",
                "isfinite(5.5)",
                "true",
                test<FloatTest::kFinite>()});
  registry.add({"signbit",
                {},
                numeric,
                "Whether the sign bit is set, as it is of -0.0.",
                "signbit(-1.0)",
                "true",
                test<FloatTest::kNegative>()});
  registry.add({"pi",
                {},
                numeric,
                "The number pi.",
                "pi()",
                "3.141592653589793",
                {{.parameters = {}, .result = Type::float64(), .kernel = pi_kernel}}});
}

}  // namespace doline
