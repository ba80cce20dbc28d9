// format, printf, format_bytes, bar.
#include <fmt/format.h>

#include <cmath>
#include <iterator>
#include <optional>

#include "function/format_program.h"
#include "function/lanes.h"
#include "function/session_constants.h"
#include "function/string_functions.h"
#include "function/text_rows.h"

namespace doline {

namespace {

struct FormatData final : FunctionData {
  explicit FormatData(FormatProgram p) : program(std::move(p)) {}
  const FormatProgram program;
};

template <bool kPrintf>
FormatProgram compile(std::string_view text) {
  return kPrintf ? FormatProgram::of_printf(text) : FormatProgram::of_format(text);
}

/// Arguments become what a specification can tell apart: whole numbers, fractions, texts.
template <bool kPrintf>
void bind_format(FunctionBinding& binding) {
  for (size_t i = 1; i < binding.cast_to.size(); ++i) {
    const TypeRef type = binding.argument_types[i];
    if (type->is(TypeKind::kBool) || type->is(TypeKind::kHugeInt) || type->is(TypeKind::kUInt64)) {
      binding.cast_to[i] = type;
    } else if (type->is_integer()) {
      binding.cast_to[i] = Type::int64();
    } else {
      binding.cast_to[i] = type->is_numeric() ? Type::float64() : Type::varchar();
    }
  }
  if (const auto& text = binding.constants[0]; text && !text->is_null()) {
    try {
      binding.data = make_ref<const FormatData>(compile<kPrintf>(text->as_text()));
    } catch (Error& error) {
      error.set_span_if_empty(binding.span);
      throw;
    }
  }
}

template <bool kPrintf>
Column format_kernel(const KernelCall& call, std::span<const Column> arguments) {
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<StringView> texts(arguments[0]);
  const auto* data = data_of<FormatData>(call);
  std::string formatted;
  for_each_valid_row(call, arguments, [&](uint32_t row) {
    formatted.clear();
    try {
      std::optional<FormatProgram> own;
      if (!data) own = compile<kPrintf>(texts[row].view());
      (own ? *own : data->program).append(formatted, arguments.subspan(1), row, call.session.zone);
      writer.set_text(row, formatted);
    } catch (const Error& error) {
      call.errors.fail(row, error.code(), [&] { return error.message(); });
    }
  });
  return writer.seal(call.row_count);
}

/// kBase 1024: "1.2 KiB"; 1000: "1.2 kB". The first decimal is cut, not rounded.
template <int64_t kBase>
Column bytes_kernel(const KernelCall& call, std::span<const Column> arguments) {
  static constexpr const char* kBinary[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  static constexpr const char* kDecimal[] = {"kB", "MB", "GB", "TB", "PB"};
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<int64_t> sizes(arguments[0]);
  call.active.for_each([&](uint32_t row) {
    const int64_t size = sizes[row];
    const uint64_t magnitude =
        size < 0 ? uint64_t{0} - static_cast<uint64_t>(size) : static_cast<uint64_t>(size);
    const char* const sign = size < 0 ? "-" : "";
    if (magnitude < kBase) {
      writer.set_text(row,
                      fmt::format("{}{} {}", sign, magnitude, magnitude == 1 ? "byte" : "bytes"));
      return;
    }
    uint64_t unit = kBase;
    size_t step = 0;
    while (magnitude / unit >= kBase && step + 1 < std::size(kBinary)) {
      unit *= kBase;
      ++step;
    }
    const auto tenths = static_cast<uint64_t>(static_cast<uint128_t>(magnitude) * 10 / unit);
    writer.set_text(row, fmt::format("{}{}.{} {}", sign, tenths / 10, tenths % 10,
                                     (kBase == 1024 ? kBinary : kDecimal)[step]));
  });
  return writer.seal(call.row_count);
}

/// Eighths of a block fill the width in the proportion of x between min and max.
Column bar_kernel(const KernelCall& call, std::span<const Column> arguments) {
  static constexpr const char* kEighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  constexpr double kDefaultWidth = 80;
  constexpr double kMaxWidth = 1000;
  ColumnWriter writer(call.result_type, call.row_count);
  const Argument<double> x(arguments[0]);
  const Argument<double> min(arguments[1]);
  const Argument<double> max(arguments[2]);
  std::string bar;
  call.active.for_each([&](uint32_t row) {
    const double width = arguments.size() > 3 ? Argument<double>(arguments[3])[row] : kDefaultWidth;
    if (!(width >= 1 && width <= kMaxWidth) || !std::isfinite(min[row]) ||
        !std::isfinite(max[row]) || std::isnan(x[row])) {
      call.errors.fail(row, ErrorCode::kInvalidArgument, [&] {
        return fmt::format(
            "bar({}, {}, {}, {}): the bounds are finite and the width lies between 1 and 1000",
            x[row], min[row], max[row], width);
      });
      return;
    }
    double filled = max[row] > min[row] ? (x[row] - min[row]) / (max[row] - min[row]) * width : 0;
    filled = std::fmin(std::fmax(filled, 0), width);
    const auto eighths = static_cast<uint32_t>(filled * 8);
    bar.clear();
    for (uint32_t i = 0; i < eighths / 8; ++i) bar += "█";
    uint32_t places = eighths / 8;
    if (eighths % 8 != 0) {
      bar += kEighths[eighths % 8];
      ++places;
    }
    for (; places < static_cast<uint32_t>(width); ++places) bar += ' ';
    writer.set_text(row, bar);
  });
  return writer.seal(call.row_count);
}

}  // namespace

void register_text_formats(FunctionRegistry& registry) {
  const TypeRef text = Type::varchar();
  const TypeRef real = Type::float64();
  registry.add({"format",
                {},
                "string",
                "The text with each {} replaced by an argument, as the {fmt} library formats it.",
                "format('Benchmark {} took {:.2f} seconds', 'CSV', 4.125)",
                "Benchmark CSV took 4.12 seconds",
                {{.parameters = {text},
                  .variadic = TypePattern::any(),
                  .result = text,
                  .kernel = format_kernel<false>,
                  .bind = bind_format<false>,
                  .can_fail = true,
                  .cost = 30}}});
  registry.add({"printf",
                {},
                "string",
                "The text with each % field replaced by an argument, as C's printf formats it.",
                "printf('Benchmark %s took %d seconds', 'CSV', 42)",
                "Benchmark CSV took 42 seconds",
                {{.parameters = {text},
                  .variadic = TypePattern::any(),
                  .result = text,
                  .kernel = format_kernel<true>,
                  .bind = bind_format<true>,
                  .can_fail = true,
                  .cost = 30}}});
  registry.add({"format_bytes",
                {"formatreadablesize", "pg_size_pretty"},
                "string",
                "A number of bytes in units of 1024 for people.",
                "format_bytes(16_000)",
                "15.6 KiB",
                {{.parameters = {Type::int64()},
                  .result = text,
                  .kernel = bytes_kernel<1024>,
                  .cost = 10}}});
  registry.add({"formatreadabledecimalsize",
                {},
                "string",
                "A number of bytes in units of 1000 for people.",
                "formatReadableDecimalSize(16_000)",
                "16.0 kB",
                {{.parameters = {Type::int64()},
                  .result = text,
                  .kernel = bytes_kernel<1000>,
                  .cost = 10}}});
  registry.add({"bar",
                {},
                "string",
                "A bar from min to max, so many characters wide (80), filled in proportion to x.",
                "bar(5, 0, 20, 8)",
                "██      ",
                {{.parameters = {real, real, real},
                  .result = text,
                  .kernel = bar_kernel,
                  .can_fail = true,
                  .cost = 20},
                 {.parameters = {real, real, real, real},
                  .result = text,
                  .kernel = bar_kernel,
                  .can_fail = true,
                  .cost = 20}}});
}

}  // namespace doline
